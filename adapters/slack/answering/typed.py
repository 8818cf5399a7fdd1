"""What people type on Slack, pure: its escapes undone once, and what it holds for us."""

import re
from typing import Final

_MARKUP: Final = re.compile(r"<(?P<inside>[^<>]*)>|&(?P<entity>amp|lt|gt);")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">"}
_MENTIONS: Final = ("@", "#", "!subteam^")


def unescape(text: str) -> str:
    """Return text as it was typed, from Slack's escaping of it (its documentation on formatting).

    A person, channel or group stays what the engine reads, `<@U1>`, `<#C1>` and `<!subteam^S1>`, without
    the name that Slack adds; a link becomes its address, after its words where it has others; what calls
    everybody becomes a plain word.
    """
    return _MARKUP.sub(_undone, text)


def _undone(found: re.Match[str]) -> str:
    if found["entity"]:
        return _ENTITIES[found["entity"]]
    target, _, label = found["inside"].partition("|")
    if target.startswith(_MENTIONS):
        return f"<{target}>"
    if target.startswith("!"):
        return unescape(label) or f"@{target[1:].partition('^')[0]}"
    address, words = unescape(target), unescape(label)
    if address.partition(":")[2].strip("/") == words.strip("/"):
        return words  # Slack made a link of a name such as x.ai, or of an address of mail
    return f"{words} ({address})" if words and words not in address else address


def without_mention(text: str, user: str) -> str:
    """Return escaped text without the mentions of `user`."""
    return re.sub(rf"<@{re.escape(user)}(?:\|[^<>]*)?>[:,、]?", " ", text).strip()


def text_of(message: object) -> str:
    """Return what a message says, escaped: its text, else that of its blocks and attachments.

    The text of a message with blocks is only what notifications show, so the longer of both counts.
    """
    if not isinstance(message, dict):
        return ""
    blocks = _texts(message.get("blocks"))
    attached = _texts(message.get("attachments"))
    said = max(_text(message.get("text")), blocks, key=len)
    return "\n\n".join(part for part in (said, attached if attached not in said else "") if part)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(node: object) -> str:
    """Return every text below a list of blocks, a line for each block or section."""
    lines = [_line(entry) for entry in node] if isinstance(node, list) else []
    return "\n".join(line for line in lines if line.strip())


def _line(block: object) -> str:
    if not isinstance(block, dict):
        return ""
    kind = block.get("type")
    if kind == "rich_text" or kind == "rich_text_list":
        return _texts(block.get("elements"))
    if isinstance(elements := block.get("elements"), list):
        return "".join(_element(element) for element in elements)
    if kind is None:  # an attachment
        parts = (block.get("title"), block.get("text"), _texts(block.get("blocks")))
        return "\n".join(text for part in parts if (text := _text(part)))
    return _element(block)


def _element(element: object) -> str:
    if not isinstance(element, dict):
        return ""
    match element.get("type"):
        case "link":
            url, label = _text(element.get("url")), _text(element.get("text"))
            return f"<{_escape(url)}|{_escape(label)}>" if label and label != url else f"<{_escape(url)}>"
        case "text":
            return _escape(_text(element.get("text")))
        case "mrkdwn":
            return _text(element.get("text"))
        case "plain_text":
            return _escape(_text(element.get("text")))
    inner = element.get("text")
    return _element(inner) if isinstance(inner, dict) else ""


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
