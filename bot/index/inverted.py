"""The index itself (`bot.ports.Index`): follows the store, searches, saves and loads."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bot.index import snapshot
from bot.index.bm25 import Concept, rank, rarity
from bot.index.documents import Documents, View
from bot.index.postings import Postings, documents_of
from bot.index.snapshot import Section, Snapshot
from bot.index.stories import Stories
from bot.model import PUBLIC, IndexEntry, WorkspaceId
from bot.ports import Hit

_SOUND: Final = "~"
"""Begins a token that stands for how a name sounds (`bot.language.tokens`), not for another word."""
_UNCHECKED: Final = frozenset({"postings"})
"""Reading all postings at load would cost what mapping them saves; a wrong one costs a wrong hint."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """What belongs together: numbers in one table mean what the others hold."""

    documents: Documents
    stories: Stories
    postings: Postings


class PostingsIndex:
    """A `bot.ports.Index` over numpy arrays, one document per telling.

    A workspace is answered as if the public documents and its own were all there are: nothing that
    another's hold can be told from results, scores or counts. A document's length counts its tokens
    but those for sounds. One thread applies and writes; any may search meanwhile, and finds a story that is
    being replaced as it was, as it is, or not at all.
    """

    position: int
    """The change number up to which the index has followed the store."""

    def __init__(self, base: Snapshot | None = None) -> None:
        self._open(base or Snapshot())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the index saved at `path`; an empty one where there is none, or none that can be used."""
        return cls(cls.read(path))

    @staticmethod
    def read(path: Path) -> Snapshot | None:
        """Return the snapshot at `path`; None where there is none, or none that can be used."""
        return snapshot.read(path, _UNCHECKED)

    def save(self, path: Path) -> None:
        """Write everything to a snapshot at `path`, in place of the old one, and go on from there.

        Raises `OSError` where that cannot be done; the index works on as before.
        """
        self.write(path)
        self.reopen(path)

    def write(self, path: Path) -> None:
        """Write everything to a snapshot at `path`. Another thread may search meanwhile, but not apply."""
        snapshot.write(path, self.position, self._tables.documents.workspaces, self._sections())

    def reopen(self, path: Path) -> None:
        """Go on from the snapshot that was written last: mapped from its file, it takes little memory."""
        if written := self.read(path):
            self._open(written)

    def apply(self, entries: Iterable[IndexEntry]) -> int:
        """Follow the store; entries come in the order of their numbers, and old ones are passed over."""
        taken = 0
        for entry in entries:
            if entry.number > self.position:
                self._replace(entry)
                self.position = entry.number
                taken += 1
        return taken

    def search(
        self, query: Sequence[Mapping[str, float]], workspace: WorkspaceId, limit: int, now: datetime
    ) -> list[Hit]:
        """Return the best stories that `workspace` may see, best first (`bot.index.bm25.rank`)."""
        tables = self._tables
        view = tables.documents.view(workspace)
        concepts = [concept for tokens in query if (concept := _concept(tokens, tables.postings, view))]
        ranked = rank(concepts, view, limit, now)
        return [Hit(tables.stories.id_of(story), score) for story, score in ranked]

    def document_count(self, workspace: WorkspaceId = PUBLIC) -> int:
        """Return how many tellings `workspace` can find."""
        return self._tables.documents.view(workspace).count

    def frequency(self, token: str, workspace: WorkspaceId = PUBLIC) -> int:
        """Return in how many of the tellings that `workspace` can find a token stands."""
        tables = self._tables
        return tables.documents.view(workspace).visible_count(documents_of(tables.postings.of(token)))

    def tokens_from(self, prefix: str, limit: int, workspace: WorkspaceId = PUBLIC) -> list[str]:
        """Return up to `limit` tokens that begin with `prefix` and find something, in code point order."""
        view = self._tables.documents.view(workspace)
        entries = self._tables.postings.beginning_with(prefix)
        found = (token for token, postings in entries if view.visible_count(documents_of(postings)))
        return list(islice(found, limit))

    def _open(self, base: Snapshot) -> None:
        self.position = base.position
        self._tables = _Tables(Documents(base), Stories(base), Postings(base))

    def _replace(self, entry: IndexEntry) -> None:
        stories, documents = self._tables.stories, self._tables.documents
        story = stories.find(entry.story_id)
        if story is not None:
            documents.remove_from(stories.first_documents[story])
        tellings = [Counter(tokens) for tokens in entry.tokens.values() if tokens]
        if not tellings:
            return
        first = len(documents)
        if story is None:
            story = stories.add(entry.story_id, first)
        stories.first_documents[story] = first
        for counts in tellings:
            length = sum(count for token, count in counts.items() if not token.startswith(_SOUND))
            document = documents.append(entry.workspace, length, entry.published_at, story)
            # Last: whoever finds a posting in another thread finds its document in the tables.
            self._tables.postings.add(document, counts)

    def _sections(self) -> Iterator[Section]:
        """Yield all tables without what is gone: stories sorted by id, documents by date."""
        tables = self._tables
        documents = tables.documents.date_order()
        story_of = tables.documents.stories[documents]
        stories = tables.stories.id_order(story_of)
        numbers = _inverse(stories, len(tables.stories))[story_of]
        yield from tables.documents.sections(documents, numbers)
        yield from tables.stories.sections(stories)
        yield "first_documents", np.unique(numbers, return_index=True)[1].astype(np.int32)
        yield from tables.postings.sections(_inverse(documents, len(tables.documents)))


def _concept(tokens: Mapping[str, float], postings: Postings, view: View) -> Concept | None:
    """Return what the index knows of a concept, or None where no document in `view` has it."""
    lists = tuple((weight, postings.of(token)) for token, weight in tokens.items() if weight > 0)
    frequency = max((view.visible_count(documents_of(found)) for _, found in lists), default=0)
    return Concept(lists=lists, rarity=rarity(frequency, view.count)) if frequency else None


def _inverse(order: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Return for each of `size` numbers its place in `order`, -1 for those that are not in it."""
    places = np.full(size, -1, np.intp)
    places[order] = np.arange(len(order))
    return places
