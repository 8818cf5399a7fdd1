"""The nouns of moderation: what was changed, by whom and why; what workspaces decided; drafts; copies.

Frozen values without behaviour, as those of `bot.model`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model import (
    ChangeId,
    Delivery,
    DraftId,
    Language,
    Source,
    Span,
    Story,
    StoryId,
    Topic,
    TopicId,
    WorkspaceId,
)

Action = Literal[
    "add", "suggest", "edit", "approve", "reject", "correct", "retract", "restore", "merge",
    "pin", "unpin", "hide", "unhide",
    "topic", "untopic", "alias", "unalias", "join", "part", "mute", "unmute",
    "undo",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One act of one person, with all that it changed; it is undone as a whole.

    It stands in the log of `workspace`: the one whose stories it changed. `actor` is what the person is
    called, `actor_id` the platform's id for them. `undoes` is the change that this one takes back.

    The store tells in `number` in which order changes came, and in `undone_by` which took this one back.
    """

    id: ChangeId
    workspace: WorkspaceId
    at: datetime
    actor: str
    actor_id: str = ""
    action: Action
    reason: str = ""
    undoes: ChangeId | None = None
    undone_by: ChangeId | None = field(default=None, compare=False)
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What one change did to one story. `before` is None where the story began."""

    story_id: StoryId
    number: int
    change_id: ChangeId
    at: datetime
    actor: str
    actor_id: str = ""
    action: Action
    reason: str
    before: Story | None
    after: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """A change to be saved: the story as it shall be, with the tokens lookups find it by.

    `after.revision` is the number the change gets; 1 means a new story.
    `tokens` has one entry per telling: what `bot.language.tokens` made of it.
    Where it `retells`, every copy of the story that was posted, or is yet to be, is owed an edit.
    """

    after: Story
    tokens: Mapping[Language, tuple[str, ...]]
    change: Change
    retells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curation:
    """What a workspace's moderators decided for it alone, or the operator's for everybody (`PUBLIC`).

    Stories that are `hidden` from it, and those `pinned` to the top of its next digests; topics that its
    digests leave out (`muted`), that it made itself, with further `aliases` by topic, or `joined`: each to
    the one it counts as. The store counts its revisions; 0 is one that nobody has made.
    """

    workspace: WorkspaceId
    revision: int = 0
    hidden: tuple[StoryId, ...] = ()
    pinned: tuple[StoryId, ...] = ()
    muted: tuple[TopicId, ...] = ()
    topics: tuple[Topic, ...] = ()
    aliases: Mapping[TopicId, tuple[str, ...]] = field(default_factory=dict)
    joined: Mapping[TopicId, TopicId] = field(default_factory=dict)


Treatment = Literal["add", "merge", "update"]
"""What becomes of a near-copy: a story all the same, another source of the known story, an update of it."""

Decision = Literal[Treatment, "drop"]
"""What is said about a near-copy without looking at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A story of a draft: a span of its text, as it would be told.

    `like` is a known story that tells much the same; what shall become of the piece then is in `treatment`,
    None while nobody has said. One that is not `kept` does not go in.
    """

    span: Span
    title: str
    summary: str
    topics: tuple[TopicId, ...] = ()
    kept: bool = True
    like: StoryId | None = None
    treatment: Treatment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article that somebody is about to add, cut into pieces that they look through first.

    Its stories will belong to `workspace`; `asked_in` is where it is worked at, by `owner_id` alone.
    """

    id: DraftId
    workspace: WorkspaceId
    asked_in: WorkspaceId
    owner_id: str
    text: str
    language: Language
    source: Source
    published_at: datetime
    made_at: datetime
    pieces: tuple[Piece, ...]
    suggested: bool = False
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A message that tells a story, posted or yet to be, and the newest edit of it that was ever owed."""

    delivery: Delivery
    edit: Delivery | None
