"""What Slack tells a bot, in Slack's own shapes: commands, presses, submissions, events."""

import time
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.chat import message_json
from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import Asked, Channel, Message, Team, User, View, new_id
from tests.fakes.slack.views import view_json

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

VERIFICATION_TOKEN = "deprecated-verification-token"


def command_asked(server: "SlackServer", user: User, channel: Channel, command: str, text: str) -> Asked:
    """Return a slash command as it was typed."""
    asked = Asked("slash_commands", {}, user, channel)
    asked.payload |= {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team.id,
        "team_domain": user.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name if channel.kind == "channel" else _hidden_name(channel),
        "user_id": user.id,
        "user_name": user.name.lower(),
        "command": command,
        "text": text,
        "api_app_id": server.app_id,
        "is_enterprise_install": "false",
        "response_url": server.response_url(asked),
        "trigger_id": asked.trigger_id,
    }
    return asked


def _hidden_name(channel: Channel) -> str:
    return "directmessage" if channel.kind == "im" else "privategroup"


def interaction_asked(
    server: "SlackServer", user: User, kind: str, surface: Message | View | None = None, **facts: Any
) -> Asked:
    """Return something that a member did to what the bot shows, or chose from a menu of shortcuts."""
    channel = surface.channel if isinstance(surface, Message) else None
    asked = Asked("interactive", {}, user, channel, surface)
    asked.payload |= {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "api_app_id": server.app_id,
        "team": {"id": user.team.id, "domain": user.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name.lower(),
            "name": user.name.lower(),
            "team_id": user.team.id,
        },
        "trigger_id": asked.trigger_id,
        **_surface_facts(server, asked, kind),
        **facts,
    }
    return asked


def _surface_facts(server: "SlackServer", asked: Asked, kind: str) -> Json:
    surface = asked.surface
    if isinstance(surface, View):
        facts: Json = {"view": view_json(surface)}
        if kind in ("block_actions", "block_suggestion"):
            facts["container"] = {"type": "view", "view_id": surface.id}
        return facts
    if surface is None:
        return {}
    channel = surface.channel
    facts = {"channel": {"id": channel.id, "name": channel.name}, "response_url": server.response_url(asked)}
    if kind == "message_action":
        return facts | {"message_ts": surface.ts, "message": message_json(surface)}
    facts["container"] = {
        "type": "message",
        "message_ts": surface.ts,
        "channel_id": channel.id,
        "is_ephemeral": surface.only_for is not None,
    }
    if kind == "block_suggestion":
        del facts["response_url"]
    if surface.only_for is None:
        facts["message"] = message_json(surface)
    return facts


def event_asked(server: "SlackServer", team: Team, event: Json) -> Asked:
    """Return an event as the Events API wraps it."""
    bot = team.bot.id if team.bot else ""
    authorization = {"enterprise_id": None, "team_id": team.id, "user_id": bot}
    payload = {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "api_app_id": server.app_id,
        "event": {"event_ts": server.next_ts(), **event},
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": new_id("context"),
    }
    return Asked("events_api", payload)
