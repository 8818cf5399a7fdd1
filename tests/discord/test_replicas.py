"""Several processes with one token on one database: one listens, all post, nothing happens twice."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.discord.gateway import USUAL
from bot.run import utc_now
from bot.store import open_store
from tests.command import command_line, environment
from tests.conftest import run_statements
from tests.factories import make_change, make_story, make_telling
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.users import NoAnswer
from tests.fakes.processes import process_behind
from tests.killing import ROOT
from tests.waiting import PATIENCE_S, until

GONE_S = 1.0
"""How long the answer of a process that is gone is waited for: what it sent before may still arrive."""
LOOK_S = 5.0
"""How long one is waited for that may be none, before it is asked again."""
SHORT_LEASE_S = 10.0
"""Soon over, and not lost by who is awake on a busy machine."""
POSTED = "-# Posted to the channel in a moment."


@dataclass
class Replicas:
    """The processes, and what people do meanwhile in the server that they look after."""

    server: DiscordServer
    url: str
    database: str
    data: Path
    lease_s: float = USUAL.lease_s
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """Of the stories that there are, one for each digest that is asked for."""
    answered: list = field(default_factory=list)
    """What people did and saw an answer to."""

    def __post_init__(self):
        self.guild = self.server.guild("Crate City")
        self.news, self.talk = self.guild.text("news"), self.guild.text("talk")
        self.alice = self.guild.member("alice")
        self.mika = self.guild.member("mika", permissions=Permission.MANAGE_GUILD)

    async def start(self):
        """Start one more."""
        folder = self.data / f"replica-{len(self.processes)}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fakes.discord.run_bot", "--listens"),
            *("--database", self.database, "--server", self.url, "--token", self.server.token),
            *("--data", str(folder), "--lease", str(self.lease_s)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.processes.append(process)

    async def start_as_an_operator_does(self):
        """Start one more with `ai-news run`."""
        home = self.data / f"home-{len(self.processes)}"
        home.mkdir()
        variables = {
            "AI_NEWS_DATABASE_URL": self.database,
            "AI_NEWS_DISCORD_TOKEN": self.server.token,
            "AI_NEWS_DISCORD_API_URL": self.url,
        }
        process = await asyncio.create_subprocess_exec(
            *command_line("run"), stdout=asyncio.subprocess.DEVNULL, env=environment(home, **variables)
        )
        self.processes.append(process)

    def listener(self):
        """Return the process that began to listen last; None while there is none."""
        sessions = [session for session in self.server.gateway.sessions if session.connection is not None]
        if not sessions:
            return None
        try:
            process = process_behind(sessions[-1].connection.transport)
        except ProcessLookupError:  # it has just been killed
            return None
        return next((one for one in self.processes if one.pid == process), None)

    async def taken_over(self, before):
        """Wait until another process listens than before, and answers."""
        await until(lambda: self.listener() not in (None, before))
        await until(self.is_answered)

    async def is_answered(self):
        begun = self.alice.begin_command(self.talk, "ai-news", query="robots")
        return await self.end_of(self.alice, begun, LOOK_S)

    async def end_of(self, member, begun, patience_s=PATIENCE_S):
        """Wait for the answer to something; return whether there was a first one in time.

        Who was killed after it gave the first owes the second for ever.
        """
        with suppress(NoAnswer):
            self.answered.append(await member.sees_that(begun, lambda: begun.is_answered, patience_s))
        return begun.acknowledged_at is not None

    async def add_story(self):
        """Let there be something new to post."""
        number = len(self.titles) + 1
        self.titles.append(f"Robot number {number} arrives")
        telling = make_telling(title=self.titles[-1], summary="It is told.")
        story = make_story(id=f"story-{number}", tellings=(telling,), published_at=utc_now())
        store = await open_store(self.database)
        await store.save_stories([make_change(story)])
        await store.close()

    async def begin(self):
        """Let people do what changes something: ask for a digest, and share an answer."""
        await self.add_story()
        query = f"robots {len(self.titles)}"
        return [
            (self.mika, self.mika.begin_command(self.news, "ai-news-digest now")),
            (self.alice, self.alice.begin_command(self.talk, "ai-news", query=query, visible=True)),
        ]

    async def end(self, begun, patience_s=PATIENCE_S):
        """Wait for all answers; return how many there were."""
        return sum(await asyncio.gather(*(self.end_of(*one, patience_s) for one in begun)))

    async def come_to_an_end(self):
        """Let everything new be posted, and all that is owed arrive."""
        await self.add_story()
        assert await self.end_of(self.mika, self.mika.begin_command(self.news, "ai-news-digest now"))
        await until(self.is_all_posted)

    async def is_all_posted(self):
        store = await open_store(self.database)
        deliveries = await store.deliveries(None, 1_000)
        await store.close()
        return {one.state for one in deliveries} <= {"posted"}

    def assert_nothing_happened_twice_and_all_was_posted(self):
        posts = [message for message in self.server.ledger if message.kind == "post"]
        told = Counter(title for text in self.news.texts for title in self.titles if title in text)
        assert told == Counter(self.titles)
        assert {
            text: times for text, times in Counter(post.text for post in posts).items() if times > 1
        } == {}
        shared = [one for one in self.answered if one.text == "-# Shared with the channel."]
        assert len(shared) <= sum("Shared by alice" in post.text for post in posts)
        responses = Counter(message.interaction for message in self.server.ledger if message.interaction)
        assert set(responses.values()) == {1}
        assert self.server.violations == []


@asynccontextmanager
async def replicas(database, data, count, lease_s=USUAL.lease_s):
    """Yield replicas that listen, with a channel subscribed."""
    server = DiscordServer(rate_scale=0.0001)
    server.interactions.to_answer_s = PATIENCE_S
    async with serving(server) as url:
        here = Replicas(server, url, database, data, lease_s)
        await here.add_story()
        try:
            for _ in range(count):
                await here.start()
            await here.taken_over(None)
            await here.end_of(here.mika, here.mika.begin_command(here.news, "ai-news-digest subscribe"))
            yield here
        finally:
            for process in here.processes:
                if process.returncode is None:
                    process.kill()
            await asyncio.gather(*(process.wait() for process in here.processes))


@pytest.mark.parametrize("count", [2, 3])
async def test_a_listener_that_is_killed_is_taken_over_from_and_nothing_happens_twice(
    postgresql_url, tmp_path, count
):
    chance = random.Random(count)  # noqa: S311
    async with replicas(postgresql_url, tmp_path, count) as here:
        for _ in range(4):
            listener = here.listener()
            begun = await here.begin()
            await asyncio.sleep(chance.uniform(0, 0.06))
            listener.kill()
            await let_the_lease_run_out(listener, postgresql_url)
            await here.start()
            await asyncio.gather(here.end(begun, GONE_S), here.taken_over(listener))
        await here.come_to_an_end()

        here.assert_nothing_happened_twice_and_all_was_posted()
        assert here.server.gateway.identified == 5


@pytest.mark.parametrize("count", [2, 3])
async def test_a_listener_that_was_paused_past_its_lease_answers_and_posts_nothing_twice(
    postgresql_url, tmp_path, count
):
    chance = random.Random(count)  # noqa: S311
    async with replicas(postgresql_url, tmp_path, count, SHORT_LEASE_S) as here:
        for _ in range(2):
            listener, connected = here.listener(), here.server.gateway.sessions[-1]
            begun = await here.begin()
            await asyncio.sleep(chance.uniform(0, 0.06))
            listener.send_signal(signal.SIGSTOP)
            await here.taken_over(listener)
            # Discord tells these to both: the one that sleeps hears of them when it wakes.
            both = await here.begin()
            await until(lambda told=both: all(one.tried_at for _, one in told))
            listener.send_signal(signal.SIGCONT)
            await here.end(begun, GONE_S)
            assert await here.end(both) == len(both)
            await until(lambda session=connected: session.connection is None)
            await until(lambda: len(here.server.gateway.connections) == 1)
            assert await here.is_answered()
            assert [len(one.tried_at) for _, one in both] == [1, 1]
        await here.come_to_an_end()

        here.assert_nothing_happened_twice_and_all_was_posted()


async def test_ai_news_run_stands_by_and_takes_over(postgresql_url, tmp_path):
    server = DiscordServer(token="AAA.BBB.CCC")
    async with serving(server) as url:
        here = Replicas(server, url, postgresql_url, tmp_path)
        try:
            for _ in range(3):
                await here.start_as_an_operator_does()
            await here.taken_over(None)
            first = here.listener()
            await here.end_of(here.mika, here.mika.begin_command(here.news, "ai-news-digest subscribe"))
            first.terminate()
            await here.taken_over(first)
            second = here.listener()
            await until(here.is_all_posted)  # so that it dies without a claim
            second.kill()
            await let_the_lease_run_out(second, postgresql_url)
            await here.taken_over(second)
            await here.come_to_an_end()
        finally:
            for process in here.processes:
                if process.returncode is None:
                    process.kill()
            ends = await asyncio.gather(*(process.wait() for process in here.processes))

    here.assert_nothing_happened_twice_and_all_was_posted()
    assert server.gateway.identified == 3
    assert sorted(ends) == [-signal.SIGKILL, -signal.SIGKILL, 0]


async def let_the_lease_run_out(killed, database):
    """Let half a minute go by for who was killed while it listened."""
    await killed.wait()
    await run_statements(database, "DELETE FROM leases")
