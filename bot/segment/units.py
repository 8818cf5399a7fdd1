"""The units of an article that are never cut: its paragraphs, or the sentences of a text that has none."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from bot.language import Names, language_of, sentences, tokens
from bot.model import Language, Span
from bot.segment.cohesion import Bag
from bot.segment.cues import COMMON_WORDS, Grade, grade
from bot.segment.layout import Paragraph, paragraphs, plain

LONGEST_READ = 5000
"""Characters. Of a longer unit only the beginning is tokenised."""

LONGEST_SENTENCE = 600
"""Characters. A longer one is text without marks; its beginning stands for it."""

_NO_NAMES = Names()
_TELLING: dict[Language, re.Pattern[str]] = {
    "ja": re.compile(r"(?=.*[^ぁ-んー0-9.,]).{2,}", re.DOTALL),
    "en": re.compile(r"(?=.*[^0-9.,])[^ぁ-ヺー]{2,}", re.DOTALL),
}
"""English words have katakana forms besides, which tell nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence as readers see it, without markup, and the words that tell its subject."""

    text: str
    keys: Bag


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A paragraph or a sentence with its words.

    `words` are all content words; `keys` those that tell one subject from another (no single
    letters, numbers, words in hiragana or words common to all news). `grade` is that of the phrase
    it begins with.
    """

    paragraph: Paragraph
    text: str
    sentences: tuple[Sentence, ...]
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
    prose = sum(p.span.end - p.span.start for p in found if not p.is_heading)
    units: list[Unit] = []
    for paragraph in found:
        is_most = (paragraph.span.end - paragraph.span.start) * 2 > prose
        pieces = _parted(text, paragraph) if is_most else [paragraph]
        units.extend(_unit(text, piece, names) for piece in pieces)
    return units


def _parted(text: str, paragraph: Paragraph) -> list[Paragraph]:
    """Return the sentences of a paragraph as paragraphs."""
    spans = _sentences(text[paragraph.span.start : paragraph.span.end])
    start = paragraph.span.start
    parts = [replace(paragraph, span=Span(start=start + span.start, end=start + span.end)) for span in spans]
    return (
        [parts[0], *(replace(part, style="", apart=False, inside=True) for part in parts[1:])]
        if parts
        else [paragraph]
    )


def _sentences(content: str) -> list[Span]:
    """Return the sentences of a paragraph, in which a line break ends none."""
    return sentences(re.sub(r"[\r\n]", " ", content))


def _unit(text: str, paragraph: Paragraph, names: Names) -> Unit:
    content = text[paragraph.span.start : paragraph.span.end]
    telling = _TELLING[language_of(content[:LONGEST_READ])]
    words: Bag = Counter()
    parts = []
    for span in _sentences(content):
        sentence = content[span.start : min(span.end, span.start + LONGEST_SENTENCE)]
        bag = _words(sentence, names) if span.start < LONGEST_READ else Counter()
        words.update(bag)
        if shown := plain(sentence):
            parts.append(Sentence(text=shown, keys=_keys(bag, telling)))
    return Unit(
        paragraph=paragraph,
        text=content,
        sentences=tuple(parts),
        words=words,
        keys=_keys(words, _TELLING["ja"]),
        grade=grade(content[:LONGEST_SENTENCE]),
    )


def keys_of(text: str) -> Bag:
    """Return the words of a text that tell one subject from another."""
    return _keys(_words(text, _NO_NAMES), _TELLING[language_of(text)])


def _words(sentence: str, names: Names) -> Bag:
    return Counter(word for word in tokens(sentence, names) if word[0] not in "~@")


def _keys(words: Bag, telling: re.Pattern[str]) -> Bag:
    return Counter({w: count for w, count in words.items() if telling.fullmatch(w) and w not in COMMON_WORDS})
