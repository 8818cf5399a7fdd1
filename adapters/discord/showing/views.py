"""A message as what discord.py sends: the components that `render` makes of it."""

from typing import Any

import discord

from adapters.discord.showing.render import render
from bot.message import Message


class MessageView(discord.ui.LayoutView):
    """The components of one message. discord.py need not remember it: the ids of its buttons say all."""

    def __init__(self, message: Message) -> None:
        super().__init__(timeout=None)
        self._message = message
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        """Return the components as Discord's documentation describes them."""
        components: Any = render(self._message)["components"]
        return list(components)

    def has_components_v2(self) -> bool:
        """Return that there is no content beside the components."""
        return True
