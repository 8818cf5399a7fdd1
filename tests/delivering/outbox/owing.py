"""What is owed, and an outbox that delivers it."""

from datetime import timedelta

from tests.delivering.delivering import deliver_due
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_share,
    make_subscription,
)

NEWS = make_channel()


async def owe(store, parts=1, channel=NEWS):
    subscription = await store.add_subscription(make_subscription(channel=channel))
    await store.save_stories([make_change()])
    deliveries = [
        make_delivery(id=f"digest.{part}", part=part, channel=channel) for part in range(1, parts + 1)
    ]
    digest = make_digest(channel=channel)
    await store.publish(digest, deliveries, subscription, NOW + timedelta(days=1))


async def deliver(store, platform, now=NOW, owner="bot"):
    return await deliver_due(store, {"local": platform}, lambda: now, owner)


async def owe_each(store, count):
    for number in range(count):
        channel = make_channel(id=f"c{number}")
        share = make_share(id=f"s{number}", channel=channel)
        delivery = make_delivery(id=f"s{number}.1", kind="share", series=share.id, channel=channel)
        await store.share(share, [delivery])
