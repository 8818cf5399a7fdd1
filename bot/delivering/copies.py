"""Posted copies told anew, pure: what a message reads when the stories in it have changed since.

Only stories that changed are told anew; every other block of the message stays as it was posted.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.briefing import sentence_print
from bot.changes import Revision
from bot.delivering.older_copies import with_owners
from bot.delivering.retold_story import LENGTHS, Known, story_anew
from bot.lookup import claim_made
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
from bot.model import Claim, Delivery, DeliveryId, Story, StoryId
from bot.phrases import phrase

HIDDEN: Final = 0
"""The revision that a message tells of a story that its workspace hides."""

SHORTENED: Final = -1
"""The revision that a message tells of a story that had to be told shorter than at first: none.

So it is told anew whenever the message is, and as at first as soon as there is room.
"""

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
        if id_ in stories
        and any(told.get(of) != now for of, now in _rests_on(stories[id_], stories, hidden).items())
    ]


def _rests_on(story: Story, stories: Mapping[StoryId, Story], hidden: Container[StoryId]) -> dict[str, int]:
    """Return the revisions that what is told of a story rests on: its own, and of the one it went into."""
    into = story.remark.into if story.remark else None
    ids = [story.id] if into is None or into not in stories else [story.id, into]
    return {id_: HIDDEN if id_ in hidden else stories[id_].revision for id_ in ids}


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

    `stories` has every story that it tells and that still exists, and those that others were merged into,
    where readers of the message may know of them; `past` has the history of those that it tells as of a
    queue. A story is told shorter where the message would not be within the limits any more.
    """
    changed = outdated(message, stories, hidden)
    if not changed:
        return message
    retelling = _Retelling(
        with_owners(message), frozenset(changed), Known(stories=stories, hidden=hidden, past=past)
    )
    for length in LENGTHS:
        parts = split(anew := retelling.message_at(length), limits)
        if len(parts) == 1:
            break
    whole = retelling.message_at(0) if length else anew
    told: dict[str, int] = dict(message.told)
    for id_ in changed:
        told.update(_rests_on(stories[id_], stories, hidden))
        if _blocks_of(anew, id_) != _blocks_of(whole, id_):
            told[id_] = SHORTENED
    return replace(parts[0] if len(parts) == 1 else anew, told=tuple(told.items()))


def changed_stories(before: Message, after: Message) -> list[StoryId]:
    """Return the stories that `after`, a message told anew, tells otherwise than `before` did."""
    return [id_ for id_ in stories_in(before) if _blocks_of(before, id_) != _blocks_of(after, id_)]


def reads_alike(one: Message, other: Message) -> bool:
    """Return whether two messages show the same: what only says how they are told anew does not count."""
    return _shown(one) == _shown(other)


def _shown(message: Message) -> Message:
    blocks = [
        replace(block, manner=None)
        if isinstance(block, Heading)
        else block
        if isinstance(block, Divider)
        else replace(block, story_id=None)
        for block in message.blocks
    ]
    return replace(message, blocks=tuple(blocks), told=())


def _blocks_of(message: Message, story_id: StoryId) -> list[Block]:
    return [block for block in _shown_blocks(message) if story_of(block) == story_id]


def _shown_blocks(message: Message) -> Iterator[Block]:
    for block in with_owners(message).blocks:
        yield replace(block, manner=None) if isinstance(block, Heading) else block


def instead(before: Message, after: Message) -> Message | None:
    """Return what is posted where a copy cannot be edited any more: its changed stories, as `after` has them.

    None where no story begins there that changed.
    """
    changed = changed_stories(before, after)
    begun = {block.story_id for block in after.blocks if isinstance(block, Heading)}.intersection(changed)
    if not begun:
        return None
    lead = note(phrase("copy.instead", before.language))
    blocks = [block for block in after.blocks if story_of(block) in begun]
    not_there = set(stories_in(before)) - begun
    told = tuple(one for one in after.told if one[0] not in not_there)
    return Message((lead, *blocks), before.language, in_thread=before.in_thread, told=told)


def edit_of_found(posted: Delivery, now: datetime) -> Delivery:
    """Return the edit owed of a message that changed, and that was found posted in words nobody knows."""
    id_ = DeliveryId(f"{posted.id}~found{posted.attempt}")
    return Delivery(
        id=id_,
        kind="edit",
        series=id_,
        part=1,
        channel=posted.channel,
        message=Message((), posted.message.language),
        due_at=now,
        target=posted.id,
    )


@dataclass(frozen=True, slots=True)
class _Retelling:
    """A message, and what has changed of what it tells."""

    message: Message
    changed: frozenset[StoryId]
    known: Known

    def message_at(self, length: int) -> Message:
        """Return the message with its changed stories told anew, the shorter the greater `length` is."""
        return replace(self.message, blocks=tuple(self._blocks(length)))

    def _blocks(self, length: int) -> Iterator[Block]:
        """Yield the blocks in which every story that changed is told anew where its title stands.

        Where a message only goes on with a story that another began, it says that this is told above.
        """
        opening = _opening(self.message.blocks)
        yield from self._opening_anew(opening)
        rest = self.message.blocks[len(opening) :]
        begins = {block.story_id for block in rest if isinstance(block, Heading)}
        seen: set[str] = set()
        for block in rest:
            id_ = story_of(block)
            if id_ is None or id_ not in self.changed:
                yield block
            elif id_ not in seen and (isinstance(block, Heading) or id_ not in begins):
                seen.add(id_)
                yield from self._story_at(block, self.known.stories[StoryId(id_)], length)

    def _opening_anew(self, opening: Sequence[Block]) -> Iterator[Block]:
        """Yield what stands above all stories, without a sentence that its story no longer has."""
        quotes = [block for block in opening if isinstance(block, Quote)]
        id_ = story_of(quotes[0]) if quotes else None
        if id_ is None or id_ not in self.changed:
            yield from opening
            return
        yield opening[0]
        story, language = self.known.stories[StoryId(id_)], self.message.language
        quoted = "".join(run.text for quote in quotes for run in quote.runs).strip()
        if self.known.is_told(story) and (claims := _claims_of(story, quoted)) is not None:
            yield from quotes
            yield sentence_print(story, claims, language)
            yield Divider()

    def _story_at(self, begin: Block, story: Story, length: int) -> Iterable[Block]:
        """Return a story anew, or what stands of it already where that is how it is told."""
        language = self.message.language
        if not isinstance(begin, Heading):
            return [Note((Run(phrase("copy.above", language)),), story_id=story.id)]
        manner = begin.manner or Manner(number=1)
        standing = [block for block in self.message.blocks if story_of(block) == story.id]
        if length and story_anew(story, self.known, language, manner) == standing:
            return standing
        return story_anew(story, self.known, language, manner, length)


def _opening(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the title of an answer, and the sentence that answers with what stands under it; or nothing."""
    if len(blocks) < 2 or not isinstance(blocks[0], Heading) or blocks[0].level != 1:
        return []
    story_id = story_of(blocks[1])
    if story_id is None or not isinstance(blocks[1], Quote):
        return []
    end = 2
    while end < len(blocks) and isinstance(blocks[end], Quote | Note) and story_of(blocks[end]) == story_id:
        end += 1
    return blocks[: end + 1] if isinstance(next(iter(blocks[end:]), None), Divider) else blocks[:end]


def _claims_of(story: Story, quoted: str) -> list[Claim] | None:
    """Return the claim that a sentence makes, if it makes one; None where the story does not have it."""
    for telling in story.tellings:
        if any(quoted in text for text in (telling.title, telling.summary, telling.body)):
            claim = claim_made(quoted, telling.claims)
            return [] if claim is None else [claim]
    return None
