"""Discord's Markdown as HTML, pure.

No CommonMark: Discord matches its marks from left to right whatever stands beside them, so that bold before
「 and after 」 is bold, where CommonMark shows the asterisks; it keeps every line break, and decodes no
entities. How its client reads lines and marks was seen in copies of the client's rules.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from adapters.local.previews.pieces import link

_REST_QUOTED: Final = re.compile(r"^ *>>> +", re.MULTILINE)
_QUOTED: Final = re.compile(r" *>(?!>>) +(.*)")
# A heading's last # signs are taken for its end, even behind a backslash.
_HEADING: Final = re.compile(r" *(#{1,3})\s+((?!\s*#{1,3}\s).+?)#*\s*")
_SMALL: Final = re.compile(r" *-# +((?!-#).+)")

_INLINE: Final = re.compile(
    r"""
      \\(?P<escape>[^0-9A-Za-z\s])
    | (?<!`)(?P<tick>`+)(?!`)(?P<code>.*?[^`])(?P=tick)(?!`)
    | \[(?P<label>[^\[\]\n]+)\]\((?:<(?P<url>[^<>\s]+)>|(?P<bare_url>[^<>()\s]+))\)
    | \*\*(?P<strong>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<u>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<s>.+?)~~
    | \*(?=\S)(?P<em>(?:\*\*|\\.|[^*\\])+?)(?<!\s)\*(?!\*)
    | (?<!\w)_(?P<i>(?:__|\\.|[^_\\])+?)_(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
_MAX_DEPTH: Final = 8
"""Marks within marks; what stands deeper is shown as it is written."""


def html(source: str) -> Markup:
    """Return Markdown as HTML; line breaks stay line breaks, which the style sheet shows."""
    rest = _REST_QUOTED.search(source)
    if rest is None:
        return _blocks(source.split("\n")) if source else Markup("")
    before, quoted = source[: rest.start()].removesuffix("\n"), source[rest.end() :].split("\n")
    return html(before) + Markup("<blockquote>{}</blockquote>").format(_blocks(quoted, in_quote=True))


def _blocks(lines: Iterable[str], *, in_quote: bool = False) -> Markup:
    kinds = (_kind_and_content(line, in_quote) for line in lines)
    groups = groupby(kinds, key=lambda pair: pair[0])
    return Markup("").join(
        part for kind, pairs in groups for part in _block(kind, [content for _, content in pairs])
    )


def _kind_and_content(line: str, in_quote: bool) -> tuple[str, str]:
    if not in_quote and (found := _QUOTED.fullmatch(line)):
        return "quote", found[1]
    if found := _HEADING.fullmatch(line):
        return f"title-{len(found[1])}", found[2].strip()
    if found := _SMALL.fullmatch(line):
        return "small", found[1].strip()
    return "plain", line


def _block(kind: str, lines: list[str]) -> Iterator[Markup]:
    if kind == "quote":
        yield Markup("<blockquote>{}</blockquote>").format(_blocks(lines, in_quote=True))
    elif kind == "plain":
        # A browser shows no line break at the end of a paragraph: the second one shows a blank line.
        shown = lines if lines[-1] else [*lines, ""]
        yield Markup("<p>{}</p>").format(_inline("\n".join(shown)))
    else:  # titles are no headings of the page around the preview
        for line in lines:
            yield Markup('<p class="{}">{}</p>').format(kind, _inline(line))


def _inline(source: str, depth: int = 0, *, escapes: bool = True) -> Markup:
    if depth > _MAX_DEPTH:
        return escape(source)
    parts: list[Markup] = []
    end = 0
    for found in _INLINE.finditer(source):
        parts.append(escape(source[end : found.start()]))
        parts.append(_marked(found, depth, escapes))
        end = found.end()
    parts.append(escape(source[end:]))
    return Markup("").join(parts)


def _marked(found: re.Match[str], depth: int, escapes: bool) -> Markup:
    match found.lastgroup:
        case "escape":
            return escape(found["escape"] if escapes else found[0])
        case "code":
            return Markup("<code>{}</code>").format(found["code"])
        case "url" | "bare_url":
            # Discord shows the backslashes of a label.
            label = _inline(found["label"], depth + 1, escapes=False)
            return link(found["url"] or found["bare_url"], label) or escape(found[0])
        case tag:
            return Markup("<{0}>{1}</{0}>").format(tag, _inline(found[str(tag)], depth + 1, escapes=escapes))
