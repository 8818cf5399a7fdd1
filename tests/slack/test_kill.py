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

from bot.store import open_store
from tests.factories import make_change
from tests.fakes.run_bot import DIED
from tests.fakes.slack.reading import text_of
from tests.fakes.slack.server import SlackServer, serving
from tests.killing import ACCEPTED, KILL_POINTS, ROOT, STORIES, TITLES
from tests.waiting import PATIENCE_S

AT_ONCE = 6
"""Points side by side: most of each is waiting for a lease to end."""

POINTS = [point for point in KILL_POINTS if not point.endswith((" release", " close"))]
"""Where a stop is what matters, the platform does not; `tests/test_kill.py` looks at those."""


async def start(url, team, database, data, places, at):
    """Start a bot."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.slack.run_bot", "--database", database, "--server", url.rstrip("/")),
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


async def test_a_kill_loses_and_repeats_nothing():
    free = asyncio.Semaphore(AT_ONCE)

    async def one(point):
        async with free:
            return await play(point)

    results = await asyncio.gather(*map(one, POINTS), return_exceptions=True)

    once = {(f"news-{number}", title): 1 for number in range(2) for title in TITLES}
    ends = {point: -signal.SIGKILL if point == ACCEPTED else DIED for point in POINTS}
    assert dict(zip(POINTS, results, strict=True)) == {point: (ends[point], once, []) for point in POINTS}
