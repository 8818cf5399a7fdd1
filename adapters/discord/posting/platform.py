"""The platform Discord: posts with a nonce, finds what it posted, edits it, for the outbox.

An id that it returns is Discord's id of the message where that stands in the channel itself, and
`THREAD/MESSAGE` where it stands in a thread of the channel or as a post in a forum.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

from discord.http import Route

from adapters.discord.errors import (
    ALREADY_CROSSPOSTED,
    ARCHIVED_THREAD,
    LOCKED_THREAD,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    THREAD_EXISTS,
    TOKEN_REFUSED,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    Refusal,
)
from adapters.discord.posting.addresses import address_of
from adapters.discord.posting.history import Given, History
from adapters.discord.posting.places import PLATFORM, Known, Place, Places, nothing_known
from adapters.discord.posting.titles import title, title_of
from adapters.discord.rest import IN_ALL, Json, Rest
from adapters.discord.showing.buttons import keep_commands
from adapters.discord.showing.render import LIMITS, render, shown
from bot.delivering.pace import Pace
from bot.errors import ChannelLost, PostDelayed, PostFailed, PostRejected, PostUncertain, StoreError
from bot.model import Channel, Post, WorkspaceId
from bot.ports import Store

T = TypeVar("T")

logger = logging.getLogger(__name__)

CROSSPOSTED: Final = 1 << 0
CLOSED: Final = {ARCHIVED_THREAD, LOCKED_THREAD}

MESSAGES: Final = "/channels/{channel_id}/messages"
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"


class DiscordPlatform:
    """A `bot.ports.Platform` over Discord's HTTP interface; needs no gateway."""

    name = PLATFORM
    limits = LIMITS
    pace = Pace(per_second=IN_ALL.per_second, per_channel_s=1.0)
    """No more posts begin than requests may; what else they ask for waits for its turn in `Rest`. A channel
    takes 5 messages in 5 seconds."""

    def __init__(self, token: str, store: Store, known: Known = nothing_known) -> None:
        self._store = store
        self._rest = Rest(token, Pace(per_second=self.pace.per_second))
        self._places = Places(self._rest, known)
        self._history = History(self._rest, self._places)

    async def close(self) -> None:
        """Let go of the connections; nothing can be posted from then on."""
        await self._rest.close()

    async def trouble(self) -> str:
        """Return why nothing can be posted, where Discord has refused the token."""
        return f"{TOKEN_REFUSED}; set AI_NEWS_DISCORD_TOKEN" if self._rest.token_refused else ""

    async def post(self, post: Post) -> str:
        """Post a message under a nonce; as `bot.ports.Platform`.

        Where Discord says that the same message was posted before and deleted since, it is rejected.
        """
        try:
            return await self._post(post)
        except Refusal as refusal:
            raise await self._failure(post, refusal) from refusal

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return the id of the message with the post's key; as `bot.ports.Platform`."""
        try:
            return await self._find(post, since)
        except Refusal as refusal:
            raise await self._failure(post, refusal) from refusal

    async def edit(self, post: Post, message_id: str) -> None:
        """Put a message in the place of one; nobody is called again. As `bot.ports.Platform`."""
        try:
            await self._edit(post, message_id)
        except Refusal as refusal:
            raise await self._failure(post, refusal) from refusal

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return whether a message stands there as it would be edited; as `bot.ports.Platform`.

        Raises `PostRejected` where it is gone. Where the bot may not read it, that cannot be told.
        """
        try:
            place = await self._places.of(post.channel)
            route = Route("GET", MESSAGE, **_standing_in(place, message_id))
            given = await self._rest.call(route, "editing")
        except Refusal as refusal:
            if refusal.code in {MISSING_ACCESS, MISSING_PERMISSIONS}:
                return False
            raise await self._failure(post, refusal) from refusal
        return shown(given.get("components")) == shown(render(post.message)["components"])

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return where a message is found; as `bot.ports.Platform`."""
        return address_of(channel, message_id)

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return the channel that the workspace has set, or where Discord tells its moderators things.

        One where the bot may not post tells nobody anything, so that the next is taken.
        """
        known = await self._store.workspace(PLATFORM, workspace)
        if known is not None and known.desk and (desk := await self._usable(workspace, known.desk)):
            return desk
        try:
            server = await self._rest.get("/guilds/{guild_id}", guild_id=workspace)
        except (Refusal, PostFailed) as error:
            logger.info("server=%s cannot be asked where its moderators are told: %s", workspace, error)
            return None
        for name in ("public_updates_channel_id", "system_channel_id"):
            if server.get(name) and (desk := await self._usable(workspace, str(server[name]))):
                return desk
        return None

    async def _usable(self, workspace: WorkspaceId, channel_id: str) -> Channel | None:
        channel = Channel(platform=PLATFORM, workspace=workspace, id=channel_id)
        try:
            place = await self._places.of(channel)
            missing = await self._places.missing(place, with_threads=False)
        except PostDelayed:  # what is owed there waits
            return channel
        except (Refusal, PostFailed) as error:
            logger.info("server=%s channel=%s tells nobody anything: %s", workspace, channel_id, error)
            return None
        return None if missing else channel

    async def _post(self, post: Post) -> str:
        place = await self._places.of(post.channel)
        try:
            await keep_commands(self._store, post.message, post.channel.workspace)
        except StoreError as error:
            raise PostDelayed(str(error), None) from error
        thread = thread_of(post, place)
        if place.kind == "forum" and thread is None:
            return await self._open(place, post)
        if thread is not None:
            return f"{thread}/{_id(await self._send_below(place, thread, post))}"
        message = await self._send(place.id, post)
        await self._publish(place, post, message)
        return _id(message)

    async def _send_below(self, place: Place, thread: str, post: Post) -> Given:
        """Send a message into the thread of the one that opens its series."""
        if place.kind != "forum":
            await self._begin_thread(place, thread)
        try:
            return await self._send(thread, post)
        except Refusal as refusal:
            if refusal.code not in {UNKNOWN_CHANNEL, *CLOSED}:
                raise
            self._places.forget_thread(thread)
            raise PostRejected("the thread that it belongs to is closed or gone") from refusal

    async def _send(self, channel_id: str, post: Post) -> Given:
        """Send a message, to an archived thread too where that can be opened again."""
        body = render(post.message, post.key) | {"nonce": post.key, "enforce_nonce": True}
        return await self._reopening(channel_id, lambda: self._create(MESSAGES, channel_id, body))

    async def _reopening(self, channel_id: str, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask; where a thread is archived, open it again and ask once more."""
        try:
            return await ask()
        except Refusal as refusal:
            if refusal.code not in CLOSED:
                raise
            opened = {"archived": False}
            try:
                await self._rest.call(
                    Route("PATCH", "/channels/{channel_id}", channel_id=channel_id), "preparing", body=opened
                )
            except Refusal:  # what matters is that the thread is closed
                raise refusal from None
        return await ask()

    async def _create(self, path: str, channel_id: str, body: Json) -> Given:
        answer = await self._rest.call(Route("POST", path, channel_id=channel_id), "sending", body=body)
        if not isinstance(answer, dict) or "id" not in answer:
            raise PostUncertain("an answer without the message")
        return answer

    async def _open(self, place: Place, post: Post) -> str:
        """Open a post in a forum; it has no nonce, so that only a search tells whether it stands."""
        tag = place.tags.get(post.message.tag.casefold())
        if tag is None and place.requires_tag:
            # Under another tag than was wished for it is read, under none it is not.
            tag = next(iter(place.tags.values()), None)
            if tag is None:
                raise PostRejected("the forum wants a tag for every post, and has none")
        body = {"name": title(post.message), "message": render(post.message, post.key)}
        if tag is not None:
            body["applied_tags"] = [tag]
        thread = await self._create("/channels/{channel_id}/threads", place.id, body)
        return f"{_id(thread)}/{_id(thread.get('message') or thread)}"

    async def _begin_thread(self, place: Place, opener: str) -> None:
        """Make sure that the message that opens a digest has a thread, whose id is that of the message."""
        if self._places.has_thread(opener):
            return
        about = {"channel_id": place.id, "message_id": opener}
        try:
            message = await self._rest.get(MESSAGE, None, **about)
            if "thread" not in message:
                name = title_of(message.get("components"))
                await self._rest.call(
                    Route("POST", f"{MESSAGE}/threads", **about), "preparing", body={"name": name}
                )
        except Refusal as refusal:
            if refusal.code == UNKNOWN_MESSAGE:
                raise PostRejected("the message that opens it was deleted") from refusal
            if refusal.code != THREAD_EXISTS:
                raise
        self._places.know_thread(opener)

    async def _publish(self, place: Place, post: Post, message: Given) -> None:
        """Pass a message on to the channels that follow this one, which may be asked again and again.

        Raises `PostDelayed` where Discord tells how long to wait: it takes 10 an hour of a channel. Else it
        is tried twice, and the message stands whatever becomes of that.
        """
        wanted = post.message.publish and place.kind == "announcement"
        if not wanted or message.get("flags", 0) & CROSSPOSTED:
            return
        route = Route("POST", f"{MESSAGE}/crosspost", channel_id=place.id, message_id=_id(message))
        for _ in range(2):
            try:
                await self._rest.call(route, "preparing")
            except Refusal as refusal:
                if refusal.code != ALREADY_CROSSPOSTED:
                    logger.warning("message=%s could not be published: %s", _id(message), refusal)
            except PostDelayed as delayed:
                if delayed.retry_after_s is not None:
                    raise
                logger.warning("message=%s could not be published: %s", _id(message), delayed)
                continue
            return

    async def _find(self, post: Post, since: datetime) -> str | None:
        place = await self._places.of(post.channel)
        thread = thread_of(post, place)
        if place.kind == "forum" and thread is None:
            opening = await self._history.forum_post(place, post.key, since)
            return f"{_id(opening)}/{_id(opening)}" if opening else None
        try:
            message = await self._history.message(thread or place.id, place, post.key, since)
        except Refusal as refusal:
            if thread is not None and refusal.code == UNKNOWN_CHANNEL:  # nothing stands in what is not there
                return None
            raise
        if message is None:
            return None
        if thread is not None:
            return f"{thread}/{_id(message)}"
        await self._publish(place, post, message)
        return _id(message)

    async def _edit(self, post: Post, message_id: str) -> None:
        place = await self._places.of(post.channel)
        about = _standing_in(place, message_id)
        body: Json = render(post.message, post.key) | {"allowed_mentions": {"parse": []}}
        route = Route("PATCH", MESSAGE, **about)
        try:
            await self._reopening(about["channel_id"], lambda: self._rest.call(route, "editing", body=body))
        except Refusal as refusal:
            in_thread_of_it = about["channel_id"] != place.id
            if in_thread_of_it and refusal.code in {UNKNOWN_CHANNEL, *CLOSED}:
                raise PostRejected("the thread that it stands in is closed or gone") from refusal
            raise

    async def _failure(self, post: Post, refusal: Refusal) -> PostFailed:
        """Return what a refusal means for a post, with what the bot lacks in the channel."""
        failure = refusal.failure
        if isinstance(failure, ChannelLost):
            self._places.forget(post.channel.id)
            if failure.why == "no_permission":
                with_threads = post.message.in_thread
                why = await self._places.explained(post.channel, failure, with_threads=with_threads)
                if (
                    why is failure
                    and refusal.code == MISSING_ACCESS
                    and await self._places.sees(post.channel)
                ):
                    # The bot was let in between: what is owed is not given up for a loss that is over.
                    return PostUncertain("the bot could not see the channel, and sees it again")
                return why
        return failure


def thread_of(post: Post, place: Place) -> str | None:
    """Return the id of the thread, below the place, that a post goes into; None where it is no part of one.

    A thread that begins at a message has the id of that message.
    """
    if post.opener is None or place.kind == "thread":
        return None
    thread, _, message = post.opener.rpartition("/")
    if place.kind == "forum":
        return thread or None
    return (thread or message) if post.message.in_thread else None


def _standing_in(place: Place, message_id: str) -> dict[str, str]:
    """Return where a message stands that `post` returned the id of."""
    thread, _, message = message_id.rpartition("/")
    return {"channel_id": thread or place.id, "message_id": message}


def _id(given: Given) -> str:
    return str(given["id"])
