"""The table of documents, one per telling: whose it is, how long, how new, and of which story."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.index.snapshot import Section, Snapshot
from bot.model import PUBLIC, WorkspaceId

Numbers = NDArray[np.uint32]
"""Document numbers, rising."""

_PUBLIC: Final = 0
"""The number of `PUBLIC` among the workspaces."""
_GONE: Final = -1
"""The owner of a document that was replaced or taken away; no workspace has this number."""
_GROWTH: Final = 8
"""A full column grows by an eighth: little is wasted, and appending stays cheap."""

_Number = TypeVar("_Number", bound=np.generic)


class Documents:
    """Documents in the order they came; those of the snapshot in the order of their dates.

    Columns have spare room at their end: only the first `len(self)` values mean anything.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.owners = snapshot.array("owners", np.int32).copy()
        self.lengths = snapshot.array("lengths", np.int32)
        self.published_ms = snapshot.array("published_ms", np.int64)
        self.stories = snapshot.array("stories", np.int32)
        self.workspaces = list(snapshot.workspaces) or [PUBLIC]
        self.ordered = len(self.owners)
        self._count = self.ordered
        owned = np.bincount(self.owners, minlength=len(self.workspaces))
        words = np.bincount(self.owners, self.lengths, minlength=len(self.workspaces))
        self._owned = [int(count) for count in owned]
        self._words = [int(count) for count in words]
        self._numbers = {name: number for number, name in enumerate(self.workspaces)}

    def __len__(self) -> int:
        return self._count

    def append(self, workspace: WorkspaceId, length: int, published_at: datetime, story: int) -> int:
        """Add a document; return its number."""
        if self._count == len(self.owners):
            self._grow()
        owner = self._number_of(workspace)
        number = self._count
        self.owners[number] = owner
        self.lengths[number] = length
        self.published_ms[number] = milliseconds(published_at)
        self.stories[number] = story
        # Before it is an owner's: a view in another thread that sees as many as there are sees all.
        self._count += 1
        self._owned[owner] += 1
        self._words[owner] += length
        return number

    def remove_from(self, first: int) -> None:
        """Take away the story whose documents begin at `first`; they always stand side by side."""
        story = self.stories[first]
        for number in range(first, self._count):
            owner = int(self.owners[number])
            if self.stories[number] != story or owner == _GONE:
                break
            self._owned[owner] -= 1
            self._words[owner] -= int(self.lengths[number])
            self.owners[number] = _GONE

    def view(self, workspace: WorkspaceId) -> "View":
        """Return what a workspace sees: public documents and its own."""
        owner = self._numbers.get(workspace, _PUBLIC)
        owners = {_PUBLIC, owner}
        count = sum(self._owned[number] for number in owners)
        words = sum(self._words[number] for number in owners)
        return View(documents=self, owner=owner, count=count, mean_length=max(words, 1) / max(count, 1))

    def date_order(self) -> NDArray[np.intp]:
        """Return the living documents, oldest date first; of one date, first come first."""
        living = np.flatnonzero(self.owners[: self._count] != _GONE)
        return living[np.argsort(self.published_ms[living], kind="stable")]

    def sections(self, order: NDArray[np.intp], stories: NDArray[np.intp]) -> Iterator[Section]:
        """Yield the table for a snapshot, its documents and stories numbered anew."""
        yield "owners", self.owners[order]
        yield "lengths", self.lengths[order]
        yield "published_ms", self.published_ms[order]
        yield "stories", stories.astype(np.int32)

    def _number_of(self, workspace: WorkspaceId) -> int:
        number = self._numbers.setdefault(workspace, len(self.workspaces))
        if number == len(self.workspaces):
            self.workspaces.append(workspace)
            self._owned.append(0)
            self._words.append(0)
        return number

    def _grow(self) -> None:
        room = max(1024, self._count // _GROWTH)
        self.owners = _longer(self.owners, room)
        self.lengths = _longer(self.lengths, room)
        self.published_ms = _longer(self.published_ms, room)
        self.stories = _longer(self.stories, room)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The documents that one workspace sees. Nothing computed from it depends on any other document.

    Gathers clip wrong numbers instead of raising: postings are mapped from a file unchecked, and a
    hit is checked against the store anyway.
    """

    documents: Documents
    owner: int
    count: int
    mean_length: float

    def visible(self, numbers: Numbers) -> Numbers:
        """Return those of `numbers` that are seen."""
        return numbers if self._sees_all else numbers[self._mask(numbers)]

    def visible_count(self, numbers: Numbers) -> int:
        """Return how many of `numbers` are seen."""
        return len(numbers) if self._sees_all else int(np.count_nonzero(self._mask(numbers)))

    def newest(self, numbers: Numbers, limit: int) -> Numbers:
        """Return the `limit` of `numbers` with the latest dates."""
        if len(numbers) <= limit:
            return numbers
        ordered = int(np.searchsorted(numbers, self.documents.ordered))
        late = numbers[max(0, ordered - limit) :]
        if len(late) > limit:
            late = np.sort(late[np.argpartition(self.published_ms(late), -limit)[-limit:]])
        return late

    def lengths(self, numbers: Numbers) -> NDArray[np.int32]:
        """Return the documents' lengths in tokens."""
        return self.documents.lengths.take(numbers, mode="clip")

    def published_ms(self, numbers: Numbers) -> NDArray[np.int64]:
        """Return the documents' dates."""
        return self.documents.published_ms.take(numbers, mode="clip")

    def stories(self, numbers: Numbers) -> list[int]:
        """Return the numbers of the documents' stories."""
        stories: list[int] = self.documents.stories.take(numbers, mode="clip").tolist()
        return stories

    @property
    def _sees_all(self) -> bool:
        return self.count == len(self.documents)

    def _mask(self, numbers: Numbers) -> NDArray[np.bool_]:
        owners: NDArray[np.int32] = self.documents.owners.take(numbers, mode="clip")
        mask: NDArray[np.bool_] = (owners == _PUBLIC) | (owners == self.owner)
        return mask


def milliseconds(instant: datetime) -> int:
    """Return an instant in milliseconds since 1970, UTC."""
    return round(instant.timestamp() * 1000)


def _longer(column: NDArray[_Number], room: int) -> NDArray[_Number]:
    return np.concatenate([column, np.zeros(room, column.dtype)])
