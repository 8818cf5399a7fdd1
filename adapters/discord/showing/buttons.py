"""Buttons and forms say what they do by their ids; what is too long for an id is kept until it fades.

How an id is made stands in `render`.
"""

import json
import re
from dataclasses import replace
from typing import Final

from adapters.discord.showing.render import custom_id
from bot.display import SHORTENED
from bot.message import Button, Buttons, Message
from bot.model import WorkspaceId
from bot.ports import Store

SHELF: Final = "buttons"

_ABOUT: Final = re.compile(r"#(?P<channel>[0-9]{1,20}) (?P<command>.*)", re.DOTALL)


def about(message: Message, channel: str | None) -> Message:
    """Return a message whose buttons are about a channel, but for those that name one."""
    blocks = tuple(
        Buttons(tuple(replace(button, channel=button.channel or channel) for button in block.buttons))
        if isinstance(block, Buttons)
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


async def keep_commands(store: Store, message: Message, workspace: WorkspaceId) -> None:
    """Keep the commands of a message's buttons that are too long for an id, until they fade."""
    for block in message.blocks:
        for button in block.buttons if isinstance(block, Buttons) else ():
            await keep_command(store, button, workspace)


async def keep_command(store: Store, button: Button, workspace: WorkspaceId) -> None:
    """Keep a button's command where it is too long for an id."""
    id_ = custom_id(button)
    if SHORTENED.search(id_):
        text = json.dumps([button.command, button.channel])
        await store.keep(SHELF, _key(id_, workspace), text, workspace, fades=True)


async def command_of(store: Store, id_: str, workspace: WorkspaceId) -> tuple[str, str | None] | None:
    """Return the command that an id stands for, and the channel that it is about where that is another.

    None where it is not known any more in the workspace.
    """
    if not SHORTENED.search(id_):
        return pressed(id_)
    kept = await store.kept(SHELF, _key(id_, workspace))
    if kept is None:
        return None
    command, channel = json.loads(kept)
    return str(command), channel


def pressed(id_: str) -> tuple[str, str | None]:
    """Return the command of a button with a short id, and the channel that it is about."""
    found = _ABOUT.fullmatch(id_)
    return (found["command"], found["channel"]) if found else (id_, None)


def _key(id_: str, workspace: WorkspaceId) -> str:
    """Return where a command is kept: each workspace's for itself, since it is purged with it."""
    return f"{workspace} {id_}"
