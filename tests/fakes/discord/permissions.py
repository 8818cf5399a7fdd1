"""The pretend Discord: who may do what where, as its documentation on permissions computes it."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.state import Channel, Guild, Member, Role


class Permission(IntFlag):
    """Bits of Discord's permissions (documentation, topics/permissions)."""

    NONE = 0
    MANAGE_CHANNELS = 1 << 4
    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    EVERYTHING = (1 << 53) - 1


ORDINARY = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What @everyone has in a new guild, as far as it matters here."""


def permissions_of(member: Member) -> Permission:
    """Return what a member may do in its guild, wherever no channel says otherwise."""
    guild = member.guild
    if member.user is guild.owner:
        return Permission.EVERYTHING
    granted = guild.everyone.permissions
    for role in member.roles:
        granted |= role.permissions
    return Permission.EVERYTHING if granted & Permission.ADMINISTRATOR else granted


def permissions_in(member: Member, channel: Channel) -> Permission:
    """Return what a member may do in a channel; in a thread, what its parent says."""
    granted = permissions_of(member)
    if granted & Permission.ADMINISTRATOR:
        return Permission.EVERYTHING
    overwrites = (channel.parent or channel).overwrites
    granted = _overwritten(granted, overwrites, [member.guild.everyone.id])
    granted = _overwritten(granted, overwrites, [role.id for role in member.roles])
    granted = _overwritten(granted, overwrites, [member.user.id])
    return granted if granted & Permission.VIEW_CHANNEL else Permission.NONE


def _overwritten(granted: Permission, overwrites: dict, ids: list[int]) -> Permission:
    """Apply overwrites of one kind: all that they deny goes first, then comes all that they allow."""
    found = [overwrites[one] for one in ids if one in overwrites]
    for _, deny in found:
        granted &= ~deny
    for allow, _ in found:
        granted |= allow
    return granted


def may_mention(guild: Guild, member: Member, channel: Channel, role: Role) -> bool:
    """Return whether a member's message notifies a role."""
    return role.mentionable or bool(permissions_in(member, channel) & Permission.MENTION_EVERYONE)
