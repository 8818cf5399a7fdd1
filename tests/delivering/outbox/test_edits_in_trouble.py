"""Edits that are killed, lost, refused or delayed: each is done once, or listed and told of."""

import pytest

from bot.delivering.leases import LEASE_S, MAX_DOUBTS
from bot.delivering.outbox import Outbox
from bot.message import plain_text
from bot.phrases import phrase
from tests.delivering.outbox.owing import deliver
from tests.delivering.outbox.telling import (
    MINUTE,
    RETRACTED,
    correct,
    edits,
    posted,
    posted_in_a_thread,
    restore,
    retract,
    stands,
)
from tests.factories import (
    NOW,
    make_channel,
    make_delivery,
    make_share,
    make_workspace,
)
from tests.fakes.platform import Killed, PretendPlatform


@pytest.mark.parametrize("fault", ["kill before", "kill after"])
async def test_an_edit_whose_sender_died_is_done_once(store, fault):
    platform = await posted(store)
    platform.edit_faults = [fault]
    made = await correct(store)
    with pytest.raises(Killed):
        await deliver(store, platform, owner="first life")

    later = NOW + (LEASE_S + 1) * MINUTE / 60
    await deliver(store, platform, later, owner="second life")

    assert len(platform.edited) == 1
    assert "NEW en" in stands(platform)[0]
    assert await edits(store, made) == {"posted": 1}


async def test_an_edit_whose_sender_died_and_that_was_taken_back_meanwhile_is_taken_back(store):
    platform = await posted(store)
    before = stands(platform)
    platform.edit_faults = ["kill after"]
    await retract(store)
    with pytest.raises(Killed):
        await deliver(store, platform, owner="first life")
    await restore(store)

    later = NOW + (LEASE_S + 1) * MINUTE / 60
    await deliver(store, platform, later, owner="second life")

    assert stands(platform) == before
    assert len(platform.edited) == 2


@pytest.mark.parametrize("fault", ["lose answer", "lose before", "delay"])
async def test_an_edit_that_may_not_have_been_done_is_done_once(store, fault):
    platform = await posted(store)
    platform.edit_faults = [fault]
    await correct(store)

    for minute in range(3):
        await deliver(store, platform, NOW + minute * MINUTE)

    assert len(platform.edited) == 1
    assert "NEW en" in stands(platform)[0]


async def test_a_delayed_edit_waits_and_holds_up_no_post(store):
    platform = await posted(store)
    platform.edit_faults = ["delay"]
    await correct(store)
    await publish_another(store)

    await deliver(store, platform)
    assert len(stands(platform)) == 2
    assert platform.edited == []

    await deliver(store, platform, NOW + MINUTE)
    assert len(platform.edited) == 1


async def publish_another(store):
    share = make_delivery(id="s.1", kind="share", series="s")
    await store.share(make_share(id="s"), [share])


async def test_a_copy_that_is_gone_is_listed_and_told_once_for_each_change(store):
    platform = await posted(store, "news", "other", "third")
    platform.deleted = {"message-1", "message-2"}

    made = await correct(store, 2)
    for minute in range(3):
        await deliver(store, platform, NOW + minute * MINUTE)

    assert await edits(store, made) == {"failed": 2, "posted": 1}
    failed = await store.edits(made, 9, state="failed")
    assert {edit.error for edit in failed} == {"the message is gone"}
    assert {edit.channel for edit in failed} == {channel for channel, _, _ in platform.ledger[:2]}
    (notice,) = stands(platform, "moderators")
    assert "story-2" in notice
    assert "the message is gone" in notice
    await retract(store, 2)
    await deliver(store, platform, NOW + 5 * MINUTE)
    assert len(stands(platform, "moderators")) == 2


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_channel_is_told_where_its_workspace_wants_that(store, wanted):
    await store.join(make_workspace(replies=wanted), None)
    platform = await posted(store)
    platform.edit_faults = ["reject"]

    await correct(store, 2)
    await deliver(store, platform)

    replies = stands(platform)[1:]
    assert len(replies) == wanted
    assert all(text.startswith(phrase("copy.instead", "en")) for text in replies)
    assert all("NEW en" in text and "Title 1" not in text for text in replies)


async def test_what_was_posted_instead_is_itself_corrected(store):
    await store.join(make_workspace(replies=True), None)
    platform = await posted(store)
    platform.deleted = {"message-1"}
    await correct(store)
    await deliver(store, platform)
    assert "NEW en" in stands(platform)[1]

    await retract(store)
    await deliver(store, platform, NOW + MINUTE)

    assert RETRACTED in stands(platform)[1]
    assert "NEW en" not in "".join(stands(platform)[1:])


async def test_a_reply_goes_where_the_copy_stands(store):
    """In a thread, into that: it has the opener of the message that cannot be edited."""
    await store.join(make_workspace(replies=True), None)
    platform = await posted_in_a_thread(store)
    platform.edit_faults = ["", "reject"]

    await correct(store)
    await deliver(store, platform, NOW + MINUTE)

    reply = next(
        post for post in platform.posts if plain_text(post.message).startswith(phrase("copy.instead", "en"))
    )
    assert (reply.opener, reply.message.in_thread) == ("message-1", True)


async def test_in_a_lost_channel_edits_fail_and_its_subscription_goes_on(store):
    """Nor is anything posted there instead."""
    await store.join(make_workspace(replies=True), None)
    platform = await posted(store)
    platform.edit_faults = ["lose channel"]

    made = await correct(store)
    await deliver(store, platform)

    assert await edits(store, made) == {"failed": 1}
    assert (await store.subscription(make_channel())).state == "active"
    assert len(stands(platform)) == 1


async def test_edits_wait_while_the_workspace_has_signed_the_bot_out(store):
    platform = await posted(store)
    platform.edit_faults = ["sign out"] * 2

    made = await correct(store)
    await deliver(store, platform)
    assert await edits(store, made) == {"planned": 1}
    assert (await store.subscription(make_channel())).trouble

    await deliver(store, platform, NOW + 240 * MINUTE)
    await deliver(store, platform, NOW + 480 * MINUTE)
    assert await edits(store, made) == {"posted": 1}


async def test_an_edit_that_never_gets_an_answer_is_given_up_and_can_be_tried_again(store):
    platform = await posted(store)
    platform.edit_faults = ["lose before"] * MAX_DOUBTS
    made = await correct(store)

    for hour in range(MAX_DOUBTS):
        await deliver(store, platform, NOW + hour * 61 * MINUTE)
    (failed,) = await store.edits(made, 9, state="failed")
    assert f"after {MAX_DOUBTS} attempts" in failed.error

    assert await store.retry(failed.id, NOW) == 1
    await deliver(store, platform, NOW + 9_000 * MINUTE)
    assert len(platform.edited) == 1
    assert await edits(store, made) == {"posted": 1}


async def test_a_worker_that_wakes_past_its_lease_settles_no_edit(store):
    platform = await posted(store)
    made = await correct(store)
    now = NOW

    class Asleep(PretendPlatform):
        ledger = platform.ledger

        async def edit(self, post, message_id):
            """Sleep on while somebody else takes over."""
            nonlocal now
            now += (LEASE_S + 1) * MINUTE / 60
            await Outbox(store, platform, lambda: now, "awake").drain()

    sleeper = Asleep()
    await Outbox(store, sleeper, lambda: now, "sleeper").drain()

    assert len(platform.edited) == 1
    (edit,) = await store.edits(made, 9)
    assert (edit.state, edit.attempt) == ("posted", 2)


async def test_a_notice_of_moderators_and_a_reply_never_take_the_place_of_the_copy(store):
    await store.join(make_workspace(replies=True), None)
    platform = await posted(store)
    platform.edit_faults = ["reject"]
    await correct(store)
    await deliver(store, platform)

    copy = next(post for post in await store.posts(make_channel(), 9) if post.kind == "digest")
    assert "Title 1" in plain_text(copy.message)
