"""Who is let in, pure: by where a request comes from, by the operator's password, and by a signed cookie."""

import hashlib
import hmac
import ipaddress
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from bot.settings import Settings

Refusal = Literal["host", "origin"]

SESSION_S: Final = 30 * 24 * 3600
"""How long a sign-in lasts, in seconds."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_AUTHORITY: Final = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[^:\[\]/@]+))(?::\d{1,5})?")
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's own."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def is_only_this_machine(settings: Settings) -> bool:
    """Return whether nobody but who uses this machine can reach the page."""
    public = urlsplit(settings.web_url or "").hostname
    return is_loopback(settings.web_host) and (public is None or is_loopback(public))


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How the page is reachable, and what is asked of those who come.

    `key` signs sessions; it follows from the password, so that every process takes them and none
    outlives a change of the password.
    """

    names: frozenset[str]
    only_this_machine: bool
    password: str | None
    key: bytes

    @classmethod
    def of(cls, settings: Settings, salt: str) -> Self:
        """Return the door that the settings describe; `salt` is the database's id."""
        public = urlsplit(settings.web_url or "").hostname
        names = {"localhost", settings.web_host.lower()} | ({public} if public else set())
        password = settings.web_password
        key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1) if password else b""
        return cls(
            names=frozenset(names),
            only_this_machine=is_only_this_machine(settings),
            password=password,
            key=key,
        )

    def refusal(self, method: str, headers: Mapping[str, str]) -> Refusal | None:
        """Return why a request is not answered at all.

        `host`: it calls this machine by a name that is not its own, as a page of somebody else's does
        whose name was pointed here (DNS rebinding). `origin`: another site's page sent it.
        """
        authority = headers.get("Host", "")
        if not self._is_own(authority):
            return "host"
        if headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            navigates = headers.get("Sec-Fetch-Mode") == "navigate"
            return None if method in SAFE_METHODS and navigates else "origin"
        origin = headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != authority:
            return "origin"
        is_own = origin is not None or headers.get("Sec-Fetch-Site") == "same-origin"
        return None if is_own or method in SAFE_METHODS else "origin"

    def lets_in(self, headers: Mapping[str, str], session: str, now_s: int) -> bool:
        """Return whether a request may use more than the pages for every reader."""
        if self.password is None:
            return self.only_this_machine and not any(name in headers for name in _FORWARDED)
        token = bearer_token(headers)
        return self._is_session(session, now_s) if token is None else self.is_password(token)

    def is_password(self, typed: str) -> bool:
        """Return whether it is the operator's password, in a time that tells nothing about it."""
        known = self.password or ""
        return bool(known) and hmac.compare_digest(_bytes(typed), _bytes(known))

    def session(self, now_s: int) -> str:
        """Return the cookie of a sign-in at `now_s` (seconds since 1970)."""
        until = str(now_s + SESSION_S)
        return f"{until}.{self._signature(until)}"

    def _is_session(self, cookie: str, now_s: int) -> bool:
        until, _, signature = cookie.partition(".")
        is_ours = hmac.compare_digest(_bytes(signature), _bytes(self._signature(until)))
        return is_ours and int(until) > now_s

    def _signature(self, until: str) -> str:
        return hmac.new(self.key, _bytes(until), hashlib.sha256).hexdigest()

    def _is_own(self, authority: str) -> bool:
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return False
        host = found["v6"] or found["name"]
        address = _address(host)
        if address is None:
            return host.lower() in self.names
        # Rebinding needs a name: whoever wrote an address meant this machine.
        return address.is_loopback or not self.only_this_machine or host in self.names


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Return the password that a script sends with its request."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


MAX_TRIES: Final = 5
TRIES_S: Final = 60.0
"""From one address, `MAX_TRIES` wrong passwords in so many seconds; more are not looked at."""

MAX_ADDRESSES: Final = 10_000


class WrongTries:
    """When each address last typed a wrong password; the addresses that were quiet longest are forgotten."""

    def __init__(self) -> None:
        self._by_remote: OrderedDict[str, list[float]] = OrderedDict()

    def too_many(self, remote: str, now_s: float) -> bool:
        """Return whether an address has had its tries for now."""
        return len([at for at in self._by_remote.get(remote, []) if now_s - at < TRIES_S]) >= MAX_TRIES

    def add(self, remote: str, now_s: float) -> None:
        """Remember a wrong try."""
        tries = [at for at in self._by_remote.pop(remote, []) if now_s - at < TRIES_S]
        self._by_remote[remote] = [*tries, now_s]
        while len(self._by_remote) > MAX_ADDRESSES:
            self._by_remote.popitem(last=False)
