"""The page's routes, who passes through them, and what is said where something is refused or missing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from aiohttp import web

from adapters.local.channel import ChannelPages
from adapters.local.pages import DeskPages, ReadingPages
from adapters.local.places import NEWS
from adapters.local.render import STATIC
from adapters.local.sign_in import SignInPages
from adapters.local.site import Site
from bot.errors import BotError
from bot.phrases import phrase

logger = logging.getLogger(__name__)

HANDLER_TIMEOUT_S: Final = 30.0
"""How long a request may take, its body included; streams stay open."""

MAX_BODY_BYTES: Final = 16_000
"""Of requests that do not say otherwise."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Server": "ai-news",
    "X-Frame-Options": "DENY",
}

CONTENT_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(site: Site) -> web.Application:
    """Return the page as an application."""
    reading, desk, channel, signing = (
        ReadingPages(site),
        DeskPages(site),
        ChannelPages(site),
        SignInPages(site),
    )
    open_to_all = [
        web.get("/", reading.front),
        web.get("/story/{id}", reading.story),
        web.get("/digest/{id}", reading.digest),
        web.get("/feed.atom", reading.feed),
        web.get("/healthz", reading.health),
        web.get("/static/{name}", static),
        web.get("/favicon.ico", icon),
        web.get("/sign-in", signing.show),
        web.post("/sign-in", signing.sign_in),
        web.post("/preferences", signing.prefer),
    ]
    inside = [
        web.post("/sign-out", signing.sign_out),
        web.get("/c/{workspace}/{channel}", channel.show),
        web.get("/c/{workspace}/{channel}/live", channel.live),
        web.get("/c/{workspace}/{channel}/complete", channel.complete),
        web.post("/c/{workspace}/{channel}/command", channel.command),
        web.post("/c/{workspace}/{channel}/form", channel.submit),
        web.get("/c/{workspace}/{channel}/message/{id}/as/{platform}", channel.look),
        web.get("/w/{workspace}/story/{id}", reading.story_inside),
        web.get("/w/{workspace}/digest/{id}", reading.digest_inside),
        web.get("/w/{workspace}/subscriptions", desk.subscriptions),
        web.get("/w/{workspace}/deliveries", desk.deliveries),
    ]
    app = web.Application(
        middlewares=[_answering(site), _guarding(site, _handlers(inside))], client_max_size=MAX_BODY_BYTES
    )
    app.add_routes([*open_to_all, *inside])
    return app


def _handlers(routes: Iterable[web.RouteDef]) -> frozenset[object]:
    return frozenset(route.handler for route in routes)


def _guarding(site: Site, inside: frozenset[object]) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware that lets nobody pass who may not."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if refusal := site.door.refusal(request.method, request.headers):
            raise web.HTTPForbidden(reason=refusal)
        if request.match_info.handler in inside and not site.viewer(request).inside:
            raise web.HTTPUnauthorized if site.door.password else web.HTTPForbidden(reason="closed")
        if request.path == "/" and site.viewer(request).inside and not request.query:
            raise web.HTTPSeeOther(f"/c/{NEWS.workspace}/{NEWS.id}")
        if request.path.endswith("/live"):
            return await handler(request)
        async with asyncio.timeout(HANDLER_TIMEOUT_S):
            return await handler(request)

    return guard


def _answering(site: Site) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware that answers every refusal and failure in words, and adds the headers."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPRedirection as redirect:
            response = web.Response(
                status=redirect.status, headers={"Location": redirect.headers["Location"]}
            )
        except web.HTTPException as error:
            response = _problem(site, request, error.status, error.reason)
            for name in ("Allow", "Retry-After"):
                if value := error.headers.get(name):
                    response.headers[name] = value
        except TimeoutError:
            response = _problem(site, request, 408, "")
        except BotError as error:
            logger.error("%s %s failed: %s", request.method, request.path, error)
            response = _problem(site, request, 503, str(error))
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            response = _problem(site, request, 500, "")
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


PROBLEMS: Final = {
    "host": "page.refused_host",
    "origin": "page.refused_origin",
    "closed": "page.refused_closed",
    401: "page.refused_signed_out",
    403: "page.refused_role",
    404: "page.missing",
    408: "page.too_slow",
    413: "page.too_large",
    429: "page.too_often",
    503: "page.busy",
}


def _problem(site: Site, request: web.Request, status: int, reason: str) -> web.Response:
    """Return what went wrong, in the viewer's language: as a page, or as JSON for the page's own requests."""
    viewer = site.viewer(request)
    key = (
        PROBLEMS.get(reason)
        or PROBLEMS.get(status)
        or ("page.failed" if status >= 500 else "page.not_understood")
    )
    text = phrase(key, viewer.language)
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response({"problem": text}, status=status)
    return site.page(request, "problem.html", status=status, text=text, code=status)


async def static(request: web.Request) -> web.Response:
    """Return a file that pages load. Its address changes with it, so it may be kept for good."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    return web.Response(
        body=STATIC[name],
        content_type=CONTENT_TYPES["." + name.rpartition(".")[2]],
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


async def icon(request: web.Request) -> web.Response:
    """Return the icon where browsers look for it of themselves."""
    return web.Response(body=STATIC["icon.svg"], content_type="image/svg+xml")
