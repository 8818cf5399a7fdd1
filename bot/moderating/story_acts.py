"""What can be done with a story in its state, pure, and what it is then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.changes import Curation, Revision
from bot.model import PUBLIC, Actor, Remark, Source, Story, Workspace
from bot.moderating.rights import may_approve, may_reject
from bot.moderating.story_card import Act
from bot.moderating.story_past import before_retraction, brought_in

Decision = Literal["approve", "reject", "retract", "restore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A story that somebody looks at, with its past, and their workspace as far as it is known."""

    story: Story
    revisions: Sequence[Revision]
    actor: Actor
    workspace: Workspace | None
    may_change: bool
    is_posted: bool
    """Whether readers have, or are about to get, a message that tells it."""

    @property
    def may_approve(self) -> bool:
        """Whether they may publish it."""
        return self.may_change and may_approve(self.workspace, self.actor, self._brought_in_by)

    @property
    def may_reject(self) -> bool:
        """Whether they may refuse it."""
        return self.may_change and may_reject(self.workspace, self.actor, self._brought_in_by)

    @property
    def _brought_in_by(self) -> str:
        first = brought_in(self.revisions)
        return first.actor_id if first is not None else ""

    @property
    def corrects(self) -> bool:
        """Whether to change what it says is to correct it before its readers."""
        return self.story.status == "published" and self.is_posted


def acts_on(held: Held, curation: Curation) -> Collection[Act]:
    """Return what somebody may do with a story now, given what their workspace decided for itself."""
    story, acts = held.story, set[Act]()
    if held.may_change:
        acts |= _changes(held)
    if story.status == "published":
        acts.add("unpin" if story.id in curation.pinned else "pin")
        if story.workspace == PUBLIC:
            acts.add("unhide" if story.id in curation.hidden else "hide")
    return acts


def _changes(held: Held) -> set[Act]:
    match held.story.status:
        case "waiting":
            acts: set[Act] = {"edit", "facts"}
            acts |= {"approve", "merge"} if held.may_approve else set()
            return acts | ({"reject"} if held.may_reject else set())
        case "published":
            return {"correct" if held.is_posted else "edit", "facts", "retract", "merge"}
        case "retracted":
            return {"restore"}


def fits(decision: Decision, story: Story) -> bool:
    """Whether a decision can be made of a story in its state."""
    needed = {"approve": "waiting", "reject": "waiting", "retract": "published", "restore": "retracted"}
    return story.status == needed[decision]


def decide(
    decision: Decision, story: Story, revisions: Sequence[Revision], reason: str, now: datetime
) -> Story:
    """Return a story, whose state a decision fits, as that makes it."""
    after = replace(story, revision=story.revision + 1)
    match decision:
        case "approve":
            return replace(after, status="published")
        case "reject":
            return replace(after, status="retracted")
        case "retract":
            remark = Remark(kind="retracted", at=now, reason=reason)
            return replace(after, status="retracted", remark=remark)
        case "restore":
            before = before_retraction(revisions)
            if before is None:  # it came in retracted
                return replace(after, status="waiting", remark=None)
            return replace(after, status=before.status, remark=before.remark)


def merge(story: Story, into: Story, reason: str, now: datetime) -> tuple[Story, Story]:
    """Return a story that went into another, and that one with its sources as further ones, each once."""
    known = {into.source, *into.also}
    new = [source for source in dict.fromkeys((story.source, *story.also)) if source not in known]
    also: tuple[Source, ...] = (*into.also, *new)
    remark = Remark(kind="merged", at=now, reason=reason, into=into.id)
    gone = replace(story, status="retracted", remark=remark, revision=story.revision + 1)
    return gone, replace(into, also=also, revision=into.revision + 1)
