"""Edits whose store and channel are out of step: what nobody saw the end of, and clocks that differ."""

from bot.delivering.leases import MAX_DOUBTS
from bot.errors import PostUncertain
from tests.delivering.outbox.owing import deliver
from tests.delivering.outbox.telling import (
    MINUTE,
    RETRACTED,
    correct,
    edits,
    owe_digests,
    posted,
    restore,
    retract,
    stands,
)
from tests.factories import NOW
from tests.fakes.platform import PretendPlatform


async def test_an_edit_that_was_given_up_and_yet_stands_there_is_taken_back(store):
    """The store believes the first words to stand there, which the story has again."""
    platform = await posted(store)
    before = stands(platform)

    async def unreadable(post, message_id):
        raise PostUncertain("no answer")

    readable, platform.shows = platform.shows, unreadable
    platform.edit_faults = ["lose answer"]
    made = await retract(store)
    for hour in range(MAX_DOUBTS):
        await deliver(store, platform, NOW + hour * 61 * MINUTE)
    assert await edits(store, made) == {"failed": 1}
    assert RETRACTED in stands(platform)[0]

    platform.shows = readable
    await restore(store)
    await deliver(store, platform, NOW + 9_000 * MINUTE)

    assert stands(platform) == before


async def test_a_post_that_was_given_up_and_yet_stands_there_is_corrected_when_it_is_found(store):
    """No edit was owed to what had failed; who tries again finds it with the old words in it."""
    await owe_digests(store)

    class Unreadable(PretendPlatform):
        async def find(self, post, since):
            raise PostUncertain("no answer")

    hidden = Unreadable("lose answer")
    for hour in range(MAX_DOUBTS):
        await deliver(store, hidden, NOW + hour * 61 * MINUTE)
    (failed,) = [one for one in await store.deliveries(None, 9) if one.kind == "digest"]
    assert failed.state == "failed"
    await retract(store)

    platform = PretendPlatform()
    platform.ledger = hidden.ledger
    await store.retry(failed.id, NOW)
    await deliver(store, platform, NOW + 9_000 * MINUTE)

    (text,) = stands(platform)
    assert RETRACTED in text
    assert len(platform.edited) == 1


async def test_a_change_by_a_clock_that_is_behind_waits_for_the_edit_under_way(store):
    """Both at once, the older words might come last."""
    platform = await posted(store)
    await correct(store, at=NOW)
    (under_way,) = await store.claim_deliveries("local", NOW, 60, "one", 9, 9)

    await retract(store, at=NOW - MINUTE)

    assert await store.claim_deliveries("local", NOW, 60, "two", 9, 9) == []
    await store.release("one")
    await deliver(store, platform, NOW + MINUTE)
    assert RETRACTED in stands(platform)[0]
    assert (await store.delivery(under_way.id)).state == "posted"
