"""The definition of Store: deliveries, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.message import Button, Buttons, Divider, Heading, Message, Note, Paragraph, Quote, Run
from bot.model import GiveUp, Posted, TryAgain
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_occurrence,
    make_share,
    make_story,
    make_subscription,
    make_workspace,
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


def parts(count):
    return [make_delivery(id=f"digest.{number}", part=number) for number in range(1, count + 1)]


async def test_a_delivery_comes_back_as_it_was_planned(store):
    blocks = (
        Heading("見出し", level=2, url="https://crate.example/"),
        Paragraph((Run("plain"), Run("strong", style="strong"), Run("link", url="https://crate.example/"))),
        Quote((Run("「そうだ」", style="mark"),)),
        Note((Run("small"),)),
        Divider(),
        Buttons((Button("More", "/ai-news robots"),)),
    )
    delivery = make_delivery(message=Message(blocks, "ja"))

    await owe(store, delivery)

    assert await store.delivery("digest.1") == delivery
    assert await store.delivery("absent") is None


async def test_a_claim_takes_what_is_due_and_raises_the_attempt(store):
    await owe(store)

    assert await claim(store, NOW - MINUTE) == []
    assert await claim(store) == [make_delivery(state="sending", owner="one", attempt=1)]
    assert await claim(store, owner="two") == []


async def test_a_lease_that_runs_out_comes_back_to_somebody_else(store):
    await owe(store)
    await claim(store, lease_s=60)

    assert await claim(store, NOW + timedelta(seconds=59), owner="two") == []
    (again,) = await claim(store, NOW + timedelta(seconds=60), owner="two")
    assert (again.owner, again.attempt, again.due_at) == ("two", 2, NOW)


async def test_claims_come_oldest_first_and_no_more_than_asked_for(store):
    subscription = await store.add_subscription(make_subscription())
    for minutes in (2, 3, 1):
        digest = make_digest(id=f"d{minutes}", occurrence=make_occurrence(slot=f"{minutes}"), story_ids=())
        due_at = NOW - minutes * MINUTE
        channel = make_channel(id=f"c{minutes}")
        delivery = make_delivery(id=f"d{minutes}.1", series=digest.id, due_at=due_at, channel=channel)
        await store.publish(digest, [delivery], subscription, subscription.next_due_at)

    assert [delivery.id for delivery in await claim(store, limit=2)] == ["d3.1", "d2.1"]
    assert [delivery.id for delivery in await claim(store, limit=2)] == ["d1.1"]


async def test_a_channel_gets_what_is_owed_in_its_order_whatever_it_belongs_to(store):
    await owe(store, *parts(2))
    shared = make_share(shared_at=NOW + MINUTE)
    await store.share(shared, [make_delivery(id="a.1", kind="share", series="a", due_at=NOW + MINUTE)])
    later = NOW + 2 * MINUTE

    handed_out = []
    while claimed := await claim(store, later):
        handed_out += [delivery.id for delivery in claimed]
        assert await store.settle(claimed[0], Posted(message_id="m"), later)

    assert handed_out == ["digest.1", "digest.2", "a.1"]


async def test_a_delivery_that_failed_holds_up_nothing_after_it(store):
    await owe(store, *parts(2))
    await store.share(make_share(), [make_delivery(id="a.1", kind="share", series="z")])
    (first,) = await claim(store)
    await store.settle(first, GiveUp(reason="invalid"), NOW)

    assert [delivery.id for delivery in await claim(store)] == ["a.1"]


async def test_claims_are_of_one_platform(store):
    await owe(store)

    assert await store.claim_deliveries("slack", NOW, 60, "one", 10, 10) == []
    assert len(await store.claim_deliveries("local", NOW, 60, "one", 10, 10)) == 1


async def test_a_claim_tells_when_its_lease_ends(store):
    await owe(store)

    (claimed,) = await claim(store, lease_s=60)

    assert claimed.free_at == NOW + MINUTE
    assert (await store.delivery("digest.1")).free_at == NOW + MINUTE


async def test_doubts_are_counted_and_delays_are_not(store):
    await owe(store)
    for again, doubt in enumerate([True, False, True]):
        now = NOW + again * MINUTE
        (delivery,) = await claim(store, now)
        await store.settle(delivery, TryAgain(at=now + MINUTE, reason="r", doubt=doubt), now)

    delivery = await store.delivery("digest.1")
    assert (delivery.attempt, delivery.doubts) == (3, 2)


async def test_what_a_lost_channel_is_owed_stays_owed_until_it_is_resumed(store):
    await owe(store)
    notice = make_delivery(id="n.1", kind="notice", series="n", channel=make_channel(id="moderators"))

    assert await store.stop_subscription(make_channel(), "no permission", notice)
    assert not await store.stop_subscription(make_channel(), "no permission", replace(notice, id="n.2"))

    assert [delivery.id for delivery in await claim(store, TOMORROW)] == ["n.1"]
    stopped = await store.subscription(make_channel())
    await store.change_subscription(stopped, replace(stopped, state="active", trouble=""))
    assert [delivery.id for delivery in await claim(store, TOMORROW)] == ["digest.1"]
    assert await store.delivery("n.2") is None


async def test_what_a_lost_channel_is_owed_holds_up_no_notice_there(store):
    await owe(store, *parts(2))
    await store.stop_subscription(make_channel(), "signed out")
    told = [
        make_delivery(id=f"{n}.1", kind="notice", series=n, due_at=NOW + MINUTE) for n in ("back", "more")
    ]
    for delivery, platform in zip(told, ("local", "slack"), strict=True):
        await store.join(make_workspace(platform=platform), delivery)

    for expected in told:
        (notice,) = await claim(store, TOMORROW)
        assert notice.id == expected.id
        await store.settle(notice, Posted(message_id=notice.id), TOMORROW)
    assert await claim(store, TOMORROW) == []


async def test_a_subscription_that_somebody_paused_still_gets_what_it_is_owed(store):
    await owe(store)
    subscription = await store.subscription(make_channel())
    await store.change_subscription(subscription, replace(subscription, state="paused"))

    assert [delivery.id for delivery in await claim(store)] == ["digest.1"]


async def test_the_parts_of_a_digest_are_handed_out_in_order_when_the_one_before_is_posted(store):
    await owe(store, *parts(3))

    for number in (1, 2, 3):
        (part,) = await claim(store)
        assert part.part == number
        assert await claim(store) == []
        assert await store.settle(part, Posted(message_id=f"m{number}"), NOW + number * MINUTE)

    assert [post.message_id for post in await store.posts(make_channel(), 2)] == ["m2", "m3"]
    assert await store.posts(make_channel(id="other"), 2) == []


async def test_a_posted_delivery_is_settled_for_good(store):
    await owe(store)
    (delivery,) = await claim(store)

    assert await store.settle(delivery, Posted(message_id="m1"), NOW + MINUTE)

    (post,) = await store.posts(make_channel(), 10)
    assert (post.state, post.message_id, post.settled_at) == ("posted", "m1", NOW + MINUTE)
    assert not await store.settle(delivery, GiveUp(reason="late"), NOW)
    assert await claim(store, NOW + timedelta(days=9)) == []
    assert await store.delivery("digest.1") == post


async def test_a_delivery_to_be_tried_again_waits_and_keeps_its_due_time(store):
    await owe(store)
    (delivery,) = await claim(store)

    assert await store.settle(delivery, TryAgain(at=NOW + 5 * MINUTE, reason="busy"), NOW)

    assert (await store.delivery("digest.1")).error == "busy"
    assert await claim(store, NOW + 4 * MINUTE) == []
    (again,) = await claim(store, NOW + 5 * MINUTE)
    assert (again.attempt, again.due_at) == (2, NOW)


async def test_giving_up_a_part_gives_up_the_parts_after_it(store):
    await owe(store, *parts(3))
    (first,) = await claim(store)
    await store.settle(first, Posted(message_id="m1"), NOW)
    (second,) = await claim(store)

    assert await store.settle(second, GiveUp(reason="channel gone"), NOW)

    states = [(await store.delivery(f"digest.{number}")) for number in (1, 2, 3)]
    assert [delivery.state for delivery in states] == ["posted", "failed", "failed"]
    assert [delivery.error for delivery in states] == ["", "channel gone", "part 2 failed"]
    assert await claim(store, NOW + timedelta(days=9)) == []


@pytest.mark.parametrize(
    "outcome", [Posted(message_id="m"), TryAgain(at=NOW, reason="r"), GiveUp(reason="r")]
)
async def test_a_worker_that_slept_past_its_lease_cannot_settle(store, outcome):
    await owe(store)
    (stale,) = await claim(store)
    (held,) = await claim(store, NOW + MINUTE)

    assert not await store.settle(stale, outcome, NOW + MINUTE)
    assert not await store.settle(replace(held, owner="two"), outcome, NOW + MINUTE)

    assert await store.delivery("digest.1") == held


async def test_a_graceful_stop_makes_its_own_claims_due_at_once(store):
    await owe(store, *parts(2))
    (delivery,) = await claim(store)

    assert await store.release("two") == 0
    assert await store.release("one") == 1

    assert not await store.settle(delivery, Posted(message_id="m"), NOW)
    (again,) = await claim(store, owner="two")
    assert (again.id, again.attempt) == ("digest.1", 2)


async def test_a_delivery_that_failed_is_planned_again_with_the_parts_that_failed_with_it(store):
    await owe(store, *parts(3))
    (first,) = await claim(store)
    await store.settle(first, Posted(message_id="m1"), NOW)
    (second,) = await claim(store)
    await store.settle(second, GiveUp(reason="invalid"), NOW)

    assert await store.retry("digest.1", NOW) == 0
    assert await store.retry("digest.3", NOW + MINUTE) == 2
    assert await store.retry("digest.3", NOW + MINUTE) == 0

    assert await claim(store, NOW) == []
    (again,) = await claim(store, NOW + MINUTE)
    assert (again.id, again.attempt, again.error, again.settled_at) == ("digest.2", 2, "", None)
    assert (await store.delivery("digest.1")).state == "posted"


async def test_deliveries_are_listed_by_state_and_channel(store):
    await owe(store, *parts(2))
    elsewhere = make_channel(id="other")
    await store.share(make_share(), [make_delivery(id="s.1", kind="share", series="s", channel=elsewhere)])
    await claim(store)

    async def listed(**wanted):
        return [delivery.id for delivery in await store.deliveries(None, 10, **wanted)]

    assert await listed(state="sending") == ["digest.1", "s.1"]
    assert await listed(state="planned", channel=make_channel()) == ["digest.2"]
    assert await listed(channel=elsewhere) == ["s.1"]
    assert await listed(channel=make_channel(platform="slack")) == []


async def test_the_deliveries_that_a_story_went_with_are_told(store):
    await save(store, make_story(), make_story(id="other"))
    await owe(store, *parts(2), story_ids=("story",))

    had, deliveries = await store.deliveries_of_story("story", make_channel())
    assert had
    assert [delivery.id for delivery in deliveries] == ["digest.1", "digest.2"]
    assert await store.deliveries_of_story("other", make_channel()) == (False, [])
    assert await store.deliveries_of_story("story", make_channel(id="other")) == (False, [])
    assert await store.deliveries_of_story("\0", make_channel()) == (False, [])
