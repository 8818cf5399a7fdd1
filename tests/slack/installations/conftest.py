"""An app that many workspaces may install from the pretend Slack."""

import pytest

from tests.fakes.slack.server import SlackServer, serving
from tests.slack.connected import KEY, many_settings


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def url(server):
    async with serving(server) as url:
        yield url


@pytest.fixture
def settings(server, url):
    return many_settings(server, url, secret_key=KEY)
