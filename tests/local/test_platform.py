"""What watchers of a local channel are told: all that was posted, also late, also much at once."""

from datetime import timedelta

import pytest

from adapters.local.places import NEWS
from adapters.local.platform import RECENT, LocalPlatform
from adapters.local.watching import LATE_COMMIT
from bot.model import Posted, WorkspaceId
from bot.store import open_store
from tests.factories import (
    NOW,
    make_delivery,
    make_digest,
    make_occurrence,
    make_subscription,
    make_workspace,
)


@pytest.fixture
async def store(sqlite_url):
    store = await open_store(sqlite_url)
    await store.add_subscription(make_subscription(channel=NEWS))
    yield store
    await store.close()


async def post(store, name, settled_at):
    """Put a post into the channel, as another process would."""
    subscription = await store.subscription(NEWS)
    digest = make_digest(id=name, channel=NEWS, occurrence=make_occurrence(slot=name), story_ids=())
    delivery = make_delivery(id=f"{name}.1", series=name, channel=NEWS)
    await store.publish(digest, [delivery], subscription, subscription.next_due_at)
    (claimed,) = await store.claim_deliveries("local", NOW, 60, "other", 10, 10)
    assert await store.settle(claimed, Posted(message_id=name), settled_at)


async def seen(store, after, count):
    """Return the ids of the first `count` changes; None for a gap."""
    platform = LocalPlatform(store)
    changes = platform.changes(NEWS, after)
    found = [await anext(changes) for _ in range(count)]
    platform.close()
    await changes.aclose()
    return [arrival and arrival.post.id for arrival in found]


async def test_what_came_after_is_told_in_order(store):
    for number, name in enumerate(("one", "two", "three")):
        await post(store, name, NOW + number * 2 * LATE_COMMIT)

    assert await seen(store, "one.1", 2) == ["two.1", "three.1"]


async def test_a_post_that_was_committed_late_is_not_missed(store):
    """Its clock was behind, or its transaction was slow: it stands before what the page knows."""
    await post(store, "known", NOW)
    await post(store, "late", NOW - timedelta(seconds=1))

    assert await seen(store, "known.1", 1) == ["late.1"]


async def test_more_than_is_looked_at_is_a_gap(store):
    await post(store, "known", NOW)
    for number in range(RECENT):
        await post(store, f"new-{number}", NOW + timedelta(seconds=number + 1))

    assert await seen(store, "known.1", 1) == [None]


async def test_an_empty_channel_s_first_posts_are_told(store):
    await post(store, "first", NOW)

    assert await seen(store, "", 1) == ["first.1"]


@pytest.mark.parametrize(("desk", "channel"), [("news-ja", "news-ja"), ("", "news"), ("nowhere", "news")])
async def test_moderators_are_told_in_the_channel_that_they_named(store, desk, channel):
    await store.join(make_workspace(id=WorkspaceId("local"), desk=desk), None)

    assert (await LocalPlatform(store).desk(WorkspaceId("local"))).id == channel
    assert await LocalPlatform(store).desk(WorkspaceId("unknown")) is None
