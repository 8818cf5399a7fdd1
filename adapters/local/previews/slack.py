"""A message as Slack shows it, from the arguments that Slack would be sent: its blocks, its rich text."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup, escape

from adapters.local.previews.payload import Json, child, items, number, text
from adapters.local.previews.pieces import body, button, link, picture, unknown
from adapters.local.previews.slack_mrkdwn import html

_STYLES: Final = {"code": "code", "bold": "b", "italic": "i", "strike": "s"}
_MAX_INDENT: Final = 4


def preview(payload: Json) -> Markup:
    """Return one message as HTML. What is not known is named in a box."""
    blocks = items(payload, "blocks")
    if not blocks:
        return body(_paragraph(html(text(payload, "text"))))
    return body(Markup("").join(map(_block, blocks)))


def _block(block: Json) -> Markup:
    kind = text(block, "type")
    return _BLOCKS[kind](block) if kind in _BLOCKS else unknown(kind)


def _paragraph(inner: Markup) -> Markup:
    return Markup("<p>{}</p>").format(inner)


def _header(block: Json) -> Markup:
    # No heading of the page around the preview.
    return Markup('<p class="title">{}</p>').format(_text_object(child(block, "text")))


def _section(block: Json) -> Markup:
    texts = [child(block, "text"), *items(block, "fields")]
    shown = Markup("").join(_paragraph(_text_object(part)) for part in texts if part)
    accessory = child(block, "accessory")
    beside = _element(accessory) if accessory else Markup("")
    return Markup('<div class="section"><div>{}</div>{}</div>').format(shown, beside)


def _context(block: Json) -> Markup:
    elements = (Markup("<span>{}</span>").format(_element(part)) for part in items(block, "elements"))
    return Markup('<p class="small">{}</p>').format(Markup(" ").join(elements))


def _actions(block: Json) -> Markup:
    elements = Markup("").join(map(_element, items(block, "elements")))
    return Markup('<div class="row">{}</div>').format(elements)


def _image(block: Json) -> Markup:
    title = text(child(block, "title"), "text")
    caption = Markup('<p class="small">{}</p>').format(title) if title else Markup("")
    return caption + picture(text(block, "alt_text"))


def _divider(_: Json) -> Markup:
    return Markup("<hr>")


def _element(element: Json) -> Markup:
    """Return what stands in a context, in a row of actions, or beside a section."""
    match text(element, "type"):
        case "plain_text" | "mrkdwn":
            return _text_object(element)
        case "button":
            return button(_text_object(child(element, "text")))
        case "image":
            return picture(text(element, "alt_text"))
        case kind:
            return unknown(kind)


def _text_object(part: Json) -> Markup:
    source = text(part, "text")
    return html(source) if text(part, "type") == "mrkdwn" else escape(source)


# Rich text: no markup in it, the style of every element stands beside its text.


def _rich_text(block: Json) -> Markup:
    return Markup("").join(map(_rich_part, items(block, "elements")))


def _rich_part(part: Json) -> Markup:
    inner = Markup("").join(map(_rich_element, items(part, "elements")))
    match text(part, "type"):
        case "rich_text_section":
            return _paragraph(inner)
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(inner)
        case "rich_text_preformatted":
            return Markup("<pre>{}</pre>").format(inner)
        case "rich_text_list":
            return _list(part)
        case kind:
            return unknown(kind)


def _list(part: Json) -> Markup:
    tag = "ol" if text(part, "style") == "ordered" else "ul"
    indent = min(max(number(part, "indent") or 0, 0), _MAX_INDENT)
    entries = (Markup("").join(map(_rich_element, items(one, "elements"))) for one in items(part, "elements"))
    shown = Markup("").join(Markup("<li>{}</li>").format(entry) for entry in entries)
    return Markup('<{0} class="indent-{1}">{2}</{0}>').format(tag, indent, shown)


def _rich_element(element: Json) -> Markup:
    style = child(element, "style")
    shown = _unstyled(element)
    for name, tag in _STYLES.items():
        if style.get(name) is True:
            shown = Markup("<{0}>{1}</{0}>").format(tag, shown)
    return shown


def _unstyled(element: Json) -> Markup:
    match text(element, "type"):
        case "text":
            return escape(text(element, "text"))
        case "link":
            label = text(element, "text") or text(element, "url")
            return link(text(element, "url"), label) or escape(label)
        case "emoji":
            return escape(_emoji(text(element, "unicode")) or f":{text(element, 'name')}:")
        case "date":
            return escape(text(element, "fallback"))
        case "channel":
            return escape(f"#{text(element, 'channel_id')}")
        case "usergroup":
            return escape(f"@{text(element, 'usergroup_id')}")
        case "user":
            return escape(f"@{text(element, 'user_id')}")
        case kind:
            return unknown(kind)


def _emoji(code_points: str) -> str:
    """Return the characters of `1f44b-1f3fb`; an empty text where there are none."""
    try:
        characters = "".join(chr(int(point, 16)) for point in code_points.split("-"))
    except (ValueError, OverflowError):
        return ""
    return characters if characters.isprintable() else ""


_BLOCKS: Final[Mapping[str, Callable[[Json], Markup]]] = {
    "header": _header,
    "section": _section,
    "rich_text": _rich_text,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "divider": _divider,
}
