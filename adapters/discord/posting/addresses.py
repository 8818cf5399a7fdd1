"""Where a message of Discord's is found in a browser or the app, by ids alone."""

import re
from typing import Final

from bot.model import Channel

_SNOWFLAKE: Final = re.compile(r"[0-9]{1,20}")


def is_id(name: str) -> bool:
    """Return whether something can be an id of Discord's: the command line takes any name."""
    return bool(_SNOWFLAKE.fullmatch(name)) and int(name) < 1 << 63


def address_of(channel: Channel, message_id: str) -> str | None:
    """Return where a message stands that was posted to a channel, or to a thread of it; None for no ids."""
    thread, _, message = message_id.rpartition("/")
    ids = (channel.workspace, thread or channel.id, message)
    return "https://discord.com/channels/" + "/".join(ids) if all(map(is_id, ids)) else None
