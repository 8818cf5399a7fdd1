"""The names that each workspace knows: those of everybody, as its moderators have changed them."""

import asyncio
from collections import OrderedDict
from typing import Final

from bot.changes import Curation
from bot.curating.curated import overlaid
from bot.language import Names
from bot.model import WorkspaceId
from bot.ports import Store

_MOST_KEPT: Final = 64
"""Workspaces whose names are kept ready; making those of 2,000 topics takes some 100 ms."""

_Kept = tuple[tuple[object, ...], Names, Names]


class KnownNames:
    """Names by workspace. Where nothing was decided about topics, they are everybody's, the same object."""

    def __init__(self, store: Store, everybodys: Names) -> None:
        self.everybodys = everybodys
        self._store = store
        self._kept: OrderedDict[WorkspaceId, _Kept] = OrderedDict()

    async def of(self, workspace: WorkspaceId) -> Names:
        """Return the names that a workspace knows, topics that it joined as one."""
        return await self.by(await self._store.curation(workspace))

    async def of_stories(self, workspace: WorkspaceId) -> Names:
        """Return the names that a workspace's new stories are read with.

        Topics that it joined stay two, so that they can be parted again.
        """
        return (await self._both(await self._store.curation(workspace)))[2]

    async def by(self, curation: Curation) -> Names:
        """Return the names by what was decided, topics that were joined as one."""
        return (await self._both(curation))[1]

    async def _both(self, curation: Curation) -> _Kept:
        decided = (curation.topics, curation.aliases, curation.joined)
        if not any(decided):
            return decided, self.everybodys, self.everybodys
        kept = self._kept.get(curation.workspace)
        if kept is None or kept[0] != decided:
            topics = list(self.everybodys.topics.values())
            counted = await asyncio.to_thread(overlaid, topics, curation, counted=True)
            apart = counted
            if curation.joined:
                apart = await asyncio.to_thread(overlaid, topics, curation, counted=False)
            kept = (decided, counted, apart)
        self._kept[curation.workspace] = kept
        self._kept.move_to_end(curation.workspace)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return kept
