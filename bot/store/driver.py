"""What the store asks of a database driver: run statements, in transactions that end whole or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol, TypeVar

Value = str | int | None
"""What a parameter may be."""

T = TypeVar("T")


class Row(Protocol):
    """One row of a result, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Transaction(Protocol):
    """Runs statements of one transaction. `$1` in a statement is its first value."""

    async def fetch(self, statement: str, *values: Value) -> Sequence[Row]:
        """Run a statement; return its rows."""
        ...

    async def execute_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run a statement once for each row of values, in order."""
        ...


Body = Callable[[Transaction], Coroutine[Any, Any, T]]
"""The work of one transaction. It awaits nothing else, and may be run twice."""


class Driver(Protocol):
    """One database. Every method raises `StoreError`, or `Conflict` where a row stands already."""

    @property
    def description(self) -> str:
        """The engine's name and version, for people."""
        ...

    def read(self, statement: str, *values: Value) -> Awaitable[Sequence[Row]]:
        """Run one statement that changes nothing; return its rows."""
        ...

    async def transaction(self, body: Body[T]) -> T:
        """Run `body` in a transaction that may write, and commit; roll back when it raises.

        Cancelling the caller does not stop a transaction that has begun: it ends whole, and the caller
        with it, so that what the caller does next cannot be overtaken.
        """
        ...

    async def claim(self, body: Body[T]) -> T:
        """Run `body` like `transaction`, while nobody else claims."""
        ...

    async def migration(self, body: Body[T]) -> T:
        """Run `body` like `transaction`, while nobody else migrates, for as long as it takes."""
        ...

    async def close(self) -> None:
        """Wait for what was begun, then let go of the database. Closing again does nothing."""
        ...


class Unstoppable:
    """Runs work to its end even when its caller is cancelled, who then waits for it.

    Half a transaction helps nobody, and one that ends after its caller may undo what others did since.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise

    async def rest(self) -> None:
        """Wait for everything that was begun."""
        await asyncio.gather(*self._running, return_exceptions=True)
