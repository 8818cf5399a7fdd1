"""Real processes on a pretend Slack, killed at every step: each digest stands once, says Slack's ledger."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bot.store import open_store
from tests.factories import make_change
from tests.fakes.run_bot import DIED
from tests.fakes.slack_reading import text_of
from tests.fakes.slack_server import SlackServer, serving
from tests.killing import ACCEPTED, KILL_POINTS, ROOT, STORIES, TITLES

AT_ONCE = 3
PATIENCE_S = 60.0
POINTS = [point for point in KILL_POINTS if not point.endswith((" release", " close"))]
"""Where a stop is what matters, the platform does not; `tests/test_kill.py` looks at those."""


async def start(url, team, database, data, places, at):
    """Start a bot."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.run_slack_bot", "--database", database, "--server", url.rstrip("/")),
        *("--token", team.bot_token, "--team", team.id, "--data", str(data), "--at", at),
        *(place.id for place in places),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def all_posted(database, places):
    """Return whether the bot believes that nothing is owed any more."""
    store = await open_store(database, checkpoints=False)
    try:
        deliveries = [one for one in await store.deliveries(None, 1_000) if one.kind == "digest"]
    finally:
        await store.close()
    return {one.channel.id for one in deliveries} >= {place.id for place in places} and all(
        one.state == "posted" for one in deliveries
    )


async def play(point):
    """Let a bot die at a point and another take over; return how often each story stands in each channel."""
    data = Path(tempfile.mkdtemp(prefix="ai-news-slack-kill-"))
    database = f"sqlite:///{data / 'ai-news.db'}"
    server = SlackServer(*(["accept, kill"] if point == ACCEPTED else []))
    if point.endswith("find"):
        server.faults.add("accept, 500")
    team = server.team()
    places = [server.channel(team, f"news-{number}") for number in range(2)]
    store = await open_store(database)
    await store.save_stories([make_change(story) for story in STORIES])
    await store.close()
    process = None
    try:
        async with serving(server) as url, asyncio.timeout(PATIENCE_S):
            process = await start(url, team, database, data, places, "" if point == ACCEPTED else point)
            ended = await process.wait()
            process = await start(url, team, database, data, places, "")
            while not await all_posted(database, places):  # noqa: ASYNC110 -- another process makes it so
                await asyncio.sleep(0.1)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        shutil.rmtree(data, ignore_errors=True)
    standing = Counter(
        (place.name, title)
        for place in places
        for message in server.posted(place)
        for title in TITLES
        if title in text_of(message)
    )
    return ended, standing, server.violations


@pytest.fixture(scope="module")
def played():
    """Return what became of every kill."""

    async def all_of_them():
        free = asyncio.Semaphore(AT_ONCE)

        async def one(point):
            try:
                async with free:
                    return await play(point)
            except (Exception, AssertionError) as error:  # noqa: BLE001 -- told by the point's own test
                return error

        return dict(zip(POINTS, await asyncio.gather(*map(one, POINTS)), strict=True))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_loses_and_repeats_nothing(played, point):
    assert isinstance(played[point], tuple), repr(played[point])
    ended, standing, violations = played[point]

    assert ended == (-signal.SIGKILL if point == ACCEPTED else DIED)
    assert standing == {(f"news-{number}", title): 1 for number in range(2) for title in TITLES}
    assert violations == []
