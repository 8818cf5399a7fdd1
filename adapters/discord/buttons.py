"""Buttons that work for ever: their ids say what they do, and what is too long for an id is kept.

An id is what `render` makes of a command; where the command is about another channel than the one that the
button stands in, that channel's id goes before it.
"""

import re
from dataclasses import replace
from typing import Final

from adapters.discord.render import MAX_CUSTOM_ID
from bot.display import identifier
from bot.message import Button, Buttons, Message
from bot.model import WorkspaceId
from bot.ports import Store

SHELF: Final = "buttons"

_ABOUT: Final = re.compile(r"#(?P<channel>\d{1,20}) (?P<command>.*)", re.DOTALL)
_SHORTENED: Final = re.compile("…#[0-9a-f]{32}$")


def about(message: Message, channel: str | None) -> Message:
    """Return a message whose buttons say what channel they are about; `channel` unless they name another."""
    blocks = tuple(
        Buttons(tuple(_about(button, channel) for button in block.buttons))
        if isinstance(block, Buttons)
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


def _about(button: Button, channel: str | None) -> Button:
    return replace(button, command=full_command(button.command, button.channel or channel), channel=None)


def full_command(command: str, channel: str | None) -> str:
    """Return a command with the channel that it is about, where that is another."""
    return f"#{channel} {command}" if channel else command


def read_about(command: str) -> tuple[str, str | None]:
    """Return a button's command, and the id of the channel that it is about where that is another."""
    found = _ABOUT.fullmatch(command)
    return (found["command"], found["channel"]) if found else (command, None)


async def keep_commands(store: Store, message: Message, workspace: WorkspaceId) -> None:
    """Keep the commands of a message's buttons that are too long for an id, until the workspace is purged."""
    for block in message.blocks:
        for button in block.buttons if isinstance(block, Buttons) else ():
            await keep_command(store, button.command, workspace)


async def keep_command(store: Store, command: str, workspace: WorkspaceId) -> None:
    """Keep a command where it is too long for an id."""
    custom_id = identifier(command, MAX_CUSTOM_ID)
    if _SHORTENED.search(custom_id):
        await store.keep(SHELF, custom_id, command, workspace)


async def command_of(store: Store, custom_id: str) -> str | None:
    """Return the command of a button or a form with an id; None where it is not known any more."""
    return await store.kept(SHELF, custom_id) if _SHORTENED.search(custom_id) else custom_id
