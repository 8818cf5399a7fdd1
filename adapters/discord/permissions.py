"""What the bot may do in a channel, pure: computed from what its HTTP interface tells, without a gateway.

As Discord's documentation on permissions has it: roles first, then the channel's overwrites for everyone,
for roles and for the member.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import discord

Given = Mapping[str, Any]
Kind = Literal["text", "announcement", "thread", "forum"]

KINDS: Final[Mapping[int, Kind]] = {
    0: "text",
    2: "text",
    5: "announcement",
    10: "thread",
    11: "thread",
    12: "thread",
    13: "text",
    15: "forum",
    16: "forum",
}
"""Discord's numbers of channel types; voice and stage channels hold text too, a media channel is a forum."""

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


def lacking(permissions: discord.Permissions, kind: Kind, *, with_threads: bool) -> list[str]:
    """Return which permissions posting in a channel needs that are not there, by discord.py's names."""
    threads = FOR_THREADS if with_threads and kind in ("text", "announcement") else ()
    flags = [flag for flag in (*NEEDED[kind], *threads) if not getattr(permissions, flag)]
    # What sends messages elsewhere creates posts in a forum, and is called so there.
    return ["create_posts" if kind == "forum" and flag == "send_messages" else flag for flag in flags]
