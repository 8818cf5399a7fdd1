"""A story's own page, pure: its passage in the article around it, and the history of what was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.changes import Action, Revision
from bot.model import Language, Span, Story
from bot.moderating.story_past import TOLD_TO_READERS

CONTEXT_CHARACTERS: Final = 300
"""How much of the article stands on each side of a passage: enough to judge it by, no copy of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage with what stands around it; `begins` and `ends` tell whether the article does so there."""

    before: str
    passage: str
    after: str
    begins: bool
    ends: bool


def excerpt(text: str, span: Span) -> Excerpt:
    """Return the passage of a span, with some of the article on each side."""
    start = max(span.start - CONTEXT_CHARACTERS, 0)
    end = min(span.end + CONTEXT_CHARACTERS, len(text))
    return Excerpt(
        before=text[start : span.start].lstrip(),
        passage=text[span.start : span.end],
        after=text[span.end : end],
        begins=start == 0,
        ends=end == len(text),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One text of a story before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change of a story as readers see it; `actor` is empty where they are not told."""

    at: datetime
    action: Action
    actor: str
    reason: str
    changes: tuple[FieldChange, ...]


def history(revisions: Sequence[Revision], language: Language, *, told_all: bool) -> list[HistoryEntry]:
    """Return a story's history, newest first; who did what and why is for those who are `told_all`."""
    return [
        HistoryEntry(
            at=revision.at,
            action=revision.action,
            actor=revision.actor if told_all else "",
            reason=revision.reason if told_all or revision.action in {"correct", "retract"} else "",
            changes=tuple(_changes(revision, language)),
        )
        for revision in reversed(revisions)
        if told_all or revision.action in TOLD_TO_READERS
    ]


def _changes(revision: Revision, language: Language) -> Iterator[FieldChange]:
    if revision.before is None:
        return
    before, after = revision.before.telling(language), revision.after.telling(language)
    for field in ("title", "summary", "body"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield FieldChange(field=field, before=old, after=new)


def is_withdrawn(story: Story) -> bool:
    """Return whether readers are told that a story is told no more; one that was refused they never saw."""
    return story.status == "retracted" and story.remark is not None and story.remark.kind != "corrected"
