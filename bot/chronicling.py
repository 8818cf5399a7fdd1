"""The log and taking back, by command: a change is undone as a whole, and once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from bot.audit import (
    NAMED,
    PAGE_SIZE,
    Entry,
    decided,
    decision_subjects,
    log_message,
    story_subjects,
    undone_message,
)
from bot.changes import Change, Curation, Revision, StoryChange
from bot.chronicle import LogFilter
from bot.errors import Conflict, InvalidInput, NotFound
from bot.identity import derived_id
from bot.intake import story_tokens
from bot.language import Names
from bot.message import Message
from bot.model import PUBLIC, Actor, ChangeId, Interaction, Language, StoryId, WorkspaceId
from bot.moderator_commands import ShowLog, UndoChange
from bot.phrases import phrase
from bot.ports import Clock, Store
from bot.setup import read_person
from bot.subscribing import check_moderator
from bot.undoing import (
    ChangedSince,
    Part,
    curation_parts,
    curation_taken_back,
    story_parts,
    story_taken_back,
    touches,
)

FindStory = Callable[[str, Actor], Awaitable[StoryId | None]]
"""Returns the story that somebody may see and means by an id or words; None where there is none."""

_ATTEMPTS: Final = 5
_BATCH: Final = 50
_MACHINES: Final = frozenset({"seeds", "import"})
"""Who loads stories by themselves; they have no id of a person."""


class Chronicling:
    """What moderators see of the log, and take back."""

    def __init__(
        self, store: Store, names: Names, clock: Clock, operators: Collection[WorkspaceId], find: FindStory
    ) -> None:
        self._store = store
        self._names = names
        self._clock = clock
        self._operators = operators
        self._find = find

    async def log(self, command: ShowLog, interaction: Interaction) -> Message:
        """Return a page of the log that the asker may see. Raises `UserError`."""
        actor = interaction.actor
        check_moderator(actor)
        story_id = None
        if command.story:
            story_id = await self._find(command.story, actor)
            if story_id is None:
                raise NotFound("story_not_here")
        by = read_person(command.by)
        which = LogFilter(action=command.action, actor=by or None, story_id=story_id)
        workspaces = self._workspaces(actor)
        count = await self._store.count_changes(workspaces, which)
        offset = (command.page - 1) * PAGE_SIZE
        entries = await self.entries(workspaces, PAGE_SIZE, which, actor.language, offset)
        zone, limits = interaction.time_zone, interaction.limits
        return log_message(entries, count, command, zone, limits, actor.language)

    async def entries(
        self,
        workspaces: Sequence[WorkspaceId],
        limit: int,
        which: LogFilter,
        language: Language,
        offset: int = 0,
    ) -> list[Entry]:
        """Return changes of some workspaces' logs with what became of them, the newest first."""
        changes = await self._store.changes(workspaces, limit, offset, which)
        return [await self._entry(change, language) for change in changes]

    async def undo(self, command: UndoChange, interaction: Interaction) -> Message:
        """Take a change back, and tell what that did. Raises `UserError`."""
        check_moderator(interaction.actor)
        for _ in range(_ATTEMPTS):
            try:
                undo = await self._undo_once(command, interaction)
            except Conflict:
                continue  # somebody was first: look again at what there is to take back
            actor = interaction.actor
            entry = await self._entry(undo, actor.language)
            return undone_message(entry, interaction.limits, interaction.time_zone, actor.language)
        raise InvalidInput("changed_meanwhile")

    async def _undo_once(self, command: UndoChange, interaction: Interaction) -> Change:
        # Which change the last one is depends on when it is asked: asked twice, it is the same one.
        id_ = derived_id("undo", interaction.id)
        if not command.change and (done := await self._store.change(ChangeId(id_))):
            return done
        change = await self._meant(command.change.strip(), interaction.actor)
        if change.undone_by is not None:
            await self._refuse_again(change, interaction.actor.language)
        actor = interaction.actor
        undo = Change(
            id=ChangeId(id_ if not command.change else ""),
            workspace=change.workspace,
            at=self._clock(),
            actor=actor.name,
            actor_id=actor.id,
            action="undo",
            reason=command.reason,
            undoes=change.id,
        )
        decision = await self._store.curation_change(change.id)
        if decision is None:
            return await self._undo_stories(change, undo, actor)
        return await self._undo_decision(change, undo, decision, actor)

    # What is meant, and by whom

    def _workspaces(self, actor: Actor) -> tuple[WorkspaceId, ...]:
        """Return the workspaces whose stories and decisions somebody may change."""
        is_operator = actor.role == "operator" or actor.workspace in self._operators
        return (actor.workspace, PUBLIC) if is_operator else (actor.workspace,)

    async def _meant(self, id_: str, actor: Actor) -> Change:
        if id_:
            change = await self._store.change(ChangeId(id_))
            if change is None or change.workspace not in self._workspaces(actor):
                raise NotFound("change_not_here")
            return change
        async for change in self._log(self._workspaces(actor)):
            if change.undone_by is None and change.action != "undo" and _is_own(change, actor):
                return change
        raise NotFound("nothing_to_undo")

    async def _log(self, workspaces: Sequence[WorkspaceId]) -> AsyncIterator[Change]:
        seen = 0
        while page := await self._store.changes(workspaces, _BATCH, seen):
            seen += len(page)
            for change in page:
                yield change

    async def _refuse_again(self, change: Change, language: Language) -> None:
        by = await self._store.change(change.undone_by) if change.undone_by else None
        if by is not None:
            raise InvalidInput("undone_already", who=by.actor, change=by.id)

    async def _check_undone_by_nobody(self, change: Change) -> None:
        """Raise `Conflict` where somebody took a change back just now."""
        now = await self._store.change(change.id)
        if now is None or now.undone_by is not None:
            raise Conflict(f"change {change.id} is undone already")

    # Stories

    async def _undo_stories(self, change: Change, undo: Change, actor: Actor) -> Change:
        revisions = await self._store.revisions_of(change.id)
        stored = await self._store.stored_stories([revision.story_id for revision in revisions])
        after = []
        for revision in revisions:
            now = stored[revision.story_id]
            try:
                story = story_taken_back(revision, now, undo.at, undo.reason)
            except ChangedSince as error:
                await self._check_undone_by_nobody(change)
                raise await self._story_changed_since(revision, error.part, actor.language) from error
            after += [story] if story else []
        if not after:
            await self._refuse_withdrawn(revisions, actor.language)
        states = [f"{story.id}.{story.revision}" for story in after]
        undo = replace(undo, id=undo.id or ChangeId(derived_id("undo", change.id, *states)))
        found_by = await asyncio.to_thread(lambda: [story_tokens(story, self._names) for story in after])
        await self._store.save_stories(
            [
                StoryChange(after=story, tokens=words, change=undo, retells=True)
                for story, words in zip(after, found_by, strict=True)
            ]
        )
        return undo

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
        state = str(now.revision)
        undo = replace(undo, id=undo.id or ChangeId(derived_id("undo", change.id, state)))
        await self._store.save_curation(undo, now, after)
        return undo

    async def _decision_changed_since(self, change: Change, part: Part, language: Language) -> InvalidInput:
        async for later in self._log([change.workspace]):
            if later.number <= change.number:
                break
            decision = await self._store.curation_change(later.id)
            if decision and touches(part, *map(curation_parts, decision)):
                return _changed_since(part, later.actor, later.id, language)
        return InvalidInput("changed_meanwhile")

    # Entries of the log

    async def _entry(self, change: Change, language: Language) -> Entry:
        store = self._store
        subjects, more, story_id = await self._about(change, language)
        return Entry(
            change=change,
            subjects=subjects,
            more=more,
            story_id=story_id,
            undoes=await store.change(change.undoes) if change.undoes else None,
            undone_by=await store.change(change.undone_by) if change.undone_by else None,
            edits=await store.count_edits(change.id),
        )

    async def _about(self, change: Change, language: Language) -> tuple[tuple[str, ...], int, StoryId | None]:
        """Return what a change was about: titles or names, how many more, and the story where it is one."""
        decision = await self._store.curation_change(change.id)
        if decision is not None:
            parts = decided(*decision)
            count = len(parts)
            ids = [StoryId(str(which)) for name, which in parts if name in ("hidden", "pinned")]
            stories = await self._store.stored_stories(ids)
            subjects = decision_subjects(parts, decision, stories, self._names, language)
        else:
            revisions = await self._store.revisions_of(change.id, NAMED)
            ids = [revision.story_id for revision in revisions]
            subjects = story_subjects(revisions, language)
            count = await self._store.count_revisions(change.id)
        return subjects[:NAMED], max(count - NAMED, 0), ids[0] if len(set(ids)) == 1 else None


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
