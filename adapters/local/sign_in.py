"""Signing in with the operator's password, signing out, and the switches that every page has."""

import time
from collections import OrderedDict
from typing import Final

from aiohttp import web

from adapters.local.access import SESSION_S
from adapters.local.site import SESSION_COOKIE, YEAR_S, Site, fields_of
from adapters.local.viewer import CHOICES

MAX_FORM_BYTES: Final = 4_000
MAX_TRIES: Final = 5
TRIES_S: Final = 60.0
"""From one address, `MAX_TRIES` wrong passwords in so many seconds; more are not looked at."""

MAX_ADDRESSES: Final = 10_000


class SignInPages:
    """The handlers of who one is, and how one wants the page."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._wrong = WrongTries()

    async def show(self, request: web.Request) -> web.Response:
        """Return the form, or why there is none."""
        if self._site.viewer(request).inside:
            raise web.HTTPSeeOther("/")
        return self._site.page(request, "sign_in.html", wrong=False)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Begin a session for who knows the password."""
        typed = (await fields_of(request, MAX_FORM_BYTES)).get("password", "")
        remote, now = request.remote or "", time.monotonic()
        if self._wrong.too_many(remote, now):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(int(TRIES_S))})
        if not self._site.door.is_password(typed):
            self._wrong.add(remote, now)
            return self._site.page(request, "sign_in.html", status=403, wrong=True)
        response = web.Response(status=303, headers={"Location": "/"})
        session = self._site.door.session(int(time.time()))
        response.set_cookie(
            SESSION_COOKIE,
            session,
            max_age=SESSION_S,
            httponly=True,
            samesite="Lax",
            secure=self._is_secure(),
        )
        return response

    def _is_secure(self) -> bool:
        return (self._site.settings.web_url or "").startswith("https://")

    async def sign_out(self, request: web.Request) -> web.Response:
        """End the session in this browser."""
        response = web.Response(status=303, headers={"Location": "/"})
        response.del_cookie(SESSION_COOKIE)
        return response

    async def prefer(self, request: web.Request) -> web.Response:
        """Switch language, role or theme, and go back to where the switch was."""
        fields = await fields_of(request, MAX_FORM_BYTES)
        response = web.Response(status=303, headers={"Location": _local_path(fields.get("back", "/"))})
        for name, known in CHOICES.items():
            if fields.get(name) in known:
                response.set_cookie(name, fields[name], max_age=YEAR_S, samesite="Lax", httponly=True)
        return response


def _local_path(path: str) -> str:
    """Return a path of this page, and the front page for what might lead elsewhere."""
    is_local = path.isascii() and path.isprintable() and path.startswith("/")
    return path if is_local and not path.startswith("//") and "\\" not in path else "/"


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
