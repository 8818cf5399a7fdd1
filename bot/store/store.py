"""The Store over a driver: which statements make up each method; the port carries the contract."""
# ruff: noqa: D102

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from bot.changes import Revision, StoryChange
from bot.errors import Conflict
from bot.model import (
    PUBLIC,
    Article,
    ArticleId,
    Channel,
    Delivery,
    DeliveryId,
    DeliveryState,
    Digest,
    DigestId,
    GiveUp,
    IndexEntry,
    Outcome,
    Posted,
    Share,
    Story,
    StoryId,
    Subscription,
    TryAgain,
    WorkspaceId,
)
from bot.store import rows, saving, sql
from bot.store.chronicle import DatabaseChronicle
from bot.store.claiming import claim
from bot.store.driver import Driver, Row, Transaction, Value
from bot.store.registry import DatabaseRegistry
from bot.store.rows import to_milliseconds


class DatabaseStore(DatabaseRegistry, DatabaseChronicle):
    """Implements `bot.ports.Store` on any driver whose schema is up to date."""

    def __init__(self, driver: Driver, database_id: str) -> None:
        super().__init__(driver)
        self.database_id = database_id

    @property
    def engine(self) -> str:
        """The database engine's name and version, for people."""
        return self._driver.description

    async def save_stories(
        self,
        changes: Sequence[StoryChange],
        article: Article | None = None,
        notices: Sequence[Delivery] = (),
    ) -> None:
        save = partial(saving.save_stories, changes=changes, article=article, notices=notices)
        await self._driver.transaction(save)

    async def stories(self, ids: Sequence[StoryId], workspace: WorkspaceId) -> dict[StoryId, Story]:
        # Not a condition of the statement: databases then start from it instead of from the ids.
        stored = await self.stored_stories(ids)
        seen = {id_: story for id_, story in stored.items() if _sees(workspace, story)}
        hidden = set[str]()
        for batch in sql.lists(seen):
            found = await self._driver.read(sql.hidden(len(batch)), workspace, *batch)
            hidden |= {row["story_id"] for row in found}
        return {id_: story for id_, story in seen.items() if id_ not in hidden}

    async def stored_stories(self, ids: Sequence[StoryId]) -> dict[StoryId, Story]:
        found: dict[StoryId, Story] = {}
        for batch in sql.lists(ids):
            for row in await self._driver.read(sql.stories(len(batch)), *batch):
                found[row["id"]] = rows.read_story(row)
        return {id_: found[id_] for id_ in ids if id_ in found}

    async def newest_stories(self, workspace: WorkspaceId, limit: int, offset: int = 0) -> list[Story]:
        found = await self._driver.read(sql.NEWEST_STORIES, workspace, limit, offset, limit + offset)
        return [rows.read_story(row) for row in found]

    async def fresh_stories(
        self, subscription: Subscription, limit: int, since: datetime | None = None
    ) -> list[Story]:
        channel = subscription.channel
        # A keyword brings stories of other topics too.
        topics = sql.padded(() if subscription.keywords else subscription.topics)
        without = sql.padded(subscription.without_topics)
        statement = sql.fresh_stories(len(topics), len(without))
        since_ms = to_milliseconds(since or rows.EPOCH)
        found = await self._driver.read(
            statement, channel.workspace, channel.platform, channel.id, limit, since_ms, *topics, *without
        )
        return [rows.read_story(row) for row in found]

    async def article(self, article_id: ArticleId, workspace: WorkspaceId) -> Article | None:
        for row in await self._rows_of(sql.ARTICLE, article_id):
            if row["workspace"] in (PUBLIC, workspace):
                return rows.read_article(row)
        return None

    async def count_stories(self, workspace: WorkspaceId) -> int:
        (row,) = await self._driver.read(sql.COUNT_STORIES, workspace)
        return int(row["stories"])

    async def revisions(self, story_id: StoryId) -> list[Revision]:
        return [rows.read_revision(row) for row in await self._rows_of(sql.REVISIONS, story_id)]

    async def index_entries(self, after: int, limit: int) -> list[IndexEntry]:
        return [
            rows.read_index_entry(row) for row in await self._driver.read(sql.INDEX_ENTRIES, after, limit)
        ]

    async def add_subscription(self, subscription: Subscription) -> Subscription:
        add = partial(_add_subscription, subscription=subscription)
        try:
            return await self._driver.transaction(add)
        except Conflict:
            # Where two add the same at once, PostgreSQL may see their ids meet before their channels do.
            return await self._driver.transaction(add)

    async def subscription(self, channel: Channel) -> Subscription | None:
        found = await self._driver.read(sql.SUBSCRIPTION, *rows.channel_values(channel))
        return rows.read_subscription(found[0]) if found else None

    async def change_subscription(self, before: Subscription, after: Subscription) -> None:
        await self._driver.transaction(partial(_change_subscription, before=before, after=after))

    async def stop_subscription(self, channel: Channel, trouble: str, notice: Delivery | None = None) -> bool:
        async def stop(transaction: Transaction) -> bool:
            values = rows.channel_values(channel)
            stopped = bool(await transaction.fetch(sql.STOP_SUBSCRIPTION, *values, trouble))
            if stopped and notice is not None:
                await saving.insert_deliveries(transaction, [notice])
            return stopped

        return await self._driver.transaction(stop)

    async def subscriptions(
        self, workspace: WorkspaceId | None, limit: int, offset: int = 0
    ) -> list[Subscription]:
        found = await self._driver.read(sql.SUBSCRIPTIONS, workspace, limit, offset)
        return [rows.read_subscription(row) for row in found]

    async def due_subscriptions(
        self, now: datetime, limit: int, platforms: Sequence[str] | None = None
    ) -> list[Subscription]:
        if platforms is not None and not platforms:
            return []
        wanted = sql.padded(tuple(platforms or ()))
        statement = sql.due_subscriptions(len(wanted))
        found = await self._driver.read(statement, to_milliseconds(now), limit, *wanted)
        return [rows.read_subscription(row) for row in found]

    async def publish(
        self,
        digest: Digest | None,
        deliveries: Sequence[Delivery],
        subscription: Subscription,
        next_due_at: datetime,
    ) -> None:
        await self._driver.transaction(
            partial(
                _publish,
                digest=digest,
                deliveries=deliveries,
                subscription=subscription,
                next_due_at=next_due_at,
            )
        )

    async def digest(self, digest_id: DigestId) -> Digest | None:
        found = await self._rows_of(sql.DIGEST, digest_id)
        return rows.read_digest(found[0]) if found else None

    async def share(self, share: Share, deliveries: Sequence[Delivery]) -> None:
        async def save(transaction: Transaction) -> None:
            await transaction.fetch(sql.INSERT_SHARE, *rows.share_values(share))
            await saving.insert_deliveries(transaction, deliveries)

        await self._driver.transaction(save)

    async def claim_deliveries(
        self, platform: str, now: datetime, lease_s: float, owner: str, posts: int, edits: int
    ) -> list[Delivery]:
        until = to_milliseconds(now + timedelta(seconds=lease_s))
        # Two that claim at once want the same rows, each in an order of its own.
        values = (to_milliseconds(now), owner, until)
        return await self._driver.claim(
            partial(claim, values=values, platform=platform, posts=posts, edits=edits)
        )

    async def settle(
        self, delivery: Delivery, outcome: Outcome, now: datetime, notices: Sequence[Delivery] = ()
    ) -> bool:
        return await self._driver.transaction(
            partial(_settle, delivery=delivery, outcome=outcome, now=now, notices=notices)
        )

    async def release(self, owner: str) -> int:
        async def release(transaction: Transaction) -> int:
            return len(await transaction.fetch(sql.RELEASE_DELIVERIES, owner))

        return await self._driver.transaction(release)

    async def posts(self, channel: Channel, limit: int) -> list[Delivery]:
        found = await self._driver.read(sql.POSTS, *rows.channel_values(channel), limit)
        return [rows.read_delivery(row) for row in reversed(found)]

    async def deliveries(
        self,
        workspace: WorkspaceId | None,
        limit: int,
        offset: int = 0,
        *,
        state: DeliveryState | None = None,
        channel: Channel | None = None,
    ) -> list[Delivery]:
        place = (None, None) if channel is None else (channel.platform, channel.id)
        of = workspace if channel is None else channel.workspace
        found = await self._driver.read(sql.DELIVERIES, of, limit, offset, state, *place)
        return [rows.read_delivery(row) for row in found]

    async def deliveries_of_story(self, story_id: StoryId, channel: Channel) -> tuple[bool, list[Delivery]]:
        if sql.NO_TEXT.search(story_id):
            return False, []
        values = (*rows.channel_values(channel), story_id)
        had = await self._driver.read(sql.HAD, *values)
        found = await self._driver.read(sql.DELIVERIES_OF_STORY, *values)
        return bool(had), [rows.read_delivery(row) for row in found]

    async def retry(self, delivery_id: DeliveryId, now: datetime) -> int:
        async def plan(transaction: Transaction) -> int:
            return len(await transaction.fetch(sql.RETRY_DELIVERIES, delivery_id, to_milliseconds(now)))

        return await self._driver.transaction(plan)

    async def delivery(self, delivery_id: DeliveryId) -> Delivery | None:
        found = await self._rows_of(sql.DELIVERY, delivery_id)
        return rows.read_delivery(found[0]) if found else None

    async def close(self) -> None:
        await self._driver.close()

    async def _rows_of(self, statement: str, id_: str) -> Sequence[Row]:
        """Return the rows of one id, which may come from an address and be one that nothing can have."""
        return [] if sql.NO_TEXT.search(id_) else await self._driver.read(statement, id_)


def _sees(workspace: WorkspaceId, story: Story) -> bool:
    return story.status == "published" and story.workspace in (PUBLIC, workspace)


async def _add_subscription(transaction: Transaction, subscription: Subscription) -> Subscription:
    await transaction.fetch(sql.INSERT_SUBSCRIPTION, *rows.subscription_values(subscription))
    (row,) = await transaction.fetch(sql.SUBSCRIPTION, *rows.channel_values(subscription.channel))
    return rows.read_subscription(row)


async def _change_subscription(transaction: Transaction, before: Subscription, after: Subscription) -> None:
    at = to_milliseconds
    values = (rows.wishes(after), at(after.next_due_at), after.state, after.trouble)
    known = (at(before.next_due_at), before.state)
    found = await transaction.fetch(sql.SUBSCRIPTION, *rows.channel_values(before.channel))
    if not found or rows.wishes(rows.read_subscription(found[0])) != rows.wishes(before):
        raise Conflict(f"subscription {after.id} was changed meanwhile")
    # The document as it was read: another transaction may write one while this waits.
    document = found[0]["document"]
    if not await transaction.fetch(sql.CHANGE_SUBSCRIPTION, after.id, *values, *known, document):
        raise Conflict(f"subscription {after.id} was changed meanwhile")
    if before.trouble and not after.trouble:
        await transaction.fetch(sql.RETRY_LOST_EDITS, *rows.channel_values(before.channel))


async def _publish(
    transaction: Transaction,
    digest: Digest | None,
    deliveries: Sequence[Delivery],
    subscription: Subscription,
    next_due_at: datetime,
) -> None:
    was_due_at = to_milliseconds(subscription.next_due_at)
    moved = await transaction.fetch(
        sql.MOVE_SUBSCRIPTION, subscription.id, was_due_at, to_milliseconds(next_due_at)
    )
    if not moved:
        raise Conflict(f"subscription {subscription.id} is no longer due at {subscription.next_due_at}")
    if digest is None:
        return
    await transaction.fetch(sql.INSERT_DIGEST, *rows.digest_values(digest))
    # Before what refers to stories and so locks them: who saves stories takes numbers first, as this does.
    await saving.insert_deliveries(transaction, deliveries)
    channel = rows.channel_values(digest.channel)
    await transaction.execute_many(
        sql.INSERT_CHANNEL_STORY, [(*channel, story_id, digest.id) for story_id in digest.story_ids]
    )


async def _settle(
    transaction: Transaction,
    delivery: Delivery,
    outcome: Outcome,
    now: datetime,
    notices: Sequence[Delivery],
) -> bool:
    at = to_milliseconds(now)
    result: tuple[Value, ...]
    shown = None
    match outcome:
        case Posted(message_id=message_id, message=message):
            result = ("posted", at, message_id, at, "", 0)
            shown = None if message is None else rows.to_json(rows.MESSAGE, message)
        case TryAgain(at=free_at, reason=reason, doubt=doubt):
            result = ("planned", to_milliseconds(free_at), None, None, reason, int(doubt))
        case GiveUp(reason=reason):
            result = ("failed", at, None, at, reason, 0)
        case _:
            assert_never(outcome)
    if notices:  # before it locks the delivery: who saves stories takes numbers first, too
        await saving.take_numbers(transaction, 0)
    claim = (delivery.id, delivery.owner, delivery.attempt)
    own = None if delivery.kind == "edit" else shown
    settled = await transaction.fetch(sql.SETTLE_DELIVERY, *claim, *result, own)
    if not settled:
        return False
    if shown is not None and delivery.kind == "edit":
        await transaction.fetch(sql.EDIT_TARGET, delivery.target, shown, at)
    if isinstance(outcome, GiveUp):
        if delivery.kind == "edit" and delivery.attempt > 1:  # one of the attempts may have been done
            await transaction.fetch(sql.DOUBT_TARGET, delivery.target)
        error = f"part {delivery.part} failed"
        await transaction.fetch(sql.FAIL_LATER_PARTS, delivery.series, delivery.part, at, error)
    await saving.insert_deliveries(transaction, notices, sql.INSERT_NOTICE)
    return True
