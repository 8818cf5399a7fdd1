"""What goes wrong without a kill, each lived through by real processes; `killing` has the tools."""

import asyncio
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import asyncpg

from bot.model import Channel
from bot.store import open_store
from tests.fakes.chat_server import ChatServer
from tests.fakes.run_bot import CHANNELS, HOME, LEASE_S
from tests.killing import TITLES, Verdict, is_stopped, settle_down, verdict, world
from tests.waiting import until

LOST_ANSWERS = [
    "accept, time out",
    "accept, reset",
    "accept, 500",
    "accept, 503",
    "accept, truncated",
    "accept, html",
    "accept, twice",
    "reset",
    "500",
]
STORM = ["429 everywhere", "429 route", "429 zero", "429 float", "429 missing", "429 html"] * 2


async def _play(server: ChatServer, database: str, data: Path, replicas: int) -> Verdict:
    """Let bots work until all is posted."""
    async with world(database, data, server) as bots:
        await asyncio.gather(*(bots.start() for _ in range(replicas)))
        await settle_down(bots, database)
        return verdict(server, bots.died)


async def lost_answers(database: str, data: Path, replicas: int) -> Verdict:
    """Answers are lost in every way, and the platform knows no keys: only a look tells what stands."""
    server = ChatServer(*LOST_ANSWERS)
    server.remembers_keys = False
    return await _play(server, database, data, replicas)


async def storm(database: str, data: Path, replicas: int) -> Verdict:
    """The platform asks to slow down in every way there is."""
    return await _play(ChatServer(*STORM), database, data, replicas)


async def forgetful(database: str, data: Path, replicas: int) -> Verdict:
    """A message is accepted and the answer lost; the platform forgets keys, and lets nobody look."""
    server = ChatServer("accept, 500")
    server.remembers_keys = server.shows_history = False
    return await _play(server, database, data, replicas)


async def asleep_with_claims(database: str, data: Path, replicas: int) -> tuple[Verdict, bool]:
    """A replica sleeps on its claims; also return whether it asked to post any of what others posted."""
    server = ChatServer()
    found, sleeper, asked_before = await _sleep("after claim", server, database, data, replicas)
    alone = replicas == 1
    return found, sleeper in server.asked_by[asked_before:] and not alone


async def asleep_before_a_post(database: str, data: Path, replicas: int) -> Verdict:
    """A replica sleeps when it has made sure of its lease and is about to send: the key is what helps."""
    found, _, _ = await _sleep("before post", ChatServer(), database, data, replicas)
    return found


async def _sleep(
    point: str, server: ChatServer, database: str, data: Path, replicas: int
) -> tuple[Verdict, int, int]:
    """Stop a bot at a point until its lease is over and others are done, then let it go on.

    Also return which process it was, and how many posts the platform had been asked for till then.
    """
    async with world(database, data, server) as bots:
        sleeper = await bots.start("--at", point, "--do", "stop")
        await until(lambda: is_stopped(sleeper.pid))
        for _ in range(replicas - 1):
            await bots.start()
        await asyncio.sleep(LEASE_S + 0.5)
        if replicas > 1:
            await settle_down(bots, database)
        asked = len(server.asked_by)
        sleeper.send_signal(signal.SIGCONT)
        await settle_down(bots, database)
        await asyncio.sleep(1)
        return verdict(server), sleeper.pid, asked


async def locked_database(database: str, data: Path, replicas: int) -> Verdict:
    """Somebody locks the database as soon as the first message stands, for longer than a lease."""
    server = ChatServer()
    accepted = asyncio.Event()
    server.when_accepted = lambda _: accepted.set()
    async with world(database, data, server) as bots:
        await asyncio.gather(*(bots.start() for _ in range(replicas)))
        await accepted.wait()
        await _lock(database, seconds=2 * LEASE_S)
        await settle_down(bots, database)
        return verdict(server, bots.died)


async def _lock(database: str, seconds: float) -> None:
    if database.startswith("sqlite"):
        other = sqlite3.connect(database.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(seconds)
        other.close()
        return
    connection = await asyncpg.connect(database)
    async with connection.transaction():
        await connection.execute("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(seconds)
    await connection.close()


async def lost_channel(database: str, data: Path, replicas: int) -> tuple[Verdict, int, int]:
    """A channel is lost and comes back; also return what it lacked meanwhile, and the notices of it."""
    server = ChatServer()
    server.lost["home/two"] = "no_permission"
    async with world(database, data, server) as bots:
        await asyncio.gather(*(bots.start() for _ in range(replicas)))
        others = [f"home/{name}" for name in CHANNELS if name != "two"]
        await until(lambda: _standing(server, others) == len(others) * len(TITLES))
        await until(lambda: _notices(server))
        await asyncio.sleep(LEASE_S)
        lacked = len(TITLES) - _standing(server, ["home/two"])
        del server.lost["home/two"]
        await _resume(database)
        await settle_down(bots, database)
        return verdict(server, bots.died), lacked, _notices(server)


def _standing(server: ChatServer, channels: list[str]) -> int:
    """Return how many stories stand in some channels."""
    texts = [message.text for message in server.ledger if message.channel in channels]
    return sum(title in text for text in texts for title in TITLES)


def _notices(server: ChatServer) -> int:
    return sum(message.channel == "home/moderators" for message in server.ledger)


async def _resume(database: str) -> None:
    store = await open_store(database, checkpoints=False)
    stopped = await store.subscription(Channel(platform="chat", workspace=HOME, id="two"))
    await store.change_subscription(stopped, replace(stopped, state="active", trouble=""))
    await store.close()
