"""Apps made with Slack's own libraries, connected to the pretend Slack over each of its doors."""

import logging
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}


@asynccontextmanager
async def connected(server, app, count=1, ping_s=10.0):
    """Connect an app over Socket Mode, `count` times.

    The library takes a connection for lost half a `ping_s` after a ping, and makes it anew as late as that.
    """
    handlers = [AsyncSocketModeHandler(app, server.app_token, ping_interval=ping_s) for _ in range(count)]
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


def many(number, block=SECTION):
    return [block] * number


def plain(length):
    return {"type": "plain_text", "text": "x" * length}
