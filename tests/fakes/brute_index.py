"""An Index that scores every telling of every story by the book (BM25): slow, short, and easy to believe."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import log

from bot.model import PUBLIC, IndexEntry, StoryId, WorkspaceId
from bot.ports import Hit

K1 = 1.2
B = 0.75


class BruteIndex:
    """Implements `bot.ports.Index` without any structure but the entries themselves.

    Scores carry no recency: `now` is not looked at.
    """

    def __init__(self, entries: Iterable[IndexEntry] = ()) -> None:
        self.position = 0
        self._entries: dict[StoryId, IndexEntry] = {}
        self._counts: dict[StoryId, list[Counter[str]]] = {}
        self._frequencies: Counter[str] = Counter()
        self._vocabulary: list[str] = []
        self._lengths: list[int] = []
        self.apply(entries)

    def apply(self, entries: Iterable[IndexEntry]) -> None:
        for entry in entries:
            self._entries[entry.story_id] = entry
            self._counts[entry.story_id] = [Counter(tokens) for tokens in entry.tokens.values() if tokens]
            self.position = max(self.position, entry.number)
        documents = [counts for tellings in self._counts.values() for counts in tellings]
        self._frequencies = Counter(token for counts in documents for token in counts)
        self._vocabulary = sorted(self._frequencies)
        self._lengths = [counts.total() for counts in documents]

    def search(
        self, query: Sequence[Mapping[str, float]], workspace: WorkspaceId, limit: int, now: datetime
    ) -> list[Hit]:
        hits = []
        for story_id, tellings in self._counts.items():
            if self._entries[story_id].workspace in (PUBLIC, workspace):
                score = max((self._score(query, counts) for counts in tellings), default=0.0)
                if score > 0:
                    hits.append(Hit(story_id, score))
        return sorted(hits, key=lambda hit: (-hit.score, hit.story_id))[:limit]

    def document_count(self) -> int:
        return len(self._lengths)

    def frequency(self, token: str) -> int:
        return self._frequencies[token]

    def tokens_from(self, prefix: str, limit: int) -> list[str]:
        start = bisect_left(self._vocabulary, prefix)
        window = self._vocabulary[start : start + limit]
        return [token for token in window if token.startswith(prefix)]

    def _score(self, query: Sequence[Mapping[str, float]], counts: Counter[str]) -> float:
        mean = sum(self._lengths) / len(self._lengths)
        damping = K1 * (1 - B + B * counts.total() / mean)
        return sum(
            max(
                weight * self._rarity(token) * counts[token] * (K1 + 1) / (counts[token] + damping)
                for token, weight in concept.items()
            )
            for concept in query
            if concept
        )

    def _rarity(self, token: str) -> float:
        frequency = self._frequencies[token]
        return log(1 + (len(self._lengths) - frequency + 0.5) / (frequency + 0.5))
