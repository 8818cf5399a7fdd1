"""`ai-news run` as an operator runs it: a process that is started, killed, started again, and stopped."""

import asyncio
import re
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path

from bot.errors import Conflict
from bot.model import Channel, Subscription
from bot.ports import Store
from bot.run import utc_now
from bot.store import open_store
from bot.subscriptions.timetable import turns
from tests.command import environment
from tests.waiting import PATIENCE_S, until


def free_port() -> int:
    """Return a port of this machine that nobody listens on, and that no outgoing connection is given."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def last_turn(subscription: Subscription) -> datetime:
    """Return when the last turn of a timetable with a turn every twelve hours was due."""
    now = utc_now()
    latest = turns(subscription, now - timedelta(hours=12, minutes=1))
    return [turn.at for turn in takewhile(lambda turn: turn.at <= now, latest)][-1]


@dataclass
class BotProcess:
    """The bot with its home folder, and what its settings are."""

    home: Path
    variables: dict[str, str]
    page: str = ""
    """The address of its page while it runs."""
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def database_url(self) -> str:
        """Where its data is."""
        folder = self.home / "data"
        return self.variables.get("AI_NEWS_DATABASE_URL", f"sqlite:///{folder / 'ai-news.db'}")

    @property
    def log(self) -> str:
        """What it wrote to standard error so far, over all its lives."""
        return (self.home / "bot.log").read_text("utf-8")

    async def start(self) -> str:
        """Start it; return the address of its page when it serves it."""
        await self.begin()
        return await self.served()

    async def served(self) -> str:
        """Wait until it serves its page; return the address."""
        if not self.page:
            async with asyncio.timeout(PATIENCE_S):
                line = (await self._process.stdout.readline()).decode()
            address = re.search(r"http://[\w.:]+/", line)
            assert address, self.log
            self.page = address[0]
        return self.page

    async def begin(self) -> None:
        """Start it, and wait for nothing."""
        self.page = ""
        with (self.home / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "adapters", "run"),
                cwd=self.home,
                env=environment(self.home, **self.variables),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self._process = process

    @property
    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    async def died(self) -> int:
        """Wait until it has ended; return its status, which is negative for the signal that killed it."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    async def kill(self) -> None:
        """Kill it, as a machine that fails does."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self) -> int:
        """Tell it to stop, and return its status."""
        self.signal(signal.SIGTERM)
        return await self.died()

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Yield its store, opened beside it as other commands do."""
        store = await open_store(self.database_url, checkpoints=False)
        try:
            yield store
        finally:
            await store.close()

    async def settled(self) -> None:
        """Wait until it owes nothing to any channel."""

        async def owes_nothing() -> bool:
            return not await self.owes()

        await until(owes_nothing)

    async def owes(self) -> bool:
        """Return whether it owes something to any channel."""
        async with self.store() as store:
            return any([await store.deliveries(None, 1, state=state) for state in ("planned", "sending")])

    async def let_come_due(self, *channels: Channel) -> None:
        """Let the last turn of each channel's timetable be due now, as if nobody had got round to it."""

        async def comes_due(channel: Channel) -> bool:
            before = await store.subscription(channel)
            with suppress(Conflict):  # the bot composes just now
                await store.change_subscription(before, replace(before, next_due_at=last_turn(before)))
                return True
            return False

        async with self.store() as store:
            for channel in channels:
                await until(partial(comes_due, channel))

    async def release_claims(self) -> None:
        """Let what a killed life of it claimed be free at once, as it is when the lease's minute is over."""
        await self.release(*await self.claimers())

    async def claimers(self) -> set[str]:
        """Return who holds claims: the outboxes of the processes that send, and of those that died of it."""
        async with self.store() as store:
            return {delivery.owner for delivery in await store.deliveries(None, 1_000, state="sending")}

    async def release(self, *owners: str) -> None:
        """Let what some claimed be free at once."""
        async with self.store() as store:
            for owner in owners:
                await store.release(owner)
