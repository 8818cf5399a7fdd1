"""Known copies: which stories that are here already tell what the pieces of an article tell.

An article may have thousands of pieces. What takes long is done in threads, and for a batch of pieces at a
time, which share the words that they have in common and the stories that they are compared with.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Final

from bot.adding.near_copies import nearest_of_each
from bot.curating.known_names import KnownNames
from bot.language import Names, tokens
from bot.model import StoryId, WorkspaceId
from bot.ports import Clock, Index, Store

BATCH: Final = 50
"""Pieces whose candidates are in memory at once, and are read from the store as one."""

CANDIDATES: Final = 10
"""How many stories the index proposes as near-copies of a piece."""

_MOST_WORDS: Final = 32
_FEWEST_WORDS: Final = 8
"""Words of a piece by which it is looked for, its rarest: at most, and at least where it has as many."""

_ROOM: Final = 50_000
"""How many tellings those words may stand in, together.

Where words are common, further ones find nothing more and take most of the time: of 300 stories among 100,000
that were shortened by half and mixed with others, 97 in 100 were proposed with this and without it.
"""


class KnownCopies:
    """Finds near-copies in a store that an index knows."""

    def __init__(
        self,
        store: Store,
        index: Index,
        names: KnownNames,
        clock: Clock,
        follow: Callable[[], Awaitable[object]],
    ) -> None:
        self._store = store
        self._index = index
        self._names = names
        self._clock = clock
        self._follow = follow

    async def of(self, texts: Sequence[str], workspace: WorkspaceId) -> list[StoryId | None]:
        """Return for each text the story that it is a near-copy of, of those that a workspace sees."""
        if not texts:
            return []
        await self._follow()
        names = await self._names.of_stories(workspace)
        now = self._clock()

        @cache
        def frequency(word: str) -> int:
            return self._index.frequency(word, workspace)

        def proposed(text: str) -> list[StoryId]:
            query = [{word: 1.0} for word in _sought(text, names, frequency)]
            return [hit.story_id for hit in self._index.search(query, workspace, CANDIDATES, now)]

        found: list[StoryId | None] = []
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            proposals = await asyncio.to_thread(lambda texts: [*map(proposed, texts)], batch)
            stories = await self._store.stories(list(dict.fromkeys(chain(*proposals))), workspace)
            candidates = [[stories[id_] for id_ in ids if id_ in stories] for ids in proposals]
            nearest = await asyncio.to_thread(nearest_of_each, batch, candidates)
            found += [None if story is None else story.id for story in nearest]
        return found


def _sought(text: str, names: Names, frequency: Callable[[str], int]) -> Iterable[str]:
    """Yield the rarest words of a text that stand in any story, as far as there is room."""
    spread = {word: frequency(word) for word in dict.fromkeys(tokens(text, names))}
    rarest = sorted((word for word in spread if spread[word]), key=spread.__getitem__)[:_MOST_WORDS]
    room = _ROOM
    for number, word in enumerate(rarest):
        room -= spread[word]
        if room < 0 and number >= _FEWEST_WORDS:
            return
        yield word
