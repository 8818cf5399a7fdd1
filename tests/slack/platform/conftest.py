"""A platform on the pretend Slack."""

import pytest

from tests.fakes.slack.server import SlackServer
from tests.slack.posting import posting


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def world(server, sqlite_url):
    async with posting(sqlite_url, server) as world:
        yield world
