"""What the store keeps beside the news: who took the bot in, what processes know of one another.

A part of the contract of `bot.ports.Store`, for adapters.
"""

from datetime import datetime
from typing import Protocol

from bot.model import Delivery, Workspace, WorkspaceId


class Registry(Protocol):
    """Who has taken the bot in, and what processes must know of one another. Raises as `Store` does."""

    async def workspace(self, platform: str, workspace: WorkspaceId) -> Workspace | None:
        """Return a workspace that has the bot, or had it and is not purged yet."""
        ...

    async def workspaces(self, platform: str) -> list[WorkspaceId]:
        """Return the ids of a platform's workspaces that have the bot, as far as is known."""
        ...

    async def join(self, workspace: Workspace, welcome: Delivery | None) -> bool:
        """Save a workspace that has the bot; return whether that is news: it is new, or had left.

        Only then `welcome` is owed, and only once. One that is known keeps its settings, but for its name.
        What is owed to one that had left is due at once: no wait since then was for anything else.
        """
        ...

    async def change_workspace(self, before: Workspace, after: Workspace) -> None:
        """Save a workspace's settings. Raises `Conflict` when the store no longer holds `before`."""
        ...

    async def leave(self, platform: str, workspace: WorkspaceId, now: datetime, trouble: str) -> bool:
        """Remember that a workspace put the bot out, and stop its subscriptions for `trouble`.

        Returns whether that is news. What is owed to it stays owed, in case that it comes back.
        """
        ...

    async def left_workspaces(self, before: datetime, limit: int) -> list[Workspace]:
        """Return workspaces that left before an instant, the longest gone first."""
        ...

    async def purge(self, workspace: Workspace) -> None:
        """Forget all that belongs to a workspace that left: its stories, subscriptions, posts and keepsakes.

        Raises `Conflict` when it has come back since, even where it has left again.
        """
        ...

    async def hold(self, name: str, owner: str, now: datetime, lease_s: float) -> bool:
        """Take or prolong the lease of a name, `lease_s` from `now`; return whether the owner has it."""
        ...

    async def let_go(self, name: str, owner: str) -> None:
        """End the lease of `name` where it is the owner's."""
        ...

    async def remember(self, event: str, now: datetime) -> bool:
        """Remember that an event was seen; return whether it is seen for the first time."""
        ...

    async def forget(self, before: datetime) -> None:
        """Forget the events that were remembered before an instant."""
        ...

    async def keep(
        self, shelf: str, key: str, text: str, workspace: WorkspaceId | None = None, *, fades: bool = False
    ) -> None:
        """Keep a text for an adapter, in the place of what is kept there; purged with its workspace.

        For good, or until it `fades`.
        """
        ...

    async def fade(self, now: datetime, before: datetime) -> int:
        """Forget what fades and was kept last before an instant; return how many texts.

        What was kept since this was called the last time counts as kept `now`.
        """
        ...

    async def kept(self, shelf: str, key: str) -> str | None:
        """Return the text that is kept there."""
        ...

    async def take(self, shelf: str, key: str) -> str | None:
        """Return the text that is kept there and keep it no more: only one of many takers gets it."""
        ...

    async def shelf(self, name: str) -> dict[str, str]:
        """Return every text of a shelf by its key."""
        ...
