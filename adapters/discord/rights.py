"""Which permissions the bot needs in a channel to post there, and how Discord calls them, pure."""

from collections.abc import Mapping
from typing import Final

import discord

from adapters.discord.asking import Place
from adapters.discord.commands import ANNOUNCEMENT, FORUM, TEXT_CHANNEL, THREADS
from bot.commands import ChangeSubscription, Command, PostNow, ResumeSubscription, Subscribe
from bot.model import Language
from bot.phrases import phrase

_IN_CHANNEL: Final = ("view_channel", "send_messages", "read_message_history")
_IN_THREAD: Final = ("view_channel", "send_messages_in_threads", "read_message_history")
_IN_FORUM: Final = ("view_channel", "create_posts", "send_messages_in_threads", "read_message_history")
_FOR_THREADS: Final = ("create_public_threads", "send_messages_in_threads")

_NEEDED: Final[Mapping[int, tuple[str, ...]]] = {
    TEXT_CHANNEL: _IN_CHANNEL,
    ANNOUNCEMENT: _IN_CHANNEL,
    FORUM: _IN_FORUM,
    **dict.fromkeys(THREADS, _IN_THREAD),
}
_FLAGS: Final = {"create_posts": "send_messages"}
"""What Discord calls the permission to create posts in a forum is that to send messages elsewhere."""


def begins_posting(command: Command | None) -> bool:
    """Return whether the bot will post in the channel because of a command."""
    return isinstance(command, Subscribe | ResumeSubscription | PostNow) or _style(command) == "thread"


def missing(place: Place, command: Command | None) -> list[str]:
    """Return the permissions that the bot lacks for what a command begins, by the names of their phrases."""
    if place.permissions is None or place.permissions.administrator:
        return []
    needed = _NEEDED.get(place.type, ())
    if place.type in (TEXT_CHANNEL, ANNOUNCEMENT) and _style(command) == "thread":
        needed = (*needed, *_FOR_THREADS)
    return [name for name in needed if not _has(place.permissions, name)]


def named(permissions: list[str], language: Language) -> str:
    """Return permissions as Discord calls them in a language."""
    return phrase("story.and", language).join(phrase(f"permission.{name}", language) for name in permissions)


def _style(command: Command | None) -> str:
    return command.wishes.get("style", "") if isinstance(command, Subscribe | ChangeSubscription) else ""


def _has(permissions: discord.Permissions, name: str) -> bool:
    return bool(getattr(permissions, _FLAGS.get(name, name)))
