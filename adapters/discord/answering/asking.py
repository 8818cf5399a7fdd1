"""Who asks, where, and in which language: an interaction of Discord's as the engine's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.posting.places import PLATFORM
from adapters.discord.showing.command_options import THREADS
from adapters.discord.showing.forms import MAX_FIELDS
from adapters.discord.showing.render import LIMITS
from bot.engine import Engine
from bot.model import Actor, Channel, Interaction, Language, WorkspaceId
from bot.settings import Settings
from bot.suggesting import SUGGESTED_BY_ROLE
from bot.workspaces import role_of


def language_of(locale: str, server_locale: str | None, otherwise: Language) -> Language:
    """Return the language for somebody whose Discord speaks `locale`, in a server of `server_locale`."""
    for name in (locale, server_locale or ""):
        if name.startswith("ja"):
            return "ja"
        if name.startswith("en"):
            return "en"
    return otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel that a command is about, as Discord described it beside the command.

    `permissions` are the bot's there, None where Discord did not tell; `is_seen` and `is_open` say whether
    the asker sees it and may write in it. A post there needs one of the tags `needs_tag`, where it has any.
    """

    id: str
    type: int
    permissions: discord.Permissions | None
    is_seen: bool = True
    is_open: bool = True
    needs_tag: tuple[str, ...] = ()


def place_of(interaction: discord.Interaction, chosen: str | None) -> Place:
    """Return the channel that was chosen, or the one where the command was typed."""
    if chosen is not None:
        described = _resolved(interaction).get("channels", {}).get(chosen, {})
        theirs = described.get("app_permissions")
        seen = discord.Permissions(int(described.get("permissions", 0)))
        return Place(
            id=chosen,
            type=int(described.get("type", -1)),
            permissions=None if theirs is None else discord.Permissions(int(theirs)),
            is_seen=seen.view_channel or seen.administrator,
            needs_tag=_tags_needed(interaction.guild, chosen),
        )
    type_ = -1 if interaction.channel is None else interaction.channel.type.value
    theirs = interaction.permissions
    return Place(
        id=str(interaction.channel_id),
        type=type_,
        permissions=interaction.app_permissions,
        is_open=theirs.send_messages_in_threads if type_ in THREADS else theirs.send_messages,
    )


def _tags_needed(server: discord.Guild | None, channel_id: str) -> tuple[str, ...]:
    channel = server.get_channel(int(channel_id)) if server else None
    if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag:
        return tuple(tag.name for tag in channel.available_tags)
    return ()


def _resolved(interaction: discord.Interaction) -> Mapping[str, Any]:
    data: Any = interaction.data or {}
    found: Mapping[str, Any] = data.get("resolved", {})
    return found


class Asking:
    """Turns what Discord says of a person into an actor, with what the server has set."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def language(self, interaction: discord.Interaction) -> Language:
        """Return the language to answer in."""
        server = interaction.guild_locale
        return language_of(
            interaction.locale.value, server.value if server else None, self._settings.language
        )

    async def typist(self, interaction: discord.Interaction, field: str) -> Actor:
        """Return who types into a field; what they may do is looked up where suggestions depend on it."""
        if field in SUGGESTED_BY_ROLE:
            return (await self.asked(interaction, str(interaction.channel_id))).actor
        return Actor(
            id=str(interaction.user.id),
            name=interaction.user.display_name,
            workspace=WorkspaceId(str(interaction.guild_id)),
            language=self.language(interaction),
        )

    async def asked(
        self, interaction: discord.Interaction, channel: str, id_: str | None = None
    ) -> Interaction:
        """Return what somebody did in a server, about the channel of an id; raises `StoreError`."""
        workspace = WorkspaceId(str(interaction.guild_id))
        known = await self._engine.workspaces.known(PLATFORM, workspace)
        may = interaction.permissions
        return Interaction(
            id=id_ or str(interaction.id),
            actor=Actor(
                id=str(interaction.user.id),
                name=interaction.user.display_name,
                workspace=workspace,
                language=self.language(interaction),
                role=role_of(known, _ids(interaction), manages=may.manage_guild or may.administrator),
            ),
            channel=Channel(platform=PLATFORM, workspace=workspace, id=channel),
            limits=LIMITS,
            form_fields=MAX_FIELDS,
            time_zone=known.time_zone if known else self._settings.time_zone,
        )


def _ids(interaction: discord.Interaction) -> list[str]:
    """Return the ids of a member and of their roles, but for the one that everyone has: the server's own."""
    user = interaction.user
    roles = user.roles if isinstance(user, discord.Member) else []
    return [str(user.id), *(str(role.id) for role in roles if role.id != interaction.guild_id)]
