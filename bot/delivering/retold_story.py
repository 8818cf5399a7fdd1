"""One story told anew where a posted message tells it, pure: as it is now, or what became of it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.briefing import Much, parties, remarks, small_print, story_blocks, story_heading
from bot.changes import Revision
from bot.display import truncated
from bot.message import Block, Heading, Manner, Note, Run
from bot.model import Language, Story, StoryId
from bot.moderating.queue_entry import ROOMS, entry_blocks
from bot.moderating.story_past import brought_in, decided
from bot.phrases import phrase, phrase_date

_SHORTER: Final[Mapping[Much, tuple[Much, ...]]] = {
    "body": ("body", "summary", "title"),
    "summary": ("summary", "title"),
    "sources": ("sources", "title"),
    "title": ("title",),
}

_BRIEF: Final = 4
_BARE: Final = 5
LENGTHS: Final = range(_BARE + 1)
"""How much shorter than at first a story is told: up to three steps less of it; then cut; then only named."""

_BRIEF_CHARACTERS: Final = 60
"""What is left of a title, and of a reason, where a message has little room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known now of the stories of a message, and of those that they went into.

    `hidden` are not told where the message stands; `past` has the history of those told as of a queue.
    """

    stories: Mapping[StoryId, Story]
    hidden: Container[StoryId]
    past: Mapping[StoryId, Sequence[Revision]]

    def is_told(self, story: Story) -> bool:
        """Return whether readers of the message may read a story."""
        return story.status == "published" and story.id not in self.hidden


def story_anew(
    story: Story, known: Known, language: Language, manner: Manner, length: int = 0
) -> list[Block]:
    """Return a story as its manner has it, as far as readers may read it; shorter with each of `LENGTHS`."""
    if manner.much == "queue":
        return _queued(story, known, language, manner, length)
    told = (
        _told(story, language, manner, length)
        if known.is_told(story)
        else _withdrawn(story, known, language, manner, length)
    )
    # It stays known how it was told first: a later change may leave room for that again.
    return [replace(block, manner=manner) if isinstance(block, Heading) else block for block in told]


def _queued(story: Story, known: Known, language: Language, manner: Manner, length: int) -> list[Block]:
    """Return a story of a queue as moderators are told it now: to be decided, or what became of it."""
    revisions = known.past.get(story.id, ())
    ends = brought_in(revisions), decided(revisions)
    room = ROOMS[min(1 + length, len(ROOMS) - 1)]
    return entry_blocks(story, language, manner.number, ends, room=room)


def _told(story: Story, language: Language, manner: Manner, length: int) -> list[Block]:
    if length == _BARE:
        return [_named("copy.changed", story, language, manner)]
    if length == _BRIEF:
        return _brief(story, language, manner)
    steps = _SHORTER[manner.much if manner.much != "queue" else "summary"]
    much = steps[min(length, len(steps) - 1)]
    second = manner.second if length < len(steps) else None
    return story_blocks(story, language, manner.number, second=second, much=much)


def _brief(story: Story, language: Language, manner: Manner) -> list[Block]:
    """Return a story in two blocks. Who denies what it alleges is never cut."""
    telling = story.telling(language)
    heading = story_heading(story, telling, manner)
    small = [*remarks(story, language, _BRIEF_CHARACTERS), small_print(story, telling, language)]
    dot = Run(phrase("story.dot", language))
    runs = [run for block in small for run in (dot, *block.runs)]
    return [
        replace(heading, text=truncated(heading.text, _BRIEF_CHARACTERS)),
        Note(tuple(runs[1:]), story_id=story.id),
    ]


def _withdrawn(story: Story, known: Known, language: Language, manner: Manner, length: int) -> list[Block]:
    """Return what stands in the place of a story that is not told any more: nothing of what it said."""
    remark = story.remark
    if story.id in known.hidden:
        return [_named("copy.hidden", story, language, manner)]
    if remark is None or remark.kind == "corrected":
        return [_named("copy.withdrawn", story, language, manner)]
    heading = _named(f"copy.{remark.kind}", story, language, manner)
    if length == _BARE:
        return [heading]
    into = known.stories.get(remark.into) if remark.into else None
    if into is None or not known.is_told(into) or length == _BRIEF:
        return [heading, *remarks(story, language, _BRIEF_CHARACTERS if length == _BRIEF else None)]
    date, telling = phrase_date(remark.at.date(), language), into.telling(language)
    text = phrase("copy.into", language, date=date, title=telling.title)
    # A title may allege, so whoever denies stands beside it here too.
    facts = phrase("story.dot", language).join((text, *parties(telling.claims, language)))
    return [heading, Note((Run(facts),), story_id=story.id)]


def _named(key: str, story: Story, language: Language, manner: Manner) -> Heading:
    return Heading(f"{manner.number}. {phrase(key, language)}", level=2, story_id=story.id)
