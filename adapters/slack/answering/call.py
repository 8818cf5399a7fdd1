"""What somebody did on Slack, pure: read from the payloads that Slack sends, whatever way they come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

Payload = Mapping[str, Any]

MESSAGE_SUBTYPES: Final = frozenset({"", "file_share", "thread_broadcast"})
"""The subtypes of messages that people write; every other tells of something else (an edit, a join)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing that one person did.

    `key` is the same when Slack delivers it again, and for nothing else; `id` becomes `Interaction.id`.
    `channel` is where it is about, `thread` the message whose thread it stands in. What was pressed in can be
    replaced where it `replaces`. A `lasting` answer is for a conversation with the bot alone. `view` and
    `home` say that it was done in a modal or in Home, `sent` that the modal was filled in and sent. One that
    was `pushed` lay on another one, which is `view` then: it shows what came of it.
    """

    key: str
    id: str
    client: AsyncWebClient
    team: str
    user: str
    channel: str
    name: str = ""
    thread: str = ""
    trigger: str = ""
    response_url: str = ""
    replaces: bool = False
    lasting: bool = False
    view: str = ""
    home: bool = False
    sent: bool = False
    pushed: bool = False


def command_call(body: Payload, team: str, client: AsyncWebClient) -> Call:
    """Return a slash command (Slack's documentation on slash commands)."""
    trigger = str(body.get("trigger_id", ""))
    return Call(
        key=f"command {trigger}",
        id=f"slack {team} {trigger}",
        client=client,
        team=team,
        user=str(body.get("user_id", "")),
        name=str(body.get("user_name", "")),
        channel=str(body.get("channel_id", "")),
        trigger=trigger,
        response_url=str(body.get("response_url", "")),
    )


def press_call(body: Payload, team: str, client: AsyncWebClient) -> Call:
    """Return the press of a button (Slack's documentation on block_actions payloads).

    Its `id` is that of the button under the message, so that a second press is the same.
    """
    action, container = _first(body.get("actions")), _map(body.get("container"))
    view, message = _map(body.get("view")), _map(body.get("message"))
    user = str(_map(body.get("user")).get("id", ""))
    channel = str(_map(body.get("channel")).get("id") or container.get("channel_id") or user)
    trigger = str(body.get("trigger_id", ""))
    at = str(container.get("message_ts") or container.get("view_id") or view.get("id") or trigger)
    home = view.get("type") == "home"
    ephemeral = bool(container.get("is_ephemeral"))
    return Call(
        key=f"press {trigger} {action.get('action_ts', '')}",
        id=f"slack {team} {channel} {at} {user} {action.get('value', '')}",
        client=client,
        team=team,
        user=user,
        name=str(_map(body.get("user")).get("username") or _map(body.get("user")).get("name") or ""),
        channel=channel,
        thread=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        trigger=trigger,
        response_url=str(body.get("response_url", "")),
        replaces=ephemeral,
        lasting=channel.startswith("D") and not ephemeral,
        view="" if home else str(view.get("id", "")),
        home=home,
    )


def shortcut_call(body: Payload, team: str, client: AsyncWebClient) -> Call:
    """Return a global or message shortcut (Slack's documentation on shortcuts)."""
    trigger = str(body.get("trigger_id", ""))
    user = _map(body.get("user"))
    return Call(
        key=f"shortcut {trigger}",
        id=f"slack {team} {trigger}",
        client=client,
        team=team,
        user=str(user.get("id", "")),
        name=str(user.get("username") or user.get("name") or ""),
        channel=str(_map(body.get("channel")).get("id") or user.get("id", "")),
        trigger=trigger,
        response_url=str(body.get("response_url", "")),
    )


def submission_call(body: Payload, team: str, client: AsyncWebClient) -> Call:
    """Return a modal that was sent (Slack's documentation on view_submission payloads).

    A view has another hash whenever it has changed, so view and hash together are sent once.
    """
    beneath = str(_map(body.get("view")).get("previous_view_id") or "")
    view, user = _map(body.get("view")), _map(body.get("user"))
    sent = f"{view.get('id', '')} {view.get('hash', '')}"
    return Call(
        key=f"view {sent}",
        id=f"slack {team} {sent}",
        client=client,
        team=team,
        user=str(user.get("id", "")),
        name=str(user.get("username") or user.get("name") or ""),
        channel="",
        view=beneath or str(view.get("id", "")),
        sent=True,
        pushed=bool(beneath),
    )


def message_call(event: Payload, team: str, client: AsyncWebClient) -> Call | None:
    """Return a message that a person wrote; None for any other event of a message.

    It is known by channel and time, so that it is answered once however many events tell of it.
    """
    written = event.get("subtype") or ""
    if written not in MESSAGE_SUBTYPES or event.get("bot_id") or event.get("edited") or event.get("hidden"):
        return None
    channel, at, user = (str(event.get(name) or "") for name in ("channel", "ts", "user"))
    if not (channel and at and user):
        return None
    in_private = event.get("channel_type") == "im"
    return Call(
        key=f"message {channel} {at}",
        id=f"slack {team} {channel} {at}",
        client=client,
        team=team,
        user=user,
        channel=channel,
        thread=str(event.get("thread_ts") or ("" if in_private else at)),
        lasting=True,
    )


def home_call(body: Payload, team: str, client: AsyncWebClient) -> Call:
    """Return the opening of App Home."""
    event = _map(body.get("event"))
    user = str(event.get("user", ""))
    return Call(
        key=f"event {body.get('event_id', '')}",
        id=f"slack {team} {body.get('event_id', '')}",
        client=client,
        team=team,
        user=user,
        channel=str(event.get("channel") or user),
        home=True,
    )


def action_value(body: Payload) -> str:
    """Return the value of the button that was pressed; nothing for what has none."""
    return str(_first(body.get("actions")).get("value") or "")


def _map(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _first(value: object) -> Payload:
    return _map(value[0]) if isinstance(value, list) and value else {}
