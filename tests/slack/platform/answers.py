"""Answers of Slack's whose meaning is not clear, and looking behind them."""

from datetime import timedelta

from bot.delivering.leases import Terms
from bot.message import paragraph
from bot.run import utc_now
from tests.factories import make_delivery, make_digest, make_message, make_occurrence, make_subscription

HOUR_AGO = timedelta(hours=1)


UNCLEAR = [
    "accept, hang", "accept, reset", "accept, drop", "accept, 500", "accept, 503", "accept, truncated",
    "accept, html", "accept, internal_error", "accept, fatal_error",
]  # fmt: skip


async def found(world, post):
    return await world.platform.find(post, utc_now() - HOUR_AGO)


TERMS = Terms(lease_s=30, first_retry_s=0.2)


async def owe(world, place, parts=1, *, in_thread=False):
    """Let a channel be owed a digest of so many parts."""
    series = f"d{place.id[-6:]}"
    channel = world.channel(place)
    subscription = make_subscription(id=f"s{series}", channel=channel, next_due_at=utc_now() - HOUR_AGO)
    await world.store.add_subscription(subscription)
    deliveries = [
        make_delivery(
            id=f"{series}.{part}",
            series=series,
            part=part,
            channel=channel,
            message=make_message(blocks=(paragraph(f"part {part}"),), in_thread=in_thread and part > 1),
            due_at=utc_now() - timedelta(seconds=1),
        )
        for part in range(1, parts + 1)
    ]
    digest = make_digest(
        id=series,
        channel=channel,
        occurrence=make_occurrence(subscription_id=subscription.id),
        story_ids=(),
        composed_at=utc_now(),
    )
    await world.store.publish(digest, deliveries, subscription, utc_now() + timedelta(days=1))
