"""Slack over HTTP: what it sends, judged by its signature, and the installation in a browser."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from adapters.slack.installing.oauth import INSTALL, REDIRECT, page
from bot.errors import BotError
from bot.model import Language

logger = logging.getLogger(__name__)

EVENTS: Final = "/events"

MAX_BODY_BYTES: Final = 2_000_000
"""A view may have 250 kB (Slack's documentation), and forms escape what they carry."""

BODY_TIMEOUT_S: Final = 10.0
HANDLER_TIMEOUT_S: Final = 25.0

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What pages of an installation tell browsers: their addresses hold what it is ended with."""

_NO_TEXT: Final = (ValueError, LookupError)
"""What is raised for a body in an encoding that does not exist, or that is not in the one it names."""

Answer = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


def build_web(
    bolt: AsyncApp | None, signing_secret: str, flow: AsyncOAuthFlow | None, language: Language
) -> web.Application:
    """Return the routes: for what Slack sends and signs where it does over HTTP, and for installations."""
    app = web.Application()
    if bolt is not None:
        events = _signed(_handler(bolt.async_dispatch), SignatureVerifier(signing_secret))
        app.add_routes([web.post(EVENTS, events)])
    if flow is not None:
        app.add_routes(
            [
                web.get(INSTALL, _in_browser(_handler(flow.handle_installation), language)),
                web.get(REDIRECT, _in_browser(_handler(flow.handle_callback), language)),
            ]
        )
    return app


Route = Callable[[web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
"""Answers a request with a body."""


def _handler(answer: Answer) -> Handler:
    async def handle(request: web.Request, body: str) -> web.StreamResponse:
        asked = AsyncBoltRequest(
            body=body,
            query=request.query_string,
            headers={name: request.headers.getall(name) for name in set(request.headers)},
        )
        async with asyncio.timeout(HANDLER_TIMEOUT_S):
            return await to_aiohttp_response(await answer(asked))

    return handle


def _signed(handler: Handler, verifier: SignatureVerifier) -> Route:
    """Return a handler for what Slack signed; of anything else not even the body is taken apart."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        try:
            is_signed = verifier.is_valid_request(body, dict(request.headers))
        except (ValueError, TypeError):  # a time or a signature that cannot be one
            is_signed = False
        if not is_signed:
            raise web.HTTPUnauthorized
        return await handler(request, body)

    return handle


async def _body(request: web.Request) -> str:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await request.clone(client_max_size=MAX_BODY_BYTES).text()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except _NO_TEXT:
        raise web.HTTPBadRequest from None


def _in_browser(handler: Handler, language: Language) -> Route:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request, "")
        except (SlackApiError, aiohttp.ClientError, TimeoutError, BotError) as error:
            logger.error("an installation broke off: %s: %s", type(error).__name__, error)
            again = f"{request.path.rpartition('/')[0]}{INSTALL}"
            text = page("not_installed", language, again=again)
            response = web.Response(status=502, text=text, content_type="text/html")
        response.headers.update(HEADERS)
        return response

    return handle
