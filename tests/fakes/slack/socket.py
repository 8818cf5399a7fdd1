"""Socket Mode: WebSockets over which the pretend Slack tells a bot what happened.

Each envelope goes to one connection, in turn. One that is not acknowledged in time, or whose connection is
lost, goes to another.
"""

import asyncio
import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import Asked
from tests.fakes.slack.web_api import Call, Method

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

MAX_CONNECTIONS = 10


class Connection:
    """One WebSocket of a bot."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.request = request
        self.envelopes: list[Json] = []
        """What was sent over it."""
        self.is_leaving = False
        self.gone = asyncio.Event()


class SocketMode:
    """The door of Slack that bots keep open."""

    def __init__(self, server: "SlackServer") -> None:
        self.connections: list[Connection] = []
        self.opened = 0
        """How many connections there ever were."""
        self._server = server
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._turn = 0

    def ticket(self) -> str:
        """Return an address that one connection can be made to."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        door = self._server.origin.replace("http", "ws", 1)
        return f"{door}/link/?ticket={ticket}&app_id={self._server.app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold a connection until one side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket, request)
        self.connections.append(connection)
        self.opened += 1
        await socket.send_json(self._hello())
        self._server.touch()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            connection.gone.set()
            self.connections.remove(connection)
            self._server.touch()
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._server.app_id},
            "debug_info": {"host": "pretend", "build_number": 1, "approximate_connection_time": 18_060},
        }

    def _acknowledge(self, text: str) -> None:
        try:
            document = json.loads(text)
            waiting = self._waiting.get(document["envelope_id"])
        except (ValueError, KeyError, TypeError):
            self._server.violations.append(f"Socket Mode: this is no acknowledgement: {text[:200]}")
            return
        if waiting is not None and not waiting.done():
            waiting.set_result(document.get("payload"))

    async def attempt(self, asked: Asked, attempt: int, reason: str) -> tuple[bool, Json | None, str]:
        """Send an envelope to the next connection.

        Returns whether it was acknowledged, with what, or else why not. One that was sent before may be
        acknowledged over any connection.
        """
        waiting = self._waiting.setdefault(asked.envelope_id, asyncio.get_running_loop().create_future())
        envelope = {
            "envelope_id": asked.envelope_id,
            "type": asked.kind,
            "payload": asked.payload,
            "accepts_response_payload": asked.kind != "events_api",
        }
        if asked.kind == "events_api" or attempt:
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        with suppress(TimeoutError):
            async with asyncio.timeout(self._server.deadline_s):
                connection = await self._next()
                connection.envelopes.append(envelope)
                gone = asyncio.ensure_future(connection.gone.wait())
                try:
                    with suppress(ConnectionError):
                        await connection.socket.send_json(envelope)
                    await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    gone.cancel()
        if waiting.done():
            del self._waiting[asked.envelope_id]
            return True, waiting.result(), ""
        return False, None, "timeout"

    async def _next(self) -> Connection:
        """Return the connection whose turn it is; wait until there is one."""
        await self._server.until(self._ready, self._server.deadline_s)
        ready = self._ready()
        self._turn += 1
        return ready[self._turn % len(ready)]

    def _ready(self) -> list[Connection]:
        return [one for one in self.connections if not one.is_leaving and not one.gone.is_set()]

    async def refresh(self, *, warning_s: float = 10.0) -> None:
        """Ask every connection to be made anew, as Slack does every few hours.

        One that still stands `warning_s` seconds after the warning is told again, and then ended.
        """
        for connection in list(self.connections):
            connection.is_leaving = True
            for reason in ("warning", "refresh_requested"):
                with suppress(ConnectionError, TimeoutError):
                    await connection.socket.send_json({"type": "disconnect", "reason": reason})
                    await asyncio.wait_for(connection.gone.wait(), warning_s)
                if connection.gone.is_set():
                    break
            await connection.socket.close()

    async def drop(self, *, politely: bool = False) -> None:
        """End every connection, with a closing handshake or as a cut cable does."""
        for connection in list(self.connections):
            connection.is_leaving = True
            if politely:
                await connection.socket.close()
            elif connection.request.transport is not None:
                connection.request.transport.abort()


def open_connection(call: Call) -> Json:
    return {"url": call.server.socket.ticket()}


METHODS = {"apps.connections.open": Method(open_connection, "connections:write", caller="app")}
