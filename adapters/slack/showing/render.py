"""A message as the arguments of Slack's chat.postMessage: blocks, and a text for notifications.

Article text stands in rich text and plain text elements, which Slack shows as they are: nothing in it can
format, mention or turn into an emoji. Limits are those of Slack's documentation on blocks.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
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

DATE_FORMAT: Final = "{date_pretty} {time}"
"""How Slack writes an instant, in each reader's time zone: yesterday, today and tomorrow by name."""

_CHANNEL: Final = re.compile(r"[CDG][0-9A-Z]{2,20}")
_GROUP: Final = re.compile(r"S[0-9A-Z]{2,20}")
USER: Final = re.compile(r"[UW][0-9A-Z]{2,20}")
_VALUE: Final = re.compile(rf"(?P<channel>{_CHANNEL.pattern}) (?P<command>/.*)", re.DOTALL)


def render(message: Message) -> Json:
    """Return the arguments of a post; within Slack's limits where the message is within `LIMITS`.

    A button's `value` is what `pressed` reads; its `action_id` is `command-0` to `command-4`. Whom the
    message mentions stands before everything else; nobody else is called.
    """
    return render_answer(replace(message, blocks=tuple(map(_calling_nobody, message.blocks))))


def render_answer(message: Message) -> Json:
    """Return the arguments of an answer that one person sees: people and groups are shown by their names."""
    blocks = [shown for block in message.blocks if (shown := _block(block))]
    called = _call(message.mention)
    return {
        "text": _notification(message),
        "blocks": [*([_rich([called])] if called else []), *(blocks or [_context([_plain("…")])])],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _calling_nobody(block: Block) -> Block:
    """Return a block with people and groups as plain text: Slack tells everyone whom a post names."""
    if isinstance(block, Paragraph | Quote | Note):
        return replace(block, runs=tuple(replace(run, who=None) for run in block.runs))
    return block


def render_plain(message: Message) -> Json:
    """Return the arguments of the same message as nothing but text, for when its blocks are refused."""
    called = _call(message.mention)
    mark = {"usergroup": "<!subteam^{}>\n\n", "user": "<@{}>\n\n"}[str(called["type"])] if called else ""
    text = mark.format(message.mention) + _entities(plain_text(message))
    return {"text": text or "…", "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def _call(target: str | None) -> Json | None:
    """Return the element that names a group or a person, and calls them where it is posted."""
    if target and _GROUP.fullmatch(target):
        return {"type": "usergroup", "usergroup_id": target}
    if target and USER.fullmatch(target):
        return {"type": "user", "user_id": target}
    return None


def pressed(value: str) -> tuple[str, str | None]:
    """Return the command that a button's value stands for, and the id of the channel that it is about.

    The channel is None where it is the one that the button stands in.
    """
    found = _VALUE.fullmatch(value)
    return (found["command"], found["channel"]) if found else (value, None)


def _value(button: Button) -> str:
    if button.channel and _CHANNEL.fullmatch(button.channel):
        room = MAX_BUTTON_VALUE - len(button.channel) - 1
        return f"{button.channel} {identifier(button.command, room)}"
    return identifier(button.command, MAX_BUTTON_VALUE)


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
                if (value := _value(button))
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
    elements = [
        element
        for _, group in groupby(runs, key=lambda run: replace(run, text="", url=web_url(run.url)))
        if (element := _rich_element(list(group)))
    ]
    if not any(str(element.get("text", "shown")).strip() for element in elements):
        return None
    return _rich(elements, kind)


def _rich(elements: list[Json], kind: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _rich_element(alike: list[Run]) -> Json | None:
    """Return runs that differ in nothing but their text as one element; None where that is empty."""
    run, text = alike[0], printable("".join(run.text for run in alike))
    url = web_url(run.url)
    element: Json = {"type": "text", "text": text}
    if run.channel and _CHANNEL.fullmatch(run.channel):
        element = {"type": "channel", "channel_id": run.channel}
    elif named := _call(run.who):
        element = named
    elif run.at and text.strip():
        element = {"type": "date", "timestamp": _seconds(run.at), "format": DATE_FORMAT, "fallback": text}
    elif url and text.strip():
        element = {"type": "link", "url": url, "text": text}
    if run.style != "plain":
        element["style"] = {"bold": True}
    return element if text else None


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


# Small print has no rich text; its links need Slack's markup language, which has no escape for these.
_NO_LABEL = re.compile(r"[*_~`|<>\n]|:[^\s:]+:")


def _context(elements: list[Json]) -> Json:
    return {"type": "context", "elements": elements}


def _context_elements(runs: tuple[Run, ...]) -> list[Json]:
    """Return small print as elements of a context block: text, and links as labels or behind an arrow."""
    elements: list[Json] = []
    for _, group in groupby(runs, key=lambda run: replace(run, text="", style="plain", url=web_url(run.url))):
        alike = list(group)
        text = printable("".join(run.text for run in alike)).strip()
        if text:
            elements.extend(_small(alike[0], text))
    if len(elements) > MAX_CONTEXT_ELEMENTS:
        return [_plain(plain_text(Message((Note(runs),), "en")))]
    return elements


def _small(run: Run, text: str) -> Iterator[Json]:
    """Yield a text in small print; a channel, an instant or a link where it is one."""
    url = web_url(run.url)
    is_label = not _NO_LABEL.search(text)
    if run.channel and _CHANNEL.fullmatch(run.channel):
        yield _mrkdwn(f"<#{run.channel}>")
    elif run.at and is_label:
        yield _mrkdwn(f"<!date^{_seconds(run.at)}^{DATE_FORMAT}|{_entities(text)}>")
    elif url and is_label:
        yield _mrkdwn(f"<{url}|{_entities(text)}>")
    else:
        yield _plain(text)
        if url:
            yield _mrkdwn(f"<{url}|→>")


def _mrkdwn(markup: str) -> Json:
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def _size(block: Block) -> int:
    return utf16_length(json.dumps(_block(block), ensure_ascii=False)) + 1


LIMITS: Final = Limits(characters=12_000, block_characters=3_000, blocks=49, size=_size)
"""3,000 characters of a text element and 50 blocks, one for whom it mentions, are documented. A
message of some 13,200 characters of JSON is refused (`msg_blocks_too_long`; slackapi/bolt-js issue 2509), so
blocks are measured as JSON.
"""
