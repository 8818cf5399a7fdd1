"""The local platform: a post stands where the store says that it was posted, and whoever watches is told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.local.places import PLATFORM, WORKSPACES, address_of, channel_of
from adapters.local.watching import Arrival, Known
from bot.delivering.pace import Pace
from bot.errors import ChannelLost
from bot.message import Limits
from bot.model import Channel, Delivery, Post, WorkspaceId
from bot.ports import Store

RECENT: Final = 50
"""How many of a channel's newest posts are compared with what a watcher has seen."""

POLL_S: Final = 2.0
"""How often a watched channel is read in any case: another process may have posted."""

SETTLING_S: Final = 0.02
"""How long after a post the store is read; by then the outbox has mostly settled it."""


@dataclass(slots=True)
class _Board:
    """What stands in a channel, as read last, for all who watch it together."""

    posts: list[Delivery] = field(default_factory=list)
    read_at: float = float("-inf")
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalPlatform:
    """A `bot.ports.Platform` whose ledger is the store itself, so that nothing can stand twice."""

    name = PLATFORM
    limits = Limits(characters=1_000_000, block_characters=1_000_000, blocks=10_000)
    pace = Pace()

    page: str = ""
    """The address that the page is served at; nothing while it is not."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._boards: defaultdict[Channel, _Board] = defaultdict(_Board)
        self._closed = False

    async def post(self, post: Post) -> str:
        """Tell whoever watches; the post itself is what the outbox settles next.

        Raises `ChannelLost` where there is no such channel.
        """
        channel = post.channel
        if channel_of(channel.workspace, channel.id) != channel:
            raise ChannelLost("deleted", f"there is no local channel {channel.workspace}/{channel.id}")
        asyncio.get_running_loop().call_later(SETTLING_S, self._stir, channel)
        return post.key

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return None: what the outbox has not settled was never shown."""
        return None

    async def edit(self, post: Post, message_id: str) -> None:
        """Tell whoever watches; the message itself is what the store holds."""
        asyncio.get_running_loop().call_later(SETTLING_S, self._stir, post.channel)

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return False: to edit only means to tell whoever watches, which may be done again."""
        return False

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return where a post stands on the page."""
        return address_of(self.page, channel, message_id)

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return the channel that the workspace's managers have named for that, else its first."""
        place = WORKSPACES.get(workspace)
        if place is None:
            return None
        known = await self._store.workspace(PLATFORM, workspace)
        named = channel_of(workspace, known.desk) if known else None
        return named or channel_of(workspace, place.channels[0])

    async def trouble(self) -> str:
        """Return nothing: the page can always be posted to."""
        return ""

    async def changes(self, channel: Channel, after: str) -> AsyncIterator[Arrival | None]:
        """Yield what came after the place that `place_of` or the last arrival told, and all that comes.

        Posts come in their order; one of the `RECENT` newest that was edited comes again. So may what is of
        the last moments before that place. None is yielded instead where more posts came than are looked
        at: whoever watches has to read the channel anew. Ends when the platform closes.
        """
        board = self._boards[channel]
        known = Known.upto(after, await self._read(channel, board))
        is_first = not after
        while not self._closed:
            stirred = board.stirred
            posts = await self._read(channel, board)
            if len(posts) == RECENT and not is_first and not known.has_any(posts):
                yield None
            is_first = False
            for post in posts:
                if post not in known:
                    known.add(post)
                    yield Arrival(post, known.place)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await stirred.wait()

    def close(self) -> None:
        """End every watch."""
        self._closed = True
        for channel in list(self._boards):
            self._stir(channel)

    def _stir(self, channel: Channel) -> None:
        board = self._boards[channel]
        board.read_at = float("-inf")
        board.stirred.set()
        board.stirred = asyncio.Event()

    async def _read(self, channel: Channel, board: _Board) -> list[Delivery]:
        """Return the newest posts; of many watchers that ask at once, one reads for all."""
        now = asyncio.get_running_loop().time
        async with board.reading:
            if now() - board.read_at > POLL_S / 2:
                read_at = now()
                board.posts = await self._store.posts(channel, RECENT)
                board.read_at = read_at
            return board.posts
