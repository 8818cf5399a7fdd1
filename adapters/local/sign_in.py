"""Signing in with the operator's password, signing out, and the switches that every page has."""

import time
from typing import Final

from aiohttp import web

from adapters.local.access import SESSION_S
from adapters.local.site import SESSION_COOKIE, YEAR_S, Site, fields_of
from adapters.local.viewer import CHOICES

MAX_FORM_BYTES: Final = 4_000


class SignInPages:
    """The handlers of who one is, and how one wants the page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def show(self, request: web.Request) -> web.Response:
        """Return the form, or why there is none."""
        if self._site.viewer(request).inside:
            raise web.HTTPSeeOther("/")
        return self._site.page(request, "sign_in.html", wrong=False)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Begin a session for who knows the password."""
        typed = (await fields_of(request, MAX_FORM_BYTES)).get("password", "")
        self._site.check_tries(request)
        if not self._site.door.is_password(typed):
            self._site.count_wrong_try(request)
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
