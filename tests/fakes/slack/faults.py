"""What can go wrong between a request and its answer, scripted by name, used up in order, method by method.

Names that begin with `accept` take the request and lose, spoil or double the answer. A name that is none of
these is an error code: `internal_error` takes nothing, `accept, internal_error` does.
"""

import asyncio
import os
import signal
from collections import defaultdict, deque

from aiohttp import web

from tests.fakes.processes import process_behind

POSTING = "chat.postMessage"
ANSWERS = {
    "500": (500, {}, "oops"),
    "503": (503, {}, "busy"),
    "truncated": (200, {"Content-Type": "application/json"}, '{"ok": true, "ts": "17'),
    "html": (200, {"Content-Type": "text/html"}, "<html>Hello</html>"),
    "429 one": (429, {"Retry-After": "1"}, '{"ok": false, "error": "ratelimited"}'),
    "429 zero": (429, {"Retry-After": "0"}, '{"ok": false, "error": "ratelimited"}'),
    "429 huge": (429, {"Retry-After": "99999999"}, '{"ok": false, "error": "ratelimited"}'),
    "429 missing": (429, {}, '{"ok": false, "error": "ratelimited"}'),
    "429 html": (429, {"Retry-After": "soon", "Content-Type": "text/html"}, "<html>slow down</html>"),
}
SECOND_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{"ok": true, "ts": "1.000"}'
HANGS_S = 120


class Faults:
    """Queues of faults, one for each method."""

    def __init__(self, *names: str) -> None:
        self.always = ""
        """The fault of every call for which no other is queued, while Slack is down."""
        self._queues: dict[str, deque[str]] = defaultdict(deque)
        self.add(*names)

    def add(self, *names: str, method: str = POSTING) -> None:
        """Let the next calls of a method go wrong; "" stands for one that goes well."""
        self._queues[method].extend(names)

    def put_back(self, name: str, method: str) -> None:
        """Let the next call of a method meet the fault that one has met to no effect."""
        self._queues[method].appendleft(name)

    def next(self, method: str) -> str:
        """Return the fault that the present call meets, or nothing."""
        queue = self._queues[method]
        return queue.popleft() if queue else self.always


async def answer_fault(request: web.Request, name: str, answer: web.Response) -> web.StreamResponse:
    """Answer as the fault of a name does; `answer` is what would have been said.

    Raises `ProcessLookupError` where whoever is to be killed was killed already, amid another call.
    """
    match name:
        case "":
            return answer
        case "hang":
            await asyncio.sleep(HANGS_S)
        case "reset":
            request.transport.abort()
        case "drop":
            request.transport.close()
        case "kill":
            os.kill(process_behind(request.transport), signal.SIGKILL)
        case "twice":
            await answer.prepare(request)
            await answer.write_eof()
            request.transport.write(SECOND_ANSWER)
            request.transport.close()
        case _ if name in ANSWERS:
            status, headers, text = ANSWERS[name]
            return web.Response(status=status, headers=headers, body=text.encode())
        case _:
            return web.json_response({"ok": False, "error": name})
    return answer
