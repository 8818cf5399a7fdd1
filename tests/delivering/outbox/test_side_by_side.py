"""Many channels at once, and leases that end."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivering.leases import LEASE_S, MAX_DOUBTS, Terms, delayed_until, retry_at
from bot.delivering.outbox import Outbox
from bot.errors import StoreError
from bot.store import open_store
from tests.delivering.outbox.owing import deliver, owe, owe_each
from tests.factories import (
    NOW,
)
from tests.fakes.platform import PretendPlatform
from tests.waiting import PATIENCE_S

# Many channels at once.


class SlowPlatform(PretendPlatform):
    """Answers at once, but in the channel `c0` not before it is told to."""

    def __init__(self):
        super().__init__()
        self.let_go, self.asked = asyncio.Event(), asyncio.Event()
        self.at_once = self.most_at_once = 0

    async def post(self, post):
        self.at_once += 1
        self.asked.set()
        self.most_at_once = max(self.most_at_once, self.at_once)
        await (self.let_go.wait() if post.channel.id == "c0" else asyncio.sleep(0))
        self.at_once -= 1
        return await super().post(post)


async def test_a_slow_channel_delays_no_other_and_no_more_are_sent_at_once_than_agreed(store):
    await owe_each(store, 40)
    platform = SlowPlatform()
    outbox = Outbox(store, platform, lambda: NOW, "one", Terms(at_once=8))

    posted = 0
    async with asyncio.timeout(PATIENCE_S):
        while posted < 39:  # it goes on to the next turn where nothing comes about for half a second
            posted += await outbox.deliver()
    assert posted == 39
    assert (await store.delivery("s0.1")).state == "sending"

    platform.let_go.set()
    assert await outbox.drain() == 1
    assert platform.most_at_once == 8


async def test_a_stop_settles_what_was_begun_and_begins_nothing_more(store):
    await owe_each(store, 5)
    platform = SlowPlatform()
    outbox = Outbox(store, platform, lambda: NOW, "one", Terms(at_once=1))
    working = asyncio.create_task(outbox.deliver())
    await platform.asked.wait()

    asyncio.get_running_loop().call_later(0.01, platform.let_go.set)
    assert await outbox.stop(PATIENCE_S)
    await working
    await store.release("one")

    states = [(await store.delivery(f"s{number}.1")).state for number in range(5)]
    assert states == ["posted", "planned", "planned", "planned", "planned"]


class LateClaims:
    """A store whose claims come late."""

    def __init__(self, store):
        self._store = store
        self.claimed, self.let_go = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def claim_deliveries(self, *arguments):
        found = await self._store.claim_deliveries(*arguments)
        self.claimed.set()
        await self.let_go.wait()
        return found


async def test_what_a_claim_brings_after_a_stop_is_not_begun(store):
    await owe_each(store, 2)
    late, platform = LateClaims(store), PretendPlatform()
    outbox = Outbox(late, platform, lambda: NOW, "one")
    working = asyncio.create_task(outbox.deliver())
    await late.claimed.wait()

    stopped = asyncio.create_task(outbox.stop(PATIENCE_S))
    await asyncio.sleep(0)
    late.let_go.set()
    await working
    assert await stopped
    await store.release("one")

    assert platform.ledger == []
    assert [(await store.delivery(f"s{number}.1")).state for number in range(2)] == ["planned", "planned"]


async def test_a_stop_that_got_no_answer_says_so(store):
    await owe_each(store, 1)
    platform = SlowPlatform()
    outbox = Outbox(store, platform, lambda: NOW, "one")
    await outbox.deliver()
    await platform.asked.wait()

    assert not await outbox.stop(grace_s=0.01)

    platform.let_go.set()
    assert await outbox.stop(PATIENCE_S)


# The lease.
class Clock:
    """A clock that is put forward by hand."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


async def test_a_worker_that_wakes_past_its_lease_neither_sends_nor_settles(store):
    await owe(store)
    clock = Clock()
    platform = PretendPlatform("lose answer")
    await deliver(store, platform)
    clock.now += timedelta(minutes=1)

    awake = PretendPlatform()

    class Asleep(PretendPlatform):
        async def find(self, post, since):
            """Find nothing, then sleep on while somebody else takes over."""
            clock.now += timedelta(seconds=LEASE_S)
            await Outbox(store, awake, clock, "awake").drain()

    sleeper = Asleep()
    await Outbox(store, sleeper, clock, "sleeper").drain()

    assert sleeper.ledger == []
    assert len(awake.ledger) == 1
    delivery = await store.delivery("digest.1")
    assert (delivery.state, delivery.attempt) == ("posted", 3)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=2), timedelta(hours=-1)])
async def test_a_clock_that_jumps_while_something_is_sent_repeats_nothing(store, jump):
    await owe(store, parts=2)
    clock = Clock()

    class Jumping(PretendPlatform):
        async def post(self, post):
            posted = await super().post(post)
            clock.now += jump if len(self.ledger) == 1 else timedelta(0)
            return posted

    platform = Jumping()
    await Outbox(store, platform, clock, "one").drain()
    clock.now = NOW + timedelta(days=3)
    await Outbox(store, platform, clock, "two").drain()

    assert [key for _, key, _ in platform.ledger] == ["digest.1", "digest.2"]


async def test_a_settling_that_the_database_refuses_is_tried_again_and_nothing_is_posted_twice(sqlite_url):
    store = await open_store(sqlite_url)
    await owe(store)
    platform = PretendPlatform()

    class Failing:
        """The store, whose first two settlings fail."""

        failures = 2

        def __getattr__(self, name):
            return getattr(store, name)

        async def settle(self, *arguments):
            self.failures -= 1
            if self.failures >= 0:
                raise StoreError("locked")
            return await store.settle(*arguments)

    assert await Outbox(Failing(), platform, lambda: NOW, "one", Terms(settle_again_s=0.001)).drain() == 1

    assert len(platform.ledger) == 1
    assert (await store.delivery("digest.1")).attempt == 1
    await store.close()


async def test_a_message_is_not_given_up_for_what_the_database_fails_to_tell(store):
    await owe(store, parts=2)
    platform = PretendPlatform()

    class Failing:
        """The store, which tells nothing of single deliveries."""

        def __getattr__(self, name):
            return getattr(store, name)

        async def delivery(self, _):
            raise StoreError("locked")

    for hour in range(MAX_DOUBTS):
        await deliver(Failing(), platform, NOW + timedelta(hours=2 * hour))
    assert (await store.delivery("digest.2")).doubts == 0

    assert await deliver(store, platform, NOW + timedelta(days=2)) == 1


async def test_a_message_that_an_adapter_chokes_on_is_given_up_in_the_end(store):
    await owe(store)

    class Choking(PretendPlatform):
        async def post(self, post):
            raise KeyError(post.key)

    for hour in range(MAX_DOUBTS):
        await deliver(store, Choking(), NOW + timedelta(hours=hour))

    assert "KeyError" in (await store.delivery("digest.1")).error
    assert (await store.delivery("digest.1")).state == "failed"


@given(st.integers(1, 500), st.floats(0, 1), st.floats(0.01, 60))
def test_luck_takes_off_at_most_half_of_a_wait(attempt, luck, first_s):
    whole = retry_at(attempt, NOW, 0, first_s) - NOW
    wait = retry_at(attempt, NOW, luck, first_s) - NOW

    assert whole / 2 - timedelta(microseconds=1) <= wait <= whole <= timedelta(hours=1)


@given(st.floats(-1, 1e300), st.timedeltas(timedelta(0), timedelta(seconds=1)))
def test_a_delay_is_never_shortened(wait_s, into):
    now = NOW + into

    at = delayed_until(now, wait_s)

    assert (at - now).total_seconds() >= min(wait_s, 100 * 365 * 86_400)
    assert at - now <= timedelta(seconds=max(0, min(wait_s, 1e10))) + timedelta(milliseconds=1)
    assert at.microsecond % 1000 == 0


def test_retries_wait_longer_each_time_up_to_an_hour():
    waits = [(retry_at(attempt, NOW) - NOW).total_seconds() for attempt in range(1, 13)]

    assert waits[:3] == [5, 10, 20]
    assert waits == sorted(waits)
    assert waits[-1] == 3600
