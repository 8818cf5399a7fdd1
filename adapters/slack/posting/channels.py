"""Channels that are archived or deleted, or that the bot is taken out of: known before the next digest.

Events may come late, twice and in any order, so each is only a reason to ask Slack how things stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from adapters.slack.errors import Refused, failure
from adapters.slack.installing.access import PLATFORM
from adapters.slack.posting.platform import SlackPlatform
from adapters.slack.web_api import Json
from bot.delivering.losses import lose_channel, regain_channel
from bot.errors import ChannelLost, LossReason
from bot.model import Channel, WorkspaceId
from bot.ports import Clock, Store

_LEFT: Final = frozenset({"member_left_channel", "channel_left", "group_left"})
_DELETED: Final = frozenset({"channel_deleted", "group_deleted"})

_AFTER_INVITATION: Final[frozenset[LossReason]] = frozenset({"deleted", "archived", "no_permission"})
"""A private channel that the bot was taken out of is not shown to it, as if it were deleted."""

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Channels:
    """Listens to what becomes of channels that get digests; `changed` is told of a workspace of theirs."""

    store: Store
    platform: SlackPlatform
    clock: Clock
    changed: Callable[[WorkspaceId], None]

    def register(self, app: AsyncApp) -> None:
        """Register the listeners."""
        app.event("channel_archive")(self.event)
        app.event("channel_deleted")(self.event)
        app.event("channel_left")(self.event)
        app.event("channel_unarchive")(self.event)
        app.event("group_archive")(self.event)
        app.event("group_deleted")(self.event)
        app.event("group_left")(self.event)
        app.event("group_unarchive")(self.event)
        app.event("member_joined_channel")(self.member)
        app.event("member_left_channel")(self.member)

    async def member(self, ack: AsyncAck, event: Body, context: AsyncBoltContext) -> None:
        """Take somebody's coming or going: it matters where it is the bot's own."""
        if event.get("user") == context.bot_user_id:
            await self._look(event, context)
        await ack()

    async def event(self, ack: AsyncAck, event: Body, context: AsyncBoltContext) -> None:
        """Take what became of a channel."""
        # What is not acknowledged is told again, so nothing is lost where Slack cannot be asked just now.
        await self._look(event, context)
        await ack()

    async def _look(self, event: Body, context: AsyncBoltContext) -> None:
        id_, kind = str(event.get("channel") or ""), str(event.get("type"))
        channel = Channel(platform=PLATFORM, workspace=WorkspaceId(context.team_id or ""), id=id_)
        if await self.store.subscription(channel) is None:
            return
        found = await self._found(channel)
        lost = _loss(kind, found)
        if lost is not None:
            is_news = await lose_channel(self.store, self.platform, channel, lost, self.clock)
        else:
            is_news = await regain_channel(self.store, channel, _regained(kind, found), self.clock)
        if is_news:
            self.changed(channel.workspace)

    async def _found(self, channel: Channel) -> Json | None:
        """Return what Slack tells of a channel; None where it shows none. Raises `PostFailed`."""
        try:
            return await self.platform.look_up(channel)
        except Refused as refused:
            if refused.code == "channel_not_found":
                return None
            raise failure(refused) from refused


def _loss(kind: str, found: Json | None) -> ChannelLost | None:
    """Return why nothing can be posted to a channel any more, if that is what an event is about."""
    if kind in _DELETED:
        return None if found else ChannelLost("deleted", kind)
    is_archived = found.get("is_archived") if found else kind.endswith("_archive")
    if is_archived:
        return ChannelLost("archived", kind)
    is_out = found is None or not found.get("is_member")
    if kind in _LEFT and is_out:
        return ChannelLost("no_permission", kind)
    return None


def _regained(kind: str, found: Json | None) -> frozenset[LossReason]:
    """Return after which losses a channel takes messages again, as an event tells."""
    if found is None or found.get("is_archived"):
        return frozenset()
    if found.get("is_member"):
        return _AFTER_INVITATION
    return frozenset({"archived"}) if kind.endswith("_unarchive") else frozenset()
