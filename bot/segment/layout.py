"""The layout of an article, pure: its paragraphs, headings and list items, and where they stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.model import Span
from bot.segment.cues import BOILERPLATE, HEADING_MARK, ITEM_MARK, NUMBER_MARK

LONGEST_HEADING = 90
"""Characters. A longer line is prose, whatever it looks like."""

_LINE = re.compile(r"[^\r\n\u2028\u2029]+|\r\n|[\r\n\u2028\u2029]")
_BLANK = "\ufeff\u200b\u2060"
_RULE = re.compile(r"(?:[-*_=~・＊―─━☆★◇◆]\s{0,3}){3,200}")
_METADATA_LIMIT = 50
_SENTENCE_END = re.compile(r"[。．.!?！？…:：;][」』）)\"”’'*_\]]*$|[。」』]$")
_ENDED = re.compile(r"[。．.!?！？…:：;][」』）)\"”’'*_\]]*$|^「[^」]*」$")
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff01-\uff60]")
_NARROWEST_WRAP = 36
_WIDEST_WRAP = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, heading or list item of an article.

    `style` is the mark that makes it a heading or an item (`##`, `■`, `1.`), "short" for a line
    that is a heading by its shape alone, and empty for prose. `apart`: a blank line or a rule
    stands before it. `inside`: it is a sentence of a paragraph, not the first.
    `boilerplate`: it belongs to the page, not to the article.
    """

    span: Span
    style: str = ""
    apart: bool = False
    inside: bool = False
    boilerplate: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it names what follows."""
        return self.style != "" and not self.is_item

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return self.style.startswith("item")


def paragraphs(text: str) -> list[Paragraph]:
    """Return the paragraphs of a text in plain text or Markdown, in order, without the blanks around them.

    Lines of hard-wrapped text are joined. A YAML head, rules and blank lines are no paragraphs.
    """
    found: list[Paragraph] = []
    for block in _blocks(text):
        apart = True
        for span in _joined(text, block):
            found.append(_classified(text, span, apart))
            apart = False
    return _with_short_headings(text, found)


def _blocks(text: str) -> Iterator[list[Span]]:
    """Yield runs of lines between blank lines and rules."""
    block: list[Span] = []
    for line in _after_metadata(text, list(_lines(text))):
        content = text[line.start : line.end]
        if not content or _RULE.fullmatch(content):
            if block:
                yield block
            block = []
        else:
            block.append(line)
    if block:
        yield block


def _lines(text: str) -> Iterator[Span]:
    """Yield each line without the white space around it; empty spans are blank lines."""
    ended = True
    for match in _LINE.finditer(text):
        if match[0][0] in "\r\n\u2028\u2029":
            if ended:
                yield Span(start=match.start(), end=match.start())
            ended = True
        else:
            yield trimmed(text, match.start(), match.end())
            ended = False


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without white space and invisible marks at both ends."""
    piece = text[start:end]
    kept = piece.strip().strip(_BLANK).strip()
    first = start + piece.index(kept) if kept else start
    return Span(start=first, end=first + len(kept))


def _after_metadata(text: str, lines: Sequence[Span]) -> Sequence[Span]:
    """Drop a YAML head: `---`, `key: value` lines, `---`."""
    contents = [text[line.start : line.end] for line in lines[:_METADATA_LIMIT]]
    first = next((number for number, content in enumerate(contents) if content), 0)
    if (
        first < len(contents)
        and contents[first] in ("---", "+++")
        and contents[first] in contents[first + 1 :]
    ):
        return lines[contents.index(contents[first], first + 1) + 1 :]
    return lines


def _joined(text: str, block: Sequence[Span]) -> Iterator[Span]:
    """Yield the paragraphs of a block: its lines, or runs of them where they were wrapped."""
    for run in _runs(text, block):
        if _is_wrapped(text, run):
            yield Span(start=run[0].start, end=run[-1].end)
        else:
            yield from run


def _runs(text: str, block: Sequence[Span]) -> list[list[Span]]:
    """Part a block before each marked line and after each marked heading."""
    runs: list[list[Span]] = [[]]
    for line in block:
        style = _mark(text[line.start : line.end])
        if style and runs[-1]:
            runs.append([])
        runs[-1].append(line)
        if style and not style.startswith("item"):
            runs.append([])
    return [run for run in runs if run]


def _is_wrapped(text: str, lines: Sequence[Span]) -> bool:
    """Whether the lines are one paragraph that was broken to fit a width."""
    contents = [text[line.start : line.end] for line in lines]
    widths = [len(content) + len(_WIDE.findall(content)) for content in contents]
    body = widths[:-1]
    if not body or max(widths) > _WIDEST_WRAP or max(body) < _NARROWEST_WRAP:
        return False
    if min(body) < 0.7 * max(body) or widths[-1] > 1.1 * max(body):
        return False
    broken = sum(not _SENTENCE_END.search(content) for content in contents[:-1])
    return broken * 2 >= len(body)


def _mark(line: str) -> str:
    """Return the heading or item mark that a line opens with, or an empty string."""
    if len(line) <= LONGEST_HEADING and (match := HEADING_MARK.match(line)):
        return match[1] or match[0].strip()[:1]
    if match := ITEM_MARK.match(line) or NUMBER_MARK.match(line):
        return "item" + ("1" if match.re is NUMBER_MARK else match[0].strip()[:1])
    return ""


def _classified(text: str, span: Span, apart: bool) -> Paragraph:
    content = text[span.start : span.end]
    style = _mark(content)
    if style == "item1" and len(content) <= LONGEST_HEADING and not _SENTENCE_END.search(content):
        style = "1."
    boilerplate = len(content) <= 2 * LONGEST_HEADING and BOILERPLATE.search(content) is not None
    return Paragraph(span=span, style=style, apart=apart, boilerplate=boilerplate)


def _with_short_headings(text: str, found: Sequence[Paragraph]) -> list[Paragraph]:
    """Mark the short lines without a sentence end as headings, in a text that has prose beside them."""
    marked = [
        replace(paragraph, style="short")
        if not paragraph.style and _is_short(text[paragraph.span.start : paragraph.span.end])
        else paragraph
        for paragraph in found
    ]
    return marked if any(not paragraph.is_heading for paragraph in marked) else list(found)


def _is_short(line: str) -> bool:
    return len(line) <= LONGEST_HEADING and not _ENDED.search(line)


_MARKUP = re.compile(
    r"!\[[^\[\]]{0,300}\]\([^()\s]{0,1000}\)|^\s*(?:#{1,6}\s|>\s?|[-*+]\s)|</?[A-Za-z][^<>]{0,300}>|\*\*|__|`|(?<!\w)\*|\*(?!\w)"
)
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\s]{0,1000}\)")
_WIDE_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]\s*(?=[\u3000-\u9fff\uff00-\uffef])")


def plain(text: str) -> str:
    """Return a piece of one paragraph as readers see it: without markup, on one line."""
    shown = _MARKUP.sub("", _LINK.sub(r"\1", text))
    return re.sub(r"[ \t]*[\r\n]\s*|[ \t]+", " ", _WIDE_BREAK.sub("", shown)).strip()
