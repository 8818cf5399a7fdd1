"""The SQLite driver: one connection that writes, whole transactions one after another, and one that reads."""
# ruff: noqa: D102 -- the Driver protocol carries the contract

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import aiosqlite

from bot.errors import Conflict, StoreError
from bot.store.driver import Body, Row, Unstoppable, Value

T = TypeVar("T")

BUSY_TIMEOUT_S: Final = 5.0
"""How long a transaction waits for another program's."""

WRITER: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
NO_CHECKPOINTS: Final = ("PRAGMA wal_autocheckpoint = 0",)
READER: Final = ("PRAGMA query_only = ON", *NO_CHECKPOINTS)

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

    Only one process should write the WAL back while it runs, with `checkpoints` (`has_wal_reset_bug`).
    The last connection to leave does so in any case: Python 3.11 cannot ask SQLite not to.
    """

    description = f"SQLite {sqlite3.sqlite_version}"

    def __init__(
        self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S, *, checkpoints: bool = True
    ) -> None:
        self._path = path
        self._writer = _Connection(path, WRITER if checkpoints else WRITER + NO_CHECKPOINTS, busy_timeout_s)
        self._reader = _Connection(path, READER, busy_timeout_s)
        self._one_at_a_time = asyncio.Lock()
        self._unstoppable = Unstoppable()

    async def read(self, statement: str, *values: Value) -> Sequence[Row]:
        with _translated(self._path):
            connection = await self._reader.open()
            return await _fetch(connection, statement, values)

    async def transaction(self, body: Body[T]) -> T:
        return await self._unstoppable.run(self._transact(body))

    # `BEGIN IMMEDIATE` lets only one transaction in, over all processes.
    claim = transaction
    migration = transaction

    async def close(self) -> None:
        await self._unstoppable.rest()
        # The last connection to leave writes the WAL back, and only the writer may.
        await self._reader.close()
        await self._writer.close()

    async def _transact(self, body: Body[T]) -> T:
        async with self._one_at_a_time:
            with _translated(self._path):
                connection = await self._writer.open()
                # IMMEDIATE: a transaction that turns to writing later is refused at once, without waiting.
                await connection.execute("BEGIN IMMEDIATE")
                try:
                    result = await body(_Transaction(connection))
                    await connection.commit()
                except BaseException:
                    await connection.rollback()
                    raise
                return result


class _Connection:
    """One connection, opened when it is first needed; aiosqlite runs its statements in a thread, in order."""

    def __init__(self, path: Path, pragmas: Iterable[str], busy_timeout_s: float) -> None:
        self._path = path
        self._pragmas = pragmas
        self._busy_timeout_s = busy_timeout_s
        self._opening = asyncio.Lock()
        self._connection: aiosqlite.Connection | None = None
        self._closed = False

    async def open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._closed:
                raise StoreError(f"{self._path}: the store is closed")
            if self._connection is None:
                self._connection = await self._connect()
            return self._connection

    async def close(self) -> None:
        async with self._opening:
            self._closed = True
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    async def _connect(self) -> aiosqlite.Connection:
        # aiosqlite leaves its thread in disorder where opening fails, so the file is open before it begins.
        opened = await asyncio.to_thread(
            sqlite3.connect,
            self._path,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        connection = await aiosqlite.Connection(lambda: opened, iter_chunk_size=64)
        try:
            connection.row_factory = sqlite3.Row
            for pragma in self._pragmas:
                await connection.execute(pragma)
        except BaseException:
            await connection.close()
            raise
        return connection


class _Transaction:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *values: Value) -> Sequence[Row]:
        return await _fetch(self._connection, statement, values)

    async def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        await self._connection.executemany(statement, map(_named, rows))


async def _fetch(connection: aiosqlite.Connection, statement: str, values: Sequence[Value]) -> Sequence[Row]:
    return list(await connection.execute_fetchall(statement, _named(values)))


def _named(values: Sequence[Value]) -> dict[str, Value]:
    return {str(number): value for number, value in enumerate(values, 1)}


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
