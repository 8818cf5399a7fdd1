"""The pretend Discord, tried by the real client over real sockets: what members do, and what is posted."""

import discord
import pytest

from tests.fakes.discord.client import connected, world
from tests.fakes.discord.server import DiscordServer, serving
from tests.fakes.discord.users import NoAnswer, NotShown


async def test_a_client_logs_in_and_is_told_of_the_guilds_of_each_shard():
    server = DiscordServer(shards=2)
    guilds = [server.guild(f"guild {number}", shard=(number, 2)) for number in (0, 1)]
    guilds[1].forum("ニュース", tags=["AI"], requires_tag=True)

    async with serving(server) as url, connected(server, url) as client:
        assert client.user.id == server.bot.id
        assert {guild.id: guild.shard_id for guild in client.guilds} == {guilds[0].id: 0, guilds[1].id: 1}
        assert client.get_channel(guilds[1].channels[0].id).available_tags[0].name == "AI"
        readies = [session.sent[0]["d"] for session in server.gateway.sessions]
        assert {ready["shard"][0]: [int(one["id"]) for one in ready["guilds"]] for ready in readies} == {
            0: [guilds[0].id],
            1: [guilds[1].id],
        }


async def test_commands_are_registered_and_typed_and_answered():
    async with world() as (server, guild, channel, _client):
        alice = guild.member("alice", locale="ja")

        answer = await alice.command(channel, "ask", query="deepseek")

        assert (server.commands.syncs, server.commands.creates) == (1, 2)
        assert answer.text == "deepseek"
        assert not answer.ephemeral
        assert answer.response in channel.messages
        assert answer.at < answer.acknowledged_at < server.now()
        assert server.violations == []


async def test_a_promised_answer_comes_later_for_the_asker_alone():
    async with world() as (server, guild, channel, _client):
        alice = guild.member("alice")

        answer = await alice.command(channel, "ask", query="deepseek", slowly=True)

        assert answer.deferred
        assert answer.ephemeral
        assert answer.text == "deepseek"
        assert channel.messages == []
        assert server.ledger == [answer.response]
        assert server.violations == []


async def test_buttons_modals_autocomplete_and_the_context_menu_work():
    async with world() as (server, guild, channel, _client):
        alice = guild.member("alice")
        answer = await alice.command(channel, "ask", query="deepseek")

        offered = await alice.autocomplete(channel, "ask", "query", "de")
        added = await alice.use_on_message("Add to AI news", alice.say(channel, "Look at this"))
        opened = await alice.press(answer.response, "Add")
        told = await alice.submit(opened, Title="A headline")
        pressed = await alice.press(answer.response, "why")

        assert offered == [("de 0", "de0"), ("de 1", "de1"), ("de 2", "de2")]
        assert added.text == "added: Look at this"
        assert told.text == "A headline: news"
        assert pressed.text == answer.text == f"because of {answer.response.id}"
        assert server.violations == []


async def test_a_nonce_that_is_known_posts_nothing_and_one_that_is_forgotten_does():
    async with world() as (server, _guild, channel, client):
        place = client.get_partial_messageable(channel.id)

        first = await place.send("news", nonce="delivery-1")
        again = await place.send("news", nonce="delivery-1")
        server.nonces.forget()
        doubled = await place.send("news", nonce="delivery-1")
        channel.messages[-1].delete()
        with pytest.raises(discord.NotFound) as gone:
            await place.send("news", nonce="delivery-1")

        assert first.id == again.id != doubled.id
        assert gone.value.code == 10008
        assert [message.nonce for message in server.ledger] == ["delivery-1", "delivery-1"]


async def test_the_library_waits_where_it_is_told_to():
    async with world("429 route", "429 global", rate_scale=0.01) as (server, _guild, channel, client):
        place = client.get_partial_messageable(channel.id)

        for number in range(12):
            await place.send(f"news {number}")

        assert channel.texts == [f"news {number}" for number in range(12)]
        assert server.refused == 2


async def test_a_member_sees_that_nobody_answers():
    async with world() as (server, guild, channel, client):
        server.interactions.to_answer_s = 0.05
        client.ask = None
        server.gateway.sessions.clear()
        alice = guild.member("alice")

        with pytest.raises(NoAnswer):
            await alice.command(channel, "ask", query="deepseek")
        with pytest.raises(NotShown):
            await alice.command(channel, "tell", query="deepseek")
