"""How many requests Discord has refused of late, pure: it bans who goes on, at 10,000 in 10 minutes."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

SPAN_S: Final = 600.0
MOST: Final = 5_000
"""Half of what Discord takes: other processes may ask from the same address."""


@dataclass(slots=True)
class InvalidRequests:
    """Counts answers of 401, 403 and 429; times are seconds of a clock that never goes back."""

    _at: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))

    def add(self, now: float) -> None:
        """Count one."""
        self._at.append(now)

    def wait_s(self, now: float) -> float:
        """Return how long nothing may be asked, in seconds; 0 while that is not so."""
        return max(0.0, self._at[0] + SPAN_S - now) if len(self._at) == MOST else 0.0
