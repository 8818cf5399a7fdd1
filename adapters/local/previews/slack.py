"""A message as Slack shows it, from the arguments that Slack would be sent: its blocks, its rich text."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Final

from markupsafe import Markup

from adapters.local.previews.payload import Json, child, items, text
from bot.display import web_url

_STYLES: Final = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}
_LINK: Final = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")


def preview(payload: Json) -> Markup:
    """Return one message as HTML. What is not known is named in a box."""
    blocks = items(payload, "blocks")
    if not blocks:
        return _paragraph(_mrkdwn(text(payload, "text")))
    return Markup("").join(_BLOCKS.get(text(block, "type"), _unknown)(block) for block in blocks)


def _paragraph(inner: Markup) -> Markup:
    return Markup("<p>{}</p>").format(inner)


def _header(block: Json) -> Markup:
    return Markup('<p class="heading">{}</p>').format(_text_object(child(block, "text")))


def _section(block: Json) -> Markup:
    fields = [child(block, "text"), *items(block, "fields")]
    return Markup("").join(_paragraph(_text_object(field)) for field in fields if field)


def _rich_text(block: Json) -> Markup:
    return Markup("").join(_rich_part(part) for part in items(block, "elements"))


def _rich_part(part: Json) -> Markup:
    match text(part, "type"):
        case "rich_text_section":
            return _paragraph(_rich_elements(part))
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(_rich_elements(part))
        case "rich_text_preformatted":
            return Markup("<pre>{}</pre>").format(_rich_elements(part))
        case "rich_text_list":
            entries = (Markup("<li>{}</li>").format(_rich_part(entry)) for entry in items(part, "elements"))
            return Markup("<ul>{}</ul>").format(Markup("").join(entries))
        case _:
            return _unknown(part)


def _rich_elements(part: Json) -> Markup:
    return Markup("").join(map(_rich_element, items(part, "elements")))


def _rich_element(element: Json) -> Markup:
    match text(element, "type"):
        case "text":
            shown = Markup("{}").format(text(element, "text"))
        case "link":
            shown = _link(text(element, "url"), text(element, "text") or text(element, "url"))
        case "emoji":
            shown = Markup("{}").format(f":{text(element, 'name')}:")
        case _:
            return _unknown(element)
    style = child(element, "style")
    for name, tag in _STYLES.items():
        if style.get(name) is True:
            shown = Markup(f"<{tag}>{{}}</{tag}>").format(shown)  # noqa: S704 -- tags of this file only
    return shown


def _context(block: Json) -> Markup:
    parts = Markup(" ").join(map(_text_object, items(block, "elements")))
    return Markup('<p class="small">{}</p>').format(parts)


def _actions(block: Json) -> Markup:
    labels = (_text_object(child(element, "text")) for element in items(block, "elements"))
    buttons = Markup("").join(Markup('<span class="button">{}</span>').format(label) for label in labels)
    return Markup('<div class="row">{}</div>').format(buttons)


def _divider(_: Json) -> Markup:
    return Markup("<hr>")


def _unknown(block: Json) -> Markup:
    return Markup('<div class="unknown">{}</div>').format((text(block, "type") or "?")[:80])


def _text_object(part: Json) -> Markup:
    if text(part, "type") == "mrkdwn":
        return _mrkdwn(text(part, "text"))
    return Markup("{}").format(text(part, "text"))


def _mrkdwn(source: str) -> Markup:
    """Return Slack's markup as far as it is sent: links, and the three characters that are escaped."""
    parts: list[Markup] = []
    end = 0
    for found in _LINK.finditer(source):
        parts.append(Markup("{}").format(unescape(source[end : found.start()])))
        url, label = unescape(found[1]), unescape(found[2] or found[1])
        parts.append(_link(url, label))
        end = found.end()
    parts.append(Markup("{}").format(unescape(source[end:])))
    return Markup("").join(parts)


def _link(url: str, label: str) -> Markup:
    safe = web_url(url)
    if safe is None:
        return Markup("{}").format(label)
    return Markup('<a rel="noopener noreferrer nofollow" target="_blank" href="{}">{}</a>').format(
        safe, label
    )


_BLOCKS: Final[Mapping[str, Callable[[Json], Markup]]] = {
    "header": _header,
    "section": _section,
    "rich_text": _rich_text,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
}
