"""What the pretend Slack knows: workspaces and their people, channels and messages, views and tokens.

The ledger is here: what was accepted, edited and deleted, who sees what. Verdicts are computed from it.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal
from uuid import uuid4

from tests.fakes.slack.files import File
from tests.fakes.slack.problems import Json
from tests.fakes.slack.reading import text_of
from tests.waiting import PATIENCE_S

SCOPES = (
    "app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write",
    "chat:write.public", "commands", "files:read", "groups:history", "groups:read", "im:history", "im:read",
    "im:write", "mpim:history", "mpim:read", "team:read", "usergroups:read", "users:read",
)  # fmt: skip
BOT_EVENTS = {
    "app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_left",
    "channel_rename", "channel_unarchive", "group_archive", "group_deleted", "group_left", "group_rename",
    "group_unarchive", "member_joined_channel", "member_left_channel", "message.im", "team_access_revoked",
    "tokens_revoked",
}  # fmt: skip
"""Events that the app is subscribed to; of all others it hears nothing."""

APP_ID = "A0AINEWS00"
_NUMBERS = count(1)


def new_id(prefix: str) -> str:
    """Return an id of Slack's form that no other thing has."""
    return f"{prefix}{next(_NUMBERS):010d}"


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """A person or a bot of a workspace."""

    id: str
    team: "Team"
    name: str
    locale: str = "en-US"
    time_zone: str = "Europe/London"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Team:
    """A workspace, with the app's bot in it while it is installed."""

    id: str
    name: str
    domain: str
    bot: User | None = None
    bot_id: str = ""
    bot_token: str = ""
    refresh_token: str = ""
    edit_window_s: float | None = None
    """How long members and bots may edit their messages; None means always."""
    is_withdrawn: bool = False
    """Whether its organisation's token may do nothing there any more."""
    refusal: str = ""
    """The error code that posting anywhere there is answered with, such as message_limit_exceeded."""


@dataclass(slots=True, eq=False)
class Token:
    """A credential: of a bot in a workspace, or of the app itself."""

    value: str
    team: Team | None
    scopes: tuple[str, ...]
    state: Literal[
        "valid", "token_revoked", "account_inactive", "token_expired", "invalid_auth", "not_authed"
    ] = "valid"
    expires_at: float | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A conversation: a channel, public or private, or a direct message with the bot."""

    id: str
    team: Team
    name: str
    is_private: bool = False
    is_group_message: bool = False
    is_archived: bool = False
    is_deleted: bool = False
    with_user: str | None = None
    refusal: str = ""
    """The error code that posting there is answered with, such as restricted_action."""
    members: set[str] = field(default_factory=set)

    @property
    def kind(self) -> Literal["channel", "group", "im", "mpim"]:
        """How scopes and events name its kind."""
        if self.is_group_message:
            return "mpim"
        return "im" if self.with_user else "group" if self.is_private else "channel"


@dataclass(slots=True, kw_only=True, eq=False)
class Usergroup:
    """A group of members that can be mentioned."""

    id: str
    team: Team
    handle: str
    users: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message that was accepted; `only_for` names who alone sees an ephemeral one."""

    channel: Channel
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    only_for: str | None = None
    from_bot: bool = False
    broadcast: bool = False
    unfurls: tuple[bool, bool] = (True, True)
    edits: list[tuple[str, list[Json]]] = field(default_factory=list)
    """What it said before each edit, oldest first."""
    is_deleted: bool = False
    files: list[Json] = field(default_factory=list)

    @property
    def team(self) -> Team:
        """The workspace that it stands in."""
        return self.channel.team


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A modal that is or was open, or a Home."""

    id: str
    user: User
    content: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    is_open: bool = True
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    """What was chosen in it so far, by block and action."""
    suggested: dict[str, list[Json]] = field(default_factory=dict)
    """Options that the bot suggested, by action."""
    versions: int = 1
    is_sent: bool = False
    """Whether it was submitted and what the bot says to that is not shown yet."""


@dataclass(slots=True, eq=False)
class Asked:
    """Something that Slack told the bot because of somebody, and what came of it."""

    kind: Literal["slash_commands", "interactive", "events_api"]
    payload: Json
    user: User | None = None
    channel: Channel | None = None
    surface: Message | View | None = None
    """Where it was pressed or submitted."""
    trigger_id: str = field(default_factory=lambda: new_id("trigger."))
    envelope_id: str = field(default_factory=lambda: str(uuid4()))
    asked_at: float = field(default_factory=time.monotonic)
    attempts: int = 0
    """How often the bot was told."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the bot has acknowledged, or Slack's time for that is over."""
    acknowledged_ms: float | None = None
    """None where the bot did not acknowledge within Slack's time: the member sees that it failed."""
    ack: Json | None = None
    """What the bot said with its acknowledgement."""
    answers: list[Message] = field(default_factory=list)
    """Messages that came of it, those only for the member too, oldest first."""
    views: list[View] = field(default_factory=list)
    """Modals that were opened because of it."""
    errors: dict[str, str] = field(default_factory=dict)
    """What a submitted modal was refused for, by block."""
    uses: int = 0
    """How often its response_url was used."""
    is_exchanged: bool = False
    """Whether its trigger was used."""

    @property
    def text(self) -> str:
        """What the newest answer says; nothing where there is none."""
        return text_of(self.answers[-1]) if self.answers else ""


class SlackState:
    """All of it, and how to make and find each."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.app_id = APP_ID
        self.client_id = "111.222"
        self.client_secret = "client-secret-of-the-pretend-app"
        self.signing_secret = "signing-secret-of-the-pretend-app"
        self.app_token = f"xapp-1-{APP_ID}-1-pretend"
        self.scopes: tuple[str, ...] = SCOPES
        self.bot_events = set(BOT_EVENTS)
        self.tokens = {self.app_token: Token(self.app_token, None, ("connections:write",))}
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.messages: list[Message] = []
        """The ledger: every message that a channel was given, ephemeral ones and deleted ones too."""
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.asked: dict[str, Asked] = {}
        self.violations: list[str] = []
        """What a correct client never sends; tests assert that there are none."""
        self._last_ts = 0
        self._changed = asyncio.Event()

    # Making

    def team(self, name: str = "Acme", *, installed: bool = True) -> Team:
        """Make a workspace, by default with the app in it."""
        team = Team(id=new_id("T"), name=name, domain=name.lower().replace(" ", "-"))
        self.teams[team.id] = team
        if installed:
            self.install(team)
        return team

    def install(self, team: Team, *, expires_in_s: float | None = None) -> Token:
        """Put the app into a workspace; return its new bot token."""
        if team.bot is None:
            team.bot = self.user(team, "ai-news", is_bot=True)
            team.bot_id = new_id("B")
        token = self.new_token(team, expires_in_s)
        team.bot_token = token.value
        return token

    def new_token(self, team: Team, expires_in_s: float | None = None) -> Token:
        """Make one more bot token of a workspace; one that expires begins otherwise, as Slack's do."""
        prefix = "xoxb" if expires_in_s is None else "xoxe.xoxb-1"
        value = f"{prefix}-{team.id}-{secrets.token_hex(8)}"
        token = Token(value, team, self.scopes)
        if expires_in_s is not None:
            token.expires_at = time.time() + expires_in_s
            team.refresh_token = f"xoxe-1-{secrets.token_hex(12)}"
        self.tokens[value] = token
        return token

    def user(self, team: Team, name: str, **facts: Any) -> User:
        """Make a person of a workspace."""
        user = User(id=new_id("U"), team=team, name=name, **facts)
        self.users[user.id] = user
        return user

    def channel(self, team: Team, name: str = "news", *, private: bool = False, bot: bool = True) -> Channel:
        """Make a channel; by default the bot is in it."""
        channel = Channel(id=new_id("C"), team=team, name=name, is_private=private)
        if bot and team.bot:
            channel.members.add(team.bot.id)
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, team: Team, user: str) -> Channel:
        """Return the direct message of the bot with a person."""
        for channel in self.channels.values():
            if channel.team is team and channel.with_user == user:
                return channel
        channel = Channel(id=new_id("D"), team=team, name="directmessage", with_user=user)
        channel.members = {user, team.bot.id} if team.bot else {user}
        self.channels[channel.id] = channel
        return channel

    def group_message(self, team: Team, *users: User) -> Channel:
        """Return a new direct message of the bot with several people."""
        channel = self.channel(team, "mpdm-1", private=True)
        channel.is_group_message = True
        channel.members |= {user.id for user in users}
        return channel

    def usergroup(self, team: Team, handle: str, *users: User) -> Usergroup:
        """Make a group of people."""
        group = Usergroup(id=new_id("S"), team=team, handle=handle, users=tuple(user.id for user in users))
        self.usergroups[group.id] = group
        return group

    def next_ts(self) -> str:
        """Return a message's name: the second, and what tells it from others of that second."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # Finding

    def message(self, channel: Channel, ts: str) -> Message | None:
        """Return the message of a name that stands in a channel for all to see."""
        for message in self.messages:
            if message.channel is channel and message.ts == ts and not message.only_for:
                return None if message.is_deleted else message
        return None

    def posted(self, channel: Channel | None = None) -> list[Message]:
        """Return the bot's messages that stand for all to see, oldest first."""
        return [
            message
            for message in self.messages
            if message.from_bot and not message.is_deleted and not message.only_for
            and (channel is None or message.channel is channel)
        ]  # fmt: skip

    def ephemeral(self, user: User) -> list[Message]:
        """Return what only this person sees and has not lost, oldest first."""
        return [one for one in self.messages if one.only_for == user.id and not one.is_deleted]

    def modals(self, user: User) -> list[View]:
        """Return the stack of modals that a person has open, the topmost last."""
        views = [view for view in self.views.values() if view.user is user and view.is_open]
        return [view for view in views if view.content["type"] == "modal"]

    # Waiting

    def touch(self) -> None:
        """Tell those who wait that something happened."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, true: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Wait until something is so, and return it; fail with TimeoutError when it does not come about."""
        async with asyncio.timeout(patience_s):
            while not (result := true()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.05)
        return result
