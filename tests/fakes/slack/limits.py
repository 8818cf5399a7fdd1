"""How often Slack may be called: tiers for each method and workspace, a message a second for each channel."""

import time
from collections.abc import Callable, Hashable
from math import ceil

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute (Slack's page on rate limits); each says "or more"."""
TIER_OF = {
    "apps.connections.open": 1,
    "conversations.list": 2,
    "users.list": 2,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "conversations.members": 4,
    "users.info": 4,
    "chat.postEphemeral": 4,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "oauth.v2.access": 4,
    "auth.test": 4,
}
"""Those that are not of tier 3."""
MESSAGES_A_MINUTE = 300
"""In a workspace: "several hundred"."""
HISTORY = ("conversations.history", "conversations.replies")


class RateLimits:
    """Buckets that fill with time, `speed` times faster than Slack's."""

    def __init__(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.speed = speed
        self.clock = clock
        self.message_burst = 5
        """Messages that a channel takes at once before the second-long steps begin."""
        self.connection_burst = 10
        """Connections are opened once a minute, and ten may be open (Socket Mode)."""
        self.commercial = False
        """Whether the app is one that is sold outside the Marketplace: one look into history a minute."""
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def retry_after_s(self, method: str, team: str, channel: str) -> int | None:
        """Count a call; return None where it may be made, else after how many seconds it may be."""
        if method == "chat.postMessage":
            buckets = [
                ((team, channel), self.message_burst, 1.0),
                ((team, method), MESSAGES_A_MINUTE, MESSAGES_A_MINUTE / 60),
            ]
        elif method in HISTORY and self.commercial:
            buckets = [((team, "history"), 1, 1 / 60)]
        else:
            a_minute = TIERS[TIER_OF.get(method, 3)]
            buckets = [((team, method), max(a_minute, self.connection_burst), a_minute / 60)]
        now = self.clock() * self.speed
        levels = []
        for key, size, a_second in buckets:
            level, at = self._buckets.get(key, (float(size), now))
            level = min(size, level + (now - at) * a_second)
            if level < 1:
                return max(1, ceil((1 - level) / a_second / self.speed))
            levels.append((key, level))
        for key, level in levels:
            self._buckets[key] = (level - 1, now)
        return None
