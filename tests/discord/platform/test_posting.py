"""Posting to Discord."""

from dataclasses import replace

import pytest

from adapters.discord.showing.buttons import command_of
from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Button, Buttons, Message, paragraph
from bot.model import Channel, WorkspaceId
from tests.discord.platform.posts import (
    TODAY,
    below,
    named,
    post_to,
)
from tests.factories import make_post
from tests.fakes.discord.permissions import Permission


# Posting.
async def test_a_post_stands_in_its_channel_under_its_nonce(discord, platform, guild):
    news = guild.text("news")

    id_ = await platform.post(post_to(news))

    (message,) = discord.ledger
    assert (id_, message.nonce) == (str(message.id), "digest.1")
    assert message.channel is news
    assert message.text == "## Today\nOne story."
    assert discord.violations == []


async def test_the_same_post_again_stands_once(discord, platform, guild):
    news = guild.text("news")

    ids = [await platform.post(post_to(news)) for _ in range(2)]

    assert ids == [str(discord.ledger[0].id)] * 2
    assert len(discord.ledger) == 1


async def test_nobody_is_called_but_the_role_that_a_message_mentions(discord, platform, guild):
    news = guild.text("news")
    role, other = guild.role("readers", mentionable=True), guild.role("others", mentionable=True)
    text = paragraph(f"@everyone <@&{other.id}>")

    await platform.post(post_to(news, Message((text,), "en", mention=str(role.id))))

    assert discord.ledger[0].pings == {str(role.id)}


@pytest.mark.parametrize("mention", ["here", "1> @everyone <@1", ""])
async def test_a_mention_that_is_no_id_calls_nobody(discord, platform, guild, mention):
    await platform.post(post_to(guild.text("news"), replace(TODAY, mention=mention)))

    assert discord.ledger[0].pings == set()
    assert discord.ledger[0].text == "## Today\nOne story."


async def test_a_channel_of_another_server_gets_nothing(discord, platform, guild):
    foreign = discord.guild("other").text("news")
    channel = replace(named(foreign), workspace=WorkspaceId(str(guild.id)))

    with pytest.raises(ChannelLost, match="another server"):
        await platform.post(make_post(channel=channel))

    assert discord.ledger == []


@pytest.mark.parametrize("id_", ["", "news", "12", "1" * 25, "../@me"])
async def test_an_id_that_names_no_channel_is_lost(platform, guild, id_):
    channel = Channel(platform="discord", workspace=WorkspaceId(str(guild.id)), id=id_)

    with pytest.raises(ChannelLost) as caught:
        await platform.post(make_post(channel=channel))

    assert caught.value.why == "deleted"


async def test_a_channel_that_was_deleted_after_a_post_is_lost(platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    news.delete()

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(news, key="digest.2"))

    assert caught.value.why == "deleted"


async def test_a_permission_that_is_missing_is_named(platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.SEND_MESSAGES)

    with pytest.raises(ChannelLost, match="missing: Send Messages") as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "no_permission"


async def test_a_permission_that_threads_need_is_named(platform, guild):
    news = guild.text("news")
    news.allow(guild.bot, deny=Permission.CREATE_PUBLIC_THREADS)
    opener = await platform.post(post_to(news))

    with pytest.raises(ChannelLost, match="missing: Create Public Threads"):
        await platform.post(post_to(news, below(2), "digest.2", opener=opener))


async def test_a_permission_is_called_in_a_forum_as_discord_calls_it_there(platform, guild):
    forum = guild.forum("forum")
    forum.allow(guild.bot, deny=Permission.SEND_MESSAGES)

    with pytest.raises(ChannelLost, match="missing: Create Posts"):
        await platform.post(post_to(forum))


async def test_a_channel_that_is_hidden_from_the_bot_is_lost(platform, guild):
    news = guild.text("news")
    news.allow(guild.everyone, deny=Permission.VIEW_CHANNEL)

    with pytest.raises(ChannelLost, match="cannot see") as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "no_permission"


async def test_a_server_that_put_the_bot_out_has_signed_it_out(platform, guild):
    news = guild.text("news")
    guild.kick_bot()

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(news))

    assert caught.value.why == "signed_out"


async def test_a_server_that_put_the_bot_out_is_not_taken_for_another_loss_while_discord_does_not_answer(
    discord, platform, guild
):
    news = guild.text("news")
    await platform.post(post_to(news))
    guild.kick_bot()
    discord.faults.add("500", "500", "500", on="GET /guilds/{guild_id}")

    with pytest.raises(PostDelayed):
        await platform.post(post_to(news, key="digest.2"))


async def test_a_channel_that_is_seen_again_is_not_lost(discord, platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add("error 50001")
    discord.faults.add("error 50001", on="PATCH /channels/{channel_id}/messages/{message_id}")

    with pytest.raises(PostUncertain, match="sees it again"):
        await platform.post(post_to(news, key="digest.2"))
    with pytest.raises(PostUncertain, match="sees it again"):
        await platform.edit(post_to(news), id_)


async def test_a_message_that_was_posted_and_deleted_is_not_posted_again(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="deleted"):
        await platform.post(post_to(news))

    assert news.messages == []


# Buttons.
async def test_a_long_command_of_a_posted_button_is_kept(discord, platform, store, guild):
    command = "/ai-news " + "robot " * 30
    message = Message((paragraph("Story"), Buttons((Button("Why", command),))), "en")

    await platform.post(post_to(guild.text("news"), message))

    custom_id = discord.ledger[0].buttons["Why"]["custom_id"]
    assert await command_of(store, custom_id, WorkspaceId(str(guild.id))) == (command, None)
