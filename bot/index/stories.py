"""The stories of the index: a number for each id, and where the documents of each begin."""

from array import array
from collections.abc import Iterator
from heapq import merge

import numpy as np
from numpy.typing import NDArray

from bot.index.snapshot import Section, Snapshot
from bot.index.strings import Packer, Strings, decoded, encoded
from bot.model import StoryId


class Stories:
    """Stories by number: first those of the snapshot, sorted by id, then the new ones."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._old_ids = Strings(snapshot, "story")
        self._new_ids: list[bytes] = []
        self._new_numbers: dict[bytes, int] = {}
        self.first_documents = array("i", snapshot.array("first_documents", np.int32).tobytes())

    def __len__(self) -> int:
        return len(self.first_documents)

    def find(self, story_id: StoryId) -> int | None:
        """Return the story's number; None where it was never added."""
        key = encoded(story_id)
        number = self._new_numbers.get(key)
        return self._old_ids.find(key) if number is None else number

    def add(self, story_id: StoryId, first_document: int) -> int:
        """Return the number of a new story."""
        key = encoded(story_id)
        number = self._new_numbers[key] = len(self)
        self._new_ids.append(key)
        self.first_documents.append(first_document)
        return number

    def id_of(self, number: int) -> StoryId:
        """Return the id of a story."""
        return StoryId(decoded(self._key(number)))

    def id_order(self, living: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return the numbers of the living stories, sorted by id."""
        lives = np.zeros(len(self), np.bool_)
        lives[living] = True
        old = ((key, number) for number, key in enumerate(self._old_ids))
        new = sorted(self._new_numbers.items())
        return np.fromiter((number for _, number in merge(old, new) if lives[number]), np.intp)

    def sections(self, order: NDArray[np.intp]) -> Iterator[Section]:
        """Yield the ids for a snapshot."""
        ids = Packer()
        for number in order:
            ids.append(self._key(number))
        return ids.sections("story")

    def _key(self, number: int) -> bytes:
        old = len(self._old_ids)
        return self._old_ids[number] if number < old else self._new_ids[number - old]
