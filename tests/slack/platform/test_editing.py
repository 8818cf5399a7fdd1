"""Messages on Slack that are edited later: what stands there is seen, and what stands in the way is told."""

import pytest

from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import paragraph
from tests.factories import make_message
from tests.fakes.slack.reading import text_of

BEFORE = make_message(blocks=(paragraph("One story"),))
AFTER = make_message(blocks=(paragraph("One story, corrected"),))


@pytest.mark.parametrize("threaded", [False, True])
async def test_what_stands_there_is_seen_in_the_channel_and_in_a_thread(world, threaded):
    opener = await world.platform.post(world.post(key="digest.1"))
    before, after = (
        world.post(key="digest.2", opener=opener, message=make_message(blocks=text, in_thread=threaded))
        for text in (BEFORE.blocks, AFTER.blocks)
    )
    ts = await world.platform.post(before)

    assert await world.platform.shows(before, ts)
    assert not await world.platform.shows(after, ts)
    await world.platform.edit(after, ts)
    assert await world.platform.shows(after, ts)
    assert not await world.platform.shows(before, ts)


async def test_a_part_whose_thread_is_gone_is_seen_in_the_channel(world):
    message = make_message(blocks=BEFORE.blocks, in_thread=True)
    post = world.post(opener="1700000000.000001", message=message)
    ts = await world.platform.post(post)

    assert await world.platform.shows(post, ts)


async def test_an_edit_whose_answer_was_lost_is_seen_to_be_done(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add("accept, 500", method="chat.update")
    with pytest.raises(PostUncertain):
        await world.platform.edit(world.post(message=AFTER), ts)

    assert await world.platform.shows(world.post(message=AFTER), ts)


async def test_an_edit_that_became_text_shows_what_it_should(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add("invalid_blocks", method="chat.update")

    await world.platform.edit(world.post(message=AFTER), ts)

    assert await world.platform.shows(world.post(message=AFTER), ts)


async def test_what_is_gone_or_may_not_be_read_is_not_seen(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add("missing_scope", method="conversations.history")
    assert not await world.platform.shows(world.post(message=BEFORE), ts)

    world.standing()[0].is_deleted = True

    assert not await world.platform.shows(world.post(message=BEFORE), ts)
    with pytest.raises(PostRejected, match="message_not_found"):
        await world.platform.edit(world.post(message=AFTER), ts)


@pytest.mark.parametrize("fault", ["429 one", "500", "html", "internal_error"])
async def test_a_slack_that_cannot_tell_now_is_asked_again_later(world, server, fault):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add(fault, method="conversations.history")

    with pytest.raises(PostDelayed):
        await world.platform.shows(world.post(message=BEFORE), ts)


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_what_cannot_be_edited_any_more_is_given_up_and_its_channel_is_not_lost(world, server, code):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add(code, method="chat.update")

    with pytest.raises(PostRejected, match=code) as raised:
        await world.platform.edit(world.post(message=AFTER), ts)

    assert not isinstance(raised.value, ChannelLost)


async def test_what_is_too_long_even_as_text_is_given_up(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add("msg_too_long", "msg_too_long", method="chat.update")

    with pytest.raises(PostRejected, match="msg_too_long"):
        await world.platform.edit(world.post(message=AFTER), ts)


async def test_a_message_in_an_archived_channel_waits_for_it(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.archive(world.news)

    with pytest.raises(ChannelLost) as raised:
        await world.platform.edit(world.post(message=AFTER), ts)

    assert raised.value.why == "archived"


async def test_a_failure_of_slacks_own_is_tried_again(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    server.faults.add("update_failed", method="chat.update")

    with pytest.raises(PostUncertain):
        await world.platform.edit(world.post(message=AFTER), ts)


async def test_a_correction_of_many_copies_meets_no_limit_and_lets_new_posts_pass(world, server):
    ts = await world.platform.post(world.post(message=BEFORE))
    for number in range(50):
        await world.platform.edit(world.post(message=make_message(blocks=(paragraph(f"{number}"),))), ts)

    with pytest.raises(PostDelayed) as raised:
        await world.platform.edit(world.post(message=AFTER), ts)

    assert 0 < raised.value.retry_after_s <= 60
    assert not raised.value.everywhere
    assert [name for name, _ in server.calls].count("chat.update") == 50
    assert text_of(world.standing()[0]) == "49"
    await world.platform.post(world.post(key="digest.2"))
