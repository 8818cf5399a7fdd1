"""What the outbox makes of every answer of Slack's."""

import asyncio

import pytest

from bot.delivering.outbox import Outbox
from bot.run import utc_now
from tests.fakes.slack.reading import text_of
from tests.slack.platform.answers import TERMS, UNCLEAR, owe
from tests.waiting import PATIENCE_S


async def deliver(world, owner="one", patience_s=PATIENCE_S):
    """Work until nothing is owed any more that can be posted."""
    outbox = Outbox(world.store, world.platform, utc_now, owner, TERMS)
    async with asyncio.timeout(patience_s):
        while any(one.state in ("planned", "sending") for one in await world.store.deliveries(None, 1000)):
            await outbox.drain()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("threaded", [False, True])
async def test_every_fault_loses_and_doubles_nothing(world, server, threaded):
    faults = [
        *UNCLEAR,
        "reset",
        "drop",
        "500",
        "html",
        "internal_error",
        "429 one",
        "429 zero",
        "accept, twice",
    ]
    places = [server.channel(world.team, f"news-{number}") for number in range(len(faults))]
    for place in places:
        await owe(world, place, parts=2, in_thread=threaded)
    server.faults.add(*faults, *faults)

    await deliver(world)

    for place in places:
        first, second = world.standing(place)
        assert (text_of(first), text_of(second)) == ("part 1", "part 2")
        assert second.thread_ts == (first.ts if threaded else None)
    assert server.violations == []


async def test_a_token_revoked_in_the_middle_of_a_digest_stops_it_and_a_new_one_ends_it(world, server):
    await owe(world, world.news, parts=3)
    server.when_accepted = lambda message: server.revoke_tokens(world.team)
    outbox = Outbox(world.store, world.platform, utc_now, "one", TERMS)
    await outbox.drain()

    assert [text_of(message).split()[-1] for message in world.standing()] == ["1"]
    subscription = await world.store.subscription(world.channel())
    assert "signed" in subscription.trouble


async def test_two_replicas_post_each_digest_once(world, server):
    places = [server.channel(world.team, f"news-{number}") for number in range(6)]
    for place in places:
        await owe(world, place, parts=2)
    server.faults.add("accept, 500", "accept, reset", "429 zero")

    await asyncio.gather(deliver(world, "one"), deliver(world, "two"))

    for place in places:
        assert [text_of(message)[-1] for message in world.standing(place)] == ["1", "2"]
