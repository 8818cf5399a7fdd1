"""The nouns of the engine: frozen values, no behaviour beyond picking from themselves.

Instants are aware UTC datetimes; spans count characters of the text as given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal, NewType

from bot.form import MAX_FIELDS
from bot.message import Limits, Message

StoryId = NewType("StoryId", str)
ArticleId = NewType("ArticleId", str)
TopicId = NewType("TopicId", str)
WorkspaceId = NewType("WorkspaceId", str)
SubscriptionId = NewType("SubscriptionId", str)
DigestId = NewType("DigestId", str)
ShareId = NewType("ShareId", str)
DeliveryId = NewType("DeliveryId", str)
ChangeId = NewType("ChangeId", str)
DraftId = NewType("DraftId", str)

Language = Literal["ja", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ja", "en")

PUBLIC: Final = WorkspaceId("public")
"""The owner of stories that every workspace sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end` (exclusive) of a text as it was given."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a story comes from, as readers see it."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement that somebody makes, with everyone who doubts or denies it. They are never parted."""

    text: str
    said_by: str
    doubted_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story in one language. Paragraphs of `body` are parted by newlines."""

    language: Language
    title: str
    summary: str
    body: str
    claims: tuple[Claim, ...] = ()


Status = Literal["waiting", "published", "retracted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What readers of a story are told of a change to it: what was done, when, and why.

    One that was merged is told by the story `into` which it went.
    """

    kind: Literal["corrected", "retracted", "merged"]
    at: datetime
    reason: str
    into: StoryId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A self-contained segment of one article, as we tell it. Its first telling is the original.

    `also` are other sources that tell the same; `updates` is the earlier story that this one goes on with.
    A story that is retracted, was merged or was refused is not told any more.
    """

    id: StoryId
    workspace: WorkspaceId = PUBLIC
    status: Status = "published"
    tellings: tuple[Telling, ...]
    source: Source
    published_at: datetime
    added_at: datetime
    topics: tuple[TopicId, ...] = ()
    article_id: ArticleId | None = None
    span: Span | None = None
    also: tuple[Source, ...] = ()
    updates: StoryId | None = None
    remark: Remark | None = None
    revision: int = 1

    def telling(self, language: Language) -> Telling:
        """Return the telling in `language`, or the original where there is none."""
        return next((t for t in self.tellings if t.language == language), self.tellings[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document as it was given."""

    id: ArticleId
    workspace: WorkspaceId
    text: str
    language: Language
    source: Source
    published_at: datetime
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A name that stories are about, with its aliases across scripts. `names` is how it is shown."""

    id: TopicId
    names: Mapping[Language, str]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place on a platform that messages go to."""

    platform: str
    workspace: WorkspaceId
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Discord guild or Slack workspace that has taken the bot in.

    `moderators` are the platform's ids of the people, roles and groups who may do what moderators do,
    beside those who manage the workspace. `desk` is the id of the channel where they are told what they
    should know, empty for the adapter's choice. It has put the bot out where `left_at` is set.

    Stories of `publishers` go in at once, those of others wait until one of them approves; where they are
    `nobody`, until a second moderator does. `suggestions` says whether members may propose stories, and
    `replies` whether a correction is posted where a copy cannot be edited any more.
    """

    platform: str
    id: WorkspaceId
    name: str
    language: Language
    time_zone: str = "UTC"
    moderators: tuple[str, ...] = ()
    desk: str = ""
    publishers: Literal["moderators", "managers", "nobody"] = "moderators"
    suggestions: bool = False
    replies: bool = False
    joined_at: datetime
    left_at: datetime | None = None


Role = Literal["member", "moderator", "manager", "operator"]
"""A manager runs the workspace by the platform's own rights; a moderator was named by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asked, and what they may do; the adapter decides.

    `id` is the platform's for the person, which stays when they change their name.
    """

    id: str = ""
    name: str
    workspace: WorkspaceId
    language: Language
    role: Role = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One press, typed command or submitted form, of one person in one channel.

    `id` names what was typed or pressed: it is the same when the platform delivers it twice, and when
    the same button under the same answer is pressed twice. `limits` is what one message holds there, and
    `form_fields` how many fields a form; `time_zone` is the workspace's where the platform tells it, else
    the operator's.
    """

    id: str
    actor: Actor
    channel: Channel
    limits: Limits
    form_fields: int = MAX_FIELDS
    time_zone: str = "UTC"


EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)
"""The days of a week as Python counts them: Monday is 0."""

SubscriptionState = Literal["active", "paused", "removed"]
Style = Literal["full", "compact", "thread"]
WhenEmpty = Literal["skip", "say"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Whom a digest calls, by the platform's id of a role or group: for `topics`, or always without any."""

    target: str
    topics: tuple[TopicId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel's standing order: a digest at each of `times` (local, in `time_zone`) on each of `weekdays`.

    A `cron` expression takes the place of both. A story is wanted when it has one of `topics` or holds
    one of `keywords` (any story where both are empty), and none of `without_topics` and
    `without_keywords`. Nothing is posted in the `quiet` hours (local, from and until; they may reach
    over midnight). `tag` names a tag for posts in a forum; `publish` passes digests on to the channels that
    follow this one. `trouble` says why the platform stopped it; it is empty when somebody paused it.
    """

    id: SubscriptionId
    channel: Channel
    times: tuple[time, ...] = (time(9, 0),)
    weekdays: tuple[int, ...] = EVERY_DAY
    cron: str = ""
    time_zone: str = "UTC"
    quiet: tuple[time, time] | None = None
    languages: tuple[Language, ...] = ("ja",)
    topics: tuple[TopicId, ...] = ()
    keywords: tuple[str, ...] = ()
    without_topics: tuple[TopicId, ...] = ()
    without_keywords: tuple[str, ...] = ()
    story_count: int = 12
    style: Style = "full"
    when_empty: WhenEmpty = "skip"
    mention: Mention | None = None
    tag: str = ""
    publish: bool = False
    next_due_at: datetime
    state: SubscriptionState = "active"
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One turn of a subscription: at most one digest exists for it, whatever the clock does.

    `slot` is the local time that was due (`09:00`), or a word for a turn outside the timetable.
    """

    subscription_id: SubscriptionId
    local_date: date
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The stories chosen for one subscription at one due time."""

    id: DigestId
    occurrence: Occurrence
    channel: Channel
    composed_at: datetime
    story_ids: tuple[StoryId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An answer that somebody put before the whole channel; `command` is what was asked."""

    id: ShareId
    channel: Channel
    shared_at: datetime
    shared_by: str
    command: str
    story_ids: tuple[StoryId, ...]


DeliveryKind = Literal["digest", "share", "notice", "edit"]
DeliveryState = Literal["planned", "sending", "posted", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message owed to one channel: part number `part` of the digest, share or notice of id `series`.

    An `edit` is one that was posted, as delivery `target`, and is owed again as it reads now, since change
    `cause`; it has no message of its own. Where another kind has a `target`, it goes where that stands. One
    that is `outdated` was changed before it was posted: what is posted is what it reads then. Of one that was
    posted it means that something else than `message` may stand there.

    `key` identifies the message on the platform and never changes over attempts (at most 25
    characters, Discord's limit for a nonce). `owner` and `attempt` fence a claim: only who holds
    the newest attempt may settle. `doubts` counts the attempts whose end nobody saw. The store tells
    in `free_at` when it is handed out (again), or until when it is claimed.
    """

    id: DeliveryId
    kind: DeliveryKind = "digest"
    series: str
    part: int
    channel: Channel
    message: Message
    state: DeliveryState = "planned"
    due_at: datetime
    owner: str = ""
    attempt: int = 0
    doubts: int = 0
    message_id: str | None = None
    settled_at: datetime | None = None
    edited_at: datetime | None = None
    error: str = ""
    target: DeliveryId | None = None
    cause: ChangeId | None = None
    outdated: bool = False
    free_at: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """The delivery's name on the platform."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message for a channel, marked with `key`, so that it is found again there.

    `opener` is the platform's id of the first message of the same digest or answer, None for that
    itself.
    """

    channel: Channel
    message: Message
    key: str
    opener: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The platform took the message; `message` where that is not the one that was planned."""

    message_id: str
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """The message was not taken, or, in `doubt`, may have been; try from `at` on."""

    at: datetime
    reason: str
    doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The message will never be taken."""

    reason: str


Outcome = Posted | TryAgain | GiveUp


def opening_id(series: str) -> DeliveryId:
    """Return the id of the delivery that opens a series."""
    return delivery_id(series, 1)


def delivery_id(series: str, part: int) -> DeliveryId:
    """Return the id of a part of a series."""
    return DeliveryId(f"{series}.{part}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """What the index needs of one story; `number` orders changes over the whole store.

    `tokens` is empty where the story is no longer to be found (retracted, waiting).
    """

    number: int
    story_id: StoryId
    workspace: WorkspaceId
    published_at: datetime
    tokens: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
