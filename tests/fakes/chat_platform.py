"""The adapter of the pretend chat platform: what real ones do too, as small as it can be."""

import json
import os
from datetime import datetime
from math import isfinite

import aiohttp

from bot.delivering.pace import Pace
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Limits, plain_text
from bot.model import Channel, Post, WorkspaceId

LOSSES = {404: "deleted", 410: "archived", 403: "no_permission", 401: "signed_out"}


class ChatPlatform:
    """Implements `bot.ports.Platform`."""

    name = "chat"
    limits = Limits(characters=300, block_characters=300, blocks=4)

    def __init__(self, url: str, timeout_s: float = 1.0, pace: Pace = Pace()) -> None:  # noqa: B008
        self.pace = pace
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, post: Post) -> str:
        document = {"key": post.key, "text": plain_text(post.message)}
        try:
            async with self._open().post(self._place(post.channel), json=document) as response:
                _check(response)
                return str((await response.json())["id"])
        except aiohttp.ClientConnectorError as error:
            raise PostDelayed(f"cannot be reached: {error}", None) from error
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError, KeyError) as error:
            raise PostUncertain(f"no answer that says so: {type(error).__name__}") from error

    async def find(self, post: Post, since: datetime) -> str | None:
        try:
            async with self._open().get(self._place(post.channel), params={"key": post.key}) as response:
                _check(response)
                messages = (await response.json())["messages"]
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, PostUncertain) as error:
            raise PostDelayed(f"the history cannot be read: {type(error).__name__}", None) from error
        return str(messages[0]) if messages else None

    async def edit(self, post: Post, message_id: str) -> None:
        document = {"id": message_id, "text": plain_text(post.message)}
        try:
            async with self._open().put(self._place(post.channel), json=document) as response:
                _check(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PostUncertain(f"no answer that says so: {type(error).__name__}") from error

    async def shows(self, post: Post, message_id: str) -> bool:
        try:
            async with self._open().get(self._place(post.channel), params={"id": message_id}) as response:
                _check(response)
                return bool((await response.json())["text"] == plain_text(post.message))
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, PostUncertain) as error:
            raise PostDelayed(f"the history cannot be read: {type(error).__name__}", None) from error

    async def address(self, channel: Channel, message_id: str) -> str | None:
        return None

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        return Channel(platform=self.name, workspace=workspace, id="moderators")

    async def trouble(self) -> str:
        return ""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A connection that was closed meanwhile would be tried again by itself, and a post stand twice.
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, headers={"X-Process": str(os.getpid())}
            )
        return self._session

    def _place(self, channel: Channel) -> str:
        return f"{self._url}/{channel.workspace}/{channel.id}/messages"


def _check(response: aiohttp.ClientResponse) -> None:
    """Raise what an answer means, unless it is the one hoped for."""
    if response.status == 429:
        everywhere = response.headers.get("X-Everywhere") == "true"
        raise PostDelayed("slow down", _seconds(response.headers.get("Retry-After")), everywhere=everywhere)
    if why := LOSSES.get(response.status):
        raise ChannelLost(why)
    if response.status >= 500:
        raise PostUncertain(f"status {response.status}")
    if response.status >= 400:
        raise PostRejected(f"status {response.status}")


def _seconds(header: str | None) -> float | None:
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None
