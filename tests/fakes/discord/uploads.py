"""The pretend Discord: files that people upload with a command, and the address that they are read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

PATH = "/attachments/{id}/{name}"


@dataclass(frozen=True)
class Upload:
    """A file that a person chooses; `status` is what its address answers with."""

    name: str
    data: bytes
    status: int = 200


class Uploads:
    """What was uploaded, by id."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._files: dict[str, Upload] = {}
        self.origin = ""

    def take(self, upload: Upload) -> dict:
        """Keep a file, and return what an interaction says of it."""
        id_ = str(self._server.new_id())
        self._files[id_] = upload
        url = f"{self.origin}/attachments/{id_}/{upload.name}"
        return {
            "id": id_,
            "filename": upload.name,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": "text/plain; charset=utf-8",
            "ephemeral": True,
        }

    async def serve(self, request: web.Request) -> web.StreamResponse:
        upload = self._files[request.match_info["id"]]
        return web.Response(status=upload.status, body=upload.data)
