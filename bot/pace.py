"""How fast a platform may be called, pure: when each request may begin, so that no limit is ever met."""

from dataclasses import dataclass, field
from math import inf
from typing import Final

from bot.model import Channel

SHARE: Final = 0.98
"""How much of a limit is used: what leaves evenly does not arrive quite evenly."""

_MANY: Final = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a platform allows: requests a second over all, and seconds between two to one channel."""

    per_second: float = inf
    per_channel_s: float = 0.0


@dataclass(slots=True)
class Pacer:
    """Gives out turns, evenly; times are seconds of a clock that never goes back."""

    pace: Pace
    held_until: float = -inf
    """Before this nothing may begin: the platform said so."""
    _free_at: float = -inf
    _channels: dict[Channel, float] = field(default_factory=dict)

    def ready_at(self, channel: Channel) -> float:
        """Return when a request to a channel may ask for its turn."""
        return max(self.held_until, self._channels.get(channel, -inf))

    def reserve(self, channel: Channel, now: float) -> float:
        """Return when a request to a channel may begin, from `now` on; nobody else gets that turn."""
        at = max(now, self._free_at, self.ready_at(channel))
        self._free_at = at + 1 / (self.pace.per_second * SHARE)
        if self.pace.per_channel_s:
            self._forget(now)
            self._channels[channel] = at + self.pace.per_channel_s / SHARE
        return at

    def hold(self, until: float) -> None:
        """Let nothing begin before `until`."""
        self.held_until = max(self.held_until, until)

    def _forget(self, now: float) -> None:
        """Drop the channels that are free again, once there are many."""
        if len(self._channels) >= _MANY:
            self._channels = {channel: at for channel, at in self._channels.items() if at > now}
