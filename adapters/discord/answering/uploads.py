"""Files that people upload with a command: read from where Discord keeps them, and from nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.adding.add_form import FILES
from bot.errors import BotError, InvalidInput
from bot.reading.encoding import MAX_BYTES

ORIGINS: Final = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
"""Where Discord's documentation says that attachments are."""

READ_S: Final = 10.0
"""How long reading one may take, in seconds."""

_CHUNK: Final = 64 * 1024


class Unreadable(BotError):
    """Discord does not give the file that it told of."""


def text_file(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the first file of a message that may hold an article, as Discord describes it.

    Of a text that is too long for a message Discord's own client makes such a file.
    """
    files = message.get("attachments")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping) and str(file.get("filename") or "").lower().endswith(FILES):
            return file
    return None


async def read_upload(file: Mapping[str, Any], api_url: str | None = None) -> tuple[str, bytes]:
    """Return the name and the bytes of a file that Discord describes.

    Another server than Discord's own, at `api_url`, may keep the files that it tells of itself. Raises
    `InvalidInput` for one that is too large for an article, and `Unreadable`.
    """
    name, url = str(file.get("filename") or ""), URL(str(file.get("url") or ""))
    origins = ORIGINS | ({str(URL(api_url).origin())} if api_url else frozenset())
    if not url.is_absolute() or str(url.origin()) not in origins:
        raise Unreadable("it is not where Discord keeps files")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READ_S)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise Unreadable(f"Discord answered {answer.status}")
            data = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > MAX_BYTES:
                    raise InvalidInput("file_too_large", limit=MAX_BYTES // 1_000_000)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    return name, bytes(data)
