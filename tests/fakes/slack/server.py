"""A pretend Slack: its Web API, Socket Mode, signed HTTP and what members do, with a ledger of its own.

`async with serving(SlackServer()) as url` yields what `AI_NEWS_SLACK_API_URL` is set to; bots in this or in
another process connect to it with Slack's real libraries. It tells them over Socket Mode, or over HTTP once
`request_url` is set. It enforces Slack's limits with Slack's error codes and never mends what a client does
wrong; `violations` lists what a correct client never sends.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import web

from tests.fakes.slack import chat as slack_chat
from tests.fakes.slack import conversations as slack_conversations
from tests.fakes.slack import oauth as slack_oauth
from tests.fakes.slack import responses as slack_responses
from tests.fakes.slack import socket as slack_socket
from tests.fakes.slack import views as slack_views
from tests.fakes.slack.faults import Faults
from tests.fakes.slack.files import PATH, serve_file
from tests.fakes.slack.http import SignedHttp
from tests.fakes.slack.limits import RateLimits
from tests.fakes.slack.oauth import Installations
from tests.fakes.slack.payloads import event_asked
from tests.fakes.slack.people import Member
from tests.fakes.slack.problems import Json
from tests.fakes.slack.socket import SocketMode
from tests.fakes.slack.state import Asked, Channel, Message, SlackState, Team, User
from tests.fakes.slack.web_api import answer_call
from tests.waiting import PATIENCE_S

METHODS = {
    **slack_chat.METHODS,
    **slack_conversations.METHODS,
    **slack_views.METHODS,
    **slack_oauth.METHODS,
    **slack_socket.METHODS,
}
MESSAGES = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
"""What a bot subscribes to that hears all messages of such a place."""
DEADLINE_S = 30.0
"""Ten times Slack's own: what is slow here is the machine."""
RETRIES_S = (0, 60, 300)
"""When an event that was not acknowledged is told again (Slack's page on the Events API)."""


class SlackServer(SlackState):
    """Slack: what stands where, and how it behaves.

    `faults` are those of the next calls of chat.postMessage; `speed` is how many times faster than Slack's
    its limits fill up and its retries come.
    """

    def __init__(self, *faults: str, speed: float = 1.0, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self.speed = speed
        self.deadline_s = DEADLINE_S
        """How long a bot may take to acknowledge."""
        self.trigger_life_s = DEADLINE_S
        self.response_life_s = 1800.0
        self.faults = Faults(*faults)
        self.limits = RateLimits(speed)
        self.refused = 0
        """How many calls were answered with status 429."""
        self.calls: list[tuple[str, Json]] = []
        """Every call of the Web API: the method, and what it said."""
        self.when_accepted: Callable[[Message], None] = lambda message: None
        self.when_edited: Callable[[Message], None] = lambda message: None
        self.request_url: str | None = None
        """The bot's address; while there is one, it is told over HTTP and not over Socket Mode."""
        self.origin = ""
        self.token_clock: Callable[[], float] = time.time
        """By which tokens expire."""
        self.installations = Installations()
        self.socket = SocketMode(self)
        self.http = SignedHttp(self)
        self._tasks: set[asyncio.Task[Any]] = set()

    # What is told to the bot

    def member(self, team: Team, name: str = "Mika", **facts: Any) -> Member:
        """Make a person of a workspace, who can do things; facts are those of `User`."""
        return Member(self, self.user(team, name, **facts))

    def tell(self, asked: Asked) -> Asked:
        """Begin to tell the bot something; it is told again as Slack would."""
        self.asked[asked.trigger_id] = asked
        self._spawn(self._deliver(asked))
        return asked

    async def tell_again(self, asked: Asked) -> Json | None:
        """Tell the bot something that it was told before, as a redelivery does.

        Returns what it says with its acknowledgement; fails with TimeoutError where it does not acknowledge.
        """
        asked.attempts += 1
        done, said, reason = await self._door().attempt(asked, asked.attempts - 1, "timeout")
        if not done:
            raise TimeoutError(reason)
        return said

    async def all_told(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until the bot has acknowledged, or failed to, all that it was told."""
        await self.until(lambda: all(asked.settled.is_set() for asked in self.asked.values()), patience_s)

    def emit(
        self, team: Team, event: Json, name: str, *, user: User | None = None, channel: Channel | None = None
    ) -> Asked | None:
        """Begin to tell the bot of an event, where it is subscribed to such and in the workspace."""
        if name not in self.bot_events or team.bot is None:
            return None
        asked = event_asked(self, team, event)
        asked.user, asked.channel = user, channel
        return self.tell(asked)

    def response_url(self, asked: Asked) -> str:
        """Return where answers to something go."""
        return f"{self.origin}/actions/{asked.trigger_id}"

    def _door(self) -> SocketMode | SignedHttp:
        return self.http if self.request_url else self.socket

    async def _deliver(self, asked: Asked) -> None:
        is_event, door = asked.kind == "events_api", self._door()
        # Over Socket Mode an envelope that was not acknowledged goes to another connection.
        waits_s = RETRIES_S if is_event else () if door is self.http else (0,)
        reason = ""
        for attempt, wait_s in enumerate((0, *waits_s)):
            await asyncio.sleep(wait_s / self.speed)
            asked.attempts += 1
            done, said, reason = await door.attempt(asked, attempt, reason)
            if done:
                late = time.monotonic() - asked.asked_at
                if is_event or late <= self.deadline_s:
                    asked.acknowledged_ms, asked.ack = late * 1000, said
                    slack_responses.take_acknowledgement(self, asked)
                break
            if not is_event:
                asked.settled.set()
            if reason == "no_retry":
                break
        asked.settled.set()
        self.touch()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.close()

    # What stands in channels

    def accept(self, message: Message, *, tells: bool = True, asked: Asked | None = None) -> None:
        """Let a message stand; attach it to what it answers; tell the bot of it where it is subscribed."""
        message.ts = self.next_ts()
        self.messages.append(message)
        if asked or (asked := self._answered(message)):
            asked.answers.append(message)
        self.when_accepted(message)
        if tells and not message.only_for:
            self.emit(message.team, self.message_event(message), MESSAGES[message.channel.kind])
        self.touch()

    def _answered(self, message: Message) -> Asked | None:
        """Return the newest thing in a message's channel that it can be an answer to."""
        if not message.from_bot:
            return None
        for asked in reversed(self.asked.values()):
            here = asked.channel is message.channel and asked.user is not None
            mine = message.only_for in (None, asked.user.id if asked.user else None)
            if here and mine and (message.only_for or asked.kind == "events_api"):
                return asked
        return None

    def message_event(self, message: Message) -> Json:
        """Return the event that tells of a message."""
        kind = message.channel.kind
        return {
            **slack_chat.message_json(message),
            "channel": message.channel.id,
            "channel_type": kind,
        }

    def tell_of_change(self, message: Message, subtype: str, before: Json) -> None:
        """Tell the bot of an edit or a deletion where it is subscribed to the messages of such places."""
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": message.channel.id,
            "channel_type": message.channel.kind,
            "ts": self.next_ts(),
            "previous_message": before,
        }
        now = (
            {"deleted_ts": message.ts}
            if message.is_deleted
            else {"message": slack_chat.message_json(message)}
        )
        self.emit(message.team, event | now, MESSAGES[message.channel.kind])

    # What administrators do

    def archive(self, channel: Channel) -> Asked | None:
        channel.is_archived = True
        return self._channel_event(channel, "archive")

    def unarchive(self, channel: Channel) -> Asked | None:
        channel.is_archived = False
        return self._channel_event(channel, "unarchive")

    def delete_channel(self, channel: Channel) -> Asked | None:
        channel.is_deleted = True
        return self._channel_event(channel, "deleted")

    def rename(self, channel: Channel, name: str) -> Asked | None:
        channel.name = name
        kind = "group_rename" if channel.is_private else "channel_rename"
        about = {"id": channel.id, "name": name, "created": 1_700_000_000}
        return self.emit(channel.team, {"type": kind, "channel": about}, kind)

    def _channel_event(self, channel: Channel, what: str) -> Asked | None:
        kind = f"{channel.kind}_{what}"
        return self.emit(channel.team, {"type": kind, "channel": channel.id}, kind)

    def remove_bot(self, channel: Channel) -> Asked | None:
        """Take the bot out of a channel."""
        channel.members.discard(channel.team.bot.id)
        self._channel_event(channel, "left")
        return self._membership(channel, "member_left_channel")

    def invite_bot(self, channel: Channel, by: Member | None = None) -> Asked | None:
        """Bring the bot into a channel."""
        channel.members.add(channel.team.bot.id)
        return self._membership(channel, "member_joined_channel", by)

    def _membership(self, channel: Channel, name: str, by: Member | None = None) -> Asked | None:
        event = {
            "type": name,
            "user": channel.team.bot.id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": channel.team.id,
        }
        return self.emit(channel.team, event | ({"inviter": by.id} if by else {}), name)

    def revoke_tokens(self, team: Team) -> Asked | None:
        """Make the bot's tokens of a workspace worthless."""
        self._end_tokens(team, "token_revoked")
        tokens = {"oauth": [], "bot": [team.bot.id]}
        return self.emit(team, {"type": "tokens_revoked", "tokens": tokens}, "tokens_revoked")

    def withdraw(self, team: Team) -> Asked | None:
        """Take an organisation's app out of one of its workspaces; the token stays good for the others."""
        team.is_withdrawn = True
        event = {"type": "team_access_revoked", "team_ids": [team.id]}
        return self.emit(team, event, "team_access_revoked")

    def uninstall(self, team: Team) -> Asked | None:
        """Take the app out of a workspace; its tokens go with it."""
        self._end_tokens(team, "account_inactive")
        self.emit(team, {"type": "tokens_revoked", "tokens": {"bot": [team.bot.id]}}, "tokens_revoked")
        return self.emit(team, {"type": "app_uninstalled"}, "app_uninstalled")

    def _end_tokens(self, team: Team, state: Any) -> None:
        for token in self.tokens.values():
            if token.team is team:
                token.state = state


@asynccontextmanager
async def serving(server: SlackServer) -> AsyncIterator[str]:
    """Serve a pretend Slack while the block runs; yield the address of its Web API."""

    async def api(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await answer_call(server, METHODS, request)
        return answer

    async def respond(request: web.Request) -> web.StreamResponse:
        return await slack_responses.respond(server, request)

    async def authorize(request: web.Request) -> web.StreamResponse:
        return await slack_oauth.authorize(server, request)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", api)
    app.router.add_post("/actions/{trigger}", respond)
    app.router.add_get("/oauth/v2/authorize", authorize)
    app.router.add_get(PATH, partial(serve_file, server))
    app.router.add_get("/link/", server.socket.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield f"{server.origin}/api/"
    finally:
        await server.close()
        await runner.cleanup()
