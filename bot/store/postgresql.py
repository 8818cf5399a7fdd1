"""The PostgreSQL driver: a pool of connections, for more than one process on one database."""
# ruff: noqa: D102 -- the Driver protocol carries the contract

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import asyncpg

from bot.errors import Conflict, StoreError
from bot.store.driver import Body, Row, Transaction, Unstoppable, Value

T = TypeVar("T")

CONNECT_TIMEOUT_S: Final = 10
CONNECTIONS: Final = 10
ATTEMPTS: Final = 5
"""How often a transaction is run when PostgreSQL ends it to break a deadlock."""

IDLE_LIMIT_S: Final = 5
"""How long PostgreSQL waits for the next statement of a transaction before it ends it and frees its locks.

A process that is paused in the middle would else hold up all others for as long as it sleeps. A body awaits
nothing but its statements, so one that runs is never idle for long; and it is far below the leases.
"""

TRANSACTION_LIMIT_S: Final = 10
"""How long a transaction may take at most: one paused amid a statement's messages does not count as idle."""

TRANSACTION_LIMIT_SINCE: Final = 17
"""The version of PostgreSQL that knows such a limit (its release notes, `transaction_timeout`)."""

UNREAD_LIMIT_S: Final = 10
"""How long a server keeps what a process does not take from the line; no limit of a transaction counts then.

PostgreSQL leaves it to the network (its manual, `tcp_user_timeout`), so that it has no use on a local socket.
"""

ANSWER_LIMIT_S: Final = 30
"""How long we wait for an answer: a server that is cut off says nothing, and TCP would wait for ever."""

MIGRATION_STATEMENT_LIMIT_S: Final = 86_400

CLAIM_LOCK: Final = 0x61692D6E657774
MIGRATION_LOCK: Final = 0x61692D6E657773
"""Any numbers that no other program on the same database is likely to lock ("ai-news" in ASCII)."""

UNREACHABLE: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,  # what asyncpg's protocol says of a connection that was lost in mid-use
)
ADVICE: Final = (
    (asyncpg.InvalidAuthorizationSpecificationError, "it refused the login: check the user and the password"),
    (asyncpg.InvalidCatalogNameError, "there is no such database: create it, or name another"),
    (asyncpg.TooManyConnectionsError, "it has no free connection: raise max_connections, or run fewer bots"),
    (asyncpg.DiskFullError, "its disk is full and nothing was changed: free some space and try again"),
    (asyncpg.ReadOnlySQLTransactionError, "it takes no changes: name the primary, not a replica"),
    (asyncpg.DataError, "it cannot keep that text or number: take out what is not a character"),
    (TimeoutError, "it does not answer: check that it runs, and the network in between"),
    (UNREACHABLE, "it cannot be reached: check that it runs, and its address"),
    (asyncpg.InterfaceError, "the connection was closed in the middle and nothing was changed: try again"),
)
"""What to do about each kind of error; the first that fits counts."""


async def open_postgresql(url: str) -> "PostgresqlDriver":
    """Connect to a database that exists. Raises `StoreError`; its message never shows the password."""
    try:
        place = _place(url)
        with _translated(place):
            connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
            version = connection.get_server_version().major
            named = connection.get_settings().server_version
            await connection.close()
            pool = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=CONNECTIONS,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=ANSWER_LIMIT_S,
                server_settings=_limits(version),
            )
    except ValueError:
        # Not chained: what was wrong with the URL may quote the password.
        raise StoreError(
            "the PostgreSQL URL cannot be read: write it like postgresql://user:password@host:5432/database, "
            "with %XX for special characters in the password"
        ) from None
    return PostgresqlDriver(pool, place, str(named), version)


def _limits(version: int) -> dict[str, str]:
    """Return the settings by which a server of a version gives up on a process that is paused."""
    limits = {
        "idle_in_transaction_session_timeout": f"{IDLE_LIMIT_S}s",
        "tcp_user_timeout": f"{UNREAD_LIMIT_S}s",
    }
    if version >= TRANSACTION_LIMIT_SINCE:
        limits["transaction_timeout"] = f"{TRANSACTION_LIMIT_S}s"
    return limits


def _place(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2] or "a local socket"
    return f"the PostgreSQL database {parts.path.lstrip('/') or '(default)'} at {host}"


class PostgresqlDriver:
    """A database on a server."""

    def __init__(self, pool: Any, place: str, named: str, version: int) -> None:
        self.description = f"PostgreSQL {named}"
        self._has_limit = version >= TRANSACTION_LIMIT_SINCE
        self._pool = pool
        self._place = place
        self._unstoppable = Unstoppable()

    async def read(self, statement: str, *values: Value) -> Sequence[Row]:
        with _translated(self._place):
            found: Sequence[Row] = await self._pool.fetch(statement, *values)
            return found

    async def transaction(self, body: Body[T]) -> T:
        return await self._unstoppable.run(self._transact(body))

    async def claim(self, body: Body[T]) -> T:
        return await self.transaction(partial(_alone, lock=CLAIM_LOCK, body=body))

    async def migration(self, body: Body[T]) -> T:
        async def at_leisure(transaction: Transaction) -> T:
            if self._has_limit:
                await transaction.fetch("SET LOCAL transaction_timeout = 0")
            return await _alone(transaction, MIGRATION_LOCK, body)

        return await self._unstoppable.run(self._transact(at_leisure, MIGRATION_STATEMENT_LIMIT_S))

    async def close(self) -> None:
        await self._unstoppable.rest()
        with _translated(self._place), suppress(TimeoutError):  # asyncpg then hangs up
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._pool.close()

    async def _transact(self, body: Body[T], statement_limit_s: float | None = None) -> T:
        with _translated(self._place):
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._attempt(body, statement_limit_s)
                except asyncpg.DeadlockDetectedError:
                    continue
            return await self._attempt(body, statement_limit_s)

    async def _attempt(self, body: Body[T], statement_limit_s: float | None) -> T:
        async with self._pool.acquire(timeout=ANSWER_LIMIT_S) as connection, connection.transaction():
            return await body(_Transaction(connection, statement_limit_s))


async def _alone(transaction: Transaction, lock: int, body: Body[T]) -> T:
    await transaction.fetch("SELECT pg_advisory_xact_lock($1)", lock)
    return await body(transaction)


class _Transaction:
    def __init__(self, connection: Any, statement_limit_s: float | None) -> None:
        self._connection = connection
        self._limit_s = statement_limit_s

    async def fetch(self, statement: str, *values: Value) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(statement, *values, timeout=self._limit_s)
        return rows

    async def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        await self._connection.executemany(statement, rows, timeout=self._limit_s)


@contextmanager
def _translated(place: str) -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise Conflict(f"somebody else was first ({error})") from error
    except asyncpg.ClientConfigurationError:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        known = (advice for kind, advice in ADVICE if isinstance(error, kind))
        raise StoreError(f"{place}: {next(known, ' '.join(str(error).split()))}") from error
