"""What the bot may do in a channel, pure: computed from what its HTTP interface tells, without a gateway.

As Discord's documentation on permissions has it: roles first, then the channel's overwrites for everyone,
for roles and for the member.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import discord

Given = Mapping[str, Any]
Kind = Literal["text", "announcement", "thread", "forum"]

NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = {
    "text": ("view_channel", "send_messages", "read_message_history"),
    "announcement": ("view_channel", "send_messages", "read_message_history"),
    "thread": ("view_channel", "send_messages_in_threads", "read_message_history"),
    "forum": ("view_channel", "send_messages", "send_messages_in_threads", "read_message_history"),
}
"""What posting needs: without the history, nobody can tell whether an uncertain post stands."""

FOR_THREADS: Final = ("create_public_threads", "send_messages_in_threads")
"""What digests in the thread style need beside."""


def in_server(server: Given, member: Given) -> discord.Permissions:
    """Return what a member may do where no channel says otherwise."""
    if server["owner_id"] == member["user"]["id"]:
        return discord.Permissions.all()
    held = {server["id"], *member["roles"]}
    granted = 0
    for role in server["roles"]:
        if role["id"] in held:
            granted |= int(role["permissions"])
    permissions = discord.Permissions(granted)
    return discord.Permissions.all() if permissions.administrator else permissions


def in_channel(server: Given, member: Given, channel: Given) -> discord.Permissions:
    """Return what a member may do in a channel; for a thread, `channel` is the one that it belongs to."""
    permissions = in_server(server, member)
    if permissions == discord.Permissions.all():
        return permissions
    overwrites = {one["id"]: one for one in channel.get("permission_overwrites", ())}
    value = permissions.value
    for ids in ([server["id"]], member["roles"], [member["user"]["id"]]):
        found = [overwrites[id_] for id_ in ids if id_ in overwrites]
        for one in found:
            value &= ~int(one["deny"])
        for one in found:
            value |= int(one["allow"])
    permissions = discord.Permissions(value)
    return permissions if permissions.view_channel else discord.Permissions.none()


def missing(permissions: discord.Permissions, needed: Iterable[str]) -> list[str]:
    """Return which of the permissions needed are not there, by their English names in Discord's settings."""
    return [flag.replace("_", " ").title() for flag in needed if not getattr(permissions, flag)]
