"""Merging: a story goes into another, which gets its sources; both are told anew wherever they stand."""

from collections.abc import Mapping

from bot.contention import again_on_conflict
from bot.display import truncated
from bot.errors import InvalidInput, NotAllowed, NotFound, UserError, about
from bot.form import Form
from bot.message import Button, Message
from bot.model import Actor, Interaction, Story
from bot.moderating.commands import MergeStories, typed
from bot.moderating.queue_entry import MAX_TITLE
from bot.moderating.queue_messages import choice_message
from bot.moderating.story_acts import Held, merge
from bot.moderating.story_changes import StoryChanges
from bot.moderating.story_finding import StoryFinding
from bot.moderating.story_forms import merge_form, overwriting_told
from bot.moderating.story_past import overwritten, story_at
from bot.moderating.story_values import read_reason
from bot.moderating.story_views import StoryViews, too_late
from bot.phrases import phrase, phrase_error
from bot.ports import Clock


class Merging:
    """Lets one story go into another."""

    def __init__(self, finding: StoryFinding, changes: StoryChanges, views: StoryViews, clock: Clock) -> None:
        self._finding = finding
        self._changes = changes
        self._views = views
        self._clock = clock

    async def reply(self, command: MergeStories, interaction: Interaction) -> Message | Form:
        """Merge, or ask into which story. Raises `UserError`."""
        actor = interaction.actor
        held = await self._finding.held(command.story, interaction, to_change=True)
        if held.story.status == "retracted":
            return await self._views.card_of(held, interaction, too_late(held, interaction))
        if not command.into:
            return merge_form(held.story, actor.language, {"reason": command.reason})
        reason = read_reason(command.reason, actor.language)
        if await self._finding.named(command.into, actor) is not None:
            return await self._merge(command, command.into, reason, interaction)
        found = await self._found(command.into, held.story, actor)
        return choice_message(found, lambda into: _button(command, into, reason, actor), actor.language)

    async def submit(
        self, command: MergeStories, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Merge into the story that a form names; where words name several, it comes back with them."""
        actor, into = interaction.actor, values.get("into", "").strip()
        held = await self._finding.held(command.story, interaction, to_change=True)
        try:
            reason = read_reason(values.get("reason", ""), actor.language)
            with about("into"):
                if await self._finding.named(into, actor) is None:
                    found = await self._found(into, held.story, actor)
                    form = merge_form(held.story, actor.language, values, found)
                    return form.coming_back(phrase("storyform.which", actor.language), "into")
                return await self._merge(command, into, reason, interaction)
        except UserError as error:
            form = merge_form(held.story, actor.language, values)
            return form.coming_back(phrase_error(error, actor.language), error.field)

    async def _found(self, words: str, story: Story, actor: Actor) -> list[Story]:
        found = await self._finding.like(words, actor, to_change=True)
        others = [one for one in found if one.id != story.id and one.workspace == story.workspace]
        if not others:
            raise NotFound("story_not_here")
        return others

    async def _merge(
        self, command: MergeStories, into: str, reason: str, interaction: Interaction
    ) -> Message | Form:
        return await again_on_conflict(lambda: self._merge_once(command, into, reason, interaction))

    async def _merge_once(
        self, command: MergeStories, into: str, reason: str, interaction: Interaction
    ) -> Message | Form:
        """Merge, or ask again where the story has changed meanwhile. Raises `UserError`, `Conflict`."""
        language = interaction.actor.language
        held = await self._finding.held(command.story, interaction, to_change=True)
        target = await self._finding.held(into, interaction, to_change=True)
        if await self._changes.is_done(interaction, "merge", held.story, command.revision):
            return await self._done(held.story, target, interaction)
        if held.story.status == "retracted":
            return await self._views.card_of(held, interaction, too_late(held, interaction))
        _check(held, target)
        if command.revision not in (0, held.story.revision):
            base = story_at(command.revision, held.story, held.revisions) or held.story
            told = overwriting_told(overwritten(base, held.story, held.revisions), language)
            return merge_form(held.story, language, {"into": into, "reason": reason}).coming_back(told)
        gone, with_source = merge(held.story, target.story, reason, self._clock())
        await self._changes.save(interaction, "merge", "merge", reason, [gone, with_source])
        return await self._done(held.story, target, interaction)

    async def _done(self, story: Story, target: Held, interaction: Interaction) -> Message:
        title = truncated(story.telling(interaction.actor.language).title, MAX_TITLE)
        lead = phrase("done.merge", interaction.actor.language, title=title)
        return await self._views.card(target.story, interaction, lead)


def _check(held: Held, target: Held) -> None:
    """Raise `UserError` where one story cannot go into another."""
    story, into = held.story, target.story
    if story.id == into.id:
        raise InvalidInput("merge_itself")
    if story.workspace != into.workspace:
        raise InvalidInput("merge_elsewhere")
    if into.status == "retracted" or (into.status == "waiting" and story.status == "published"):
        raise InvalidInput("merge_untold")
    if story.status == "waiting" and not held.may_approve:
        raise NotAllowed("approve_managers")


def _button(command: MergeStories, into: Story, reason: str, actor: Actor) -> Button:
    text = typed("merge", command.story, into=into.id, reason=reason, revision=command.revision)
    return Button(label=phrase("act.merge", actor.language), command=text)
