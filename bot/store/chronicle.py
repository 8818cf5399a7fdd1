"""Moderators' work in the database; `bot.chronicle` carries the contract."""
# ruff: noqa: D102

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from bot.changes import Change, Copy, Curation, Draft, Revision
from bot.chronicle import EVERYTHING, LogFilter
from bot.errors import Conflict
from bot.model import (
    ChangeId,
    Delivery,
    DeliveryState,
    DraftId,
    Story,
    StoryId,
    WorkspaceId,
)
from bot.store import chronicle_sql, rows, saving, sql
from bot.store.driver import Driver, Row, Transaction, Value
from bot.store.rows import to_milliseconds

_ALL: Final = 2**31 - 1
"""A limit that no list reaches; the engines have no common word for none."""


class DatabaseChronicle:
    """Implements `bot.chronicle.Chronicle` on a driver."""

    _driver: Driver

    async def waiting_stories(self, workspace: WorkspaceId, limit: int, offset: int = 0) -> list[Story]:
        found = await self._driver.read(chronicle_sql.WAITING_STORIES, workspace, limit, offset)
        return [rows.read_story(row) for row in found]

    async def count_waiting(self, workspace: WorkspaceId, actor_id: str | None = None) -> int:
        (row,) = await self._driver.read(chronicle_sql.COUNT_WAITING, workspace, actor_id)
        return int(row["stories"])

    async def withdrawn_stories(self, workspace: WorkspaceId, limit: int) -> list[Story]:
        found = await self._driver.read(chronicle_sql.WITHDRAWN_STORIES, workspace, limit)
        return [rows.read_story(row) for row in found]

    async def lately_withdrawn(self, workspaces: Sequence[WorkspaceId], limit: int) -> list[Story]:
        found: list[Row] = []
        for workspace in dict.fromkeys(workspaces):
            found += await self._driver.read(chronicle_sql.LATELY_WITHDRAWN, workspace, limit)
        found.sort(key=lambda row: int(row["change_number"]), reverse=True)
        return [rows.read_story(row) for row in found[:limit]]

    async def changes(
        self, workspaces: Sequence[WorkspaceId], limit: int, offset: int = 0, which: LogFilter = EVERYTHING
    ) -> list[Change]:
        if _asks_for_no_text(which):
            return []
        places = sql.padded(tuple(workspaces))
        statement = chronicle_sql.changes(len(places), of_story=which.story_id is not None)
        found = await self._driver.read(statement, *_filter_values(which), *places, limit, offset)
        return [rows.read_change(row) for row in found]

    async def count_changes(self, workspaces: Sequence[WorkspaceId], which: LogFilter = EVERYTHING) -> int:
        if _asks_for_no_text(which):
            return 0
        places = sql.padded(tuple(workspaces))
        statement = chronicle_sql.count_changes(len(places), of_story=which.story_id is not None)
        (row,) = await self._driver.read(statement, *_filter_values(which), *places)
        return int(row["changes"])

    async def change(self, change_id: ChangeId) -> Change | None:
        found = await self._of_id(chronicle_sql.CHANGE, change_id)
        return rows.read_change(found[0]) if found else None

    async def revisions_of(self, change_id: ChangeId, limit: int | None = None) -> list[Revision]:
        if sql.NO_TEXT.search(change_id):
            return []
        found = await self._driver.read(sql.REVISIONS_OF, change_id, _ALL if limit is None else limit)
        return [rows.read_revision(row) for row in found]

    async def count_revisions(self, change_id: ChangeId) -> int:
        found = await self._of_id(chronicle_sql.COUNT_REVISIONS, change_id)
        return int(found[0]["revisions"]) if found else 0

    async def curation(self, workspace: WorkspaceId) -> Curation:
        found = await self._of_id(chronicle_sql.CURATION, workspace)
        return rows.read_curation(found[0]) if found else Curation(workspace=workspace)

    async def save_curation(self, change: Change, before: Curation, after: Curation) -> None:
        after = rows.numbered(after, before.revision + 1)
        save = partial(saving.save_curation, change=change, before=before, after=after)
        await self._driver.transaction(save)

    async def curation_change(self, change_id: ChangeId) -> tuple[Curation, Curation] | None:
        for row in await self._of_id(chronicle_sql.CURATION_REVISION, change_id):
            before, after = (rows.CURATION.validate_json(row[side]) for side in ("before", "after"))
            return before, after
        return None

    async def copies(
        self, story_id: StoryId, workspace: WorkspaceId | None, limit: int, offset: int = 0
    ) -> list[Copy]:
        if sql.NO_TEXT.search(story_id):
            return []
        found = await self._driver.read(chronicle_sql.COPIES, story_id, workspace, limit, offset)
        told = [rows.read_delivery(row) for row in found]
        edits: dict[str, Delivery] = {}
        for batch in sql.lists(delivery.id for delivery in told):
            for row in await self._driver.read(chronicle_sql.edits_of(len(batch)), *batch):
                edits[row["target"]] = rows.read_delivery(row)
        return [Copy(delivery=delivery, edit=edits.get(delivery.id)) for delivery in told]

    async def count_copies(self, story_id: StoryId, workspace: WorkspaceId | None = None) -> int:
        if sql.NO_TEXT.search(story_id):
            return 0
        (row,) = await self._driver.read(chronicle_sql.COUNT_COPIES, story_id, workspace)
        return int(row["copies"])

    async def edits(
        self, change_id: ChangeId, limit: int, offset: int = 0, state: DeliveryState | None = None
    ) -> list[Delivery]:
        found = await self._driver.read(chronicle_sql.EDITS, change_id, limit, offset, state)
        return [rows.read_delivery(row) for row in found]

    async def count_edits(self, change_id: ChangeId) -> Mapping[DeliveryState, int]:
        found = await self._driver.read(chronicle_sql.COUNT_EDITS, change_id)
        return {row["state"]: int(row["edits"]) for row in found}

    async def draft(self, draft_id: DraftId) -> Draft | None:
        found = await self._of_id(chronicle_sql.DRAFT, draft_id)
        return rows.DRAFT.validate_json(found[0]["document"]) if found else None

    async def save_draft(self, draft: Draft) -> None:
        async def save(transaction: Transaction) -> None:
            document = rows.to_json(rows.DRAFT, draft)
            if draft.revision == 1:
                made_at = to_milliseconds(draft.made_at)
                values = (draft.id, draft.asked_in, draft.owner_id, made_at, document)
                await transaction.fetch(chronicle_sql.INSERT_DRAFT, *values)
            elif not await transaction.fetch(chronicle_sql.CHANGE_DRAFT, draft.id, draft.revision, document):
                raise Conflict(f"draft {draft.id} was changed meanwhile")

        await self._driver.transaction(save)

    async def drop_draft(self, draft_id: DraftId) -> None:
        async def drop(transaction: Transaction) -> None:
            await transaction.fetch(chronicle_sql.DROP_DRAFT, draft_id)

        await self._driver.transaction(drop)

    async def drop_older_drafts(self, asked_in: WorkspaceId, owner_id: str, keep: int) -> int:
        async def drop(transaction: Transaction) -> int:
            values = (asked_in, owner_id, keep, _ALL)
            return len(await transaction.fetch(chronicle_sql.DROP_OLDER_DRAFTS, *values))

        return await self._driver.transaction(drop)

    async def drop_drafts(self, before: datetime) -> int:
        async def drop(transaction: Transaction) -> int:
            return len(await transaction.fetch(chronicle_sql.DROP_DRAFTS, to_milliseconds(before)))

        return await self._driver.transaction(drop)

    async def _of_id(self, statement: str, id_: str) -> Sequence[Row]:
        """Return the rows of one id, which may come from a button and be one that nothing can have."""
        return [] if sql.NO_TEXT.search(id_) else await self._driver.read(statement, id_)


def _asks_for_no_text(which: LogFilter) -> bool:
    """Whether nothing can be found: no database holds what is asked for."""
    return any(sql.NO_TEXT.search(text) for text in (which.actor, which.story_id) if text)


def _filter_values(which: LogFilter) -> tuple[Value, ...]:
    since = None if which.since is None else to_milliseconds(which.since)
    return which.action, which.actor, which.story_id, since
