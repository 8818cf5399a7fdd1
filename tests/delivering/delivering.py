"""Deliveries of a moment, as the bot's ticks make them: all that is due, until nothing is under way."""

import asyncio

from bot.delivering.outbox import Outbox


async def deliver_due(store, platforms, clock, owner):
    """Settle the deliveries that are due on the platforms given; return how many were posted."""
    outboxes = [Outbox(store, platform, clock, owner) for platform in platforms.values()]
    return sum(await asyncio.gather(*(outbox.drain() for outbox in outboxes)))
