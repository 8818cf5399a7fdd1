"""The command that looks whether all is well, and says what to do where it is not."""

import asyncio
import platform
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Literal

import typer

from adapters.cli.session import LOCAL, AsJson, print_json
from bot.display import printable
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.ports import Store
    from bot.settings import Settings

LOW_DISK_BYTES = 500_000_000
_HOW_TO_DISCORD = (
    "make an application at https://discord.com/developers/applications, copy the token of its Bot page, "
    "set AI_NEWS_DISCORD_TOKEN, and look here again for the link that invites it"
)
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    state: Literal["ok", "warning", "broken"]
    finding: str


def doctor(as_json: AsJson = False) -> None:
    """Look whether everything works; ends with status 1 where something is broken."""

    async def all_checks() -> list[Check]:
        return [check async for check in _checks()]

    checks = asyncio.run(all_checks())
    healthy = all(check.state != "broken" for check in checks)
    if as_json:
        found = [{"name": check.name, "state": check.state, "finding": check.finding} for check in checks]
        print_json({"healthy": healthy, "checks": found})
    else:
        for check in checks:
            print(f"{check.state:<8} {check.name:<12} {printable(check.finding)}")
    if not healthy:
        raise typer.Exit(1)


async def _checks() -> AsyncIterator[Check]:
    from bot.settings import read_settings, settings_warnings

    yield _versions()
    for line in settings_warnings():
        yield Check("settings", "warning", line)
    try:
        settings = read_settings()
    except BotError as error:
        for line in str(error).splitlines():
            yield Check("settings", "broken", line)
        return
    yield Check("settings", "ok", f"language {settings.language}, time zone {settings.time_zone}")
    for check in (*_folder(settings.data_dir), _seeds(settings), _page(settings)):
        yield check
    async for check in _database(settings):
        yield check
    async for check in _slack(settings):
        yield check


def _versions() -> Check:
    names = [_NAME.match(line) for line in requires("ai-news") or () if "extra ==" not in line]
    libraries = {name[0]: _version(name[0]) for name in names if name}
    missing = [name for name, number in libraries.items() if number is None]
    if missing:
        return Check("versions", "broken", f"not installed: {', '.join(missing)}; install ai-news again")
    found = ", ".join(f"{name} {number}" for name, number in libraries.items())
    return Check(
        "versions", "ok", f"ai-news {version('ai-news')}, Python {platform.python_version()}, {found}"
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _folder(folder: Path) -> Iterator[Check]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Check("data folder", "broken", f"{folder}: {error.strerror}; set AI_NEWS_DATA_DIR to another")
        return
    yield Check("data folder", "ok", str(folder))
    low = free < LOW_DISK_BYTES
    yield Check("disk", "warning" if low else "ok", f"{free // 1_000_000} MB free")


def _seeds(settings: "Settings") -> Check:
    from bot.run import load_seeds, utc_now

    try:
        seeds = load_seeds(settings.seeds_dir, utc_now())
    except (BotError, OSError) as error:
        return Check("seeds", "broken", str(error))
    return Check("seeds", "ok", f"{len(seeds.stories)} stories, {len(seeds.topics)} topics")


def _page(settings: "Settings") -> Check:
    from adapters.local.access import is_only_this_machine

    address = settings.web_url or f"{settings.web_host} port {settings.web_port}"
    if is_only_this_machine(settings):
        return Check("page", "ok", f"{address}, for this machine only")
    if settings.web_password is None:
        return Check("page", "ok", f"{address}, open for reading; AI_NEWS_WEB_PASSWORD would open the rest")
    if not (settings.web_url or "").startswith("https://"):
        advice = "put it behind HTTPS and set AI_NEWS_WEB_URL to its https:// address"
        return Check("page", "warning", f"{address}: the password travels unencrypted; {advice}")
    return Check("page", "ok", f"{address}, open for reading, and for who signs in")


async def _database(settings: "Settings") -> AsyncIterator[Check]:
    from bot.run import open_engine
    from bot.store import open_store

    if settings.database_url.startswith("sqlite:"):
        yield _sqlite()
    try:
        store = await open_store(settings.database_url)
        try:
            count = await store.count_stories(LOCAL)
            yield database_check(store.engine, count)
            yield await _operators(settings, store)
            async for check in _discord(settings, store):
                yield check
        finally:
            await store.close()
        async with open_engine(settings) as engine:
            behind = await engine.follow_store()
            found_by = f"{engine.index.document_count()} tellings, change {engine.index.position}"
            yield Check("index", "broken" if behind else "ok", found_by)
    except (BotError, OSError) as error:
        yield Check("database", "broken", str(error))


def database_check(engine: str, count: int) -> Check:
    """Return how a database is that could be opened, by its engine's name and version."""
    found = f"{engine}, {count} stories"
    if engine.startswith("PostgreSQL "):
        from bot.store.postgresql import TRANSACTION_LIMIT_SINCE as SINCE

        if int(engine.split()[1].split(".")[0]) < SINCE:
            advice = f"use {SINCE} or later, which lets no bot that is paused hold up the others"
            return Check("database", "warning", f"{found}; {advice}")
    return Check("database", "ok", found)


async def _operators(settings: "Settings", store: "Store") -> Check:
    """Say whose moderators may change public stories: a mistyped id would give that to nobody."""
    known = {LOCAL, *await store.workspaces("discord"), *await store.workspaces("slack")}
    named = ", ".join(sorted(settings.operator_workspaces)) or "none"
    if strangers := sorted(settings.operator_workspaces - known):
        return Check(
            "operators",
            "warning",
            f"AI_NEWS_OPERATOR_WORKSPACES names {', '.join(strangers)}, where the bot has not been yet; "
            "where the id is wrong, nobody there can change public stories",
        )
    return Check("operators", "ok", f"moderators of these workspaces may change public stories: {named}")


async def _discord(settings: "Settings", store: "Store") -> AsyncIterator[Check]:
    if settings.discord_token is None:
        yield Check("Discord", "ok", f"not set up; {_HOW_TO_DISCORD}")
        return
    from adapters.discord.checks import check_discord

    async for found in check_discord(settings, settings.discord_token, store):
        yield Check("Discord", found.state, found.text)


def _sqlite() -> Check:
    from bot.store.sqlite import has_wal_reset_bug

    number = sqlite3.sqlite_version
    if has_wal_reset_bug(sqlite3.sqlite_version_info):
        return Check(
            "SQLite",
            "warning",
            f"{number} can damage a database that two programs write at once "
            "(WAL-reset bug, sqlite.org/wal.html): keep to one, or use 3.51.3 or later, or PostgreSQL",
        )
    return Check("SQLite", "ok", number)


async def _slack(settings: "Settings") -> AsyncIterator[Check]:
    from adapters.slack.mode import is_wanted

    if not is_wanted(settings):
        yield Check(
            "slack",
            "ok",
            "not set up; paste what `ai-news slack-manifest` prints at https://api.slack.com/apps, set "
            "AI_NEWS_SLACK_BOT_TOKEN and AI_NEWS_SLACK_APP_TOKEN, and look here again",
        )
        return
    from adapters.slack.checks import findings
    from bot.run import utc_now
    from bot.store import open_store

    try:
        store = await open_store(settings.database_url)
    except (BotError, OSError):
        return  # `_database` has said what is wrong
    try:
        async for found in findings(settings, store, utc_now):
            yield Check(found.name, found.state, found.finding)
    finally:
        await store.close()
