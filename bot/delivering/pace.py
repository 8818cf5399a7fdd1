"""How fast a platform may be called, pure: when each request may begin, so that no limit is ever met."""

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import Final

from bot.model import Channel

SHARE: Final = 0.98
"""How much of a limit is used: what leaves evenly does not arrive quite evenly."""

CATCHING_UP: Final = 0.95
"""How close two requests may come, of the even distance, so that what began late is made up for."""

_MANY: Final = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a platform allows: requests in any second, and seconds between two to one channel."""

    per_second: float = inf
    per_channel_s: float = 0.0


@dataclass(slots=True)
class Pacer:
    """Lets requests begin, evenly; times are seconds of a clock that never goes back.

    It goes by when requests did begin, not by when they should have: a machine that stalls makes
    several late, and these must not meet those that are on time.
    """

    pace: Pace
    held_until: float = -inf
    """Before this nothing may begin: the platform said so."""
    _begun: deque[float] = field(default_factory=deque)
    _channels: dict[Channel, float] = field(default_factory=dict)

    def channel_wait_s(self, channel: Channel, now: float) -> float:
        """Return how long the next request to a channel has to wait because of the one before."""
        return max(0.0, self._channels.get(channel, -inf) - now)

    def begin(self, channel: Channel | None, now: float) -> float:
        """Return how long a request has to wait; where that is 0, it counts as begun.

        One that goes to no channel is counted in all.
        """
        channel_wait_s = self.channel_wait_s(channel, now) if channel else 0.0
        wait_s = max(self.held_until - now, self._ready_at() - now, channel_wait_s)
        if wait_s > 0:
            return wait_s
        if self.pace.per_second < inf:
            self._begun.append(now)
        if channel and self.pace.per_channel_s:
            self._forget(now)
            self._channels[channel] = now + self.pace.per_channel_s / SHARE
        return 0.0

    def hold(self, until: float) -> None:
        """Let nothing begin before `until`."""
        self.held_until = max(self.held_until, until)

    def _ready_at(self) -> float:
        """Return when the platform's limit lets the next request begin."""
        if not self._begun:
            return -inf
        rate = self.pace.per_second
        many = max(1, int(rate))
        while len(self._begun) > many:
            self._begun.popleft()
        after_last = self._begun[-1] + CATCHING_UP / rate
        if len(self._begun) < many:
            return after_last
        return max(after_last, self._begun[0] + many / rate / SHARE)

    def _forget(self, now: float) -> None:
        """Drop the channels that are free again, once there are many."""
        if len(self._channels) >= _MANY:
            self._channels = {channel: at for channel, at in self._channels.items() if at > now}
