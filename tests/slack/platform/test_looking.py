"""Looking for what stands on Slack, editing it, and telling of trouble."""

import asyncio
from datetime import timedelta

import pytest

from adapters.slack.posting.platform import MODERATORS
from adapters.slack.scopes import SCOPES
from bot.errors import ChannelLost, PostDelayed, PostRejected
from bot.message import paragraph
from bot.model import Channel, WorkspaceId
from bot.run import utc_now
from tests.factories import make_message
from tests.fakes.slack.reading import text_of
from tests.slack.platform.answers import found


# Looking.
async def test_only_our_own_message_with_the_key_is_found(world, server):
    await world.platform.post(world.post(key="other"))
    member = server.member(world.team)
    spoof = await world.platform.post(world.post(key="digest.1"))
    [message] = [one for one in world.standing() if one.ts == spoof]
    message.from_bot, message.user = False, member.id

    assert await found(world, world.post(key="digest.1")) is None


async def test_a_key_is_found_behind_many_messages(world, server):
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    member = server.member(world.team)
    for number in range(450):
        member.say(world.news, f"chatter {number}")

    assert await found(world, post) == ts
    assert [name for name, _ in server.calls].count("conversations.history") == 3


@pytest.mark.parametrize("kind", ["public", "private", "with one person", "with several people"])
async def test_with_the_scopes_of_the_manifest_a_key_is_found_wherever_it_may_stand(world, server, kind):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(SCOPES)
    mika = server.user(world.team, "Mika")
    place = {
        "public": lambda: server.channel(world.team),
        "private": lambda: server.channel(world.team, private=True),
        "with one person": lambda: server.direct_channel(world.team, mika.id),
        "with several people": lambda: server.group_message(world.team, mika),
    }[kind]()
    post = world.post(place)

    ts = await world.platform.post(post)

    assert await found(world, post) == ts


async def test_what_goes_to_a_person_is_found_and_edited_in_the_conversation_with_them(world, server):
    mika = server.user(world.team, "Mika")
    alone = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=mika.id)
    post = world.post(channel=alone)

    ts = await world.platform.post(post)

    assert await found(world, post) == ts
    await world.platform.edit(world.post(channel=alone, message=make_message(blocks=(paragraph("New"),))), ts)
    (message,) = world.standing(server.direct_channel(world.team, mika.id))
    assert text_of(message) == "New"
    assert [name for name, _ in server.calls].count("conversations.open") == 1


async def test_somebody_who_is_not_there_takes_no_messages(world):
    nobody = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id="U0NOBODY")

    with pytest.raises(ChannelLost) as raised:
        await world.platform.post(world.post(channel=nobody))

    assert raised.value.why == "deleted"


async def test_a_conversation_that_cannot_be_opened_just_now_takes_nothing(world, server):
    mika = server.user(world.team, "Mika")
    alone = Channel(platform="slack", workspace=WorkspaceId(world.team.id), id=mika.id)
    server.faults.add("500", method="conversations.open")

    with pytest.raises(PostDelayed):
        await world.platform.post(world.post(channel=alone))


async def test_a_key_in_a_thread_is_found(world):
    opener = await world.platform.post(world.post(key="digest.1"))
    part = world.post(key="digest.2", opener=opener, message=make_message(in_thread=True))
    ts = await world.platform.post(part)

    assert await found(world, part) == ts
    assert await found(world, world.post(key="digest.3", opener=opener, message=part.message)) is None


async def test_what_was_posted_before_is_not_looked_at(world):
    await world.platform.post(world.post())

    assert await world.platform.find(world.post(), utc_now() + timedelta(minutes=6)) is None


@pytest.mark.parametrize(
    ("without", "told"),
    [("channels:history", "may not read messages there (missing_scope: channels:history)")],
)
async def test_a_history_that_is_not_shown_never_means_that_nothing_stands(world, server, without, told):
    token = server.tokens[world.team.bot_token]
    token.scopes = tuple(scope for scope in token.scopes if scope != without)

    with pytest.raises(PostDelayed) as raised:
        await found(world, world.post())

    assert told in str(raised.value)


async def test_a_bot_outside_a_private_channel_cannot_tell(world, server):
    place = server.channel(world.team, private=True)
    await world.platform.post(world.post(place))
    server.faults.add("not_in_channel", method="conversations.history")

    with pytest.raises(PostDelayed) as raised:
        await found(world, world.post(place))

    assert "cannot tell" in str(raised.value)


@pytest.mark.parametrize("fault", ["500", "hang", "html", "internal_error", "truncated"])
async def test_a_look_that_fails_is_a_delay(world, server, fault):
    server.faults.add(fault, method="conversations.history")

    with pytest.raises(PostDelayed):
        await found(world, world.post())


async def test_a_search_goes_on_where_slack_had_it_stop(world, server):
    """An app sold outside the Marketplace reads 15 messages a minute."""
    server.limits.commercial = True
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    member = server.member(world.team)
    for number in range(20):
        member.say(world.news, f"chatter {number}")

    with pytest.raises(PostDelayed) as raised:
        await found(world, post)
    assert 50 <= raised.value.retry_after_s <= 60

    minute_is_over(world)

    assert await found(world, post) == ts


async def test_what_was_posted_while_a_search_had_stopped_is_found(world, server):
    """Another process posted it, and nobody saw the end of that."""
    server.limits.commercial = True
    member = server.member(world.team)
    for number in range(20):
        member.say(world.news, f"chatter {number}")
    post = world.post(key="digest.1")
    with pytest.raises(PostDelayed):
        await found(world, post)

    ts = await world.platform.post(post)

    minute_is_over(world)
    with pytest.raises(PostDelayed):  # the old messages, and no more for this minute
        await found(world, post)
    minute_is_over(world)
    assert await found(world, post) == ts
    pages = [name for name, _ in server.calls if name == "conversations.history"]
    assert len(pages) == 3 + 2  # and two that were refused


def minute_is_over(world):
    """Let Slack show one more page to an app sold outside the Marketplace."""
    world.server.limits = type(world.server.limits)(1.0)
    world.server.limits.commercial = True
    world.platform._turns._held.clear()


# Telling.
async def test_whoever_set_something_last_is_told_where_nobody_is_known_to_have_installed_the_app(
    world, server
):
    team = WorkspaceId(world.team.id)
    olga = server.member(world.team)
    assert await world.platform.desk(team) is None
    await world.store.keep(MODERATORS, team, olga.id, team)

    assert (await world.platform.desk(team)).id == server.direct_channel(world.team, olga.id).id


# Editing.
async def test_an_edit_takes_the_place_of_the_message_and_keeps_its_key(world):
    post = world.post(key="digest.1")
    ts = await world.platform.post(post)
    after = world.post(key="digest.1", message=make_message(blocks=(paragraph("Corrected"),)))

    await world.platform.edit(after, ts)
    await world.platform.edit(after, ts)

    [message] = world.standing()
    assert text_of(message) == "Corrected"
    assert await found(world, post) == ts


async def test_an_edit_whose_blocks_are_refused_becomes_text(world, server):
    ts = await world.platform.post(world.post())
    server.faults.add("invalid_blocks", method="chat.update")

    await world.platform.edit(world.post(message=make_message(blocks=(paragraph("Corrected"),))), ts)

    [message] = world.standing()
    assert (message.blocks, message.text) == ([], "Corrected")
    edits = [arguments for name, arguments in server.calls if name == "chat.update"]
    assert [edit["parse"] for edit in edits] == ["none", "none"]


async def test_an_edit_of_what_is_gone_is_rejected(world):
    with pytest.raises(PostRejected, match="message_not_found"):
        await world.platform.edit(world.post(), "1700000000.000001")


async def test_an_edit_that_comes_too_late_is_rejected(world, server):
    ts = await world.platform.post(world.post())
    server.faults.add("edit_window_closed", method="chat.update")

    with pytest.raises(PostRejected, match="edit_window_closed"):
        await world.platform.edit(world.post(), ts)


# The rest.
async def test_a_group_is_called_and_nobody_else(world, server):
    group = server.usergroup(world.team, "editors")

    await world.platform.post(world.post(message=make_message(mention=group.id)))

    [message] = world.standing()
    assert message.blocks[0]["elements"][0]["elements"] == [{"type": "usergroup", "usergroup_id": group.id}]


async def test_a_workspace_is_posted_to_evenly(world, server):
    places = [server.channel(world.team, f"news-{number}") for number in range(8)]
    began = asyncio.get_running_loop().time()

    await asyncio.gather(*(world.platform.post(world.post(place)) for place in places))

    assert asyncio.get_running_loop().time() - began > 1.2  # 5 a second
