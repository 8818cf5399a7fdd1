"""Roles by their names, pure: the engine knows them by ids, which say nothing to people."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.message import Message, Paragraph

_ID: Final = re.compile(r"(?<![0-9])[0-9]{15,20}(?![0-9])")


def with_role_names(message: Message, roles: Mapping[str, str]) -> Message:
    """Return what a server has set with its roles called by name; `roles` are the names by id."""

    def named(text: str) -> str:
        return _ID.sub(lambda found: f"@{roles[found[0]]}" if found[0] in roles else found[0], text)

    blocks = tuple(
        replace(block, runs=tuple(replace(run, text=named(run.text)) for run in block.runs))
        if isinstance(block, Paragraph)
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)
