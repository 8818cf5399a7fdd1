"""Where a query's concepts stand in running text, pure, and the passage that shows them best."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.language import Names, normalise, sentences
from bot.language.folding import KATAKANA, fold
from bot.lookup.query import Concept, Query
from bot.model import Span, Telling, TopicId

MOST_READ = 10_000
"""Characters of a body that lookup reads; a story that goes on after them is found by its beginning."""

PASSAGE_CHARACTERS = 200
"""A passage grows by whole sentences up to this length; only a single long sentence passes it."""

_LONGEST_PASSAGE = 400

How = Literal["word", "name", "sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a telling, verbatim, with what matched (spans in `text`, in order, apart)."""

    text: str
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A concept (its place in the query) seen in a text, and as what."""

    concept: int
    span: Span
    how: How


_PAIRED = 100
"""Characters of a query that pairs are taken from: each costs a pass over every candidate."""
_MOST_SENTENCES = 400
_MOST_ALIKE = 40
"""Sentences that hold the same of a query and are compared with the title."""

_JAPANESE_PAIR = re.compile("(?=([぀-ヿ一-鿿々0-9]{2}))(?![ぁ-ん]{2})")
_LATIN_PAIR = re.compile("(?=(?<![a-z])([a-z]+ [a-z]+))")


def pairs(text: str) -> set[str]:
    """Return the pairs of Japanese characters that are not both hiragana, and of neighbouring Latin words."""
    return {*_JAPANESE_PAIR.findall(text), *_LATIN_PAIR.findall(text)}


def content(text: str) -> set[str]:
    """Return what a normalised text is recognised by: its figures, longer Latin words, and `pairs`."""
    return {*re.findall(r"\d[\d.]*|[a-z]{4,}", text), *pairs(text)}


class Finder:
    """Finds the concepts of one query in texts, whatever their inflection, without tokenising the texts."""

    def __init__(self, query: Query, names: Names) -> None:
        self.query = query
        self.pairs = pairs(normalise(query.rest)[:_PAIRED])
        self._names = names
        self._forms = [form for n, concept in enumerate(query.concepts) for form in _forms(n, concept, names)]
        self._named = {
            token[1:]: n for n, c in enumerate(query.concepts) for token in c.tokens if token[0] == "@"
        }
        self._total = sum(concept.rarity for concept in query.concepts) or 1.0

    def held(self, text: str) -> frozenset[int]:
        """Return the concepts that stand in a normalised text."""
        return frozenset({form.concept for form in self._forms if form.stem in text and form.stands_in(text)})

    def named(self, topics: Iterable[TopicId]) -> frozenset[int]:
        """Return the concepts that are the names of these topics."""
        return frozenset(self._named[topic] for topic in topics if topic in self._named)

    def has_name(self, concepts: Iterable[int]) -> bool:
        """Whether one of these concepts is a known name."""
        return any(self.query.concepts[number].is_name for number in concepts)

    def share(self, concepts: Iterable[int]) -> float:
        """Return how much of the query these concepts are, by rarity: from 0 to 1."""
        return sum(self.query.concepts[number].rarity for number in concepts) / self._total

    def rarity(self, concepts: Iterable[int]) -> float:
        """Return the rarities of those of these concepts that are not names, added up."""
        held = (self.query.concepts[number] for number in concepts)
        return sum(concept.rarity for concept in held if not concept.is_name)

    def find(self, text: str) -> list[Sighting]:
        """Return where concepts stand in a text as given, in order and apart; at one place the longest."""
        seen = sorted(self._sightings(text), key=lambda s: (s.span.start, -s.span.end))
        apart: list[Sighting] = []
        for sighting in seen:
            if not apart or sighting.span.start >= apart[-1].span.end:
                apart.append(sighting)
        return apart

    def _sightings(self, text: str) -> Iterator[Sighting]:
        for match in self._names.find(text) if self._named else ():
            if (number := self._named.get(match.topic_id)) is not None:
                how: How = "sound" if self.query.concepts[number].is_heard else "name"
                yield Sighting(concept=number, span=Span(start=match.start, end=match.end), how=how)
        folded = fold(text)
        for form in self._forms:
            if form.how != "name" and form.stem in folded.text:
                for found in form.pattern.finditer(folded.text):
                    start, end = folded.origin(*found.span())
                    yield Sighting(concept=form.concept, span=Span(start=start, end=end), how=form.how)


# Forms.


@dataclass(frozen=True, slots=True)
class _Form:
    """A spelling of a concept: a stem that never changes, and patterns of what stands before and after it."""

    concept: int
    how: How
    stem: str
    before: str
    after: str

    def stands_in(self, text: str) -> bool:
        """Whether a text that has the stem has the whole form."""
        return not (self.before or self.after) or self.pattern.search(text) is not None

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(f"{self.before}{re.escape(self.stem)}{self.after}")


_MOST_PATTERNS = 4096
_compiled = lru_cache(maxsize=_MOST_PATTERNS)(re.compile)
"""Most stems stand in no candidate, and are never compiled."""


def _forms(number: int, concept: Concept, names: Names) -> list[_Form]:
    spellings: dict[str, How] = {} if concept.is_name else {normalise(concept.typed).strip(): "word"}
    for token, weight in concept.tokens.items():
        if token[0] == "@":
            spellings |= {normalise(name): "name" for name in names.names_of(TopicId(token[1:]))}
        elif concept.is_name:
            continue  # words of an alias, which say nothing by themselves
        elif token[0] == "~":
            spellings.setdefault(token.partition("\t")[2], "sound")
        elif weight == 1.0 or len(token) > 1:
            spellings.setdefault(token, "word")
    return [_form(number, spelling, how) for spelling, how in spellings.items() if spelling]


_OKURIGANA = re.compile(r"(.*[一-鿿々])([ぁ-ん]+)")
_ENGLISH_ENDINGS = "(?:'?s|e[sdr]?|ers?|ings?|ions?|ations?|ments?|al|ly|[a-z]ing|[a-z]ed)?"


def _form(concept: int, spelling: str, how: How) -> _Form:
    stem, ending = (spelling, "") if how != "word" else _inflected(spelling)
    before, after = (_border(letter, how) for letter in (stem[0], stem[-1]))
    return _Form(concept, how, stem, before and f"(?<!{before})", f"{ending}(?!{after})" if after else ending)


def _inflected(word: str) -> tuple[str, str]:
    """Return the stem of a dictionary form (Japanese) or of a Snowball stem (English), and its endings."""
    if word.isascii() and word.isalpha():
        if word[-1] == "i":
            return word[:-1], f"(?:y|i(?:es|ed|er)?){_ENGLISH_ENDINGS}"
        return word, _ENGLISH_ENDINGS
    if okurigana := _OKURIGANA.fullmatch(word):
        return word[:-1], "[ぁ-ん]" if len(okurigana[2]) == 1 else ""
    return word, ""


def _border(letter: str, how: How) -> str:
    """Return what may not stand beside a spelling that begins or ends with `letter`; "" for nothing."""
    if letter.isascii():
        return "[a-z0-9]"
    if how != "word" and re.match(f"[{KATAKANA}]", letter):
        return f"[{KATAKANA}]"
    return ""  # Japanese words stand side by side


# Passages.

_LEANS_BACK = re.compile(
    r"(?:これ|それ|あれ|この|その|あの|ここ|そこ|彼|彼女|同社|同氏|両社|しかし|だが|ただ|また|さらに|一方|例えば|つまり)"
    r"|(?:It|They|He|She|This|That|These|Those|But|However|Instead|Both|Also|Meanwhile|For example)\b"
)
"""How a sentence begins that is not understood without the one before."""


def show(text: str, finder: Finder) -> Passage:
    """Return a stretch as a passage with its marks."""
    return Passage(text=text, marks=tuple(sighting.span for sighting in finder.find(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a telling's body: where it stands, its normalised text, the concepts in it."""

    span: Span
    text: str
    held: frozenset[int]


def read_sentences(telling: Telling, finder: Finder) -> list[Sentence]:
    """Return the sentences that a telling's body begins with, up to `MOST_READ` characters."""
    body = telling.body[:MOST_READ]
    spans = sentences(body)[:_MOST_SENTENCES]
    texts = [(span, normalise(body[span.start : span.end])) for span in spans]
    return [Sentence(span=span, text=text, held=finder.held(text)) for span, text in texts]


def best_passage(telling: Telling, body: Sequence[Sentence], finder: Finder) -> Passage:
    """Return the sentences of one paragraph of the body that hold most of the query.

    Among equals the sentence that has most in common with title and summary, then the first. The
    summary where there is no body.
    """
    if not body:
        return show(telling.summary[:_LONGEST_PASSAGE], finder)
    shares = [finder.share(sentence.held) for sentence in body]
    most = max(shares)
    equals = [number for number, share in enumerate(shares) if share == most]
    gist = content(normalise(f"{telling.title}\n{telling.summary}"))
    best = max(equals[:_MOST_ALIKE], key=lambda number: sum(part in body[number].text for part in gist))
    first, last = _grown(telling.body, body, best)
    text = telling.body[body[first].span.start : body[last].span.end]
    return show(text[:_LONGEST_PASSAGE], finder)


def _grown(text: str, body: Sequence[Sentence], best: int) -> tuple[int, int]:
    """Return the first and last sentence around the best one that add to it and still fit."""
    first = last = best
    held = body[best].held
    while True:
        before, after = first - 1, last + 1
        if _fits(text, body, before, last) and (
            _leans_back(text, body[first].span) or body[before].held - held
        ):
            first, held = before, held | body[before].held
        elif _fits(text, body, first, after) and body[after].held - held:
            last, held = after, held | body[after].held
        else:
            return first, last


def _fits(text: str, body: Sequence[Sentence], first: int, last: int) -> bool:
    if first < 0 or last >= len(body):
        return False
    start, end = body[first].span.start, body[last].span.end
    return end - start <= PASSAGE_CHARACTERS and "\n" not in text[start:end]


def _leans_back(text: str, span: Span) -> bool:
    return _LEANS_BACK.match(text, span.start) is not None
