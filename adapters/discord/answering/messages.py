"""A message that somebody wants added to the news, pure: its text, its author, and where it stands.

As Discord's documentation describes messages: written by people or by other bots, forwarded, or with embeds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from discord.utils import parse_time, snowflake_time

Given = Mapping[str, Any]

# As Discord's documentation on message formatting writes them.
_EMOJI: Final = re.compile(r"<a?(:\w+:)[0-9]+>")
_PERSON: Final = re.compile(r"<@!?(?P<id>[0-9]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMessage:
    """What was said, by whom, when; `link` is where people of the server find it."""

    text: str
    author: str
    link: str
    posted_at: datetime


def chosen_message(data: Given) -> Given:
    """Return the message that a command was chosen for in its menu, as Discord describes it."""
    message: Given = data["resolved"]["messages"][str(data["target_id"])]
    return message


def read_message(data: Given, guild_id: str, channel_id: str) -> GivenMessage:
    """Return what that message says, who wrote it, and where it is."""
    id_, message = str(data["target_id"]), chosen_message(data)
    author = message.get("author", {})
    return GivenMessage(
        text="\n".join(_texts(message)),
        author=_name(author),
        link=f"https://discord.com/channels/{guild_id}/{message.get('channel_id', channel_id)}/{id_}",
        posted_at=parse_time(message.get("timestamp")) or snowflake_time(int(id_)),
    )


def _texts(message: Given) -> Iterator[str]:
    """Yield what there is to read in a message, in the order of reading."""
    if message.get("content"):
        yield _readable(str(message["content"]), message.get("mentions", ()))
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


def _readable(text: str, people: Iterable[Given]) -> str:
    """Return a text as its readers see it where it calls people and shows a server's own emoji."""
    names = {str(person["id"]): _name(person) for person in people}
    text = _PERSON.sub(lambda found: f"@{names.get(found['id']) or found['id']}", text)
    return _EMOJI.sub(r"\1", text)


def _name(person: Given) -> str:
    return str(person.get("global_name") or person.get("username") or "")
