"""A message that somebody wants added to the news, pure: its text, its author, and where it stands.

As Discord's documentation describes messages: written by people or by other bots, forwarded, or with embeds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discord.utils import parse_time, snowflake_time

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMessage:
    """What was said, by whom, when; `link` is where people of the server find it."""

    text: str
    author: str
    link: str
    posted_at: datetime


def read_message(data: Given, guild_id: str, channel_id: str) -> GivenMessage:
    """Return the message that a command was chosen for in its menu."""
    id_ = str(data["target_id"])
    message: Given = data["resolved"]["messages"][id_]
    author = message.get("author", {})
    return GivenMessage(
        text="\n".join(_texts(message)),
        author=str(author.get("global_name") or author.get("username") or ""),
        link=f"https://discord.com/channels/{guild_id}/{message.get('channel_id', channel_id)}/{id_}",
        posted_at=parse_time(message.get("timestamp")) or snowflake_time(int(id_)),
    )


def _texts(message: Given) -> Iterator[str]:
    """Yield what there is to read in a message, in the order of reading."""
    if message.get("content"):
        yield str(message["content"])
    yield from _component_texts(message.get("components", ()))
    for embed in message.get("embeds", ()):
        yield from (str(embed[name]) for name in ("title", "description", "url") if embed.get(name))
    for snapshot in message.get("message_snapshots", ()):
        yield from _texts(snapshot.get("message", {}))


def _component_texts(components: Iterable[Given]) -> Iterator[str]:
    for component in components:
        if component.get("content"):
            yield str(component["content"])
        yield from _component_texts(component.get("components", ()))
