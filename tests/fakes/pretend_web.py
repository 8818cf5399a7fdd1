"""A pretend web: sites on this machine that answer with any bytes, its names, and a watch over sockets."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from ssl import SSLContext

from aiohttp.abc import AbstractResolver, ResolveResult

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(
    body: bytes = b"", status: str = "200 OK", media: str | None = "text/html; charset=utf-8", **headers: str
) -> bytes:
    """Return an HTTP response; headers are written with underscores for their hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"Content-Type: {media}"] if media else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    return answer(status=f"{status} Elsewhere", Location=location)


class Site:
    """One site: what stands at its paths, the requests it was sent, and how often somebody connected."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.connections = 0
        self.address = ""
        self.port = 0

    def url(self, path: str = "/", host: str = "") -> str:
        return f"http://{host or self.address}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(head)
            found = self.pages.get(head.split()[1], answer(b"nothing", "404 Not Found"))
            if isinstance(found, bytes):
                writer.write(found)
                await writer.drain()
            else:
                await found(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def open_site(address: str, ssl: SSLContext | None = None) -> AsyncIterator[Site]:
    """Serve a site on an address of this machine."""
    site = Site()
    server = await asyncio.start_server(site.serve, address, 0, ssl=ssl)
    site.address, site.port = address, server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


class Names(AbstractResolver):
    """Says what names stand for, each answer after the other; numbers are read as the machine reads them."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self.names.get(host.lower().removesuffix("."))
        if answers is None:
            return self._numeric(host, host, port)
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [found for address in addresses for found in self._numeric(host, address, port)]

    def _numeric(self, host: str, address: str, port: int) -> list[ResolveResult]:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [
            ResolveResult(hostname=host, host=end[0], port=port, family=family, proto=protocol, flags=0)
            for family, _, protocol, _, end in found
        ]

    async def close(self) -> None:
        """Nothing is open."""


_watches: list[tuple[list[str], frozenset[str]]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect" or not _watches:
        return
    made, end = arguments
    if isinstance(made, socket.socket) and made.type == socket.SOCK_STREAM and isinstance(end, tuple):
        connected, permitted = _watches[-1]
        connected.append(str(end[0]))
        if end[0] not in permitted:
            raise ConnectionRefusedError(f"the test stops a connection to {end[0]}")


sys.addaudithook(_watch)


@contextmanager
def watched_sockets(*permitted: str) -> Iterator[list[str]]:
    """Yield the addresses that sockets are connected to; none gets through but to those permitted."""
    connected: list[str] = []
    _watches.append((connected, frozenset(permitted)))
    try:
        yield connected
    finally:
        _watches.pop()
