"""The pretend Discord: what it does wrong when told, by name, once for each time it is told.

Names that begin with `accept` do what was asked, and then lose or spoil the answer. Others do nothing:
a status (`500`), a kind of 429, an error of Discord's (`error 50013`), or no answer at all.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType

from aiohttp import web

from tests.fakes.discord.errors import failure
from tests.fakes.discord.rates import Refusal, refusal_body, refusal_headers
from tests.fakes.processes import process_behind

CREATE_MESSAGE = "POST /channels/{channel_id}/messages"
HTML = "<!DOCTYPE html><html><title>discord.com | 1015</title>You are being rate limited</html>"
VIA = {"Via": "1.1 google"}
REFUSALS = {
    "429 route": Refusal(0.3, "user"),
    "429 global": Refusal(0.3, "global"),
    "429 shared": Refusal(0.3, "shared"),
    "429 zero": Refusal(0.0, "user"),
    "429 huge": Refusal(86_400.0, "user"),
}
HANG_S = 3600.0
LATE = {"reset", "close", "hang", "kill", "truncated", "html"}


def _check_known(name: str) -> None:
    """Raise `KeyError` or `ValueError` for a fault that nothing here does."""
    kind = name.removeprefix("accept, ")
    known = LATE if kind != name else {"", "reset", "close", "hang", *REFUSALS, *WRONG}
    if name.startswith("error "):
        failure(int(name.removeprefix("error ")))
    elif kind not in known:
        int(kind)


class Faults:
    """Faults that wait for their request, in order; each route has its own."""

    def __init__(self, *names: str) -> None:
        self._waiting: dict[str, deque[str]] = {}
        self.add(*names)

    def add(self, *names: str, on: str = CREATE_MESSAGE) -> None:
        """Do these to the next requests of a route; an empty name does nothing to one.

        Raises `KeyError` or `ValueError` for a name that means nothing.
        """
        for name in names:
            _check_known(name)
        self._waiting.setdefault(on, deque()).extend(names)

    def take(self, route: str) -> str:
        """Return the fault of a request; nothing where none waits."""
        waiting = self._waiting.get(route)
        return waiting.popleft() if waiting else ""

    def left(self) -> int:
        """Return how many have not happened yet."""
        return sum(map(len, self._waiting.values()))


def json_response(status: int, document: object, headers: Mapping[str, str]) -> web.Response:
    """Return an answer whose content type is exactly that of JSON, as Discord's is."""
    body = json.dumps(document).encode()
    return web.Response(status=status, body=body, headers={**headers, "Content-Type": "application/json"})


def _plain(status: int, text: str, headers: Mapping[str, str] = MappingProxyType({})) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


WRONG: dict[str, Callable[[], web.Response]] = {
    "429 no via": lambda: json_response(429, {"retry_after": 0.3}, {"Retry-After": "1"}),
    "429 html": lambda: _plain(429, HTML, {**VIA, "Retry-After": "1"}),
    "429 cloudflare": lambda: _plain(429, HTML, {"Retry-After": "600"}),
    "429 missing": lambda: json_response(429, {}, VIA),
    "401": lambda: json_response(401, {"message": "401: Unauthorized", "code": 0}, {}),
    "html": lambda: _plain(200, "<html>Hello</html>"),
}


async def instead(name: str, request: web.Request) -> web.StreamResponse:
    """Answer a request in which nothing is done."""
    if name in REFUSALS:
        refusal = REFUSALS[name]
        return json_response(429, refusal_body(refusal), refusal_headers(refusal))
    if name.startswith("error "):
        raise failure(int(name.removeprefix("error ")))
    match name:
        case "reset":
            request.transport.abort()
        case "close":
            request.transport.close()
        case "hang":
            await asyncio.sleep(HANG_S)
        case _ if name in WRONG:
            return WRONG[name]()
        case status:
            return _plain(int(status), "oops")
    return web.Response()


async def afterwards(name: str, request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Lose or spoil the answer to a request that was done."""
    match name.removeprefix("accept, "):
        case "reset":
            request.transport.abort()
        case "close":
            request.transport.close()
        case "hang":
            await asyncio.sleep(HANG_S)
        case "kill":
            os.kill(process_behind(request.transport), signal.SIGKILL)
        case "truncated":
            half = answer.body[: len(answer.body) // 2]
            return web.Response(body=half, headers={"Content-Type": "application/json"})
        case "html":
            return _plain(200, "<html>Hello</html>")
        case status:
            return _plain(int(status), "oops")
    return answer
