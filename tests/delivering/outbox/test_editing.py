"""Corrections reach what was posted: each copy once, whatever is under way meanwhile, on both databases."""

import pytest

from bot.delivering.leases import LEASE_S
from bot.message import plain_text
from tests.delivering.copies_told import retracted
from tests.delivering.outbox.owing import deliver
from tests.delivering.outbox.telling import (
    MINUTE,
    RETRACTED,
    STORIES,
    correct,
    edits,
    owe_digests,
    posted,
    publish,
    restore,
    retract,
    stands,
)
from tests.factories import (
    NOW,
    make_act,
    make_change,
    make_channel,
)
from tests.fakes.platform import Killed, PretendPlatform


async def test_a_correction_edits_every_copy_once(store):
    platform = await posted(store, "news", "other")
    before = stands(platform)

    made = await correct(store)
    await deliver(store, platform)
    await deliver(store, platform, NOW + MINUTE)

    assert len(platform.edited) == 2
    assert stands(platform) == stands(platform, "other") != before
    assert "NEW en" in stands(platform)[0]
    assert "Title 2" in stands(platform)[0]
    assert await edits(store, made) == {"posted": 2}


async def test_what_stands_there_is_kept_and_when_it_was_edited(store):
    platform = await posted(store)
    await correct(store)
    await deliver(store, platform, NOW + MINUTE)

    (post,) = await store.posts(make_channel(), 5)
    assert plain_text(post.message) == stands(platform)[0]
    assert (post.settled_at, post.edited_at) == (NOW, NOW + MINUTE)


async def test_several_changes_before_the_outbox_runs_are_one_edit(store):
    platform = await posted(store)

    made = [await correct(store), await retract(store, 2), await correct(store, 1)]
    await deliver(store, platform)

    assert len(platform.edited) == 1
    assert "NEW en" in stands(platform)[0]
    assert RETRACTED in stands(platform)[0]
    assert [await edits(store, one) for one in made] == [{"posted": 1}] * 3


async def test_a_change_that_is_taken_back_before_the_outbox_runs_edits_nothing(store):
    platform = await posted(store)

    await retract(store)
    await restore(store)
    await deliver(store, platform)

    assert platform.edited == []
    assert "Title 1" in stands(platform)[0]


async def test_what_was_not_posted_yet_is_posted_as_it_reads_then_and_needs_no_edit(store):
    await owe_digests(store)
    made = await retract(store)
    platform = PretendPlatform()

    await deliver(store, platform)

    assert RETRACTED in stands(platform)[0]
    assert platform.edited == []
    assert await edits(store, made) == {"posted": 1}


async def test_a_digest_that_was_composed_before_a_change_and_published_after_it_tells_that(store):
    await owe_digests(store, "other")
    await retract(store)
    await publish(store, "news")
    platform = PretendPlatform()

    await deliver(store, platform)

    assert RETRACTED in stands(platform)[0]
    assert platform.edited == []


async def test_a_change_while_the_post_is_being_sent_edits_it_then(store):
    await owe_digests(store)

    class Correcting(PretendPlatform):
        async def post(self, post):
            posted = await super().post(post)
            await correct(store)
            return posted

    platform = Correcting()
    await deliver(store, platform)

    assert "NEW en" in stands(platform)[0]
    assert len(platform.edited) == 1


@pytest.mark.parametrize("fault", ["lose answer", "lose before"])
async def test_an_uncertain_post_is_found_or_posted_anew_and_tells_the_change_in_the_end(store, fault):
    await owe_digests(store)
    platform = PretendPlatform(fault)
    await deliver(store, platform)
    await correct(store)

    await deliver(store, platform, NOW + MINUTE)

    (text,) = stands(platform)
    assert "NEW en" in text
    assert len(platform.edited) == (fault == "lose answer")


async def test_a_post_in_new_words_whose_sender_died_is_edited_though_they_are_taken_back(store):
    """The store believes the old words to stand there, which they read again; the channel shows others."""
    await owe_digests(store)
    await retract(store)
    platform = PretendPlatform("kill after")
    with pytest.raises(Killed):
        await deliver(store, platform, owner="first life")
    assert RETRACTED in stands(platform)[0]
    await restore(store)

    later = NOW + (LEASE_S + 1) * MINUTE / 60
    await deliver(store, platform, later, owner="second life")

    (text,) = stands(platform)
    assert "Title 1" in text


async def test_a_target_that_failed_has_nothing_to_edit(store):
    await owe_digests(store)
    made = await correct(store)
    platform = PretendPlatform("reject")

    await deliver(store, platform)

    assert stands(platform) == []
    assert platform.edited == []
    assert await edits(store, made) == {"posted": 1}


async def test_a_post_that_had_failed_is_posted_as_it_reads_when_it_is_tried_again(store):
    await owe_digests(store)
    await deliver(store, PretendPlatform("reject"))
    made = await retract(store)
    (failed,) = [one for one in await store.deliveries(None, 9) if one.kind == "digest"]
    assert await edits(store, made) == {}

    await store.retry(failed.id, NOW)
    platform = PretendPlatform()
    await deliver(store, platform)

    assert RETRACTED in stands(platform)[0]


async def test_a_message_that_tells_several_stories_of_one_act_is_owed_one_edit(store):
    platform = await posted(store)
    act = make_act(id="both", action="retract")
    await store.save_stories(
        [make_change(retracted(story), retells=True, change=act) for story in STORIES[:2]]
    )
    await deliver(store, platform)

    assert await edits(store, "both") == {"posted": 1}
    assert stands(platform)[0].count(RETRACTED) == 2
