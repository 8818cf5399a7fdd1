"""Commands that are too long for a button's value: kept when the button is shown, looked up when pressed."""

import re
from typing import Final

from adapters.slack.render import MAX_BUTTON_VALUE, pressed
from bot.display import identifier, printable, utf16_length
from bot.message import Buttons, Message
from bot.model import WorkspaceId
from bot.ports import Store

SHELF: Final = "slack buttons"

_SHORTEST: Final = MAX_BUTTON_VALUE - 40
"""Characters; a value that was cut is longer, even beside a channel's id."""

_DIGEST: Final = re.compile(r"#(?P<digest>[0-9a-f]{32})")


async def keep_commands(message: Message, store: Store, workspace: WorkspaceId) -> None:
    """Keep what the buttons of a message stand for, where a value does not hold it."""
    for block in message.blocks:
        for button in block.buttons if isinstance(block, Buttons) else ():
            if utf16_length(printable(button.command)) > _SHORTEST:
                # The digest is the same whatever the length that is left for the command's beginning.
                digest = identifier(button.command, 100)[-32:]
                await store.keep(SHELF, digest, button.command, workspace)


async def command_of(value: str, store: Store) -> tuple[str, str | None] | None:
    """Return the command that a pressed button stands for, and the channel where it names one.

    None where it is no longer known.
    """
    command, channel = pressed(value)
    found = _DIGEST.fullmatch(command[-33:])
    if found and utf16_length(value) > _SHORTEST:
        kept = await store.kept(SHELF, found["digest"])
        return None if kept is None else (kept, channel)
    return (command, channel) if command.startswith("/") else None
