"""The pretend Slack's methods about channels, people, groups and the workspace, and about history."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.slack.chat import message_json
from tests.fakes.slack.checks import ApiError
from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import Channel, Message, User
from tests.fakes.slack.web_api import Call, Method

PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
MAX_HISTORY = 999
MAX_HISTORY_COMMERCIAL = 15
"""For apps outside the Marketplace that are sold (Slack's changelog, 2025-05-29)."""


def channel_json(call: Call, channel: Channel) -> Json:
    document: Json = {
        "id": channel.id,
        "created": 1_700_000_000,
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "is_private": channel.kind != "channel",
        "is_member": call.is_member(channel),
        "context_team_id": channel.team.id,
    }
    if channel.kind == "im":
        return document | {"user": channel.with_user}
    document |= {"name": channel.name, "name_normalized": channel.name, "is_general": False}
    document |= {"is_channel": channel.kind == "channel", "is_group": channel.kind == "group"}
    document["is_mpim"] = channel.kind == "mpim"
    if call.flag("include_num_members"):
        document["num_members"] = len(channel.members)
    return document


def user_json(call: Call, user: User) -> Json:
    offset = datetime.now(UTC).astimezone(ZoneInfo(user.time_zone)).utcoffset()  # noqa: TID251
    document: Json = {
        "id": user.id,
        "team_id": user.team.id,
        "name": user.name.lower(),
        "real_name": user.name,
        "deleted": False,
        "tz": user.time_zone,
        "tz_label": user.time_zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "profile": {"display_name": user.name, "real_name": user.name},
    }
    if call.flag("include_locale"):
        document["locale"] = user.locale
    return document


def _page(call: Call, name: str, items: list[Any], most: int = 1000, default: int = 100) -> Json:
    """Return a page of items and the cursor of the next."""
    limit = min(call.number("limit", default), most)
    if limit < 1:
        raise ApiError("invalid_limit")
    cursor = call.text("cursor")
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise ApiError("invalid_cursor")
    start = int(cursor.removeprefix("next:")) if cursor else 0
    following = f"next:{start + limit}" if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": following}}


def info(call: Call) -> Json:
    channel = call.channel()
    call.need(f"{PREFIX[channel.kind]}:read")
    return {"channel": channel_json(call, channel)}


def list_channels(call: Call) -> Json:
    kinds = [TYPES.get(kind.strip(), "") for kind in call.text("types", "public_channel").split(",")]
    if "" in kinds:
        raise ApiError("invalid_types")
    for kind in kinds:
        call.need(f"{PREFIX[kind]}:read")
    found = [
        channel
        for channel in call.server.channels.values()
        if channel.team is call.team and channel.kind in kinds and not channel.is_deleted
        and (channel.kind == "channel" or call.is_member(channel))
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]  # fmt: skip
    return _page(call, "channels", [channel_json(call, channel) for channel in found])


def members(call: Call) -> Json:
    channel = call.channel()
    call.need(f"{PREFIX[channel.kind]}:read")
    return _page(call, "members", sorted(channel.members))


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    channel.members.add(call.team.bot.id)
    return {"channel": channel_json(call, channel)}


def open_direct(call: Call) -> Json:
    users = [name for name in call.text("users").split(",") if name]
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    user = call.server.users.get(users[0]) if users else None
    if user is None or user.team is not call.team:
        raise ApiError("user_not_found")
    channel = call.server.direct_channel(call.team, user.id)
    return {"channel": channel_json(call, channel) if call.flag("return_im") else {"id": channel.id}}


def _visible(call: Call, channel: Channel) -> list[Message]:
    """Return what stands in a channel between two instants, newest first."""
    call.need(f"{PREFIX[channel.kind]}:history")
    if not call.is_member(channel):
        raise ApiError("not_in_channel")
    oldest, latest = _instant(call, "oldest", 0.0), _instant(call, "latest", float("inf"))
    edge = call.flag("inclusive")
    found = [
        message
        for message in call.server.messages
        if message.channel is channel and not message.is_deleted and not message.only_for
        and (oldest < float(message.ts) < latest or (edge and float(message.ts) in (oldest, latest)))
    ]  # fmt: skip
    return sorted(found, key=lambda message: message.ts, reverse=True)


def _instant(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError as error:
        raise ApiError(f"invalid_ts_{name}") from error


def _history_page(call: Call, messages: list[Message]) -> Json:
    most = MAX_HISTORY_COMMERCIAL if call.server.limits.commercial else MAX_HISTORY
    whole = call.flag("include_all_metadata")
    shown = [message_json(message, whole_metadata=whole) for message in messages]
    for document, message in zip(shown, messages, strict=True):
        replies = [m for m in call.server.messages if m.thread_ts == message.ts and not m.is_deleted]
        if replies and message.thread_ts is None:
            document |= {"thread_ts": message.ts, "reply_count": len(replies)}
    page = _page(call, "messages", shown, most)
    page["has_more"] = bool(page["response_metadata"]["next_cursor"])
    if not page["has_more"]:
        del page["response_metadata"]
    return page


def history(call: Call) -> Json:
    found = _visible(call, call.channel())
    page = _history_page(call, [m for m in found if m.thread_ts in (None, m.ts) or m.broadcast])
    return {**page, "pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def replies(call: Call) -> Json:
    channel, ts = call.channel(), call.required("ts")
    found = [m for m in _visible(call, channel) if m.thread_ts == ts]
    parent = call.server.message(channel, ts)
    if parent is None and not found:
        raise ApiError("thread_not_found")
    return _history_page(call, [*([parent] if parent else []), *reversed(found)])


def user_info(call: Call) -> Json:
    user = call.server.users.get(call.required("user"))
    if user is None or (user.team is not call.team and not _is_shared_with(call, user)):
        raise ApiError("user_not_found")
    return {"user": user_json(call, user)}


def _is_shared_with(call: Call, user: User) -> bool:
    """Return whether somebody of another workspace is in a channel of this one (Slack Connect)."""
    return any(
        user.id in channel.members for channel in call.server.channels.values() if channel.team is call.team
    )


def list_users(call: Call) -> Json:
    users = [user_json(call, user) for user in call.server.users.values() if user.team is call.team]
    return {**_page(call, "members", users), "cache_ts": 1_700_000_000}


def list_usergroups(call: Call) -> Json:
    groups = [group for group in call.server.usergroups.values() if group.team is call.team]
    with_users = call.flag("include_users")
    return {
        "usergroups": [
            {
                "id": group.id,
                "team_id": group.team.id,
                "is_usergroup": True,
                "is_subteam": True,
                "is_external": False,
                "description": "",
                "auto_type": None,
                "auto_provision": False,
                "enterprise_subteam_id": "",
                "created_by": group.team.bot.id,
                "updated_by": group.team.bot.id,
                "deleted_by": None,
                "prefs": {"channels": [], "groups": []},
                "user_count": len(group.users),
                "date_create": 1_700_000_000,
                "date_update": 1_700_000_000,
                "name": group.handle,
                "handle": group.handle,
                "date_delete": 0,
                **({"users": list(group.users)} if with_users else {}),
            }
            for group in groups
        ]
    }


def usergroup_users(call: Call) -> Json:
    group = call.server.usergroups.get(call.required("usergroup"))
    if group is None or group.team is not call.team:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


def team_info(call: Call) -> Json:
    team = call.team
    facts = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}
    return {"team": {**facts, "icon": {"image_default": True}}}


METHODS = {
    "conversations.info": Method(info),
    "conversations.list": Method(list_channels),
    "conversations.members": Method(members),
    "conversations.join": Method(join, "channels:join"),
    "conversations.open": Method(open_direct, "im:write"),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "users.info": Method(user_info, "users:read"),
    "users.list": Method(list_users, "users:read"),
    "usergroups.list": Method(list_usergroups, "usergroups:read"),
    "usergroups.users.list": Method(usergroup_users, "usergroups:read"),
    "team.info": Method(team_info, "team:read"),
}
