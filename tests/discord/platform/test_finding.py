"""Finding and editing what stands on Discord, and where moderators are told things."""

from dataclasses import replace

import pytest

from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Heading, Message
from bot.model import WorkspaceId
from tests.discord.platform.posts import EDIT, HISTORY, OPEN, below, lately, named, post_to
from tests.factories import make_workspace
from tests.fakes.discord.permissions import Permission


# Finding.
async def test_only_the_bots_own_message_with_the_key_is_found(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news, key="other.1"))
    discord.accept_from(guild.owner, news, "digest.1")

    assert await platform.find(post_to(news), lately()) is None


async def test_a_message_is_found_behind_many_others(discord, platform, guild):
    discord.rates.scale = 0.0001
    news = guild.text("news")
    for number in range(250):
        discord.accept_from(guild.owner, news, f"{number}")
    id_ = await platform.post(post_to(news))
    discord.nonces.forget()

    assert await platform.find(post_to(news), lately()) == id_
    assert discord.asked[HISTORY] == 3


async def test_a_history_that_may_not_be_read_is_not_taken_for_an_empty_one(discord, platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.READ_MESSAGE_HISTORY)
    discord.faults.add("accept, reset")
    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))

    with pytest.raises(ChannelLost, match="missing: Read Message History"):
        await platform.find(post_to(news), lately())


async def test_a_history_that_cannot_be_read_now_is_no_answer(discord, platform, guild):
    discord.faults.add("503", on=HISTORY)

    with pytest.raises(PostDelayed):
        await platform.find(post_to(guild.text("news")), lately())


@pytest.mark.parametrize("archived", [False, True])
async def test_a_forums_post_whose_answer_is_lost_is_found(discord, platform, guild, archived):
    forum = guild.forum("news")
    await platform.post(post_to(forum, key="other.1"))
    discord.faults.add("accept, 500", on=OPEN)
    with pytest.raises(PostUncertain):
        await platform.post(post_to(forum))
    thread = forum.threads[1]
    if archived:
        thread.archive()

    assert await platform.find(post_to(forum), lately()) == f"{thread.id}/{thread.id}"
    assert await platform.find(post_to(forum, key="third.1"), lately()) is None
    assert len(forum.threads) == 2


async def test_a_message_in_a_thread_is_found_there(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    later = post_to(news, below(2), "digest.2", opener=opener)
    assert await platform.find(later, lately()) is None
    discord.faults.add("accept, reset")
    with pytest.raises(PostUncertain):
        await platform.post(later)

    (thread,) = news.threads
    assert await platform.find(later, lately()) == f"{thread.id}/{thread.messages[0].id}"


# Editing.
CORRECTED = Message((Heading("Today, corrected"),), "en")


@pytest.mark.parametrize("kind", ["text", "announcement", "forum"])
async def test_a_message_is_edited_wherever_it_stands_and_found_afterwards(discord, platform, guild, kind):
    channel = getattr(guild, kind)("news")
    id_ = await platform.post(post_to(channel))

    for _ in range(2):
        await platform.edit(post_to(channel, replace(CORRECTED, mention="1")), id_)

    assert discord.ledger[0].text.endswith("## Today, corrected")
    assert all(edit["allowed_mentions"] == {"parse": []} for edit in discord.ledger[0].edits)
    discord.nonces.forget()
    assert await platform.find(post_to(channel), lately()) == id_


async def test_a_message_in_an_archived_thread_is_edited_too(platform, guild):
    forum = guild.forum("news")
    id_ = await platform.post(post_to(forum))
    forum.threads[0].archive()

    await platform.edit(post_to(forum, CORRECTED), id_)

    assert forum.threads[0].texts == ["## Today, corrected"]


async def test_a_message_that_is_gone_cannot_be_edited(platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="gone"):
        await platform.edit(post_to(news, CORRECTED), id_)


async def test_too_many_edits_of_an_old_message_wait(discord, platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add("error 30046", on=EDIT)

    with pytest.raises(PostDelayed):
        await platform.edit(post_to(news, CORRECTED), id_)


# Where moderators are told things.
async def test_moderators_are_told_where_the_workspace_says(platform, store, guild):
    desk = guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)

    assert await platform.desk(workspace.id) == named(desk)


async def test_moderators_are_told_in_the_system_channel_otherwise(platform, guild):
    guild.system_channel = guild.text("general")

    assert await platform.desk(WorkspaceId(str(guild.id))) == named(guild.system_channel)


async def test_moderators_are_not_told_where_the_bot_may_not_speak(platform, guild):
    guild.system_channel = guild.text("general")
    guild.system_channel.allow(guild.everyone, deny=Permission.SEND_MESSAGES)

    assert await platform.desk(WorkspaceId(str(guild.id))) is None


async def test_moderators_are_told_elsewhere_where_their_channel_is_gone(platform, store, guild):
    guild.system_channel, desk = guild.text("general"), guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)
    desk.delete()

    assert await platform.desk(workspace.id) == named(guild.system_channel)


async def test_the_channel_of_moderators_stays_theirs_while_discord_cannot_tell(
    discord, platform, store, guild
):
    guild.system_channel, desk = guild.text("general"), guild.text("moderators")
    workspace = make_workspace(platform="discord", id=WorkspaceId(str(guild.id)), desk=str(desk.id))
    await store.join(workspace, None)
    discord.faults.add("503", on="GET /channels/{channel_id}")

    assert await platform.desk(workspace.id) == named(desk)


async def test_a_server_that_is_gone_has_no_desk(platform):
    assert await platform.desk(WorkspaceId("1")) is None
