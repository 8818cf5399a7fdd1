"""Deliveries settle as the platform answers; what is uncertain is looked up before it is tried again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivering.leases import LEASE_S, MAX_DOUBTS, Terms
from bot.delivering.outbox import Outbox
from bot.errors import PostDelayed
from bot.message import Paragraph, plain_text
from tests.delivering.outbox.owing import deliver, owe, owe_each
from tests.factories import (
    NOW,
    make_channel,
    make_delivery,
    make_share,
)
from tests.fakes.platform import Killed, PretendPlatform


async def test_what_is_owed_is_posted_once(store):
    await owe(store)
    platform = PretendPlatform()

    assert await deliver(store, platform) == 1
    assert await deliver(store, platform, NOW + timedelta(days=2)) == 0

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).message_id == "message-1"


async def test_parts_are_posted_in_their_order(store):
    await owe(store, parts=3)
    platform = PretendPlatform("delay")

    for minute in range(5):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    assert [key for _, key, _ in platform.ledger] == ["digest.1", "digest.2", "digest.3"]


async def test_a_delayed_post_waits_as_long_as_the_platform_asks(store):
    await owe(store)
    platform = PretendPlatform("delay")

    await deliver(store, platform)

    assert await deliver(store, platform, NOW + timedelta(seconds=29)) == 0
    assert await deliver(store, platform, NOW + timedelta(seconds=30)) == 1


async def test_a_rejected_post_fails_with_the_reason(store):
    await owe(store)

    await deliver(store, PretendPlatform("reject"))

    delivery = await store.delivery("digest.1")
    assert (delivery.state, delivery.error) == ("failed", "the message is invalid")


async def test_moderators_are_told_once_of_a_digest_that_is_given_up(store):
    await owe(store, parts=2)
    platform = PretendPlatform("reject")

    await deliver(store, platform)
    await deliver(store, platform, NOW + timedelta(minutes=1))

    ((desk, _, notice),) = platform.ledger
    assert desk.id == "moderators"
    assert "the message is invalid" in plain_text(notice)
    assert "ai-news delivery retry digest.1" in plain_text(notice)


async def test_another_try_that_fails_is_told_too_and_a_notice_that_fails_is_not(store):
    await owe(store)
    await deliver(store, PretendPlatform("reject"))
    await store.retry("digest.1", NOW)

    await deliver(store, PretendPlatform("reject", "reject", "reject"), NOW + timedelta(minutes=1))

    states = [(one.kind, one.state) for one in await store.deliveries(None, 9)]
    assert sorted(states) == [("digest", "failed"), ("notice", "failed"), ("notice", "posted")]


@pytest.mark.parametrize("fault", ["lose before", "lose answer"])
async def test_an_uncertain_post_stands_once_in_the_end(store, fault):
    await owe(store)
    platform = PretendPlatform(fault)

    await deliver(store, platform)
    await deliver(store, platform, NOW + timedelta(minutes=1))

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).state == "posted"


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
async def test_a_post_whose_sender_died_stands_once_in_the_end(store, fault):
    await owe(store)
    platform = PretendPlatform(fault)
    with pytest.raises(Killed):
        await deliver(store, platform, owner="first life")

    await deliver(store, platform, NOW + timedelta(seconds=LEASE_S + 1), owner="second life")

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).state == "posted"


async def test_a_post_that_never_gets_an_answer_is_given_up_with_a_reason(store):
    await owe(store)
    platform = PretendPlatform(*["lose before"] * MAX_DOUBTS)

    for hour in range(MAX_DOUBTS):
        await deliver(store, platform, NOW + timedelta(hours=hour))

    delivery = await store.delivery("digest.1")
    assert delivery.state == "failed"
    assert f"after {MAX_DOUBTS} attempts" in delivery.error


async def test_delays_are_never_given_up(store):
    await owe(store)
    platform = PretendPlatform(*["delay"] * MAX_DOUBTS * 2)

    for minute in range(MAX_DOUBTS * 2):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    assert (await store.delivery("digest.1")).state == "planned"


# A lost channel.
async def test_a_lost_channel_stops_its_subscription_and_tells_the_moderators_once(store):
    await owe(store, parts=2)
    platform = PretendPlatform("lose channel")

    for minute in range(3):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    ((channel, _, told),) = platform.ledger
    assert channel == make_channel(id="moderators")
    assert "#news に投稿する権限がありません" in plain_text(told)
    paragraphs = [block for block in told.blocks if isinstance(block, Paragraph)]
    assert [run.text for block in paragraphs for run in block.runs if run.channel == "news"] == ["#news"]
    stopped = await store.subscription(make_channel())
    assert (stopped.state, stopped.trouble) == ("paused", "the bot may not post there")
    assert (await store.delivery("digest.1")).state == "planned"

    await store.change_subscription(stopped, replace(stopped, state="active", trouble=""))
    await deliver(store, platform, NOW + timedelta(minutes=4))

    assert [key for _, key, _ in platform.ledger[1:]] == ["digest.1", "digest.2"]


async def test_a_lost_channel_without_a_subscription_is_given_up(store):
    share = make_delivery(id="s.1", kind="share", series="s", channel=make_channel(id="other"))
    await store.share(make_share(channel=share.channel), [share])
    platform = PretendPlatform("lose channel")

    await deliver(store, platform)

    assert platform.ledger == []
    assert (await store.delivery("s.1")).state == "failed"


async def test_a_moderators_channel_that_is_lost_itself_is_told_of_nowhere(store):
    desk = make_channel(id="moderators")
    await owe(store, channel=desk)
    platform = PretendPlatform("lose channel")

    await deliver(store, platform)

    assert platform.ledger == []
    assert (await store.subscription(desk)).state == "paused"


async def test_a_platform_that_holds_everything_is_not_asked_again_before_that(store):
    await owe_each(store, 3)

    class Holding(PretendPlatform):
        asked = 0

        async def post(self, post):
            self.asked += 1
            raise PostDelayed("slow down", 3_600, everywhere=True)

    platform = Holding()
    outbox = Outbox(store, platform, lambda: NOW, "one", Terms(at_once=1))

    await outbox.drain()
    await outbox.drain()

    assert platform.asked == 1
    assert [(await store.delivery(f"s{number}.1")).state for number in range(3)] == ["planned"] * 3
