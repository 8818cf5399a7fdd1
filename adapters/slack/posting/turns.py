"""When Slack may be asked: evenly in a workspace, and not before the time that it named."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from bot.delivering.pace import Pace, Pacer
from bot.errors import PostDelayed
from bot.model import Channel, WorkspaceId

IN_WORKSPACE: Final = Pace(per_second=5)
"""300 posts a minute: Slack's documentation on rate limits allows a workspace "several hundred" of them."""

MINUTE_S: Final = 60.0

PATIENCE_S: Final = 15.0
"""How long a post waits for its turn, in seconds, before it is put off; well within the outbox's lease."""


@dataclass(slots=True)
class _Lane:
    pacer: Pacer = field(default_factory=lambda: Pacer(IN_WORKSPACE))
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Turns of every workspace, and what Slack has asked of each method there: its limits are by both."""

    def __init__(self) -> None:
        self._lanes: defaultdict[WorkspaceId, _Lane] = defaultdict(_Lane)
        self._held: dict[tuple[WorkspaceId, str], float] = {}
        self._minutes: dict[tuple[WorkspaceId, str], tuple[float, int]] = {}
        """By workspace and method, when a minute of counted calls began, and how many it has had."""

    async def take(self, channel: Channel) -> None:
        """Wait for the turn of a post. Raises `PostDelayed` where that takes too long."""
        lane = self._lanes[channel.workspace]
        time = asyncio.get_running_loop().time
        until = time() + PATIENCE_S
        async with lane.turns:
            while wait_s := lane.pacer.begin(channel, time()):
                if time() + wait_s > until:
                    raise PostDelayed("the workspace gets as many messages as Slack takes", wait_s)
                await asyncio.sleep(wait_s)

    def count(self, workspace: WorkspaceId, method: str, most: int) -> None:
        """Count a call of a method of which `most` are made in a minute.

        Raises `PostDelayed` till the next minute begins where there were as many: nobody waits in line, so
        that what is done by other methods is not held up.
        """
        now = asyncio.get_running_loop().time()
        began, had = self._minutes.get((workspace, method), (now, 0))
        if now - began >= MINUTE_S:
            began, had = now, 0
        if had >= most:
            raise PostDelayed(f"{method} was called {most} times this minute", began + MINUTE_S - now)
        self._minutes[workspace, method] = (began, had + 1)

    def check(self, workspace: WorkspaceId, method: str) -> None:
        """Raise `PostDelayed` while Slack wants a method not to be called."""
        wait_s = self._held.get((workspace, method), 0.0) - asyncio.get_running_loop().time()
        if wait_s > 0:
            raise PostDelayed(f"ratelimited: {method}", wait_s)
        self._held.pop((workspace, method), None)

    def hold(self, workspace: WorkspaceId, method: str, wait_s: float) -> None:
        """Let a method rest for `wait_s` seconds."""
        self._held[workspace, method] = asyncio.get_running_loop().time() + wait_s
