"""What kills the bot at a point and lets it come back; the verdict is the pretend platform's own ledger."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.store import open_store
from tests.factories import make_change, make_story, make_telling
from tests.fakes.chat_server import ChatServer, serving
from tests.fakes.run_bot import CHANNELS, DIED, POINTS
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parent.parent
TITLES = [f"Story number {number} of the day" for number in range(1, 4)]
STORIES = [
    make_story(
        id=f"story-{number}",
        tellings=(make_telling(title=title, summary="It is told in a sentence. " * 6),),
    )
    for number, title in enumerate(TITLES, start=1)
]
ENDS = (0, DIED, -signal.SIGKILL, -signal.SIGTERM)
"""How processes may end here; those told to stop before they listen die of the signal."""
STOP_POINTS = {"before release", "after release", "before close", "after close"}
ACCEPTED = "post accepted"
KILL_POINTS = [point for point in POINTS if not point.endswith((" stop", " edit", " look"))] + [ACCEPTED]
"""Steps that every digest goes through; a lost channel and edits have their own tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the platform's ledger says in the end: stories missing from channels, and standing twice."""

    lost: int
    doubled: int
    died: int


def verdict(server: ChatServer, died: int = 0) -> Verdict:
    """Return what became of each story in each channel."""
    times = Counter(
        (message.channel, title) for message in server.ledger for title in TITLES if title in message.text
    )
    places = [(f"home/{channel}", title) for channel in CHANNELS for title in TITLES]
    texts = Counter((message.channel, message.text) for message in server.ledger)
    return Verdict(
        lost=sum(not times[place] for place in places),
        doubled=sum(count - 1 for count in texts.values()),
        died=died,
    )


@dataclass(slots=True)
class Bots:
    """Replicas of the bot, each a process; what dies comes back."""

    database: str
    server: str
    data: Path
    arguments: tuple[str, ...] = ()
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    died: int = 0

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start one more."""
        folder = self.data / f"bot-{len(self.processes)}-{self.died}"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.fakes.run_bot", "--database", self.database, "--server", self.server),
            *("--data", str(folder), *self.arguments, *arguments),
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def ended(self) -> list[asyncio.subprocess.Process]:
        """Return those that live no more."""
        return [process for process in self.processes if process.returncode is not None]

    async def revive(self) -> None:
        """Start another for each that died."""
        for process in self.ended():
            assert process.returncode in ENDS, process.returncode
            self.processes.remove(process)
            self.died += process.returncode != 0
            await self.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all that live."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                if process.returncode is None:
                    process.send_signal(number)

    async def end(self) -> None:
        """Kill all."""
        self.signal(signal.SIGKILL)
        await asyncio.gather(*(process.wait() for process in self.processes))


@asynccontextmanager
async def world(database: str, data: Path, server: ChatServer, *arguments: str) -> AsyncIterator[Bots]:
    """Yield bots over a database that has the stories, on a platform that is served meanwhile."""
    store = await open_store(database)
    await store.save_stories([make_change(story) for story in STORIES])
    await store.close()
    async with serving(server) as url:
        bots = Bots(database, url, data, arguments)
        try:
            yield bots
        finally:
            await bots.end()


async def all_posted(database: str) -> bool:
    """Return whether the bot believes that nothing is owed any more; the ledger is asked afterwards."""
    store = await open_store(database, checkpoints=False)
    try:
        deliveries = [d for d in await store.deliveries(None, 1_000) if d.kind == "digest"]
    finally:
        await store.close()
    channels = {delivery.channel.id for delivery in deliveries}
    return channels >= set(CHANNELS) and all(delivery.state == "posted" for delivery in deliveries)


async def settle_down(bots: Bots, database: str, patience_s: float = PATIENCE_S) -> None:
    """Let the bots work, reviving the dead, until nothing is owed."""
    async with asyncio.timeout(patience_s):
        while True:
            await bots.revive()
            if await all_posted(database):
                return
            await asyncio.sleep(0.1)


async def stop(bots: Bots, database: str, server: ChatServer, at: tuple[str, ...]) -> None:
    """Tell the bots to stop once they have posted, until one dies of it.

    One that had no answer in time, on a busy machine, ends without having given anything back: it has not
    come to the point, and is started again.
    """
    posted = 0

    async def has_posted() -> bool:
        return len(server.ledger) > posted or await all_posted(database)

    while not any(process.returncode for process in bots.ended()):
        for process in bots.ended():
            bots.processes.remove(process)
            await bots.start(*at)
        await until(has_posted)
        posted = len(server.ledger)
        bots.signal(signal.SIGTERM)
        await until(bots.ended)


async def kill_at(point: str, database: str, data: Path, replicas: int) -> Verdict:
    """Let every replica die at a point, and come back, until all is posted; return what the ledger says."""
    faults = ["accept, 500"] if point.endswith("find") else []
    server = ChatServer(*(["accept, kill"] if point == ACCEPTED else faults))
    server.remembers_keys = False
    at = () if point == ACCEPTED else ("--at", point)
    async with world(database, data, server) as bots:
        await asyncio.gather(*(bots.start(*at) for _ in range(replicas)))
        if point in STOP_POINTS:
            await stop(bots, database, server, at)
        else:
            await until(bots.ended)
        await settle_down(bots, database)
        return verdict(server, bots.died)


async def kill_at_random(seed: int, database: str, data: Path, replicas: int) -> Verdict:
    """Kill some process at some moment, again and again; let what is left come to an end."""
    chance = random.Random(seed)  # noqa: S311
    server = ChatServer(*chance.choices(["", "accept, 500", "accept, reset", "429 zero"], k=6))
    server.slow_s = 0.05
    async with world(database, data, server) as bots:
        await asyncio.gather(*(bots.start() for _ in range(replicas)))
        for _ in range(3 * replicas):
            await asyncio.sleep(chance.uniform(0.3, 1.2))
            victim = chance.choice(bots.processes)
            with suppress(ProcessLookupError):
                victim.kill()
            await victim.wait()
            await bots.revive()
        await settle_down(bots, database)
        return verdict(server, bots.died)


def is_stopped(process: int) -> bool:
    """Return whether a process is stopped (proc(5): state T)."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def table(results: Mapping[str, Verdict | Exception]) -> str:
    """Return verdicts as a table in Markdown."""
    lines = ["| point | processes killed | lost | doubled |", "|---|---|---|---|"]
    for name, result in results.items():
        if isinstance(result, Verdict):
            lines.append(f"| {name} | {result.died} | {result.lost} | {result.doubled} |")
        else:
            lines.append(f"| {name} | {result!r} | | |")
    return "\n".join(lines) + "\n"
