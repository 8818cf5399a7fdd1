"""Where messages go: what kind of channel an id names, whose it is, and what the bot may do there."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import discord

from adapters.discord.errors import MISSING_ACCESS, UNKNOWN_SERVER, Refusal
from adapters.discord.permissions import KINDS, Kind, in_channel, lacking
from adapters.discord.posting.addresses import is_id
from adapters.discord.rest import Rest
from bot.errors import ChannelLost, PostFailed
from bot.model import Channel

PLATFORM: Final = "discord"

REQUIRE_TAG: Final = 1 << 4
KNOWN_S: Final = 25 * 3_600.0
"""How long what is known of a channel is taken for true, so that a daily digest need not ask each day: it
never goes to another server, and hardly ever becomes an announcement channel or ceases to be one."""

TAGS_KNOWN_S: Final = 300.0
"""How long a forum's tags are."""

_MOST: Final = 10_000
_MOST_THREADS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel that can be posted to. `parent` is where its permissions stand: for a thread, its channel."""

    id: str
    server: str
    kind: Kind
    parent: str
    tags: Mapping[str, str] = field(default_factory=dict)
    requires_tag: bool = False


def place_of(channel: Mapping[str, Any]) -> Place | None:
    """Return the place that Discord describes, or None where it cannot be posted to."""
    kind = KINDS.get(channel.get("type", -1))
    if kind is None or not channel.get("guild_id"):
        return None
    tags = {tag["name"].casefold(): str(tag["id"]) for tag in channel.get("available_tags") or ()}
    return Place(
        id=str(channel["id"]),
        server=str(channel["guild_id"]),
        kind=kind,
        parent=str(channel["parent_id"] if kind == "thread" else channel["id"]),
        tags=tags,
        requires_tag=bool(channel.get("flags", 0) & REQUIRE_TAG),
    )


Known = Callable[[Channel], Place | None]
"""What else knows a channel without being asked for it over HTTP: a gateway, where this process listens."""


def nothing_known(_: Channel) -> Place | None:
    """Return None: this process does not listen."""
    return None


def place_told(channel: discord.abc.GuildChannel | discord.Thread) -> Place | None:
    """Return the place that the gateway has told of, or None where it cannot be posted to."""
    about: dict[str, Any] = {"id": channel.id, "guild_id": channel.guild.id, "type": channel.type.value}
    if isinstance(channel, discord.Thread):
        about["parent_id"] = channel.parent_id
    if isinstance(channel, discord.ForumChannel):
        about["available_tags"] = [{"id": tag.id, "name": tag.name} for tag in channel.available_tags]
        about["flags"] = channel.flags.value
    return place_of(about)


class Places:
    """The places that the gateway tells of, and those that were asked for of late.

    A post to a place that nothing is known of costs a second request, out of the same 50 a second.
    """

    def __init__(self, rest: Rest, known: Known = nothing_known) -> None:
        self._rest = rest
        self._told = known
        self._known: dict[str, tuple[float, Place]] = {}
        self._threads: deque[str] = deque(maxlen=_MOST_THREADS)

    async def of(self, channel: Channel) -> Place:
        """Return the place of a channel.

        Raises `ChannelLost` where there is none, where nothing can be posted, or where it belongs to
        another server than the channel says; and what `Rest.call` raises.
        """
        if not (is_id(channel.workspace) and is_id(channel.id)):
            raise ChannelLost("deleted", "not an id of Discord's")
        place = self._told(channel) or await self._place(channel.id)
        if place is None:
            raise ChannelLost("no_permission", "this kind of channel takes no messages")
        if place.server != channel.workspace:
            raise ChannelLost("deleted", "it belongs to another server")
        return place

    def forget(self, channel_id: str) -> None:
        """Ask Discord anew next time: it said something else than what was known."""
        self._known.pop(channel_id, None)

    def has_thread(self, message_id: str) -> bool:
        """Return whether a message is known to have a thread."""
        return message_id in self._threads

    def know_thread(self, message_id: str) -> None:
        """Remember that a message has a thread."""
        self._threads.append(message_id)

    def forget_thread(self, message_id: str) -> None:
        """Forget that a message has a thread."""
        if message_id in self._threads:
            self._threads.remove(message_id)

    async def explained(
        self, channel: Channel, lost: ChannelLost, *, with_threads: bool = False
    ) -> ChannelLost:
        """Return why nothing can be posted, as exactly as Discord lets the bot find out."""
        try:
            await self._rest.get("/guilds/{guild_id}", guild_id=channel.workspace)
        except Refusal as refusal:
            return ChannelLost("signed_out") if refusal.code in {UNKNOWN_SERVER, MISSING_ACCESS} else lost
        except PostFailed:
            return lost
        try:
            missing = await self.missing(await self.of(channel), with_threads=with_threads)
        except (Refusal, PostFailed):
            return lost
        return ChannelLost("no_permission", f"missing: {', '.join(missing)}") if missing else lost

    async def permissions(self, server: str, channel_id: str) -> discord.Permissions:
        """Return what the bot may do in a channel, which is no thread; raises what `Rest.call` raises."""
        bot = await self._rest.bot_id()
        about = await self._rest.get("/guilds/{guild_id}", guild_id=server)
        member = await self._rest.get("/guilds/{guild_id}/members/{user_id}", guild_id=server, user_id=bot)
        channel = await self._rest.get("/channels/{channel_id}", channel_id=channel_id)
        return in_channel(about, member, channel)

    async def missing(self, place: Place, *, with_threads: bool) -> list[str]:
        """Return which permissions the bot lacks in a place, by their English names in Discord's settings."""
        permissions = await self.permissions(place.server, place.parent)
        flags = lacking(permissions, place.kind, with_threads=with_threads)
        return [flag.replace("_", " ").title() for flag in flags]

    async def _place(self, channel_id: str) -> Place | None:
        now = asyncio.get_running_loop().time()
        known = self._known.get(channel_id)
        if known and known[0] > now:
            return known[1]
        place = place_of(await self._rest.get("/channels/{channel_id}", channel_id=channel_id))
        if place is not None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known_s = TAGS_KNOWN_S if place.kind == "forum" else KNOWN_S
            self._known[channel_id] = (now + known_s, place)
        return place
