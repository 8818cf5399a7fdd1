"""Deliveries settle as the platform answers; what is uncertain is looked up before it is tried again."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PostDelayed, StoreError
from bot.message import Paragraph, plain_text
from bot.outbox import LEASE_S, MAX_DOUBTS, Outbox, Terms, delayed_until, retry_at
from bot.store import open_store
from tests.delivering import deliver_due
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_share,
    make_subscription,
)
from tests.fakes.platform import Killed, PretendPlatform

NEWS = make_channel()


async def owe(store, parts=1, channel=NEWS):
    subscription = await store.add_subscription(make_subscription(channel=channel))
    await store.save_stories([make_change()])
    deliveries = [
        make_delivery(id=f"digest.{part}", part=part, channel=channel) for part in range(1, parts + 1)
    ]
    digest = make_digest(channel=channel)
    await store.publish(digest, deliveries, subscription, NOW + timedelta(days=1))


async def deliver(store, platform, now=NOW, owner="bot"):
    return await deliver_due(store, {"local": platform}, lambda: now, owner)


async def test_what_is_owed_is_posted_once(store):
    await owe(store)
    platform = PretendPlatform()

    assert await deliver(store, platform) == 1
    assert await deliver(store, platform, NOW + timedelta(days=2)) == 0

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).message_id == "message-1"


async def test_parts_are_posted_in_their_order(store):
    await owe(store, parts=3)
    platform = PretendPlatform("delay")

    for minute in range(5):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    assert [key for _, key, _ in platform.ledger] == ["digest.1", "digest.2", "digest.3"]


async def test_a_delayed_post_waits_as_long_as_the_platform_asks(store):
    await owe(store)
    platform = PretendPlatform("delay")

    await deliver(store, platform)

    assert await deliver(store, platform, NOW + timedelta(seconds=29)) == 0
    assert await deliver(store, platform, NOW + timedelta(seconds=30)) == 1


async def test_a_rejected_post_fails_with_the_reason(store):
    await owe(store)

    await deliver(store, PretendPlatform("reject"))

    delivery = await store.delivery("digest.1")
    assert (delivery.state, delivery.error) == ("failed", "the message is invalid")


async def test_moderators_are_told_once_of_a_digest_that_is_given_up(store):
    await owe(store, parts=2)
    platform = PretendPlatform("reject")

    await deliver(store, platform)
    await deliver(store, platform, NOW + timedelta(minutes=1))

    ((desk, _, notice),) = platform.ledger
    assert desk.id == "moderators"
    assert "the message is invalid" in plain_text(notice)
    assert "ai-news delivery retry digest.1" in plain_text(notice)


async def test_another_try_that_fails_is_told_too_and_a_notice_that_fails_is_not(store):
    await owe(store)
    await deliver(store, PretendPlatform("reject"))
    await store.retry("digest.1", NOW)

    await deliver(store, PretendPlatform("reject", "reject", "reject"), NOW + timedelta(minutes=1))

    states = [(one.kind, one.state) for one in await store.deliveries(None, 9)]
    assert sorted(states) == [("digest", "failed"), ("notice", "failed"), ("notice", "posted")]


@pytest.mark.parametrize("fault", ["lose before", "lose answer"])
async def test_an_uncertain_post_stands_once_in_the_end(store, fault):
    await owe(store)
    platform = PretendPlatform(fault)

    await deliver(store, platform)
    await deliver(store, platform, NOW + timedelta(minutes=1))

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).state == "posted"


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
async def test_a_post_whose_sender_died_stands_once_in_the_end(store, fault):
    await owe(store)
    platform = PretendPlatform(fault)
    with pytest.raises(Killed):
        await deliver(store, platform, owner="first life")

    await deliver(store, platform, NOW + timedelta(seconds=LEASE_S + 1), owner="second life")

    assert [key for _, key, _ in platform.ledger] == ["digest.1"]
    assert (await store.delivery("digest.1")).state == "posted"


async def test_a_post_that_never_gets_an_answer_is_given_up_with_a_reason(store):
    await owe(store)
    platform = PretendPlatform(*["lose before"] * MAX_DOUBTS)

    for hour in range(MAX_DOUBTS):
        await deliver(store, platform, NOW + timedelta(hours=hour))

    delivery = await store.delivery("digest.1")
    assert delivery.state == "failed"
    assert f"after {MAX_DOUBTS} attempts" in delivery.error


async def test_delays_are_never_given_up(store):
    await owe(store)
    platform = PretendPlatform(*["delay"] * MAX_DOUBTS * 2)

    for minute in range(MAX_DOUBTS * 2):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    assert (await store.delivery("digest.1")).state == "planned"


# A lost channel


async def test_a_lost_channel_stops_its_subscription_and_tells_the_moderators_once(store):
    await owe(store, parts=2)
    platform = PretendPlatform("lose channel")

    for minute in range(3):
        await deliver(store, platform, NOW + timedelta(minutes=minute))

    ((channel, _, told),) = platform.ledger
    assert channel == make_channel(id="moderators")
    assert "#news に投稿する権限がありません" in plain_text(told)
    paragraphs = [block for block in told.blocks if isinstance(block, Paragraph)]
    assert [run.text for block in paragraphs for run in block.runs if run.channel == "news"] == ["#news"]
    stopped = await store.subscription(make_channel())
    assert (stopped.state, stopped.trouble) == ("paused", "the bot may not post there")
    assert (await store.delivery("digest.1")).state == "planned"

    await store.change_subscription(stopped, replace(stopped, state="active", trouble=""))
    await deliver(store, platform, NOW + timedelta(minutes=4))

    assert [key for _, key, _ in platform.ledger[1:]] == ["digest.1", "digest.2"]


async def test_a_lost_channel_without_a_subscription_is_given_up(store):
    share = make_delivery(id="s.1", kind="share", series="s", channel=make_channel(id="other"))
    await store.share(make_share(channel=share.channel), [share])
    platform = PretendPlatform("lose channel")

    await deliver(store, platform)

    assert platform.ledger == []
    assert (await store.delivery("s.1")).state == "failed"


async def test_a_moderators_channel_that_is_lost_itself_is_told_of_nowhere(store):
    desk = make_channel(id="moderators")
    await owe(store, channel=desk)
    platform = PretendPlatform("lose channel")

    await deliver(store, platform)

    assert platform.ledger == []
    assert (await store.subscription(desk)).state == "paused"


async def test_a_platform_that_holds_everything_is_not_asked_again_before_that(store):
    await owe_each(store, 3)

    class Holding(PretendPlatform):
        asked = 0

        async def post(self, post):
            self.asked += 1
            raise PostDelayed("slow down", 3_600, everywhere=True)

    platform = Holding()
    outbox = Outbox(store, platform, lambda: NOW, "one", Terms(at_once=1))

    await outbox.drain()
    await outbox.drain()

    assert platform.asked == 1
    assert [(await store.delivery(f"s{number}.1")).state for number in range(3)] == ["planned"] * 3


# Many channels at once


async def owe_each(store, count):
    for number in range(count):
        channel = make_channel(id=f"c{number}")
        share = make_share(id=f"s{number}", channel=channel)
        delivery = make_delivery(id=f"s{number}.1", kind="share", series=share.id, channel=channel)
        await store.share(share, [delivery])


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

    assert await outbox.deliver() == 39
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
    assert await outbox.stop(grace_s=5)
    await working
    await store.release("one")

    states = [(await store.delivery(f"s{number}.1")).state for number in range(5)]
    assert states == ["posted", "planned", "planned", "planned", "planned"]


async def test_a_stop_that_got_no_answer_says_so(store):
    await owe_each(store, 1)
    platform = SlowPlatform()
    outbox = Outbox(store, platform, lambda: NOW, "one")
    await outbox.deliver()

    assert not await outbox.stop(grace_s=0.01)

    platform.let_go.set()
    assert await outbox.stop(grace_s=5)


# The lease


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
            await Outbox(store, awake, clock, "awake").deliver()

    sleeper = Asleep()
    await Outbox(store, sleeper, clock, "sleeper").deliver()

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
