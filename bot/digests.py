"""Digests: composed when they are due, or at once when a moderator asks; previews of what would be posted."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot import briefing
from bot.errors import Conflict
from bot.language import Names
from bot.ledger import Filters
from bot.message import Limits, Message
from bot.model import Digest, Occurrence, Story, Subscription
from bot.ports import Clock, Store
from bot.timetable import next_due, not_before, occurrence_at

logger = logging.getLogger(__name__)

BATCH: Final = 200
FRESH: Final = 200
FRESH_BY_KEYWORD: Final = 2_000
"""How many stories are looked through for one digest; the store knows topics, but no keywords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The stories of a digest, and how many more the next one could bring."""

    stories: Sequence[Story]
    remaining: int


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The messages of digests composed in one go: those that tell the same alike are made once."""

    names: Names
    known: dict[tuple[object, ...], list[Message]] = field(default_factory=dict)

    def parts(
        self, chosen: Chosen, subscription: Subscription, occurrence: Occurrence, limits: Limits
    ) -> list[Message]:
        """Return the messages of a digest, as a platform can take them."""
        told = tuple((story.id, story.revision) for story in chosen.stories)
        posting = (subscription.mention, subscription.tag, subscription.publish)
        look = (subscription.languages, subscription.style, *posting)
        key = (told, chosen.remaining, look, occurrence.local_date, limits)
        if key not in self.known:
            whole = parts_of(chosen, self.names, subscription, occurrence)
            self.known[key] = briefing.split_parts(whole, limits)
        return self.known[key]


class Digests:
    """Chooses, tells and publishes; a turn of a subscription has one digest, whoever composes it."""

    def __init__(self, store: Store, names: Names, clock: Clock) -> None:
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
        chosen = await self._choose(subscription, now)
        return briefing.joined(parts_of(chosen, self._names, subscription, turn))

    async def filters(self, story: Story, subscription: Subscription, *, had: bool) -> Filters:
        """Return what the channel's next digest would make of a story."""
        now = self._clock()
        found = await self._found(subscription, now)
        chosen = briefing.choose(briefing.wanted(found, subscription), subscription.story_count)
        return Filters(
            had=had,
            wanted=bool(briefing.wanted([story], subscription)),
            fresh=story in found,
            chosen=story in chosen,
        )

    async def publish_due(self, limits: Mapping[str, Limits]) -> int:
        """Publish the digests that are due on the platforms given; return how many."""
        now = self._clock()
        if self._latest is None or now < self._latest:
            await self.realign()
        self._latest = now
        rendered = _Rendered(self._names)
        published = 0
        seen: set[str] = set()
        while due := await self._store.due_subscriptions(now, BATCH, list(limits)):
            new = [subscription for subscription in due if subscription.id not in seen]
            if not new:
                break  # the next tick looks again at what is still due
            seen.update(subscription.id for subscription in new)
            for subscription in new:
                room = limits[subscription.channel.platform]
                published += await self._publish(subscription, room, now, rendered)
        return published

    async def publish_now(self, subscription: Subscription, turn: Occurrence, limits: Limits) -> bool | None:
        """Publish what is new at once, quiet hours or not; return whether there is anything.

        None means that this turn was published before.
        Raises `Conflict` when the subscription was changed, or its digest composed, at the same time.
        """
        now = self._clock()
        chosen = await self._choose(subscription, now)
        digest = briefing.digest_of(chosen.stories, subscription, turn, now)
        if await self._store.digest(digest.id) is not None:
            return None
        if not chosen.stories:
            return False
        parts = _Rendered(self._names).parts(chosen, subscription, turn, limits)
        deliveries = briefing.deliveries_of(digest, parts, now)
        try:
            await self._store.publish(digest, deliveries, subscription, subscription.next_due_at)
        except Conflict:
            if await self._store.digest(digest.id) is None:
                raise
            return None
        return True

    async def realign(self) -> int:
        """Compute every due time that lies ahead anew; return how many were wrong.

        They are where the clock was ahead when they were computed, or a zone's rules have changed.
        """
        now = self._clock()
        moved = offset = 0
        while page := await self._store.subscriptions(None, BATCH, offset):
            offset += len(page)
            for subscription in page:
                if subscription.state != "active" or subscription.next_due_at <= now:
                    continue
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
        chosen = await self._choose(subscription, now)
        if not chosen.stories and subscription.when_empty == "skip":
            await self._move(subscription, due_at)
            return False
        digest = briefing.digest_of(chosen.stories, subscription, turn, now)
        parts = rendered.parts(chosen, subscription, turn, limits)
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

    async def _choose(self, subscription: Subscription, now: datetime) -> Chosen:
        fresh = briefing.wanted(await self._found(subscription, now), subscription)
        stories = briefing.choose(fresh, subscription.story_count)
        left = len(briefing.still_news(fresh, now)) - len(briefing.still_news(stories, now))
        return Chosen(stories=stories, remaining=left)

    async def _found(self, subscription: Subscription, now: datetime) -> list[Story]:
        reach = FRESH_BY_KEYWORD if subscription.keywords else FRESH
        return await self._store.fresh_stories(subscription, reach, now - briefing.TOO_OLD)


def parts_of(
    chosen: Chosen, names: Names, subscription: Subscription, occurrence: Occurrence
) -> list[Message]:
    """Return a digest as the messages that the subscription's style asks for, each of any length."""
    return briefing.digest_parts(chosen.stories, chosen.remaining, names, subscription, occurrence.local_date)
