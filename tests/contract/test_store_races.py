"""The definition of Store where processes race, are killed, and bring databases of their own age."""

import asyncio
import multiprocessing
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import asyncpg
import pytest

from bot.errors import StoreError
from bot.store import open_store
from bot.store.schema import migrations
from tests.contract import store_processes
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_occurrence,
    make_subscription,
)

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
        delivery = make_delivery(id=f"{digest.id}.1", digest_id=digest.id)
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
    assert len(await store.claim_deliveries(NOW, 60, "one", 10)) == 1


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

    store = await open_store(database_url)
    stories = await store.stored_stories([f"story-{number}" for number in range(1, acknowledged + 3)])
    histories = [await store.revisions(story_id) for story_id in stories]
    entries = await store.index_entries(0, 10_000)
    await store.close()

    # One more may have been saved without having been acknowledged.
    assert len(stories) in (acknowledged, acknowledged + 1)
    assert all([revision.number for revision in history] == [1, 2] for history in histories)
    assert [entry.number for entry in entries] == [2 * number for number in range(1, len(stories) + 1)]


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
