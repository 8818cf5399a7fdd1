"""A message as the arguments of Slack's chat.postMessage: blocks, and a text for notifications.

Article text stands in rich text and plain text elements, which Slack shows as they are: nothing in it can
format, mention or turn into an emoji. Limits are those of Slack's documentation on blocks.
"""

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Literal, assert_never

from bot.display import identifier, printable, truncated, utf16_length, web_url
from bot.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Limits,
    Message,
    Note,
    Paragraph,
    Quote,
    Run,
    plain_text,
)

Json = dict[str, object]

MAX_TEXT: Final = 4000
MAX_HEADER: Final = 150
MAX_CONTEXT_ELEMENTS: Final = 10
MAX_BUTTON_TEXT: Final = 75
MAX_BUTTON_VALUE: Final = 2000


def render(message: Message) -> Json:
    """Return the arguments; within Slack's limits where the message is within `LIMITS`.

    A button's `value` is its command, or `bot.display.identifier` of one that is too long; its
    `action_id` is `command-0` to `command-4`.
    """
    blocks = [shown for block in message.blocks if (shown := _block(block))]
    return {
        "text": _notification(message),
        "blocks": blocks or [_context([_plain("…")])],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _notification(message: Message) -> str:
    """Return what notifications show and screen readers say."""
    text = truncated(_entities(plain_text(message)), MAX_TEXT)
    whole_entities = re.sub(r"&[a-z]{0,3}…$", "…", text)
    return whole_entities or "…"


def _entities(text: str) -> str:
    """Return text with the three characters escaped that Slack asks for."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _block(block: Block) -> Json | None:
    """Return a block as Slack's; None where there is nothing to see."""
    match block:
        case Heading():
            return _heading(block)
        case Paragraph():
            return _rich_text("rich_text_section", block.runs)
        case Quote():
            return _rich_text("rich_text_quote", block.runs)
        case Note():
            elements = _context_elements(block.runs)
            return _context(elements) if elements else None
        case Divider():
            return {"type": "divider"}
        case Buttons():
            buttons = [
                _button(number, button, value)
                for number, button in enumerate(block.buttons)
                if (value := identifier(button.command, MAX_BUTTON_VALUE))
            ]
            return {"type": "actions", "elements": buttons} if buttons else None
        case _:
            assert_never(block)


def _heading(heading: Heading) -> Json | None:
    text = " ".join(printable(heading.text).split())
    if heading.level == 1 and heading.url is None and 0 < utf16_length(text) <= MAX_HEADER:
        return {"type": "header", "text": _plain(text)}
    return _rich_text("rich_text_section", [Run(text, style="strong", url=heading.url)])


def _button(number: int, button: Button, value: str) -> Json:
    label = " ".join(printable(button.label).split()) or value
    return {
        "type": "button",
        "text": _plain(truncated(label, MAX_BUTTON_TEXT)),
        "action_id": f"command-{number}",
        "value": value,
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _rich_text(kind: Literal["rich_text_section", "rich_text_quote"], runs: Iterable[Run]) -> Json | None:
    elements: list[Json] = []
    for (is_bold, url), group in groupby(runs, key=lambda run: (run.style != "plain", web_url(run.url))):
        text = printable("".join(run.text for run in group))
        element: Json = {"type": "text", "text": text}
        if url and text.strip():
            element = {"type": "link", "url": url, "text": text}
        if is_bold:
            element["style"] = {"bold": True}
        if text:
            elements.append(element)
    if not any(str(element["text"]).strip() for element in elements):
        return None
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


# Small print has no rich text; its links need Slack's markup language, which has no escape for these.
_NO_LABEL = re.compile(r"[*_~`|<>\n]|:[^\s:]+:")


def _context(elements: list[Json]) -> Json:
    return {"type": "context", "elements": elements}


def _context_elements(runs: tuple[Run, ...]) -> list[Json]:
    """Return small print as elements of a context block: text, and links as labels or behind an arrow."""
    elements: list[Json] = []
    for url, group in groupby(runs, key=lambda run: web_url(run.url)):
        text = printable("".join(run.text for run in group)).strip()
        is_label = url is not None and not _NO_LABEL.search(text)
        if text and not is_label:
            elements.append(_plain(text))
        if text and url:
            label = _entities(text) if is_label else "→"
            elements.append({"type": "mrkdwn", "text": f"<{url}|{label}>", "verbatim": True})
    if len(elements) > MAX_CONTEXT_ELEMENTS:
        return [_plain(plain_text(Message((Note(runs),), "en")))]
    return elements


def _size(block: Block) -> int:
    return utf16_length(json.dumps(_block(block), ensure_ascii=False)) + 1


LIMITS: Final = Limits(characters=12_000, block_characters=3_000, blocks=50, size=_size)
"""3,000 characters of a text element and 50 blocks are documented. A message of some 13,200 characters of
JSON is refused (`msg_blocks_too_long`; slackapi/bolt-js issue 2509), so blocks are measured as JSON.
"""
