"""Deliveries settle as the platform answers; what is uncertain is looked up before it is tried again."""

from datetime import timedelta

import pytest

from bot.outbox import LEASE_S, MAX_ATTEMPTS, deliver_due, retry_at
from tests.factories import NOW, make_change, make_delivery, make_digest, make_subscription
from tests.fakes.platform import Killed, PretendPlatform


async def owe(store, parts=1):
    subscription = await store.add_subscription(make_subscription())
    await store.save_stories([make_change()])
    deliveries = [make_delivery(id=f"digest.{part}", part=part) for part in range(1, parts + 1)]
    await store.publish(make_digest(), deliveries, subscription, NOW + timedelta(days=1))


async def deliver(store, platform, now=NOW, owner="bot"):
    return await deliver_due(store, {"local": platform}, lambda: now, owner)


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
    assert (delivery.state, delivery.error) == ("failed", "the channel is gone")


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
    platform = PretendPlatform(*["lose before"] * MAX_ATTEMPTS)

    for hour in range(MAX_ATTEMPTS):
        await deliver(store, platform, NOW + timedelta(hours=hour))

    delivery = await store.delivery("digest.1")
    assert delivery.state == "failed"
    assert f"after {MAX_ATTEMPTS} attempts" in delivery.error


def test_retries_wait_longer_each_time_up_to_an_hour():
    waits = [(retry_at(attempt, NOW) - NOW).total_seconds() for attempt in range(1, 13)]

    assert waits[:3] == [5, 10, 20]
    assert waits == sorted(waits)
    assert waits[-1] == 3600
