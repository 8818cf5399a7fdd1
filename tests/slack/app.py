"""The Slack app over real sockets: a pretend Slack, the bot that it tells what happens, and its people."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answering.app import SlackApp, build_app
from adapters.slack.http import EVENTS, build_web
from adapters.slack.installing.access import SingleAccess
from adapters.slack.showing.render import render
from adapters.slack.socket import SocketMode, socket_mode
from adapters.slack.web_api import client_of, open_session
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Button, Buttons, paragraph
from bot.message import Message as News
from bot.model import StoryId, Workspace, WorkspaceId
from bot.settings import Settings
from bot.store import open_store
from tests.factories import NOW, make_story, make_telling
from tests.fakes.slack.people import Member
from tests.fakes.slack.server import SlackServer, serving
from tests.fakes.slack.state import Asked, Channel, Message, Team
from tests.small_world import TOPICS, WORLD

NUMBERS = count(1)
TRANSPORTS = ("socket", "http")


@dataclass
class Now:
    """A clock that tests set."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class SlackWorld:
    """A pretend Slack with one workspace, and the bot in it."""

    server: SlackServer
    settings: Settings
    clock: Now
    team: Team
    channel: Channel
    url: str
    database_url: str
    stack: AsyncExitStack
    engine: Engine = field(init=False)
    app: SlackApp = field(init=False)
    connection: SocketMode | None = None
    transport: str = ""
    socket_terms: dict[str, float] = field(default_factory=dict)
    """How soon Socket Mode gives a connection up, where it is not as usual."""

    def member(self, name: str = "Mika", **facts: Any) -> Member:
        return self.server.member(self.team, name, **facts)

    async def join(self) -> None:
        """Let the workspace be one that has taken the bot in."""
        id_ = WorkspaceId(self.team.id)
        known = Workspace(platform="slack", id=id_, name=self.team.name, language="en", joined_at=NOW)
        await self.engine.store.join(known, None)

    async def change(self, **over: Any) -> None:
        """Change what the workspace has set."""
        known = await self.engine.workspaces.known("slack", WorkspaceId(self.team.id))
        await self.engine.store.change_workspace(known, replace(known, **over))

    async def tell_story(self, title: str, body: str) -> None:
        """Add one more story."""
        telling = make_telling(language="ja", title=title, summary=title, body=body)
        story = make_story(id=StoryId(f"told-{next(NUMBERS)}"), tellings=(telling,))
        await self.engine.save([story], "tests", "")

    async def post(self, button: Button) -> Message:
        """Post to the channel as a digest is posted; return the post."""
        message = News((paragraph("A post"), Buttons((button,))), "en")
        client = AsyncWebClient(token=self.team.bot_token, base_url=self.url)
        await client.api_call("chat.postMessage", json=render(message) | {"channel": self.channel.id})
        return self.server.posted(self.channel)[-1]

    async def break_store(self) -> None:
        """Let the database fail from now on."""
        await self.engine.store.close()

    async def restart(self) -> None:
        """Stop the bot, and start another one on the same database."""
        await self.stop()
        await self.start(self.transport)

    async def start(self, transport: str) -> None:
        """Start the bot."""
        stack, self.transport = self.stack, transport
        store = await open_store(self.database_url)
        stack.push_async_callback(store.close)
        self.engine = Engine(store, PostingsIndex(), Names(TOPICS), self.clock)
        await self.engine.save(WORLD, "tests", "")
        session = open_session()
        stack.push_async_callback(session.close)
        client = client_of(self.settings, session)
        access = SingleAccess(self.team.bot_token, client, self.engine.workspaces, self.clock)
        self.app = build_app(self.engine, self.settings, client, access, self.clock)
        stack.push_async_callback(self.app.work.close)
        if transport == "socket":
            self.connection = await stack.enter_async_context(
                socket_mode(self.app.bolt, self.server.app_token, **self.socket_terms)
            )
        else:
            await self._listen(stack)

    async def _listen(self, stack: AsyncExitStack) -> None:
        routes = build_web(self.app.bolt, self.server.signing_secret, None, "en")
        runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}{EVENTS}"

    async def restart_with(self, **settings: Any) -> None:
        """Stop the bot, and start another one with other settings."""
        self.settings = self.settings.model_copy(update=settings)
        await self.restart()

    async def stop(self) -> None:
        """Stop the bot."""
        self.server.request_url = None
        await self.stack.aclose()

    async def idle(self) -> None:
        """Wait until the bot has nothing under way."""
        await self.app.work.idle()

    async def done(self, asked: Asked) -> Asked:
        """Wait until the bot is done with something."""
        assert asked.acknowledged_ms is not None, "it was not acknowledged in time"
        await self.idle()
        await asyncio.sleep(0)
        return asked


@asynccontextmanager
async def slack_world(
    folder: Path, transport: str = "socket", *complaints: str, **socket_terms: float
) -> AsyncIterator[SlackWorld]:
    """Yield a bot connected to a pretend Slack, which at the end complains of nothing but `complaints`."""
    server = SlackServer()
    team = server.team()
    async with serving(server) as url, AsyncExitStack() as stack:
        settings = Settings(
            data_dir=str(folder),
            language="en",
            time_zone="UTC",
            slack_bot_token=team.bot_token,
            slack_app_token=server.app_token,
            slack_signing_secret=server.signing_secret,
            slack_api_url=url.rstrip("/"),
        )
        world = SlackWorld(
            server=server,
            settings=settings,
            clock=Now(),
            team=team,
            channel=server.channel(team),
            url=url,
            database_url=f"sqlite:///{folder / 'ai-news.db'}",
            stack=stack,
            socket_terms=socket_terms,
        )
        await world.start(transport)
        await world.join()
        yield world
        await world.idle()
    assert [told for told in server.violations if not told.startswith(complaints)] == []
