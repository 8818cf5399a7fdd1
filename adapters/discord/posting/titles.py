"""What a message is called where it becomes a post in a forum or has a thread, pure: plain text, one line."""

import re
from typing import Final

from adapters.discord.showing.render import CONTAINER, TEXT_DISPLAY, ZERO_WIDTH_SPACE
from bot.display import printable, truncated
from bot.message import Heading, Message, Note, Paragraph, Quote

MAX_TITLE: Final = 100
"""Discord's limit for the name of a thread."""

NAMELESS: Final = "…"

_LINE_START: Final = re.compile(r"^(#{1,3}|-#|>) ")
_LINK: Final = re.compile(r"(?<!\\)\[((?:[^\]\\]|\\.)*)\]\(<[^>]*>\)")
_ARROW: Final = re.compile(r"(?<!\\)\[→\]\(<[^>]*>\)")
_UNSHOWN: Final = re.compile(r"(?<!\\)(\*\*|<(#|@&|t:)[^>]*>)")
_ESCAPE: Final = re.compile(r"\\([^0-9A-Za-z\s])")


def title(message: Message) -> str:
    """Return the title of a message: its first line with something to read, at most 100 characters."""
    for block in message.blocks:
        match block:
            case Heading():
                text = block.text
            case Paragraph() | Quote() | Note():
                text = "".join(run.text for run in block.runs)
            case _:
                continue
        if line := _line(text):
            return line
    return NAMELESS


def title_of(components: object) -> str:
    """Return the title of a message that was posted, by the components that Discord gives back."""
    for component in components if isinstance(components, list) else ():
        if component.get("type") == CONTAINER:
            return title_of(component.get("components"))
        if component.get("type") == TEXT_DISPLAY and (line := _line(_plain(str(component["content"])))):
            return line
    return NAMELESS


def _line(text: str) -> str:
    for line in printable(text).splitlines():
        words = " ".join(line.split())
        if any(map(str.isprintable, words.replace(" ", ""))):  # a zero-width space shows no title
            return truncated(words, MAX_TITLE)
    return ""


def _plain(markdown: str) -> str:
    """Return the first line of what `render` wrote, as its reader sees it; nothing of a mention."""
    line = _LINE_START.sub("", markdown.partition("\n")[0]).replace(ZERO_WIDTH_SPACE, "")
    line = _LINK.sub(r"\1", _ARROW.sub("", line))
    return _ESCAPE.sub(r"\1", _UNSHOWN.sub("", line))
