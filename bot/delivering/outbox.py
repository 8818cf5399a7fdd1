"""The outbox: deliveries are claimed, posted, settled; nothing owed is lost, nothing findable is repeated.

Each platform has an outbox of its own. In it, channels go side by side and one channel's deliveries go
in their order, so that a slow or broken channel delays no other.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.delivering import notices
from bot.delivering.copies import changed_stories, edit_of_found, instead, reads_alike, stories_in
from bot.delivering.leases import MAX_DOUBTS, USUAL, Claim, Terms, TooLate, delayed_until, retry_at
from bot.delivering.losses import lose_channel
from bot.delivering.pace import Pacer
from bot.delivering.retelling import as_it_reads_now
from bot.errors import ChannelLost, PostDelayed, PostFailed, PostRejected, StoreError, loss_of
from bot.message import Message
from bot.model import Delivery, GiveUp, Outcome, Post, Posted, StoryId, TryAgain, opening_id
from bot.ports import Clock, Platform, Store

logger = logging.getLogger(__name__)

LINGER_S: Final = 0.5
"""How long a turn waits for what is under way before it leaves the slow to themselves."""


def _room(to_hold: int, held: int) -> int:
    room = to_hold - held
    return room if room >= to_hold / 2 else 0


class Outbox:
    """Delivers what is due on one platform, under claims of one `owner`."""

    def __init__(
        self,
        store: Store,
        platform: Platform,
        clock: Clock,
        owner: str,
        terms: Terms = USUAL,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._platform = platform
        self._clock = clock
        self._owner = owner
        self._terms = terms
        self._luck = luck
        self._pacer = Pacer(platform.pace)
        self._posts_to_hold = terms.to_hold(platform.pace.per_second)
        # Beside the posts: however many edits of one channel wait for its pace, they hold up no post.
        self._edits_to_hold = self._posts_to_hold // 2
        self._sending = asyncio.Semaphore(terms.at_once)
        self._turns = asyncio.Lock()
        self._held: dict[asyncio.Task[bool], Claim] = {}
        self._stopped = False

    async def deliver(self) -> int:
        """Work until nothing more is due that can begin now; return how many were posted.

        What is slow stays under way. Raises what went wrong first, when all the rest is done.
        """
        posted, failure = 0, None
        while not self._stopped:
            claimed = await self._claim()
            if not self._held:
                break
            done, _ = await asyncio.wait(self._held, timeout=LINGER_S, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del self._held[task]
                error = None if task.cancelled() else task.exception()
                failure = failure or error
                posted += not task.cancelled() and error is None and task.result()
            if not done and not claimed:
                break
        if failure is not None:
            raise failure
        return posted

    async def drain(self) -> int:
        """Work until nothing is due and nothing is under way; return how many were posted."""
        posted = await self.deliver()
        while self._held and not self._stopped:
            await asyncio.wait(self._held)
            posted += await self.deliver()
        return posted

    async def stop(self, grace_s: float) -> bool:
        """Begin nothing more; return whether what was begun is settled, in `grace_s` seconds at most."""
        self._stopped = True
        for task, claim in self._held.items():
            if not claim.begun:
                task.cancel()
        if self._held:
            await asyncio.wait(self._held, timeout=grace_s)
        return all(task.done() and (task.cancelled() or not task.exception()) for task in self._held)

    async def _claim(self) -> int:
        """Claim when half of what may be held is done, so that one claim brings many; return how many."""
        edits = sum(claim.delivery.kind == "edit" for claim in self._held.values())
        posts = len(self._held) - edits
        rooms = _room(self._posts_to_hold, posts), _room(self._edits_to_hold, edits)
        time = asyncio.get_running_loop().time
        if not any(rooms) or self._pacer.held_until > time():
            return 0
        lease_s, until_s = self._terms.lease_s, time() + self._terms.lease_s
        deliveries = await self._store.claim_deliveries(
            self._platform.name, self._clock(), lease_s, self._owner, *rooms
        )
        if self._stopped:  # meanwhile; what was claimed is given back with all that was not begun
            return 0
        for delivery in deliveries:
            claim = Claim(
                delivery=delivery,
                clock=self._clock,
                lease_s=lease_s,
                until=delivery.free_at or self._clock(),
                until_s=until_s,
            )
            self._held[asyncio.create_task(self._work(claim))] = claim
        return len(deliveries)

    async def _work(self, claim: Claim) -> bool:
        """Try a delivery and settle it; return whether it was posted."""
        outcome = await self._attempt(claim)
        held = await self._settle(claim, outcome, await self._owed(claim.delivery, outcome))
        if not held:
            delivery = claim.delivery
            logger.warning(
                "lost the lease while sending delivery=%s attempt=%d", delivery.id, delivery.attempt
            )
        return held and isinstance(outcome, Posted)

    async def _attempt(self, claim: Claim) -> Outcome:
        delivery = claim.delivery
        try:
            if claim.delivery.kind == "edit":
                return await self._edit(claim)
            return await self._post_once(claim)
        except TooLate:
            return TryAgain(at=self._clock(), reason=delivery.error)
        except PostFailed as error:
            return await self._failed(delivery, error)
        except TimeoutError:
            return self._doubt(delivery, "no answer in time")
        except StoreError as error:  # what the database fails to tell speaks against no message
            logger.warning("delivery=%s waits for the database: %s", delivery.id, error)
            return TryAgain(at=self._retry_at(delivery.attempt), reason=str(error))
        except Exception as error:  # a fault of one message must not hold up its channel for ever
            logger.exception("delivery=%s could not be sent", delivery.id)
            return self._doubt(delivery, f"{type(error).__name__}: {error}")

    async def _post_once(self, claim: Claim) -> Posted:
        """Post, unless an earlier attempt, whose end nobody saw, already did."""
        platform, delivery = self._platform, claim.delivery
        post = await self._post_of(delivery)
        if delivery.attempt > 1:
            async with self._turn(claim):
                found = await platform.find(post, delivery.due_at)
            if found is not None:
                return Posted(message_id=found)
        if delivery.outdated:
            post = replace(post, message=await self._reads_now(delivery))
        async with self._turn(claim):
            message_id = await platform.post(post)
        return Posted(message_id=message_id, message=post.message if delivery.outdated else None)

    async def _edit(self, claim: Claim) -> Posted:
        """Put a message that was posted into the words of today, unless it stands there in them already.

        The store knows what stands there, unless an attempt that nobody saw the end of may have changed it.
        """
        platform, edit = self._platform, claim.delivery
        target = await self._target(edit)
        if target is None or target.message_id is None:  # it was never posted, so nothing stands there
            return Posted(message_id="")
        message = await self._reads_now(target)
        done = Posted(message_id=target.message_id, message=message)
        is_sure = edit.attempt == 1 and not target.outdated
        if is_sure and reads_alike(message, target.message):
            return done
        post = replace(await self._post_of(target), message=message)
        if not is_sure:
            async with self._turn(claim):
                if await platform.shows(post, target.message_id):
                    return done
        async with self._turn(claim):
            await platform.edit(post, target.message_id)
        return done

    async def _target(self, delivery: Delivery) -> Delivery | None:
        return None if delivery.target is None else await self._store.delivery(delivery.target)

    async def _reads_now(self, delivery: Delivery) -> Message:
        workspace = delivery.channel.workspace
        return await as_it_reads_now(self._store, delivery.message, workspace, self._platform.limits)

    async def _post_of(self, delivery: Delivery) -> Post:
        """Return what a delivery puts where; the first of its series stands by then.

        What is posted because of a message goes where that stands.
        """
        opener = None
        about = await self._target(delivery) or delivery
        if about.part > 1:
            first = await self._store.delivery(opening_id(about.series))
            opener = first.message_id if first else None
        return Post(channel=delivery.channel, message=delivery.message, key=delivery.key, opener=opener)

    @asynccontextmanager
    async def _turn(self, claim: Claim) -> AsyncIterator[None]:
        """Wait for the turn of a request, which is cut off before the lease ends. Raises `TooLate`.

        Who waits for a channel takes no place from those who send.
        """
        while True:
            await self._pause(claim, self._channel_wait_s(claim))
            async with self._sending:
                async with self._turns:
                    is_turn = await self._begins(claim)
                if is_turn:
                    claim.begin()
                    async with asyncio.timeout(claim.left_s() * 0.8):
                        yield
                    return

    async def _begins(self, claim: Claim) -> bool:
        """Wait, first in line, until a request may begin; return False where its channel is not free by then.

        Who waits for a channel does not stand in the way of those who ask others.
        """
        time = asyncio.get_running_loop().time
        while wait_s := self._pacer.begin(claim.delivery.channel, time()):
            if self._channel_wait_s(claim):
                return False
            await self._pause(claim, wait_s)
        return True

    def _channel_wait_s(self, claim: Claim) -> float:
        return self._pacer.channel_wait_s(claim.delivery.channel, asyncio.get_running_loop().time())

    async def _pause(self, claim: Claim, seconds: float) -> None:
        if seconds > claim.left_s():
            raise TooLate
        await asyncio.sleep(seconds)

    async def _failed(self, delivery: Delivery, error: PostFailed) -> Outcome:
        reason = str(error)
        match error:
            case PostDelayed(retry_after_s=None):
                return TryAgain(at=self._retry_at(delivery.attempt), reason=reason)
            case PostDelayed(retry_after_s=float() | int() as wait_s, everywhere=everywhere):
                if everywhere:
                    self._pacer.hold(asyncio.get_running_loop().time() + wait_s)
                return TryAgain(at=delayed_until(self._clock(), wait_s), reason=reason)
            case ChannelLost(why=why) if delivery.kind != "edit" or why == "signed_out":
                return await self._lose(delivery, error)
            case PostRejected():
                return GiveUp(reason=reason)
            case _:
                return self._doubt(delivery, reason)

    async def _lose(self, delivery: Delivery, error: ChannelLost) -> Outcome:
        """Stop the channel's subscription and tell its moderators, once; what is owed stays owed."""
        channel = delivery.channel
        if await self._store.subscription(channel) is None:
            return GiveUp(reason=str(error))
        stopped = await lose_channel(self._store, self._platform, channel, error, self._clock)
        at = self._clock() if stopped else self._retry_at(delivery.attempt)
        return TryAgain(at=at, reason=str(error))

    def _doubt(self, delivery: Delivery, reason: str) -> Outcome:
        doubts = delivery.doubts + 1
        if doubts >= MAX_DOUBTS:
            return GiveUp(reason=f"given up after {doubts} attempts: {reason}")
        return TryAgain(at=self._retry_at(doubts), reason=reason, doubt=True)

    def _retry_at(self, attempt: int) -> datetime:
        return retry_at(attempt, self._clock(), self._luck(), self._terms.first_retry_s)

    async def _owed(self, delivery: Delivery, outcome: Outcome) -> list[Delivery]:
        """Return what an outcome owes: notices; an edit of what was found, which may have the old words."""
        if isinstance(outcome, Posted) and outcome.message is None and delivery.outdated:
            return [edit_of_found(delivery, self._clock())]
        return await self._notices(delivery, outcome)

    async def _notices(self, delivery: Delivery, outcome: Outcome) -> list[Delivery]:
        """Return what tells moderators that a message was given up; where they have no place, its channel."""
        if not isinstance(outcome, GiveUp) or delivery.kind == "notice":
            return []
        if delivery.kind == "edit":
            return await self._instead(delivery, outcome.reason)
        if await self._store.subscription(delivery.channel) is None:
            return []
        desk = await self._platform.desk(delivery.channel.workspace) or delivery.channel
        return [notices.given_up(delivery, outcome.reason, desk, self._clock())]

    async def _instead(self, edit: Delivery, reason: str) -> list[Delivery]:
        """Return what is owed where a copy cannot be edited: to moderators; to its channel if they wish."""
        target = await self._target(edit)
        if target is None:
            return []
        channel, language, now = edit.channel, target.message.language, self._clock()
        after = await self._reads_now(target)
        story_id = next(iter([*changed_stories(target.message, after), *stories_in(after)]), StoryId(""))
        desk = await self._platform.desk(channel.workspace)
        owed = [] if desk is None else [notices.uneditable(edit, story_id, reason, language, desk, now)]
        workspace = await self._store.workspace(channel.platform, channel.workspace)
        wanted = workspace is not None and workspace.replies and loss_of(reason) is None
        if wanted and (reply := instead(target.message, after)):
            owed += notices.instead_of_edit(edit, reply, self._platform.limits, now)
        return owed

    async def _settle(self, claim: Claim, outcome: Outcome, owed: Sequence[Delivery]) -> bool:
        """Settle, again and again while the database fails and the lease holds: what was posted is known."""
        again_s = self._terms.settle_again_s
        while True:
            try:
                return await self._store.settle(claim.delivery, outcome, self._clock(), owed)
            except StoreError as error:
                if claim.left_s() <= again_s:
                    raise
                logger.warning("delivery=%s cannot be settled yet: %s", claim.delivery.id, error)
            await asyncio.sleep(again_s)
