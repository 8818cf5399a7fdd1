"""Files that people share on Slack: read with the bot's token from Slack's own hosts, from nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.answering.call import Payload
from bot.adding.add_form import FILES
from bot.errors import BotError, InvalidInput
from bot.reading.encoding import MAX_BYTES

READ_S: Final = 10.0
"""How long reading one may take, in seconds."""

_CHUNK: Final = 64 * 1024


class Unreadable(BotError):
    """Slack does not give the file that it told of."""


def text_file(message: Payload) -> Mapping[str, Any] | None:
    """Return the first file of a message that may hold an article, as Slack describes it."""
    files = message.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping) and str(file.get("name") or "").lower().endswith(FILES):
            return file
    return None


async def read_upload(client: AsyncWebClient, file: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the name and the bytes of a file.

    Raises `InvalidInput` for one that is too large for an article, and `Unreadable`, also where Slack shows a
    page to sign in on in its place, as it does without the scope `files:read`.
    """
    url = URL(str(file.get("url_private") or ""))
    if not url.is_absolute() or not _is_slacks(url, URL(client.base_url)):
        raise Unreadable("it is not where Slack keeps files")
    data = bytearray()
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READ_S)) as session,
            session.get(
                url, headers={"Authorization": f"Bearer {client.token}"}, allow_redirects=False
            ) as answer,
        ):
            if answer.status != 200:
                raise Unreadable(f"Slack answered {answer.status}")
            async for chunk in answer.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > MAX_BYTES:
                    raise InvalidInput("file_too_large", limit=MAX_BYTES // 1_000_000)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreadable(f"no answer: {type(error).__name__}") from error
    if len(data) != file.get("size"):
        raise Unreadable("Slack gave something else; has the app the scope files:read?")
    return str(file["name"]), bytes(data)


def _is_slacks(url: URL, api: URL) -> bool:
    """Return whether an address is one of the Slack whose API is asked, which gets to see the bot's token."""
    hosts = {api.host, f"files.{api.host}"}
    return url.scheme == api.scheme and url.port == api.port and url.host in hosts
