"""The pretend Discord: what applications ask of themselves, guilds, channels and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.checks import check_message
from tests.fakes.discord.errors import Problems, failure
from tests.fakes.discord.messages import accept
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.state import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    FORUM,
    HAS_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
)

if TYPE_CHECKING:
    from tests.fakes.discord.http import Call
    from tests.fakes.discord.server import DiscordServer

ARCHIVE_AFTER = {60, 1440, 4320, 10080}
MAX_ACTIVE_THREADS = 1000


# The application itself.


def get_gateway(call: Call) -> dict:
    return {"url": call.server.gateway_url}


def get_gateway_of_bot(call: Call) -> dict:
    used = call.server.gateway.identified
    return {
        "url": call.server.gateway_url,
        "shards": call.server.shards,
        "session_start_limit": {
            "total": 1000,
            "remaining": max(0, 1000 - used),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    }


def get_me(call: Call) -> dict:
    return shapes.user(call.server.bot) | {"verified": True, "mfa_enabled": False, "locale": "en-US"}


def get_application(call: Call) -> dict:
    server = call.server
    return {
        "id": str(server.bot.id),
        "name": server.bot.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": server.application_flags,
        "approximate_guild_count": len(server.guilds),
        "owner": shapes.user(server.operator),
        "team": None,
        "rpc_origins": [],
        "integration_types_config": {"0": {"oauth2_install_params": None}},
        "bot": shapes.user(server.bot),
    }


def list_own_guilds(call: Call) -> list[dict]:
    return [shapes.partial_guild(guild) for guild in call.server.guilds.values() if guild.bot is not None]


def leave_guild(call: Call) -> None:
    call.guild().kick_bot()


def get_user(call: Call) -> dict:
    user = call.server.users.get(call.ids["user_id"])
    if user is None:
        raise failure(10013)
    return shapes.user(user)


# Guilds.


def get_guild(call: Call) -> dict:
    return shapes.guild_over_rest(call.guild())


def list_channels(call: Call) -> list[dict]:
    return [shapes.channel(channel) for channel in call.guild().channels]


def list_roles(call: Call) -> list[dict]:
    return [shapes.role(role) for role in call.guild().roles]


def get_guild_member(call: Call) -> dict:
    guild = call.guild()
    found = next((one for one in guild.members if one.user.id == call.ids["user_id"]), None)
    if found is None:
        raise failure(10007)
    return shapes.member(found)


def list_active_threads(call: Call) -> dict:
    guild = call.guild()
    seen = [one for one in guild.threads if not one.archived and call.may(one, Permission.VIEW_CHANNEL)]
    return {"threads": [shapes.channel(one) for one in seen], "members": []}


# Channels and threads.


def get_channel(call: Call) -> dict:
    return shapes.channel(call.channel())


def edit_channel(call: Call) -> dict:
    """PATCH: a thread's name, tags and whether it is archived; a channel's name."""
    channel = call.channel()
    body = call.body or {}
    own = channel.is_thread and channel.owner is call.server.bot
    opens = body == {"archived": False} and channel.archived and not channel.locked
    needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    if not (own or opens or call.may(channel, needed)):
        raise failure(50013)
    if "locked" in body and not call.may(channel, Permission.MANAGE_THREADS):
        raise failure(50013)
    if channel.archived and body.get("archived") is not False:
        raise failure(50083)
    if "name" in body:
        _check_name(body["name"])
    if "applied_tags" in body:
        _check_tags(channel.parent, body["applied_tags"])
        channel.applied_tags = [int(tag) for tag in body["applied_tags"]]
    channel.name = body.get("name", channel.name)
    channel.locked = body.get("locked", channel.locked)
    if "archived" in body:
        channel.archived, channel.archived_at = body["archived"], call.server.now()
    channel.guild.tell("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", shapes.channel(channel))
    return shapes.channel(channel)


def delete_channel(call: Call) -> dict:
    channel = call.channel()
    needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    if not call.may(channel, needed):
        raise failure(50013)
    channel.delete()
    return shapes.channel(channel)


def create_thread(call: Call) -> dict:
    """POST: a forum's post with its first message, or a thread that hangs from no message."""
    parent = call.channel()
    body = call.body or {}
    if parent.type == FORUM:
        return _create_post(call, parent, body)
    if parent.type not in {TEXT, ANNOUNCEMENT}:
        raise failure(50024)
    _check_may_thread(call, parent, body)
    return shapes.channel(_new_thread(call.server, parent, body, call.server.new_id()))


def _create_post(call: Call, forum: Channel, body: dict) -> dict:
    if not call.may(forum, Permission.SEND_MESSAGES):
        raise failure(50013)
    _check_thread(forum, body)
    first = body.get("message") or {}
    check_message(first, first.get("flags") or 0)
    _check_tags(forum, body.get("applied_tags") or [])
    thread = _new_thread(call.server, forum, body, call.server.new_id())
    # A post and its first message have the same id (documentation, topics/threads).
    message = accept(call.server, thread, call.server.bot, first, id=thread.id)
    return shapes.channel(thread) | {"message": shapes.message(message)}


def create_thread_from_message(call: Call) -> dict:
    """POST: a thread that hangs from a message, and has its id."""
    parent = call.channel()
    message = call.message(parent)
    if parent.type not in {TEXT, ANNOUNCEMENT}:
        raise failure(50024)
    _check_may_thread(call, parent, call.body)
    if message.thread is not None:
        raise failure(160004)
    message.thread = _new_thread(call.server, parent, call.body, message.id)
    message.flags |= HAS_THREAD
    parent.guild.tell("MESSAGE_UPDATE", shapes.message_event(message))
    return shapes.channel(message.thread)


def _check_may_thread(call: Call, parent: Channel, body: dict) -> None:
    if not call.may(parent, Permission.CREATE_PUBLIC_THREADS):
        raise failure(50013)
    _check_thread(parent, body)


def _check_thread(parent: Channel, body: dict) -> None:
    _check_name(body.get("name"))
    if body.get("auto_archive_duration") not in {None, *ARCHIVE_AFTER}:
        problems = Problems()
        message = f"Value must be one of {sorted(ARCHIVE_AFTER)}."
        problems.add("auto_archive_duration", "BASE_TYPE_CHOICES", message)
        problems.check()
    if sum(not thread.archived for thread in parent.guild.threads) >= MAX_ACTIVE_THREADS:
        raise failure(160006)


def _check_name(name: object) -> None:
    problems = Problems()
    problems.length("name", name, 1, 100)
    problems.check()


def _check_tags(forum: Channel, tags: list) -> None:
    problems = Problems()
    problems.count("applied_tags", tags, 0, 5)
    if any(int(tag) not in {known.id for known in forum.tags} for tag in tags):
        problems.add("applied_tags", "BASE_TYPE_CHOICES", "Unknown tag")
    problems.check()
    if forum.requires_tag and not tags:
        raise failure(40067)


def _new_thread(server: DiscordServer, parent: Channel, body: dict, id: int) -> Channel:  # noqa: A002
    kind = ANNOUNCEMENT_THREAD if parent.type == ANNOUNCEMENT else PUBLIC_THREAD
    thread = Channel(
        parent.guild,
        id,
        body["name"],
        kind,
        parent=parent,
        owner=server.bot,
        applied_tags=[int(tag) for tag in body.get("applied_tags") or []],
        archived_at=server.now(),
        auto_archive_minutes=body.get("auto_archive_duration") or 1440,
    )
    parent.threads.append(thread)
    parent.guild.tell("THREAD_CREATE", shapes.channel(thread) | {"newly_created": True})
    return thread


def list_archived_threads(call: Call) -> dict:
    """GET: archived threads, those archived last first."""
    channel = call.channel(Permission.READ_MESSAGE_HISTORY)
    before = call.query.get("before")
    found = sorted((one for one in channel.threads if one.archived), key=lambda one: -one.archived_at)
    if before is not None:
        found = [one for one in found if shapes.instant(one.archived_at) < before.replace(" ", "+")]
    limit = int(call.query.get("limit", 50))
    return {
        "threads": [shapes.channel(one) for one in found[:limit]],
        "members": [],
        "has_more": len(found) > limit,
    }


def nothing(call: Call) -> None:
    """Do what changes nothing that is looked at here: typing, joining a thread."""
    call.channel()


def no_direct_messages(call: Call) -> None:
    """Refuse: nobody here takes messages from applications (50007)."""
    raise failure(50007)


ROUTES = {
    "GET /gateway": get_gateway,
    "GET /gateway/bot": get_gateway_of_bot,
    "GET /users/@me": get_me,
    "GET /applications/@me": get_application,
    "GET /oauth2/applications/@me": get_application,
    "GET /users/@me/guilds": list_own_guilds,
    "DELETE /users/@me/guilds/{guild_id}": leave_guild,
    "POST /users/@me/channels": no_direct_messages,
    "GET /users/{user_id}": get_user,
    "GET /guilds/{guild_id}": get_guild,
    "GET /guilds/{guild_id}/channels": list_channels,
    "GET /guilds/{guild_id}/roles": list_roles,
    "GET /guilds/{guild_id}/members/{user_id}": get_guild_member,
    "GET /guilds/{guild_id}/threads/active": list_active_threads,
    "GET /channels/{channel_id}": get_channel,
    "PATCH /channels/{channel_id}": edit_channel,
    "DELETE /channels/{channel_id}": delete_channel,
    "POST /channels/{channel_id}/threads": create_thread,
    "POST /channels/{channel_id}/messages/{message_id}/threads": create_thread_from_message,
    "GET /channels/{channel_id}/threads/archived/public": list_archived_threads,
    "PUT /channels/{channel_id}/thread-members/@me": nothing,
    "POST /channels/{channel_id}/typing": nothing,
}
