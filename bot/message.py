"""A message as every platform can show it: a closed set of blocks, plain text, and splitting without loss.

Knows nothing of stories or platforms.
"""

import textwrap
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal, Self, assert_never

from bot.display import best_cut, printable, utf16_length, web_url


@dataclass(frozen=True, slots=True)
class Run:
    """A run of characters in one style. `text` is plain text: each platform escapes it its own way.

    Where `text` names a channel of the platform, `channel` is its id; where it tells an instant, `at` is
    that. A platform may show those in its own way, such as a link, or in each reader's time zone. So it may
    show the name of `who`, the id of a person or a group, in a private answer; no post does, since it would
    call them.
    """

    text: str
    style: Literal["plain", "strong", "mark"] = "plain"
    url: str | None = None
    channel: str | None = None
    at: datetime | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a story is told under its heading, so that it can be told anew the same way.

    It is entry `number` of its list, told with so `much` of it, and in the `second` language too. In a
    list of `sources` it has their links; in a `queue` it is told to moderators.
    """

    number: int
    much: Literal["title", "summary", "body", "sources", "queue"] = "summary"
    second: Literal["ja", "en"] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A title line: level 1 opens a message, level 2 opens a story.

    `story_id` names the story, for a platform that has a page of its own for it, and for whoever tells it
    anew in the same `manner`; every block that tells a story has its id.
    """

    text: str
    level: Literal[1, 2] = 1
    url: str | None = None
    story_id: str | None = None
    manner: Manner | None = None
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Ordinary text."""

    runs: tuple[Run, ...]
    story_id: str | None = None
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, verbatim."""

    runs: tuple[Run, ...]
    story_id: str | None = None
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: source, date, who claims and who denies."""

    runs: tuple[Run, ...]
    story_id: str | None = None
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between parts."""

    kind: Literal["divider"] = "divider"


@dataclass(frozen=True, slots=True)
class Button:
    """A press that stands for a typed command: `command` is what `bot.commands.parse` takes.

    `channel` is the id of the channel that it is about, where that is not the one it is pressed in.
    """

    label: str
    command: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons (Discord's limit for an action row)."""

    buttons: tuple[Button, ...]
    story_id: str | None = None
    kind: Literal["buttons"] = "buttons"

    def __post_init__(self) -> None:
        if len(self.buttons) > 5:
            raise ValueError(f"a row holds at most 5 buttons, not {len(self.buttons)}")


Block = Heading | Paragraph | Quote | Note | Divider | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted or answered. `language` is that of its labels.

    `mention` is the platform's id of a role or group that the message calls, where it can. `tag` names
    the tag that it gets where it becomes a post in a forum; `publish` passes it on to channels that
    follow the one it is posted in; `in_thread` puts it into the thread of the message that opens its series.
    `told` are the ids of the stories that it tells or names, each with the revision that it goes by.
    """

    blocks: tuple[Block, ...]
    language: Literal["ja", "en"]
    mention: str | None = None
    tag: str = ""
    publish: bool = False
    in_thread: bool = False
    told: tuple[tuple[str, int], ...] = ()


def paragraph(text: str) -> Paragraph:
    """Return plain text as a paragraph."""
    return Paragraph((Run(text),))


def note(text: str) -> Note:
    """Return plain text as small print."""
    return Note((Run(text),))


def story_of(block: Block) -> str | None:
    """Return the id of the story that a block tells, if it tells one."""
    return None if isinstance(block, Divider) else block.story_id


# Plain text.


def plain_text(message: Message) -> str:
    """Return a message as text for pipes, mail and screen readers: blocks and blank lines, no markup.

    A link reads `title (address)`, a quote is indented by four spaces, a divider is a blank line.
    Buttons have no plain form.
    """
    text = ""
    previous: Block | None = None
    for block in message.blocks:
        plain = _plain_block(block)
        if plain:
            text += ("\n" if stands_close(previous, block) else "\n\n") + plain
        if plain or isinstance(block, Divider):
            previous = block
    return text.strip("\n")


def stands_close(previous: Block | None, block: Block) -> bool:
    """Tell whether a block follows another without a blank line: what opens a story, and small print."""
    under_title = isinstance(previous, Heading) and previous.level == 2
    return under_title or (isinstance(block, Note) and not isinstance(previous, Heading | Divider))


def _plain_block(block: Block) -> str:
    match block:
        case Heading() | Paragraph() | Note():
            return "".join(map(_plain_run, _runs(block))).strip()
        case Quote():
            return textwrap.indent("".join(map(_plain_run, block.runs)).strip(), "    ")
        case Divider() | Buttons():
            return ""
        case _:
            assert_never(block)


def _plain_run(run: Run) -> str:
    text = printable(run.text)
    url = web_url(run.url)
    return f"{text} ({url})" if url and text.strip() and url != text else text


def plain_size(block: Block) -> int:
    """Return a block's length as plain text, in UTF-16 code units."""
    return utf16_length(_plain_block(block))


# Splitting.


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a platform holds.

    `characters`: over all blocks of one message; `block_characters`: of one block; both are counted by
    `size`, which tells how long a block becomes in the platform's own escaping and markup, in UTF-16
    code units. `blocks`: how many, where a row of buttons counts as itself and each of its buttons.
    """

    characters: int
    block_characters: int
    blocks: int
    size: Callable[[Block], int] = plain_size


def split(message: Message, limits: Limits) -> list[Message]:
    """Return the message as one or more messages that are each within the limits, and drop no character.

    Parts begin at a story where that can be, else at a block, else at a sentence, a word, or anywhere.
    No part ends with a heading, and buttons stay with the block above them. A link that is cut keeps
    its address on the last piece. Dividers where parts begin or end are left out. Only the first part
    calls whom the message mentions. The time taken is linear in the length of the message. Limits of
    at least 3,000 characters leave room for any link.
    """
    queue = deque(map(_Rest.of, message.blocks))
    parts: list[list[Block]] = []
    while queue:
        part = _without_edge_dividers(_take_part(queue, limits))
        if part:
            parts.append(part)
    stories = set(map(story_of, message.blocks))
    first, *later = [
        replace(message, blocks=tuple(part), told=_told_in(part, message, stories)) for part in parts or [[]]
    ]
    return [first, *(replace(part, mention=None) for part in later)]


def _told_in(
    part: list[Block], message: Message, stories: Container[str | None]
) -> tuple[tuple[str, int], ...]:
    """Return the revisions of what a part tells, and of what a message only names, not telling it."""
    here = set(map(story_of, part))
    return tuple(one for one in message.told if one[0] in here or one[0] not in stories)


@dataclass(slots=True)
class _Rest:
    """What is left of a block: a place in its text, so that cutting a huge one never copies what is left."""

    block: Block
    text: str
    ends: list[int]
    shown_ends: list[int]
    """Where each run ends, and where the last character of it that is seen does."""
    start: int = 0

    @classmethod
    def of(cls, block: Block) -> Self:
        runs = _runs(block)
        ends = list(accumulate(len(run.text) for run in runs))
        shown_ends = [
            end - len(run.text) + _shown_length(run.text) for run, end in zip(runs, ends, strict=True)
        ]
        return cls(block, "".join(run.text for run in runs), ends, shown_ends)

    def piece(self, room: int, size: Callable[[Block], int]) -> tuple[Block, int]:
        """Return as much as is best taken at once of what fits in `room`, and where it ends."""
        if not self.text or (self.start == 0 and len(self.text) <= room and size(self.block) <= room):
            return self.block, len(self.text)
        ends = range(self.start + 1, min(self.start + room, len(self.text)) + 1)
        fitting = bisect_right(ends, room, key=lambda end: size(self._upto(end)))
        if fitting == 0:
            return self._upto(self.start + 1), self.start + 1
        end = best_cut(self.text, self.start, ends[fitting - 1])
        return self._upto(end), end

    def _upto(self, end: int) -> Block:
        return _with_runs(self.block, tuple(self._cut_runs(end)))

    def _cut_runs(self, end: int) -> Iterator[Run]:
        """Yield what the text up to `end` holds; a link keeps its address where the last of it is shown.

        A piece of a channel's name or of an instant is only text.
        """
        runs = _runs(self.block)
        for index in range(bisect_right(self.ends, self.start), bisect_left(self.ends, end) + 1):
            run = runs[index]
            begin = self.ends[index] - len(run.text)
            text = run.text[max(self.start - begin, 0) : end - begin]
            url = run.url if end >= self.shown_ends[index] else None
            if text == run.text:
                yield replace(run, url=url)
            else:
                yield replace(run, text=text, url=url, channel=None, at=None, who=None)


def _shown_length(text: str) -> int:
    """Return how long a text is without what nobody sees at its end."""
    end = len(text)
    while end and not printable(text[end - 1]).strip():
        end -= 1
    return end


def _take_part(queue: deque[_Rest], limits: Limits) -> list[Block]:
    """Take the next part's blocks from the queue; at least one."""
    part: list[Block] = []
    room, places = limits.characters, limits.blocks
    while queue:
        rest = queue[0]
        piece, end = rest.piece(_longest_piece(rest.block, limits), limits.size)
        if limits.size(piece) > room or _place_count(piece) > places:
            if index := _best_break(part, piece):
                queue.extendleft(map(_Rest.of, reversed(part[index:])))
                return part[:index]
            # What stands here may not be parted from what follows: fill the room with a piece of that.
            piece, end = rest.piece(room, limits.size)
            if part and (limits.size(piece) > room or _place_count(piece) > places):
                return part
        part.append(piece)
        room -= limits.size(piece)
        places -= _place_count(piece)
        rest.start = end
        if end == len(rest.text):
            queue.popleft()
    return part


def _longest_piece(block: Block, limits: Limits) -> int:
    """Return how long a piece of a block may be; a heading leaves room for what it stands over."""
    longest = min(limits.characters, limits.block_characters)
    return longest // 2 if isinstance(block, Heading) else longest


def _place_count(block: Block) -> int:
    return 1 + len(block.buttons) if isinstance(block, Buttons) else 1


def _best_break(part: list[Block], following: Block) -> int:
    """Return how many blocks of a full part to keep, best before a story; 0 where it cannot be parted."""
    blocks = [*part, following]
    allowed = [
        index
        for index in range(1, len(blocks))
        if not isinstance(blocks[index], Buttons) and not _ends_with_heading(blocks[:index])
    ]
    stories = [index for index in allowed if isinstance(blocks[index], Heading)]
    apart = [index for index in allowed if not isinstance(blocks[index], Note)]
    return max(stories or apart or allowed, default=0)


def _ends_with_heading(blocks: list[Block]) -> bool:
    return isinstance(
        next((block for block in reversed(blocks) if not isinstance(block, Divider)), None), Heading
    )


def _without_edge_dividers(part: list[Block]) -> list[Block]:
    kept = [index for index, block in enumerate(part) if not isinstance(block, Divider)]
    return part[kept[0] : kept[-1] + 1] if kept else []


# Every block with text as runs, and back.


def _runs(block: Block) -> tuple[Run, ...]:
    match block:
        case Heading():
            return (Run(block.text, url=block.url),)
        case Paragraph() | Quote() | Note():
            return block.runs
        case Divider() | Buttons():
            return ()
        case _:
            assert_never(block)


def _with_runs(block: Block, runs: tuple[Run, ...]) -> Block:
    match block:
        case Heading():
            return replace(block, text="".join(run.text for run in runs), url=runs[-1].url)
        case Paragraph() | Quote() | Note():
            return replace(block, runs=runs)
        case Divider() | Buttons():
            return block
        case _:
            assert_never(block)
