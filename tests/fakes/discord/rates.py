"""The pretend Discord: how many requests it takes, by route and in all, and the headers that tell so."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Requests that are taken in a window."""

    limit: int
    window_s: float


ORDINARY = Rule(50, 5.0)
RULES = {
    "POST /channels/{channel_id}/messages": Rule(5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": Rule(5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": Rule(5, 1.0),
    "GET /channels/{channel_id}/messages": Rule(5, 5.0),
    "POST /channels/{channel_id}/messages/{message_id}/crosspost": Rule(10, 3600.0),
    "POST /channels/{channel_id}/threads": Rule(10, 10.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": Rule(5, 2.0),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": Rule(5, 2.0),
}
"""As seen by users of the API in 2025; Discord publishes none, and a client must go by the headers."""
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass
class Bucket:
    """What is left of a window."""

    remaining: int
    ends_at: float


@dataclass(frozen=True)
class Refusal:
    """A 429: how long to wait, and why."""

    retry_after_s: float
    scope: str


class Rates:
    """Counts requests. `scale` shortens every window, so that tests do not wait; 1.0 is Discord's pace."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.rules = dict(RULES)
        self.global_rule = Rule(50, 1.0)
        self._buckets: dict[str, Bucket] = {}
        self._recent: deque[float] = deque()

    def take(
        self, route: str, ids: dict[str, object], *, counts_globally: bool
    ) -> tuple[dict, Refusal | None]:
        """Count a request; return the headers that its answer carries, and what refuses it."""
        now = time.monotonic()
        if counts_globally and (wait := self._global_wait(now)):
            return {}, Refusal(wait, "global")
        rule = self.rules.get(route, ORDINARY)
        key = f"{route}:{'+'.join(str(ids[name]) for name in MAJOR if name in ids)}"
        bucket = self._buckets.get(key)
        if bucket is None or bucket.ends_at <= now:
            bucket = self._buckets[key] = Bucket(rule.limit, now + rule.window_s * self.scale)
        refused = bucket.remaining <= 0
        bucket.remaining = max(0, bucket.remaining - 1)
        left = bucket.ends_at - now
        headers = {
            "X-RateLimit-Limit": str(rule.limit),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
        }
        return headers, Refusal(left, "user") if refused else None

    def _global_wait(self, now: float) -> float:
        window = self.global_rule.window_s * self.scale
        while self._recent and self._recent[0] <= now - window:
            self._recent.popleft()
        if len(self._recent) >= self.global_rule.limit:
            return self._recent[0] + window - now
        self._recent.append(now)
        return 0.0


def refusal_headers(refusal: Refusal) -> dict[str, str]:
    """Return what a 429 carries in its head."""
    headers = {
        "Retry-After": str(max(1, round(refusal.retry_after_s))),
        "X-RateLimit-Scope": refusal.scope,
        "Via": "1.1 google",
    }
    return headers | ({"X-RateLimit-Global": "true"} if refusal.scope == "global" else {})


def refusal_body(refusal: Refusal) -> dict:
    """Return the body of a 429."""
    return {
        "message": "You are being rate limited.",
        "retry_after": round(refusal.retry_after_s, 3),
        "global": refusal.scope == "global",
    }
