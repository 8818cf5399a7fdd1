"""Posted copies told anew, pure: what a message reads when the stories in it have changed since.

Only stories that changed are told anew; every other block of the message stays as it was posted.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.briefing import Much, remarks, story_blocks
from bot.changes import Revision
from bot.message import (
    Block,
    Divider,
    Heading,
    Limits,
    Manner,
    Message,
    Note,
    Quote,
    Run,
    note,
    split,
    story_of,
)
from bot.model import Language, Story, StoryId
from bot.phrases import phrase, phrase_date
from bot.queue_entry import ROOMS, entry_blocks
from bot.story_past import brought_in, decided

HIDDEN: Final = 0
"""The revision that a message tells of a story that its workspace hides."""

_SHORTER: Final[Mapping[Much, tuple[Much, ...]]] = {
    "body": ("body", "summary", "title"),
    "summary": ("summary", "title"),
    "title": ("title",),
}
NO_PAST: Final[Mapping[StoryId, Sequence[Revision]]] = {}


def stories_in(message: Message) -> list[StoryId]:
    """Return the ids of the stories that a message tells, in order."""
    return [StoryId(id_) for id_ in dict.fromkeys(filter(None, map(story_of, message.blocks)))]


def outdated(message: Message, stories: Mapping[StoryId, Story], hidden: Container[StoryId]) -> list[StoryId]:
    """Return which stories a message tells otherwise than they are now; `hidden` are not told there."""
    told = dict(message.told)
    return [
        id_
        for id_ in stories_in(message)
        if id_ in stories and told.get(id_) != (HIDDEN if id_ in hidden else stories[id_].revision)
    ]


def queued_in(message: Message) -> list[StoryId]:
    """Return the ids of the stories that a message tells as those of a queue."""
    return [
        StoryId(block.story_id)
        for block in message.blocks
        if isinstance(block, Heading) and block.story_id and block.manner and block.manner.much == "queue"
    ]


def retold(
    message: Message,
    stories: Mapping[StoryId, Story],
    hidden: Container[StoryId],
    limits: Limits,
    past: Mapping[StoryId, Sequence[Revision]] = NO_PAST,
) -> Message:
    """Return a message as it reads now: the same where nothing in it has changed.

    `stories` has every story that it tells and that still exists, and those that others were merged into;
    `past` has the history of those that it tells as of a queue.
    A story is told shorter where the message would not be within the limits any more.
    """
    changed = outdated(message, stories, hidden)
    if not changed:
        return message
    told = dict(message.told) | {id_: HIDDEN if id_ in hidden else stories[id_].revision for id_ in changed}
    anew = message
    for shorten in range(len(_SHORTER["body"])):
        blocks = list(_blocks(message, changed, stories, hidden, shorten, past))
        anew = replace(message, blocks=tuple(blocks), told=tuple(told.items()))
        if len(split(anew, limits)) == 1:
            break
    return anew


def changed_blocks(before: Message, after: Message) -> list[Block]:
    """Return what `after`, a message told anew, tells of the stories that changed."""
    was = dict(before.told)
    changed = {id_ for id_, revision in after.told if was.get(id_) != revision}
    return [block for block in after.blocks if story_of(block) in changed]


def reads_alike(one: Message, other: Message) -> bool:
    """Return whether two messages show the same: what only says how they are told anew does not count."""
    return _shown(one) == _shown(other)


def _shown(message: Message) -> Message:
    blocks = [
        replace(block, manner=None) if isinstance(block, Heading) else block for block in message.blocks
    ]
    return replace(message, blocks=tuple(blocks), told=())


def _blocks(
    message: Message,
    changed: Sequence[StoryId],
    stories: Mapping[StoryId, Story],
    hidden: Container[StoryId],
    shorten: int,
    past: Mapping[StoryId, Sequence[Revision]],
) -> Iterator[Block]:
    """Yield the blocks of a message in which every story that changed is told anew where its title stands.

    Where a message only goes on with a story that another began, it says that this is told above.
    """
    begun: set[str] = set()
    begins = {
        block.story_id for block in message.blocks if isinstance(block, Heading) and block.story_id in changed
    }
    for block in _without_lost_answer(message, changed, stories, hidden):
        story_id = story_of(block)
        if story_id is None or story_id not in changed:
            yield block
        elif isinstance(block, Heading):
            begun.add(story_id)
            story = stories[StoryId(story_id)]
            if block.manner and block.manner.much == "queue":
                yield from _queued_anew(block.manner, story, past, message.language, shorten)
                continue
            is_hidden = story.id in hidden
            yield from _story_anew(block, story, stories, message.language, shorten, is_hidden=is_hidden)
        elif story_id not in begins and story_id not in begun:
            begun.add(story_id)
            yield Note((Run(phrase("copy.above", message.language)),), story_id=story_id)
        elif story_id not in begun:  # the sentence that answers, above all stories
            yield block


def _without_lost_answer(
    message: Message, changed: Sequence[StoryId], stories: Mapping[StoryId, Story], hidden: Container[StoryId]
) -> Sequence[Block]:
    """Return the blocks without the sentence that answers, where its story no longer has it.

    It stands above all stories: a quote, where that stands, and a line.
    """
    blocks = message.blocks
    for index, block in enumerate(blocks):
        if isinstance(block, Heading) and block.level == 2:
            break
        story_id = story_of(block)
        if not isinstance(block, Quote) or story_id is None or story_id not in changed:
            continue
        story = stories[StoryId(story_id)]
        if story.status == "published" and story.id not in hidden and _holds(story, block.runs):
            continue
        rest = [*blocks[index + 1 :]]
        while rest and (story_of(rest[0]) == story_id or isinstance(rest[0], Divider)):
            if isinstance(rest.pop(0), Divider):
                break
        return [*blocks[:index], *rest]
    return blocks


def _holds(story: Story, runs: Iterable[Run]) -> bool:
    quoted = "".join(run.text for run in runs).strip()
    return any(quoted in "\n".join((each.title, each.summary, each.body)) for each in story.tellings)


def _queued_anew(
    manner: Manner,
    story: Story,
    past: Mapping[StoryId, Sequence[Revision]],
    language: Language,
    shorten: int,
) -> list[Block]:
    """Return a story of a queue as moderators are told it now: to be decided, or what became of it."""
    revisions = past.get(story.id, ())
    ends = brought_in(revisions), decided(revisions)
    return entry_blocks(story, language, manner.number, ends, room=ROOMS[1 + shorten])


def _story_anew(
    heading: Heading,
    story: Story,
    stories: Mapping[StoryId, Story],
    language: Language,
    shorten: int,
    *,
    is_hidden: bool,
) -> list[Block]:
    manner = heading.manner or Manner(number=1)
    if is_hidden or story.status != "published":
        return _withdrawn(manner, story, stories, language, is_hidden=is_hidden)
    much: Much = manner.much if manner.much != "queue" else "summary"
    shorter = _SHORTER[much]
    second = manner.second if shorten < len(shorter) else None
    told = story_blocks(
        story, language, manner.number, second=second, much=shorter[min(shorten, len(shorter) - 1)]
    )
    # It stays known how it was told first: a later change may leave room for that again.
    return [replace(block, manner=manner) if isinstance(block, Heading) else block for block in told]


def _withdrawn(
    manner: Manner,
    story: Story,
    stories: Mapping[StoryId, Story],
    language: Language,
    *,
    is_hidden: bool,
) -> list[Block]:
    """Return what stands in the place of a story that is not told any more. What it said is not repeated."""
    remark = story.remark
    kind = "hidden" if is_hidden else remark.kind if remark and remark.kind != "corrected" else "withdrawn"
    title = phrase(f"copy.{kind}", language)
    heading = Heading(f"{manner.number}. {title}", level=2, story_id=story.id, manner=manner)
    if is_hidden or remark is None or kind == "withdrawn":
        return [heading]
    if remark.into is not None and remark.into in stories:
        into = stories[remark.into].telling(language).title
        text = phrase("copy.into", language, date=phrase_date(remark.at.date(), language), title=into)
        return [heading, Note((Run(text),), story_id=story.id)]
    return [heading, *remarks(story, language)]


def instead(changed: Sequence[Block], language: Language) -> Message:
    """Return the message that is posted where a copy cannot be edited any more: its changed stories."""
    lead = note(phrase("copy.instead", language))
    return Message((lead, *changed), language)
