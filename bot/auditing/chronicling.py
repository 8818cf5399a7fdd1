"""The log and taking back, by command: a change is undone as a whole, and once."""

from collections.abc import AsyncIterator, Container, Sequence
from dataclasses import replace
from typing import Final

from bot.adding.story_words import as_changed
from bot.auditing.log_messages import PAGE_SIZE, log_message, undone_message
from bot.auditing.log_reading import LogReading
from bot.auditing.undoing import (
    ChangedSince,
    Part,
    curation_parts,
    curation_taken_back,
    story_parts,
    story_taken_back,
    touches,
)
from bot.changes import Change, Curation, Revision
from bot.chronicle import EVERYTHING, LogFilter
from bot.contention import again_on_conflict
from bot.curating.curation import MAX_PINNED, check_names_come_back
from bot.curating.known_names import KnownNames
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.identity import derived_id
from bot.message import Message
from bot.model import PUBLIC, Actor, ChangeId, Interaction, Language, Story, StoryId, WorkspaceId
from bot.moderating.commands import ShowLog, UndoChange
from bot.moderating.rights import check_moderator, may_approve, reaches_everyone
from bot.moderating.story_finding import StoryFinding
from bot.moderating.story_past import brought_in
from bot.moderating.story_values import read_reason
from bot.phrases import phrase
from bot.ports import Clock, Store
from bot.setup import read_person

_BATCH: Final = 50
_MACHINES: Final = frozenset({"seeds", "import"})
"""Who loads stories by themselves; they have no id of a person."""


class Chronicling:
    """What moderators see of the log, and take back."""

    def __init__(
        self,
        store: Store,
        names: KnownNames,
        clock: Clock,
        operators: Container[WorkspaceId],
        finding: StoryFinding,
    ) -> None:
        self.reading = LogReading(store, names.everybodys)
        self._store = store
        self._names = names
        self._clock = clock
        self._operators = operators
        self._finding = finding

    async def log(self, command: ShowLog, interaction: Interaction) -> Message:
        """Return a page of the log that the asker may see. Raises `UserError`."""
        actor = interaction.actor
        check_moderator(actor)
        story_id = await self._story_meant(command.story, actor) if command.story else None
        by = read_person(command.by)
        which = LogFilter(action=command.action, actor=by or None, story_id=story_id)
        workspaces = self._workspaces(actor)
        count = await self._store.count_changes(workspaces, which)
        offset = (command.page - 1) * PAGE_SIZE
        entries = await self.reading.entries(workspaces, PAGE_SIZE, which, actor.language, offset)
        zone, limits = interaction.time_zone, interaction.limits
        return log_message(entries, count, command, zone, limits, actor.language)

    async def _story_meant(self, named: str, actor: Actor) -> StoryId:
        """Return the story of an id, or the first that words find. Raises `NotFound`."""
        story = await self._finding.named(named, actor)
        return story.id if story else (await self._finding.like(named, actor, in_any_state=True))[0].id

    async def undo(self, command: UndoChange, interaction: Interaction) -> Message:
        """Take a change back, and tell what that did. Raises `UserError`."""
        check_moderator(interaction.actor)
        undo = await again_on_conflict(lambda: self._undo_once(command, interaction))
        language = interaction.actor.language
        entry = await self.reading.entry(undo, language)
        return undone_message(entry, interaction.limits, interaction.time_zone, language)

    async def _undo_once(self, command: UndoChange, interaction: Interaction) -> Change:
        actor, channel, named = interaction.actor, interaction.channel, command.change.strip()
        asked = (channel.platform, channel.workspace, channel.id, interaction.id, actor.id)
        id_ = ChangeId("" if named else derived_id("undo the last", *asked))
        # Which change is the last one depends on when that is asked: asked twice, it is the same one.
        if id_ and (done := await self._store.change(id_)):
            return done
        change = await self._meant(named, actor)
        if change.undone_by is not None:
            await self._refuse_again(change.undone_by)
        undo = Change(
            id=id_,
            workspace=change.workspace,
            at=self._clock(),
            actor=actor.name,
            actor_id=actor.id,
            action="undo",
            reason=read_reason(command.reason, actor.language),
            undoes=change.id,
        )
        decision = await self._store.curation_change(change.id)
        if decision is None:
            return await self._undo_stories(change, undo, interaction)
        return await self._undo_decision(change, undo, decision, actor)

    # What is meant, and by whom

    def _workspaces(self, actor: Actor) -> tuple[WorkspaceId, ...]:
        """Return the workspaces whose stories and decisions somebody may change."""
        own = (actor.workspace,)
        return (*own, PUBLIC) if reaches_everyone(actor, self._operators) else own

    async def _meant(self, id_: str, actor: Actor) -> Change:
        if id_:
            change = await self._store.change(ChangeId(id_))
            if change is None or change.workspace not in self._workspaces(actor):
                raise NotFound("change_not_here")
            return change
        # Who has changed nothing does not wait for all that others did to be read.
        which = EVERYTHING if actor.role == "operator" else LogFilter(actor=actor.id or actor.name)
        async for change in self._changes(self._workspaces(actor), which):
            if change.undone_by is None and change.action != "undo" and _is_own(change, actor):
                return change
        raise NotFound("nothing_to_undo")

    async def _changes(
        self, workspaces: Sequence[WorkspaceId], which: LogFilter = EVERYTHING
    ) -> AsyncIterator[Change]:
        seen = 0
        while page := await self._store.changes(workspaces, _BATCH, seen, which):
            seen += len(page)
            for change in page:
                yield change

    async def _refuse_again(self, undo_id: ChangeId) -> None:
        undo = await self._store.change(undo_id)
        if undo is not None:
            raise InvalidInput("undone_already", who=undo.actor, change=undo.id)

    async def _check_undone_by_nobody(self, change: Change) -> None:
        """Raise `Conflict` where somebody took a change back just now."""
        now = await self._store.change(change.id)
        if now is None or now.undone_by is not None:
            raise Conflict(f"change {change.id} is undone already")

    # Stories

    async def _undo_stories(self, change: Change, undo: Change, interaction: Interaction) -> Change:
        language = interaction.actor.language
        revisions = await self._store.revisions_of(change.id)
        stored = await self._store.stored_stories([revision.story_id for revision in revisions])
        after = []
        for revision in revisions:
            now = stored[revision.story_id]
            try:
                story = story_taken_back(revision, now, undo.at, undo.reason)
            except ChangedSince as error:
                await self._check_undone_by_nobody(change)
                raise await self._story_changed_since(revision, error.part, language) from error
            if story is not None:
                await self._check_may_publish(now, story, interaction)
                after.append(story)
        if not after:
            await self._refuse_withdrawn(revisions, language)
        states = [f"{story.id}.{story.revision}" for story in after]
        undo = replace(undo, id=undo.id or ChangeId(derived_id("undo", change.id, *states)))
        await self._store.save_stories(await as_changed(after, undo, self._names))
        return undo

    async def _check_may_publish(self, now: Story, story: Story, interaction: Interaction) -> None:
        """Raise `NotAllowed` where a story that waits would be published by one who may not approve it."""
        if (now.status, story.status) != ("waiting", "published"):
            return
        actor = interaction.actor
        workspace = await self._store.workspace(interaction.channel.platform, actor.workspace)
        began = brought_in(await self._store.revisions(story.id))
        if not may_approve(workspace, actor, began.actor_id if began else ""):
            needs_second = workspace is not None and workspace.publishers == "nobody"
            raise NotAllowed("approve_second" if needs_second else "approve_managers")

    async def _refuse_withdrawn(self, revisions: Sequence[Revision], language: Language) -> None:
        """Raise `InvalidInput`: the stories that a change began are told no more already."""
        if not revisions:
            raise NotFound("nothing_to_undo")
        raise await self._story_changed_since(revisions[0], ("status", ""), language)

    async def _story_changed_since(self, revision: Revision, part: Part, language: Language) -> InvalidInput:
        """Return the refusal that names the newest change of a part of a story after a revision of it."""
        for later in reversed(await self._store.revisions(revision.story_id)):
            if later.number <= revision.number:
                break
            if touches(part, story_parts(later.before), story_parts(later.after)):
                return _changed_since(part, later.actor, later.change_id, language)
        return InvalidInput("changed_meanwhile")

    # What workspaces decide

    async def _undo_decision(
        self, change: Change, undo: Change, decision: tuple[Curation, Curation], actor: Actor
    ) -> Change:
        now = await self._store.curation(change.workspace)
        try:
            after = curation_taken_back(*decision, now)
        except ChangedSince as error:
            await self._check_undone_by_nobody(change)
            raise await self._decision_changed_since(change, error.part, actor.language) from error
        if len(after.pinned) > max(MAX_PINNED, len(now.pinned)):
            raise InvalidInput("pins_many", limit=MAX_PINNED)
        check_names_come_back(now, after, await self._names.by(now))
        state = str(now.revision)
        undo = replace(undo, id=undo.id or ChangeId(derived_id("undo", change.id, state)))
        await self._store.save_curation(undo, now, after)
        return undo

    async def _decision_changed_since(self, change: Change, part: Part, language: Language) -> InvalidInput:
        async for later in self._changes([change.workspace]):
            if later.number <= change.number:
                break
            decision = await self._store.curation_change(later.id)
            if decision and touches(part, *map(curation_parts, decision)):
                return _changed_since(part, later.actor, later.id, language)
        return InvalidInput("changed_meanwhile")


def _is_own(change: Change, actor: Actor) -> bool:
    """Whether somebody means a change by their last one; an operator anybody's that a person made."""
    if actor.role == "operator":
        return bool(change.actor_id) or change.actor not in _MACHINES
    return bool(actor.id) and change.actor_id == actor.id


def _changed_since(part: Part, who: str, change: ChangeId, language: Language) -> InvalidInput:
    name, which = part
    what = phrase(f"part.{name}", language)
    if which in ("ja", "en"):
        what = phrase("part.told", language, what=what, told_in=phrase(f"language.{which}", language))
    return InvalidInput("undo_changed_since", what=what, who=who, change=change)
