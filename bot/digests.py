"""Digests: composed when they are due, or at once when a moderator asks; previews of what would be posted."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot import briefing
from bot.changes import Curation
from bot.choosing import TOO_OLD, choose, still_news, wanted
from bot.curating.curated import curated, recounted
from bot.curating.known_names import KnownNames
from bot.delivering.ledger import Filters
from bot.errors import Conflict, DigestFailed, StoreError
from bot.language import Names
from bot.message import Limits, Message
from bot.model import Digest, Occurrence, Story, Subscription, WorkspaceId
from bot.ports import Clock, Store
from bot.subscriptions.timetable import next_due, not_before, occurrence_at

logger = logging.getLogger(__name__)

BATCH: Final = 200
FRESH: Final = 200
FRESH_BY_KEYWORD: Final = 2_000
"""How many stories are looked through for one digest; the store knows topics, but no keywords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The stories of a digest, and how many more the next one could bring.

    They, and what was `asked` for, have topics as the workspace counts them, and calls them in `names`.
    """

    stories: Sequence[Story]
    remaining: int
    asked: Subscription
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a workspace decided for itself, and the names that it knows."""

    curation: Curation
    names: Names


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The messages of digests composed in one go: those that tell the same alike are made once."""

    known: dict[tuple[object, ...], list[Message]] = field(default_factory=dict)
    views: dict[WorkspaceId, View] = field(default_factory=dict)

    def parts(self, chosen: Chosen, occurrence: Occurrence, limits: Limits) -> list[Message]:
        """Return the messages of a digest, as a platform can take them."""
        subscription = chosen.asked
        told = tuple((story.id, story.revision) for story in chosen.stories)
        posting = (subscription.mention, subscription.tag, subscription.publish)
        look = (subscription.languages, subscription.style, chosen.names, *posting)
        key = (told, chosen.remaining, look, occurrence.local_date, limits)
        if key not in self.known:
            whole = parts_of(chosen, occurrence)
            self.known[key] = briefing.split_parts(whole, limits)
        return self.known[key]


class Digests:
    """Chooses, tells and publishes; a turn of a subscription has one digest, whoever composes it."""

    def __init__(self, store: Store, names: KnownNames, clock: Clock) -> None:
        self._store = store
        self._names = names
        self._clock = clock
        self._latest: datetime | None = None

    async def preview(self, subscription: Subscription) -> Message:
        """Return the digest that a subscription would get now, without posting it."""
        now = self._clock()
        local_date = next_due(subscription, now).occurrence.local_date
        turn = Occurrence(subscription_id=subscription.id, local_date=local_date, slot="preview")
        turn = occurrence_at(subscription, now) or turn
        chosen = await self._choose(subscription, await self._view(subscription), now)
        return briefing.joined(parts_of(chosen, turn))

    async def filters(self, story: Story, subscription: Subscription, *, had: bool) -> Filters:
        """Return what the channel's next digest would make of a story."""
        now = self._clock()
        view = await self._view(subscription)
        asked = curated(subscription, view.curation, view.names)
        found = await self._found(asked, view, now)
        chosen = await self._choose(subscription, view, now)
        muted = {view.names.counted(topic) for topic in view.curation.muted}
        return Filters(
            had=had,
            hidden=story.id in view.curation.hidden,
            muted=not muted.isdisjoint(map(view.names.counted, story.topics)),
            wanted=bool(wanted(recounted([story], view.names), asked)),
            fresh=story.id in {fresh.id for fresh in found},
            chosen=story.id in {told.id for told in chosen.stories},
        )

    async def publish_due(self, limits: Mapping[str, Limits]) -> int:
        """Publish the digests that are due on the platforms given; return how many.

        Raises `DigestFailed` when all others are published, and `StoreError` at once.
        """
        now = self._clock()
        failed: list[DigestFailed] = []
        if self._latest is None or now < self._latest:
            await self.realign(failed)
        self._latest = now
        rendered = _Rendered()
        published = 0
        seen: set[str] = set()
        while due := await self._store.due_subscriptions(now, BATCH, list(limits)):
            new = [subscription for subscription in due if subscription.id not in seen]
            if not new:
                break  # the next tick looks again at what is still due
            seen.update(subscription.id for subscription in new)
            for subscription in new:
                room = limits[subscription.channel.platform]
                with _holding_up_no_other(subscription, failed):
                    published += await self._publish(subscription, room, now, rendered)
        if failed:
            more = f"; and {len(failed) - 1} more" if len(failed) > 1 else ""
            raise DigestFailed(f"{failed[0]}{more}") from failed[0]
        return published

    async def publish_now(self, subscription: Subscription, turn: Occurrence, limits: Limits) -> bool | None:
        """Publish what is new at once, quiet hours or not; return whether there is anything.

        None means that this turn was published before.
        Raises `Conflict` when the subscription was changed, or its digest composed, at the same time.
        """
        now = self._clock()
        chosen = await self._choose(subscription, await self._view(subscription), now)
        digest = briefing.digest_of(chosen.stories, subscription, turn, now)
        if await self._store.digest(digest.id) is not None:
            return None
        if not chosen.stories:
            return False
        parts = _Rendered().parts(chosen, turn, limits)
        deliveries = briefing.deliveries_of(digest, parts, now)
        try:
            await self._store.publish(digest, deliveries, subscription, subscription.next_due_at)
        except Conflict:
            if await self._store.digest(digest.id) is None:
                raise
            return None
        return True

    async def realign(self, failed: list[DigestFailed]) -> int:
        """Compute every due time that lies ahead anew; return how many were wrong.

        They are where the clock was ahead when they were computed, or a zone's rules have changed.
        What fails is added to `failed`.
        """
        now = self._clock()
        moved = offset = 0
        while page := await self._store.subscriptions(None, BATCH, offset):
            offset += len(page)
            for subscription in page:
                if subscription.state != "active" or subscription.next_due_at <= now:
                    continue
                with _holding_up_no_other(subscription, failed):
                    due_at = next_due(subscription, now).at
                    if due_at != subscription.next_due_at:
                        moved += await self._move(subscription, due_at)
        return moved

    async def _move(self, subscription: Subscription, due_at: datetime) -> bool:
        try:
            await self._store.publish(None, [], subscription, due_at)
        except Conflict:
            return False  # another process saw to it
        return True

    async def _publish(
        self, subscription: Subscription, limits: Limits, now: datetime, rendered: _Rendered
    ) -> bool:
        due_at = next_due(subscription, now).at
        turn = occurrence_at(subscription, now)
        if turn is None:
            logger.warning(
                "missed while the bot was down, and too old now subscription=%s due_at=%s",
                subscription.id,
                subscription.next_due_at,
            )
            await self._move(subscription, due_at)
            return False
        workspace = subscription.channel.workspace
        if workspace not in rendered.views:
            rendered.views[workspace] = await self._view(subscription)
        chosen = await self._choose(subscription, rendered.views[workspace], now)
        if not chosen.stories and subscription.when_empty == "skip":
            await self._move(subscription, due_at)
            return False
        digest = briefing.digest_of(chosen.stories, subscription, turn, now)
        parts = rendered.parts(chosen, turn, limits)
        deliveries = briefing.deliveries_of(digest, parts, not_before(subscription, now))
        try:
            await self._store.publish(digest, deliveries, subscription, due_at)
        except Conflict:
            await self._pass_over(digest, subscription, due_at)
            return False
        return True

    async def _pass_over(self, digest: Digest, subscription: Subscription, due_at: datetime) -> None:
        """Go on to the next turn where this one had its digest before, as when the clock was set back.

        In any other conflict another process was first, or gave the channel one of the stories: the
        next tick sees what is left to do.
        """
        if await self._store.digest(digest.id) is not None:
            await self._move(subscription, due_at)

    async def _view(self, subscription: Subscription) -> View:
        curation = await self._store.curation(subscription.channel.workspace)
        return View(curation=curation, names=await self._names.by(curation))

    async def _choose(self, subscription: Subscription, view: View, now: datetime) -> Chosen:
        asked = curated(subscription, view.curation, view.names)
        fresh = wanted(await self._found(asked, view, now), asked)
        stories = choose(fresh, subscription.story_count, view.curation.pinned)
        left = len(still_news(fresh, now)) - len(still_news(stories, now))
        return Chosen(stories=stories, remaining=left, asked=asked, names=view.names)

    async def _found(self, asked: Subscription, view: View, now: datetime) -> list[Story]:
        """Return what is new to a channel, with topics as its workspace counts them."""
        reach = FRESH_BY_KEYWORD if asked.keywords else FRESH
        found = await self._store.fresh_stories(asked, reach, now - TOO_OLD)
        if len(found) == reach:
            found += await self._pinned_beyond(found, asked, view.curation, now)
        return recounted(found, view.names)

    async def _pinned_beyond(
        self, found: Sequence[Story], asked: Subscription, curation: Curation, now: datetime
    ) -> list[Story]:
        """Return pinned stories that are new to a channel, but older than all that was looked through."""
        ids = [id_ for id_ in curation.pinned if id_ not in {story.id for story in found}]
        seen = await self._store.stories(ids, curation.workspace) if ids else {}
        return [
            story
            for story in still_news(seen.values(), now)
            if not (await self._store.deliveries_of_story(story.id, asked.channel))[0]
        ]


@contextmanager
def _holding_up_no_other(subscription: Subscription, failed: list[DigestFailed]) -> Iterator[None]:
    """Add to `failed` what goes wrong with one subscription alone: a defect, or a zone that nobody knows."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # one channel's trouble is not all channels'
        failed.append(DigestFailed(f"subscription={subscription.id}: {type(error).__name__}: {error}"))
        logger.debug("subscription=%s failed", subscription.id, exc_info=True)


def parts_of(chosen: Chosen, occurrence: Occurrence) -> list[Message]:
    """Return a digest as the messages that the subscription's style asks for, each of any length."""
    return briefing.digest_parts(
        chosen.stories, chosen.remaining, chosen.names, chosen.asked, occurrence.local_date
    )
