"""A web with one site that may be read, and one that nobody may ever connect to."""

from collections.abc import AsyncIterator

import pytest

from bot.addresses import read_allowed
from bot.fetch import Limits, WebFetcher
from tests.fakes.pretend_web import Names, Site, open_site
from tests.reading.fetching.places import NAMES

GOOD = "127.0.0.2"
"""Stands for a public address: the one that the fetcher of these tests is allowed."""

SHORT = Limits(total_s=60.0, idle_s=30.0, body=1_000_000)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site(GOOD) as site:
        yield site


@pytest.fixture
async def trap() -> AsyncIterator[Site]:
    """Listen on every address of this machine but the good one's port."""
    async with open_site("0.0.0.0") as site:
        yield site


@pytest.fixture
def names() -> Names:
    return Names({**NAMES, "news.example": [[GOOD]]})


@pytest.fixture
def fetcher(names: Names) -> WebFetcher:
    return WebFetcher(read_allowed([GOOD]), limits=SHORT, resolver=names)
