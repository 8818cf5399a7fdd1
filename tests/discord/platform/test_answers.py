"""What Discord's answers mean for a post."""

import asyncio

import pytest
from discord.http import Route

from adapters.discord.posting.platform import DiscordPlatform
from bot.errors import ChannelLost, PostDelayed, PostUncertain
from tests.discord.platform.posts import (
    CHANNEL,
    CREATE,
    another,
    lately,
    post_to,
)
from tests.factories import make_channel, make_post

LOST_ANSWERS = ["reset", "close", "500", "502", "503", "504", "520", "524", "truncated", "html"]


@pytest.mark.parametrize("fault", [f"accept, {fault}" for fault in LOST_ANSWERS])
async def test_a_post_whose_answer_is_lost_is_found_when_the_nonce_is_forgotten(
    discord, platform, guild, fault
):
    news = guild.text("news")
    discord.faults.add(fault)

    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))
    discord.nonces.forget()

    assert await platform.find(post_to(news), lately()) == str(discord.ledger[0].id)
    assert discord.asked[CREATE] == 1


@pytest.mark.parametrize("fault", ["reset", "close", "500", "503", "html"])
async def test_a_post_that_never_came_is_in_doubt_and_not_found(discord, platform, guild, fault):
    news = guild.text("news")
    discord.faults.add(fault)

    with pytest.raises(PostUncertain):
        await platform.post(post_to(news))

    assert await platform.find(post_to(news), lately()) is None


@pytest.mark.parametrize(
    ("fault", "wait_s", "everywhere"),
    [
        ("429 route", 0.3, False),
        ("429 global", 0.3, True),
        ("429 shared", 0.3, False),
        ("429 zero", 0, False),
        ("429 huge", 86_400, False),
        ("429 no via", 1, True),
        ("429 html", 1, True),
        ("429 cloudflare", 600, True),
    ],
)
async def test_too_many_requests_are_told_and_not_waited_for(
    discord, platform, guild, fault, wait_s, everywhere
):
    discord.faults.add(fault)

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post_to(guild.text("news")))

    assert caught.value.retry_after_s == max(wait_s, 1)
    assert caught.value.everywhere is everywhere
    assert discord.asked[CREATE] == 1


async def test_a_429_that_says_nothing_is_told_too(discord, platform, guild):
    discord.faults.add("429 missing")

    with pytest.raises(PostDelayed) as caught:
        await platform.post(post_to(guild.text("news")))

    assert caught.value.retry_after_s is None


async def test_a_refused_token_stops_all_requests_and_is_told(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    discord.revoke()
    asked = []
    for number in range(3):
        with pytest.raises(PostDelayed, match="token") as caught:
            await platform.post(post_to(news, key=f"other.{number}"))
        assert caught.value.everywhere
        asked.append(discord.asked.total())

    assert len(set(asked)) == 1
    assert "AI_NEWS_DISCORD_TOKEN" in await platform.trouble()


async def test_a_token_that_was_wrong_from_the_start_is_told(discord, store, guild):
    news = guild.text("news")
    discord.revoke()
    async with another(discord, store, token="wrong.token.here") as platform:
        with pytest.raises(PostDelayed, match="token"):
            await platform.post(post_to(news))

        assert "AI_NEWS_DISCORD_TOKEN" in await platform.trouble()


async def test_a_discord_that_cannot_be_reached_delays(monkeypatch, store):
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1")
    platform = DiscordPlatform("token", store)

    with pytest.raises(PostDelayed, match="reached"):
        await platform.post(make_post(channel=make_channel(platform="discord", workspace="1", id="2")))

    await platform.close()


async def test_a_workspace_that_is_no_id_of_discords_has_no_channels(platform):
    with pytest.raises(ChannelLost, match="not an id"):
        await platform.post(make_post(channel=make_channel(platform="discord", workspace="home", id="2")))


async def test_what_a_post_asks_for_beside_it_counts_too_so_that_no_request_is_refused(discord, store):
    discord.rates.scale = 1.0
    channels = [discord.guild().text("news") for _ in range(60)]
    async with another(discord, store) as platform:
        await asyncio.gather(*(platform.post(post_to(channel)) for channel in channels))

    assert discord.asked[CHANNEL] == discord.asked[CREATE] == 60
    assert discord.refused == 0


@pytest.mark.parametrize(
    ("fault", "wait_s"),
    [("429 huge", 86_400), ("429 cloudflare", 600), ("429 html", 1), ("503", 5), ("html", 5)],
)
async def test_a_sign_in_that_fails_holds_up_every_channel(discord, platform, guild, fault, wait_s):
    news = guild.text("news")
    discord.faults.add(fault, on="GET /users/@me")

    posts = (platform.post(post_to(news, key=f"digest.{n}")) for n in range(3))
    failures = await asyncio.gather(*posts, return_exceptions=True)
    assert {type(failure) for failure in failures} == {PostDelayed}
    assert all(failure.everywhere for failure in failures)
    assert [failure.retry_after_s for failure in failures] == pytest.approx([wait_s] * 3, abs=1)
    assert discord.asked == {"GET /users/@me": 1}


async def test_a_sign_in_that_hangs_is_not_waited_for_by_each_in_turn(discord, platform, guild, monkeypatch):
    news = guild.text("news")
    monkeypatch.setattr("adapters.discord.rest.REQUEST_S", 0.2)
    discord.faults.add("hang", "hang", on="GET /users/@me")

    posts = (platform.post(post_to(news, key=f"digest.{n}")) for n in range(8))
    failures = await asyncio.gather(*posts, return_exceptions=True)

    assert {type(failure) for failure in failures} == {PostDelayed}
    assert discord.asked == {"GET /users/@me": 1}


async def test_nothing_is_posted_once_it_is_closed(discord, platform, guild):
    news = guild.text("news")
    await platform.post(post_to(news))
    await platform.close()

    with pytest.raises(PostDelayed, match="stopping"):
        await platform.post(post_to(news, key="digest.2"))


async def test_what_goes_wrong_before_the_post_leaves_no_doubt(discord, platform, guild):
    discord.faults.add("500", on="GET /channels/{channel_id}")

    with pytest.raises(PostDelayed):
        await platform.post(post_to(guild.text("news")))
