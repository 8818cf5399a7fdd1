"""Lookup, pure: a query and the stories the index found become ranked stories, an answer, and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from math import log
from typing import Literal

from bot.language import normalise
from bot.language.folding import fold
from bot.language.names import Names, sounds_alike
from bot.lookup.answering import AnswerSentence, Read, answer_sentence
from bot.lookup.passages import MOST_READ, Finder, How, Passage, best_passage, read_sentences, show
from bot.lookup.query import Query
from bot.model import Language, Story, StoryId, Telling, TopicId
from bot.ports import Hit, Index

Depth = Literal["low", "medium", "high"]
"""How much of each story is told: titles; summaries; passages with claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why a story was found: what was typed, the form it has in the story, and how the two are one."""

    typed: str
    form: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A story that answers the query, in the telling that fits the asker, with why.

    `passage` is of the body (of the summary where there is no body); `passage_adds` where it holds
    something of the query that the summary does not.
    """

    story: Story
    telling: Telling
    score: float
    matched: tuple[Match, ...]
    summary: Passage
    passage: Passage
    passage_adds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known about a query.

    `missing` are words of the query that no story holds; `nearest` are known names close to the
    query where nothing was found; `newest_age_days` is the age of the newest story found.
    """

    query: Query
    sentence: AnswerSentence | None
    found: tuple[Found, ...]
    missing: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    newest_age_days: int | None = None


def answer(
    query: Query,
    hits: Sequence[Hit],
    stories: Mapping[StoryId, Story],
    names: Names,
    index: Index,
    language: Language,
    now: datetime,
    limit: int = 5,
) -> Answer:
    """Return the best `limit` of the stories that the index found and the store confirmed.

    `language` is the asker's: it picks the telling where the query's own language does not.
    """
    finder = Finder(query, names)
    candidates = [_candidate(hit, stories[hit.story_id], finder) for hit in hits if hit.story_id in stories]
    held = frozenset[int]().union(*(candidate.held for candidate in candidates))
    missing = [concept for number, concept in enumerate(query.concepts) if number not in held]
    if any(_NAME_LIKE.match(concept.typed) for concept in missing):
        candidates = [candidate for candidate in candidates if finder.has_name(candidate.held)]
    ranked = _ranked(candidates, finder, now)
    reads = [_read(candidate, finder, language) for candidate, _ in ranked[:limit]]
    found = [_found(read, score, finder) for read, (_, score) in zip(reads, ranked, strict=False)]
    return Answer(
        query=query,
        sentence=answer_sentence(reads, finder),
        found=tuple(found),
        missing=tuple(concept.typed for concept in missing),
        nearest=() if found else _nearest(query, names, index, language),
        newest_age_days=_newest_age_days((candidate.story for candidate, _ in ranked), now),
    )


# Ranking.

_PAIR_WEIGHT = 0.5
_K1, _B = 1.2, 0.75
_TITLE_BOOST = 0.3
_MAIN_TOPIC_BOOST = 0.3
_FRESHNESS_BOOST = 0.1
_FRESHNESS_HALF_LIFE_DAYS = 30
_ENOUGH = 0.35
"""A story that holds less of the query than this share of its weight does not answer it."""
_NAME_LIKE = re.compile("[A-Z][a-z]|[ァ-ヺー]{3}")
"""Who asks for a name that no story knows is not answered by the other words, without another name."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A story as it is compared: the titles and the text of all its tellings, and the concepts in each."""

    story: Story
    relevance: float
    titles: str
    text: str
    held_by: tuple[frozenset[int], ...]
    topical: frozenset[int]

    @property
    def held(self) -> frozenset[int]:
        return self.topical.union(*self.held_by)


def _candidate(hit: Hit, story: Story, finder: Finder) -> _Candidate:
    texts = [_normalised(telling) for telling in story.tellings]
    return _Candidate(
        story=story,
        relevance=hit.score,
        titles="\n".join(text.partition("\n")[0] for text in texts),
        text="\n".join(texts),
        held_by=tuple(map(finder.held, texts)),
        topical=finder.named(story.topics),
    )


def _normalised(telling: Telling) -> str:
    """Return the title as the first line, and the body; folding them together halves the cost."""
    title = " ".join(telling.title.split())
    return normalise(f"{title}\n{telling.body[:MOST_READ]}")


def _ranked(
    candidates: Sequence[_Candidate], finder: Finder, now: datetime
) -> list[tuple[_Candidate, float]]:
    """Return candidates that hold enough of the query with their scores, best first."""
    scored = []
    for candidate, adjacency in zip(candidates, _adjacencies(candidates, finder.pairs), strict=True):
        if finder.share(candidate.held) >= _ENOUGH:
            main_topic = finder.named(candidate.story.topics[:1])
            boost = (
                1
                + _TITLE_BOOST * finder.share(finder.held(candidate.titles))
                + _MAIN_TOPIC_BOOST * finder.share(main_topic)
                + _FRESHNESS_BOOST * 0.5 ** (_age_days(candidate.story, now) / _FRESHNESS_HALF_LIFE_DAYS)
            )
            # The index misses words inside others (金 in 資金): they count as told once.
            relevance = max(candidate.relevance, finder.rarity(candidate.held))
            scored.append((candidate, (relevance + _PAIR_WEIGHT * adjacency) * boost))
    return sorted(scored, key=lambda c: (-c[1], -c[0].story.published_at.timestamp(), c[0].story.id))


def _adjacencies(candidates: Sequence[_Candidate], pairs: Iterable[str]) -> list[float]:
    """Return the BM25 of a query's pairs in each candidate; rarity is that among candidates."""
    counts = {pair: [c.text.count(pair) for c in candidates] for pair in pairs}
    mean = sum(len(c.text) for c in candidates) / len(candidates) if candidates else 0.0
    damping = [_K1 * (1 - _B + _B * len(c.text) / mean) for c in candidates]
    scores = [0.0] * len(candidates)
    for pair_counts in counts.values():
        frequency = sum(map(bool, pair_counts))
        rarity = log(1 + (len(candidates) - frequency + 0.5) / (frequency + 0.5))
        for number, count in enumerate(pair_counts):
            if count:
                scores[number] += rarity * count * (_K1 + 1) / (count + damping[number])
    return scores


def _age_days(story: Story, now: datetime) -> float:
    return max((now - story.published_at).total_seconds() / 86_400, 0.0)


def _newest_age_days(stories: Iterable[Story], now: datetime) -> int | None:
    return min((int(_age_days(story, now)) for story in stories), default=None)


# Showing.


def _read(candidate: _Candidate, finder: Finder, language: Language) -> Read:
    telling = _telling(candidate, finder.query.language or language)
    return Read(story=candidate.story, telling=telling, body=read_sentences(telling, finder))


def _telling(candidate: _Candidate, language: Language) -> Telling:
    """Return the telling in a language, unless only another holds the query."""
    preferred = candidate.story.telling(language)
    holding = [t for t, held in zip(candidate.story.tellings, candidate.held_by, strict=True) if held]
    return preferred if preferred in holding or not holding else holding[0]


def _found(read: Read, score: float, finder: Finder) -> Found:
    telling = read.telling
    passage = best_passage(telling, read.body, finder)
    in_summary = finder.held(normalise(telling.summary))
    return Found(
        story=read.story,
        telling=telling,
        score=score,
        matched=_matches(read, passage, finder),
        summary=show(telling.summary, finder),
        passage=passage,
        passage_adds=finder.share(finder.held(normalise(passage.text))) > finder.share(in_summary),
    )


def _matches(read: Read, passage: Passage, finder: Finder) -> tuple[Match, ...]:
    """Return a match for each concept in the telling: as the passage has it, else title, else body."""
    matches: dict[int, Match] = {}

    def note(text: str) -> None:
        for sighting in finder.find(text):
            typed = finder.query.concepts[sighting.concept].typed
            form = text[sighting.span.start : sighting.span.end]
            matches.setdefault(sighting.concept, Match(typed=typed, form=form, how=sighting.how))

    note(passage.text)
    note(read.telling.title)
    for sentence in read.body:
        if sentence.held - matches.keys():
            note(read.telling.body[sentence.span.start : sentence.span.end])
    return tuple(matches[number] for number in sorted(matches))


# Nothing found.

_NEAREST = 3
_CLOSE = 0.72
_WORDS_TRIED = 8


def _nearest(query: Query, names: Names, index: Index, language: Language) -> tuple[str, ...]:
    """Return names that stories are about, in the query or like its words in letters or in sound."""
    known = {
        key: topic
        for key, topic in names.topics.items()
        if any(index.frequency(token, query.workspace) for token in names.tokens_of(key))
    }
    spelled = {fold(name).text: key for key in known for name in names.names_of(key)}
    near: dict[TopicId, None] = {}
    for concept in query.concepts[:_WORDS_TRIED]:
        near |= dict.fromkeys(key for key in known if f"@{key}" in concept.tokens)
        typed = fold(concept.typed).text
        alike = [name for name in spelled if sounds_alike(typed, name)]
        close = get_close_matches(typed, spelled, n=_NEAREST, cutoff=_CLOSE)
        near |= dict.fromkeys(spelled[name] for name in (*alike, *close))
    return tuple(known[key].names[language] for key in list(near)[:_NEAREST])
