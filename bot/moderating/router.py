"""Everything behind `/ai-news-mod`: each command goes to the use cases that it belongs to."""

from collections.abc import Mapping

from bot.adding.articles import Adding
from bot.adding.drafting import Drafting
from bot.auditing.chronicling import Chronicling
from bot.curating.curation import StoryDecision
from bot.curating.decisions import Curating
from bot.errors import InvalidInput, NotFound
from bot.form import Form
from bot.message import Message
from bot.model import Interaction
from bot.moderating.commands import (
    COMMAND,
    AddStories,
    CurateTopic,
    ModerateStory,
    ModeratorCommand,
    ReviewDraft,
    SetUp,
    ShowLog,
    ShowTopics,
    UndoChange,
)
from bot.moderating.rights import check_moderator
from bot.moderating.stories import Moderation, StoryCommand
from bot.workspaces import Workspaces


class Moderating:
    """What moderators do, from inside the chat. Who may is looked at with every command."""

    def __init__(
        self,
        workspaces: Workspaces,
        adding: Adding,
        drafting: Drafting,
        chronicling: Chronicling,
        curating: Curating,
        moderation: Moderation,
    ) -> None:
        self._workspaces = workspaces
        self._adding = adding
        self._drafting = drafting
        self._chronicling = chronicling
        self._curating = curating
        self._moderation = moderation

    async def reply(self, command: ModeratorCommand, interaction: Interaction) -> Message | Form:
        """Do what a command asks, or ask for what it needs with a form. Raises `UserError`."""
        check_moderator(interaction.actor)
        match command:
            case AddStories():
                return await self._adding.reply(command, interaction)
            case ReviewDraft():
                return await self._drafting.reply(command, interaction)
            case ModerateStory(act="pin" | "unpin" | "hide" | "unhide" as act):
                return await self._decide(act, command, interaction)
            case ShowTopics():
                return await self._curating.show(command, interaction)
            case CurateTopic():
                return await self._curating.decide_on_topic(command, interaction)
            case SetUp():
                return await self._workspaces.set_up(command, interaction)
            case ShowLog():
                return await self._chronicling.log(command, interaction)
            case UndoChange():
                return await self._chronicling.undo(command, interaction)
            case _:
                return await self._moderation.reply(command, interaction)

    async def _decide(
        self, act: StoryDecision, command: ModerateStory, interaction: Interaction
    ) -> Message | Form:
        """Pin or hide a story; words that name it are answered with the stories that they find."""
        try:
            return await self._curating.decide_on_story(act, command, interaction)
        except NotFound:
            if await self._moderation.finding.named(command.story, interaction.actor) is not None:
                raise InvalidInput("pin_unpublished") from None
            return await self._moderation.choose(command, interaction)

    async def submit(
        self, command: ModeratorCommand, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form that was filled in asks. Raises `UserError`."""
        check_moderator(interaction.actor)
        match command:
            case AddStories():
                return await self._adding.submit(values, interaction)
            case ReviewDraft():
                return await self._drafting.submit(command, values, interaction)
            case ModerateStory(act="pin" | "unpin" | "hide" | "unhide" as act):
                return await self._curating.submit_story(act, command, values, interaction)
            case CurateTopic():
                return await self._curating.submit_topic(command, values, interaction)
            case _ if isinstance(command, StoryCommand):
                return await self._moderation.submit(command, values, interaction)
            case _:
                raise InvalidInput("no_form", command=COMMAND)
