"""Approving, rejecting, retracting and restoring: done once, whoever else is at it; who was first is told."""

from collections.abc import Mapping
from typing import Literal

from bot.contention import again_on_conflict
from bot.display import truncated
from bot.errors import InvalidInput, NotAllowed
from bot.form import Form
from bot.message import Message, paragraph
from bot.model import Interaction
from bot.moderating.commands import ModerateStory
from bot.moderating.queue_entry import MAX_TITLE
from bot.moderating.story_acts import Decision, Held, decide, fits
from bot.moderating.story_changes import StoryChanges
from bot.moderating.story_finding import StoryFinding
from bot.moderating.story_forms import overwriting_told, reason_form
from bot.moderating.story_past import decided, is_merged, overwritten, story_at
from bot.moderating.story_values import read_reason
from bot.moderating.story_views import StoryViews, too_late
from bot.phrases import phrase, phrase_error
from bot.ports import Clock


class Deciding:
    """Decides what becomes of a story."""

    def __init__(self, finding: StoryFinding, changes: StoryChanges, views: StoryViews, clock: Clock) -> None:
        self._finding = finding
        self._changes = changes
        self._views = views
        self._clock = clock

    async def reply(
        self, decision: Decision, command: ModerateStory, interaction: Interaction
    ) -> Message | Form:
        """Decide, or ask for the reason with a form. Raises `UserError`."""
        reason = read_reason(command.reason, interaction.actor.language)
        if reason or decision not in ("reject", "retract"):
            return await self._decide(decision, command, reason, interaction)
        held = await self._finding.held(command.story, interaction, to_change=True)
        if told := await self._too_late(decision, held, interaction):
            return told
        _check(decision, held)
        return _reason_form(decision, held)

    async def submit(
        self,
        decision: Decision,
        command: ModerateStory,
        values: Mapping[str, str],
        interaction: Interaction,
    ) -> Message | Form:
        """Decide for the reason that a form gives; it comes back without one. Raises `UserError`."""
        typed, language = values.get("reason", ""), interaction.actor.language
        try:
            reason = read_reason(typed, language, required=decision in ("reject", "retract"))
        except InvalidInput as error:
            held = await self._finding.held(command.story, interaction, to_change=True)
            form = _reason_form(decision, held, typed)
            return form.coming_back(phrase_error(error, language), error.field)
        return await self._decide(decision, command, reason, interaction)

    async def _decide(
        self, decision: Decision, command: ModerateStory, reason: str, interaction: Interaction
    ) -> Message | Form:
        return await again_on_conflict(lambda: self._decide_once(decision, command, reason, interaction))

    async def _decide_once(
        self, decision: Decision, command: ModerateStory, reason: str, interaction: Interaction
    ) -> Message | Form:
        """Decide, or return what stands in the way. Raises `UserError`, `Conflict`."""
        held = await self._finding.held(command.story, interaction, to_change=True)
        story = held.story
        if await self._changes.is_done(interaction, decision, story, command.revision):
            return await self._done(decision, held, interaction)
        if told := await self._too_late(decision, held, interaction):
            return told
        _check(decision, held)
        if asked := await self._asked_again(decision, command, held, reason, interaction):
            return asked
        after = decide(decision, story, held.revisions, reason, self._clock())
        await self._changes.save(interaction, decision, decision, reason, [after])
        return await self._done(decision, held, interaction)

    async def _too_late(self, decision: Decision, held: Held, interaction: Interaction) -> Message | None:
        """Return a story whose state a decision does not fit, with who gave it that."""
        if fits(decision, held.story):
            return None
        return await self._views.card_of(held, interaction, too_late(held, interaction))

    async def _asked_again(
        self, decision: Decision, command: ModerateStory, held: Held, reason: str, interaction: Interaction
    ) -> Message | Form | None:
        """Return what has to be looked at where a story has changed since its button or form was made."""
        story, language = held.story, interaction.actor.language
        if command.revision in (0, story.revision):
            return None
        base = story_at(command.revision, story, held.revisions) or story
        changes = overwritten(base, story, held.revisions)
        if decision in ("reject", "retract"):
            return _reason_form(decision, held, reason).coming_back(overwriting_told(changes, language))
        told = overwriting_told(changes, language, "changed_since")
        return await self._views.card_of(held, interaction, told)

    async def _done(self, decision: Decision, held: Held, interaction: Interaction) -> Message:
        language = interaction.actor.language
        title = truncated(held.story.telling(language).title, MAX_TITLE)
        lead = phrase(f"done.{decision}", language, title=title)
        if decision == "approve":
            where = await self._views.where(held.story, interaction, self._clock())
            return await self._views.queue(interaction, lead=[paragraph(lead), *where])
        if decision == "reject":
            return await self._views.queue(interaction, lead=[paragraph(lead)])
        return await self._views.card(held.story, interaction, lead)


def _check(decision: Decision, held: Held) -> None:
    """Raise `UserError` where somebody may not decide, or another way has to be taken."""
    if (decision == "approve" and not held.may_approve) or (decision == "reject" and not held.may_reject):
        needs_second = held.workspace is not None and held.workspace.publishers == "nobody"
        raise NotAllowed("approve_second" if needs_second else "approve_managers")
    if decision == "restore" and is_merged(held.story):
        last = decided(held.revisions)
        raise InvalidInput("restore_merged", change=last.change_id if last is not None else "")


def _reason_form(decision: Decision, held: Held, reason: str = "") -> Form:
    act: Literal["retract", "reject"] = "reject" if decision == "reject" else "retract"
    return reason_form(act, held.story, held.actor.language, reason)
