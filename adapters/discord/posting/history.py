"""Looks for a message of the bot's by its key: whether a post stands whose answer never came.

A nonce is good for some minutes only, and whether the history tells it is nowhere said; the marks of
`adapters.discord.showing.render` stay with the message.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from discord.utils import time_snowflake

from adapters.discord.errors import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, Refusal
from adapters.discord.posting.places import Place, Places
from adapters.discord.rest import Rest
from adapters.discord.showing.render import bears
from bot.errors import ChannelLost, PostDelayed

Given = Mapping[str, Any]

EARLIER: Final = timedelta(minutes=5)
"""How much earlier than asked is looked: Discord's clock may not be ours."""

PAGE: Final = 100
"""How many messages or threads Discord gives at once, at most."""

PAGES: Final = 20
"""How many pages are read in one go; a search that is longer goes on where it stopped."""

_MOST_SEARCHES: Final = 1_000


class History:
    """Searches what stands on Discord."""

    def __init__(self, rest: Rest, places: Places) -> None:
        self._rest = rest
        self._places = places
        self._read_up_to: dict[tuple[str, str], int] = {}

    async def message(self, channel_id: str, place: Place, key: str, since: datetime) -> Given | None:
        """Return the bot's message with a key in a channel, or in a thread of it, posted since an instant.

        Returns None where it is certain that there is none. Raises `PostDelayed` where that cannot be told
        yet, and `ChannelLost` without the permission to read: Discord only shows an empty list then.
        """
        search = (channel_id, key)
        start = max(time_snowflake(since - EARLIER), 0)
        after = self._read_up_to.pop(search, start)
        seen = after > start
        bot = await self._rest.bot_id()
        for _ in range(PAGES):
            page = await self._messages(channel_id, after)
            seen = seen or bool(page)
            for message in page:
                if _is_ours(message, bot, key):
                    return message
            if len(page) < PAGE:
                if not seen:
                    await self._check_may_read(place)
                return None
            after = max(int(message["id"]) for message in page)
        if len(self._read_up_to) >= _MOST_SEARCHES:
            self._read_up_to.clear()
        self._read_up_to[search] = after
        raise PostDelayed("the channel has so many messages that reading them takes longer", 1.0)

    async def forum_post(self, place: Place, key: str, since: datetime) -> Given | None:
        """Return the message with a key that opens a post of the bot's in a forum; as `message`."""
        await self._check_may_read(place)
        bot = await self._rest.bot_id()
        start = time_snowflake(since - EARLIER)
        active = await self._rest.get("/guilds/{guild_id}/threads/active", guild_id=place.server)
        for thread in active["threads"]:
            if thread.get("parent_id") == place.id and (
                found := await self._opening(thread, bot, key, start)
            ):
                return found
        return await self._archived(place, bot, key, start)

    async def _archived(self, place: Place, bot: str, key: str, start: int) -> Given | None:
        """Look through archived posts, the one archived last first: none is archived before it is opened."""
        query: dict[str, Any] = {"limit": PAGE}
        for _ in range(PAGES):
            answer = await self._rest.get(
                "/channels/{channel_id}/threads/archived/public", query, channel_id=place.id
            )
            for thread in answer["threads"]:
                if found := await self._opening(thread, bot, key, start):
                    return found
            if not answer.get("has_more") or not answer["threads"]:
                return None
            archived_at = answer["threads"][-1]["thread_metadata"]["archive_timestamp"]
            if time_snowflake(datetime.fromisoformat(archived_at)) < start:
                return None
            query["before"] = archived_at
        raise PostDelayed("the forum has too many archived posts to look through", None)

    async def _opening(self, thread: Given, bot: str, key: str, start: int) -> Given | None:
        """Return the message that opens a post, where the bot opened it with a key since `start`."""
        id_ = str(thread["id"])
        if thread.get("owner_id") != bot or int(id_) < start:
            return None
        try:
            message: Given = await self._rest.get(
                "/channels/{channel_id}/messages/{message_id}", channel_id=id_, message_id=id_
            )
        except Refusal as refusal:
            if refusal.code in {UNKNOWN_MESSAGE, UNKNOWN_CHANNEL}:  # deleted meanwhile
                return None
            raise
        return message if _is_ours(message, bot, key) else None

    async def _messages(self, channel_id: str, after: int) -> list[Given]:
        query = {"after": str(after), "limit": PAGE}
        page: list[Given] = await self._rest.get(
            "/channels/{channel_id}/messages", query, channel_id=channel_id
        )
        return page

    async def _check_may_read(self, place: Place) -> None:
        """Raise `ChannelLost` unless the bot may read what stands in a place: somebody has to allow it."""
        may = await self._places.permissions(place.server, place.parent)
        if not (may.view_channel and may.read_message_history):
            raise ChannelLost("no_permission", "missing: Read Message History")


def _is_ours(message: Given, bot: str, key: str) -> bool:
    """Tell whether a message is the bot's and bears a key, by the nonce where Discord gives one back."""
    if message["author"]["id"] != bot:
        return False
    return str(message.get("nonce")) == key or bears(message.get("components"), key)
