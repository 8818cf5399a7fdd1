"""The pretend Discord: its gateway over WebSocket, with sessions that outlive a dropped connection.

Opcodes, close codes and rules: documentation on events/gateway and topics/opcodes-and-status-codes.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord import shapes

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE = range(5)
RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = range(6, 12)
GUILDS, MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1
NEEDS = {
    "MESSAGE_CREATE": MESSAGES,
    "MESSAGE_UPDATE": MESSAGES,
    "MESSAGE_DELETE": MESSAGES,
    "INTERACTION_CREATE": 0,
}
"""The intent that an event needs; GUILDS, where none is named."""
GUILDS_A_SHARD = 2500
MAX_PAYLOAD = 4096
PAYLOADS_A_MINUTE = 120
ENDED_BY_CLIENT = {1000, 1001}


class Closed(Exception):
    """The connection ends with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def compressing(kind: str) -> Callable[[str], bytes | str]:
    """Return what makes frames of payloads, as the query of a connection asks for it."""
    if kind == "zlib-stream":
        stream = zlib.compressobj()
        return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        # A client asks for it where its Python has this module (3.14).
        stream = importlib.import_module("compression.zstd").ZstdCompressor()
        return lambda text: stream.compress(text.encode(), stream.FLUSH_BLOCK)
    return lambda text: text


@dataclass(eq=False)
class Connection:
    """One WebSocket. What is put into `outgoing` goes out in order; a number closes it with that code."""

    transport: asyncio.Transport
    socket: web.WebSocketResponse
    frame: Callable[[str], bytes | str]
    session: Session | None = None
    outgoing: asyncio.Queue[dict | int] = field(default_factory=asyncio.Queue)

    async def write(self) -> None:
        """Send what is put out, until it is closed."""
        with suppress(ConnectionError):
            while not isinstance(payload := await self.outgoing.get(), int):
                frame = self.frame(json.dumps(payload))
                await (
                    self.socket.send_bytes(frame) if isinstance(frame, bytes) else self.socket.send_str(frame)
                )
            await self.socket.close(code=payload)

    def send(self, op: int, data: object = None) -> None:
        """Put out a payload that is no event."""
        self.outgoing.put_nowait({"op": op, "d": data, "s": None, "t": None})


@dataclass(eq=False)
class Session:
    """What a shard is told, connected or not; `sent` is kept for those that come back."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None
    sent: list[dict] = field(default_factory=list)

    def looks_after(self, guild_id: int | None) -> bool:
        """Return whether a guild's events go here; those of no guild go to shard 0."""
        number, count = self.shard
        return number == (0 if guild_id is None else (guild_id >> 22) % count)

    def tell(self, event: str, data: object) -> None:
        """Send an event, now or when the client comes back for it."""
        payload = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        if self.connection is not None:
            self.connection.outgoing.put_nowait(payload)


class Gateway:
    """All connections and sessions."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self.connections: list[Connection] = []
        self.sessions: list[Session] = []
        self.identified = 0
        """IDENTIFYs that began a session."""
        self.resumed = 0
        self.closed_with: list[int] = []
        """The close codes that clients were sent."""
        self.heartbeat_interval_ms = 41_250
        self.identify_interval_s = 0.0
        """How far apart IDENTIFYs must be; Discord's is 5 s, which is long for tests."""
        self._identified_at = float("-inf")
        self.granted_intents = 0
        """Privileged intents that are switched on for the application."""

    # What a test does.

    def dispatch(self, event: str, data: dict, guild_id: int | None = None) -> None:
        """Send an event to every session that looks after the guild and asked for such events."""
        for session in self.sessions:
            needed = NEEDS.get(event, GUILDS)
            if session.looks_after(guild_id) and (not needed or session.intents & needed):
                session.tell(event, _without_content(event, data, session.intents))

    def drop(self, *, close_code: int | None = 4000) -> int:
        """Cut every connection, with a close frame or (None) without; return how many there were."""
        dropped = list(self.connections)
        for connection in dropped:
            if close_code is None:
                connection.transport.abort()
            else:
                connection.outgoing.put_nowait(close_code)
            self._forget(connection)
        return len(dropped)

    def reconnect(self) -> None:
        """Ask every client to connect anew, as Discord does when it moves them."""
        for connection in self.connections:
            connection.send(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is no longer valid."""
        for connection in list(self.connections):
            if not resumable:
                self.sessions.remove(connection.session)
            connection.send(INVALID, resumable)

    @property
    def shards_connected(self) -> set[int]:
        """Return the shards that have a connection now."""
        return {session.shard[0] for session in self.sessions if session.connection is not None}

    # What the socket does.

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk to a client until either goes."""
        socket = web.WebSocketResponse(max_msg_size=MAX_PAYLOAD, compress=False, timeout=0.2)
        await socket.prepare(request)
        connection = Connection(request.transport, socket, compressing(request.query.get("compress", "")))
        self.connections.append(connection)
        writer = asyncio.create_task(connection.write())
        try:
            connection.send(HELLO, {"heartbeat_interval": self.heartbeat_interval_ms})
            await self._listen(connection, request)
        except Closed as ended:
            self.closed_with.append(ended.code)
            connection.outgoing.put_nowait(ended.code)
            await writer
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            self._left(connection)
        return socket

    async def _listen(self, connection: Connection, request: web.Request) -> None:
        if request.query.get("v") not in {"9", "10"}:
            raise Closed(4012)
        arrived: deque[float] = deque(maxlen=PAYLOADS_A_MINUTE)
        async for message in connection.socket:
            now = asyncio.get_running_loop().time()
            if len(arrived) == PAYLOADS_A_MINUTE and now - arrived[0] < 60:
                raise Closed(4008)
            arrived.append(now)
            if message.type is not WSMsgType.TEXT:
                raise Closed(4002)
            try:
                payload = json.loads(message.data)
                op, data = payload["op"], payload.get("d")
            except (ValueError, TypeError, KeyError):
                raise Closed(4002) from None
            self._take(connection, op, data)

    def _take(self, connection: Connection, op: int, data: object) -> None:
        match op:
            case _ if op == HEARTBEAT:
                connection.send(ACK)
            case _ if op == IDENTIFY:
                self._identify(connection, data)
            case _ if op == RESUME:
                self._resume(connection, data)
            case _ if op in {PRESENCE, VOICE, MEMBERS}:
                if connection.session is None:
                    raise Closed(4003)
            case _:
                raise Closed(4001)

    def _identify(self, connection: Connection, data: dict) -> None:
        if connection.session is not None:
            raise Closed(4005)
        if data.get("token") != self._server.token:
            raise Closed(4004)
        shard = self._shard(data.get("shard") or [0, 1])
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise Closed(4013)
        if intents & PRIVILEGED & ~self.granted_intents:
            raise Closed(4014)
        if self._is_too_soon():
            connection.send(INVALID, False)
            return
        self.identified += 1
        session = Session(secrets.token_hex(16), shard, intents, connection)
        self.sessions.append(session)
        connection.session = session
        session.tell("READY", self._ready(session))
        for guild in self._guilds_of(session):
            if guild.available and intents & GUILDS:
                session.tell("GUILD_CREATE", {**shapes.guild(guild), "unavailable": False})

    def _is_too_soon(self) -> bool:
        """Return whether the last IDENTIFY was just now; one connection at a time may begin a session."""
        now = asyncio.get_running_loop().time()
        too_soon = now - self._identified_at < self.identify_interval_s
        self._identified_at = self._identified_at if too_soon else now
        return too_soon

    def _shard(self, shard: list[int]) -> tuple[int, int]:
        number, count = shard
        if not 0 <= number < count:
            raise Closed(4010)
        if len(self._server.guilds) > GUILDS_A_SHARD * count:
            raise Closed(4011)
        return number, count

    def _guilds_of(self, session: Session) -> list:
        guilds = self._server.guilds.values()
        return [guild for guild in guilds if guild.bot is not None and session.looks_after(guild.id)]

    def _ready(self, session: Session) -> dict:
        return {
            "v": 10,
            "user": shapes.user(self._server.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in self._guilds_of(session)],
            "session_id": session.id,
            "resume_gateway_url": self._server.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(self._server.bot.id), "flags": self._server.application_flags},
        }

    def _resume(self, connection: Connection, data: dict) -> None:
        if data.get("token") != self._server.token:
            raise Closed(4004)
        session = next((one for one in self.sessions if one.id == data.get("session_id")), None)
        if session is None:
            connection.send(INVALID, False)
            return
        seen = data.get("seq")
        if not isinstance(seen, int) or seen > len(session.sent):
            raise Closed(4007)
        if session.connection is not None:
            session.connection.outgoing.put_nowait(int(WSCloseCode.GOING_AWAY))
            session.connection.session = None
        self.resumed += 1
        session.connection, connection.session = connection, session
        for payload in session.sent[seen:]:
            connection.outgoing.put_nowait(payload)
        session.tell("RESUMED", {})

    def _left(self, connection: Connection) -> None:
        """A client that says goodbye ends its session; one that is cut off may come back for it."""
        session = connection.session
        self._forget(connection)
        if (
            session is not None
            and connection.socket.close_code in ENDED_BY_CLIENT
            and session in self.sessions
        ):
            self.sessions.remove(session)

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        if connection.session is not None:
            connection.session.connection = None
            connection.session = None


def _without_content(event: str, data: dict, intents: int) -> dict:
    """Return a message's event as those see it who may not read what is written; one's own stays whole."""
    if (
        event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}
        or intents & MESSAGE_CONTENT
        or data["author"]["bot"]
    ):
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}
