"""Editing and correcting, by form: what was typed is never lost, what others changed meanwhile is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from bot.contention import again_on_conflict
from bot.curating.known_names import KnownNames
from bot.errors import InvalidInput, UserError
from bot.form import Form
from bot.language import Names
from bot.message import Message
from bot.model import Interaction, Language, Remark, Story, Telling
from bot.moderating.claims_kept import TREATMENTS, LostClaim, lost_claims, with_claims
from bot.moderating.commands import ModerateStory
from bot.moderating.story_acts import Held
from bot.moderating.story_changes import StoryChanges
from bot.moderating.story_finding import StoryFinding
from bot.moderating.story_forms import (
    facts_form,
    lost_told,
    overwriting_told,
    texts_form,
    values_kept,
)
from bot.moderating.story_past import overwritten, story_at
from bot.moderating.story_values import read_reason, typed_facts, typed_texts, with_facts, with_texts
from bot.moderating.story_views import StoryViews, decided_told, too_late
from bot.phrases import phrase, phrase_error
from bot.ports import Clock


class StoryEditing:
    """Changes what a story says and where it comes from."""

    def __init__(
        self, finding: StoryFinding, changes: StoryChanges, views: StoryViews, names: KnownNames, clock: Clock
    ) -> None:
        self._finding = finding
        self._changes = changes
        self._views = views
        self._names = names
        self._clock = clock

    async def form(self, command: ModerateStory, interaction: Interaction) -> Message | Form:
        """Return the form that a story is edited with; one that is not told is shown instead."""
        held, language = await self._held(command, interaction), interaction.actor.language
        if held.story.status == "retracted":
            return await self._views.card_of(held, interaction, too_late(held, interaction))
        return _form(command, held, language, {"reason": command.reason} if command.reason else {})

    async def submit(
        self, command: ModerateStory, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form says; it comes back where something is wrong, or others were first each time."""
        try:
            return await again_on_conflict(lambda: self._submit_once(command, values, interaction))
        except UserError as error:
            held, language = await self._held(command, interaction), interaction.actor.language
            lost = _lost(command, held.story, values, language)
            form = _form(command, held, language, values, lost)
            return form.coming_back(phrase_error(error, language), error.field)

    async def _submit_once(
        self, command: ModerateStory, values: Mapping[str, str], interaction: Interaction
    ) -> Message | Form:
        """Do what a form says, or ask again. Raises `UserError`, `Conflict`."""
        held = await self._held(command, interaction)
        if await self._changes.is_done(interaction, command.act, held.story, command.revision):
            return await self._done(command, held, interaction, "saved")
        if _is_so_already(command, values, held):
            return await self._done(command, held, interaction, "unchanged")
        asked = self._overtaken(command, values, held, interaction)
        asked = asked or self._asked_again(command, values, held)
        return asked or await self._save(command, values, held, interaction)

    async def _held(self, command: ModerateStory, interaction: Interaction) -> Held:
        return await self._finding.held(command.story, interaction, to_change=True)

    async def _save(
        self, command: ModerateStory, values: Mapping[str, str], held: Held, interaction: Interaction
    ) -> Message:
        """Save what a form changes, and return the story as it is then. Raises `InvalidInput`, `Conflict`."""
        story = held.story
        names = await self._names.of(interaction.actor.workspace)
        after, reason = self._changed(command, values, held, names)
        if after == story:
            return await self._done(command, held, interaction, "unchanged")
        after = replace(after, revision=story.revision + 1)
        if not _is_correction(command, held, after):
            await self._changes.save(interaction, command.act, "edit", reason, [after])
            return await self._done(command, held, interaction, "saved")
        after = replace(after, remark=Remark(kind="corrected", at=self._clock(), reason=reason))
        await self._changes.save(interaction, command.act, "correct", reason, [after])
        return await self._done(command, held, interaction, "corrected" if held.is_posted else "saved")

    async def _done(self, command: ModerateStory, held: Held, interaction: Interaction, key: str) -> Message:
        lead = phrase(f"done.{key}", interaction.actor.language)
        return await self._views.card(held.story, interaction, lead, command.language)

    def _overtaken(
        self, command: ModerateStory, values: Mapping[str, str], held: Held, interaction: Interaction
    ) -> Form | None:
        """Return the form as somebody else's change leaves it, where the story has moved on meanwhile."""
        story, language = held.story, held.actor.language
        if story.status == "retracted":
            raise InvalidInput("story_taken_back", told=decided_told(held, interaction))
        if command.revision in (0, story.revision):
            return None
        base = story_at(command.revision, story, held.revisions) or story
        kept = values_kept(values, _typed(command, base, language), _typed(command, story, language))
        told = overwriting_told(overwritten(base, story, held.revisions), language)
        return _form(command, held, language, kept).coming_back(told)

    def _asked_again(self, command: ModerateStory, values: Mapping[str, str], held: Held) -> Form | None:
        """Return the form where its sender has to say something more first. Raises `InvalidInput`."""
        story, language = held.story, held.actor.language
        if command.act == "facts":
            return None
        if command.act == "edit" and held.corrects:
            form = _form(command, held, language, values)
            return form.coming_back(phrase("storyform.is_posted", language), "reason")
        telling = _telling(command, story, language)
        lost = lost_claims(telling, with_texts(telling, values, language))
        if lost and values.get("claims") not in TREATMENTS:
            form = _form(command, held, language, values, lost)
            return form.coming_back(lost_told(lost, language), "claims")
        return None

    def _changed(
        self, command: ModerateStory, values: Mapping[str, str], held: Held, names: Names
    ) -> tuple[Story, str]:
        """Return a story as the form has it, still of its revision, and why. Raises `InvalidInput`."""
        story, language = held.story, held.actor.language
        if command.act == "facts":
            after = with_facts(story, values, names, language)
        else:
            telling = _telling(command, story, language)
            changed = with_texts(telling, values, language)
            if lost := lost_claims(telling, changed):
                changed = with_claims(changed, lost, TREATMENTS[values["claims"]])
            tellings = (changed if each is telling else each for each in story.tellings)
            # The command line gives facts beside texts, and both are one change.
            after = with_facts(replace(story, tellings=tuple(tellings)), values, names, language)
        is_correction = after != story and _is_correction(command, held, after)
        return after, read_reason(values.get("reason", ""), language, required=is_correction)


def _is_so_already(command: ModerateStory, values: Mapping[str, str], held: Held) -> bool:
    """Whether a story has moved on to what a form has, as where the same form is sent again later."""
    story, language = held.story, held.actor.language
    base = story_at(command.revision, story, held.revisions)
    if story.status == "retracted" or base is None or base.revision == story.revision:
        return False
    now = _typed(command, story, language)
    kept = values_kept(values, _typed(command, base, language), now)
    return all(kept[name].split() == value.split() for name, value in now.items())


def _form(
    command: ModerateStory,
    held: Held,
    language: Language,
    values: Mapping[str, str],
    lost: Sequence[LostClaim] = (),
) -> Form:
    story = held.story
    if command.act == "facts":
        return facts_form(story, language, values)
    is_correction = held.corrects or (command.act == "correct" and story.status == "published")
    act: Literal["correct", "edit"] = "correct" if is_correction else "edit"
    telling = _telling(command, story, language)
    return texts_form(act, story, telling, language, values, lost)


def _lost(
    command: ModerateStory, story: Story, values: Mapping[str, str], language: Language
) -> Sequence[LostClaim]:
    """Return the claims about which a form has asked already, so that it asks again with the answer kept."""
    if "claims" not in values or command.act == "facts":
        return ()
    telling = _telling(command, story, language)
    try:
        return lost_claims(telling, with_texts(telling, values, language))
    except InvalidInput:
        return ()


def _telling(command: ModerateStory, story: Story, language: Language) -> Telling:
    """Return the telling that is edited. Raises `InvalidInput` where the language asked for has none."""
    telling = story.telling(command.language or language)
    if command.language is not None and telling.language != command.language:
        known = ", ".join(each.language for each in story.tellings)
        raise InvalidInput("bad_option", option="language", known=known)
    return telling


def _typed(command: ModerateStory, story: Story, language: Language) -> dict[str, str]:
    if command.act == "facts":
        return typed_facts(story)
    return typed_texts(_telling(command, story, language))


def _is_correction(command: ModerateStory, held: Held, after: Story) -> bool:
    """Whether readers are told that a story was corrected: what topics it is filed under is not told."""
    if command.act == "facts":
        before = held.story
        is_told = (after.source, after.published_at) != (before.source, before.published_at)
        return held.corrects and is_told
    return command.act == "correct" and held.story.status == "published"
