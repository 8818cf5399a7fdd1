"""The schema: numbered SQL files, each run once, at start; a database from a newer program is refused."""

import re
import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources

from bot.errors import StoreError
from bot.store.driver import Driver, Transaction

STATEMENT_END = re.compile(r";\s*$", re.MULTILINE)
"""In a migration a statement ends with a semicolon at the end of a line."""

CREATE_SCHEMA_VERSION = """
CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL, database_id TEXT NOT NULL)"""


def migrations() -> tuple[str, ...]:
    """Return the text of each migration; the first leads to version 1."""
    folder = resources.files("bot.store") / "migrations"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return tuple(file.read_text("utf-8") for file in files)


async def migrate(driver: Driver) -> str:
    """Bring the database to this program's version; return the database's id, which it was given at random.

    Raises `StoreError` when it is of a newer version.
    """
    return await driver.migration(partial(_migrate, scripts=migrations()))


async def _migrate(transaction: Transaction, scripts: Sequence[str]) -> str:
    await transaction.fetch(CREATE_SCHEMA_VERSION)
    rows = await transaction.fetch("SELECT version, database_id FROM schema_version")
    version = rows[0]["version"] if rows else 0
    database_id: str = rows[0]["database_id"] if rows else secrets.token_hex(8)
    if version > len(scripts):
        raise StoreError(
            f"the database has schema version {version} and this program knows version {len(scripts)}: "
            "start the newer ai-news that wrote it, or restore a backup from before the upgrade"
        )
    for script in scripts[version:]:
        for statement in _statements(script):
            await transaction.fetch(statement)
    if not rows:
        await transaction.fetch(
            "INSERT INTO schema_version (version, database_id) VALUES ($1, $2)", len(scripts), database_id
        )
    elif version < len(scripts):
        await transaction.fetch("UPDATE schema_version SET version = $1", len(scripts))
    return database_id


def _statements(script: str) -> Iterator[str]:
    return (statement for part in STATEMENT_END.split(script) if (statement := part.strip()))
