"""A message as Discord shows it, from the body that Discord would be sent: its components, its Markdown."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from adapters.local.previews.payload import Json, child, items, text
from bot.display import web_url

# What Discord knows of Markdown. Links in it are checked where they are rendered.
_MARKDOWN: Final = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    [
        "heading",
        "blockquote",
        "emphasis",
        "strikethrough",
        "backticks",
        "fence",
        "link",
        "escape",
        "newline",
        "list",
    ]
)
_MARKDOWN.validateLink = lambda url: web_url(url) is not None  # type: ignore[method-assign]
_SMALL: Final = "-# "
_OUTWARD: Final = '<a rel="noopener noreferrer nofollow" target="_blank" href='

OUR_ACCENT: Final = 0x1F6FEB


def preview(payload: Json) -> Markup:
    """Return one message as HTML. What is not known is named in a box."""
    content = text(payload, "content")
    parts = [_component(component) for component in items(payload, "components")]
    return Markup("").join([markdown(content), *parts] if content else parts)


def _component(component: Json) -> Markup:
    match component.get("type"):
        case 17:  # container
            accent = "accent" if component.get("accent_color") == OUR_ACCENT else "plain"
            return Markup('<div class="container {}">{}</div>').format(accent, _all(component))
        case 10:  # text display
            return markdown(text(component, "content"))
        case 14:  # separator
            return Markup("<hr>")
        case 1:  # action row
            return Markup('<div class="row">{}</div>').format(_all(component))
        case 2:  # button
            return Markup('<span class="button">{}</span>').format(text(component, "label"))
        case 9:  # section
            return Markup('<div class="section">{}{}</div>').format(
                _all(component), _component(child(component, "accessory"))
            )
        case unknown:
            return Markup('<div class="unknown">{}</div>').format(f"component type {unknown}"[:80])


def _all(component: Json) -> Markup:
    return Markup("").join(_component(part) for part in items(component, "components"))


def markdown(source: str) -> Markup:
    """Return Discord's Markdown as HTML. Small print, which only Discord has, begins its lines with `-# `."""
    groups = groupby(source.split("\n"), key=lambda line: line.startswith(_SMALL))
    return Markup("").join(_small(lines) if is_small else _rendered(lines) for is_small, lines in groups)


def _small(lines: Iterable[str]) -> Markup:
    inner = Markup("<br>").join(_inline(line.removeprefix(_SMALL)) for line in lines)
    return Markup('<p class="small">{}</p>').format(inner)


def _inline(source: str) -> Markup:
    return Markup(_opened(_MARKDOWN.renderInline(source)))  # noqa: S704 -- the library escapes text


def _rendered(lines: Iterable[str]) -> Markup:
    return Markup(_opened(_MARKDOWN.render("\n".join(lines))))  # noqa: S704 -- the library escapes text


def _opened(html: str) -> str:
    return re.sub("<a href=", _OUTWARD, html)
