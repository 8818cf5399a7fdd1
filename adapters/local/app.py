"""The page's routes, who passes through them, and what is said where something is refused or missing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from aiohttp import web

from adapters.local.channel import ChannelPages
from adapters.local.headers import HEADERS
from adapters.local.pages import DeskPages, ReadingPages
from adapters.local.places import NEWS
from adapters.local.problems import answer_to
from adapters.local.render import STATIC
from adapters.local.sign_in import SignInPages
from adapters.local.site import Site
from adapters.local.story_pages import StoryPages
from adapters.local.views import ViewPages

HANDLER_TIMEOUT_S: Final = 30.0
"""How long a request may take, its body included; streams stay open."""

WRITE_TIMEOUT_S: Final = 20.0
"""How long a reader may take nothing of a response before the connection is closed."""

MAX_BODY_BYTES: Final = 16_000
"""Of requests that do not say otherwise."""

CONTENT_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(site: Site) -> web.Application:
    """Return the page as an application."""
    reading, channel, signing = ReadingPages(site), ChannelPages(site), SignInPages(site)
    desk, views, stories = DeskPages(site), ViewPages(site), StoryPages(site)
    open_to_all = [
        web.get("/", reading.front),
        web.get("/story/{id}", stories.story),
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
        web.post("/c/{workspace}/{channel}/file", channel.upload),
        web.get("/c/{workspace}/{channel}/message/{id}/as/{platform}", channel.look),
        web.get("/w/{workspace}/story/{id}", stories.story_inside),
        web.get("/w/{workspace}/digest/{id}", reading.digest_inside),
        web.get("/w/{workspace}/queue", views.queue),
        web.get("/w/{workspace}/log", views.log),
        web.get("/w/{workspace}/topics", views.topics),
        web.get("/w/{workspace}/subscriptions", desk.subscriptions),
        web.get("/w/{workspace}/deliveries", desk.deliveries),
    ]
    app = web.Application(
        middlewares=[_answering(site), _guarding(site, _handlers(inside), channel.live)],
        client_max_size=MAX_BODY_BYTES,
    )
    app.add_routes([*open_to_all, *inside])
    return app


def _handlers(routes: Iterable[web.RouteDef]) -> frozenset[object]:
    return frozenset(route.handler for route in routes)


def _is_beside(request: web.Request) -> bool:
    """Return whether a request is for an application that is only served on the same address."""
    return len(request.match_info.apps) > 1


def _guarding(
    site: Site, inside: frozenset[object], stream: object
) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware that lets nobody pass who may not."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _is_beside(request):
            return await handler(request)
        if refusal := site.door.refusal(request.method, request.headers):
            raise web.HTTPForbidden(reason=refusal)
        site.check_bearer(request)
        if request.match_info.handler in inside and not site.viewer(request).inside:
            raise web.HTTPUnauthorized if site.door.password else web.HTTPForbidden(reason="closed")
        if request.path == "/" and site.viewer(request).inside and not request.query:
            raise web.HTTPSeeOther(f"/c/{NEWS.workspace}/{NEWS.id}")
        if request.match_info.handler == stream:
            return await handler(request)
        async with asyncio.timeout(HANDLER_TIMEOUT_S):
            return await handler(request)

    return guard


def _answering(site: Site) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the middleware that answers every refusal and failure in words, and adds the headers."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _is_beside(request):
            return await handler(request)
        try:
            response = await handler(request)
        except Exception as error:  # noqa: BLE001 -- `answer_to` logs what it does not know
            response = answer_to(error, site, request)
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
            await _write(request, response)
        return response

    return answer


async def _write(request: web.Request, response: web.StreamResponse) -> None:
    """Write a response, and let go of a reader who takes nothing."""
    try:
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()


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
