"""What the store keeps of moderators' work: the log, the queue, what workspaces decided, copies to correct.

A part of the contract of `bot.ports.Store`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.changes import Action, Change, Copy, Curation, Draft, Revision
from bot.model import (
    ChangeId,
    Delivery,
    DeliveryState,
    DraftId,
    Story,
    StoryId,
    WorkspaceId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which changes of a log are asked for: those of an action, of a person, of a story, since an instant.

    `actor` is a person's id, or what they are called, in any case of letters.
    """

    action: Action | None = None
    actor: str | None = None
    story_id: StoryId | None = None
    since: datetime | None = None


EVERYTHING = LogFilter()


class Chronicle(Protocol):
    """Who changed what, and what is in the making. Raises as `Store` does."""

    async def waiting_stories(self, workspace: WorkspaceId, limit: int, offset: int = 0) -> list[Story]:
        """Return stories of a workspace's own that wait for approval, the oldest first.

        Those that came in together are in the order of lists: the last published first.
        """
        ...

    async def count_waiting(self, workspace: WorkspaceId, actor_id: str | None = None) -> int:
        """Return how many of a workspace's own stories wait; those that one person brought in."""
        ...

    async def withdrawn_stories(self, workspace: WorkspaceId, limit: int) -> list[Story]:
        """Return stories of a workspace's own that are told no more, newest `published_at` first.

        Those that were merged or retracted, and those that were never shown.
        """
        ...

    async def lately_withdrawn(self, workspaces: Sequence[WorkspaceId], limit: int) -> list[Story]:
        """Return stories of some workspaces' own that are told no more, the last withdrawn first."""
        ...

    async def changes(
        self, workspaces: Sequence[WorkspaceId], limit: int, offset: int = 0, which: LogFilter = EVERYTHING
    ) -> list[Change]:
        """Return the log of some workspaces, the newest change first."""
        ...

    async def count_changes(self, workspaces: Sequence[WorkspaceId], which: LogFilter = EVERYTHING) -> int:
        """Return how many changes a log has."""
        ...

    async def change(self, change_id: ChangeId) -> Change | None:
        """Return one change."""
        ...

    async def revisions_of(self, change_id: ChangeId, limit: int | None = None) -> list[Revision]:
        """Return what a change did to stories, by their ids; to the first of them where there is a limit."""
        ...

    async def count_revisions(self, change_id: ChangeId) -> int:
        """Return how many revisions of stories a change made."""
        ...

    async def curation(self, workspace: WorkspaceId) -> Curation:
        """Return what a workspace decided; revision 0, with nothing in it, where it never did."""
        ...

    async def save_curation(self, change: Change, before: Curation, after: Curation) -> None:
        """Save what a workspace decides from now on, as revision `before.revision + 1`.

        Copies of stories that it hides from now on, or does no more, are owed an edit in its channels.
        Raises `Conflict` where the store no longer holds `before`, or `change.undoes` is undone already.
        """
        ...

    async def curation_change(self, change_id: ChangeId) -> tuple[Curation, Curation] | None:
        """Return what a workspace had decided before and after a change; None where it decided nothing."""
        ...

    async def copies(
        self, story_id: StoryId, workspace: WorkspaceId | None, limit: int, offset: int = 0
    ) -> list[Copy]:
        """Return the messages that tell a story in a workspace's channels, or in all; the newest first."""
        ...

    async def count_copies(self, story_id: StoryId, workspace: WorkspaceId | None = None) -> int:
        """Return how many messages tell readers a story: posted and not found to be gone, or yet to be.

        Notices, which tell moderators, do not count.
        """
        ...

    async def edits(
        self, change_id: ChangeId, limit: int, offset: int = 0, state: DeliveryState | None = None
    ) -> list[Delivery]:
        """Return the edits that a change owed, by channel; those in a state."""
        ...

    async def count_edits(self, change_id: ChangeId) -> Mapping[DeliveryState, int]:
        """Return how many edits of what readers see a change owed, by state; one without any is absent."""
        ...

    async def draft(self, draft_id: DraftId) -> Draft | None:
        """Return a draft that is in the making."""
        ...

    async def save_draft(self, draft: Draft) -> None:
        """Save a draft. Raises `Conflict` unless its revision follows the one held; a new one has 1."""
        ...

    async def drop_draft(self, draft_id: DraftId) -> None:
        """Forget a draft."""
        ...

    async def drop_older_drafts(self, asked_in: WorkspaceId, owner_id: str, keep: int) -> int:
        """Forget a person's drafts but for the `keep` that were made last; return how many."""
        ...

    async def drop_drafts(self, before: datetime) -> int:
        """Forget drafts that were made before an instant; return how many."""
        ...
