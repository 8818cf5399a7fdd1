"""The bot on the pretend Discord, for tests: a server with people in it, and the bot's processes."""

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.answering import answer as answering
from adapters.discord.connection import connect
from adapters.discord.gateway import GatewayTerms
from bot.engine import Engine
from bot.language import Names
from bot.run import open_engine, ticking
from bot.settings import Settings
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.state import Channel, Guild, Member
from tests.small_world import TOPICS, WORLD
from tests.waiting import until

QUICK = GatewayTerms(prolong_s=0.1, grace_s=1.0, retry_s=0.05, longest_retry_s=0.1, ready_s=0.05)
"""The lease is as long as always: where a machine is busy, a short one is lost in the middle of a test."""
SOON_OVER = replace(QUICK, lease_s=3.0)
"""For tests that wait until a lease is over."""
ACKNOWLEDGE_S, FIRST_REQUEST_S, TO_ANSWER_S = 20.0, 20.0, 60.0
"""Longer than usual: what a busy machine makes late is no test of what is late."""
NUMBERS = count(1)


@dataclass
class World:
    """A server of the pretend Discord with the bot in it."""

    server: DiscordServer
    url: str
    guild: Guild
    channel: Channel
    alice: Member
    """A member."""
    mika: Member
    """Who manages the server."""
    folder: Path

    @asynccontextmanager
    async def bot(self, *, posts=False, ready=True, terms=QUICK, token=None, stories=WORLD, **settings):
        """Yield the bot, as one process runs it; `ready` waits until it listens."""
        given = {
            "data_dir": str(self.folder),
            "database_url": f"sqlite:///{self.folder / 'ai-news.db'}",
            "seeds_dir": "none",
            "language": "en",
            "time_zone": "Asia/Tokyo",
            "discord_api_url": self.url,
        } | settings
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(with_stories(Settings(**given), stories))
            running = await stack.enter_async_context(
                connect(Settings(**given), engine, token or self.server.token, terms)
            )
            if posts:
                await stack.enter_async_context(ticking(engine, [running]))
            if ready:
                await until(lambda: running.gateway.is_listening)
            yield Bot(engine, running)


@dataclass
class Bot:
    engine: Engine
    platform: object

    @property
    def gateway(self):
        return self.platform.gateway


@asynccontextmanager
async def with_stories(settings, stories):
    """Yield an engine over the settings' store that knows some stories, and the topics of the small world."""
    async with open_engine(settings) as opened:
        engine = Engine(opened.store, opened.index, Names(TOPICS), opened.clock)
        await engine.save(stories, actor="tests", reason="a small world")
        yield engine


@asynccontextmanager
async def world(folder, *faults, shards=1, locale="en-US", **settings):
    """Yield a pretend Discord with a server, two people and a channel."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, answering.ACKNOWLEDGE_S, answering.FIRST_REQUEST_S
    answering.ACKNOWLEDGE_S, answering.FIRST_REQUEST_S = ACKNOWLEDGE_S, FIRST_REQUEST_S
    server = DiscordServer(*faults, shards=shards, **settings)
    server.interactions.to_answer_s = TO_ANSWER_S
    guild = server.guild("Crate City", locale=locale)
    channel = guild.text("news")
    alice = guild.member("alice")
    mika = guild.member("mika", permissions=Permission.MANAGE_GUILD)
    try:
        async with serving(server) as url:
            yield World(server, url, guild, channel, alice, mika, folder)
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, answering.ACKNOWLEDGE_S, answering.FIRST_REQUEST_S = (
            before
        )


async def command_about(member, about, typed_in, name, **options):
    """Type a command for another channel than the one that it is typed in."""
    data = member._command_data(typed_in, name, {"channel": about, **options})
    begun = member.guild.server.interactions.begin(2, data, member, typed_in)
    return await member.answered(begun)
