"""Slack's real libraries against the pretend Slack, over real sockets."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_reading import labels_of, text_of
from tests.fakes.slack_server import SlackServer, serving

logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
BUTTONS = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "why",
            "text": {"type": "plain_text", "text": "Why?"},
            "value": "why 1",
        },
    ],
}
MODAL = {
    "type": "modal",
    "callback_id": "settings",
    "title": {"type": "plain_text", "text": "Settings"},
    "submit": {"type": "plain_text", "text": "Save"},
    "private_metadata": "C1",
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        },
        {
            "type": "input",
            "block_id": "topics",
            "optional": True,
            "label": {"type": "plain_text", "text": "Topics"},
            "element": {"type": "multi_external_select", "action_id": "topics", "min_query_length": 1},
        },
    ],
}


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


@asynccontextmanager
async def connected(server, app, count=1):
    """Connect an app over Socket Mode, `count` times."""
    handlers = [AsyncSocketModeHandler(app, server.app_token, ping_interval=0.5) for _ in range(count)]
    for handler in handlers:
        await handler.connect_async()
    await server.until(lambda: len(server.socket.connections) == count)
    try:
        yield handlers
    finally:
        for handler in handlers:
            await handler.close_async()


@asynccontextmanager
async def at_http(server, app):
    """Let an app listen over HTTP."""
    runner = web.AppRunner(app.web_app(port=0), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


DOORS = pytest.mark.parametrize("door", [connected, at_http], ids=["socket", "http"])


async def refused(call):
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response


@DOORS
async def test_a_command_is_acknowledged_and_answered_at_its_response_url(server, app, team, channel, door):
    @app.command("/ai-news")
    async def answer(ack, command, respond):
        await ack()
        await respond(f"you asked for {command['text']}", response_type="ephemeral")

    mika = server.member(team, "Mika")
    async with door(server, app):
        asked = await mika.command(channel, "/ai-news", "deepseek")
        assert asked.acknowledged_ms < 3000
        await server.until(lambda: asked.answers)

    assert asked.text == "you asked for deepseek"
    assert mika.sees == asked.answers
    assert server.posted(channel) == []
    assert server.violations == []


@DOORS
async def test_an_answer_may_come_with_the_acknowledgement_for_all_to_see(server, app, team, channel, door):
    @app.command("/ai-news")
    async def answer(ack):
        await ack(text="here it is", response_type="in_channel")

    mika = server.member(team, "Mika")
    async with door(server, app):
        asked = await mika.command(channel, "/ai-news")

    assert [text_of(message) for message in server.posted(channel)] == ["here it is"]
    assert asked.answers == server.posted(channel)


async def test_an_envelope_that_is_not_acknowledged_goes_to_another_connection(server, app, team, channel):
    server.deadline_s = 0.2

    @app.command("/ai-news")
    async def answer(ack):
        if len(server.socket.connections[0].envelopes) + len(server.socket.connections[1].envelopes) == 1:
            await asyncio.sleep(1)
        await ack()

    mika = server.member(team, "Mika")
    async with connected(server, app, count=2):
        asked = await mika.command(channel, "/ai-news", "deepseek")
        await server.until(lambda: asked.attempts == 2)
        envelopes = [envelope for one in server.socket.connections for envelope in one.envelopes]

    assert asked.acknowledged_ms is None
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 1
    assert sorted(envelope.get("retry_attempt", 0) for envelope in envelopes) == [0, 1]
    assert all(len(one.envelopes) == 1 for one in server.socket.connections)
