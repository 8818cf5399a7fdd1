"""A message as Discord shows it, from the body that Discord would be sent.

Components are nested only as far as Discord allows: a container holds no container, a section no section.
"""

from typing import Final

from markupsafe import Markup

from adapters.local.previews.discord_markdown import html
from adapters.local.previews.payload import Json, child, items, number, text
from adapters.local.previews.pieces import body, button, picture, unknown

OUR_ACCENT: Final = 0x1F6FEB
"""The one colour the style sheet knows: a page without inline styles cannot show any colour."""


def preview(payload: Json) -> Markup:
    """Return one message as HTML. What is not known is named in a box."""
    content = html(text(payload, "content"))
    return body(content + Markup("").join(map(_component, items(payload, "components"))))


def _component(component: Json) -> Markup:
    if number(component, "type") != 17:
        return _part(component)
    colour = component.get("accent_color")
    accent = "bare" if colour is None else "accent" if colour == OUR_ACCENT else "neutral"
    parts = Markup("").join(map(_part, items(component, "components")))
    return Markup('<div class="container {}">{}</div>').format(accent, parts)


def _part(component: Json) -> Markup:
    """Return what may stand in a container."""
    parts = Markup("").join(map(_leaf, items(component, "components")))
    match number(component, "type"):
        case 1:  # action row
            return Markup('<div class="row">{}</div>').format(parts)
        case 9:  # section
            beside = _leaf(child(component, "accessory"))
            return Markup('<div class="section"><div>{}</div>{}</div>').format(parts, beside)
        case _:
            return _leaf(component)


def _leaf(component: Json) -> Markup:
    """Return what holds nothing else."""
    match number(component, "type"):
        case 2:  # button
            return button(text(component, "label") or text(child(component, "emoji"), "name"))
        case 10:  # text display
            return Markup('<div class="text">{}</div>').format(html(text(component, "content")))
        case 11:  # thumbnail
            return picture(text(component, "description"))
        case 12:  # media gallery
            pictures = Markup("").join(
                picture(text(item, "description")) for item in items(component, "items")
            )
            return Markup('<div class="row">{}</div>').format(pictures)
        case 14:  # separator
            return Markup('<div class="gap"></div>') if component.get("divider") is False else Markup("<hr>")
        case _:
            return unknown(f"component {_shown_type(component)}")


def _shown_type(component: Json) -> str:
    kind = number(component, "type")
    return str(kind) if kind is not None and 0 <= kind < 1000 else "?"
