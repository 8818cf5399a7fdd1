"""The source of truth, on SQLite or PostgreSQL; each driver is imported only where it is used."""

from pathlib import Path

from bot.errors import StoreError
from bot.store.driver import Driver
from bot.store.schema import migrate
from bot.store.store import DatabaseStore

SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")


async def open_store(url: str, *, checkpoints: bool = True) -> DatabaseStore:
    """Open a database and bring its schema up to date; close the store when done.

    `sqlite:///relative/file.db` or `sqlite:////absolute/file.db` (the file is created, in a folder that
    exists), or `postgresql://user:password@host/database`. Without `checkpoints`, SQLite's WAL is left
    to another process to write back, or to the last that closes. Raises `StoreError`.
    """
    driver = await _open_driver(url, checkpoints)
    try:
        database_id = await migrate(driver)
    except BaseException:
        await driver.close()
        raise
    return DatabaseStore(driver, database_id)


async def _open_driver(url: str, checkpoints: bool) -> Driver:
    if url.startswith(SQLITE) and (path := url.removeprefix(SQLITE)) not in {"", ":memory:"}:
        from bot.store.sqlite import SqliteDriver

        return SqliteDriver(Path(path), checkpoints=checkpoints)
    if url.startswith(POSTGRESQL):
        from bot.store.postgresql import open_postgresql

        return await open_postgresql(url)
    raise StoreError(
        "a database is named like sqlite:///folder/file.db or postgresql://user:password@host/name"
    )
