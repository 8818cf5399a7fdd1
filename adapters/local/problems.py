"""What is answered where a request is refused or fails: a sentence, in the viewer's language."""

import logging
from typing import Final

from aiohttp import web

from adapters.local.site import Site
from bot.errors import BotError
from bot.phrases import phrase

logger = logging.getLogger(__name__)

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


def answer_to(error: Exception, site: Site, request: web.Request) -> web.Response:
    """Return the answer to a request that ended in an error; what nobody foresaw is logged."""
    match error:
        case web.HTTPRedirection():
            return web.Response(status=error.status, headers={"Location": error.headers["Location"]})
        case web.HTTPException():
            response = _problem(site, request, error.status, error.reason)
            kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
            if error.status == web.HTTPUnauthorized.status_code:
                kept["WWW-Authenticate"] = "Bearer"
            response.headers.update(kept)
            return response
        case TimeoutError():
            return _problem(site, request, 408, "")
        case BotError():
            logger.error("%s %s failed: %s", request.method, request.path, error)
            return _problem(site, request, 503, str(error))
        case _:
            logger.error("%s %s failed", request.method, request.path, exc_info=error)
            return _problem(site, request, 500, "")


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
