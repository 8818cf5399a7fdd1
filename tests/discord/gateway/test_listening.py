"""Listening to Discord, and how it goes on after trouble."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from tests.discord.app import QUICK, world
from tests.discord.gateway.seen import SYNC
from tests.factories import make_story
from tests.waiting import PATIENCE_S, until


# Commands.
async def test_commands_are_told_once_and_again_only_where_they_changed(place):
    for _ in range(2):
        async with place.bot():
            pass
    assert place.server.commands.syncs == 1

    async with place.bot(ready=False) as bot:
        await bot.engine.store.keep("discord", "commands", "others")
    async with place.bot():
        assert place.server.commands.syncs == 2


async def test_the_commands_stand_in_both_languages(place):
    async with place.bot():
        reader = place.guild.member("reader", locale="ja")

        assert reader.sees(place.channel, "AIニュースに追加", kind=3) is False
        assert place.mika.sees(place.channel, "AIニュースに追加", kind=3)
        assert place.alice.sees(place.channel, "ai-news")
        assert not place.alice.sees(place.channel, "ai-news-mod")


async def test_commands_that_are_refused_keep_nobody_from_listening_and_are_told_later(place, monkeypatch):
    monkeypatch.setattr("adapters.discord.client.TELL_AGAIN_S", 0.1)
    async with place.bot():
        pass
    async with place.bot() as bot:
        await bot.engine.store.keep("discord", "commands", "those of an older version")
    place.server.faults.add("error 30034", "503", on=SYNC)

    async with place.bot() as bot:
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")
        await until(lambda: place.server.commands.syncs == 2)

        assert "Found for" in answer.text
        assert await bot.platform.trouble() == ""


async def test_no_privileged_intent_is_asked_for(place):
    async with place.bot():
        assert [session.intents for session in place.server.gateway.sessions] == [1]


# Trouble.
@pytest.mark.parametrize("close_code", [4000, None])
async def test_twenty_dropped_connections_leave_every_command_answered_once(place, close_code):
    place.server.interactions.to_answer_s = PATIENCE_S
    async with place.bot():
        answers = []
        for number in range(20):
            begun = place.alice.begin_command(place.channel, "ai-news", query="kumo")
            if number % 2:
                await asyncio.sleep(0.002)
            place.server.gateway.drop(close_code=close_code)
            answers.append(asyncio.create_task(place.alice.answered(begun)))
            await until(lambda: place.server.gateway.shards_connected == {0})
        answered = await asyncio.gather(*answers)

    assert all("Found for" in answer.text for answer in answered)
    assert all(answer.followups == [] for answer in answered)
    assert len([one for one in place.server.ledger if "Found for" in one.text]) == 20
    assert place.server.gateway.resumed >= 20
    assert place.server.gateway.identified == 1


@pytest.mark.parametrize("close_code", [4000, None])
async def test_twenty_dropped_connections_leave_every_change_made_once_and_every_share_shared_once(
    place, close_code
):
    place.server.interactions.to_answer_s = PATIENCE_S
    async with place.bot() as bot:
        await place.mika.command(place.channel, "ai-news-digest subscribe")
        await place.mika.command(place.channel, "ai-news-digest now")
        looked_up = [await place.alice.command(place.channel, "ai-news", query="kumo") for _ in range(20)]
        answers = {"now": [], "share": [], "change": []}
        for number, found in enumerate(looked_up, start=1):
            new = make_story(id=f"new-{number}", published_at=bot.engine.clock())
            await bot.engine.save([new], actor="tests", reason="it is news")
            now = place.mika.begin_command(place.channel, "ai-news-digest now")
            share = place.alice.begin_press(found.shown, "share")
            if number % 2:
                await asyncio.sleep(0.002)
            place.server.gateway.drop(close_code=close_code)
            # This one is told of when the connection is taken up again.
            change = place.mika.begin_command(place.channel, "ai-news-digest change", count=number + 1)
            answers["share"].append(await place.alice.answered(share))
            answers["now"].append(await place.mika.answered(now))
            answers["change"].append(await place.mika.answered(change))
            await until(lambda: place.server.gateway.shards_connected == {0})
        owed = await bot.engine.store.deliveries(None, 1_000)

    assert [one.text for one in answers["now"]] == ["-# Posted to the channel in a moment."] * 20
    assert [one.text for one in answers["share"]] == ["-# Shared with the channel."] * 20
    changed = [f"Up to {number} " in one.text for number, one in enumerate(answers["change"], start=2)]
    assert changed == [True] * 20
    assert all(one.followups == [] for answered in answers.values() for one in answered)
    assert Counter(delivery.kind for delivery in owed) == {"notice": 1, "digest": 21, "share": 20}
    assert place.server.statuses[400] == 0
    assert place.server.gateway.resumed >= 20


async def test_a_session_that_is_no_longer_valid_is_begun_anew(place):
    async with place.bot() as bot:
        place.server.gateway.invalidate()
        await until(lambda: place.server.gateway.identified == 2)
        await until(lambda: bot.gateway.is_listening)

        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

    assert "Found for" in answer.text


async def test_a_token_that_is_refused_at_the_start_is_told_and_nothing_more_is_asked(place, caplog):
    async with place.bot(token="wrong", ready=False) as bot:
        await until(bot.platform.trouble)
        asked = sum(place.server.asked.values())
        await asyncio.sleep(0.3)

        assert "refuses the bot's token" in await bot.platform.trouble()
        assert "refuses the bot's token" in caplog.text
        assert sum(place.server.asked.values()) == asked
        assert place.server.statuses[401] == 1


async def test_a_token_that_is_refused_later_stops_discord_and_nothing_else(place, caplog):
    async with place.bot() as bot:
        place.server.revoke()
        await until(bot.platform.trouble)

        assert "refuses the bot's token" in bot.gateway.trouble()
        assert not bot.gateway.is_listening
        assert await bot.engine.trouble() == {"store": "", "index": ""}


async def test_discord_is_asked_again_where_it_cannot_be_reached_at_first(place, caplog):
    place.server.faults.add("503", "503", on="GET /users/@me")
    async with place.bot() as bot:
        answer = await place.alice.command(place.channel, "ai-news", query="kumo")

        assert "Found for" in answer.text
        assert await bot.platform.trouble() == ""
        assert caplog.text.count("trying again") == 1


async def test_a_connection_that_never_comes_about_is_told(place, monkeypatch):
    monkeypatch.setattr(place.server.gateway, "_identify", lambda *_: None)
    async with place.bot(ready=False, terms=replace(QUICK, deaf_s=0.2)) as bot:
        await until(bot.platform.trouble)

        assert "has not been connected for" in await bot.platform.trouble()


async def test_a_connection_that_failed_after_a_good_while_is_tried_again_soon(place, caplog):
    terms = replace(QUICK, retry_s=0.1, longest_retry_s=0.4)
    async with place.bot(terms=terms) as bot:
        for _ in range(3):
            await asyncio.sleep(0.5)
            place.server.gateway.drop(close_code=4012)
            await until(lambda: not bot.gateway.is_listening)
            await until(lambda: bot.gateway.is_listening)

    assert caplog.text.count("trying again in 0.1 s") == 3


async def test_every_shard_has_to_be_connected(tmp_path):
    async with world(tmp_path, shards=2) as place, place.bot(discord_shards="0-1/2") as bot:
        client = bot.gateway._client
        client.dispatch("shard_disconnect", 1)
        await until(lambda: not bot.gateway.is_listening)
        client.dispatch("shard_resumed", 0)
        await asyncio.sleep(0.05)
        assert not bot.gateway.is_listening
        client.dispatch("shard_ready", 1)  # anew, of which AutoShardedClient tells no `ready`
        await until(lambda: bot.gateway.is_listening)
