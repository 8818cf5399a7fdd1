"""Channels that can no longer be posted to, and that can again: their subscriptions stop, and go on."""

import logging
from collections.abc import Container
from dataclasses import replace

from bot.delivering import notices
from bot.errors import ChannelLost, Conflict, LossReason, loss_of
from bot.model import Channel
from bot.ports import Clock, Platform, Store
from bot.subscriptions.timetable import next_due

logger = logging.getLogger(__name__)


async def lose_channel(
    store: Store, platform: Platform, channel: Channel, error: ChannelLost, clock: Clock
) -> bool:
    """Stop a channel's subscription and tell the moderators, once; what is owed stays owed.

    Returns whether the subscription was active till now.
    """
    subscription = await store.subscription(channel)
    if subscription is None or subscription.state != "active":
        return False
    desk = await platform.desk(channel.workspace)
    notice = None
    if desk is not None and desk != channel:
        notice = notices.lost_channel(subscription, error, desk, clock())
    if not await store.stop_subscription(channel, str(error), notice):
        return False
    place = f"{channel.platform}/{channel.workspace}/{channel.id}"
    logger.warning("%s takes no messages, so its subscription has stopped: %s", place, error)
    return True


async def regain_channel(store: Store, channel: Channel, after: Container[LossReason], clock: Clock) -> bool:
    """Let a channel's subscription go on that was stopped for one of the reasons of `after`.

    Its next digest comes at its next time, whatever it has missed. Returns whether it goes on now; one that
    somebody paused does not.
    """
    before = await store.subscription(channel)
    if before is None or before.state != "paused" or loss_of(before.trouble) not in after:
        return False
    due_at = next_due(before, clock()).at
    try:
        await store.change_subscription(
            before, replace(before, state="active", trouble="", next_due_at=due_at)
        )
    except Conflict:
        return False  # somebody else has just changed it
    place = f"{channel.platform}/{channel.workspace}/{channel.id}"
    logger.info("%s takes messages again, so its subscription goes on", place)
    return True
