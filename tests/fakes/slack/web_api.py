"""The door for calls of Slack's Web API: who calls, may they, how often, are the words known."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from tests.fakes.slack.checks import ApiError, model_problems
from tests.fakes.slack.faults import answer_fault
from tests.fakes.slack.problems import Json
from tests.fakes.slack.spec import DOCUMENTS, request_problems, takes_json
from tests.fakes.slack.state import Channel, Team, Token

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

OVERTAKES_S = 5.0
"""How late the acknowledgement of a submission may be found after the change that follows it."""
MALFORMED = ("invalid_", "msg_", "no_text", "metadata_too_large", "view_too_large", "markdown_text_conflict")
"""Beginnings of error codes that a correct client never earns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a method: what it says, and by whom."""

    server: "SlackServer"
    method: str
    arguments: Json
    token: Token | None
    request: web.Request

    @property
    def team(self) -> Team:
        """The workspace that the token is of."""
        assert self.token is not None
        assert self.token.team is not None
        return self.token.team

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return an argument as text; raise `invalid_arguments` where it is missing."""
        if not self.text(name):
            raise ApiError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return self.text(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return an argument that is yes or no."""
        value = self.arguments.get(name)
        return default if value is None else value in (True, "1", "true")

    def number(self, name: str, default: int) -> int:
        """Return an argument that is a number."""
        try:
            return int(self.text(name) or default)
        except ValueError as error:
            raise ApiError("invalid_arguments", f"[ERROR] must be a number: {name}") from error

    def need(self, scope: str) -> None:
        """Raise `missing_scope` unless the token has a scope."""
        assert self.token is not None
        if scope not in self.token.scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(self.token.scopes))

    def has(self, scope: str) -> bool:
        return self.token is not None and scope in self.token.scopes

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel that an argument names; raise `channel_not_found` where the bot sees none."""
        channel = self.server.channels.get(self.required(name))
        if channel is None or channel.team is not self.team or channel.is_deleted:
            raise ApiError("channel_not_found")
        if channel.kind != "channel" and not self.is_member(channel):
            raise ApiError("channel_not_found")
        return channel

    def is_member(self, channel: Channel) -> bool:
        """Return whether the bot is in a channel."""
        return self.team.bot is not None and self.team.bot.id in channel.members


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, and what it asks of a token."""

    answer: Callable[[Call], Json]
    scope: str = ""
    caller: Literal["bot", "app", "anyone"] = "bot"


async def answer_call(server: "SlackServer", methods: dict[str, Method], request: web.Request) -> Any:
    """Answer one request of the Web API."""
    name = request.match_info["method"]
    arguments, is_json = await _arguments(request)
    fault = server.faults.next(name)
    server.calls.append((name, arguments))
    if fault and not fault.startswith("accept"):
        server.refused += fault.startswith("429")
        return await answer_fault(request, fault, web.json_response({"ok": False, "error": "fatal_error"}))
    headers = {}
    try:
        method = methods.get(name)
        if method is None:
            server.violations.append(f"{name}: there is no such method here")
            raise ApiError("unknown_method", req_method=name)
        token = _token(server, method, request, arguments)
        _hold_to_description(server, name, arguments, is_json=is_json)
        if is_json and not takes_json(name):
            arguments = {}
        team = token.team.id if token and token.team else ""
        wait_s = server.limits.retry_after_s(name, team, str(arguments.get("channel", "")))
        if wait_s is not None:
            server.refused += 1
            return _slow_down(wait_s)
        if token:
            headers = {"x-oauth-scopes": ",".join(token.scopes), "x-accepted-oauth-scopes": method.scope}
        if token and token.team and token.team.is_withdrawn and not name.startswith("auth."):
            raise ApiError("team_access_not_granted")
        call = Call(server=server, method=name, arguments=arguments, token=token, request=request)
        if method.scope:
            call.need(method.scope)
        await _after_acknowledgement(call)
        document = {"ok": True, **method.answer(call)}
    except ApiError as error:
        document = error.answer()
        if error.code.startswith(MALFORMED) and error.code not in ("invalid_auth", "invalid_code"):
            server.violations.append(f"{name}: {error.code} {' '.join(error.messages)}")
    server.touch()
    answer = web.json_response(document, headers=headers)
    return await _spoiled(server, name, fault, request, answer)


async def _after_acknowledgement(call: Call) -> None:
    """Wait until a view shows what was said to its submission, where that was said before it is changed.

    A bot says one thing over one connection and the next over another: whoever stalls meets both at once.
    """
    view = call.server.views.get(call.text("view_id"))
    if call.method == "views.update" and view is not None and view.is_sent:
        with suppress(TimeoutError):
            await call.server.until(lambda: not view.is_sent, OVERTAKES_S)


async def _spoiled(
    server: "SlackServer", name: str, fault: str, request: web.Request, answer: web.Response
) -> web.StreamResponse:
    """Answer a request that was done as its fault does."""
    try:
        return await answer_fault(request, fault.removeprefix("accept, "), answer)
    except ProcessLookupError:
        server.faults.put_back(fault, name)
        return answer


def _slow_down(seconds: int) -> web.Response:
    document = {"ok": False, "error": "ratelimited"}
    return web.json_response(document, status=429, headers={"Retry-After": str(seconds)})


async def _arguments(request: web.Request) -> tuple[Json, bool]:
    """Return what a request says, and whether it said so in JSON."""
    arguments: Json = dict(request.query)
    is_json = request.content_type == "application/json"
    if is_json:
        try:
            body = await request.json()
        except ValueError:
            body = {}
        arguments |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for name in DOCUMENTS & arguments.keys():
        if isinstance(arguments[name], str):
            try:
                arguments[name] = json.loads(arguments[name])
            except ValueError:
                continue
    return arguments, is_json


def _token(server: "SlackServer", method: Method, request: web.Request, arguments: Json) -> Token | None:
    """Return who calls; raise what Slack says to those who may not."""
    said = arguments.pop("token", "")
    if method.caller == "anyone":
        return None
    value = request.headers.get("Authorization", "").removeprefix("Bearer ") or said
    if not value:
        raise ApiError("not_authed")
    token = server.tokens.get(value)
    if token is None:
        raise ApiError("invalid_auth")
    if (token.team is None) != (method.caller == "app"):
        raise ApiError("not_allowed_token_type")
    if token.state == "valid" and token.expires_at is not None and token.expires_at <= server.token_clock():
        token.state = "token_expired"
    if token.state != "valid":
        raise ApiError(token.state)
    return token


def _hold_to_description(server: "SlackServer", name: str, arguments: Json, *, is_json: bool) -> None:
    problems = request_problems(name, arguments, is_json=is_json)
    problems += [f"{name}: {problem}" for problem in model_problems(arguments)]
    server.violations += problems
