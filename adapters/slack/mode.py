"""How the settings say that Slack is reached, pure; and what does not fit together in them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.errors import InvalidSettings
from bot.settings import Settings

PREFIX: Final = "/slack"
"""Where on the page's address Slack reaches the app over HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """`many` workspaces by installation, or the one of the bot token; over `socket`, or HTTP.

    `installs_at` is the page's address where installations begin and end.
    """

    many: bool
    socket: bool
    installs_at: str = ""


def is_wanted(settings: Settings) -> bool:
    """Return whether any setting says that there is an app of Slack's."""
    return any(
        (
            settings.slack_bot_token,
            settings.slack_app_token,
            settings.slack_signing_secret,
            settings.slack_client_id,
            settings.slack_client_secret,
        )
    )


def mode_of(settings: Settings) -> Mode | None:
    """Return how Slack is reached; None where no setting speaks of it. Raises `InvalidSettings`."""
    if not is_wanted(settings):
        return None
    if problems := [*_identity_problems(settings), *_transport_problems(settings)]:
        raise InvalidSettings("\n".join(problems))
    many = settings.slack_client_id is not None
    return Mode(
        many=many,
        socket=settings.slack_app_token is not None,
        installs_at=settings.web_url or "" if many else "",
    )


def _identity_problems(settings: Settings) -> list[str]:
    """Return what is wrong with what says in which workspaces the app is."""
    one, id_, secret = settings.slack_bot_token, settings.slack_client_id, settings.slack_client_secret
    if id_ is None and secret is not None:
        return ["AI_NEWS_SLACK_CLIENT_ID: missing beside AI_NEWS_SLACK_CLIENT_SECRET; both stand together"]
    if id_ is not None and secret is None:
        return ["AI_NEWS_SLACK_CLIENT_SECRET: missing beside AI_NEWS_SLACK_CLIENT_ID; both stand together"]
    if one is not None and id_ is not None:
        return [
            (
                "AI_NEWS_SLACK_BOT_TOKEN: for one workspace, while AI_NEWS_SLACK_CLIENT_ID is for many; "
                "leave out one of them"
            )
        ]
    if one is None and id_ is None:
        return [
            (
                "AI_NEWS_SLACK_BOT_TOKEN: missing; set the bot token, under OAuth & Permissions of the app's "
                "settings (for many workspaces AI_NEWS_SLACK_CLIENT_ID and AI_NEWS_SLACK_CLIENT_SECRET)"
            )
        ]
    if id_ is not None and not _is_safe(settings.web_url):
        return [
            "AI_NEWS_WEB_URL: Slack sends whoever installs the app back to the page; set its https:// address"
        ]
    return []


def _transport_problems(settings: Settings) -> list[str]:
    """Return what is wrong with what says how Slack reaches the app."""
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        return [
            (
                "AI_NEWS_SLACK_APP_TOKEN: missing; set the app-level token, under Basic Information of the "
                "app's settings (over HTTP, AI_NEWS_SLACK_SIGNING_SECRET instead)"
            )
        ]
    return []


def _is_safe(url: str | None) -> bool:
    """Return whether a browser keeps the cookie of an installation to itself on the way there."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost")
