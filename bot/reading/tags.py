"""The tags of a page, pure and in linear time: what it says of itself, and its bare frame for the extractor.

An extractor of articles builds a tree, which a page made for it can let take hours: one element of a
megabyte of attributes took 342 s. So it is given what this module leaves of a page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final

MOST_TAGS: Final = 12_000
"""Tags that are read; what comes after them is left out. Long articles have some thousands."""

LONGEST_TEXT: Final = 600_000
"""Characters of text that are read, as few more than an article may have."""

_LONGEST_TAG: Final = 20_000
LONGEST_VALUE: Final = 2_000
"""Characters of an attribute, or of a title."""

# Every alternative ends at the page's end where its own end is missing, as HTML has it, so that none is
# tried in vain and each character is passed over once.
_MARKUP: Final = re.compile(
    r"<(?:!--(?:-?>|.*?--!?>|.*\Z)|[!?][^>]*(?:>|\Z)"
    r"|(?P<close>/?)(?P<name>[a-z][^\s/>]*+)"
    r"(?P<rest>(?>[^>=]+|=\s*\"[^\"]*(?:\"|\Z)|=\s*'[^']*(?:'|\Z)|=)*+)(?:>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"([a-z][a-z-]{0,19}+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>]++)))?", re.IGNORECASE
)
_KEPT: Final = frozenset(
    {"class", "content", "datetime", "hidden", "href", "id", "itemprop", "lang", "name", "property", "rel",
     "role", "style"}
)  # fmt: skip
"""Attributes that tell an article from what stands around it."""

_UNREAD: Final = frozenset({"iframe", "object", "script", "style", "svg", "template", "textarea"})
_UNMARKED: Final = _UNREAD | {"b", "code", "del", "em", "i", "kbd", "s", "samp", "strong", "tt", "u", "var"}
"""What leaves no mark in an article: emphasis would be text there."""

_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name in lower case, the attributes of an opening one, and what an unread element holds."""

    name: str
    closes: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    content: str = ""


def tags(page: str) -> Iterator[Tag | str]:
    """Yield a page's tags and the texts between them, characters still written as in HTML."""
    at = 0
    for _ in range(MOST_TAGS):
        found = _MARKUP.search(page, at)
        if found is None:
            break
        if found.start() > at:
            yield page[at : found.start()]
        at = found.end()
        if not (name := (found["name"] or "").lower()):
            continue
        if found["close"]:
            yield Tag(name, closes=True)
            continue
        rest = found["rest"]
        content = ""
        if name in _UNREAD and not rest.endswith("/"):
            end = re.compile(rf"</{name}\b[^>]*>?|\Z", re.IGNORECASE).search(page, at)
            content, at = (page[at : end.start()], end.end()) if end else ("", len(page))
        yield Tag(name, attributes=_attributes(rest[:_LONGEST_TAG]), content=content)
    else:
        return
    yield page[at:]


def _attributes(rest: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(rest):
        attributes.setdefault(name.lower(), unescape("".join(values))[:LONGEST_VALUE])
    return attributes


def frame(page: str) -> str:
    """Return a page of the same elements and text, with the attributes and the length an extractor needs."""
    parts: list[str] = []
    length = 0
    for piece in tags(page):
        if isinstance(piece, Tag):
            parts.append(_tag(piece))
            continue
        text = _NO_TEXT.sub("", piece)[: LONGEST_TEXT - length].replace("<", "&lt;")
        length += len(text)
        parts.append(text)
    return "".join(parts)


def _tag(tag: Tag) -> str:
    if tag.name in _UNMARKED or not tag.name.isalnum() or not tag.name.isascii():
        return ""
    if tag.closes:
        return f"</{tag.name}>"
    kept = [f' {name}="{_value(value)}"' for name, value in tag.attributes.items() if name in _KEPT]
    return f"<{tag.name}{''.join(kept)}>"


def _value(value: str) -> str:
    return escape(_NO_TEXT.sub("", value))
