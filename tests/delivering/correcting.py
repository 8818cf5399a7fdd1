"""Stories that stand in a hundred channels of a pretend Discord and of a pretend Slack, and the bot.

What stood there before it was corrected is posted by the real adapters, at a pace that tests have time for.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from discord.http import Route

from adapters.slack.installing.access import Access, SingleAccess
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.posting.turns import Turns
from adapters.slack.web_api import client_of, open_session
from bot.delivering.pace import Pace
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import Channel, SubscriptionId, WorkspaceId
from bot.ports import Store
from bot.run import utc_now
from bot.settings import Settings
from bot.store import open_store
from bot.workspaces import Workspaces
from tests.bot_process import BotProcess
from tests.delivering.delivering import deliver_due
from tests.discord.world import QuickPlatform
from tests.factories import make_actor, make_interaction, make_story, make_subscription, make_telling
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.server import serving as serving_discord
from tests.fakes.slack import server as slack_server
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer

TOKEN = "AAA.BBB.CCC"
CHANNELS = 100
THREADS = 5
SHARES = 4
"""Channels of each platform that have their digest in a thread, and those that have a shared answer, too."""


def _story(id_: str, word: str, name: str) -> Any:
    english = make_telling(
        title=f"The {word} robot sorts parcels",
        summary=f"A {word} robot was shown.",
        body=f"It is said that the {word} robot sorts 900 parcels.\nIt is {word}.",
    )
    japanese = make_telling(
        language="ja",
        title=f"{name}ロボットが小包を仕分ける",
        summary=f"{name}ロボットが公開された。",
        body=f"{name}ロボットは900個を仕分けるという。\nそれは{name}。",
    )
    return make_story(id=id_, tellings=(english, japanese), published_at=utc_now() - timedelta(hours=3))


STORIES = [
    _story("wrong", "blue", "青い"),
    _story("false", "flying", "空飛ぶ"),
    _story("right", "small", "小さな"),
]


NAMED = ("blue", "青い", "flying", "空飛ぶ", "small", "小さな")


class QuickTurns(Turns):
    """Takes no turns."""

    async def take(self, channel: Channel) -> None:
        """Wait for nobody."""

    def count(self, workspace: WorkspaceId, method: str, most: int) -> None:
        """Count nothing."""


@dataclass(slots=True, kw_only=True)
class Standing:
    """A message of the bot's as a member sees it, whatever the platform."""

    message: Any
    was: str = ""

    @property
    def text(self) -> str:
        """What can be read in it."""
        return self.message.text if hasattr(self.message, "payload") else text_of(self.message)

    @property
    def edits(self) -> int:
        """How many edits of it were accepted."""
        done = len(self.message.edits)
        return done - 1 if hasattr(self.message, "payload") else done

    @property
    def is_gone(self) -> bool:
        """Whether somebody deleted it."""
        message = self.message
        return bool(message.deleted if hasattr(message, "payload") else message.is_deleted)

    def delete(self) -> None:
        """Take it away, as a member does."""
        if hasattr(self.message, "payload"):
            self.message.delete()
        else:
            self.message.is_deleted = True

    @property
    def is_answer(self) -> bool:
        """Whether it is an answer that somebody shared: told anew, it marks no words that were asked for."""
        return "Mika" in self.was

    @property
    def named(self) -> list[str]:
        """Which stories it named when it was posted."""
        return [word for word in NAMED if word in self.was]

    @property
    def names(self) -> list[str]:
        """Which stories it names now."""
        return [word for word in NAMED if word in self.text]


@dataclass
class World:
    """Both platforms, the bot that runs beside them, and what it posted."""

    discord: DiscordServer
    slack: SlackServer
    bot: BotProcess
    posted: list[Standing] = field(default_factory=list)

    def __post_init__(self) -> None:
        guild, team = self.discord.guild("Crate City"), self.slack.team("Crate City")
        self.places = [
            Channel(platform="discord", workspace=WorkspaceId(str(guild.id)), id=str(guild.text(f"c{n}").id))
            for n in range(CHANNELS)
        ]
        self.places += [
            Channel(platform="slack", workspace=WorkspaceId(team.id), id=self.slack.channel(team, f"c{n}").id)
            for n in range(CHANNELS)
        ]
        self.bot.variables["AI_NEWS_SLACK_BOT_TOKEN"] = team.bot_token

    @property
    def standing(self) -> list[Standing]:
        """What the bot posted and nobody took away."""
        return self.those_left(self.posted)

    def telling(self, *words: str) -> list[Standing]:
        """Return the messages in which one of some words stood when they were posted."""
        return [one for one in self.posted if any(word in one.was for word in words)]

    def those_left(self, copies: list[Standing]) -> list[Standing]:
        """Return those messages that nobody took away."""
        return [copy for copy in copies if not copy.is_gone]

    def edited(self, platform: str = "") -> int:
        """Return how many edits were accepted."""
        return sum(
            one.edits
            for one in self.posted
            if not platform or (platform == "discord") == hasattr(one.message, "payload")
        )

    async def post(self, store: Store) -> None:
        """Subscribe every channel and share answers; let all of it be posted."""
        engine = Engine(store, PostingsIndex(), Names(()), utc_now)
        await engine.save(STORIES, "seeds", "")
        for number, place in enumerate(self.places):
            languages = [("en",), ("ja",), ("en", "ja")][number % 3]
            style = "thread" if number % CHANNELS < THREADS else ("full", "compact")[number % 2]
            subscription = make_subscription(
                id=SubscriptionId(f"of {number}"),
                channel=place,
                languages=languages,
                style=style,
                next_due_at=utc_now() - timedelta(minutes=1),
            )
            await store.add_subscription(subscription)
        async with self._platforms(store) as platforms:
            limits = {name: platform.limits for name, platform in platforms.items()}
            while await engine.compose_due(limits):
                pass
            for number, place in enumerate(
                [*self.places[-SHARES:], *self.places[CHANNELS - SHARES : CHANNELS]]
            ):
                actor = make_actor(workspace=place.workspace, language=("en", "ja")[number % 2])
                interaction = make_interaction(
                    id=f"share {number}", actor=actor, channel=place, limits=limits[place.platform]
                )
                depth = ("medium", "high")[number // 2 % 2]
                query = ("robot sorts parcels", "ロボット")[number % 2]
                await engine.reply(f"/ai-news {query} depth:{depth} visible:yes", interaction)
            await deliver_due(store, platforms, utc_now, "before")
        ledger = [*self.discord.ledger, *(one for one in self.slack.messages if one.from_bot)]
        self.posted = [Standing(message=message) for message in ledger]
        for one in self.posted:
            one.was = one.text

    @asynccontextmanager
    async def _platforms(self, store: Store) -> AsyncIterator[dict[str, Any]]:
        settings = Settings(slack_api_url=self.bot.variables["AI_NEWS_SLACK_API_URL"], language="en")
        before, Route.BASE = Route.BASE, self.bot.variables["AI_NEWS_DISCORD_API_URL"]
        async with AsyncExitStack() as stack:
            stack.callback(setattr, Route, "BASE", before)
            discord = QuickPlatform(TOKEN, store)
            stack.push_async_callback(discord.close)
            session = await stack.enter_async_context(open_session())
            workspaces = Workspaces(store, utc_now)
            token = self.bot.variables["AI_NEWS_SLACK_BOT_TOKEN"]
            access: Access = SingleAccess(token, client_of(settings, session), workspaces, utc_now)
            await access.identify()
            slack = SlackPlatform(
                store=store,
                workspaces=workspaces,
                access=access,
                client_of=lambda token: client_of(settings, session, token),
                posted=lambda workspace: None,
                troubles=lambda: "",
                pace=Pace(),
                _turns=QuickTurns(),
            )
            yield {"discord": discord, "slack": slack}


@asynccontextmanager
async def world(home: Path) -> AsyncIterator[World]:
    """Yield both platforms, where the stories stand in every channel and the bot does not run."""
    discord, slack = DiscordServer(token=TOKEN), SlackServer(speed=200)
    slack.limits.message_burst = 100
    async with serving_discord(discord) as discord_url, slack_server.serving(slack) as slack_url:
        variables = {
            "AI_NEWS_SEEDS_DIR": "none",
            "AI_NEWS_LANGUAGE": "en",
            "AI_NEWS_DISCORD_TOKEN": TOKEN,
            "AI_NEWS_DISCORD_API_URL": discord_url,
            "AI_NEWS_SLACK_API_URL": slack_url.rstrip("/"),
            "AI_NEWS_SLACK_APP_TOKEN": slack.app_token,
        }
        here = World(discord, slack, BotProcess(home, variables))
        (home / "data").mkdir()
        store = await open_store(here.bot.database_url)
        await here.post(store)
        await store.close()
        try:
            yield here
        finally:
            await here.bot.kill()
