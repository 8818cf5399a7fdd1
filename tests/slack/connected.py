"""Slack as `ai-news run` connects it: the settings' mode, an engine, the page's address, a pretend Slack."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.local.platform import LocalPlatform
from adapters.local.server import serving as serving_page
from adapters.local.site import Site
from adapters.payloads import PAYLOADS
from adapters.slack.connection import Connection, connect
from adapters.slack.mode import mode_of
from adapters.slack.posting.platform import SlackPlatform
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import Workspace, WorkspaceId
from bot.run import utc_now
from bot.settings import Settings
from bot.store import open_store
from tests.bot_process import free_port
from tests.fakes.slack.server import SlackServer

KEY = "a key of at least thirty-two characters"
OTHER_KEY = "another key that has thirty-two characters"


class Ahead:
    """The present instant, and what a test moved it on by."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.by


@dataclass
class Connected:
    """The bot, connected."""

    server: SlackServer
    engine: Engine
    connection: Connection
    page: str
    clock: Ahead

    @property
    def platform(self) -> SlackPlatform:
        return self.connection.platform

    async def known(self, team: str) -> Workspace | None:
        return await self.engine.workspaces.known("slack", WorkspaceId(team))


def many_settings(server: SlackServer, url: str, **over: Any) -> Settings:
    """Return the settings of an app that is installed by OAuth, its page on a port that is free."""
    port = free_port()
    return Settings(
        **{
            "slack_api_url": url.rstrip("/"),
            "slack_client_id": server.client_id,
            "slack_client_secret": server.client_secret,
            "slack_signing_secret": server.signing_secret,
            "web_url": f"http://127.0.0.1:{port}",
            "web_port": str(port),
            "language": "en",
            "time_zone": "UTC",
        }
        | over
    )


@asynccontextmanager
async def connected(
    server: SlackServer, settings: Settings, database_url: str, clock: Ahead | None = None
) -> AsyncIterator[Connected]:
    """Yield the bot while it is connected; over HTTP the pretend Slack tells it what happens."""
    clock = clock or Ahead()
    async with AsyncExitStack() as stack:
        store = await open_store(database_url)
        stack.push_async_callback(store.close)
        engine = Engine(store, PostingsIndex(), Names(()), clock)
        mode = mode_of(settings)
        assert mode is not None
        connection = await stack.enter_async_context(connect(settings, engine, mode))
        site = Site.of(engine, LocalPlatform(store), settings, PAYLOADS)
        page = await stack.enter_async_context(serving_page(site, beside=connection.routes))
        if not mode.socket:
            server.request_url = f"{page}slack/events"
        try:
            yield Connected(server, engine, connection, page, clock)
        finally:
            server.request_url = None
