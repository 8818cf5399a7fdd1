"""The definition of Store as adapters use it: leases, events, keepsakes, on every database."""

import asyncio
from datetime import timedelta

from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


# Leases


async def test_a_lease_is_one_owners_until_it_ends_or_is_let_go(store):
    assert await store.hold("gateway", "one", NOW, 60)
    assert not await store.hold("gateway", "two", NOW + timedelta(seconds=59), 60)
    assert await store.hold("gateway", "one", NOW + timedelta(seconds=30), 60)
    assert not await store.hold("gateway", "two", NOW + timedelta(seconds=60), 60)
    assert await store.hold("gateway", "two", NOW + timedelta(seconds=90), 60)

    await store.let_go("gateway", "one")
    assert not await store.hold("gateway", "one", NOW + timedelta(seconds=91), 60)
    await store.let_go("gateway", "two")
    assert await store.hold("gateway", "one", NOW + timedelta(seconds=92), 60)


async def test_names_are_held_apart(store):
    assert await store.hold("shard 0", "one", NOW, 60)
    assert await store.hold("shard 1", "two", NOW, 60)


# Events


async def test_an_event_is_seen_for_the_first_time_once_until_it_is_forgotten(store):
    assert await store.remember("Ev1", NOW)
    assert not await store.remember("Ev1", LATER)
    assert await store.remember("Ev2", LATER)

    await store.forget(LATER)

    assert await store.remember("Ev1", LATER)
    assert not await store.remember("Ev2", LATER)


async def test_of_many_tasks_that_see_an_event_one_is_the_first(store):
    seen = await asyncio.gather(*(store.remember("Ev1", NOW) for _ in range(8)))

    assert seen.count(True) == 1


# Keepsakes


async def test_what_is_kept_is_read_taken_once_and_replaced(store):
    await store.keep("states", "one", "first")
    await store.keep("states", "one", "second")
    await store.keep("states", "two", "other")
    await store.keep("hashes", "one", "elsewhere")

    assert await store.kept("states", "one") == "second"
    assert await store.shelf("states") == {"one": "second", "two": "other"}
    assert await store.take("states", "one") == "second"
    assert await store.take("states", "one") is None
    assert await store.kept("states", "one") is None
    assert await store.shelf("hashes") == {"one": "elsewhere"}
    assert await store.shelf("nothing") == {}


async def test_what_fades_is_forgotten_some_time_after_it_was_kept_last(store):
    for key, fades in (("good", False), ("old", True), ("kept again", True), ("for good now", True)):
        await store.keep("buttons", key, "text", fades=fades)
    assert await store.fade(NOW, NOW - timedelta(days=9)) == 0
    await store.keep("buttons", "kept again", "text", fades=True)
    await store.keep("buttons", "for good now", "text")
    await store.keep("buttons", "new", "text", fades=True)

    assert await store.fade(LATER, LATER) == 1

    assert sorted(await store.shelf("buttons")) == ["for good now", "good", "kept again", "new"]
    assert await store.fade(LATER, LATER) == 0
    assert await store.fade(LATER + timedelta(days=9), LATER + timedelta(days=1)) == 2


async def test_of_many_takers_one_gets_it(store):
    await store.keep("states", "one", "kept")

    taken = await asyncio.gather(*(store.take("states", "one") for _ in range(8)))

    assert sorted(taken, key=str) == [None] * 7 + ["kept"]
