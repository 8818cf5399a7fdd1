"""Threads, forums and announcements on Discord."""

from dataclasses import replace

import pytest

from bot.errors import ChannelLost, PostDelayed, PostRejected, PostUncertain
from bot.message import Heading, paragraph
from tests.discord.platform.posts import CROSSPOST, THREAD, TODAY, another, below, lately, post_to


async def test_a_thread_is_a_channel_as_any_other(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, replace(TODAY, in_thread=True), "digest.2", opener=opener))
    (thread,) = news.threads
    thread.archive()

    id_ = await platform.post(post_to(thread, key="other.1"))

    assert "/" not in id_
    assert thread.messages[-1].id == int(id_)
    assert await platform.find(post_to(thread, key="other.1"), lately()) == id_


async def test_a_locked_thread_that_cannot_be_opened_is_lost(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, replace(TODAY, in_thread=True), "digest.2", opener=opener))
    (thread,) = news.threads
    thread.archive(locked=True)
    thread.owner = guild.owner

    with pytest.raises(ChannelLost) as caught:
        await platform.post(post_to(thread, key="other.1"))

    assert caught.value.why == "archived"


async def test_later_messages_stand_in_the_thread_of_the_first_in_order(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))

    ids = [await platform.post(post_to(news, below(n), f"digest.{n}", opener=opener)) for n in range(2, 5)]

    (thread,) = news.threads
    assert thread.name == "Today"
    assert thread.texts == ["Story 2", "Story 3", "Story 4"]
    assert ids == [f"{thread.id}/{message.id}" for message in thread.messages]
    assert discord.asked[THREAD] == 1


async def test_a_thread_that_exists_already_is_used(discord, platform, store, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    await platform.post(post_to(news, below(2), "digest.2", opener=opener))
    async with another(discord, store) as fresh:
        await fresh.post(post_to(news, below(3), "digest.3", opener=opener))

    assert [thread.texts for thread in news.threads] == [["Story 2", "Story 3"]]


async def test_nothing_follows_an_opener_that_was_deleted(discord, platform, guild):
    news = guild.text("news")
    opener = await platform.post(post_to(news))
    news.messages[0].delete()

    with pytest.raises(PostRejected, match="deleted"):
        await platform.post(post_to(news, below(2), "digest.2", opener=opener))


async def test_a_forum_gets_a_new_post_with_title_and_tag(discord, platform, guild):
    forum = guild.forum("news", ["Weekly", "Daily"])
    titled = replace(TODAY, blocks=(Heading("News " * 40), paragraph("One story.")), tag="daily")

    id_ = await platform.post(post_to(forum, titled))

    (thread,) = forum.threads
    assert thread.name.startswith("News News")
    assert len(thread.name) == 100
    assert [tag.name for tag in forum.tags if tag.id in thread.applied_tags] == ["Daily"]
    assert id_ == f"{thread.id}/{thread.messages[0].id}"


async def test_later_messages_stand_in_the_forums_post(platform, guild):
    forum = guild.forum("news")
    opener = await platform.post(post_to(forum))

    await platform.post(post_to(forum, below(2), "digest.2", opener=opener))
    await platform.post(post_to(forum, replace(below(3), in_thread=False), "digest.3", opener=opener))

    assert [thread.texts for thread in forum.threads] == [["## Today\nOne story.", "Story 2", "Story 3"]]


async def test_a_forum_without_the_tag_gets_its_post_all_the_same(platform, guild):
    forum = guild.forum("news", ["Weekly"])

    await platform.post(post_to(forum, replace(TODAY, tag="daily")))

    assert [thread.applied_tags for thread in forum.threads] == [[]]


@pytest.mark.parametrize(("tag", "number"), [("weekly", 1), ("gone since", 0), ("", 0)])
async def test_a_forum_that_wants_a_tag_gets_the_one_wished_for_or_any(platform, guild, tag, number):
    forum = guild.forum("news", ["Daily", "Weekly"], requires_tag=True)

    await platform.post(post_to(forum, replace(TODAY, tag=tag)))

    assert [thread.applied_tags for thread in forum.threads] == [[forum.tags[number].id]]


async def test_a_forum_that_wants_a_tag_and_has_none_says_so(platform, guild):
    forum = guild.forum("news", [], requires_tag=True)

    with pytest.raises(PostRejected, match="has none"):
        await platform.post(post_to(forum))


async def test_nothing_more_goes_into_a_forums_post_that_was_deleted(platform, guild):
    forum = guild.forum("news")
    opener = await platform.post(post_to(forum))
    forum.threads[0].delete()

    with pytest.raises(PostRejected, match="closed or gone") as caught:
        await platform.post(post_to(forum, below(2), "digest.2", opener=opener))

    assert not isinstance(caught.value, ChannelLost)


async def test_an_announcement_is_published_once(discord, platform, guild):
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    id_ = await platform.post(post)
    assert await platform.find(post, lately()) == id_
    await platform.post(post)

    assert [message.crossposted for message in news.messages] == [True]
    assert discord.asked[CROSSPOST] == 1


@pytest.mark.parametrize("fault", ["500", "error 50013", "error 40033", "reset"])
async def test_an_announcement_stands_whatever_becomes_of_publishing(discord, platform, guild, fault):
    discord.faults.add(fault, fault, on=CROSSPOST)
    news = guild.announcement("news")

    id_ = await platform.post(post_to(news, replace(TODAY, publish=True)))

    assert [str(message.id) for message in news.messages] == [id_]


async def test_an_announcement_is_published_although_discord_was_in_trouble_for_a_moment(
    discord, platform, guild
):
    discord.faults.add("503", on=CROSSPOST)
    news = guild.announcement("news")

    await platform.post(post_to(news, replace(TODAY, publish=True)))

    assert [message.crossposted for message in news.messages] == [True]


async def test_an_announcement_is_published_when_the_limit_of_an_hour_lets_it(discord, platform, guild):
    discord.faults.add("429 huge", on=CROSSPOST)
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post)
    found = await platform.find(post, lately())

    assert caught.value.retry_after_s == 86_400
    assert [str(message.id) for message in news.messages] == [found]
    assert [message.crossposted for message in news.messages] == [True]


async def test_an_announcement_that_was_found_is_published_then(discord, platform, guild):
    discord.faults.add("accept, reset")
    news = guild.announcement("news")
    post = post_to(news, replace(TODAY, publish=True))

    with pytest.raises(PostUncertain):
        await platform.post(post)
    await platform.find(post, lately())

    assert [message.crossposted for message in news.messages] == [True]
