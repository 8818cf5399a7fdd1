"""Taking changes back, pure: the value that a field had returns where nobody has changed that field since.

A story and what a workspace decided are compared by their parts: a field, the title of one telling, one
hidden story, one further name of a topic.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from bot.changes import Curation, Revision
from bot.model import Remark, Story

Part = tuple[str, Hashable]
"""The name of a field, and which of those that it has many of; ("title", "ja"), ("hidden", "story")."""

Parts = Mapping[Part, object]

_STORY: Final = TypeAdapter(Story)
_CURATION: Final = TypeAdapter(Curation)
_KEPT: Final = ("id", "workspace", "added_at", "revision")
"""The fields of a story that no change is about."""

_LISTED: Final = ("hidden", "pinned", "muted")
_ABSENT: Final = object()


class ChangedSince(Exception):
    """A part was changed after the change that shall be taken back."""

    def __init__(self, part: Part) -> None:
        super().__init__(*part)
        self.part = part


def story_taken_back(revision: Revision, now: Story, at: datetime, reason: str) -> Story | None:
    """Return a story without what a revision did to it, as its next revision; None where that is so already.

    One that the revision began is withdrawn: it is told no more, with the reason where there is one.
    Raises `ChangedSince`.
    """
    if revision.before is None:
        return _withdrawn(revision.after, now, at, reason)
    if now == replace(revision.after, revision=now.revision):
        return replace(revision.before, revision=now.revision + 1)
    merged = _three_way(story_parts(revision.before), story_parts(revision.after), story_parts(now))
    return _story(merged, now)


def _withdrawn(began: Story, now: Story, at: datetime, reason: str) -> Story | None:
    if now.status == "retracted":
        return None
    if now.also != began.also:  # what went into it would be told nowhere
        raise ChangedSince(("also", ""))
    remark = Remark(kind="retracted", at=at, reason=reason) if reason else None
    return replace(now, status="retracted", remark=remark, revision=now.revision + 1)


def curation_taken_back(before: Curation, after: Curation, now: Curation) -> Curation:
    """Return what a workspace decides without one change of it. Raises `ChangedSince`."""
    if replace(now, revision=0) == replace(after, revision=0):
        return replace(before, revision=now.revision)
    was, became, is_now = (curation_parts(each) for each in (before, after, now))
    merged = _three_way(was, became, is_now)
    _check_topics(was, became, merged)
    return _curation(merged, now)


def _check_topics(was: Parts, became: Parts, merged: Parts) -> None:
    """Raise `ChangedSince` where a topic that goes has had names or topics given to it since."""
    going = {of for name, of in became if name == "topics" and (name, of) not in was}
    for part, value in merged.items():
        name, of = part
        leans_on: Iterable[object] = value if name == "aliases" and isinstance(value, tuple) else (of, value)
        if name in ("aliases", "joined", "muted") and not going.isdisjoint(leans_on):
            raise ChangedSince(part)


def _three_way(before: Parts, after: Parts, now: Parts) -> dict[Part, object]:
    """Return the parts as they are now, where what one change made of them is what it was before that."""
    changed = changed_parts(before, after)
    for part in changed:
        if now.get(part, _ABSENT) != after.get(part, _ABSENT):
            raise ChangedSince(part)
    kept = {part: value for part, value in now.items() if part not in changed or part in before}
    return kept | {part: before[part] for part in changed if part in before}


def changed_parts(before: Parts, after: Parts) -> list[Part]:
    """Return the parts in which two states differ, in order."""
    parts = dict.fromkeys((*before, *after))
    return [part for part in parts if before.get(part, _ABSENT) != after.get(part, _ABSENT)]


def touches(part: Part, before: Parts, after: Parts) -> bool:
    """Return whether a change made something else of a part; without a `which`, of any of its name."""
    name, which = part
    return any(part == each or (which == "" and name == each[0]) for each in changed_parts(before, after))


# Stories and curations in parts, and back.


def story_parts(story: Story | None) -> dict[Part, object]:
    """Return a story in parts; the titles and texts of each telling, and each further source, by itself."""
    if story is None:
        return {}
    fields = _STORY.dump_python(story)
    tellings, also = fields.pop("tellings"), fields.pop("also")
    parts: dict[Part, object] = {(name, ""): value for name, value in fields.items() if name not in _KEPT}
    parts["languages", ""] = tuple(telling["language"] for telling in tellings)
    for telling in tellings:
        parts |= {(name, telling["language"]): value for name, value in telling.items() if name != "language"}
    return parts | {("also", (source["name"], source["url"])): source for source in also}


def _story(parts: Parts, now: Story) -> Story:
    languages = parts["languages", ""]
    assert isinstance(languages, tuple)  # noqa: S101 -- it was put there as one
    tellings = [
        {"language": language} | {name: value for (name, of), value in parts.items() if of == language}
        for language in languages
    ]
    also = [value for (name, _), value in parts.items() if name == "also"]
    fields = {name: value for (name, of), value in parts.items() if of == "" and name != "languages"}
    kept = {name: getattr(now, name) for name in _KEPT} | {"revision": now.revision + 1}
    return _STORY.validate_python({**fields, **kept, "tellings": tellings, "also": also})


def curation_parts(curation: Curation) -> dict[Part, object]:
    """Return what a workspace decided in parts, each decision one; an alias with the topics that have it."""
    parts: dict[Part, object] = {(name, id_): True for name in _LISTED for id_ in getattr(curation, name)}
    parts |= {("topics", topic.id): topic for topic in curation.topics}
    parts |= {("joined", topic): into for topic, into in curation.joined.items()}
    having: dict[str, tuple[str, ...]] = {}
    for topic, aliases in curation.aliases.items():
        for alias in aliases:
            having[alias] = (*having.get(alias, ()), topic)
    return parts | {("aliases", alias): tuple(sorted(topics)) for alias, topics in having.items()}


def _curation(parts: Parts, now: Curation) -> Curation:
    of = {name: [which for each, which in parts if each == name] for name in (*_LISTED, "topics", "joined")}
    aliases: dict[object, list[object]] = {}
    for (name, alias), topics in parts.items():
        if name == "aliases" and isinstance(topics, tuple):
            for topic in topics:
                aliases.setdefault(topic, []).append(alias)
    return _CURATION.validate_python(
        {
            "workspace": now.workspace,
            "revision": now.revision,
            **{name: of[name] for name in _LISTED},
            "topics": [parts["topics", id_] for id_ in of["topics"]],
            "joined": {topic: parts["joined", topic] for topic in of["joined"]},
            "aliases": aliases,
        }
    )
