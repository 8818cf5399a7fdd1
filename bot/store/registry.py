"""The part of the Store that serves adapters; `bot.registry` carries the contract."""
# ruff: noqa: D102

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import Conflict
from bot.model import Delivery, Workspace, WorkspaceId
from bot.store import rows, sql
from bot.store.driver import Driver, Row, Transaction
from bot.store.rows import to_milliseconds


class DatabaseRegistry:
    """Implements `bot.registry.Registry` on any driver whose schema is up to date."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def workspace(self, platform: str, workspace: WorkspaceId) -> Workspace | None:
        found = await self._known(sql.WORKSPACE, platform, workspace)
        return rows.read_workspace(found[0]) if found else None

    async def workspaces(self, platform: str) -> list[WorkspaceId]:
        return [WorkspaceId(row["id"]) for row in await self._driver.read(sql.WORKSPACES, platform)]

    async def join(self, workspace: Workspace, welcome: Delivery | None) -> bool:
        async def join(transaction: Transaction) -> bool:
            place = (workspace.platform, workspace.id)
            found = await transaction.fetch(sql.WORKSPACE, *place)
            if found:
                known = rows.read_workspace(found[0])
                if known.left_at is None and known.name == workspace.name:
                    return False
                if known.left_at is None:
                    named = rows.workspace_document(replace(known, name=workspace.name))
                    await transaction.fetch(sql.CHANGE_WORKSPACE, *place, named, found[0]["document"])
                    return False
                back = replace(known, name=workspace.name, joined_at=workspace.joined_at)
            else:
                back = workspace
            if not await transaction.fetch(sql.JOIN_WORKSPACE, *place, rows.workspace_document(back)):
                return False
            await transaction.fetch(sql.FREE_OWED, *place)
            if welcome is not None:
                await transaction.fetch(sql.INSERT_NOTICE, *rows.delivery_values(welcome))
            return True

        return await self._driver.transaction(join)

    async def change_workspace(self, before: Workspace, after: Workspace) -> None:
        async def change(transaction: Transaction) -> None:
            place = (before.platform, before.id)
            found = await transaction.fetch(sql.WORKSPACE, *place)
            # The document as it stands: an older program may have written it, with fewer settings.
            held = (
                found[0]["document"]
                if found and replace(rows.read_workspace(found[0]), left_at=before.left_at) == before
                else ""
            )
            if not await transaction.fetch(
                sql.CHANGE_WORKSPACE, *place, rows.workspace_document(after), held
            ):
                raise Conflict(f"workspace {before.id} was changed meanwhile")

        await self._driver.transaction(change)

    async def leave(self, platform: str, workspace: WorkspaceId, now: datetime, trouble: str) -> bool:
        if sql.NO_TEXT.search(workspace):
            return False

        async def leave(transaction: Transaction) -> bool:
            left = await transaction.fetch(sql.LEAVE_WORKSPACE, platform, workspace, to_milliseconds(now))
            if left:
                await transaction.fetch(sql.STOP_SUBSCRIPTIONS, platform, workspace, trouble)
            return bool(left)

        return await self._driver.transaction(leave)

    async def left_workspaces(self, before: datetime, limit: int) -> list[Workspace]:
        found = await self._driver.read(sql.LEFT_WORKSPACES, to_milliseconds(before), limit)
        return [rows.read_workspace(row) for row in found]

    async def purge(self, workspace: Workspace) -> None:
        async def purge(transaction: Transaction) -> None:
            place = (workspace.platform, workspace.id)
            # A change number first, as every saver of stories takes it: nothing is saved meanwhile.
            (counter,) = await transaction.fetch(sql.TAKE_CHANGE_NUMBERS, 0)
            left_at = None if workspace.left_at is None else to_milliseconds(workspace.left_at)
            if not await transaction.fetch(sql.DELETE_WORKSPACE, *place, left_at):
                raise Conflict(f"workspace {workspace.id} has come back")
            stories = await transaction.fetch(sql.STORIES_OF_WORKSPACE, workspace.id)
            await transaction.fetch(sql.TAKE_CHANGE_NUMBERS, len(stories))
            numbered = enumerate(stories, start=counter["value"] + 1)
            purged = [(story["id"], workspace.id, number) for number, story in numbered]
            await transaction.execute_many(sql.PURGE_STORY, purged)
            for statement in sql.PURGE_POSTS:
                await transaction.fetch(statement, *place)
            for statement in sql.PURGE_NEWS:
                await transaction.fetch(statement, workspace.id)

        await self._driver.transaction(purge)

    async def hold(self, name: str, owner: str, now: datetime, lease_s: float) -> bool:
        async def hold(transaction: Transaction) -> bool:
            until = to_milliseconds(now + timedelta(seconds=lease_s))
            return bool(await transaction.fetch(sql.HOLD, name, owner, until, to_milliseconds(now)))

        return await self._driver.transaction(hold)

    async def let_go(self, name: str, owner: str) -> None:
        async def let_go(transaction: Transaction) -> None:
            await transaction.fetch(sql.LET_GO, name, owner)

        await self._driver.transaction(let_go)

    async def remember(self, event: str, now: datetime) -> bool:
        async def remember(transaction: Transaction) -> bool:
            kept = sql.NO_TEXT.sub("\ufffd", event)
            return bool(await transaction.fetch(sql.REMEMBER, kept, to_milliseconds(now)))

        return await self._driver.transaction(remember)

    async def forget(self, before: datetime) -> None:
        async def forget(transaction: Transaction) -> None:
            await transaction.fetch(sql.FORGET, to_milliseconds(before))

        await self._driver.transaction(forget)

    async def keep(
        self, shelf: str, key: str, text: str, workspace: WorkspaceId | None = None, *, fades: bool = False
    ) -> None:
        async def keep(transaction: Transaction) -> None:
            await transaction.fetch(sql.KEEP, shelf, key, workspace or "", text, 0 if fades else None)

        await self._driver.transaction(keep)

    async def fade(self, now: datetime, before: datetime) -> int:
        async def fade(transaction: Transaction) -> int:
            await transaction.fetch(sql.NOTE_KEPT, to_milliseconds(now))
            return len(await transaction.fetch(sql.FADE, to_milliseconds(before)))

        return await self._driver.transaction(fade)

    async def kept(self, shelf: str, key: str) -> str | None:
        found = await self._known(sql.KEPT, shelf, key)
        return found[0]["text"] if found else None

    async def take(self, shelf: str, key: str) -> str | None:
        if sql.NO_TEXT.search(key):
            return None

        async def take(transaction: Transaction) -> str | None:
            taken = await transaction.fetch(sql.TAKE, shelf, key)
            return taken[0]["text"] if taken else None

        return await self._driver.transaction(take)

    async def shelf(self, name: str) -> dict[str, str]:
        return {row["key"]: row["text"] for row in await self._driver.read(sql.SHELF, name)}

    async def _known(self, statement: str, place: str, id_: str) -> Sequence[Row]:
        """Return what is kept under an id; nothing for one that no database can hold."""
        return [] if sql.NO_TEXT.search(id_) else await self._driver.read(statement, place, id_)
