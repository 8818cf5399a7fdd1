"""The index with its file: a start reads the file, and from the store only what came after."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bot.index.inverted import PostingsIndex
from bot.index.snapshot import Snapshot
from bot.model import IndexEntry

_log = logging.getLogger(__name__)

TAIL: Final = 50_000
"""Changes that the index holds in memory before it writes its file anew."""


class KeptIndex(PostingsIndex):
    """An index that lives in an event loop and keeps itself at `path`; close it when done.

    The file is written in a thread. Searches go on meanwhile; entries are not taken, and come again.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(self.read(path))
        self._path = path
        self._kept = self.position
        self._keeping: asyncio.Task[None] | None = None

    def apply(self, entries: Iterable[IndexEntry]) -> int:
        """Follow the store; what has grown long in memory goes to the file."""
        if self._keeping and not self._keeping.done():
            return 0
        taken = super().apply(entries)
        if self.position - self._kept >= TAIL:
            self._keeping = asyncio.create_task(self._keep())
        return taken

    def clear(self) -> None:
        """Begin anew."""
        self._open(Snapshot())
        self._kept = 0

    async def close(self) -> None:
        """Write what the file does not have yet."""
        if self._keeping:
            await self._keeping
        if self.position > self._kept:
            await self._keep()

    async def _keep(self) -> None:
        """Write the file; where that fails, the index does without it."""
        try:
            await asyncio.to_thread(self.write, self._path)
        except OSError as error:
            _log.warning("the index snapshot %s was not written: %s", self._path, error.strerror)
        else:
            self.reopen(self._path)
        self._kept = self.position
