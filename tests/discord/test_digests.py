"""Digests in every kind of channel, from the subscription to what stands there, killed in between or not."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.run import utc_now
from bot.store import open_store
from tests.discord.app import command_about, world
from tests.factories import make_change, make_story, make_telling
from tests.fakes.discord.state import Channel
from tests.killing import ROOT
from tests.waiting import PATIENCE_S

MESSAGES = "/channels/{channel_id}/messages"
CREATE = f"POST {MESSAGES}"
OPEN = "POST /channels/{channel_id}/threads"
BRANCH = f"POST {MESSAGES}/{{message_id}}/threads"
CROSSPOST = f"POST {MESSAGES}/{{message_id}}/crosspost"
TITLES = [f"Robot number {number} arrives" for number in (1, 2, 3)]


@dataclass
class Town:
    """A server with a channel of each kind, subscribed in the thread style, and the bot's process."""

    place: object
    text: Channel
    forum: Channel
    wire: Channel
    process: asyncio.subprocess.Process | None = None

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fakes.discord.run_bot", "--listens"),
            *("--database", f"sqlite:///{self.place.folder / 'ai-news.db'}", "--server", self.place.url),
            *("--token", self.place.server.token, "--data", str(self.place.folder)),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def subscribe(self):
        """Subscribe all while nothing is posted, which would kill whom a command waits for; then post."""
        mika, subscribe = self.place.mika, "ai-news-digest subscribe"
        async with self.place.bot(stories=()):
            await mika.command(self.text, subscribe, style="thread")
            await command_about(mika, self.forum, self.text, subscribe, style="thread", tag="ai")
            await mika.command(self.wire, subscribe, style="thread", publish=True)
        await self.start()

    async def come_to_an_end(self):
        """Let all be posted; a process that dies is started again. Return how they died."""
        ends = []
        async with asyncio.timeout(PATIENCE_S):
            while not await self.is_all_posted():
                if self.process.returncode is not None:
                    ends.append(self.process.returncode)
                    await self.start()
                await asyncio.sleep(0.1)
        return ends

    async def is_all_posted(self):
        store = await open_store(f"sqlite:///{self.place.folder / 'ai-news.db'}", checkpoints=False)
        deliveries = await store.deliveries(None, 100)
        await store.close()
        digests = [one for one in deliveries if one.kind == "digest"]
        return len({one.channel for one in digests}) == 3 and {one.state for one in digests} == {"posted"}

    def assert_every_digest_stands_as_it_should(self):
        (post,) = self.forum.threads
        assert post.name.startswith("AI news")
        assert [tag.name for tag in self.forum.tags if tag.id in post.applied_tags] == ["AI"]
        assert_tells_the_stories(post.messages)
        for channel in (self.text, self.wire):
            digest, (thread,) = channel.messages, channel.threads
            assert thread.name.startswith("AI news")
            assert digest[0].thread is thread
            assert_tells_the_stories([*digest, *thread.messages])
            assert [message.crossposted for message in digest] == [channel is self.wire]
            assert not any(message.crossposted for message in thread.messages)
        assert self.place.server.violations == []


def assert_tells_the_stories(messages):
    """Check that a digest stands whole, once and in order: its titles, then each story."""
    opener, *stories = [message.text for message in messages]
    assert opener.startswith("## AI news")
    assert [title in opener for title in TITLES] == [True] * 3
    assert [[title in story for story in stories] for title in TITLES] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


@asynccontextmanager
async def town(folder):
    async with world(folder, rate_scale=0.0001) as place:
        begun = utc_now()
        store = await open_store(f"sqlite:///{folder / 'ai-news.db'}")
        for number, title in enumerate(TITLES):
            telling = make_telling(title=title, summary=f"It is told in sentence {number}.")
            # The newest stands first.
            published_at = begun - timedelta(seconds=number)
            story = make_story(id=f"story-{number}", tellings=(telling,), published_at=published_at)
            await store.save_stories([make_change(story)])
        await store.close()
        guild = place.guild
        guild.bot.joined_at -= 7200  # no welcome
        here = Town(
            place,
            place.channel,
            guild.forum("ideas", tags=["AI"], requires_tag=True),
            guild.announcement("wire"),
        )
        try:
            yield here
        finally:
            if here.process is not None:
                if here.process.returncode is None:
                    here.process.kill()
                await here.process.wait()


async def test_a_digest_arrives_as_each_kind_of_channel_has_it(tmp_path):
    async with town(tmp_path) as here:
        await here.subscribe()

        assert await here.come_to_an_end() == []
        here.assert_every_digest_stands_as_it_should()


@pytest.mark.parametrize(
    ("route", "before"), [(CREATE, 1), (CREATE, 5), (OPEN, 0), (BRANCH, 1), (CROSSPOST, 0)]
)
async def test_a_bot_that_is_killed_between_the_parts_of_digests_loses_and_doubles_none(
    tmp_path, route, before
):
    async with town(tmp_path) as here:
        here.place.server.nonces.window_s = 0.0
        here.place.server.faults.add(*[""] * before, "accept, kill", on=route)
        await here.subscribe()

        assert await here.come_to_an_end() == [-signal.SIGKILL]
        here.assert_every_digest_stands_as_it_should()
