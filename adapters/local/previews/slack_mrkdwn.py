"""Slack's markup language as HTML, pure: links, marks at words, and the three characters it escapes."""

import re
from typing import Final

from markupsafe import Markup, escape

from adapters.local.previews.pieces import link

_MARKUP: Final = re.compile(
    r"""
      <(?P<url>[^<>|]+)(?:\|(?P<label>[^<>]*))?>
    | (?<![\w`])`(?P<code>[^`\n]+)`(?![\w`])
    | (?<![\w*])\*(?=\S)(?P<b>[^*\n]+)(?<=\S)\*(?![\w*])
    | (?<![\w_])_(?=\S)(?P<i>[^_\n]+)(?<=\S)_(?![\w_])
    | (?<![\w~])~(?=\S)(?P<s>[^~\n]+)(?<=\S)~(?![\w~])
    """,
    re.VERBOSE,
)
_ENTITY: Final = re.compile("&(amp|lt|gt);")
_CHARACTERS: Final = {"amp": "&", "lt": "<", "gt": ">"}
_MAX_DEPTH: Final = 3


def html(source: str, depth: int = 0) -> Markup:
    """Return markup as HTML; line breaks stay line breaks, which the style sheet shows."""
    if depth > _MAX_DEPTH:
        return _plain(source)
    parts: list[Markup] = []
    end = 0
    for found in _MARKUP.finditer(source):
        parts.append(_plain(source[end : found.start()]))
        parts.append(_marked(found, depth))
        end = found.end()
    parts.append(_plain(source[end:]))
    return Markup("").join(parts)


def _marked(found: re.Match[str], depth: int) -> Markup:
    match found.lastgroup:
        case "url" | "label":
            return _linked(found["url"], found["label"] or "") or _plain(found[0])
        case "code":
            return Markup("<code>{}</code>").format(_plain(found["code"]))
        case tag:
            return Markup("<{0}>{1}</{0}>").format(tag, html(found[str(tag)], depth + 1))


def _linked(target: str, label: str) -> Markup | None:
    """Return a link, the name of a channel or an instant; None for what is none of these, as a mention."""
    if target.startswith("#"):
        return _plain(label or target)
    if target.startswith("!date^") and label:
        return _plain(label)
    return link(str(_unescaped(target)), _plain(label or target))


def _plain(source: str) -> Markup:
    return escape(_unescaped(source))


def _unescaped(source: str) -> str:
    return _ENTITY.sub(lambda entity: _CHARACTERS[entity[1]], source)
