"""The outbox: deliveries are claimed, posted, settled; nothing owed is lost, nothing findable is repeated."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.errors import PostDelayed, PostRejected, PostUncertain
from bot.model import Delivery, GiveUp, Outcome, Posted, TryAgain
from bot.ports import Clock, Platform, Store

logger = logging.getLogger(__name__)

LEASE_S = 60.0
"""How long a claim holds, in seconds: longer than any platform's own time-outs and retries."""

BATCH = 20
MAX_ATTEMPTS = 12
"""With waits that double from 5 s to 1 h, the twelfth attempt comes about four hours after the first."""


def retry_at(attempt: int, now: datetime) -> datetime:
    """Return when to try again after `attempt` attempts: 5 s, 10 s, 20 s … at most an hour."""
    return now + timedelta(seconds=min(5 * 2 ** (attempt - 1), 3600))


async def deliver_due(store: Store, platforms: Mapping[str, Platform], clock: Clock, owner: str) -> int:
    """Settle the deliveries that are due on the platforms given; return how many were posted."""
    posted = 0
    for delivery in await store.claim_deliveries(clock(), LEASE_S, owner, BATCH):
        outcome = await _attempt(delivery, platforms.get(delivery.channel.platform), clock)
        held = await store.settle(delivery, outcome, clock())
        if not held:
            logger.warning(
                "lost the lease while sending delivery=%s attempt=%d", delivery.id, delivery.attempt
            )
        posted += held and isinstance(outcome, Posted)
    return posted


async def _attempt(delivery: Delivery, platform: Platform | None, clock: Clock) -> Outcome:
    if platform is None:
        return TryAgain(at=retry_at(delivery.attempt, clock()), reason="no connection to the platform here")
    try:
        return Posted(message_id=await _post_once(delivery, platform))
    except PostDelayed as error:
        wait = timedelta(seconds=error.retry_after_s)
        return TryAgain(at=clock() + wait, reason=str(error))
    except PostRejected as error:
        return GiveUp(reason=str(error))
    except PostUncertain as error:
        if delivery.attempt >= MAX_ATTEMPTS:
            return GiveUp(reason=f"given up after {delivery.attempt} attempts: {error}")
        return TryAgain(at=retry_at(delivery.attempt, clock()), reason=str(error))


async def _post_once(delivery: Delivery, platform: Platform) -> str:
    """Post, unless an earlier attempt, whose end nobody saw, already did."""
    if delivery.attempt > 1:
        found = await platform.find(delivery.channel, delivery.key, delivery.due_at)
        if found is not None:
            return found
    return await platform.post(delivery.channel, delivery.message, delivery.key)
