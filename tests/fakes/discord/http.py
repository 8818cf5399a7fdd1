"""The pretend Discord: how any request is taken, checked, counted and answered."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.discord.errors import ApiError, failure
from tests.fakes.discord.faults import afterwards, instead, json_response
from tests.fakes.discord.permissions import Permission, permissions_in
from tests.fakes.discord.rates import Refusal, refusal_body, refusal_headers
from tests.fakes.discord.schema import check_schema

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer
    from tests.fakes.discord.state import Channel, Guild, Message

Handler = Callable[["Call"], "object | Awaitable[object]"]
BY_TOKEN = ("/interactions/", "/webhooks/")
"""Routes whose token stands in the address; interactions are outside the global limit."""
OPEN = {"GET /gateway"}
OVERLOADED_S = 0.3
"""How long an error with the status 429 asks to wait."""


@dataclass
class Call:
    """A request that may be served."""

    server: DiscordServer
    route: str
    ids: dict[str, int]
    token: str
    query: dict[str, str]
    body: dict | list | None

    def guild(self) -> Guild:
        """Return the guild that is asked about, if the bot is in it."""
        guild = self.server.guilds.get(self.ids["guild_id"])
        if guild is None or guild.bot is None or not guild.available:
            raise failure(10004)
        return guild

    def channel(self, *needed: Permission) -> Channel:
        """Return the channel that is asked about, if the bot sees it and has the permissions."""
        channel = self.server.channels.get(self.ids["channel_id"])
        if channel is None:
            raise failure(10003)
        if channel.guild.bot is None or not channel.guild.available:
            raise failure(50001)
        granted = permissions_in(channel.guild.bot, channel)
        if not granted & Permission.VIEW_CHANNEL:
            raise failure(50001)
        if any(not granted & one for one in needed):
            raise failure(50013)
        return channel

    def may(self, channel: Channel, permission: Permission) -> bool:
        """Return whether the bot has a permission in a channel."""
        return bool(permissions_in(channel.guild.bot, channel) & permission)

    def message(self, channel: Channel) -> Message:
        """Return the message of the channel that is asked about."""
        found = next((m for m in channel.messages if m.id == self.ids["message_id"]), None)
        if found is None:
            raise failure(10008)
        return found

    def flag(self, name: str) -> bool:
        """Return whether the query says that something is wanted."""
        return self.query.get(name, "").lower() in {"true", "1"}


async def serve(
    server: DiscordServer, route: str, handler: Handler, request: web.Request
) -> web.StreamResponse:
    """Answer a request, or do what the next fault says."""
    server.asked[route] += 1
    name = server.faults.take(route)
    response = await _respond(server, route, handler, request, name)
    server.statuses[response.status] += 1
    return response


async def _respond(
    server: DiscordServer, route: str, handler: Handler, request: web.Request, fault: str
) -> web.StreamResponse:
    headers: dict[str, str] = {}
    try:
        if fault and not fault.startswith("accept"):
            return await instead(fault, request)
        by_token = route.partition(" ")[2].startswith(BY_TOKEN)
        if not by_token and route not in OPEN:
            _authorise(server, request)
        headers, refusal = server.rates.take(route, request.match_info, counts_globally=not by_token)
        if refusal is not None:
            return _refused(refusal, headers)
        answer = _answer(200, await _handled(server, route, handler, request), headers)
    except ApiError as error:
        server.note(route, error)
        return _error(error, headers)
    return await afterwards(fault, request, answer) if fault else answer


async def _handled(server: DiscordServer, route: str, handler: Handler, request: web.Request) -> object:
    body = await _body(request)
    if body is not None:
        check_schema(route, body)
    ids = {name: _id(text) for name, text in request.match_info.items() if name not in TEXTS}
    call = Call(server, route, ids, request.match_info.get(_token_name(route), ""), dict(request.query), body)
    result = handler(call)
    if inspect.isawaitable(result):
        result = await result
    return result


TEXTS = {"interaction_token", "webhook_token"}


def _token_name(route: str) -> str:
    return "interaction_token" if "/interactions/" in route else "webhook_token"


def _id(text: str) -> int:
    if not text.isdecimal():
        errors = {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{text}" is not snowflake.'}]}
        raise ApiError(400, 50035, "Invalid Form Body", errors)
    return int(text)


async def _body(request: web.Request) -> dict | list | None:
    """Return the JSON of a request, also where files come with it."""
    try:
        if request.content_type == "multipart/form-data":
            text = (await request.post()).get("payload_json", "{}")
        else:
            text = await request.text()
    except web.HTTPRequestEntityTooLarge:
        raise failure(40005) from None
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


def _authorise(server: DiscordServer, request: web.Request) -> None:
    if request.headers.get("Authorization") != f"Bot {server.token}":
        raise ApiError(401, 0, "401: Unauthorized")


def _answer(status: int, result: object, headers: dict[str, str]) -> web.Response:
    if result is None:
        return web.Response(status=204, headers=headers)
    return json_response(status, result, headers)


def _error(error: ApiError, headers: dict[str, str]) -> web.Response:
    if error.status != 429:
        return json_response(error.status, error.body, headers)
    refusal = Refusal(OVERLOADED_S, "shared")
    return json_response(429, refusal_body(refusal) | error.body, {**headers, **refusal_headers(refusal)})


def _refused(refusal: Refusal, headers: dict[str, str]) -> web.Response:
    return json_response(429, refusal_body(refusal), {**headers, **refusal_headers(refusal)})
