"""Where a message of Slack's is found in a browser: below the address of its workspace, which is kept."""

import re
from typing import Final

from bot.display import web_url
from bot.model import Channel, WorkspaceId
from bot.registry import Registry

SHELF: Final = "slack addresses"
"""By workspace, its own address, as auth.test tells it."""

_CHANNEL: Final = re.compile(r"[CDG][0-9A-Z]{2,20}")
_TS: Final = re.compile(r"([0-9]{1,12})\.([0-9]{6})")


async def keep_address(registry: Registry, workspace: WorkspaceId, url: str) -> None:
    """Keep the address of a workspace, where it is one."""
    if (url := web_url(url) or "") and await registry.kept(SHELF, workspace) != url:
        await registry.keep(SHELF, workspace, url, workspace)


async def address_of(registry: Registry, channel: Channel, message_id: str) -> str | None:
    """Return where a message stands, as chat.getPermalink would (Slack's documentation); None for no ids.

    None, too, in a workspace whose address is not known.
    """
    ts = _TS.fullmatch(message_id)
    if ts is None or not _CHANNEL.fullmatch(channel.id):
        return None
    url = await registry.kept(SHELF, channel.workspace)
    return url and f"{url.rstrip('/')}/archives/{channel.id}/p{ts[1]}{ts[2]}"
