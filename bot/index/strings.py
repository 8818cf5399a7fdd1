"""Strings end to end in one array: a sorted list of a million of them costs their bytes and no objects."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from bot.index.snapshot import Section, Snapshot


class Strings:
    """Strings as UTF-8, whose bytes sort as their code points do."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self._data = snapshot.array(f"{name}_bytes", np.uint8).data
        self._ends = snapshot.array(f"{name}_ends", np.int64).data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> bytes:
        return bytes(self._data[self._ends[place - 1] if place else 0 : self._ends[place]])

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def find(self, wanted: bytes) -> int | None:
        """Return where `wanted` stands among sorted strings, or None."""
        place = bisect_left(self, wanted)
        return place if place < len(self) and self[place] == wanted else None


def encoded(text: str) -> bytes:
    """Return text as bytes; lone surrogates, which text from outside may hold, go through."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """Return the text that `encoded` was given."""
    return data.decode("utf-8", "surrogatepass")


class Packer:
    """Gathers strings for a snapshot."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._ends = array("q")

    def append(self, string: bytes) -> None:
        """Add a string at the end."""
        self._data += string
        self._ends.append(len(self._data))

    def sections(self, name: str) -> Iterator[Section]:
        """Yield the sections that `Strings` reads under this name."""
        yield f"{name}_bytes", np.frombuffer(self._data, np.uint8)
        yield f"{name}_ends", np.array(self._ends, np.int64)
