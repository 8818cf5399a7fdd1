"""Real processes that post to a pretend Discord and are killed: each message stands once, says its ledger."""

import asyncio
import os
import signal
import sys

import pytest

from bot.store import open_store
from tests.discord.world import World, assert_all_stands_once
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.run_bot import DIED
from tests.killing import ROOT
from tests.waiting import PATIENCE_S

CREATE = "POST /channels/{channel_id}/messages"
OPEN = "POST /channels/{channel_id}/threads"
BRANCH = "POST /channels/{channel_id}/messages/{message_id}/threads"
CROSSPOST = "POST /channels/{channel_id}/messages/{message_id}/crosspost"
POINTS = [f"{when} {step}" for step in ("claim", "post", "find", "settle") for when in ("before", "after")]


async def start(here, url, database, data, point=""):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.discord.run_bot", "--database", database, "--server", url),
        *("--token", here.server.token, "--data", str(data), "--at", point),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def live_through(here, url, database, data, point=""):
    """Let a process die, of a point or a fault, and others come after it until all is settled; return how."""
    ends = []
    process = await start(here, url, database, data, point)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await here.is_settled():
                if process.returncode is not None:
                    ends.append(process.returncode)
                    process = await start(here, url, database, data)
                await asyncio.sleep(0.1)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return ends


async def owed(server, database):
    """Return the world, with a digest owed to each of its channels."""
    store = await open_store(database, checkpoints=False)
    here = World(server, store)
    await here.owe(*here.channels)
    return here


@pytest.mark.parametrize("point", POINTS)
async def test_a_process_that_dies_at_a_step_loses_and_doubles_nothing(sqlite_url, tmp_path, point):
    server = DiscordServer(rate_scale=0.0001)
    server.nonces.window_s = 0.0
    here = await owed(server, sqlite_url)
    if point.endswith("find"):
        server.faults.add("accept, 500")
    async with serving(server) as url:
        ends = await live_through(here, url, sqlite_url, tmp_path / "bot", point)

    assert ends == [DIED]
    assert_all_stands_once(here)
    assert all(message.crossposted for message in here.channels["announcement"].messages)
    await here.store.close()


@pytest.mark.parametrize("route", [CREATE, OPEN, BRANCH, CROSSPOST])
async def test_a_process_that_dies_while_discord_answers_doubles_nothing(sqlite_url, tmp_path, route):
    server = DiscordServer(rate_scale=0.0001)
    server.nonces.window_s = 0.0
    here = await owed(server, sqlite_url)
    server.faults.add("accept, kill", on=route)
    async with serving(server) as url:
        ends = await live_through(here, url, sqlite_url, tmp_path / "bot")

    assert ends == [-signal.SIGKILL]
    assert_all_stands_once(here)
    assert all(message.crossposted for message in here.channels["announcement"].messages)
    await here.store.close()
