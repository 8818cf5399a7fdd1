"""Reading the web: one page for one address, and never from a place that is not public."""

import asyncio
import logging
import socket
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from aiohttp import (
    AddrInfoType,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.addresses import Address, Allowed, is_near, is_public, read_address
from bot.errors import FetchFailed, FetchTrouble
from bot.ports import Page

logger = logging.getLogger(__name__)

MEDIA_TYPES: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})
"""What an article is read from. Feeds and other XML are no article; of anything else no byte is read."""

MAX_URL: Final = 4_000
"""Characters of an address, a redirect's too."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({404, 410})

# Ports of https://fetch.spec.whatwg.org/#port-blocking from 1024 on: other protocols, which a request could
# be mistaken for a command of.
_BAD_PORTS: Final = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
     6697, 10080}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of one fetch is waited for and read: of all its redirects together, in seconds and bytes.

    `idle_s` bounds each wait for a connection or for the next bytes; `body` counts what is unpacked. Of all
    fetches so many are under way `at_once`; the others wait for their turn, within their time.
    """

    total_s: float = 20.0
    idle_s: float = 8.0
    redirects: int = 5
    body: int = 3_000_000
    at_once: int = 8


USUAL: Final = Limits()


class WebFetcher:
    """A `Fetcher` over HTTP. It keeps nothing between two fetches: no cookie, connection or answer of DNS."""

    def __init__(
        self,
        allowed: Allowed,
        *,
        contact: str | None = None,
        limits: Limits = USUAL,
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Take the operator's own places, and an address where whoever is read can see who reads."""
        self._allowed = allowed
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.at_once)
        self._resolver = resolver
        self._headers = {
            "User-Agent": f"ai-news/{version('ai-news')}" + (f" (+{contact})" if contact else ""),
            "Accept": "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8",
            "Accept-Encoding": "gzip, deflate",
        }

    async def fetch(self, url: str) -> Page:
        """Return the page at an address, after its redirects. Raises `FetchFailed`."""
        try:
            async with asyncio.timeout(self._limits.total_s), self._turns:
                return await self._follow(url)
        except TimeoutError:
            raise FetchFailed("too_slow") from None

    async def _follow(self, text: str) -> Page:
        url = _checked(text)
        for _ in range(self._limits.redirects + 1):
            found = await self._visit(url)
            if isinstance(found, Page):
                return found
            url = _checked(found, url)
        raise FetchFailed("too_many_redirects")

    async def _visit(self, url: URL) -> Page | str:
        """Return what stands at one address: a page, or where it sends its readers."""
        guard = _Guard(self._allowed, anywhere=self._allowed.has_host(url.raw_host or ""))
        try:
            async with self._session(guard) as session, session.get(url, allow_redirects=False) as response:
                return await self._read(url, response)
        except TimeoutError:
            raise
        except (ClientError, UnicodeError, OSError) as error:
            refused = guard.refused and isinstance(error, ClientConnectorError)
            failed = FetchFailed("not_public" if refused else _trouble(error), type(error).__name__)
            logger.info("host=%s cannot be read: %s", url.raw_host, failed)
            raise failed from error

    def _session(self, guard: "_Guard") -> ClientSession:
        return ClientSession(
            connector=TCPConnector(
                resolver=self._resolver or ThreadedResolver(),
                use_dns_cache=False,
                force_close=True,
                socket_factory=guard.open_socket,
            ),
            cookie_jar=DummyCookieJar(),
            headers=self._headers,
            timeout=ClientTimeout(
                total=None, sock_connect=self._limits.idle_s, sock_read=self._limits.idle_s
            ),
            trust_env=False,
        )

    async def _read(self, url: URL, response: ClientResponse) -> Page | str:
        if response.status in _REDIRECTS:
            if location := response.headers.get("Location"):
                return location
            raise FetchFailed("broken", "a redirect to nowhere")
        if not 200 <= response.status < 300:
            raise FetchFailed(_refusal(response.status), f"HTTP {response.status}")
        if response.content_type not in MEDIA_TYPES:
            raise FetchFailed("not_text", response.content_type)
        return Page(
            url=str(url),
            media_type=response.content_type,
            charset=(response.charset or "").lower(),
            body=await self._body(response),
        )

    async def _body(self, response: ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > self._limits.body:
                raise FetchFailed("too_large")
        return bytes(body)


class _Guard:
    """Makes the sockets of one visit; what is checked is the address that the socket then connects to."""

    def __init__(self, allowed: Allowed, *, anywhere: bool) -> None:
        self._allowed = allowed
        self._anywhere = anywhere
        self.refused = False

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """Return a socket for an address. Raises PermissionError where nothing may be read from there."""
        family, kind, protocol, _, end = info
        address = read_address(str(end[0]))
        if not self._anywhere and (address is None or not self._may_read(address, info)):
            self.refused = True
            raise PermissionError(f"{end[0]} is not public")
        return socket.socket(family, kind, protocol)

    def _may_read(self, address: Address, info: AddrInfoType) -> bool:
        if self._allowed.has_address(address):
            return True
        return is_public(address) and not ((own := _own_end(info)) and is_near(address, own))


def _own_end(info: AddrInfoType) -> Address | None:
    """Return the address that this machine would speak from, without sending anything; None for no way."""
    family, _, _, _, end = info
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(end)
        except OSError:
            return None
        return read_address(probe.getsockname()[0])


def _checked(text: str, base: URL | None = None) -> URL:
    """Return an address, or one that another leads to, in ASCII. Raises `FetchFailed` where it is none."""
    text = text.strip()
    if len(text) > MAX_URL:
        raise FetchFailed("not_web", "too long")
    try:
        url = URL(text) if base is None else base.join(URL(text))
        port = url.port
    except ValueError as error:
        raise FetchFailed("not_web") from error
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise FetchFailed("not_web", url.scheme)
    if url.raw_user is not None or url.raw_password is not None:
        raise FetchFailed("has_login")
    if port not in (80, 443) and (port is None or port < 1024 or port in _BAD_PORTS):
        raise FetchFailed("odd_port", str(port))
    return url.with_fragment(None)


def _refusal(status: int) -> FetchTrouble:
    if status in _GONE:
        return "not_found"
    return "refused" if 400 <= status < 500 else "broken"


def _trouble(error: Exception) -> FetchTrouble:
    """Return what an error of the library means. What it takes for no address is an IPv4 address misspelt."""
    if isinstance(error, InvalidURL):
        return "not_public"
    if isinstance(error, ClientConnectorDNSError | UnicodeError):
        return "unknown_host"
    if isinstance(error, ClientSSLError):
        return "not_trusted"
    return "unreachable" if isinstance(error, OSError) else "broken"
