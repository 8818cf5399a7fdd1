"""What the databases' drivers do when a database cannot: one line that says what to do, and nothing lost."""

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.errors import StoreError
from bot.model import PUBLIC
from bot.store import open_store, sql
from bot.store.postgresql import open_postgresql
from bot.store.schema import migrate
from bot.store.sqlite import SqliteDriver, has_wal_reset_bug
from bot.store.store import DatabaseStore
from tests.conftest import run_statements
from tests.factories import make_change, make_story, make_subscription, make_telling

ROOT = Path(__file__).parent.parent


async def refusal(url):
    """Return the error that opening the store raises."""
    with pytest.raises(StoreError) as caught:
        await open_store(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "mysql://user:s3cret@host/name", "sqlite:///", "sqlite:///:memory:", "ai.db"]
)
async def test_a_url_that_names_no_database_is_refused_with_an_example(url):
    message = await refusal(url)

    assert "sqlite:///folder/file.db" in message
    assert "s3cret" not in message


# SQLite


async def test_a_folder_that_does_not_exist_is_named(tmp_path):
    assert "check that its folder exists" in await refusal(f"sqlite:///{tmp_path}/absent/ai.db")


async def test_a_folder_is_no_database(tmp_path):
    assert str(tmp_path) in await refusal(f"sqlite:///{tmp_path}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
async def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    await (await open_store(f"sqlite:///{tmp_path}/before.db")).close()  # loads what nobody may not read
    os.seteuid(65534)  # nobody
    try:
        message = await refusal(f"sqlite:///{tmp_path}/ai.db")
    finally:
        os.seteuid(0)

    assert "you may write there" in message


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    file = tmp_path / "diary.txt"
    file.write_text("Dear diary, " * 100)

    assert "is no database and was left as it is" in await refusal(f"sqlite:///{file}")

    assert file.read_text() == "Dear diary, " * 100


async def test_a_damaged_database_is_left_as_it_is(tmp_path, sqlite_url):
    store = await open_store(sqlite_url)
    await store.save_stories([make_change(make_story(id=f"{number}")) for number in range(300)])
    await store.close()
    file = tmp_path / "ai-news.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    file.write_bytes(content)

    assert "damaged" in await refusal(sqlite_url)

    assert file.read_bytes() == content


def size_of(sqlite_url):
    return Path(sqlite_url.removeprefix("sqlite:///")).stat().st_size


async def test_a_store_without_checkpoints_leaves_the_wal_to_the_last_that_closes(sqlite_url):
    bot = await open_store(sqlite_url)
    await bot.save_stories([make_change(make_story(id="first"))])
    before = size_of(sqlite_url)

    command = await open_store(sqlite_url, checkpoints=False)
    long = make_telling(body="a" * 6_000_000)  # more pages than a commit without a checkpoint takes
    await command.save_stories([make_change(make_story(id="long", tellings=(long,)))])
    await command.close()
    assert size_of(sqlite_url) == before

    await bot.close()
    assert size_of(sqlite_url) > before + 6_000_000


async def test_a_database_keeps_its_id_and_no_other_has_it(database_url, tmp_path):
    first, again = await open_store(database_url), await open_store(database_url)
    other = await open_store(f"sqlite:///{tmp_path}/other.db")

    assert first.database_id == again.database_id != other.database_id

    for store in (first, again, other):
        await store.close()


async def open_sqlite(url, busy_timeout_s=0.05):
    driver = SqliteDriver(Path(url.removeprefix("sqlite:///")), busy_timeout_s)
    return driver, DatabaseStore(driver, await migrate(driver))


async def test_a_database_that_another_program_holds_is_reported_and_then_used_again(sqlite_url):
    _, store = await open_sqlite(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="locked"):
        await store.save_stories([make_change()])
    assert await store.count_stories(PUBLIC) == 0

    other.rollback()
    other.close()
    await store.save_stories([make_change()])
    assert await store.count_stories(PUBLIC) == 1
    await store.close()


async def test_a_full_disk_loses_nothing_and_the_store_goes_on_when_there_is_space(sqlite_url):
    async def allow_pages(count):
        await driver.transaction(lambda transaction: transaction.fetch(f"PRAGMA max_page_count = {count}"))

    driver, store = await open_sqlite(sqlite_url)
    await store.save_stories([make_change()])
    large = make_change(make_story(id="large", tellings=(make_telling(body="words " * 100_000),)))

    await allow_pages(60)
    with pytest.raises(StoreError, match="disk is full and nothing was changed"):
        await store.save_stories([make_change(make_story(id="small")), large])
    assert set(await store.stored_stories(["story", "small", "large"])) == {"story"}

    await allow_pages(10_000)
    await store.save_stories([large])
    assert set(await store.stored_stories(["story", "small", "large"])) == {"story", "large"}
    await store.close()


async def test_readers_cannot_write(sqlite_url):
    driver, _ = await open_sqlite(sqlite_url)

    with pytest.raises(StoreError):
        await driver.read("DELETE FROM counters")

    await driver.close()


async def test_durable_settings_are_on(sqlite_url):
    driver, _ = await open_sqlite(sqlite_url)

    async def setting(transaction):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [(await transaction.fetch(f"PRAGMA {name}"))[0][name] for name in names]

    assert await driver.transaction(setting) == ["wal", 2, 1]  # 2 is FULL
    await driver.close()


@pytest.mark.parametrize(
    "statement",
    [sql.NEWEST_STORIES, sql.fresh_stories(0, 0), sql.fresh_stories(8, 8)],
    ids=["newest", "fresh", "topics"],
)
async def test_the_newest_stories_are_read_in_the_order_of_an_index(sqlite_url, statement):
    driver, _ = await open_sqlite(sqlite_url)

    plan = await driver.read(f"EXPLAIN QUERY PLAN {statement}", *([None] * 21))

    reads = [row for row in plan if row["detail"].startswith(("SEARCH s ", "SCAN s "))]
    assert [row["detail"] for row in reads] == ["SEARCH s USING INDEX stories_by_age (workspace=?)"] * 2
    sorts = [row for row in plan if "TEMP B-TREE" in row["detail"]]
    assert {row["parent"] for row in sorts}.isdisjoint(row["parent"] for row in reads)
    await driver.close()


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_sqlite_versions_that_may_damage_a_database_are_known(version, bug):
    assert has_wal_reset_bug(version) is bug


def run_python(code, *arguments):
    """Run code in a new interpreter; return what it prints."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


OPEN = """
import asyncio, sys
from bot.store import open_store

async def open_and_close():
    store = await open_store(sys.argv[1])
    await store.close()

asyncio.run(open_and_close())
print("asyncpg" in sys.modules)
"""


def test_users_of_sqlite_never_import_the_other_driver(sqlite_url):
    assert run_python(OPEN, sqlite_url) == "False\n"


# PostgreSQL


def changed(url, **parts):
    return urlsplit(url)._replace(**parts).geturl()


async def test_a_server_that_does_not_run_is_named_without_the_password():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    message = await refusal(f"postgresql://bot:s3cret@127.0.0.1:{port}/news")

    assert f"news at 127.0.0.1:{port}: it cannot be reached" in message
    assert "s3cret" not in message


async def test_a_missing_database_is_named(postgresql_url):
    message = await refusal(changed(postgresql_url, path="/absent"))

    assert "database absent" in message
    assert "no such database" in message


async def test_a_refused_login_says_what_to_check(postgresql_url):
    host = urlsplit(postgresql_url).netloc.rpartition("@")[2]

    message = await refusal(changed(postgresql_url, netloc=f"nobody-we-know:s3cret@{host}"))

    assert "check the user and the password" in message
    assert "s3cret" not in message


@pytest.mark.parametrize("host", ["host:s3cret", "[::1", "host:99999999"])
async def test_a_url_that_cannot_be_read_is_refused_without_the_password(host):
    message = await refusal(f"postgresql://bot:s3cret@{host}/news")

    assert "s3cret" not in message


async def test_a_lost_connection_is_an_error_once(postgresql_url):
    store = await open_store(postgresql_url)
    connection = await asyncpg.connect(postgresql_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()

    for _ in range(2):  # the loss may be noticed before it is used, or when it is
        try:
            await store.save_stories([make_change()])
            break
        except StoreError as error:
            assert "cannot be reached" in str(error)  # noqa: PT017

    assert await store.count_stories(PUBLIC) == 1
    await store.close()


async def test_transactions_that_wait_for_each_other_both_succeed(postgresql_url):
    driver = await open_postgresql(postgresql_url)
    await driver.transaction(
        lambda transaction: transaction.execute_many("INSERT INTO counters VALUES ($1, 0)", [("a",), ("b",)])
    )
    both_hold_one = asyncio.Barrier(2)
    attempts = []

    async def raise_both(first, second):
        async def body(transaction):
            attempts.append(first)
            statement = "UPDATE counters SET value = value + 1 WHERE name = $1"
            await transaction.fetch(statement, first)
            if len(attempts) <= 2:
                await both_hold_one.wait()
            await transaction.fetch(statement, second)

        await driver.transaction(body)

    await asyncio.gather(raise_both("a", "b"), raise_both("b", "a"))

    assert len(attempts) > 2
    rows = await driver.read("SELECT value FROM counters WHERE name IN ('a', 'b')")
    assert [row["value"] for row in rows] == [2, 2]
    await driver.close()


async def test_the_engine_is_named_with_its_version(database_url):
    store = await open_store(database_url)

    assert store.engine.split()[0] in {"SQLite", "PostgreSQL"}
    assert store.engine.split()[1][0].isdigit()
    await store.close()


async def test_postgresql_lets_two_subscribe_the_same_channel_at_the_same_instant(postgresql_url):
    """It may write one's id, and then see the other's id before it sees that they are of one channel."""
    store = await open_store(postgresql_url)
    await run_statements(
        postgresql_url,
        "CREATE FUNCTION nap(id TEXT) RETURNS TEXT IMMUTABLE LANGUAGE plpgsql "
        "AS 'BEGIN PERFORM pg_sleep(0.3); RETURN id; END'",
        "CREATE INDEX between_both ON subscriptions (nap(id))",
        "ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_platform_workspace_channel_key, "
        "ADD UNIQUE (platform, workspace, channel)",
    )
    try:
        added = await asyncio.gather(*(store.add_subscription(make_subscription()) for _ in range(2)))
    finally:
        await store.close()

    assert added == [make_subscription()] * 2
