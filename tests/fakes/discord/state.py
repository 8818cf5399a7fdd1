"""The pretend Discord: guilds, channels, threads, roles, members and messages, and what administrators do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.permissions import ORDINARY, Permission
from tests.fakes.discord.users import Acting

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction
    from tests.fakes.discord.server import DiscordServer

TEXT, ANNOUNCEMENT, ANNOUNCEMENT_THREAD, PUBLIC_THREAD, FORUM = 0, 5, 10, 11, 15
THREADS = {ANNOUNCEMENT_THREAD, PUBLIC_THREAD}
IS_COMPONENTS_V2 = 1 << 15
EPHEMERAL = 1 << 6
LOADING = 1 << 7
CROSSPOSTED = 1 << 0
HAS_THREAD = 1 << 5
REQUIRE_TAG = 1 << 4


@dataclass(eq=False)
class User:
    """An account, of a person or a bot."""

    id: int
    name: str
    bot: bool = False


@dataclass(eq=False, repr=False)
class Role:
    """A role of a guild; `bot` is the account that it was made for, if any."""

    guild: Guild
    id: int
    name: str
    permissions: Permission = Permission.NONE
    mentionable: bool = False
    bot: User | None = None

    def __repr__(self) -> str:
        return f"<role {self.name}>"

    def change(self, permissions: Permission) -> None:
        """Let an administrator grant it these permissions, and no others."""
        self.permissions = permissions
        data = {"guild_id": str(self.guild.id), "role": shapes.role(self)}
        self.guild.tell("GUILD_ROLE_UPDATE", data)

    def delete(self) -> None:
        """Let an administrator delete it."""
        self.guild.roles.remove(self)
        for member in self.guild.members:
            if self in member.roles:
                member.roles.remove(self)
        self.guild.tell("GUILD_ROLE_DELETE", {"guild_id": str(self.guild.id), "role_id": str(self.id)})


@dataclass(eq=False, repr=False)
class Member(Acting):
    """A user in a guild; what a person does stands in `tests.fakes.discord.users`."""

    guild: Guild
    user: User
    roles: list[Role] = field(default_factory=list)
    locale: str = "en-US"
    joined_at: float = 0.0

    def __repr__(self) -> str:
        return f"<member {self.user.name}>"


@dataclass(eq=False)
class Tag:
    """A forum's tag."""

    id: int
    name: str


@dataclass(eq=False, repr=False)
class Message:
    """A message that was accepted. `payload` is its body as it is shown now, after edits."""

    id: int
    channel: Channel
    author: User
    payload: dict
    at: float
    kind: str = "post"
    """`post`, `response` and `followup` of an interaction, or `member` for a person's own."""
    nonce: str | None = None
    flags: int = 0
    edited_at: float | None = None
    edits: list[dict] = field(default_factory=list)
    """The bodies that it was made and edited with, in order."""
    deleted: bool = False
    pings: set[str] = field(default_factory=set)
    """Whom it notified when it was posted: `everyone`, or ids of roles and users."""
    seen_by: User | None = None
    """The only one who sees it, where it is ephemeral."""
    reply_to: Message | None = None
    thread: Channel | None = None
    interaction: Interaction | None = None

    def __repr__(self) -> str:
        return f"<message {self.id} in {self.channel}: {self.text[:60]!r}>"

    @property
    def text(self) -> str:
        """Return all that can be read in it, except what stands on buttons."""
        return text_of(self)

    @property
    def crossposted(self) -> bool:
        """Return whether it was published to the channels that follow its own."""
        return bool(self.flags & CROSSPOSTED)

    @property
    def components(self) -> list[dict]:
        """Return its components, nested ones too, in reading order."""
        return list(shapes.all_components(self.payload.get("components") or []))

    @property
    def buttons(self) -> dict[str, dict]:
        """Return its buttons by label."""
        return {one.get("label", ""): one for one in self.components if one["type"] == 2}

    def delete(self) -> None:
        """Let somebody who may delete it."""
        self.deleted = True
        if self in self.channel.messages:
            self.channel.messages.remove(self)
        self.channel.guild.tell("MESSAGE_DELETE", shapes.message_deleted(self))


def text_of(message: Message) -> str:
    """Return what can be read in a message: content, text displays, embeds; a line for each."""
    embeds = message.payload.get("embeds") or []
    parts = [
        message.payload.get("content") or "",
        *(one["content"] for one in message.components if one["type"] == 10),
        *(embed.get(part) or "" for embed in embeds for part in ("title", "description")),
    ]
    return "\n".join(part for part in parts if part)


@dataclass(eq=False, repr=False)
class Channel:
    """A channel or a thread (`parent` is the channel that it hangs from)."""

    guild: Guild
    id: int
    name: str
    type: int = TEXT
    parent: Channel | None = None
    owner: User | None = None
    tags: list[Tag] = field(default_factory=list)
    applied_tags: list[int] = field(default_factory=list)
    requires_tag: bool = False
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    threads: list[Channel] = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    archived_at: float = 0.0
    auto_archive_minutes: int = 1440
    slowmode_s: int = 0

    def __post_init__(self) -> None:
        self.guild.server.channels[self.id] = self

    def __repr__(self) -> str:
        return f"<channel {self.name}>"

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def texts(self) -> list[str]:
        """Return what can be read in its messages, oldest first."""
        return [message.text for message in self.messages]

    def allow(
        self, who: Role | Member, allow: Permission = Permission.NONE, deny: Permission = Permission.NONE
    ) -> None:
        """Let an administrator set what a role or member may do here."""
        self.overwrites[who.id if isinstance(who, Role) else who.user.id] = (allow, deny)
        self.guild.tell("CHANNEL_UPDATE", shapes.channel(self))

    def rename(self, name: str) -> None:
        """Let an administrator give it another name."""
        self.name = name
        self.guild.tell("THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE", shapes.channel(self))

    def archive(self, *, locked: bool = False) -> None:
        """Archive a thread; a locked one only a moderator opens again."""
        self.archived, self.locked, self.archived_at = True, locked, self.guild.server.now()
        self.guild.tell("THREAD_UPDATE", shapes.channel(self))

    def delete(self) -> None:
        """Let an administrator delete it, with all that hangs from it."""
        if self.is_thread:
            self.parent.threads.remove(self)
            event = "THREAD_DELETE"
        else:
            self.guild.channels.remove(self)
            event = "CHANNEL_DELETE"
        for gone in (self, *self.threads):
            del self.guild.server.channels[gone.id]
        self.guild.tell(event, shapes.channel(self))


@dataclass(eq=False, repr=False)
class Guild:
    """A server of Discord's, as members call it."""

    server: DiscordServer
    id: int
    name: str
    owner: User
    locale: str = "en-US"
    everyone: Role = None
    roles: list[Role] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    available: bool = True
    system_channel: Channel | None = None
    allowed_commands: dict[str, bool] = field(default_factory=dict)
    """What administrators set under Integrations: whether all members or none see a command, by name."""

    def __post_init__(self) -> None:
        self.everyone = Role(self, self.id, "@everyone", ORDINARY)
        self.roles.append(self.everyone)

    def __repr__(self) -> str:
        return f"<guild {self.name}>"

    @property
    def bot(self) -> Member | None:
        """Return the bot as a member, where it is in the guild."""
        return next((member for member in self.members if member.user is self.server.bot), None)

    @property
    def threads(self) -> list[Channel]:
        return [thread for channel in self.channels for thread in channel.threads]

    def users(self) -> list[User]:
        return [member.user for member in self.members]

    def tell(self, event: str, data: dict) -> None:
        """Send an event to every shard that looks after the guild, while the bot is in it."""
        if self.bot is not None:
            self.server.gateway.dispatch(event, data, self.id)

    # What administrators do.

    def role(
        self, name: str, permissions: Permission = Permission.NONE, *, mentionable: bool = False
    ) -> Role:
        """Add a role."""
        role = Role(self, self.server.new_id(), name, permissions, mentionable)
        self.roles.append(role)
        self.tell("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": shapes.role(role)})
        return role

    def member(
        self, name: str, *roles: Role, locale: str = "en-US", permissions: Permission = Permission.NONE
    ) -> Member:
        """Add a person; permissions come by a role of that person's own."""
        user = User(self.server.new_id(), name)
        self.server.users[user.id] = user
        member = Member(self, user, list(roles), locale, self.server.now())
        if permissions:
            member.roles.append(self.role(f"role of {name}", permissions))
        self.members.append(member)
        return member

    def channel(self, name: str, type: int = TEXT, **settings: object) -> Channel:  # noqa: A002 -- Discord's word
        """Add a channel."""
        channel = Channel(self, self.server.new_id(), name, type, **settings)
        self.channels.append(channel)
        self.tell("CHANNEL_CREATE", shapes.channel(channel))
        return channel

    def text(self, name: str) -> Channel:
        """Add a text channel."""
        return self.channel(name)

    def announcement(self, name: str) -> Channel:
        """Add a channel whose messages can be published to others."""
        return self.channel(name, ANNOUNCEMENT)

    def forum(self, name: str, tags: Iterable[str] = (), *, requires_tag: bool = False) -> Channel:
        """Add a forum with tags of these names."""
        made = [Tag(self.server.new_id(), tag) for tag in tags]
        return self.channel(name, FORUM, tags=made, requires_tag=requires_tag)

    def invite_bot(self, permissions: Permission = Permission.NONE) -> None:
        """Add the bot; `permissions` are those of the invite link, which it gets by a role of its own."""
        self.server.gateway.dispatch("GUILD_CREATE", self._with_bot(permissions), self.id)

    def _with_bot(self, permissions: Permission) -> dict:
        bot = self.server.bot
        role = Role(self, self.server.new_id(), bot.name, permissions, bot=bot)
        self.roles.append(role)
        self.members.append(Member(self, bot, [role], joined_at=self.server.now()))
        return shapes.guild(self)

    def kick_bot(self) -> None:
        """Remove the bot."""
        data = {"id": str(self.id)}
        self.server.gateway.dispatch("GUILD_DELETE", data, self.id)
        self.roles = [role for role in self.roles if role.bot is None]
        self.members.remove(self.bot)

    def delete(self) -> None:
        """Delete the guild with all that is in it; the bot learns no more than that it is out."""
        if self.bot is not None:
            self.kick_bot()
        for channel in (*self.channels, *self.threads):
            del self.server.channels[channel.id]
        del self.server.guilds[self.id]

    def fail(self) -> None:
        """Let Discord lose the guild for a while: an outage, nobody left."""
        self.available = False
        self.tell("GUILD_DELETE", {"id": str(self.id), "unavailable": True})

    def recover(self) -> None:
        """End the outage."""
        self.available = True
        self.tell("GUILD_CREATE", {**shapes.guild(self), "unavailable": False})
