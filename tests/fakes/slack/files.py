"""The pretend Slack: files that people share in messages, and who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.slack.problems import Json

if TYPE_CHECKING:
    from tests.fakes.slack.server import SlackServer

PATH = "/files-pri/{id}/{name}"
SIGN_IN = "<!DOCTYPE html><html><body>Sign in to Slack</body></html>"


@dataclass(frozen=True)
class File:
    """A file that is shared."""

    name: str
    data: bytes

    def document(self, server: SlackServer) -> Json:
        """Return what Slack says of it, and let it be read from then on."""
        id_ = f"F{len(server.files) + 1:010d}"
        server.files[id_] = self
        return {
            "id": id_,
            "name": self.name,
            "title": self.name,
            "mimetype": "text/plain",
            "filetype": "text",
            "mode": "hosted",
            "size": len(self.data),
            "url_private": f"{server.origin}/files-pri/{id_}/{self.name}",
        }


async def serve_file(server: SlackServer, request: web.Request) -> web.StreamResponse:
    """Answer with a file; who may not read it sees a page to sign in on, and no error says so."""
    token = server.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if token is None or token.state != "valid" or "files:read" not in token.scopes:
        return web.Response(text=SIGN_IN, content_type="text/html")
    return web.Response(body=server.files[request.match_info["id"]].data)
