"""Everything behind `/ai-news-mod`: each command goes to the use cases that it belongs to."""

from collections.abc import Mapping

from bot.errors import InvalidInput
from bot.form import Form
from bot.message import Message
from bot.model import Interaction
from bot.moderation import Moderation, StoryCommand
from bot.moderator_commands import COMMAND, ModeratorCommand, SetUp
from bot.workspaces import Workspaces


class Moderating:
    """What moderators do, from inside the chat. Who may is looked at with every command."""

    def __init__(self, workspaces: Workspaces, moderation: Moderation) -> None:
        self._workspaces = workspaces
        self._moderation = moderation

    async def reply(self, command: ModeratorCommand, interaction: Interaction) -> Message | Form:
        """Do what a command asks, or ask for what it needs with a form. Raises `UserError`."""
        match command:
            case SetUp():
                return await self._workspaces.set_up(command, interaction)
            case _ if isinstance(command, StoryCommand):
                return await self._moderation.reply(command, interaction)
            case _:
                raise InvalidInput("no_form", command=COMMAND)

    async def submit(
        self, command: ModeratorCommand, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form that was filled in asks. Raises `UserError`."""
        if isinstance(command, StoryCommand):
            return await self._moderation.submit(command, values, interaction)
        raise InvalidInput("no_form", command=COMMAND)
