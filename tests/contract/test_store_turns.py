"""The definition of Store: posts and edits take turns and never hold each other up, on every database."""

from datetime import timedelta

import pytest

from bot.store import claiming, saving
from bot.store.rows import to_milliseconds
from tests.contract import store_processes
from tests.contract.test_store_edits import change, claim, post_all, share, stories, telling
from tests.contract.test_store_races import race
from tests.factories import NOW, make_channel, make_delivery

MINUTE = timedelta(minutes=1)


async def owe(store, posts, edits):
    """Owe that many of each, in a channel each: the edits first, the last of each kind due first."""
    await stories(store, "story")
    for number in range(edits):
        await share(store, f"copy{number}", "story", channel=make_channel(id=f"e{number}"))
    await post_all(store)
    made = await change(store, "story", NOW - 99 * MINUTE) if edits else None
    for number in range(posts):
        channel, due_at = make_channel(id=f"p{number}"), NOW - number * MINUTE
        await share(store, f"post{number}", "story", revision=2, channel=channel, due_at=due_at)
    return made


@pytest.mark.parametrize(
    ("owed", "wanted", "taken"),
    [
        ((9, 9), (2, 2), "pepe"),
        ((9, 9), (3, 2), "pepep"),
        ((9, 9), (1, 3), "peee"),
        ((9, 9), (4, 0), "pppp"),
        ((9, 9), (0, 4), "eeee"),
        ((0, 9), (5, 5), "eeeee"),
        ((9, 0), (5, 5), "ppppp"),
        ((1, 9), (3, 3), "peee"),
        ((9, 1), (3, 3), "pepp"),
        ((0, 0), (3, 3), ""),
    ],
)
async def test_of_posts_and_edits_each_as_many_are_claimed_as_wanted_by_turns(store, owed, wanted, taken):
    await owe(store, *owed)
    posts, edits = wanted

    claimed = await claim(store, posts=posts, edits=edits)

    assert "".join("e" if delivery.kind == "edit" else "p" for delivery in claimed) == taken
    assert {delivery.attempt for delivery in claimed} <= {1}


async def test_of_either_kind_the_oldest_come_first(store):
    made = await owe(store, posts=6, edits=3)

    claimed = await claim(store, posts=5, edits=3)

    posts = [delivery.id for delivery in claimed if delivery.kind != "edit"]
    assert posts == [f"post{number}.1" for number in (5, 4, 3, 2, 1)]
    edits = [delivery.id for delivery in claimed if delivery.kind == "edit"]
    assert edits == sorted(edit.id for edit in await store.edits(made, 9))


async def test_four_processes_claim_posts_and_edits_once_each(store, database_url):
    made = await owe(store, posts=60, edits=60)

    claimed = race(store_processes.claim_all, database_url, ["a", "b", "c", "d"])

    ids = [delivery_id for ids in claimed for delivery_id in ids]
    edits = [edit.id for edit in await store.edits(made, 100)]
    assert sorted(ids) == sorted([*edits, *(f"post{number}.1" for number in range(60))])


async def owe_edits(store, count):
    """Owe many edits at once, of which a database has no statistics yet."""
    await stories(store, "story")
    copies = [
        make_delivery(
            id=f"s{number}.1", series=f"s{number}", channel=make_channel(id=f"c{number}"), **POSTED_COPY
        )
        for number in range(count)
    ]
    await store._driver.transaction(lambda transaction: saving.insert_deliveries(transaction, copies))
    await change(store, "story")


POSTED_COPY = {"kind": "share", "message": telling("story"), "state": "posted", "message_id": "m"}


@pytest.mark.parametrize("has_statistics", [False, True])
@pytest.mark.parametrize("statement", [claiming.CLAIM_POSTS, claiming.CLAIM_EDITS], ids=["posts", "edits"])
async def test_amid_many_edits_claims_read_indexes_in_their_order(store, statement, has_statistics):
    await owe_edits(store, 10_000)

    plan = await plan_of(store, statement, "ANALYZE" if has_statistics else "SELECT 1")

    kind = "posts" if statement == claiming.CLAIM_POSTS else "edits"
    assert f"{kind}_by_turn" in plan
    assert not [word for word in SLOW if word in plan], plan


SLOW = ("SCAN ", "TEMP B-TREE", "Seq Scan on deliveries", "Sort")
"""What a plan of either database has in it that reads a whole table, or all that it sorts."""


async def plan_of(store, statement, first):
    """Return how a database reads what a claim takes, whatever the values are."""
    is_sqlite = store.engine.startswith("SQLite")
    values = (to_milliseconds(NOW), "one", to_milliseconds(NOW + MINUTE), 32, "local")

    async def explain(transaction):
        await transaction.fetch(first)
        if is_sqlite:
            return await transaction.fetch(f"EXPLAIN QUERY PLAN {statement}", *values)
        await transaction.fetch("SET LOCAL plan_cache_mode = force_generic_plan")
        return await transaction.fetch(f"EXPLAIN {statement}", *values)

    found = await store._driver.transaction(explain)
    return "\n".join(row["detail" if is_sqlite else "QUERY PLAN"] for row in found)
