"""Writing within a transaction: stories with their revisions, deliveries with what they tell, edits owed."""

from collections.abc import Iterable, Mapping, Sequence

from bot.changes import Change, Curation, StoryChange
from bot.errors import Conflict
from bot.message import Message, story_of
from bot.model import PUBLIC, Article, Delivery, StoryId, WorkspaceId
from bot.store import chronicle_sql, rows, sql
from bot.store.driver import Transaction
from bot.store.rows import to_milliseconds


async def take_numbers(transaction: Transaction, count: int) -> int:
    """Return the first of `count` numbers that nobody else gets.

    On PostgreSQL their row is locked until commit, so that savers go one after another, numbers are
    committed in their order, and what is read from then on stays true.
    """
    (counter,) = await transaction.fetch(sql.TAKE_CHANGE_NUMBERS, count)
    return int(counter["value"]) - count + 1


async def save_stories(
    transaction: Transaction,
    changes: Sequence[StoryChange],
    article: Article | None,
    notices: Sequence[Delivery] = (),
) -> None:
    """Save stories as `bot.ports.Store.save_stories` does."""
    acts = {change.change.id: change.change for change in changes}
    first_number = await take_numbers(transaction, len(changes))
    documents = [rows.to_json(rows.STORY, change.after) for change in changes]
    befores = await _documents_before(transaction, changes, documents)

    if article is not None:
        await transaction.fetch(sql.INSERT_ARTICLE, *rows.article_values(article))
    for act in acts.values():
        await record(transaction, act)
    numbers = range(first_number, first_number + len(changes))
    await transaction.execute_many(sql.SAVE_STORY, map(rows.story_values, changes, documents, numbers))
    await transaction.execute_many(sql.INSERT_REVISION, map(rows.revision_values, changes, befores))
    latest = {change.after.id: change.after for change in changes}
    await transaction.execute_many(
        sql.DELETE_STORY_TOPICS, [(story.id,) for story in latest.values() if story.revision > 1]
    )
    await transaction.execute_many(
        sql.INSERT_STORY_TOPIC,
        [(topic, story.id) for story in latest.values() for topic in dict.fromkeys(story.topics)],
    )
    retelling = [change for change in changes if change.retells]
    for change in retelling:
        if (remark := change.after.remark) and remark.into:
            await transaction.fetch(chronicle_sql.SHARE_COPIES, change.after.id, remark.into)
    # A message that tells several of the stories is owed one edit for one act.
    number_of = {change.change.id: number for change, number in zip(changes, numbers, strict=True)}
    for change in retelling:
        await plan_edits(transaction, change.after.id, None, change.change, number_of[change.change.id])
    await insert_deliveries(transaction, notices, sql.INSERT_NOTICE)


async def _documents_before(
    transaction: Transaction, changes: Sequence[StoryChange], documents: Sequence[str]
) -> list[str | None]:
    """Return the document that each change replaces, if any. Raises `Conflict` where one does not fit."""
    held: dict[str, tuple[int, str, str | None]] = {}
    for batch in sql.lists(change.after.id for change in changes):
        for row in await transaction.fetch(sql.stories(len(batch)), *batch):
            held[row["id"]] = (row["revision"], row["workspace"], row["document"])
    befores = []
    for story, document in zip((change.after for change in changes), documents, strict=True):
        revision, workspace, before = held.get(story.id, (0, story.workspace, None))
        if story.revision != revision + 1:
            raise Conflict(f"story {story.id} is at revision {revision}: {story.revision} does not follow")
        if story.workspace != workspace:
            raise Conflict(f"story {story.id} belongs to another workspace")
        befores.append(before)
        held[story.id] = (story.revision, workspace, document)
    return befores


async def record(transaction: Transaction, change: Change) -> None:
    """Write a change into the log, whose writers have taken numbers first, so that they go one by one.

    Raises `Conflict` where it undoes what is undone already.
    """
    if change.undoes is not None:
        undone = await transaction.fetch(chronicle_sql.MARK_UNDONE, change.undoes, change.id)
        if not undone:
            raise Conflict(f"change {change.undoes} is undone already")
        await _mark_anew(transaction, undone[0]["undoes"], change.undoes)
    await transaction.fetch(chronicle_sql.INSERT_CHANGE, *rows.change_values(change))


async def _mark_anew(transaction: Transaction, change_id: str | None, undo: str) -> None:
    """Mark what an `undo`, which was itself taken back, had taken back: it is done again.

    Where that is an undo as well, what it takes back is undone again, and so on.
    """
    is_done = True
    while change_id is not None:
        values = (change_id, None if is_done else undo)
        marked = await transaction.fetch(chronicle_sql.MARK_ANEW, *values)
        undo, change_id = change_id, marked[0]["undoes"] if marked else None
        is_done = not is_done


async def save_curation(transaction: Transaction, change: Change, before: Curation, after: Curation) -> None:
    """Save what a workspace decides, as `bot.chronicle.Chronicle.save_curation` does."""
    workspace, revision = after.workspace, before.revision + 1
    number = await take_numbers(transaction, 1)
    found = await transaction.fetch(chronicle_sql.CURATION, workspace)
    if (found[0]["revision"] if found else 0) != before.revision:
        raise Conflict(f"what {workspace} decides was changed meanwhile")
    await record(transaction, change)
    document = rows.to_json(rows.CURATION, after)
    if not await transaction.fetch(chronicle_sql.SAVE_CURATION, workspace, revision, document):
        raise Conflict(f"what {workspace} decides was changed meanwhile")
    was = rows.to_json(rows.CURATION, before)
    await transaction.fetch(chronicle_sql.INSERT_CURATION_REVISION, change.id, workspace, was, document)
    hidden, shown = set(after.hidden) - set(before.hidden), set(before.hidden) - set(after.hidden)
    await transaction.execute_many(chronicle_sql.HIDE, [(workspace, story_id) for story_id in sorted(hidden)])
    await transaction.execute_many(
        chronicle_sql.UNHIDE, [(workspace, story_id) for story_id in sorted(shown)]
    )
    where = None if workspace == PUBLIC else workspace
    for story_id in sorted(hidden | shown):
        await plan_edits(transaction, story_id, where, change, number)


async def plan_edits(
    transaction: Transaction, story_id: StoryId, workspace: WorkspaceId | None, change: Change, number: int
) -> None:
    """Owe an edit to each message that tells a story, in a workspace's channels or in all.

    What is yet to be posted is marked as well: it is posted as it reads then.
    """
    await transaction.fetch(chronicle_sql.MARK_OUTDATED, story_id, workspace)
    due_at = to_milliseconds(change.at)
    await transaction.fetch(chronicle_sql.PLAN_EDITS, story_id, workspace, f"~{number}", due_at, change.id)


async def insert_deliveries(
    transaction: Transaction, deliveries: Iterable[Delivery], statement: str = sql.INSERT_DELIVERY
) -> None:
    """Save deliveries, and which stories they tell; one whose story has changed meanwhile is outdated."""
    owed = list(deliveries)
    if not owed:
        return
    told: dict[str, dict[str, int | None]] = {
        delivery.id: revisions_told(delivery.message) for delivery in owed
    }
    changed = await _changed(transaction, owed, told)
    values = [rows.delivery_values(delivery, outdated=delivery.id in changed) for delivery in owed]
    await transaction.execute_many(statement, values)
    names = {delivery_id: [*stories] for delivery_id, stories in told.items()}
    for merged, into in await _merged(transaction, {id_ for delivery in changed for id_ in told[delivery]}):
        for delivery_id in changed:
            names[delivery_id] += [into] if merged in told[delivery_id] else []
    await transaction.execute_many(
        sql.INSERT_COPY, [(story_id, delivery) for delivery, stories in names.items() for story_id in stories]
    )


async def _merged(transaction: Transaction, story_ids: Iterable[str]) -> list[tuple[StoryId, StoryId]]:
    """Return those of some stories that went into another, each with that."""
    stories = [
        rows.read_story(row)
        for batch in sql.lists(sorted(story_ids))
        for row in await transaction.fetch(sql.stories(len(batch)), *batch)
    ]
    return [(story.id, story.remark.into) for story in stories if story.remark and story.remark.into]


async def _changed(
    transaction: Transaction, owed: Sequence[Delivery], told: Mapping[str, dict[str, int | None]]
) -> set[str]:
    """Return the ids of the deliveries that tell a story as it is no more. From then on none changes."""
    ids = {story_id for stories in told.values() for story_id in stories}
    if not ids:
        return set()
    await take_numbers(transaction, 0)
    now: dict[str, int] = {}
    hidden: set[tuple[str, str]] = set()
    for workspace in {delivery.channel.workspace for delivery in owed}:
        for batch in sql.lists(sorted(ids)):
            for row in await transaction.fetch(sql.held(len(batch)), workspace, *batch):
                now[row["id"]] = row["revision"]
                if row["is_hidden"]:
                    hidden.add((workspace, row["id"]))
    return {
        delivery.id
        for delivery in owed
        for story_id, revision in told[delivery.id].items()
        if (revision is not None and now.get(story_id, revision) != revision)
        or (delivery.channel.workspace, story_id) in hidden
    }


def revisions_told(message: Message) -> dict[str, int | None]:
    """Return the stories that a message tells or names, each with its revision where that is known."""
    return dict.fromkeys(filter(None, map(story_of, message.blocks))) | dict(message.told)
