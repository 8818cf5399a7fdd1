"""The pretend Slack's methods about messages: post, edit, delete, link."""

from tests.fakes.slack.checks import (
    MAX_EDITED_TEXT,
    MAX_TEXT,
    ApiError,
    check_blocks,
    check_metadata,
)
from tests.fakes.slack.problems import Json, utf16
from tests.fakes.slack.state import APP_ID, Channel, Message, Team
from tests.fakes.slack.web_api import Call, Method


def message_json(message: Message, *, whole_metadata: bool = False) -> Json:
    """Return a message as Slack shows it to apps."""
    document: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    team = message.team
    document["team"] = team.id
    if message.from_bot:
        document |= {"bot_id": team.bot_id, "app_id": APP_ID, "bot_profile": _bot_profile(team)}
    if message.blocks:
        document["blocks"] = message.blocks
    if message.files:
        document["files"] = message.files
    if message.thread_ts:
        document["thread_ts"] = message.thread_ts
    if message.edits:
        document["edited"] = {"user": message.user, "ts": message.ts}
    if message.metadata:
        shown = message.metadata if whole_metadata else {"event_type": message.metadata["event_type"]}
        document["metadata"] = shown
    return document


def _bot_profile(team: Team) -> Json:
    icons = {f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)}
    return {
        "id": team.bot_id,
        "app_id": APP_ID,
        "name": team.bot.name,
        "team_id": team.id,
        "icons": icons,
        "deleted": False,
        "updated": 1_700_000_000,
    }


def _content(call: Call, *, most: int) -> tuple[str, list[Json]]:
    """Return a message's text and blocks; raise what Slack would refuse them with."""
    arguments = call.arguments
    if "markdown_text" in arguments and ("text" in arguments or "blocks" in arguments):
        raise ApiError("markdown_text_conflict")
    text = call.text("text") or call.text("markdown_text")
    blocks = check_blocks(arguments.get("blocks"), "message")
    if not text and not blocks and not arguments.get("attachments"):
        raise ApiError("no_text")
    if utf16(text) > most:
        if most == MAX_EDITED_TEXT:
            raise ApiError("msg_too_long")
        call.server.violations.append(f"{call.method}: text of {utf16(text)} characters was cut off")
        text = text[:most]
    return text, blocks


def _may_post(call: Call, channel: Channel) -> None:
    """Raise what Slack says where the bot may not post."""
    if code := channel.team.refusal or channel.refusal:
        raise ApiError(code)
    if channel.is_archived:
        raise ApiError("is_archived")
    if not call.is_member(channel) and not call.has("chat:write.public"):
        raise ApiError("not_in_channel")


def _target(call: Call) -> Channel:
    """Return where to post: a channel, or the direct message with a person."""
    user = call.server.users.get(call.required("channel"))
    if user is not None and user.team is call.team:
        return call.server.direct_channel(call.team, user.id)
    return call.channel()


def _thread(call: Call, channel: Channel) -> str | None:
    """Return the thread that a message goes into; a reply to a reply goes into its thread."""
    ts = call.text("thread_ts")
    if not ts:
        return None
    parent = call.server.message(channel, ts)
    if parent is None:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def post_message(call: Call) -> Json:
    channel = _target(call)
    _may_post(call, channel)
    text, blocks = _content(call, most=MAX_TEXT)
    message = Message(
        channel=channel,
        ts="",
        user=call.team.bot.id,
        text=text,
        blocks=blocks,
        thread_ts=_thread(call, channel),
        metadata=check_metadata(call.arguments.get("metadata")),
        from_bot=True,
        broadcast=call.flag("reply_broadcast"),
        unfurls=(call.flag("unfurl_links"), call.flag("unfurl_media", default=True)),
    )
    call.server.accept(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, whole_metadata=True)}


def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    _may_post(call, channel)
    if not call.is_member(channel):
        raise ApiError("not_in_channel")
    user = call.server.users.get(call.required("user"))
    if user is None or user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _content(call, most=MAX_TEXT)
    message = Message(
        channel=channel,
        ts="",
        user=call.team.bot.id,
        text=text,
        blocks=blocks,
        thread_ts=_thread(call, channel),
        only_for=user.id,
        from_bot=True,
    )
    call.server.accept(message)
    return {"message_ts": message.ts}


def _own(call: Call, error: str, ts: str = "ts") -> Message:
    """Return the bot's message that a call names."""
    message = call.server.message(call.channel(), call.required(ts))
    if message is None:
        raise ApiError("message_not_found")
    if not message.from_bot:
        raise ApiError(error)
    return message


def update(call: Call) -> Json:
    message = _own(call, "cant_update_message")
    if code := message.team.refusal or message.channel.refusal:
        raise ApiError(code)
    if message.channel.is_archived:
        raise ApiError("is_inactive")
    window_s = call.team.edit_window_s
    if window_s is not None and call.server.clock() - float(message.ts) > window_s:
        raise ApiError("edit_window_closed")
    text, blocks = _content(call, most=MAX_EDITED_TEXT)
    metadata = check_metadata(call.arguments.get("metadata"))
    before = message_json(message)
    message.edits.append((message.text, message.blocks))
    message.text = text
    # A text without blocks takes the blocks away; metadata that is not named stays (chat.update).
    message.blocks = blocks
    message.metadata = message.metadata if metadata is None else metadata
    call.server.when_edited(message)
    call.server.tell_of_change(message, "message_changed", before)
    facts: Json = {"channel": message.channel.id, "ts": message.ts, "text": text}
    return {**facts, "message": message_json(message, whole_metadata=True)}


def delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message")
    before = message_json(message)
    message.is_deleted = True
    call.server.tell_of_change(message, "message_deleted", before)
    return {"channel": message.channel.id, "ts": message.ts}


def permalink(call: Call) -> Json:
    channel = call.channel()
    if call.server.message(channel, call.required("message_ts")) is None:
        raise ApiError("message_not_found")
    name = call.text("message_ts").replace(".", "")
    address = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{name}"
    return {"channel": channel.id, "permalink": address}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.getPermalink": Method(permalink),
}
