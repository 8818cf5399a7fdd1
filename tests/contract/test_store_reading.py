"""The definition of Store: answers that are shared, and what pages read, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import Conflict
from bot.model import PUBLIC, Posted
from tests.factories import (
    NOW,
    make_article,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_occurrence,
    make_share,
    make_story,
    make_subscription,
)

MINUTE = timedelta(minutes=1)
TOMORROW = NOW + timedelta(days=1)
AWAY = make_channel(workspace="away")


def share_parts(count, **over):
    return [
        make_delivery(id=f"share.{number}", kind="share", series="share", part=number, **over)
        for number in range(1, count + 1)
    ]


# Shares


async def test_a_share_is_owed_to_its_channel_like_a_digest_part_by_part(store):
    await store.share(make_share(), share_parts(2))

    for part in (1, 2):
        (claimed,) = await store.claim_deliveries("local", NOW, 60, "one", 10, 10)
        assert (claimed.kind, claimed.series, claimed.part) == ("share", "share", part)
        assert await store.settle(claimed, Posted(message_id=f"m{part}"), NOW + part * MINUTE)

    assert [post.message_id for post in await store.posts(make_channel(), 10)] == ["m1", "m2"]


async def test_what_is_shared_already_is_a_conflict_and_is_not_owed_again(store):
    await store.share(make_share(), share_parts(1))

    with pytest.raises(Conflict):
        await store.share(make_share(shared_by="Ken"), share_parts(2)[1:])

    assert await store.deliveries(None, 10) == share_parts(1)


async def test_a_share_whose_delivery_stands_already_saves_nothing(store):
    await store.share(make_share(), share_parts(1))

    with pytest.raises(Conflict):
        await store.share(make_share(id="second"), share_parts(1))

    await store.share(make_share(id="second"), [make_delivery(id="second.1", kind="share", series="second")])


async def test_sharing_a_story_leaves_it_for_the_next_digest(store):
    await store.save_stories([make_change()])

    await store.share(make_share(), share_parts(1))

    assert [story.id for story in await store.fresh_stories(make_subscription(), 10)] == ["story"]


# Articles and digests


async def test_an_article_is_read_where_it_may_be_seen(store):
    article, own = make_article(), make_article(id="own", workspace="home", text="社内だけの記事")
    await store.save_stories([make_change()], article)
    await store.save_stories([], own)

    assert await store.article("article", "home") == article
    assert await store.article("article", PUBLIC) == article
    assert await store.article("own", "home") == own
    assert await store.article("own", "away") is None
    assert await store.article("own", PUBLIC) is None
    assert await store.article("absent", "home") is None


async def test_a_digest_comes_back_as_it_was_published(store):
    await store.save_stories([make_change(make_story(id=name)) for name in ("story", "next")])
    digest = make_digest(story_ids=("next", "story"))
    subscription = await store.add_subscription(make_subscription())

    await store.publish(digest, [make_delivery()], subscription, TOMORROW)

    assert await store.digest("digest") == digest
    assert await store.digest("absent") is None


@pytest.mark.parametrize("id_", ["\0", "\ud800", "digest\0", "'; DROP TABLE digests; --", "", "あ" * 100_000])
async def test_an_id_that_nothing_can_have_is_absent(store, id_):
    assert await store.article(id_, PUBLIC) is None
    assert await store.digest(id_) is None
    assert await store.delivery(id_) is None
    assert await store.revisions(id_) == []


# Lists


async def test_subscriptions_are_listed_by_place_page_by_page(store):
    places = [("slack", "away", "a"), ("local", "home", "b"), ("local", "home", "a"), ("local", "away", "z")]
    for platform, workspace, id_ in places:
        channel = make_channel(platform=platform, workspace=workspace, id=id_)
        await store.add_subscription(make_subscription(id=f"{platform} {workspace} {id_}", channel=channel))

    async def listed(workspace, limit=10, offset=0):
        return [each.id for each in await store.subscriptions(workspace, limit, offset)]

    assert await listed(None) == ["local away z", "local home a", "local home b", "slack away a"]
    assert await listed(None, limit=2, offset=1) == ["local home a", "local home b"]
    assert await listed("away") == ["local away z", "slack away a"]
    assert await listed("away", limit=1, offset=1) == ["slack away a"]
    assert await listed("nowhere") == []
    assert await listed("") == []


async def test_deliveries_are_listed_newest_due_first_whatever_their_state(store):
    subscription = await store.add_subscription(make_subscription())
    for name, minutes in (("early", 2), ("late", 1)):
        digest = make_digest(id=name, occurrence=make_occurrence(slot=name), story_ids=())
        parts = [
            make_delivery(id=f"{name}.{part}", series=name, part=part, due_at=NOW - minutes * MINUTE)
            for part in (2, 1)
        ]
        await store.publish(digest, parts, subscription, subscription.next_due_at)
    away = [replace(part, id="away.1", series="away") for part in share_parts(1, channel=AWAY)]
    await store.share(make_share(id="away", channel=AWAY), away)
    (early, *_) = await store.claim_deliveries("local", NOW - 2 * MINUTE, 60, "one", 1, 1)
    await store.settle(early, Posted(message_id="m"), NOW)

    async def listed(workspace, limit=10, offset=0):
        return [each.id for each in await store.deliveries(workspace, limit, offset)]

    assert await listed(None) == ["away.1", "late.1", "late.2", "early.1", "early.2"]
    assert await listed(None, limit=2, offset=3) == ["early.1", "early.2"]
    assert await listed("home") == ["late.1", "late.2", "early.1", "early.2"]
    assert await listed("away") == ["away.1"]
    assert await listed("") == []
    assert (await store.deliveries("home", 1, offset=2))[0].state == "posted"
