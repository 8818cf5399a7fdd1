"""The process: what is opened and closed, the ticks that run in between, and how it stops."""

import asyncio
import logging
import secrets
import signal
import sys
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Final

from bot.addresses import Allowed
from bot.delivering.leases import USUAL, Terms
from bot.delivering.outbox import Outbox
from bot.engine import Engine
from bot.errors import InvalidSeed, InvalidSettings, StoreError
from bot.index import KeptIndex
from bot.language import Names, release, release_unused
from bot.message import Limits
from bot.ports import Page, Platform, Store
from bot.reading.seeds import TOPICS_FILE, Seeds, read_seeds
from bot.settings import Settings
from bot.store import open_store

logger = logging.getLogger(__name__)

GRACE_S = 10.0
"""How long a stop waits for ticks that are at work."""

FIRST_TURNS_S = 10.0
"""How long the start waits for what was left over, in seconds: all of it, on all platforms."""

SWITCH_S: Final = 0.001
"""After how long a thread that computes lets another go on, in seconds.

A lookup lets the others go on with every array that it computes, dozens of times. While an article was cut in
a thread, Python's own 5 ms held the event loop up for 270 ms, this does for 50, and takes no longer in all.
"""

EVENTS_REMEMBERED: Final = timedelta(days=1)
"""How long an event that a platform sent is known again: Slack sends one again for a day at most."""

HANGS_S: Final = 1800.0
"""After how long at work a tick is in trouble, in seconds: longer than a flood of posts takes at any pace."""

DRAFTS_KEPT: Final = timedelta(days=7)
"""How long an article that somebody was about to add is kept for them."""

FADES_AFTER: Final = timedelta(days=90)
"""How long is kept what a button or an open form needs to be understood: the messages that they stand in have
scrolled away by then."""

RETENTION: Final = timedelta(days=30)
"""How long what belongs to a workspace that put the bot out is kept, unless the settings say otherwise."""


def utc_now() -> datetime:
    """Return the present instant: the one clock, passed down to everything that needs the time."""
    return datetime.now(UTC)  # noqa: TID251


@asynccontextmanager
async def open_engine(settings: Settings, *, checkpoints: bool = False) -> AsyncIterator[Engine]:
    """Yield an engine over the settings' store and index, the seeds in it; close everything afterwards.

    `checkpoints` are for whoever holds the database's lock (`database_lock`).
    """
    _make_folder(settings.data_dir)
    async with AsyncExitStack() as stack:
        store = await open_store(settings.database_url, checkpoints=checkpoints)
        stack.push_async_callback(store.close)
        seeds = load_seeds(settings.seeds_dir, utc_now())
        index = await _open_index(settings.data_dir / f"{store.database_id}.index", store)
        stack.push_async_callback(index.close)
        engine = Engine(
            store,
            index,
            Names(seeds.topics),
            utc_now,
            fetcher=_FetcherOnDemand(settings.fetch_allow),
            operators=settings.operator_workspaces,
        )
        await engine.save(seeds.stories, actor="seeds", reason="seed files")
        await engine.follow_store()
        yield engine


@dataclass(frozen=True, slots=True)
class _FetcherOnDemand:
    """Loads what reads the web with the first address, so that commands that read none start sooner."""

    allowed: Allowed

    async def fetch(self, url: str) -> Page:
        from bot.fetch import WebFetcher

        return await WebFetcher(self.allowed).fetch(url)


async def _open_index(path: Path, store: Store) -> KeptIndex:
    """Return the index kept at `path`; it begins anew where it is ahead of the store, a restored backup."""
    index = KeptIndex(path)
    if index.position and not await store.index_entries(index.position - 1, limit=1):
        index.clear()
    return index


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSettings(
            f"AI_NEWS_DATA_DIR: {folder} cannot be made ({error.strerror}); name a folder you may write to"
        ) from error


@contextmanager
def database_lock(settings: Settings) -> Iterator[bool]:
    """Yield whether the lock of the SQLite database was free, and hold it then; PostgreSQL needs none.

    Who holds it writes the WAL back: `ai-news run`, or an `import` while no bot runs. Every other
    command leaves that alone, because SQLite may damage a file that two write back at once.
    """
    if not settings.database_url.startswith("sqlite:"):
        yield True
        return
    import fcntl

    _make_folder(settings.data_dir)
    with (settings.data_dir / "database.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        yield free


@contextmanager
def sole_process(settings: Settings) -> Iterator[None]:
    """Keep every other `ai-news run` off the same SQLite database. Raises `StoreError` where one is."""
    with database_lock(settings) as free:
        if not free:
            raise StoreError(
                f"another ai-news run or import is at work on {settings.data_dir}; stop it or wait for its "
                "end, or set AI_NEWS_DATABASE_URL to a PostgreSQL database for more than one"
            )
        yield


def load_seeds(folder: Path | None, now: datetime) -> Seeds:
    """Return the seeds of a folder, or none where there is no folder. Raises `InvalidSeed` and OSError."""
    if folder is None:
        return Seeds(stories=(), topics=())
    paths = [folder / TOPICS_FILE, *(folder / "stories").glob("*.md")]
    return read_seeds({str(path.relative_to(folder)): _text(path) for path in paths if path.exists()}, now)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidSeed(path.name, 1, "not UTF-8 text; save the file again as UTF-8") from None


@dataclass(slots=True)
class Tick:
    """Work done again and again. A failure is one line in the log, and the next turn tries again."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]
    failure: str = ""
    """What went wrong at the last turn; nothing where all went well."""
    _at_work: asyncio.Lock = field(default_factory=asyncio.Lock)
    _begun_at: float | None = None

    async def run(self) -> None:
        """Do the work once. The same failure is logged only once until the work succeeds again."""
        async with self._at_work:
            self._begun_at = monotonic()
            try:
                await self.work()
            except Exception as error:  # a loop logs and lives on
                failure = f"{type(error).__name__}: {error}"
                if failure != self.failure:
                    logger.error("%s failed, trying again every %g s: %s", self.name, self.every_s, failure)
                    logger.debug("%s failed", self.name, exc_info=True)
                self.failure = failure
            else:
                self.failure = ""
            finally:
                self._begun_at = None

    def trouble(self) -> str:
        """Return what is wrong in one line: work that does not end, or what the last turn met; or nothing."""
        if self._begun_at is not None and (at_work_s := monotonic() - self._begun_at) > HANGS_S:
            return f"at work for {at_work_s:.0f} s, which does not end"
        return self.failure

    async def rest(self) -> None:
        """Wait until the work is not under way."""
        async with self._at_work:
            pass


@asynccontextmanager
async def ticking(
    engine: Engine,
    platforms: Sequence[Platform],
    terms: Terms = USUAL,
    retention: timedelta = RETENTION,
) -> AsyncIterator[Sequence[Tick]]:
    """Compose and deliver digests while the block runs; the first of what is due was posted when it begins.

    Yields the ticks, which tell how they fare. What belongs to a workspace that put the bot out is kept
    for the time of `retention`.

    At the end nothing more is begun, what was begun is settled, and claims not begun are given back.
    """
    sys.setswitchinterval(SWITCH_S)
    owner = secrets.token_hex(8)
    store, clock = engine.store, engine.clock
    engine.platforms.update({platform.name: platform for platform in platforms})
    outboxes = {platform.name: Outbox(store, platform, clock, owner, terms) for platform in platforms}
    limits = {platform.name: platform.limits for platform in platforms}
    ticks = _ticks(engine, limits, outboxes, retention)
    release()  # what reading the seeds took
    first_turns: list[asyncio.Task[None]] = []
    try:
        time = asyncio.get_running_loop().time
        until = time() + FIRST_TURNS_S
        for tick in ticks:
            first_turns.append(asyncio.create_task(tick.run()))
            await asyncio.wait(first_turns[-1:], timeout=max(0.0, until - time()))
        async with _scheduled(ticks):
            try:
                yield ticks
            finally:
                await _stopped(outboxes.values())
    finally:
        settled = await _stopped(outboxes.values())
        for turn in first_turns:
            turn.cancel()
        await asyncio.gather(*first_turns, return_exceptions=True)
        if settled:
            await store.release(owner)
        else:
            # Given back, it would be sent again at once, perhaps before the platform shows the first.
            logger.warning("stopping before the platform has answered; it is asked when the lease is over")


async def _stopped(outboxes: Collection[Outbox]) -> bool:
    """Stop the outboxes; return whether all that was begun is settled."""
    return all(await asyncio.gather(*(outbox.stop(GRACE_S) for outbox in outboxes)))


def _ticks(
    engine: Engine,
    limits: Mapping[str, Limits],
    outboxes: Mapping[str, Outbox],
    retention: timedelta,
) -> Sequence[Tick]:
    """Return all regular work; each platform has its own delivery: a flood on one holds up no other."""

    async def tidy() -> None:
        release_unused()
        await engine.store.forget(engine.clock() - EVENTS_REMEMBERED)
        await engine.workspaces.purge(retention)
        await engine.store.drop_drafts(engine.clock() - DRAFTS_KEPT)
        await engine.store.fade(engine.clock(), engine.clock() - FADES_AFTER)

    return (
        Tick("follow", 2, engine.follow_store),
        Tick("compose", 2, lambda: engine.compose_due(limits)),
        *(Tick(f"deliver {name}", 1, outbox.deliver) for name, outbox in outboxes.items()),
        Tick("tidy", 60, tidy),
    )


@asynccontextmanager
async def _scheduled(ticks: Sequence[Tick]) -> AsyncIterator[None]:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    # The scheduler warns of each turn it skips while one is at work, which is as meant here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(timezone=UTC)
    for tick in ticks:
        scheduler.add_job(
            tick.run,
            "interval",
            seconds=tick.every_s,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        try:
            async with asyncio.timeout(GRACE_S):
                for tick in ticks:
                    await tick.rest()
        except TimeoutError:
            logger.warning("stopping while work is under way; it is taken up again at the next start")
        scheduler.shutdown(wait=False)


async def until_signalled(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends, or until SIGINT or SIGTERM cancels it; a second signal ends the process."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    signals = (signal.SIGINT, signal.SIGTERM)
    signalled = False

    def stop() -> None:
        nonlocal signalled
        signalled = True
        for number in signals:
            loop.remove_signal_handler(number)
        task.cancel()

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not signalled:
            raise
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
