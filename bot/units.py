"""The units of an article that are never cut: its paragraphs, or the sentences of a text that has none."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cohesion import Bag
from bot.cues import Grade, grade
from bot.language import sentences, tokens
from bot.layout import Paragraph, paragraphs
from bot.model import Span
from bot.names import Names

LONGEST_READ = 2000
"""Characters. Of a longer unit only the beginning is tokenised."""

_TELLING = re.compile(r"(?!@)(?=.*[^ぁ-んー0-9.,]).{2,}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A paragraph or a sentence with its words.

    `words` are all content words; `keys` those that tell one subject from another (no single
    letters, numbers, or words in hiragana). `grade` is the phrase it begins with.
    """

    paragraph: Paragraph
    text: str
    words: Bag
    keys: Bag
    grade: Grade

    @property
    def span(self) -> Span:
        """Where it stands in the article."""
        return self.paragraph.span

    @property
    def is_heading(self) -> bool:
        """Whether it names what follows."""
        return self.paragraph.is_heading


def units_of(text: str, names: Names) -> list[Unit]:
    """Return the units of an article in order."""
    found = paragraphs(text)
    prose = sum(len(text[p.span.start : p.span.end]) for p in found if not p.is_heading)
    units: list[Unit] = []
    for paragraph in found:
        length = paragraph.span.end - paragraph.span.start
        pieces = _sentences(text, paragraph) if length * 2 > prose else [paragraph]
        units.extend(_unit(text, piece, names) for piece in pieces)
    return units


def _sentences(text: str, paragraph: Paragraph) -> list[Paragraph]:
    span = paragraph.span
    # A line break inside a paragraph ends no sentence.
    flat = re.sub(r"[\r\n]", " ", text[span.start : span.end])
    return [
        replace(paragraph, span=Span(start=span.start + s.start, end=span.start + s.end), apart=number == 0)
        for number, s in enumerate(sentences(flat))
    ]


def _unit(text: str, paragraph: Paragraph, names: Names) -> Unit:
    content = text[paragraph.span.start : paragraph.span.end]
    words = Counter(word for word in tokens(content[:LONGEST_READ], names) if not word.startswith("~"))
    keys = Counter({word: count for word, count in words.items() if _TELLING.fullmatch(word)})
    return Unit(paragraph=paragraph, text=content, words=words, keys=keys, grade=grade(content))
