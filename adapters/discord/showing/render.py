"""A message as the body of Discord's Create Message request: components in place of content and embeds.

Article text is shown as it is: nothing in it can format, mention, link or break the layout. Type numbers,
flag and limits are those of Discord's documentation on messages and components.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final, assert_never

from bot.display import identifier, printable, truncated, utf16_length, web_url
from bot.message import Block, Button, Buttons, Divider, Heading, Limits, Message, Note, Paragraph, Quote, Run

Json = dict[str, object]

ACTION_ROW: Final = 1
BUTTON: Final = 2
TEXT_DISPLAY: Final = 10
SEPARATOR: Final = 14
CONTAINER: Final = 17
SECONDARY: Final = 2
IS_COMPONENTS_V2: Final = 1 << 15

MAX_LABEL: Final = 80
MAX_CUSTOM_ID: Final = 100
ACCENT_COLOR: Final = 0x1F6FEB

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")
_LARGE = 1 << 30


def render(message: Message, key: str = "") -> Json:
    """Return the request's body; within Discord's limits where the message is within `LIMITS`.

    A button's `custom_id` is its command, or `bot.display.identifier` of one that is too long. Discord
    takes an id once a message, so a button that repeats a command is left out. A message with a `key`
    bears it as `marks` tells.
    """
    components = list(_components(message.blocks)) or [_text_display("…")]
    container: Json = {"type": CONTAINER, "accent_color": ACCENT_COLOR, "components": components}
    roles = [message.mention] if message.mention and _SNOWFLAKE.fullmatch(message.mention) else []
    if key:
        container["id"], components[0]["id"] = marks(key)
    return {
        "flags": IS_COMPONENTS_V2,
        "allowed_mentions": {"parse": [], "roles": roles} if roles else {"parse": []},
        "components": [*(_text_display(f"<@&{role}>") for role in roles), container],
    }


def marks(key: str) -> tuple[int, int]:
    """Return the ids of the container and of the first component in it, in a message with a key.

    Discord keeps a component's id, a positive number of 31 bits, gives it back with the message and shows
    it to nobody. Two hold a digest of the key: unlike a link or a button, every message has them.
    """
    digest = hashlib.sha256(key.encode()).digest()
    first, second = int.from_bytes(digest[:4]) >> 1, int.from_bytes(digest[4:8]) >> 1
    # Discord replaces an id of 0; an id stands once in a message. Small ones are those that it gives itself.
    return first | _LARGE, (second | _LARGE) ^ (first == second)


def bears(components: object, key: str) -> bool:
    """Tell whether a message of ours, by the components that Discord gives back, bears a key."""
    for container in components if isinstance(components, list) else ():
        if container.get("type") == CONTAINER:
            inner = container.get("components") or [{}]
            return (container.get("id"), inner[0].get("id")) == marks(key)
    return False


def shown(components: object) -> list[tuple[str, ...]]:
    """Return what people see and press in components of ours or as Discord gives them back, in order.

    Without the ids and the settings that Discord adds; it may strip white space (documentation on messages).
    """
    found: list[tuple[str, ...]] = []
    for component in components if isinstance(components, list) else ():
        parts = (str(component.get(name) or "").strip() for name in ("type", "content", "label", "custom_id"))
        found += [tuple(parts), *shown(component.get("components"))]
    return found


def _components(blocks: Iterable[Block]) -> Iterator[Json]:
    used: set[str] = set()
    for block in blocks:
        match block:
            case Heading() | Paragraph() | Quote() | Note():
                if content := markdown(block):
                    yield _text_display(content)
            case Divider():
                yield {"type": SEPARATOR}
            case Buttons():
                row = _by_id(block.buttons)
                if new := row.keys() - used - {""}:
                    buttons = [_button(key, button) for key, button in row.items() if key in new]
                    yield {"type": ACTION_ROW, "components": buttons}
                used |= new
            case _:
                assert_never(block)


def _by_id(buttons: Iterable[Button]) -> dict[str, Button]:
    """Return buttons by their ids; of those with one id the first."""
    row: dict[str, Button] = {}
    for button in buttons:
        row.setdefault(custom_id(button), button)
    return row


def _text_display(content: str) -> Json:
    return {"type": TEXT_DISPLAY, "content": content}


def _button(key: str, button: Button) -> Json:
    label = " ".join(printable(button.label).split()) or key
    return {"type": BUTTON, "style": SECONDARY, "label": truncated(label, MAX_LABEL), "custom_id": key}


def custom_id(button: Button) -> str:
    """Return what Discord gives back when a button is pressed: its command, after the channel it is about."""
    about = f"#{button.channel} " if button.channel and _SNOWFLAKE.fullmatch(button.channel) else ""
    return identifier(about + button.command, MAX_CUSTOM_ID) if button.command else ""


def markdown(block: Block) -> str:
    """Return a block's text in Discord's Markdown; empty where there is nothing to read."""
    match block:
        case Heading():
            line = _inline([Run(" ".join(printable(block.text).split()), url=block.url)])
            # Discord takes a heading's last # signs for its end, even behind a backslash.
            guarded = line + ZERO_WIDTH_SPACE if line.endswith("#") else line
            return f"{'#' * (block.level + 1)} {guarded}" if line else ""
        case Paragraph():
            return "\n".join(_lines(block.runs)).strip()
        case Quote():
            lines = _lines(block.runs)
            return "\n".join(f"> {line}" for line in lines) if any(lines) else ""
        case Note():
            return "\n".join(f"-# {line}" for line in _lines(block.runs) if line)
        case Divider() | Buttons():
            return ""
        case _:
            assert_never(block)


def _lines(runs: Iterable[Run]) -> list[str]:
    """Return runs as lines of Markdown, no markup reaching over the end of a line."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = printable(run.text).split("\n")
        lines[-1].append(replace(run, text=first))
        lines.extend([replace(run, text=text)] for text in others)
    return [_inline(line) for line in lines]


def _inline(line: Iterable[Run]) -> str:
    """Return one line's runs as Markdown; empty where there is nothing to read."""
    parts = []
    for is_bold, bold_runs in groupby(line, key=lambda run: run.style != "plain"):
        text = "".join(
            _shown("".join(run.text for run in runs), web_url(url), token)
            for (url, token), runs in groupby(bold_runs, key=lambda run: (run.url, _token(run)))
        )
        parts.append(f"**{text}**" if is_bold and text.strip() else text)
    markdown = "".join(parts)
    return markdown if markdown.strip() else ""


# Markdown and mention syntax stand inert behind a backslash. The colon of an address too: a bare address of
# an article becomes no link (and no invitation), while its reader can still copy it.
_SYNTAX = str.maketrans({character: "\\" + character for character in r"\*_~|`[]<"})
_LINE_START = re.compile(r"^([^\S\n]*\d*)([-#>+.])", re.MULTILINE)
# Discord reads these in spite of a backslash; `allowed_mentions` keeps them from notifying anyone.
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
ZERO_WIDTH_SPACE = "\u200b"

# No label of a link: Discord shows backslashes there, and gives up the link over an emoji or an address
# (discord/discord-api-docs issues 6185, 7673 and 7721).
_NO_LABEL = re.compile(
    r"[\\*_~|`\[\]<>@]|://"
    "|[\u00a9\u00ae\u200d\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff]"
)


def escaped(text: str) -> str:
    """Return text so that Discord shows it as it is."""
    text = text.translate(_SYNTAX).replace("://", r"\://")
    text = _LINE_START.sub(r"\1\\\2", text)
    return _MENTION.sub("@" + ZERO_WIDTH_SPACE, text)


def _token(run: Run) -> str:
    """Return what Discord shows in its own way: a channel's present name, a time in the reader's zone."""
    if run.channel and _SNOWFLAKE.fullmatch(run.channel):
        return f"<#{run.channel}>"
    return f"<t:{int(run.at.timestamp())}:f>" if run.at else ""


def _shown(text: str, url: str | None, token: str) -> str:
    return token if token and text.strip() else _linked(text, url)


def _linked(text: str, url: str | None) -> str:
    """Return text as a link, or with an arrow for a link behind it where it cannot be a label."""
    if url is None or not text.strip():
        return escaped(text)
    if _NO_LABEL.search(text):
        return f"{escaped(text)} [→](<{url}>)"
    return f"[{text}](<{url}>)"


def _size(block: Block) -> int:
    return utf16_length(markdown(block))


LIMITS: Final = Limits(characters=3970, block_characters=3970, blocks=38, size=_size)
"""4,000 characters over all text displays, labels not counted, less the mention of a role; 40 components,
of which the container is one and such a mention another."""
