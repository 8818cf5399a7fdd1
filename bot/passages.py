"""Where a query's concepts stand in running text, pure, and the passage that shows them best."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.folding import fold
from bot.language import normalise, sentences
from bot.model import Span, Telling, TopicId
from bot.names import Names
from bot.query import Concept, Query

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


def pairs(text: str) -> set[str]:
    """Return the pairs of Japanese characters that are not both hiragana, and of neighbouring Latin words."""
    found = re.findall(r"(?=([぀-ヿ一-鿿々0-9]{2}))", text)
    words = re.findall(r"(?=(?<![a-z])([a-z]+ [a-z]+))", text)
    return {pair for pair in found if not re.fullmatch("[ぁ-ん]{2}", pair)} | set(words)


class Finder:
    """Finds the concepts of one query in texts, whatever their inflection, without tokenising the texts."""

    def __init__(self, query: Query, names: Names) -> None:
        self.query = query
        self._names = names
        self._forms = [_forms(concept, names) for concept in query.concepts]
        self._total = sum(concept.rarity for concept in query.concepts) or 1.0

    def held(self, text: str) -> frozenset[int]:
        """Return the concepts that stand in a normalised text."""
        return frozenset(
            number for number, forms in enumerate(self._forms) if any(form.stands_in(text) for form in forms)
        )

    def named(self, topics: Iterable[TopicId]) -> frozenset[int]:
        """Return the concepts that are the names of these topics."""
        tokens = {f"@{topic}" for topic in topics}
        return frozenset(
            number for number, concept in enumerate(self.query.concepts) if tokens & concept.tokens.keys()
        )

    def has_name(self, concepts: Iterable[int]) -> bool:
        """Whether one of these concepts is a known name."""
        return any(self.query.concepts[number].is_name for number in concepts)

    def share(self, concepts: Iterable[int]) -> float:
        """Return how much of the query these concepts are, by rarity: from 0 to 1."""
        return sum(self.query.concepts[number].rarity for number in concepts) / self._total

    def find(self, text: str) -> list[Sighting]:
        """Return where concepts stand in a text as given, in order and apart; at one place the longest."""
        seen = sorted(self._sightings(text), key=lambda s: (s.span.start, -s.span.end))
        apart: list[Sighting] = []
        for sighting in seen:
            if not apart or sighting.span.start >= apart[-1].span.end:
                apart.append(sighting)
        return apart

    def _sightings(self, text: str) -> Iterator[Sighting]:
        topics = {token: number for number, c in enumerate(self.query.concepts) for token in c.tokens}
        for match in self._names.find(text):
            if (number := topics.get(f"@{match.topic_id}")) is not None:
                yield Sighting(concept=number, span=Span(start=match.start, end=match.end), how="name")
        folded = fold(text)
        for number, forms in enumerate(self._forms):
            for form in forms:
                if form.how != "name":
                    for found in form.pattern.finditer(folded.text):
                        start, end = folded.origin(*found.span())
                        yield Sighting(concept=number, span=Span(start=start, end=end), how=form.how)


# Forms.


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling: `literal` is quick to rule out, `pattern` minds inflection and the word's borders."""

    literal: str
    pattern: re.Pattern[str]
    how: How

    def stands_in(self, text: str) -> bool:
        return self.literal in text and self.pattern.search(text) is not None


def _forms(concept: Concept, names: Names) -> list[_Form]:
    spellings: dict[str, How] = {} if concept.is_name else {normalise(concept.typed): "word"}
    for token in concept.tokens:
        if token[0] == "@":
            topic = names.topics[TopicId(token[1:])]
            for name in (*topic.names.values(), *topic.aliases):
                spellings.setdefault(normalise(name), "name")
        elif token[0] == "~":
            spellings.setdefault(token.partition("\t")[2], "sound")
        elif concept.tokens[token] == 1.0 or len(token) > 1:
            spellings.setdefault(token, "word")
    return [_form(spelling, how) for spelling, how in spellings.items() if spelling]


_OKURIGANA = re.compile(r"(.*[一-鿿々])([ぁ-ん]+)")
_ENGLISH_ENDINGS = "(?:'?s|e[sdr]?|ers?|ings?|ions?|ations?|ments?|al|ly|[a-z]ing|[a-z]ed)?"


def _form(spelling: str, how: How) -> _Form:
    literal, ending = spelling, ""
    if how == "word":
        if spelling.isascii() and spelling.isalpha():
            literal, ending = (
                (spelling[:-1], "(?:y|i(?:es|ed|er)?)") if spelling[-1] == "i" else (spelling, "")
            )
            ending += _ENGLISH_ENDINGS
        elif inflected := _OKURIGANA.fullmatch(spelling):
            literal = spelling[:-1]
            ending = "[ぁ-ん]" if len(inflected[2]) == 1 else ""
    before = "(?<![a-z0-9])" if literal[:1].isascii() else "(?<![ァ-ヺー])" if how != "word" else ""
    after = "(?![a-z0-9])" if literal[-1:].isascii() else "(?![ァ-ヺー])" if how != "word" else ""
    return _Form(literal, re.compile(before + re.escape(literal) + ending + after), how)


# Passages.

_LEANS_BACK = re.compile(
    r"(?:これ|それ|あれ|この|その|あの|ここ|そこ|彼|彼女|同社|同氏|同|両社|しかし|だが|ただ|また|さらに|一方|例えば|つまり)"
    r"|(?:It|They|He|She|This|That|These|Those|But|However|Instead|Both|Also|Meanwhile|For example)\b"
)
"""How a sentence begins that is not understood without the one before."""


def show(text: str, finder: Finder) -> Passage:
    """Return a stretch as a passage with its marks."""
    return Passage(text=text, marks=tuple(sighting.span for sighting in finder.find(text)))


def best_passage(telling: Telling, finder: Finder) -> Passage:
    """Return the sentences of one paragraph of the body that hold most of the query.

    Among equals the sentence that has most in common with the title, then the first.
    """
    text = (telling.body or telling.summary)[:MOST_READ]
    spans = sentences(text)
    if not spans:
        return Passage(text="")
    said = [normalise(text[span.start : span.end]) for span in spans]
    held = [finder.held(sentence) for sentence in said]
    title = pairs(normalise(telling.title))
    best = max(
        range(len(spans)),
        key=lambda number: (finder.share(held[number]), sum(pair in said[number] for pair in title), -number),
    )
    first, last = _grown(text, spans, held, best)
    return show(text[spans[first].start : spans[last].end][:_LONGEST_PASSAGE], finder)


def _grown(text: str, spans: Sequence[Span], held: Sequence[frozenset[int]], best: int) -> tuple[int, int]:
    """Return the first and last sentence around the best one that add to it and still fit."""
    first = last = best
    shown = held[best]
    while True:
        before, after = first - 1, last + 1
        if _fits(text, spans, before, last) and (_leans_back(text, spans[first]) or held[before] - shown):
            first, shown = before, shown | held[before]
        elif _fits(text, spans, first, after) and held[after] - shown:
            last, shown = after, shown | held[after]
        else:
            return first, last


def _fits(text: str, spans: Sequence[Span], first: int, last: int) -> bool:
    if first < 0 or last >= len(spans):
        return False
    start, end = spans[first].start, spans[last].end
    return end - start <= PASSAGE_CHARACTERS and "\n" not in text[start:end]


def _leans_back(text: str, span: Span) -> bool:
    return _LEANS_BACK.match(text, span.start) is not None
