"""A pretend Slack with a team, and Slack's own libraries that speak to it."""

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import SlackServer, serving


@pytest.fixture
async def server():
    return SlackServer()


@pytest.fixture
async def url(server):
    async with serving(server) as url:
        yield url


@pytest.fixture
def team(server):
    return server.team("Acme")


@pytest.fixture
def channel(server, team):
    return server.channel(team, "news")


@pytest.fixture
def client(url, team):
    return AsyncWebClient(token=team.bot_token, base_url=url, retry_handlers=[])


@pytest.fixture
def app(client, server):
    return AsyncApp(client=client, signing_secret=server.signing_secret)
