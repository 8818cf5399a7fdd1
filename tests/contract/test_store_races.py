"""The definition of Store where processes race, are killed, and bring databases of their own age."""

import asyncio
import multiprocessing
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count

import asyncpg
import pytest

from bot.errors import StoreError
from bot.model import PUBLIC
from bot.store import open_store
from bot.store.schema import migrations
from bot.store.store import DatabaseStore
from tests.contract import store_processes
from tests.factories import (
    NOW,
    make_article,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_occurrence,
    make_story,
    make_subscription,
)
from tests.waiting import until

PROCESSES = 4
NEW_PROCESS = multiprocessing.get_context("spawn")


def race(function, *arguments):
    """Run a function in four processes that begin together; return what each returned.

    The last argument is a list, which has one value for each process.
    """
    *shared, own = arguments
    barrier = NEW_PROCESS.Barrier(PROCESSES)
    with ProcessPoolExecutor(
        PROCESSES, NEW_PROCESS, initializer=store_processes.wait_for_all, initargs=(barrier,)
    ) as pool:
        return list(pool.map(function, *([value] * PROCESSES for value in shared), own))


async def test_four_processes_claim_each_delivery_once(store, database_url):
    subscription = await store.add_subscription(make_subscription())
    for number in range(200):
        digest = make_digest(id=f"d{number}", occurrence=make_occurrence(slot=f"{number}"), story_ids=())
        channel = make_channel(id=f"c{number}")
        delivery = make_delivery(id=f"{digest.id}.1", series=digest.id, channel=channel)
        await store.publish(digest, [delivery], subscription, subscription.next_due_at)

    claimed = race(store_processes.claim_all, database_url, ["a", "b", "c", "d"])

    ids = [delivery_id for ids in claimed for delivery_id in ids]
    assert sorted(ids) == sorted(f"d{number}.1" for number in range(200))


async def test_of_four_processes_that_add_the_same_story_one_succeeds(store, database_url):
    won = race(store_processes.save_first_revision, database_url, ["a", "b", "c", "d"])

    assert sorted(won) == [False, False, False, True]
    assert len(await store.revisions("story")) == 1


async def test_of_four_processes_that_publish_the_same_turn_one_succeeds(store, database_url):
    await store.save_stories([make_change()])
    await store.add_subscription(make_subscription())

    won = race(store_processes.publish_same_occurrence, database_url, ["a", "b", "c", "d"])

    assert sorted(won) == [False, False, False, True]
    assert len(await store.claim_deliveries("local", NOW, 60, "one", 10, 10)) == 1


def test_four_programs_may_open_a_new_database_at_once(blank_database_url):
    race(store_processes.open_and_close, [blank_database_url] * PROCESSES)

    async def count():
        store = await open_store(blank_database_url)
        stories = await store.count_stories("home")
        await store.close()
        return stories

    assert asyncio.run(count()) == 0


async def test_a_killed_process_loses_nothing_that_it_acknowledged(database_url):
    ours, theirs = NEW_PROCESS.Pipe(duplex=False)
    process = NEW_PROCESS.Process(target=store_processes.save_forever, args=(database_url, theirs))
    process.start()
    theirs.close()
    while (acknowledged := ours.recv()) < 20:
        pass
    process.kill()
    process.join()
    while ours.poll():
        try:
            acknowledged = ours.recv()
        except EOFError:
            break
    ours.close()
    process.close()
    if database_url.startswith("postgresql"):
        await until(partial(nobody_is_connected, database_url))  # its last commit may be under way

    store = await open_store(database_url)
    stories = await store.stored_stories([f"story-{number}" for number in range(1, acknowledged + 3)])
    histories = [await store.revisions(story_id) for story_id in stories]
    entries = await store.index_entries(0, 10_000)
    await store.close()

    # One more may have been saved without having been acknowledged.
    assert len(stories) in (acknowledged, acknowledged + 1)
    assert all([revision.number for revision in history] == [1, 2] for history in histories)
    assert [entry.number for entry in entries] == [2 * number for number in range(1, len(stories) + 1)]


async def nobody_is_connected(database_url):
    """Return whether the server has ended all that others do on a PostgreSQL database."""
    connection = await asyncpg.connect(database_url)
    others = await connection.fetch(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    await connection.close()
    return not others


class FailingTransaction:
    """A transaction whose statement number `n` fails."""

    def __init__(self, transaction, n):
        self.transaction, self.n = transaction, n

    def count_down(self):
        self.n -= 1
        if self.n == 0:
            raise StoreError("the database went away")

    async def fetch(self, statement, *values):
        self.count_down()
        return await self.transaction.fetch(statement, *values)

    async def execute_many(self, statement, rows):
        self.count_down()
        await self.transaction.execute_many(statement, rows)


class FailingDriver:
    """A driver on which statement number `n` of a transaction fails."""

    def __init__(self, driver, n):
        self.driver, self.n = driver, n

    async def transaction(self, body):
        return await self.driver.transaction(
            lambda transaction: body(FailingTransaction(transaction, self.n))
        )


async def failures_of(store, write):
    """Let `write` fail at each of its statements in turn; yield after each failure, until it succeeds."""
    for n in count(1):
        try:
            await write(DatabaseStore(FailingDriver(store._driver, n), store.database_id))
        except StoreError:
            yield n
        else:
            return


async def test_publishing_that_fails_at_any_statement_leaves_nothing_behind(store):
    await store.save_stories([make_change()])
    subscription = await store.add_subscription(make_subscription())
    tomorrow = NOW + timedelta(days=1)

    failures = 0
    async for failures in failures_of(  # noqa: B007 -- how many is asserted below
        store, lambda failing: failing.publish(make_digest(), [make_delivery()], subscription, tomorrow)
    ):
        assert await store.delivery("digest.1") is None
        assert await store.subscription(make_channel()) == subscription
        assert len(await store.fresh_stories(subscription, 10)) == 1

    assert failures == 5  # due time, digest, deliveries, copies, stories
    assert await store.delivery("digest.1") == make_delivery()


async def test_saving_that_fails_at_any_statement_leaves_nothing_behind(store):
    first = make_story(topics=("robots",))
    await store.save_stories([make_change(first)])
    second = replace(first, revision=2, topics=("parcels",))

    failures = 0
    async for failures in failures_of(  # noqa: B007
        store, lambda failing: failing.save_stories([make_change(second)], make_article())
    ):
        assert await store.stories(["story"], PUBLIC) == {"story": first}
        assert len(await store.revisions("story")) == 1
        assert await store.fresh_stories(make_subscription(topics=("robots",)), 10) == [first]
        assert [entry.number for entry in await store.index_entries(0, 10)] == [1]

    assert failures == 8  # numbers, stories read, article, act, stories, revisions, topics out, topics in
    assert await store.stories(["story"], PUBLIC) == {"story": second}


async def test_a_database_keeps_its_stories_when_it_is_opened_again(database_url):
    store = await open_store(database_url)
    subscription = await store.add_subscription(make_subscription())
    await store.close()

    store = await open_store(database_url)

    assert await store.due_subscriptions(NOW + timedelta(days=1), 10) == [subscription]
    assert await store.subscription(make_channel()) == subscription
    await store.close()


async def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(database_url):
    await (await open_store(database_url)).close()
    known = len(migrations())
    await set_version(database_url, known + 41)

    for _ in range(2):
        with pytest.raises(StoreError, match=rf"{known + 41}.*{known}\b.*newer ai-news"):
            await open_store(database_url)

    await set_version(database_url, known)
    await (await open_store(database_url)).close()


async def set_version(url, version):
    statement = f"UPDATE schema_version SET version = {version}"  # noqa: S608
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute(statement)
        connection.commit()
        connection.close()
    else:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()
