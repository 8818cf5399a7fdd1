"""What moderators do with stories: the queue, editing, correcting, retracting, restoring, merging."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.curating.known_names import KnownNames
from bot.errors import InvalidInput, NotFound
from bot.form import Form
from bot.message import Button, Message
from bot.model import Actor, Interaction, Status, Story, StoryId, WorkspaceId
from bot.moderating.commands import (
    COMMAND,
    MergeStories,
    ModerateStory,
    ShowQueue,
    ShowStory,
    StoryAct,
    typed,
)
from bot.moderating.deciding import Deciding
from bot.moderating.merging import Merging
from bot.moderating.queue_messages import QueuePage, choice_message
from bot.moderating.rights import check_moderator
from bot.moderating.story_changes import StoryChanges
from bot.moderating.story_editing import StoryEditing
from bot.moderating.story_finding import Lookup, StoryFinding
from bot.moderating.story_views import StoryViews
from bot.phrases import phrase
from bot.ports import Clock, Platform, Store

StoryCommand = ShowQueue | ShowStory | ModerateStory | MergeStories


class Moderation:
    """The use cases about single stories. Who may is looked at with every command.

    `operators` are the workspaces whose moderators change public stories; `lookup` answers questions;
    `platforms` know where messages are found.
    """

    def __init__(
        self,
        store: Store,
        names: KnownNames,
        clock: Clock,
        operators: frozenset[WorkspaceId],
        lookup: Lookup,
        platforms: Mapping[str, Platform],
    ) -> None:
        self.finding = StoryFinding(store, names, operators, lookup)
        self._views = StoryViews(store, self.finding, platforms)
        changes = StoryChanges(store, names, clock)
        self._deciding = Deciding(self.finding, changes, self._views, clock)
        self._editing = StoryEditing(self.finding, changes, self._views, names, clock)
        self._merging = Merging(self.finding, changes, self._views, clock)

    async def queue(self, interaction: Interaction, page: int, size: int) -> QueuePage:
        """Return a page of the stories that wait for somebody; nothing for members."""
        if interaction.actor.role == "member":
            return QueuePage(waiting=(), page=page, total=0)
        return await self._views.queue_page(interaction, page, size)

    async def card(self, story_id: StoryId, interaction: Interaction, *, told_beside: bool) -> Message:
        """Return a story with all that can be done with it; what it says only where that is not told beside.

        Raises `UserError`.
        """
        check_moderator(interaction.actor)
        held = await self.finding.held(story_id, interaction)
        return await self._views.card_of(held, interaction, told_beside=told_beside)

    async def reply(self, command: StoryCommand, interaction: Interaction) -> Message | Form:
        """Do what a command asks, or ask for what it needs with a form. Raises `UserError`.

        Words that name a story are answered with those that they find.
        """
        check_moderator(interaction.actor)
        if isinstance(command, ShowQueue):
            return await self._views.queue(interaction, command.page)
        if await self.finding.named(command.story, interaction.actor) is None:
            return await self.choose(command, interaction)
        match command:
            case ShowStory():
                return await self._views.show(command, interaction)
            case MergeStories():
                return await self._merging.reply(command, interaction)
            case ModerateStory(act="edit" | "facts" | "correct"):
                return await self._editing.form(command, interaction)
            case ModerateStory(act="approve" | "reject" | "retract" | "restore" as decision):
                return await self._deciding.reply(decision, command, interaction)
            case _:
                raise InvalidInput("no_form", command=COMMAND)

    async def submit(
        self, command: StoryCommand, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form that was filled in asks. Raises `UserError`."""
        check_moderator(interaction.actor)
        match command:
            case MergeStories():
                return await self._merging.submit(command, values, interaction)
            case ModerateStory(act="edit" | "facts" | "correct"):
                return await self._editing.submit(command, values, interaction)
            case ModerateStory(act="approve" | "reject" | "retract" | "restore" as decision):
                return await self._deciding.submit(decision, command, values, interaction)
            case _:
                raise InvalidInput("no_form", command=COMMAND)

    async def choose(
        self, command: ShowStory | ModerateStory | MergeStories, interaction: Interaction
    ) -> Message:
        """Return the stories that words find, each with the button that does the command to it.

        The only one that they find is shown at once where nothing is done to it; of the stories that wait,
        all are where no words are said. Raises `NotFound` where they find none that the actor may do it to.
        """
        actor = interaction.actor
        if isinstance(command, ModerateStory):
            if command.act in ("approve", "reject") and not command.story.strip():
                return await self._views.queue(interaction)
            found = await self._fitting(command.act, command.story, actor)
        else:
            to_change = isinstance(command, MergeStories)
            found = await self.finding.like(
                command.story, actor, to_change=to_change, in_any_state=not to_change
            )
        if isinstance(command, ShowStory) and len(found) == 1:
            return await self._views.show(replace(command, story=found[0].id), interaction)
        return choice_message(found, lambda story: _button(command, story, interaction), actor.language)

    async def _fitting(self, act: StoryAct, words: str, actor: Actor) -> Sequence[Story]:
        """Return the stories that words find and an act can be done to. Raises `NotFound`."""
        if act == "restore":
            return await self.finding.withdrawn(words, actor)
        if act in ("unpin", "unhide"):
            found: Sequence[Story] = await self.finding.decided_on(act, words, actor)
        else:
            found = await self.finding.like(words, actor, to_change=act not in ("pin", "hide"))
        needed = _NEEDED.get(act)
        if needed and not (found := [story for story in found if story.status == needed]):
            raise NotFound("story_not_here")
        return found


_NEEDED: Final[Mapping[StoryAct, Status]] = {
    "approve": "waiting",
    "reject": "waiting",
    "retract": "published",
    "pin": "published",
    "hide": "published",
}
"""The state of a story that an act can be done to."""


def _button(
    command: ShowStory | ModerateStory | MergeStories, story: Story, interaction: Interaction
) -> Button:
    """Return the button that does a command to a story."""
    language = interaction.actor.language
    match command:
        case ShowStory():
            return Button(label=phrase("act.open", language), command=typed("story", story.id))
        case MergeStories():
            options = {"into": command.into, "reason": command.reason}
            text = typed("merge", story.id, **options, revision=story.revision)
            return Button(label=phrase("act.merge", language), command=text)
        case ModerateStory():
            told_in = command.language or ""
            text = typed(
                command.act, story.id, reason=command.reason, language=told_in, revision=story.revision
            )
            return Button(label=phrase(f"act.{command.act}", language), command=text)
