"""What the engine asks of the world, as Protocols that carry the whole contract.

`tests/contract/` holds every implementation to it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.changes import Revision, StoryChange
from bot.chronicle import Chronicle
from bot.delivering.pace import Pace
from bot.message import Limits
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
    IndexEntry,
    Outcome,
    Post,
    Share,
    Story,
    StoryId,
    Subscription,
    WorkspaceId,
)
from bot.registry import Registry

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""


class Store(Registry, Chronicle, Protocol):
    """The source of truth. Each method is one transaction, and raises `StoreError` when the database fails.

    A workspace sees published stories that are public or its own, but for those that it hides; nothing here
    tells a workspace whether another's story exists. Cancelling a caller never leaves half of a change: what
    has begun ends whole. Instants of subscriptions and deliveries are kept to the millisecond.
    """

    @property
    def database_id(self) -> str:
        """What tells this database from any other: given at random when it was made."""
        ...

    async def save_stories(
        self,
        changes: Sequence[StoryChange],
        article: Article | None = None,
        notices: Sequence[Delivery] = (),
    ) -> None:
        """Save every change with its revision, the article they come from, and what is owed; or nothing.

        A change that `retells` owes an edit to each copy of its story. Raises `Conflict` when a story's
        revision in the store is not `after.revision - 1`, when a story would move to another workspace,
        and when a change undoes what is undone already. Saving the same article (same id) again keeps the
        first. A story may change twice in one call, its revisions in order. The `notices` are owed from then
        on; one that is known already is not owed again.
        """
        ...

    async def stories(self, ids: Sequence[StoryId], workspace: WorkspaceId) -> dict[StoryId, Story]:
        """Return those of `ids` that `workspace` may see, in the order of `ids`; the others are absent."""
        ...

    async def stored_stories(self, ids: Sequence[StoryId]) -> dict[StoryId, Story]:
        """Return those of `ids` that exist, whoever owns them and whatever their status; not for readers.

        In the order of `ids`.
        """
        ...

    async def newest_stories(self, workspace: WorkspaceId, limit: int, offset: int = 0) -> list[Story]:
        """Return visible stories, newest `published_at` first, then by id in the database's own order."""
        ...

    async def fresh_stories(
        self, subscription: Subscription, limit: int, since: datetime | None = None
    ) -> list[Story]:
        """Return stories that the channel's workspace sees and that never went to the channel, newest first.

        Without those that have a topic to be left out and, where the subscription names topics and no
        keywords, only those with one of its topics. Stories published before `since` are left out too,
        unless the channel never had any. The subscription need not be a saved one.
        """
        ...

    async def article(self, article_id: ArticleId, workspace: WorkspaceId) -> Article | None:
        """Return an article that is public or the workspace's own."""
        ...

    async def count_stories(self, workspace: WorkspaceId) -> int:
        """Return how many stories `workspace` sees."""
        ...

    async def revisions(self, story_id: StoryId) -> list[Revision]:
        """Return the story's history, oldest first."""
        ...

    async def index_entries(self, after: int, limit: int) -> list[IndexEntry]:
        """Return stories changed since change number `after`, in the order of their latest change.

        A story changed twice appears once. No change with a smaller number is ever committed later.
        """
        ...

    async def add_subscription(self, subscription: Subscription) -> Subscription:
        """Save it, or return the one that the channel already has; one that was removed is replaced.

        Raises `Conflict` when its id is another channel's subscription's.
        """
        ...

    async def subscription(self, channel: Channel) -> Subscription | None:
        """Return the channel's subscription, unless it was removed."""
        ...

    async def change_subscription(self, before: Subscription, after: Subscription) -> None:
        """Save a subscription's wishes, due time, state and trouble.

        Where its trouble is over, edits are owed again that were given up because the channel was lost.
        Raises `Conflict` when the store no longer holds `before`.
        """
        ...

    async def stop_subscription(self, channel: Channel, trouble: str, notice: Delivery | None = None) -> bool:
        """Pause a channel's subscription because of the platform; return whether it was active till now.

        What is owed stays owed. Only when it was active, `notice` is owed from then on, too.
        """
        ...

    async def subscriptions(
        self, workspace: WorkspaceId | None, limit: int, offset: int = 0
    ) -> list[Subscription]:
        """Return a workspace's subscriptions, or everybody's for None, by platform, workspace and channel.

        Those that were removed are left out.
        """
        ...

    async def due_subscriptions(
        self, now: datetime, limit: int, platforms: Sequence[str] | None = None
    ) -> list[Subscription]:
        """Return active subscriptions with `next_due_at` at or before `now`, longest due first.

        Only those of the platforms given; of all for None.
        """
        ...

    async def publish(
        self,
        digest: Digest | None,
        deliveries: Sequence[Delivery],
        subscription: Subscription,
        next_due_at: datetime,
    ) -> None:
        """Save a digest, its deliveries, which stories the channel has had, the next due time; or nothing.

        A `digest` of None only moves the due time. Raises `Conflict` when the occurrence already has a
        digest, when one of its stories already went to the channel, or when `subscription.next_due_at`
        is not what the store holds (somebody else composed this turn).
        """
        ...

    async def digest(self, digest_id: DigestId) -> Digest | None:
        """Return one digest."""
        ...

    async def share(self, share: Share, deliveries: Sequence[Delivery]) -> None:
        """Save a share and its deliveries, or nothing. Raises `Conflict` when it is shared already."""
        ...

    async def claim_deliveries(
        self, platform: str, now: datetime, lease_s: float, owner: str, posts: int, edits: int
    ) -> list[Delivery]:
        """Take planned deliveries that are due, and sending ones whose lease has run out.

        At most so many `posts` (digests, shares, notices) and so many `edits`, each oldest first and by
        turns: post, edit, post, edit. Neither holds up the other, however many are owed.

        Each comes back as `sending` with its attempt raised by one and the lease's end in `free_at`. No
        delivery is ever held by two owners at the same time, over any number of processes. A channel's
        deliveries come in their order (due time, series, part): one is not handed out before those
        ahead of it are posted or failed. Only notices are, while the platform's trouble stops its
        subscription.

        Edits stand outside of that order. One is handed out when its target is posted or failed and no
        earlier edit of that is owed.
        """
        ...

    async def settle(
        self, delivery: Delivery, outcome: Outcome, now: datetime, notices: Sequence[Delivery] = ()
    ) -> bool:
        """Record what became of a claimed delivery.

        Returns False, and changes nothing, when owner or attempt are no longer the store's (fencing).
        `due_at` stays what it was: `TryAgain.at` only says when the delivery is handed out again.
        `GiveUp` fails the later parts of the series too: a middle without its beginning is never posted.
        What `Posted.message` tells is kept as the message that stands there; of an edit, in its target.
        Only where it is recorded, the `notices` are owed from then on; one that is known already is not owed
        again.
        """
        ...

    async def release(self, owner: str) -> int:
        """Make the owner's unfinished claims due again at once (a graceful stop); return how many."""
        ...

    async def posts(self, channel: Channel, limit: int) -> list[Delivery]:
        """Return the newest `limit` posted deliveries of a channel, oldest first; no edits of others."""
        ...

    async def deliveries(
        self,
        workspace: WorkspaceId | None,
        limit: int,
        offset: int = 0,
        *,
        state: DeliveryState | None = None,
        channel: Channel | None = None,
    ) -> list[Delivery]:
        """Return a workspace's deliveries, or everybody's for None; those in a state, or of a channel.

        The newest due come first, then by series and part.
        """
        ...

    async def deliveries_of_story(self, story_id: StoryId, channel: Channel) -> tuple[bool, list[Delivery]]:
        """Return whether a story went to a channel, and the deliveries of the digest that it went in."""
        ...

    async def retry(self, delivery_id: DeliveryId, now: datetime) -> int:
        """Plan a failed delivery again, with all that failed of its series; return how many."""
        ...

    async def delivery(self, delivery_id: DeliveryId) -> Delivery | None:
        """Return one delivery."""
        ...

    async def close(self) -> None:
        """Let go of the database; waits for what was begun. Closing again does nothing.

        Every other method raises `StoreError` from then on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A story that the index found, with its relevance (BM25, higher is better)."""

    story_id: StoryId
    score: float


class Index(Protocol):
    """Finds story ids by tokens. Derived from the store, and rebuilt from it at will.

    What it returns is only a hint: the caller checks every id against the store. A workspace is
    answered as if public stories and its own were all there are: no count or token tells of another's.

    Wherever a token is asked for, several with a line break in between stand for a telling that has all
    of them, as often as it has the one that it has least.

    One thread applies entries; others may `search` and ask for a `frequency` meanwhile.
    """

    @property
    def position(self) -> int:
        """The change number up to which the index has followed the store."""
        ...

    def apply(self, entries: Iterable[IndexEntry]) -> int:
        """Follow the store: each entry replaces what was known of its story.

        Returns how many entries were new; none while the index is at work on itself and takes none.
        """
        ...

    def search(
        self, query: Sequence[Mapping[str, float]], workspace: WorkspaceId, limit: int, now: datetime
    ) -> list[Hit]:
        """Return the best stories that `workspace` may see, best first.

        `query` is a list of concepts; each maps the tokens that stand for the concept (a word, its
        other spellings) to a weight. A story scores a concept once, by the best of its tokens.
        """
        ...

    def document_count(self, workspace: WorkspaceId = PUBLIC) -> int:
        """Return how many tellings `workspace` can find."""
        ...

    def frequency(self, token: str, workspace: WorkspaceId = PUBLIC) -> int:
        """Return in how many of the tellings that `workspace` can find a token stands."""
        ...

    def tokens_from(self, prefix: str, limit: int, workspace: WorkspaceId = PUBLIC) -> list[str]:
        """Return up to `limit` tokens that begin with `prefix` and find something, in code point order."""
        ...


class Platform(Protocol):
    """A chat platform that messages can be posted to."""

    @property
    def name(self) -> str:
        """The platform's name in `Channel.platform`."""
        ...

    @property
    def limits(self) -> Limits:
        """What one message holds."""
        ...

    async def post(self, post: Post) -> str:
        """Post a message that is within `limits`, marked with its key; return the platform's id for it.

        Raises `PostDelayed`, `PostRejected` (where nothing can be posted at all: `ChannelLost`) or
        `PostUncertain`.
        """
        ...

    async def find(self, post: Post, since: datetime) -> str | None:
        """Return the id of the message that was posted as `post`, with its key, at or after `since`.

        Returns None when it is certain that there is none. Raises `PostDelayed` when that cannot be told now,
        and `ChannelLost`.
        """
        ...

    async def edit(self, post: Post, message_id: str) -> None:
        """Put the message of `post` in the place of the one that was posted with `message_id`.

        Doing so again changes nothing. Raises what `post` raises; `PostRejected` where it is gone.
        """
        ...

    async def shows(self, post: Post, message_id: str) -> bool:
        """Return whether `post` is what stands there: whether an edit whose end nobody saw was done.

        False where that cannot be told: the edit is done again then. Raises what `find` raises.
        """
        ...

    async def address(self, channel: Channel, message_id: str) -> str | None:
        """Return the address that opens a message of `post`, for a browser; the platform is not asked.

        None where it has none that is known, and for what is no channel or message of the platform's.
        """
        ...

    @property
    def pace(self) -> Pace:
        """How fast it may be called."""
        ...

    async def desk(self, workspace: WorkspaceId) -> Channel | None:
        """Return where a workspace's moderators are told what they should know, if there is such a place."""
        ...

    async def trouble(self) -> str:
        """Return one line on why nothing can be posted now; nothing where all is well."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the web gave for an address, whole: `url` is where it stood in the end, after every redirect.

    `media_type` is in lower case without parameters, `charset` what the server said, "" for nothing.
    """

    url: str
    media_type: str
    charset: str
    body: bytes


class Fetcher(Protocol):
    """Reads the web, guarded: only public addresses, whatever a name, a redirect or a spelling says."""

    async def fetch(self, url: str) -> Page:
        """Return what stands at an address. Raises `FetchFailed`, whose `why` names what is in the way."""
        ...
