"""The pretend Discord: what applications do with messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.checks import IS_COMPONENTS_V2, check_message
from tests.fakes.discord.errors import Problems, failure
from tests.fakes.discord.permissions import Permission, may_mention
from tests.fakes.discord.state import ANNOUNCEMENT, CROSSPOSTED, FORUM, Channel, Message, User

if TYPE_CHECKING:
    from tests.fakes.discord.http import Call
    from tests.fakes.discord.server import DiscordServer

MAX_FLAGS = IS_COMPONENTS_V2 | 1 << 2 | 1 << 6 | 1 << 12
"""Flags that a body may set: components v2, no embeds, ephemeral (interactions), silent."""
EVERYBODY = ["users", "roles", "everyone"]
AGED_S = 14 * 86_400
EPOCH_MS = 1_420_070_400_000


def create_message(call: Call) -> dict:
    """POST: let a message stand, or return the one that has its nonce already."""
    channel = call.channel()
    body = call.body or {}
    if channel.type == FORUM:
        raise failure(50008)
    if not call.may(channel, sending_in(channel)):
        raise failure(50013)
    if channel.locked and not call.may(channel, Permission.MANAGE_THREADS):
        raise failure(160005)
    check_message(body, body.get("flags") or 0)
    nonce = _nonce(body)
    if body.get("enforce_nonce") and (known := call.server.nonces.find(call.server.bot, nonce)):
        if known.deleted:
            raise failure(10008)
        return shapes.message(known, with_nonce=True)
    message = accept(
        call.server, channel, call.server.bot, body, nonce=nonce, reply_to=_replied(call, channel, body)
    )
    return shapes.message(message, with_nonce=True)


def sending_in(channel: Channel) -> Permission:
    """Return the permission that a message needs in a channel."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES


def _nonce(body: dict) -> str | None:
    nonce = body.get("nonce")
    return None if nonce is None else str(nonce)


def _replied(call: Call, channel: Channel, body: dict) -> Message | None:
    reference = body.get("message_reference")
    if not reference:
        return None
    if not call.may(channel, Permission.READ_MESSAGE_HISTORY):
        raise failure(160002)
    found = next((m for m in channel.messages if m.id == int(reference["message_id"])), None)
    if found is None and reference.get("fail_if_not_exists", True):
        raise failure(10008)
    return found


def accept(
    server: DiscordServer,
    channel: Channel,
    author: User,
    body: dict,
    id: int | None = None,  # noqa: A002 -- Discord's word
    **details: object,
) -> Message:
    """Let a message stand in a channel and tell everybody; an archived thread opens again."""
    shown = {key: body.get(key) for key in ("content", "embeds", "components", "attachments", "poll")}
    number_components(shown["components"] or [])
    message = Message(id or server.new_id(), channel, author, shown, server.now(), edits=[body], **details)
    message.flags |= (body.get("flags") or 0) & MAX_FLAGS
    message.pings = pinged(message, body.get("allowed_mentions"))
    if message.seen_by is None:
        channel.messages.append(message)
        if channel.archived:
            channel.archived = False
            channel.guild.tell("THREAD_UPDATE", shapes.channel(channel))
        channel.guild.tell("MESSAGE_CREATE", shapes.message_event(message))
    if message.kind != "member":
        server.ledger.append(message)
        server.nonces.remember(message)
        server.when_accepted(message)
    return message


def number_components(components: list[dict]) -> None:
    """Give every component without an id the next free one, as Discord does."""
    used = {one["id"] for one in shapes.all_components(components) if one.get("id")}
    free = (number for number in range(1, 1000) if number not in used)
    for one in shapes.all_components(components):
        if not one.get("id"):
            one["id"] = next(free)


def pinged(message: Message, allowed: dict | None) -> set[str]:
    """Return whom a message notifies: `everyone`, and ids of roles and users that it may call."""
    guild = message.channel.guild
    author = next((one for one in guild.members if one.user is message.author), None)
    from_interaction = message.kind in {"response", "followup"}
    allowed = {"parse": ["users"] if from_interaction else EVERYBODY} if allowed is None else allowed
    parse = allowed.get("parse") or []
    pings = {
        who
        for who in re.findall(r"<@!?(\d+)>", message.text)
        if "users" in parse or who in map(str, allowed.get("users") or [])
    }
    for who in re.findall(r"<@&(\d+)>", message.text):
        role = next((role for role in guild.roles if str(role.id) == who), None)
        named = "roles" in parse or who in map(str, allowed.get("roles") or [])
        if role and author and named and may_mention(guild, author, message.channel, role):
            pings.add(who)
    if "everyone" in parse and author and may_mention(guild, author, message.channel, guild.everyone):
        pings |= {"everyone"} if re.search("@(everyone|here)", message.text) else set()
    return pings


def list_messages(call: Call) -> list[dict]:
    """GET: newest first; nobody without permission to read history sees any, and no error says so."""
    channel = call.channel()
    if channel.type == FORUM:
        raise failure(50024)
    if not call.may(channel, Permission.READ_MESSAGE_HISTORY):
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        problems = Problems()
        problems.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        problems.check()
    return [shapes.message(message) for message in _page(channel.messages, call.query, limit)]


def _page(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    if "after" in query:
        found = [message for message in messages if message.id > int(query["after"])][:limit]
    elif "around" in query:
        middle = int(query["around"])
        older = [message for message in messages if message.id < middle][-(limit // 2) :]
        found = older + [message for message in messages if message.id >= middle][: limit - len(older)]
    else:
        before = int(query.get("before", 1 << 64))
        found = [message for message in messages if message.id < before][-limit:]
    return found[::-1]


def get_message(call: Call) -> dict:
    """GET one."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    return shapes.message(call.message(channel))


def edit_message(call: Call) -> dict:
    """PATCH: one's own; nothing in an archived thread."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.server.bot:
        raise failure(50005)
    if channel.archived:
        raise failure(50083)
    edit(message, call.body or {})
    return shapes.message(message)


def edit(message: Message, body: dict) -> None:
    """Put another body in the place of what a message shows. What was components v2 stays so."""
    server = message.channel.guild.server
    flags = message.flags | ((body.get("flags") or 0) & MAX_FLAGS)
    shown = message.payload | {key: body[key] for key in message.payload if key in body}
    check_message(shown | {"allowed_mentions": body.get("allowed_mentions")}, flags)
    number_components(shown["components"] or [])
    message.payload, message.flags = shown, flags
    message.edits.append(body)
    message.edited_at = server.now()
    if message.seen_by is None:
        message.channel.guild.tell("MESSAGE_UPDATE", shapes.message_event(message))


def delete_message(call: Call) -> None:
    """DELETE: one's own, or anybody's with a permission."""
    channel = call.channel()
    message = call.message(channel)
    if message.author is not call.server.bot and not call.may(channel, Permission.MANAGE_MESSAGES):
        raise failure(50013)
    if channel.archived:
        raise failure(50083)
    message.delete()


def delete_messages(call: Call) -> None:
    """POST bulk-delete: none older than two weeks."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    wanted = {int(one) for one in call.body["messages"]}
    newest_taken = ((int((call.server.now() - AGED_S) * 1000)) - EPOCH_MS) << 22
    if min(wanted) < newest_taken:
        raise failure(50034)
    for message in [message for message in channel.messages if message.id in wanted]:
        message.delete()


def crosspost_message(call: Call) -> dict:
    """POST crosspost: pass a message on to the channels that follow an announcement channel."""
    channel = call.channel(Permission.SEND_MESSAGES)
    if channel.type != ANNOUNCEMENT:
        raise failure(50024)
    message = call.message(channel)
    if message.author is not call.server.bot and not call.may(channel, Permission.MANAGE_MESSAGES):
        raise failure(50013)
    if message.crossposted:
        raise failure(40033)
    message.flags |= CROSSPOSTED
    channel.guild.tell("MESSAGE_UPDATE", shapes.message_event(message))
    return shapes.message(message)


class Nonces:
    """The nonces that are remembered, by author; `window_s` is our guess at Discord's "past few minutes"."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._messages: dict[tuple[int, str], Message] = {}
        self.window_s = 300.0

    def find(self, author: User, nonce: str | None) -> Message | None:
        """Return the message that an author posted with a nonce, while that is remembered."""
        found = self._messages.get((author.id, nonce)) if nonce is not None else None
        return found if found and self._server.now() - found.at < self.window_s else None

    def remember(self, message: Message) -> None:
        """Keep a message's nonce."""
        if message.nonce is not None:
            self._messages[message.author.id, message.nonce] = message

    def forget(self) -> None:
        """Forget all of them, as if the window had passed."""
        self._messages.clear()


MESSAGES = "/channels/{channel_id}/messages"
ONE = MESSAGES + "/{message_id}"
ROUTES = {
    f"POST {MESSAGES}": create_message,
    f"GET {MESSAGES}": list_messages,
    f"POST {MESSAGES}/bulk-delete": delete_messages,
    f"GET {ONE}": get_message,
    f"PATCH {ONE}": edit_message,
    f"DELETE {ONE}": delete_message,
    f"POST {ONE}/crosspost": crosspost_message,
}
