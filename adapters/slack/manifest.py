"""The app's manifest, pure: what is pasted at api.slack.com to make the app (Slack's page on manifests)."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.slack.answering.app import ADD_MESSAGE, ASK, COMMANDS
from adapters.slack.http import EVENTS
from adapters.slack.installing.oauth import REDIRECT
from adapters.slack.mode import PREFIX
from adapters.slack.scopes import EVENTS as BOT_EVENTS
from adapters.slack.scopes import ORGANISATION_EVENTS, SCOPES
from bot.model import Language
from bot.phrases import phrase

Json = dict[str, Any]

COLOR: Final = "#1f3a5f"

_COMMAND_NAMES: Final[Mapping[str, str]] = dict(zip(COMMANDS, ("ask", "digest", "mod"), strict=True))


def manifest(language: Language, url: str | None, *, http: bool, many: bool) -> Json:
    """Return the manifest; over `http` Slack reaches the app at `url`, else by Socket Mode.

    For `many` workspaces whoever installs the app comes back to `url`, and tokens end and are renewed.
    """
    request_url = f"{url}{PREFIX}{EVENTS}" if http else None
    events = [*BOT_EVENTS, *(ORGANISATION_EVENTS if many else ())]
    oauth: Json = {"scopes": {"bot": list(SCOPES)}}
    if many:
        oauth["redirect_urls"] = [f"{url}{PREFIX}{REDIRECT}"]
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": phrase("manifest.name", language),
            "description": phrase("manifest.description", language),
            "long_description": phrase("manifest.long_description", language),
            "background_color": COLOR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": phrase("manifest.name", language), "always_online": True},
            "shortcuts": [
                _shortcut("global", ASK, language),
                _shortcut("message", ADD_MESSAGE, language),
            ],
            "slash_commands": [_command(command, request_url, language) for command in COMMANDS],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": _at(request_url) | {"bot_events": events},
            "interactivity": {"is_enabled": True}
            | _at(request_url)
            | _at(request_url, "message_menu_options_url"),
            "org_deploy_enabled": many,
            "socket_mode_enabled": not http,
            "token_rotation_enabled": many,
        },
    }


def _at(request_url: str | None, name: str = "request_url") -> Json:
    return {} if request_url is None else {name: request_url}


def _shortcut(kind: str, callback_id: str, language: Language) -> Json:
    return {
        "type": kind,
        "callback_id": callback_id,
        "name": phrase(f"manifest.{callback_id}", language),
        "description": phrase(f"manifest.{callback_id}_description", language),
    }


def _command(command: str, request_url: str | None, language: Language) -> Json:
    name = _COMMAND_NAMES[command]
    return {
        "command": command,
        "description": phrase(f"manifest.command_{name}", language),
        "usage_hint": phrase(f"manifest.command_{name}_hint", language),
        # People, channels and groups arrive by their ids.
        "should_escape": True,
    } | _at(request_url, "url")
