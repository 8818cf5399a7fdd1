"""The pretend Slack's installation of the app: the page that asks, codes, tokens and their rotation."""

import secrets
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.checks import ApiError
from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import Team, Token, User
from tests.fakes.slack.web_api import Call, Method

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

SIGNED_IN = "pretend_slack_user"
"""The cookie that says who sits before the browser."""
EXPIRES_IN_S = 43_200
"""How long a token lives where tokens rotate (Slack's page on token rotation)."""


class Installations:
    """What was asked for at the page, and what it was exchanged for."""

    def __init__(self) -> None:
        self.redirect_urls: tuple[str, ...] = ()
        """Where codes may be sent; anywhere while there are none."""
        self.rotates = False
        """Whether tokens expire and are refreshed."""
        self.declines = False
        """Whether the person at the page says no."""
        self.codes: dict[str, tuple[User, str, str]] = {}
        self.used_codes: set[str] = set()
        self.refresh_tokens: dict[str, Team] = {}
        self.used_refresh_tokens: set[str] = set()


async def authorize(server: "SlackServer", request: web.Request) -> web.Response:
    """Serve the page that asks whether to install the app: the one who is signed in says yes at once."""
    pending = server.installations
    query = request.query
    user = server.users.get(request.cookies.get(SIGNED_IN, ""))
    target = query.get("redirect_uri", "") or (pending.redirect_urls or ("",))[0]
    if query.get("client_id") != server.client_id:
        return web.Response(status=400, text="invalid_client_id")
    if not target or (pending.redirect_urls and not target.startswith(pending.redirect_urls)):
        return web.Response(status=400, text="bad_redirect_uri")
    if unknown := set(query.get("scope", "").split(",")) - set(server.scopes):
        return web.Response(status=400, text=f"invalid_scope: {sorted(unknown)}")
    if user is None:
        return web.Response(status=403, text="sign in first")
    answer = {"state": query.get("state", "")}
    if pending.declines:
        answer["error"] = "access_denied"
    else:
        answer["code"] = secrets.token_hex(8)
        pending.codes[answer["code"]] = (user, query.get("redirect_uri", ""), query.get("scope", ""))
    return web.Response(status=302, headers={"Location": f"{target}?{urlencode(answer)}"})


def access(call: Call) -> Json:
    _check_client(call)
    pending = call.server.installations
    if call.text("grant_type") == "refresh_token":
        return _refreshed(call, pending)
    code = call.text("code")
    if code in pending.used_codes:
        raise ApiError("code_already_used")
    if code not in pending.codes:
        raise ApiError("invalid_code")
    user, redirect_uri, scope = pending.codes.pop(code)
    pending.used_codes.add(code)
    if call.text("redirect_uri") != redirect_uri:
        raise ApiError("bad_redirect_uri")
    token = call.server.install(user.team, expires_in_s=EXPIRES_IN_S if pending.rotates else None)
    token.scopes = tuple(scope.split(","))
    return _granted(call, pending, token) | {"authed_user": {"id": user.id}}


def _check_client(call: Call) -> None:
    """Raise unless the app's own secret was given, in a header or as arguments."""
    header = call.request.headers.get("Authorization", "")
    given = (call.text("client_id"), call.text("client_secret"))
    if header.startswith("Basic "):
        name, _, secret = b64decode(header.removeprefix("Basic ")).decode().partition(":")
        given = (name, secret)
    if given[0] != call.server.client_id:
        raise ApiError("invalid_client_id")
    if given[1] != call.server.client_secret:
        raise ApiError("bad_client_secret")


def _refreshed(call: Call, pending: Installations) -> Json:
    """Return a new pair of tokens for a refresh token, which is good for one time."""
    said = call.text("refresh_token")
    if said in pending.used_refresh_tokens or said not in pending.refresh_tokens:
        raise ApiError("invalid_refresh_token")
    team = pending.refresh_tokens[said]
    pending.used_refresh_tokens.add(said)
    if team.bot is None or call.server.tokens[team.bot_token].state in ("account_inactive", "token_revoked"):
        raise ApiError("token_revoked")
    return _granted(call, pending, call.server.install(team, expires_in_s=EXPIRES_IN_S))


def _granted(call: Call, pending: Installations, token: Token) -> Json:
    team = token.team
    document: Json = {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(token.scopes),
        "bot_user_id": team.bot.id,
        "app_id": call.server.app_id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if token.expires_at is not None:
        pending.refresh_tokens[team.refresh_token] = team
        document |= {"refresh_token": team.refresh_token, "expires_in": EXPIRES_IN_S}
    return document


def test_auth(call: Call) -> Json:
    team = call.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.bot.name,
        "team_id": team.id,
        "user_id": team.bot.id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def list_teams(call: Call) -> Json:
    teams = [] if call.team.is_withdrawn else [{"id": call.team.id, "name": call.team.name}]
    return {"teams": teams, "response_metadata": {"next_cursor": ""}}


def revoke(call: Call) -> Json:
    if not call.flag("test"):
        call.token.state = "token_revoked"
    return {"revoked": not call.flag("test")}


METHODS = {
    "auth.test": Method(test_auth),
    "auth.revoke": Method(revoke),
    "auth.teams.list": Method(list_teams),
    "oauth.v2.access": Method(access, caller="anyone"),
}
