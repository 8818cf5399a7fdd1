"""The SQLite driver: two connections, each in a thread that runs whole transactions one after another."""
# ruff: noqa: D102 -- the Driver protocol carries the contract

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.errors import Conflict, StoreError
from bot.store.driver import Body, Row, Value

T = TypeVar("T")

BUSY_TIMEOUT_S: Final = 5.0
"""How long a transaction waits for another program's."""

WRITER: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
READER: Final = ("PRAGMA query_only = ON", "PRAGMA wal_autocheckpoint = 0")

ADVICE: Final = {
    sqlite3.SQLITE_BUSY: "another program holds it locked: stop that program, or try again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its folder exists and that you may write there",
    sqlite3.SQLITE_CORRUPT: "it is damaged and was left as it is: stop, keep a copy, and restore a backup",
    sqlite3.SQLITE_FULL: "the disk is full and nothing was changed: free some space and try again",
    sqlite3.SQLITE_IOERR: "it cannot be read or written: check the disk and the folder it is in",
    sqlite3.SQLITE_NOTADB: "it is no database and was left as it is: name another file, or restore a backup",
    sqlite3.SQLITE_PERM: "you may not use it: check the permissions of the file and its folder",
    sqlite3.SQLITE_READONLY: "it cannot be written: check the permissions of the file and its folder",
}
"""What to do about each of SQLite's primary result codes (sqlite.org/rescode.html)."""

DUPLICATE: Final = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """Return whether this SQLite may damage a WAL database when two connections write and checkpoint at once.

    Versions 3.7.0 to 3.51.2 may, save 3.44.6 and 3.50.7 (sqlite.org/wal.html, "The WAL-Reset Bug").
    """
    repaired = (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0)
    return (3, 7, 0) <= version < (3, 51, 3) and not repaired


class SqliteDriver:
    """A database in one file, opened (or created, in a folder that exists) by the first transaction.

    The threads end with the interpreter, closed or not.
    """

    description = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._writer = _Connection(path, WRITER, busy_timeout_s)
        self._reader = _Connection(path, READER, busy_timeout_s)

    async def read(self, statement: str, *values: Value) -> Sequence[Row]:
        return await self._reader.run(partial(_fetch, statement, values))

    async def transaction(self, body: Body[T]) -> T:
        return await self._writer.run(partial(_transact, body))

    # `BEGIN IMMEDIATE` lets only one transaction in, over all processes.
    exclusive = transaction

    async def close(self) -> None:
        # The last connection to leave writes the WAL back, and only the writer may.
        await self._reader.close()
        await self._writer.close()


class _Connection:
    """One connection and its thread. Jobs wait in a queue; one that has begun ends, whoever is cancelled."""

    def __init__(self, path: Path, pragmas: Iterable[str], busy_timeout_s: float) -> None:
        self._path = path
        self._pragmas = pragmas
        self._busy_timeout_s = busy_timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise StoreError(f"{self._path}: the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, job)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            closing = self._thread.submit(self._close)
            self._thread.shutdown(wait=False)
            await asyncio.shield(asyncio.wrap_future(closing))

    def _run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        with _translated(self._path):
            if self._connection is None:
                self._connection = self._open()
            return job(self._connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=self._busy_timeout_s, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            for pragma in self._pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _Transaction:
    """A transaction of the connection's own thread: its methods are coroutines that never wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *values: Value) -> Sequence[Row]:
        return _fetch(statement, values, self._connection)

    async def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        self._connection.executemany(statement, map(_named, rows))


def _fetch(statement: str, values: Sequence[Value], connection: sqlite3.Connection) -> Sequence[Row]:
    return connection.execute(statement, _named(values)).fetchall()


def _named(values: Sequence[Value]) -> dict[str, Value]:
    return {str(number): value for number, value in enumerate(values, 1)}


def _transact(body: Body[T], connection: sqlite3.Connection) -> T:
    # IMMEDIATE: a transaction that turns to writing later is refused at once, without waiting its turn.
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        return _run_through(body(_Transaction(connection)))


def _run_through(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine that never waits returns."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError("a transaction may only await its own statements")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code in DUPLICATE:
            raise Conflict(f"somebody else was first ({error})") from error
        advice = ADVICE.get(code & 0xFF, str(error))  # the lowest byte is the primary code
        raise StoreError(f"the database {path}: {advice}") from error
    except UnicodeEncodeError as error:
        raise StoreError(f"text that is not valid Unicode cannot be stored ({error.reason})") from error
