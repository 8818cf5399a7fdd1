"""A pretend chat platform over HTTP, with a ledger of its own; it can do everything wrong.

Faults are scripted by name and used up in order, one for each post. Those that begin with `accept`
accept the message and lose, spoil or double the answer.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web

PLACE = "/{workspace}/{channel}/messages"

SPOILED = {
    "accept, 500": web.Response(status=500, text="oops"),
    "accept, 503": web.Response(status=503, text="busy"),
    "accept, truncated": web.Response(text='{"id": "m', content_type="application/json"),
    "accept, html": web.Response(text="<html>Hello</html>", content_type="text/html"),
}
REFUSALS = {
    "500": (500, {}, "oops"),
    "429 everywhere": (429, {"Retry-After": "0.4", "X-Everywhere": "true"}, "{}"),
    "429 route": (429, {"Retry-After": "1"}, "{}"),
    "429 zero": (429, {"Retry-After": "0"}, "{}"),
    "429 float": (429, {"Retry-After": "0.25"}, "{}"),
    "429 huge": (429, {"Retry-After": "1e300"}, "{}"),
    "429 missing": (429, {}, "{}"),
    "429 html": (429, {"Retry-After": "soon", "Content-Type": "text/html"}, "<html>slow down</html>"),
    "invalid": (400, {}, '{"error": "invalid"}'),
}
LOST = {"deleted": 404, "archived": 410, "no_permission": 403, "signed_out": 401}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A message that stands in a channel."""

    id: str
    channel: str
    key: str
    text: str
    at: float
    process: int


class ChatServer:
    """The platform: what stands where, and how it behaves."""

    def __init__(self, *faults: str, limit: int = 0) -> None:
        self.ledger: list[Accepted] = []
        self.faults = deque(faults)
        self.edit_faults: deque[str] = deque()
        self.edited: list[str] = []
        """The id of a message for each time that its text was put, whether it was another or not."""
        self.lost: dict[str, str] = {}
        self.limit, self.limit_s = limit, 1.0
        """Posts that are taken in any second, or so many; without a limit, any number."""
        self.remembers_keys = True
        self.shows_history = True
        self.slow_s = 0.0
        self.refused = 0
        self.asked_by: list[int] = []
        self.when_accepted: Callable[[Accepted], None] = lambda message: None
        self._recent: deque[float] = deque()

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or do what the next fault says."""
        process = int(request.headers.get("X-Process", "0"))
        self.asked_by.append(process)
        channel = "/".join(request.match_info.values())
        if why := self.lost.get(channel):
            return web.json_response({"error": why}, status=LOST[why])
        if self._over_the_limit():
            self.refused += 1
            return web.Response(status=429, headers={"Retry-After": "1", "X-Everywhere": "true"})
        document = await request.json()
        fault = self.faults.popleft() if self.faults else ""
        if fault in REFUSALS:
            status, headers, text = REFUSALS[fault]
            self.refused += status == 429
            return web.Response(status=status, headers=headers, text=text)
        if fault == "reset":
            request.transport.abort()
            return web.Response()
        await asyncio.sleep(self.slow_s)
        message = self._accept(channel, document, process)
        return await self._answer(request, fault, message)

    def _accept(self, channel: str, document: dict[str, str], process: int) -> Accepted:
        """Let a message stand; one whose key is remembered is not taken again."""
        if self.remembers_keys and (known := self._of_key(channel, document["key"])):
            return known
        at = asyncio.get_running_loop().time()
        message = Accepted(id=f"m{len(self.ledger) + 1}", channel=channel, at=at, process=process, **document)
        self.ledger.append(message)
        self.when_accepted(message)
        return message

    async def _answer(self, request: web.Request, fault: str, message: Accepted) -> web.StreamResponse:
        answer = web.json_response({"id": message.id})
        match fault:
            case "accept, time out":
                await asyncio.sleep(60)
            case "accept, reset":
                request.transport.abort()
            case "accept, kill":
                os.kill(message.process, signal.SIGKILL)
            case "accept, twice":
                await answer.prepare(request)
                await answer.write_eof()
                request.transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"id": "two"}')
                request.transport.close()
            case _ if spoiled := SPOILED.get(fault):
                return web.Response(
                    status=spoiled.status, text=spoiled.text, content_type=spoiled.content_type
                )
        return answer

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """Put another text in the place of a message's."""
        document = await request.json()
        fault = self.edit_faults.popleft() if self.edit_faults else ""
        for number, message in enumerate(self.ledger):
            if message.id == document["id"]:
                self.ledger[number] = replace(message, text=document["text"])
                self.edited.append(message.id)
                return await self._answer(request, fault, message)
        return web.Response(status=400)

    async def find(self, request: web.Request) -> web.StreamResponse:
        """Answer with the messages of a key, or the text of an id; without permission to read, with none."""
        channel = "/".join(request.match_info.values())
        if "id" in request.query:
            here = (m for m in self.ledger if (m.channel, m.id) == (channel, request.query["id"]))
            return web.json_response({"text": next((message.text for message in here), None)})
        found = self._of_key(channel, request.query["key"]) if self.shows_history else None
        return web.json_response({"messages": [found.id] if found else []})

    def _of_key(self, channel: str, key: str) -> Accepted | None:
        return next((m for m in self.ledger if (m.channel, m.key) == (channel, key)), None)

    def _over_the_limit(self) -> bool:
        if not self.limit:
            return False
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0] <= now - self.limit_s:
            self._recent.popleft()
        if len(self._recent) >= self.limit:
            return True
        self._recent.append(now)
        return False


@asynccontextmanager
async def serving(server: ChatServer) -> AsyncIterator[str]:
    """Serve a platform while the block runs; yield its address."""
    app = web.Application()
    app.router.add_post(PLACE, server.post)
    app.router.add_get(PLACE, server.find)
    app.router.add_put(PLACE, server.edit)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
