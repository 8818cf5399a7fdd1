"""Messages on Discord that are edited later: what stands there is seen, what stands in the way is told."""

import asyncio

import pytest

from bot.errors import ChannelLost, PostDelayed, PostRejected
from bot.message import Button, Buttons, Divider, Heading, Message, Note, Run, paragraph
from tests.discord.platform.posts import CROSSPOST, EDIT, another, below, post_to
from tests.fakes.discord.permissions import Permission

ONE = "GET /channels/{channel_id}/messages/{message_id}"
STORY = Message(
    (
        Heading("Today"),
        paragraph(" One story.  "),
        Note((Run("source"),)),
        Divider(),
        Buttons((Button(label="why", command="/ai-news robots view:why"),)),
    ),
    "en",
    mention="1",
)
CORRECTED = Message((Heading("Today, corrected"),), "en")


@pytest.mark.parametrize("kind", ["text", "announcement", "forum"])
async def test_what_stands_there_is_seen_wherever_it_stands(platform, guild, kind):
    channel = getattr(guild, kind)("news")
    id_ = await platform.post(post_to(channel, STORY))

    assert await platform.shows(post_to(channel, STORY), id_)
    assert not await platform.shows(post_to(channel, CORRECTED), id_)
    await platform.edit(post_to(channel, CORRECTED), id_)
    assert await platform.shows(post_to(channel, CORRECTED), id_)
    assert not await platform.shows(post_to(channel, STORY), id_)


async def test_an_edit_whose_answer_was_lost_is_seen_to_be_done(discord, platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add("accept, reset", on=EDIT)
    with pytest.raises(PostDelayed):
        await platform.edit(post_to(news, CORRECTED), id_)

    assert await platform.shows(post_to(news, CORRECTED), id_)


async def test_a_message_that_is_gone_shows_nothing_and_is_rejected(platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="gone"):
        await platform.shows(post_to(news), id_)


async def test_where_the_bot_may_not_read_it_is_edited_again(platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    news.allow(guild.bot, deny=Permission.READ_MESSAGE_HISTORY)

    assert not await platform.shows(post_to(news), id_)
    await platform.edit(post_to(news, CORRECTED), id_)


async def test_a_discord_that_cannot_tell_now_is_asked_again_later(discord, platform, guild):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add("503", on=ONE)

    with pytest.raises(PostDelayed):
        await platform.shows(post_to(news), id_)


async def test_a_message_in_a_closed_thread_is_given_up_and_its_channel_is_not_lost(platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    id_ = await platform.post(post_to(news, below(2), "digest.2", opener=opener))
    (thread,) = news.threads
    thread.archive(locked=True)
    thread.owner = guild.owner

    with pytest.raises(PostRejected, match="closed") as raised:
        await platform.edit(post_to(news, below(3), "digest.2", opener=opener), id_)

    assert not isinstance(raised.value, ChannelLost)


@pytest.mark.parametrize("code", [50005, 50021])
async def test_what_somebody_else_wrote_is_given_up(discord, platform, guild, code):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add(f"error {code}", on=EDIT)

    with pytest.raises(PostRejected):
        await platform.edit(post_to(news, CORRECTED), id_)


@pytest.mark.parametrize("code", [20022, 30046])
async def test_too_many_edits_wait(discord, platform, guild, code):
    news = guild.text("news")
    id_ = await platform.post(post_to(news))
    discord.faults.add(f"error {code}", on=EDIT)

    with pytest.raises(PostDelayed):
        await platform.edit(post_to(news, CORRECTED), id_)


async def test_an_edit_is_not_published_again(discord, platform, guild):
    channel = guild.announcement("news")
    published = Message((Heading("Today"),), "en", publish=True)
    id_ = await platform.post(post_to(channel, published))

    await platform.edit(post_to(channel, CORRECTED), id_)

    assert discord.asked[CROSSPOST] == 1
    assert channel.messages[0].crossposted


async def test_a_correction_of_100_copies_meets_no_limit(discord, store):
    discord.rates.scale = 1.0
    channels = [discord.guild().text("news") for _ in range(100)]
    async with another(discord, store) as platform:
        ids = await asyncio.gather(
            *(platform.post(post_to(channel, key=f"digest.{n}")) for n, channel in enumerate(channels))
        )
        await asyncio.gather(
            *(
                platform.edit(post_to(channel, CORRECTED, f"digest.{n}"), id_)
                for n, (channel, id_) in enumerate(zip(channels, ids, strict=True))
            )
        )

    assert {message.text for message in discord.ledger} == {"## Today, corrected"}
    assert discord.asked[EDIT] == 100
    assert discord.refused == 0
