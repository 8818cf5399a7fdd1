"""The snapshot file: named arrays, written in one go and read back by mapping the file into memory.

A file is a magic number, the sections one after the other, a JSON footer that says where they are,
and a trailer by which the footer is found. A file cut short has no trailer, so it is never mistaken
for a whole one.
"""

import json
import logging
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import IO, Final, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

FORMAT: Final = f"1 {sys.byteorder}-endian"
"""Goes up when the meaning of a section changes; arrays stand in the machine's own byte order."""

_MAGIC: Final = b"ainewsix"
_TRAILER: Final = Struct("<QI8s")  # length and checksum of the footer, magic
_ALIGNMENT: Final = 8

Section = tuple[str, NDArray[np.generic]]
"""A named array, or the next chunk of one."""

_Number = TypeVar("_Number", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An index at rest: the change number it stands at, its workspaces, and its arrays by name."""

    position: int = 0
    workspaces: tuple[str, ...] = ()
    sections: Mapping[str, memoryview] = field(default_factory=dict)

    def array(self, name: str, kind: type[_Number]) -> NDArray[_Number]:
        """Return a section as a read-only array; an absent one is empty."""
        return np.frombuffer(self.sections.get(name, b""), kind)


def read(path: Path, unchecked: frozenset[str]) -> Snapshot | None:
    """Return the snapshot at `path`; None, with a warning in the log, where it cannot be used.

    Sections named in `unchecked` are mapped without reading them to compare their checksum.
    """
    try:
        with path.open("rb") as file:
            return _parse(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), unchecked)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        _log.warning("index snapshot %s is not used, the index is rebuilt from the store: %s", path, problem)
        return None


def _parse(content: memoryview, unchecked: frozenset[str]) -> Snapshot:
    """Return the snapshot in a file's content. Raises `ValueError` where this version cannot read it."""
    end = len(content) - _TRAILER.size
    if end < 0:
        raise ValueError("too short")
    length, checksum, magic = _TRAILER.unpack(content[end:])
    if magic != _MAGIC or length > end:
        raise ValueError("not a whole snapshot")
    text = content[end - length : end]
    if crc32(text) != checksum:
        raise ValueError("the footer is damaged")
    footer = json.loads(bytes(text))
    if (written := footer.get("format")) != FORMAT:
        raise ValueError(f"its format is {written!r}, not {FORMAT!r}")
    sections = {}
    for name, (start, size, section_checksum) in footer["sections"].items():
        sections[name] = content[start : start + size]
        if name not in unchecked and crc32(sections[name]) != section_checksum:
            raise ValueError(f"section {name} is damaged")
    return Snapshot(position=footer["position"], workspaces=tuple(footer["workspaces"]), sections=sections)


UNFINISHED_S: Final = 3600
"""No snapshot takes this long to write, in seconds."""


def write(path: Path, position: int, workspaces: Sequence[str], chunks: Iterable[Section]) -> None:
    """Replace the snapshot at `path` in one step. Chunks of one section follow one another.

    Raises `OSError` and leaves the old file where the new one cannot be written.
    """
    _clear_away_unfinished(path)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            sections = _write_sections(file, chunks)
            footer = {"format": FORMAT, "position": position, "workspaces": workspaces, "sections": sections}
            text = json.dumps(footer).encode()
            file.write(text + _TRAILER.pack(len(text), crc32(text), _MAGIC))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _clear_away_unfinished(path: Path) -> None:
    """Delete what a process that was killed left behind; a file still being written is young."""
    for unfinished in path.parent.glob(f".{path.name}-*"):
        with suppress(FileNotFoundError):
            if time.time() - unfinished.stat().st_mtime > UNFINISHED_S:
                unfinished.unlink()


def _write_sections(file: IO[bytes], chunks: Iterable[Section]) -> dict[str, tuple[int, int, int]]:
    """Write the sections; return start, size in bytes and checksum of each."""
    sections: dict[str, tuple[int, int, int]] = {}
    file.write(_MAGIC)
    for name, chunk in chunks:
        if name not in sections:
            file.write(bytes(-file.tell() % _ALIGNMENT))
        start, size, checksum = sections.get(name, (file.tell(), 0, 0))
        data = np.ascontiguousarray(chunk).view(np.uint8).data
        file.write(data)
        sections[name] = (start, size + len(data), crc32(data, checksum))
    return sections


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
