"""The log as a message, pure: who changed what, when and why, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.auditing.undoing import Part, changed_parts, curation_parts
from bot.changes import Change, Curation, Revision
from bot.display import printable, truncated
from bot.language import Names
from bot.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Limits,
    Message,
    Paragraph,
    Run,
    note,
    paragraph,
    split,
)
from bot.model import DeliveryState, Language, Story, StoryId, TopicId
from bot.moderating.commands import ShowLog, typed
from bot.phrases import phrase, phrase_instant, phrase_runs
from bot.subscriptions.choices import topic_name

PAGE_SIZE: Final = 8
NAMED: Final = 3
"""Of how many stories the log tells the titles; the others are counted."""

_ROOM: Final = (120, 60, 25)
"""How long a title or a reason may be, in UTF-16 units; shorter where a message would not hold the page."""

_MAX_NAME: Final = 40
_ROW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A change as the log tells it: what it was about, what it took back, and what became of it.

    `subjects` are the first titles or names, `more` counts the others; `story_id` is the story that it was
    about, where that was one. `undoes` is the change that it took back, or did `again` where it took back
    what had taken that back. `edits` counts the edits of posted copies that it owed, by their state.
    """

    change: Change
    subjects: tuple[str, ...]
    more: int = 0
    story_id: StoryId | None = None
    undoes: Change | None = None
    again: bool = False
    undone_by: Change | None = None
    edits: Mapping[DeliveryState, int] = field(default_factory=dict)


def story_subjects(revisions: Iterable[Revision], language: Language) -> tuple[str, ...]:
    """Return the titles of the stories that a change was about, as it left them."""
    return tuple(_title(revision.after, language) for revision in revisions)


def decided(before: Curation, after: Curation) -> list[Part]:
    """Return the decisions of a workspace that a change made or took back."""
    return changed_parts(curation_parts(before), curation_parts(after))


def decision_subjects(
    parts: Iterable[Part],
    curations: Sequence[Curation],
    stories: Mapping[StoryId, Story],
    names: Names,
    language: Language,
) -> tuple[str, ...]:
    """Return the titles and topics that decisions are about; `curations` name topics that are their own."""
    return tuple(_decision(part, curations, stories, names, language) for part in parts)


def _decision(
    part: Part,
    curations: Sequence[Curation],
    stories: Mapping[StoryId, Story],
    names: Names,
    language: Language,
) -> str:
    name, which = str(part[0]), str(part[1])
    if name in ("hidden", "pinned"):
        story = stories.get(StoryId(which))
        return _title(story, language) if story else which
    if name == "aliases":
        topics = [topic for curation in curations for topic, has in curation.aliases.items() if which in has]
        topic = _topic(topics[0], curations, names, language) if topics else ""
        return phrase("log.alias", language, alias=which, topic=topic)
    if name == "joined":
        into = next(each.joined[TopicId(which)] for each in curations if TopicId(which) in each.joined)
        one = _topic(TopicId(which), curations, names, language)
        return phrase("log.joined", language, topic=one, into=_topic(into, curations, names, language))
    return _topic(TopicId(which), curations, names, language)


def _topic(topic: TopicId, curations: Sequence[Curation], names: Names, language: Language) -> str:
    own = {each.id: each for curation in curations for each in curation.topics}
    return own[topic].names[language] if topic in own else topic_name(topic, names, language)


def _title(story: Story, language: Language) -> str:
    return story.telling(language).title


# Messages


def log_message(
    entries: Sequence[Entry], count: int, command: ShowLog, zone: str, limits: Limits, language: Language
) -> Message:
    """Return a page of the log, one message within the limits; `count` is how many changes it has in all."""
    if not entries:
        key = "log.no_page" if count else "log.none_such" if _is_filtered(command) else "log.none"
        return Message((Heading(phrase("log.heading", language)), paragraph(phrase(key, language))), language)
    first = 1 + (command.page - 1) * PAGE_SIZE
    message = Message((), language)
    for room in _ROOM:
        told: list[Block] = [Heading(phrase("log.heading", language)), *_filters(command, count, language)]
        for number, entry in enumerate(entries, start=first):
            told.append(Paragraph((Run(f"{number}. "), *_entry(entry, zone, room, language))))
        message = Message((*told, *_buttons(entries, first, count, command, language)), language)
        if len(split(message, limits)) == 1:
            break
    return message


def undone_message(entry: Entry, limits: Limits, zone: str, language: Language) -> Message:
    """Return that a change was taken back; `entry` is the change that did it."""
    key = "redone" if entry.again else "undone"
    buttons = [Button(phrase("log.button_undo_this", language), typed("undo", entry.change.id))]
    if entry.story_id:
        buttons.append(Button(phrase("log.button_open_this", language), typed("story", entry.story_id)))
    buttons.append(Button(phrase("log.button_log", language), typed("log")))
    message = Message((), language)
    for room in _ROOM:
        text = Paragraph(tuple(_entry(entry, zone, room, language)))
        message = Message((Heading(phrase(f"log.{key}", language)), text, Buttons(tuple(buttons))), language)
        if len(split(message, limits)) == 1:
            break
    return message


def _is_filtered(command: ShowLog) -> bool:
    return bool(command.by or command.action or command.story)


def _filters(command: ShowLog, count: int, language: Language) -> Iterator[Block]:
    if not _is_filtered(command):
        return
    action = phrase(f"action.{command.action}", language) if command.action else ""
    wanted = [truncated(printable(text), _MAX_NAME) for text in (command.by, action, command.story) if text]
    yield note(phrase("log.only", language, what=phrase("story.dot", language).join(wanted), count=count))


def _entry(entry: Entry, zone: str, room: int, language: Language) -> Iterator[Run]:
    """Yield an entry: a line of what was done, and one for each thing more that there is to say of it."""
    change = entry.change
    yield phrase_instant(change.at, language, zone)
    yield Run(phrase("story.dot", language))
    yield Run(sentence(entry, room, language))
    if change.reason:
        reason = truncated(printable(change.reason), room)
        yield Run(f"\n{phrase('log.reason', language, reason=reason)}")
    if edits := edits_told(entry.edits, language):
        yield Run(f"\n{edits}")
    if entry.undone_by:
        by, at = _who(entry.undone_by), phrase_instant(entry.undone_by.at, language, zone)
        yield Run("\n")
        yield from phrase_runs("log.undone_by", language, "when", [at], who=by)


def sentence(entry: Entry, room: int, language: Language) -> str:
    """Return who did what in a sentence; titles have `room` for so many UTF-16 units."""
    change, undone = entry.change, entry.undoes
    subjects = [
        phrase("log.quoted", language, title=truncated(" ".join(printable(subject).split()), room))
        for subject in entry.subjects[:NAMED]
    ]
    what = phrase("story.and", language).join(subjects)
    if entry.more:
        what = phrase("log.more", language, what=what, count=entry.more)
    if undone is None:
        return phrase(f"did.{change.action}", language, who=_who(change), what=what)
    first = phrase(f"did.{undone.action}", language, who=_who(undone), what=what)
    return phrase("did.redo" if entry.again else "did.undo", language, who=_who(change), what=first)


def _who(change: Change) -> str:
    return truncated(" ".join(printable(change.actor).split()), _MAX_NAME) or change.actor_id


def edits_told(edits: Mapping[DeliveryState, int], language: Language) -> str:
    """Return how far the edits of posted copies have got; nothing where none was owed."""
    count = sum(edits.values())
    if not count:
        return ""
    told = [phrase("log.edited", language, done=edits.get("posted", 0), count=count)]
    if failed := edits.get("failed", 0):
        told.append(phrase("log.uneditable", language, count=failed))
    if coming := edits.get("planned", 0) + edits.get("sending", 0):
        told.append(phrase("log.coming", language, count=coming))
    return phrase("story.dot", language).join(told)


def _buttons(
    entries: Sequence[Entry], first: int, count: int, command: ShowLog, language: Language
) -> Iterator[Buttons]:
    undo, opening = [], []
    for number, entry in enumerate(entries, start=first):
        if entry.undone_by is None:
            key = "redo" if entry.change.action == "undo" and not entry.again else "undo"
            label = phrase(f"log.button_{key}", language, number=number)
            undo.append(Button(label, typed("undo", entry.change.id)))
        if entry.story_id:
            label = phrase("log.button_open", language, number=number)
            opening.append(Button(label, typed("story", entry.story_id)))
    pages = []
    if command.page > 1:
        pages.append(Button(phrase("button.previous", language), _page(command, command.page - 1)))
    if first - 1 + len(entries) < count:
        pages.append(Button(phrase("button.more", language), _page(command, command.page + 1)))
    for buttons in (undo, opening, pages):
        for start in range(0, len(buttons), _ROW):
            yield Buttons(tuple(buttons[start : start + _ROW]))


def _page(command: ShowLog, page: int) -> str:
    by, action, story = command.by, command.action or "", command.story
    return typed("log", by=by, action=action, story=story, page=page)
