"""Ranking: the best documents for some concepts by BM25, without scoring every document that has one.

Concepts are taken from the weightiest to the lightest (score at a time). A document that no concept
has brought in yet is passed over as soon as the concepts that are left could not carry it among the
best (MaxScore: Turtle and Flood 1995), and so is one that fell behind too far. That loses nothing.
At most `BUDGET` documents are brought in, the newest of each concept first; that may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.index.documents import Numbers, View, milliseconds
from bot.index.postings import PostingList, documents_of, occurrences
from bot.model import LANGUAGES

Scores = NDArray[np.float64]

K1: Final = 1.2
B: Final = 0.75
"""The parameters of BM25 that found most in our measurements: saturation of counts, weight of lengths."""

BUDGET: Final = 20_000
"""How many documents a search scores at most; at a million documents 99.8 % of the exact top ten remain."""

HALF_AGE_DAYS: Final = 30
"""The age at which a story counts half, in searches for a word that is too common to tell stories apart."""

_DAY_MS: Final = 86_400_000
_ROUNDING: Final = 1e-9
"""Sums in another order differ by less than this; nothing is passed over for so little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """Posting lists that stand for one concept, with weights, and its rarity.

    The rarity (idf) is that of the most frequent token, as Lucene does for synonyms: a rare spelling
    of a common thing does not make the thing rare.
    """

    lists: tuple[tuple[float, PostingList], ...]
    rarity: float

    def documents(self) -> Numbers:
        """Return the documents that have one of the tokens, rising."""
        if len(self.lists) == 1:
            return documents_of(self.lists[0][1])
        return _distinct(np.concatenate([documents_of(postings) for _, postings in self.lists]))

    @property
    def bound(self) -> float:
        """What no document's score for this concept exceeds."""
        return max(weight for weight, _ in self.lists) * self.rarity * (K1 + 1)


def rarity(frequency: int, count: int) -> float:
    """Return the idf of what stands in `frequency` of `count` documents; never below zero."""
    # Some may have been added by another thread since they were counted.
    return log(1 + (max(count - frequency, 0) + 0.5) / (frequency + 0.5))


def rank(concepts: Iterable[Concept], view: View, limit: int, now: datetime) -> list[tuple[int, float]]:
    """Return the numbers of the best `limit` stories in `view` with their scores, best first.

    Of equal scores the newer story comes first, then the one that came last. Where even the weightiest
    concept stands in more than `BUDGET` documents, scores count less with age (`HALF_AGE_DAYS`).
    """
    depth = limit * len(LANGUAGES)  # enough tellings to hold `limit` stories
    documents: Numbers = np.zeros(0, np.uint32)
    scores = np.zeros(0)
    threshold = 0.0
    too_common = False
    for concept, still_to_come in _weightiest_first(concepts):
        room = BUDGET - len(documents)
        if room > 0 and concept.bound + still_to_come >= threshold:
            found = view.visible(concept.documents())
            too_common |= not len(documents) and len(found) > room
            documents, scores = _brought_in(documents, scores, view.newest(found, room))
        scores += _scores(concept, documents, view)
        if len(scores) > depth and not too_common:
            threshold = np.partition(scores, -depth)[-depth] * (1 - _ROUNDING)
            kept = scores + still_to_come >= threshold
            documents, scores = documents[kept], scores[kept]
    if too_common:
        scores *= _freshness(view.published_ms(documents), now)
    return _best_stories(documents, scores, view, limit)


def _weightiest_first(concepts: Iterable[Concept]) -> list[tuple[Concept, float]]:
    """Return concepts by falling bound, each with the sum of the bounds after it."""
    rising = sorted(concepts, key=lambda concept: concept.bound)
    sums = accumulate((concept.bound for concept in rising), initial=0.0)
    return list(zip(rising, sums, strict=False))[::-1]


def _brought_in(documents: Numbers, scores: Scores, new: Numbers) -> tuple[Numbers, Scores]:
    """Return the documents with `new` ones among them, and the scores that they have so far."""
    union = _distinct(np.concatenate([documents, new]))
    so_far = np.zeros(len(union))
    so_far[np.searchsorted(union, documents)] = scores
    return union, so_far


def _distinct(numbers: Numbers) -> Numbers:
    """Return numbers sorted, each once (several times as fast as `np.unique`)."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])] if len(numbers) else numbers


def _scores(concept: Concept, documents: Numbers, view: View) -> Scores:
    """Return what each document scores for a concept: its best token's BM25."""
    scores = np.zeros(len(documents))
    for weight, postings in concept.lists:
        places, counts = occurrences(documents, postings)
        damping = K1 * (1 - B + B * view.lengths(documents[places]) / view.mean_length)
        gains = weight * concept.rarity * (K1 + 1) * counts / (counts + damping)
        scores[places] = np.maximum(scores[places], gains)
    return scores


def _freshness(published_ms: NDArray[np.int64], now: datetime) -> Scores:
    """Return a factor for each date: 1 now, a half at `HALF_AGE_DAYS`, a third at twice that."""
    age_days = (milliseconds(now) - published_ms) / _DAY_MS
    return 1 / (1 + np.maximum(age_days, 0) / HALF_AGE_DAYS)


def _best_stories(documents: Numbers, scores: Scores, view: View, limit: int) -> list[tuple[int, float]]:
    """Return the best stories, each with the score of its best telling."""
    depth = limit * len(LANGUAGES)
    if len(scores) > depth:
        best = scores >= np.partition(scores, -depth)[-depth]
        documents, scores = documents[best], scores[best]
    order = np.lexsort((documents, view.published_ms(documents), scores))[::-1]
    stories: dict[int, float] = {}
    for story, score in zip(view.stories(documents[order]), scores[order].tolist(), strict=True):
        stories.setdefault(story, score)
    return list(stories.items())[:limit]
