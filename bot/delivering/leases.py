"""Leases: for how long a delivery is held, how many are at once, and when one is tried again."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bot.model import Delivery
from bot.ports import Clock

LEASE_S: Final = 60.0
"""How long a claim holds, in seconds: longer than any platform's own time-outs and retries."""

MAX_DOUBTS: Final = 12
"""With waits that double from 5 s to 1 h, the twelfth attempt comes some three hours after the first."""

LONGEST_RETRY_S: Final = 3_600.0
LONGEST_DELAY_S: Final = 100 * 365 * 86_400.0
"""What a platform asks for beyond this is no time any more."""

MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How deliveries are worked at."""

    lease_s: float = LEASE_S
    first_retry_s: float = 5.0
    at_once: int = 32
    settle_again_s: float = 1.0
    """How soon a settling that the database refused is tried again."""

    def to_hold(self, per_second: float) -> int:
        """Return how many posts may be held: those at work and as many in wait, if the lease allows."""
        return int(max(2, min(2 * self.at_once, per_second * self.lease_s / 4)))


USUAL: Final = Terms()


def retry_at(attempt: int, now: datetime, luck: float = 0.0, first_s: float = 5.0) -> datetime:
    """Return when to try again after `attempt` attempts: 5 s, 10 s, 20 s … at most an hour.

    Up to half of the wait is taken off by `luck`, a number from 0 to 1, so that many do not come at once.
    """
    wait_s = min(first_s * 2 ** min(attempt - 1, 32), LONGEST_RETRY_S)
    return now + timedelta(seconds=wait_s * (1 - luck / 2))


def delayed_until(now: datetime, retry_after_s: float) -> datetime:
    """Return when a wait is over, never earlier: instants are kept to the millisecond."""
    wait_s = min(max(retry_after_s, 0.0), LONGEST_DELAY_S)
    at = now + timedelta(microseconds=ceil(wait_s * 1_000_000))
    return at + (-timedelta(microseconds=at.microsecond)) % MILLISECOND


class TooLate(Exception):
    """What is left of the lease is too little to begin a request."""


@dataclass(slots=True, kw_only=True)
class Claim:
    """A delivery while it is ours.

    It is until `until` by the clock that all workers share, and until `until_s` by one that nobody sets.
    """

    delivery: Delivery
    clock: Clock
    lease_s: float
    until: datetime
    until_s: float
    begun: bool = False
    """Whether the platform has been asked, so that only an answer tells what became of it."""

    def left_s(self) -> float:
        """Return how many seconds of the lease are left."""
        by_clock = (self.until - self.clock()).total_seconds()
        return min(by_clock, self.until_s - asyncio.get_running_loop().time())

    def begin(self) -> None:
        """Raise `TooLate` unless a request that begins now can end within the lease."""
        if self.left_s() < self.lease_s / 2:
            raise TooLate
        self.begun = True
