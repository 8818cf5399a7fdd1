"""What a story's revisions tell, pure: who brought it in, who made it what it is, what changed since when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.changes import Action, Change, Revision
from bot.display import truncated
from bot.model import Language, Remark, Source, Story

Deed = Change | Revision
"""Who did something, when, what and why."""

TOLD_TO_READERS: Final[frozenset[Action]] = frozenset(
    {"add", "correct", "retract", "restore", "merge", "undo"}
)
"""The acts that readers of a story are told of; the rest is its moderators' own work."""

_TELLING_WHY: Final[frozenset[Action]] = frozenset({"correct", "retract"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of a story before and after, as text. `language` is that of a telling that it belongs to."""

    field: str
    language: Language | None
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwriting:
    """A field that somebody changed while another person was at it, from what that one saw to what is now."""

    change: FieldChange
    who: str


def brought_in(revisions: Sequence[Revision]) -> Revision | None:
    """Return how a story began."""
    return revisions[0] if revisions else None


def is_merged(story: Story) -> bool:
    """Whether a story is told no more because it went into another."""
    return story.remark is not None and story.remark.kind == "merged"


def decided(revisions: Sequence[Revision]) -> Revision | None:
    """Return what gave a story the status that it has."""
    for revision in reversed(revisions):
        if revision.before is None or revision.before.status != revision.after.status:
            return revision
    return None


def before_retraction(revisions: Sequence[Revision]) -> Story | None:
    """Return a story as it was before it was retracted; None where it is not, or never was anything else."""
    last = decided(revisions)
    return last.before if last is not None and last.after.status == "retracted" else None


def was_shown(story: Story, revisions: Iterable[Revision]) -> bool:
    """Whether readers see a story, or did before it was retracted; one that was refused they never saw."""
    if story.status == "retracted":
        return any(revision.after.status == "published" for revision in revisions)
    return story.status == "published"


def as_readers_know(revisions: Iterable[Revision], who: str) -> list[Revision]:
    """Return a story's past as those know it who only read it: what became of it since they may, by `who`.

    Why is told where its copies tell it too: of corrections and retractions.
    """
    shown = [
        each
        for each in revisions
        if each.after.status == "published" or (each.before and each.before.status == "published")
    ]
    began = [replace(each, before=None, action="add") for each in shown[:1]]
    later = (each for each in shown[1:] if each.action in TOLD_TO_READERS)
    return [
        replace(each, actor=who, actor_id="", reason=each.reason if each.action in _TELLING_WHY else "")
        for each in (*began, *later)
    ]


def story_at(number: int, story: Story, revisions: Iterable[Revision]) -> Story | None:
    """Return a story as it was at a revision; 0 stands for the newest."""
    if number in (0, story.revision):
        return story
    return next((revision.after for revision in revisions if revision.number == number), None)


def overwritten(base: Story, now: Story, revisions: Iterable[Revision]) -> list[Overwriting]:
    """Return what changed in a story since it was `base`, each field with who changed it last."""
    who: dict[tuple[str, Language | None], str] = {}
    for revision in revisions:
        if revision.number > base.revision and revision.before is not None:
            for change in differences(revision.before, revision.after):
                who[change.field, change.language] = revision.actor
    return [
        Overwriting(change=change, who=who.get((change.field, change.language), ""))
        for change in differences(base, now)
    ]


def differences(before: Story, after: Story) -> list[FieldChange]:
    """Return the fields in which two states of a story differ, in the order in which they are told."""
    old, new = _fields(before), _fields(after)
    return [
        FieldChange(field=field, language=language, before=was, after=now)
        for field, language in dict.fromkeys((*new, *old))
        if (was := old.get((field, language), "")) != (now := new.get((field, language), ""))
    ]


def excerpts(change: FieldChange, room: int) -> tuple[str, str]:
    """Return what a field read before and after, each on one line of at most `room` UTF-16 units.

    Of long texts that is from where they begin to differ.
    """
    before, after = (" ".join(text.split()) for text in (change.before, change.after))
    start = 0
    if max(len(before), len(after)) > room:
        pairs = enumerate(zip(before, after, strict=False))
        differ = next((place for place, (was, now) in pairs if was != now), min(len(before), len(after)))
        start = max(0, differ - room // 4)
    first, second = (text[start : start + room + 1] for text in (before, after))
    lead = "…" if start else ""
    return truncated(lead + first, room) or "–", truncated(lead + second, room) or "–"


def _fields(story: Story) -> Mapping[tuple[str, Language | None], str]:
    fields: dict[tuple[str, Language | None], str] = {}
    for telling in story.tellings:
        fields["title", telling.language] = telling.title
        fields["summary", telling.language] = telling.summary
        fields["body", telling.language] = telling.body
        fields["claims", telling.language] = "\n".join(
            " / ".join((claim.text, claim.said_by, *claim.doubted_by, *claim.denied_by))
            for claim in telling.claims
        )
    return fields | {
        ("source", None): _told(story.source),
        ("date", None): story.published_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        ("topics", None): ", ".join(story.topics),
        ("also", None): ", ".join(map(_told, story.also)),
        ("updates", None): story.updates or "",
        ("status", None): story.status,
        ("remark", None): _remark(story.remark),
    }


def _told(source: Source) -> str:
    return f"{source.name} ({source.url})" if source.url else source.name


def _remark(remark: Remark | None) -> str:
    return "" if remark is None else f"{remark.kind}: {remark.reason or remark.into or ''}"
