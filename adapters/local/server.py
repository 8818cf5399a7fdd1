"""The page served: on which address, with which limits, from when to when."""

import errno
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiohttp import web

from adapters.local.app import build_app
from adapters.local.site import Site
from bot.errors import InvalidSettings
from bot.settings import Settings

logger = logging.getLogger(__name__)

IDLE_S: Final = 30.0
"""How long a connection may send nothing, or no whole request, before it is closed."""

SHUTDOWN_S: Final = 3.0
OPEN_FILES: Final = 8_192
"""A connection is an open file: more than the 1,024 that many systems begin with, as far as they allow."""

PORTS_TRIED: Final = 10


@asynccontextmanager
async def serving(
    site: Site, idle_s: float = IDLE_S, beside: Mapping[str, web.Application] | None = None
) -> AsyncIterator[str]:
    """Serve the page while the block runs; yield its address for this machine's browser.

    `beside` are other applications on the same address, by the beginning of their paths; the page's own
    rules on who may come are not theirs.

    Where the usual port is taken, one of the next is used; a port that was set is taken or refused.
    Raises `InvalidSettings`.
    """
    _allow_open_files()
    app = build_app(site)
    for prefix, other in (beside or {}).items():
        app.add_subapp(prefix, other)
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=idle_s,
        lingering_time=2.0,
        shutdown_timeout=SHUTDOWN_S,
        handle_signals=False,
    )
    await runner.setup()
    try:
        port = await _listen(runner, site.settings)
        address = f"http://{_shown_host(site.settings.web_host)}:{port}"
        site.platform.page = site.settings.web_url or address
        yield f"{address}/"
    finally:
        site.platform.close()
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> int:
    """Begin to listen; return the port."""
    first = settings.web_port
    is_set = "web_port" in settings.model_fields_set
    for port in [first] if is_set else range(first, first + PORTS_TRIED):
        try:
            await web.TCPSite(runner, settings.web_host, port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise InvalidSettings(
                    f"AI_NEWS_WEB_HOST: cannot listen on {settings.web_host} port {port} ({error.strerror})"
                ) from error
        else:
            return int(runner.addresses[0][1])
    taken = f"port {first}" if is_set else f"every port from {first} to {first + PORTS_TRIED - 1}"
    raise InvalidSettings(f"AI_NEWS_WEB_PORT: {taken} is taken; name another, or 0 for any that is free")


def _shown_host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- every address of this machine, its own among them
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _allow_open_files() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
