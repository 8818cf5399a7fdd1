"""Nouns as the database keeps them: rows to nouns and back, pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from bot.changes import Change, Curation, Draft, Revision, StoryChange
from bot.errors import StoreError
from bot.message import Message
from bot.model import (
    Article,
    Channel,
    Delivery,
    Digest,
    IndexEntry,
    Language,
    Occurrence,
    Share,
    Story,
    StoryId,
    Subscription,
    Workspace,
    WorkspaceId,
)
from bot.store.driver import Row, Value

T = TypeVar("T")

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

TOKENS: Final = TypeAdapter(dict[Language, tuple[str, ...]])
ARTICLE: Final = TypeAdapter(Article)
STORY: Final = TypeAdapter(Story)
MESSAGE: Final = TypeAdapter(Message)
SUBSCRIPTION: Final = TypeAdapter(Subscription)
WORKSPACE: Final = TypeAdapter(Workspace)
CURATION: Final = TypeAdapter(Curation)
DRAFT: Final = TypeAdapter(Draft)
DOCUMENT: Final = TypeAdapter(dict[str, object])
STORY_IDS: Final = TypeAdapter(tuple[StoryId, ...])


COLUMNS_OF_SUBSCRIPTION: Final = {"id", "channel", "next_due_at", "state", "trouble"}
"""The fields that have columns; the others are what it wishes for, in the document."""


def to_json(kind: TypeAdapter[T], value: T) -> str:
    """Return a value as JSON. Raises `StoreError` for a lone surrogate, which is no text."""
    try:
        return kind.dump_json(value).decode()
    except PydanticSerializationError as error:
        raise StoreError("text that is not valid Unicode cannot be stored") from error


def to_milliseconds(instant: datetime) -> int:
    """Return milliseconds since 1970 in UTC, cutting what is finer."""
    return (instant - EPOCH) // MILLISECOND


def to_instant(milliseconds: int) -> datetime:
    """Return the instant of milliseconds since 1970 in UTC."""
    return EPOCH + milliseconds * MILLISECOND


def article_values(article: Article) -> tuple[Value, ...]:
    """Return the values of `INSERT_ARTICLE`."""
    document = to_json(ARTICLE, article)
    return article.id, article.workspace, to_milliseconds(article.added_at), document


def read_article(row: Row) -> Article:
    """Return the article of a row."""
    return ARTICLE.validate_json(row["document"])


def story_values(change: StoryChange, document: str, number: int) -> tuple[Value, ...]:
    """Return the values of `SAVE_STORY` for a change, its story as a document, and its number."""
    story = change.after
    return (
        story.id,
        story.workspace,
        story.status,
        to_milliseconds(story.published_at),
        story.revision,
        number,
        document,
        to_json(TOKENS, dict(change.tokens)),
    )


def revision_values(change: StoryChange, before: str | None) -> tuple[Value, ...]:
    """Return the values of `INSERT_REVISION`; `before` is the document that the change replaces."""
    return change.after.id, change.after.revision, change.change.id, before


def change_values(change: Change) -> tuple[Value, ...]:
    """Return the values of `INSERT_CHANGE`."""
    return (
        change.id,
        change.workspace,
        to_milliseconds(change.at),
        change.actor,
        change.actor_id,
        change.action,
        change.reason,
        change.undoes,
    )


def read_change(row: Row) -> Change:
    """Return the change of a row."""
    return Change(
        id=row["id"],
        workspace=row["workspace"],
        at=to_instant(row["at"]),
        actor=row["actor"],
        actor_id=row["actor_id"],
        action=row["action"],
        reason=row["reason"],
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        number=row["number"],
    )


def read_story(row: Row) -> Story:
    """Return the story of a row."""
    return STORY.validate_json(row["document"])


def read_revision(row: Row) -> Revision:
    """Return the revision of a row; a story that an edit of many began was added."""
    before = None if row["before"] is None else STORY.validate_json(row["before"])
    return Revision(
        story_id=row["story_id"],
        number=row["number"],
        change_id=row["change_id"],
        at=to_instant(row["at"]),
        actor=row["actor"],
        actor_id=row["actor_id"],
        action="add" if before is None and row["action"] == "edit" else row["action"],
        reason=row["reason"],
        before=before,
        after=STORY.validate_json(row["after"]),
    )


def numbered(curation: Curation, revision: int) -> Curation:
    """Return a curation as the revision that it becomes."""
    return replace(curation, revision=revision)


def read_curation(row: Row) -> Curation:
    """Return what a workspace decided."""
    return numbered(CURATION.validate_json(row["document"]), row["revision"])


def read_index_entry(row: Row) -> IndexEntry:
    """Return what the index needs of a row."""
    return IndexEntry(
        number=row["change_number"],
        story_id=StoryId(row["id"]),
        workspace=WorkspaceId(row["workspace"]),
        published_at=to_instant(row["published_at"]),
        tokens=TOKENS.validate_json(row["tokens"]) if row["tokens"] else {},
    )


def channel_values(channel: Channel) -> tuple[str, str, str]:
    """Return a channel as the three columns that stand for it everywhere."""
    return channel.platform, channel.workspace, channel.id


def read_channel(row: Row) -> Channel:
    """Return the channel of a row."""
    return Channel(platform=row["platform"], workspace=row["workspace"], id=row["channel"])


def subscription_values(subscription: Subscription) -> tuple[Value, ...]:
    """Return the values of `INSERT_SUBSCRIPTION`."""
    return (
        subscription.id,
        *channel_values(subscription.channel),
        wishes(subscription),
        to_milliseconds(subscription.next_due_at),
        subscription.state,
        subscription.trouble,
    )


def wishes(subscription: Subscription) -> str:
    """Return what a subscription wishes for as a document."""
    document = SUBSCRIPTION.dump_python(subscription, mode="json", exclude=COLUMNS_OF_SUBSCRIPTION)
    return to_json(DOCUMENT, document)


def read_subscription(row: Row) -> Subscription:
    """Return the subscription of a row."""
    columns = {
        "id": row["id"],
        "channel": read_channel(row),
        "next_due_at": to_instant(row["next_due_at"]),
        "state": row["state"],
        "trouble": row["trouble"],
    }
    return SUBSCRIPTION.validate_python(DOCUMENT.validate_json(row["document"]) | columns)


def digest_values(digest: Digest) -> tuple[Value, ...]:
    """Return the values of `INSERT_DIGEST`."""
    return (
        digest.id,
        digest.occurrence.subscription_id,
        digest.occurrence.local_date.isoformat(),
        digest.occurrence.slot,
        *channel_values(digest.channel),
        to_milliseconds(digest.composed_at),
        to_json(STORY_IDS, digest.story_ids),
    )


def read_digest(row: Row) -> Digest:
    """Return the digest of a row."""
    return Digest(
        id=row["id"],
        occurrence=Occurrence(
            subscription_id=row["subscription_id"],
            local_date=date.fromisoformat(row["local_date"]),
            slot=row["slot"],
        ),
        channel=read_channel(row),
        composed_at=to_instant(row["composed_at"]),
        story_ids=STORY_IDS.validate_json(row["story_ids"]),
    )


def share_values(share: Share) -> tuple[Value, ...]:
    """Return the values of `INSERT_SHARE`."""
    return (
        share.id,
        *channel_values(share.channel),
        to_milliseconds(share.shared_at),
        share.shared_by,
        share.command,
        to_json(STORY_IDS, share.story_ids),
    )


def workspace_document(workspace: Workspace) -> str:
    """Return what a workspace is called and has set, as a document."""
    return to_json(WORKSPACE, replace(workspace, left_at=None))


def read_workspace(row: Row) -> Workspace:
    """Return the workspace of a row."""
    left_at = None if row["left_at"] is None else to_instant(row["left_at"])
    return replace(WORKSPACE.validate_json(row["document"]), left_at=left_at)


def delivery_values(delivery: Delivery, *, outdated: bool = False) -> tuple[Value, ...]:
    """Return the values of `INSERT_DELIVERY`: free to be taken when it is due."""
    due_at = to_milliseconds(delivery.due_at)
    return (
        delivery.id,
        delivery.kind,
        delivery.series,
        delivery.part,
        *channel_values(delivery.channel),
        to_json(MESSAGE, delivery.message),
        delivery.state,
        due_at,
        due_at,
        delivery.owner,
        delivery.attempt,
        delivery.message_id,
        None if delivery.settled_at is None else to_milliseconds(delivery.settled_at),
        delivery.error,
        delivery.target,
        int(outdated),
    )


def read_delivery(row: Row) -> Delivery:
    """Return the delivery of a row."""
    return Delivery(
        id=row["id"],
        kind=row["kind"],
        series=row["series"],
        part=row["part"],
        channel=read_channel(row),
        message=MESSAGE.validate_json(row["message"]),
        state=row["state"],
        due_at=to_instant(row["due_at"]),
        owner=row["owner"],
        attempt=row["attempt"],
        doubts=row["doubts"],
        message_id=row["message_id"],
        settled_at=_instant_or_none(row["settled_at"]),
        edited_at=_instant_or_none(row["edited_at"]),
        error=row["error"],
        target=row["target"],
        cause=row["cause"],
        outdated=bool(row["outdated"]),
        free_at=to_instant(row["free_from"]),
    )


def _instant_or_none(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else to_instant(milliseconds)
