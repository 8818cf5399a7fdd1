"""The posting side of Slack over real sockets: the platform with a token, and a pretend Slack's ledger."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.installing.access import Access, SingleAccess
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.web_api import client_of, open_session
from bot.model import Channel, Post, WorkspaceId
from bot.ports import Store
from bot.run import utc_now
from bot.settings import Settings
from bot.store import open_store
from bot.workspaces import Workspaces
from tests.factories import make_post
from tests.fakes.slack.server import SlackServer, serving
from tests.fakes.slack.state import Channel as SlackChannel
from tests.fakes.slack.state import Message, Team

PATIENCE_S = 4.0
"""How long the platform waits for an answer here: more than a slow machine takes, less than what hangs."""


@dataclass
class Posting:
    """A pretend Slack with a workspace, and the platform that posts there."""

    server: SlackServer
    store: Store
    workspaces: Workspaces
    team: Team
    news: SlackChannel
    platform: SlackPlatform
    posted: list[str] = field(default_factory=list)

    def channel(self, place: SlackChannel | None = None) -> Channel:
        """Return a channel as the engine names it."""
        place = place or self.news
        return Channel(platform="slack", workspace=WorkspaceId(place.team.id), id=place.id)

    def post(self, place: SlackChannel | None = None, **over: Any) -> Post:
        """Return a post for a channel."""
        return make_post(**{"channel": self.channel(place)} | over)

    def standing(self, place: SlackChannel | None = None) -> list[Message]:
        """Return the bot's posts in a channel."""
        return self.server.posted(place or self.news)


def settings_for(url: str, **over: Any) -> Settings:
    """Return settings that point to a pretend Slack."""
    return Settings(**{"slack_api_url": url, "language": "en", "time_zone": "UTC"} | over)


@asynccontextmanager
async def posting(database_url: str, server: SlackServer) -> AsyncIterator[Posting]:
    """Yield the platform connected to a pretend Slack by a single bot token."""
    team = server.team()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(server))
        session = await stack.enter_async_context(open_session(PATIENCE_S))
        store = await open_store(database_url)
        stack.push_async_callback(store.close)
        workspaces = Workspaces(store, utc_now)
        settings = settings_for(url)
        access: Access = SingleAccess(team.bot_token, client_of(settings, session), workspaces, utc_now)
        posted: list[str] = []
        platform = SlackPlatform(
            store=store,
            workspaces=workspaces,
            access=access,
            client_of=lambda token: client_of(settings, session, token),
            posted=posted.append,
            troubles=lambda: "",
        )
        yield Posting(server, store, workspaces, team, server.channel(team), platform, posted)
