"""A message as every platform can show it: a closed set of blocks, plain text, and splitting that drops nothing.

Knows nothing of stories or platforms.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Run:
    """A run of characters in one style. `text` is plain text: each platform escapes it its own way."""

    text: str
    style: Literal["plain", "strong", "mark"] = "plain"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A title line: level 1 opens a message, level 2 opens a story."""

    text: str
    level: Literal[1, 2] = 1
    url: str | None = None
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Ordinary text."""

    runs: tuple[Run, ...]
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, verbatim."""

    runs: tuple[Run, ...]
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: source, date, who claims and who denies."""

    runs: tuple[Run, ...]
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between parts."""

    kind: Literal["divider"] = "divider"


@dataclass(frozen=True, slots=True)
class Button:
    """A press that stands for a typed command: `command` is what `bot.commands.parse` takes."""

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons (Discord's limit for an action row)."""

    buttons: tuple[Button, ...]
    kind: Literal["buttons"] = "buttons"


Block = Heading | Paragraph | Quote | Note | Divider | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted or answered. `language` is that of its labels."""

    blocks: tuple[Block, ...]
    language: Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a platform holds.

    `characters`: over all text of one message, counted in UTF-16 code units after the platform's
    own escaping and markup; `block_characters`: of one block; `blocks`: how many.
    """

    characters: int
    block_characters: int
    blocks: int


def paragraph(text: str) -> Paragraph:
    """Return plain text as a paragraph."""
    return Paragraph((Run(text),))


def note(text: str) -> Note:
    """Return plain text as small print."""
    return Note((Run(text),))
