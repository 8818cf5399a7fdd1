"""Slack as a platform: messages posted, found again by the key in their metadata, and edited."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import CANNOT_JOIN, CROWDED_S, NO_THREAD, SIGN_IN, UNFIT, Refused, failure
from adapters.slack.installing.access import PLATFORM, Access
from adapters.slack.installing.installations import Installed
from adapters.slack.posting.addresses import address_of
from adapters.slack.posting.history import EVENT_TYPE, History
from adapters.slack.posting.turns import Turns
from adapters.slack.showing.render import LIMITS, USER, render, render_plain
from adapters.slack.web_api import Json, ask
from bot.delivering.pace import Pace
from bot.errors import PostDelayed, PostFailed, PostUncertain
from bot.identity import derived_id
from bot.model import Channel, Post, WorkspaceId
from bot.ports import Store
from bot.workspaces import Workspaces

logger = logging.getLogger(__name__)

EDITS_A_MINUTE: Final = 50
"""In a workspace: chat.update is of tier 3 (Slack's documentation on rate limits)."""

MODERATORS: Final = "slack moderators"
"""By workspace, who set anything there last: Slack does not tell who installed an app for one workspace."""


@dataclass(slots=True)
class SlackPlatform:
    """A `bot.ports.Platform`: every workspace that the app is installed in.

    `client_of` returns the client of a token; `posted` is told of each workspace that was posted to;
    `troubles` are asked for what else is wrong.
    """

    store: Store
    workspaces: Workspaces
    access: Access
    client_of: Callable[[str], AsyncWebClient]
    posted: Callable[[WorkspaceId], None]
    troubles: Callable[[], str]
    name: str = PLATFORM
    pace: Pace = field(default_factory=lambda: Pace(per_second=50, per_channel_s=1.0))
    """A message a second a channel (Slack's documentation on rate limits). Each workspace has a pace of its
    own (`turns.IN_WORKSPACE`); over all of them 50 a second is what one process can well do.
    """
    _turns: Turns = field(default_factory=Turns)
    _direct: dict[tuple[WorkspaceId, str], str] = field(default_factory=dict)
    """By workspace and person, the conversation with them."""
    _history: History = field(init=False)

    def __post_init__(self) -> None:
        self._history = History(self._read, self.access)

    limits = LIMITS

    async def post(self, post: Post) -> str:
        """Post a message, and return its `ts`; raises as `bot.ports.Platform` says."""
        post = await self._placed(post)
        channel = post.channel
        arguments = render(post.message) | {"channel": channel.id, "metadata": _metadata(post)}
        if post.message.in_thread and post.opener:
            arguments["thread_ts"] = post.opener
        answer = await self._posted(post, arguments)
        ts = answer.get("ts")
        if not isinstance(ts, str) or not ts:
            raise PostUncertain("an answer without the message's ts")
        self.posted(channel.workspace)
        return ts

    async def _posted(self, post: Post, arguments: dict[str, Any]) -> Json:
        """Return Slack's answer to a post; what can be helped is helped, each thing once."""
        channel = post.channel
        joined = False
        while True:
            await self._turns.take(channel)
            try:
                return await self._ask(channel.workspace, "chat.postMessage", **arguments)
            except Refused as refused:
                if refused.code == "not_in_channel" and not joined:
                    joined = await self._joined(channel)
                    if joined:
                        continue
                changed = _changed(refused.code, arguments, post)
                if changed is None:
                    raise failure(refused) from refused
                logger.warning("%s/%s: %s; trying otherwise", channel.workspace, channel.id, refused)
                arguments = changed

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return the `ts` of the message that has the key; raises as `bot.ports.Platform` says."""
        return await self._history.find(await self._placed(post), since)

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return whether a message was posted or edited to what `post` says, as its metadata tells."""
        message = await self._history.message(await self._placed(post), message_id)
        return message is not None and message.get("metadata") == _metadata(post)

    async def edit(self, post: Post, message_id: str) -> None:
        """Put a message in another's place; raises as `bot.ports.Platform` says."""
        post = await self._placed(post)
        channel = post.channel
        arguments = _edited(render(post.message)) | {"channel": channel.id, "metadata": _metadata(post)}
        joined = False
        while True:
            self._turns.count(channel.workspace, "chat.update", EDITS_A_MINUTE)
            try:
                await self._ask(channel.workspace, "chat.update", ts=message_id, **arguments)
            except Refused as refused:
                if refused.code == "not_in_channel" and not joined:
                    joined = await self._joined(channel)
                    if joined:
                        continue
                changed = _changed(refused.code, arguments, post)
                if changed is None:
                    raise failure(refused) from refused
                arguments = _edited(changed) | {"blocks": []}
            else:
                return

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return where a message is found; as `bot.ports.Platform`."""
        return await address_of(self.store, channel, message_id)

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return the channel that the workspace has set, else whoever installed the app or moderated last."""
        known = await self.workspaces.known(PLATFORM, workspace)
        if known is not None and known.desk:
            return Channel(platform=PLATFORM, workspace=workspace, id=known.desk)
        try:
            installed = await self.access.installed(workspace)
            person = installed.installer or await self.store.kept(MODERATORS, workspace)
            return await self.direct(workspace, person) if person else None
        except PostFailed as error:
            logger.warning("nobody of %s can be told: %s", workspace, error)
            return None

    async def _placed(self, post: Post) -> Post:
        """Return a post to a person as one to the conversation with them, which can be read and edited."""
        channel = post.channel
        if not USER.fullmatch(channel.id):
            return post
        alone = await self.direct(channel.workspace, channel.id)
        return post if alone is None else replace(post, channel=alone)

    async def direct(self, workspace: WorkspaceId, user: str) -> Channel | None:
        """Return the conversation with one person alone. Raises `PostFailed`."""
        if (workspace, user) not in self._direct:
            try:
                answer = await self._ask(workspace, "conversations.open", users=user)
            except Refused as refused:
                raise failure(refused) from refused
            except PostUncertain as error:
                raise PostDelayed(f"nobody can be written to alone: {error}", None) from error
            self._direct[workspace, user] = str((answer.get("channel") or {}).get("id") or "")
        id_ = self._direct[workspace, user]
        return Channel(platform=PLATFORM, workspace=workspace, id=id_) if id_ else None

    async def look_up(self, channel: Channel) -> Json:
        """Return what Slack tells of a channel. Raises `Refused` and `PostFailed`."""
        answer = await self._ask(channel.workspace, "conversations.info", channel=channel.id)
        return answer.get("channel") or {}

    async def trouble(self) -> str:
        """Return why nothing can be posted, or what else is wrong."""
        return self.access.trouble() or self.troubles()

    async def _read(self, channel: Channel, method: str, **arguments: Any) -> Json:
        """Return what Slack tells of a channel, which the bot joins for it where it can. Raises `Refused`."""
        try:
            return await self._ask(channel.workspace, method, channel=channel.id, **arguments)
        except Refused as refused:
            if refused.code == "not_in_channel" and await self._joined(channel):
                return await self._ask(channel.workspace, method, channel=channel.id, **arguments)
            raise

    async def _joined(self, channel: Channel) -> bool:
        """Return whether the bot could join a channel, which is so for public ones where it has the scope.

        Raises `PostFailed` where that cannot be told now.
        """
        try:
            await self._ask(channel.workspace, "conversations.join", channel=channel.id)
        except Refused as refused:
            why = failure(refused)
            if isinstance(why, PostDelayed):
                raise why from refused
            if isinstance(why, PostUncertain) and refused.code not in CANNOT_JOIN:
                raise PostDelayed(f"the channel cannot be joined: {refused}", None) from refused
            logger.info("%s/%s cannot be joined: %s", channel.workspace, channel.id, refused)
            return False
        except PostUncertain as error:
            raise PostDelayed(f"the channel cannot be joined: {error}", None) from error
        return True

    async def _ask(self, workspace: WorkspaceId, method: str, **arguments: Any) -> Json:
        """Return Slack's answer to a call for a workspace, by its token or the one that took its place.

        Raises `Refused`, and what `Access` and `ask` do.
        """
        self._turns.check(workspace, method)
        installed = await self.access.installed(workspace)
        try:
            return await self._ask_as(installed, workspace, method, arguments)
        except Refused as refused:
            if refused.code not in SIGN_IN:
                raise
            another = await self.access.another(workspace, installed.token, refused.code)
            if another is None:
                raise
            return await self._ask_as(another, workspace, method, arguments)

    async def _ask_as(
        self, installed: Installed, workspace: WorkspaceId, method: str, arguments: Mapping[str, Any]
    ) -> Json:
        try:
            answer = await ask(self.client_of(installed.token), method, **arguments)
        except Refused as refused:
            if refused.code in ("ratelimited", "rate_limited"):
                wait_s = CROWDED_S if refused.retry_after_s is None else refused.retry_after_s
                self._turns.hold(workspace, method, wait_s)
            raise
        self.access.works()
        return answer


def _metadata(post: Post) -> dict[str, Any]:
    """Return what a message bears: its key, and a fingerprint of what it shows, which may have changed since.

    An edit may become text where its blocks are refused; it shows the same.
    """
    text = json.dumps(render(post.message), sort_keys=True)
    shown = derived_id("shown", text)
    return {"event_type": EVENT_TYPE, "event_payload": {"key": post.key, "shown": shown}}


def _changed(code: str, arguments: dict[str, Any], post: Post) -> dict[str, Any] | None:
    """Return the arguments that may be taken where `arguments` were refused; None where nothing helps."""
    if code in NO_THREAD and "thread_ts" in arguments:
        return {name: value for name, value in arguments.items() if name != "thread_ts"}
    if (code in UNFIT or code.startswith("invalid_blocks")) and arguments.get("blocks"):
        kept = {name: value for name, value in arguments.items() if name != "blocks"}
        return kept | render_plain(post.message)
    return None


def _edited(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what chat.update takes of the arguments of a post.

    Unless it is told not to, it looks for names to call in the text (Slack's documentation on chat.update).
    """
    left_out = ("unfurl_links", "unfurl_media", "mrkdwn")
    return {name: value for name, value in arguments.items() if name not in left_out} | {"parse": "none"}
