"""The definition of Store: how a subscription is changed, paused, stopped and removed, on every database."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.errors import Conflict
from bot.model import Mention
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_story,
    make_subscription,
)

TOMORROW = NOW + timedelta(days=1)


async def test_every_wish_is_kept(store):
    wished = make_subscription(
        times=(time(7, 30), time(18)),
        weekdays=(0, 4),
        cron="0 9 * * 1",
        time_zone="Asia/Tokyo",
        quiet=(time(22), time(6)),
        languages=("ja", "en"),
        topics=("robots",),
        keywords=("腕", 'it\'s "quoted"'),
        without_topics=("banks",),
        without_keywords=("rumour",),
        story_count=3,
        style="thread",
        when_empty="say",
        mention=Mention(target="42", topics=("robots",)),
        state="paused",
        trouble="the channel is gone",
    )

    assert await store.add_subscription(wished) == wished
    assert await store.subscription(wished.channel) == wished


async def test_a_change_that_comes_second_is_a_conflict(store):
    before = await store.add_subscription(make_subscription())
    await store.change_subscription(before, replace(before, story_count=3, next_due_at=TOMORROW))

    with pytest.raises(Conflict):
        await store.change_subscription(before, replace(before, story_count=4))

    assert (await store.subscription(before.channel)).story_count == 3


async def test_a_change_of_wishes_that_another_made_meanwhile_is_a_conflict(store):
    before = await store.add_subscription(make_subscription())
    await store.change_subscription(before, replace(before, keywords=("robot",)))

    with pytest.raises(Conflict):
        await store.change_subscription(before, replace(before, story_count=4))

    assert (await store.subscription(before.channel)).keywords == ("robot",)


async def test_only_one_of_many_changes_at_once_is_taken(store):
    before = await store.add_subscription(make_subscription())

    done = await asyncio.gather(
        *(store.change_subscription(before, replace(before, story_count=n)) for n in range(1, 9)),
        return_exceptions=True,
    )

    assert done.count(None) == 1
    assert sum(isinstance(each, Conflict) for each in done) == 7


async def test_what_is_due_on_other_platforms_is_left_out(store):
    for platform in ("local", "discord"):
        channel = make_channel(platform=platform)
        await store.add_subscription(make_subscription(id=platform, channel=channel))

    async def due(platforms):
        return [each.id for each in await store.due_subscriptions(NOW, 10, platforms)]

    assert await due(["discord"]) == ["discord"]
    assert await due(["discord", "local", "slack"]) == ["discord", "local"]
    assert await due([]) == []


async def test_fresh_stories_are_none_of_the_topics_left_out_and_keywords_bring_any_topic(store):
    stories = [
        make_story(id="both", topics=("robots", "banks")),
        make_story(id="robots", topics=("robots",)),
        make_story(id="none"),
    ]
    await store.save_stories([make_change(story) for story in stories])

    async def fresh(**wishes):
        return {story.id for story in await store.fresh_stories(make_subscription(**wishes), 10)}

    assert await fresh(without_topics=("banks", "boats")) == {"robots", "none"}
    assert await fresh(topics=("robots",), without_topics=("banks",)) == {"robots"}
    assert await fresh(topics=("robots",), keywords=("chess",)) == {"both", "robots", "none"}


async def test_old_stories_are_left_out_for_a_channel_that_has_had_any(store):
    old, older = NOW - timedelta(days=40), NOW - timedelta(days=50)
    stories = [
        make_story(),
        make_story(id="old", published_at=old),
        make_story(id="older", published_at=older),
    ]
    await store.save_stories([make_change(story) for story in stories])
    subscription = await store.add_subscription(make_subscription())

    async def fresh(since):
        return [story.id for story in await store.fresh_stories(subscription, 10, since)]

    assert await fresh(NOW) == ["story", "old", "older"]
    await store.publish(make_digest(), [make_delivery()], subscription, TOMORROW)
    assert await fresh(NOW) == []
    assert await fresh(old) == ["old"]


async def test_a_paused_subscription_is_not_due_and_composes_nothing(store):
    before = await store.add_subscription(make_subscription())
    await store.change_subscription(before, replace(before, state="paused"))

    assert await store.due_subscriptions(TOMORROW, 10) == []
    with pytest.raises(Conflict):
        await store.publish(None, [], before, TOMORROW)


async def test_the_platform_stops_a_subscription_once(store):
    subscription = await store.add_subscription(make_subscription())

    assert await store.stop_subscription(subscription.channel, "the channel is gone")
    assert not await store.stop_subscription(subscription.channel, "again")
    assert not await store.stop_subscription(make_channel(id="unknown"), "gone")

    stopped = replace(subscription, state="paused", trouble="the channel is gone")
    assert await store.subscription(subscription.channel) == stopped


async def test_a_removed_subscription_is_gone_and_what_its_channel_has_had_is_not(store):
    await store.save_stories([make_change(make_story(id=id_)) for id_ in ("story", "next")])
    before = await store.add_subscription(make_subscription())
    await store.publish(make_digest(), [make_delivery()], before, TOMORROW)
    moved = replace(before, next_due_at=TOMORROW)
    await store.change_subscription(moved, replace(moved, state="removed"))

    assert await store.subscription(before.channel) is None
    assert await store.subscriptions(None, 10) == []
    again = await store.add_subscription(make_subscription(story_count=2))
    assert (again.state, again.story_count) == ("active", 2)
    assert [story.id for story in await store.fresh_stories(again, 10)] == ["next"]
