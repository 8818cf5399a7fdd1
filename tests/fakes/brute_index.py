"""An Index that scores every telling of every story by the book (BM25): slow, short, and easy to believe."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import log

from bot.model import PUBLIC, IndexEntry, StoryId, WorkspaceId
from bot.ports import Hit

K1 = 1.2
B = 0.75


class BruteIndex:
    """Implements `bot.ports.Index` without any structure but the entries themselves.

    A concept is as rare as its most frequent token. Scores carry no recency: `now` is not looked at.
    """

    def __init__(self, entries: Iterable[IndexEntry] = ()) -> None:
        self.position = 0
        self._entries: dict[StoryId, tuple[WorkspaceId, list[Counter[str]]]] = {}
        self.apply(entries)

    def apply(self, entries: Iterable[IndexEntry]) -> int:
        taken = 0
        for entry in entries:
            if entry.number > self.position:
                tellings = [Counter(tokens) for tokens in entry.tokens.values() if tokens]
                self._entries[entry.story_id] = (entry.workspace, tellings)
                self.position = entry.number
                taken += 1
        return taken

    def search(
        self, query: Sequence[Mapping[str, float]], workspace: WorkspaceId, limit: int, now: datetime
    ) -> list[Hit]:
        concepts = [(concept, self._rarity(concept, workspace)) for concept in query if concept]
        mean = sum(map(_length, self._tellings(workspace))) / max(self.document_count(workspace), 1)
        hits = [
            Hit(story_id, max(_score(concepts, counts, mean) for counts in tellings))
            for story_id, tellings in self._visible(workspace)
        ]
        found = [hit for hit in hits if hit.score > 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.story_id))[:limit]

    def document_count(self, workspace: WorkspaceId = PUBLIC) -> int:
        return sum(1 for _ in self._tellings(workspace))

    def frequency(self, token: str, workspace: WorkspaceId = PUBLIC) -> int:
        return sum(_count(token, counts) > 0 for counts in self._tellings(workspace))

    def tokens_from(self, prefix: str, limit: int, workspace: WorkspaceId = PUBLIC) -> list[str]:
        known = {token for counts in self._tellings(workspace) for token in counts}
        return sorted(token for token in known if token.startswith(prefix))[:limit]

    def _visible(self, workspace: WorkspaceId) -> Iterator[tuple[StoryId, list[Counter[str]]]]:
        for story_id, (owner, tellings) in self._entries.items():
            if tellings and owner in (PUBLIC, workspace):
                yield story_id, tellings

    def _tellings(self, workspace: WorkspaceId) -> Iterator[Counter[str]]:
        for _, tellings in self._visible(workspace):
            yield from tellings

    def _rarity(self, concept: Mapping[str, float], workspace: WorkspaceId) -> float:
        frequency = max(self.frequency(token, workspace) for token in concept)
        return log(1 + (self.document_count(workspace) - frequency + 0.5) / (frequency + 0.5))


def _length(counts: Counter[str]) -> int:
    """Return how many tokens a telling has, but for those that stand for how a name sounds."""
    return sum(count for token, count in counts.items() if not token.startswith("~"))


def _count(token: str, counts: Counter[str]) -> int:
    """Return how often a telling has a token, or the rarest of several that it has all of."""
    return min(counts[part] for part in token.split("\n"))


def _score(concepts: Iterable[tuple[Mapping[str, float], float]], counts: Counter[str], mean: float) -> float:
    damping = K1 * (1 - B + B * _length(counts) / (mean or 1))
    return sum(
        max(
            weight * rarity * _count(token, counts) * (K1 + 1) / (_count(token, counts) + damping)
            for token, weight in concept.items()
        )
        for concept, rarity in concepts
    )
