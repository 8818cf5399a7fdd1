"""The definition of Store: what is due, and digests, on every database."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.errors import Conflict, StoreError
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_occurrence,
    make_story,
    make_subscription,
)

MINUTE = timedelta(minutes=1)
TOMORROW = NOW + timedelta(days=1)


async def save(store, *stories):
    await store.save_stories([make_change(story) for story in stories])


async def owe(store, *deliveries, story_ids=()):
    """Publish a digest of the deliveries given, or of one."""
    subscription = await store.add_subscription(make_subscription())
    digest = make_digest(story_ids=story_ids)
    await store.publish(digest, deliveries or [make_delivery()], subscription, TOMORROW)


async def claim(store, now=NOW, owner="one", limit=10, lease_s=60):
    return await store.claim_deliveries("local", now, lease_s, owner, limit, limit)


async def test_a_subscription_comes_back_as_it_was_saved(store):
    subscription = make_subscription(
        times=(time(7, 30), time(18, 0)),
        time_zone="Asia/Tokyo",
        languages=("en",),
        topics=("robots",),
        story_count=3,
    )

    assert await store.add_subscription(subscription) == subscription
    assert await store.subscription(subscription.channel) == subscription
    assert await store.subscription(make_channel(workspace="away")) is None


async def test_a_channel_keeps_the_subscription_it_has(store):
    first = await store.add_subscription(make_subscription())

    assert await store.add_subscription(make_subscription(id="second", languages=("en",))) == first


async def test_a_subscription_id_belongs_to_one_channel(store):
    await store.add_subscription(make_subscription())

    with pytest.raises(Conflict):
        await store.add_subscription(make_subscription(channel=make_channel(id="other")))


async def test_due_subscriptions_come_longest_due_first(store):
    for minutes, name in enumerate(["now", "before", "long before"]):
        due_at = NOW - minutes * MINUTE
        await store.add_subscription(
            make_subscription(id=name, channel=make_channel(id=name), next_due_at=due_at)
        )

    async def due(now, limit=10):
        return [subscription.id for subscription in await store.due_subscriptions(now, limit)]

    assert await due(NOW) == ["long before", "before", "now"]
    assert await due(NOW, limit=1) == ["long before"]
    assert await due(NOW - MINUTE) == ["long before", "before"]


async def test_a_channel_gets_a_story_once_and_other_channels_still_get_it(store):
    await save(store, make_story(), make_story(id="next", published_at=NOW))

    await owe(store, story_ids=("story",))

    elsewhere = make_subscription(channel=make_channel(id="other"))
    assert [story.id for story in await store.fresh_stories(make_subscription(), 10)] == ["next"]
    assert [story.id for story in await store.fresh_stories(elsewhere, 10)] == ["next", "story"]
    assert [story.id for story in await store.fresh_stories(elsewhere, 1)] == ["next"]


async def test_fresh_stories_have_one_of_the_topics(store):
    await save(
        store,
        make_story(id="both", topics=("robots", "parcels", "robots")),
        make_story(id="one", topics=("parcels",)),
        make_story(id="none"),
    )

    async def fresh(*topics):
        found = await store.fresh_stories(make_subscription(topics=topics), 10)
        return [story.id for story in found]

    assert await fresh("robots") == ["both"]
    assert await fresh("robots", "parcels", *(f"topic-{n}" for n in range(600))) == ["both", "one"]
    assert await fresh("boats") == []


async def test_publishing_moves_the_due_time(store):
    subscription = await store.add_subscription(make_subscription())

    await store.publish(None, [], subscription, TOMORROW)

    assert await store.subscription(subscription.channel) == replace(subscription, next_due_at=TOMORROW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"occurrence": make_occurrence()}, id="occurrence has a digest"),
        pytest.param({"story_ids": ("other", "story")}, id="story went to the channel"),
        pytest.param({"id": "digest"}, id="digest id is taken"),
    ],
)
async def test_a_digest_that_somebody_else_was_first_with_is_a_conflict_and_saves_nothing(store, change):
    await save(store, make_story(), make_story(id="other"))
    await owe(store, story_ids=("story",))
    subscription = await store.subscription(make_channel())
    second = {"id": "second", "occurrence": make_occurrence(slot="18:00"), "story_ids": ("other",)} | change

    with pytest.raises(Conflict):
        await store.publish(
            make_digest(**second),
            [make_delivery(id="second.1", series=second["id"])],
            subscription,
            TOMORROW + MINUTE,
        )

    assert await store.delivery("second.1") is None
    assert await store.subscription(make_channel()) == subscription
    assert [story.id for story in await store.fresh_stories(subscription, 10)] == ["other"]


async def test_a_turn_that_somebody_else_composed_is_a_conflict(store):
    subscription = await store.add_subscription(make_subscription())
    await store.publish(None, [], subscription, TOMORROW)

    with pytest.raises(Conflict):
        await store.publish(make_digest(story_ids=()), [make_delivery()], subscription, TOMORROW + MINUTE)

    assert await store.delivery("digest.1") is None


async def test_a_digest_of_an_unknown_story_saves_nothing(store):
    with pytest.raises(StoreError):
        await owe(store, story_ids=("absent",))

    assert await store.delivery("digest.1") is None
    assert len(await store.due_subscriptions(NOW, 10)) == 1
