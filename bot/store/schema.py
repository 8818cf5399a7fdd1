"""The schema: numbered SQL files, each run once, at start; a database from a newer program is refused."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources

from bot.errors import StoreError
from bot.store.driver import Driver, Transaction

STATEMENT_END = re.compile(r";\s*$", re.MULTILINE)
"""In a migration a statement ends with a semicolon at the end of a line."""


def migrations() -> tuple[str, ...]:
    """Return the text of each migration; the first leads to version 1."""
    folder = resources.files("bot.store") / "migrations"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return tuple(file.read_text("utf-8") for file in files)


async def migrate(driver: Driver) -> None:
    """Bring the database to this program's version. Raises `StoreError` when it is of a newer one."""
    await driver.exclusive(partial(_migrate, scripts=migrations()))


async def _migrate(transaction: Transaction, scripts: Sequence[str]) -> None:
    await transaction.fetch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
    rows = await transaction.fetch("SELECT version FROM schema_version")
    version = rows[0]["version"] if rows else 0
    if version > len(scripts):
        raise StoreError(
            f"the database has schema version {version} and this program knows version {len(scripts)}: "
            "start the newer ai-news that wrote it, or restore a backup from before the upgrade"
        )
    for script in scripts[version:]:
        for statement in _statements(script):
            await transaction.fetch(statement)
    if not rows:
        await transaction.fetch("INSERT INTO schema_version (version) VALUES ($1)", len(scripts))
    elif version < len(scripts):
        await transaction.fetch("UPDATE schema_version SET version = $1", len(scripts))


def _statements(script: str) -> Iterator[str]:
    return (statement for part in STATEMENT_END.split(script) if (statement := part.strip()))
