"""A message found again by its key, page by page, as far back as it may stand.

Slack's documentation on rate limits: apps sold outside the Marketplace read one page of 15 messages a minute,
every other app 50 pages of up to 1,000. Where one search takes more than the limit lets it, it goes on
from where it was.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from adapters.slack.errors import SIGN_IN, Refused, failure
from adapters.slack.installing.access import Access
from adapters.slack.web_api import Json
from bot.errors import PostDelayed, PostFailed, PostUncertain
from bot.model import Channel, Post

EVENT_TYPE: Final = "ai_news_delivery"
"""The type of our messages' metadata; every app and member of a workspace can read it."""

MARGIN: Final = timedelta(minutes=5)
"""How far Slack's clock and ours may be apart."""

PAGE: Final = 200

_GONE: Final = frozenset({*SIGN_IN, "channel_not_found"})

_UNREADABLE: Final = frozenset({"missing_scope", "not_in_channel", "thread_not_found"})

_WORDS: Final = {
    "missing_scope": "the app may not read messages there ({}), so nobody can tell whether it was posted",
    "not_in_channel": "the bot is not in the channel, so it cannot tell whether it was posted",
}


class Read(Protocol):
    """Asks Slack about a channel."""

    async def __call__(self, channel: Channel, method: str, **arguments: Any) -> Json:
        """Return the answer. Raises `Refused` and `PostFailed`."""
        ...


@dataclass(slots=True)
class _Search:
    """How far a search has come, from the newest message back to `oldest`.

    Where it stopped on its way, what was posted from `begun` on, the `ts` of the newest message at that
    time, may have been missed: another process tries the same delivery.
    """

    oldest: str
    begun: str = ""
    cursor: str = ""
    has_stopped: bool = False


@dataclass(slots=True)
class History:
    """Searches, each continued where the last attempt had to stop."""

    read: Read
    access: Access
    _stopped: dict[tuple[str, str], _Search] = field(default_factory=dict)
    """By key and thread."""

    async def message(self, post: Post, ts: str) -> Json | None:
        """Return the message of a `ts` with its metadata, in a channel or in the thread of the post's opener.

        None where none is shown. Raises `PostDelayed` where the history is not to be read now, and
        `ChannelLost` where the channel is gone; where the app may not read at all, none is shown.
        """
        arguments: dict[str, Any] = {"oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
        arguments["include_all_metadata"] = True
        threads = [post.opener, ""] if post.message.in_thread and post.opener else [""]
        for thread in threads:
            method = "conversations.replies" if thread else "conversations.history"
            try:
                page = await self.read(post.channel, method, **arguments | ({"ts": thread} if thread else {}))
            except Refused as refused:
                if refused.code in _UNREADABLE:
                    continue
                raise _untold(refused) from refused
            except PostUncertain as error:
                raise PostDelayed(f"the history cannot be read: {error}", None) from error
            for message in page.get("messages") or ():
                if message.get("ts") == ts:
                    return dict(message)
        return None

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return the `ts` of the app's message with the post's key; None where there certainly is none.

        Raises `PostDelayed` where that cannot be told now, and `ChannelLost` where the channel is gone.
        """
        oldest = f"{(since - MARGIN).timestamp():.6f}"
        threads = [post.opener, ""] if post.message.in_thread and post.opener else [""]
        for thread in threads:
            found = await self._search(post, oldest, thread)
            if found is not None:
                return found
        return None

    async def _search(self, post: Post, oldest: str, thread: str) -> str | None:
        bot_id = (await self.access.installed(post.channel.workspace)).bot_id
        place = (post.key, thread)
        search = self._stopped.pop(place, None) or _Search(oldest)
        while True:
            try:
                page = await self._page(post.channel, thread, search)
            except PostDelayed:
                if search.cursor:
                    search.has_stopped = True
                if search.cursor or search.oldest != oldest:
                    self._stopped[place] = search
                raise
            messages = page.get("messages") or []
            for message in messages:
                by_us = not bot_id or message.get("bot_id") == bot_id
                if by_us and _bears(message, post.key):
                    return str(message["ts"])
            if not search.begun and messages:
                search.begun = max(str(message.get("ts", "")) for message in messages)
            search.cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if search.cursor:
                continue
            if thread or not search.has_stopped:  # a thread is read from its oldest message on
                return None
            search = _Search(oldest=search.begun)

    async def _page(self, channel: Channel, thread: str, search: _Search) -> Json:
        arguments: dict[str, Any] = {"oldest": search.oldest, "limit": PAGE, "include_all_metadata": True}
        if search.cursor:
            arguments["cursor"] = search.cursor
        try:
            if thread:
                return await self.read(channel, "conversations.replies", ts=thread, **arguments)
            return await self.read(channel, "conversations.history", **arguments)
        except Refused as refused:
            if thread and refused.code == "thread_not_found":
                return {}
            if refused.code == "invalid_cursor":
                search.cursor, search.begun, search.has_stopped = "", "", False
            raise _untold(refused) from refused
        except PostUncertain as error:
            raise PostDelayed(f"the history cannot be read: {error}", None) from error


def _bears(message: Json, key: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key


def _untold(refused: Refused) -> PostFailed:
    """Return what it means for a message that the history was not shown."""
    if refused.code in _GONE:
        return failure(refused)
    if refused.code == "ratelimited":
        return PostDelayed("Slack shows no more of the history for now", refused.retry_after_s)
    words = _WORDS.get(refused.code, "the history is not shown ({})")
    return PostDelayed(words.format(refused), None)
