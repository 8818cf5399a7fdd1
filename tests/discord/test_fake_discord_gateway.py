"""The pretend Discord's gateway, tried by the real client: sessions, events, and how connections end."""

import asyncio

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fakes.discord.client import connected, world
from tests.fakes.discord.gateway import Session
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving
from tests.waiting import until


@pytest.mark.parametrize("close_code", [4000, 1001, None])
async def test_what_happens_while_a_connection_is_cut_is_told_when_it_is_taken_up_again(close_code):
    async with world() as (server, guild, channel, client):
        alice = guild.member("alice")
        server.gateway.drop(close_code=close_code)

        answer = await alice.command(channel, "ask", query="deepseek")

        assert answer.text == "deepseek"
        assert client.heard == ["deepseek"]
        assert server.gateway.identified == 1
        assert server.gateway.resumed == 1


async def test_twenty_cuts_in_the_middle_of_commands_lose_none():
    async with world() as (server, guild, channel, client):
        alice = guild.member("alice")

        for number in range(20):
            begun = alice.begin_command(channel, "ask", query=str(number))
            server.gateway.drop(close_code=None if number % 2 else 1001)
            await alice.answered(begun)

        assert channel.texts == client.heard == [str(number) for number in range(20)]
        assert server.gateway.identified == 1


async def test_two_clients_of_one_shard_hear_everything_and_only_one_can_answer():
    async with world() as (server, guild, channel, client):
        url = Route.BASE
        async with connected(server, url) as other:
            alice = guild.member("alice")

            await alice.command(channel, "ask", query="deepseek")
            await until(lambda: server.statuses[400] == 1)

            assert client.heard == other.heard == ["deepseek"]
            assert channel.texts == ["deepseek"]


async def test_an_event_can_come_twice():
    async with world() as (server, guild, channel, client):
        answer = await guild.member("alice").command(channel, "ask", query="deepseek")

        server.interactions.tell_again(answer)
        await until(lambda: server.statuses[400] == 1)

        assert client.heard == ["deepseek", "deepseek"]
        assert channel.texts == ["deepseek"]


async def test_administrators_change_what_the_client_knows():
    async with world() as (_server, guild, channel, client):
        new = guild.forum("f", tags=["AI"])
        role = guild.role("readers")
        channel.rename("news-2")
        await until(lambda: client.get_channel(channel.id).name == "news-2")
        known = client.get_guild(guild.id)
        assert (known.get_role(role.id).name, known.get_channel(new.id).name) == ("readers", "f")

        channel.allow(guild.everyone, deny=Permission.SEND_MESSAGES)
        role.delete()
        new.delete()
        await until(lambda: client.get_channel(new.id) is None)
        assert known.get_role(role.id) is None
        assert not known.get_channel(channel.id).permissions_for(known.me).send_messages


async def test_an_outage_is_no_kick_and_a_kick_is():
    async with world() as (_server, guild, _channel, client):
        guild.fail()
        await until(lambda: "guild_unavailable" in client.happened)
        guild.recover()
        await until(lambda: client.happened.count("guild_available") == 2)
        assert "guild_remove" not in client.happened

        guild.kick_bot()
        await until(lambda: not client.guilds)
        guild.invite_bot(Permission.SEND_MESSAGES)
        await until(lambda: "guild_join" in client.happened)
        assert client.get_guild(guild.id).me.guild_permissions.send_messages


async def test_a_session_that_is_no_longer_valid_begins_anew():
    async with world() as (server, guild, channel, _client):
        server.gateway.invalidate()
        await until(lambda: server.gateway.identified == 2)

        answer = await guild.member("alice").command(channel, "ask", query="deepseek")

        assert answer.text == "deepseek"
        assert server.gateway.resumed == 0


async def test_a_client_that_is_asked_to_connect_anew_does():
    async with world() as (server, guild, channel, _client):
        server.gateway.reconnect()
        await until(lambda: server.gateway.resumed == 1)

        answer = await guild.member("alice").command(channel, "ask", query="deepseek")

        assert answer.text == "deepseek"
        assert server.gateway.identified == 1


async def test_privileged_intents_must_be_granted():
    server = DiscordServer()
    server.guild()
    wanted = discord.Intents(guilds=True, message_content=True)
    async with serving(server) as url:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with connected(server, url, intents=wanted):
                pass
        server.gateway.granted_intents = wanted.value
        async with connected(server, url, intents=wanted) as client:
            assert client.guilds

    assert server.gateway.closed_with == [4014]


async def test_a_token_that_is_made_anew_ends_the_connection():
    async with world() as (server, _guild, _channel, client):
        server.revoke()
        await until(client.is_closed)

        assert server.gateway.shards_connected == set()


async def test_without_the_intent_no_messages_are_told_and_with_it_no_text_of_others():
    server = DiscordServer()
    channel = server.guild().text("news")
    alice = channel.guild.member("alice")
    async with serving(server) as url, connected(server, url) as client:
        alice.say(channel, "hello")
        channel.rename("news-2")
        await until(lambda: "guild_channel_update" in client.happened)
        assert "message" not in client.happened

    async with (
        serving(server) as url,
        connected(server, url, intents=discord.Intents(guilds=True, guild_messages=True)) as client,
    ):
        heard = []
        client.on_message = lambda message: heard.append(message.content) or asyncio.sleep(0)
        alice.say(channel, "hello")
        await client.get_channel(channel.id).send("own")
        await until(lambda: len(heard) == 2)
        assert heard == ["", "own"]


CLOSES = {
    "no JSON": ("x", 4002),
    "an unknown opcode": ('{"op": 99}', 4001),
    "not before IDENTIFY": ('{"op": 3, "d": {}}', 4003),
    "a wrong token": ('{"op": 2, "d": {"token": "x", "intents": 1}}', 4004),
    "a shard beyond the count": ('{"op": 2, "d": {"token": "token", "intents": 1, "shard": [2, 2]}}', 4010),
    "unknown intents": ('{"op": 2, "d": {"token": "token", "intents": 1073741824}}', 4013),
    "a sequence of the future": (
        '{"op": 6, "d": {"token": "token", "session_id": "known", "seq": 99}}',
        4007,
    ),
}


@pytest.mark.parametrize(("sent", "code"), CLOSES.values(), ids=CLOSES.keys())
async def test_a_client_that_errs_is_closed_with_the_code_for_it(sent, code):
    server = DiscordServer()
    server.gateway.sessions.append(Session("known", (0, 1), 1, None))
    async with serving(server), aiohttp.ClientSession() as session:
        socket = await session.ws_connect(server.gateway_url + "?v=10&encoding=json")
        hello = await socket.receive_json()
        await socket.send_str(sent)
        closed = await socket.receive()

    assert hello["op"] == 10
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_sessions_begin_no_faster_than_is_allowed():
    server = DiscordServer()
    server.gateway.identify_interval_s = 60.0
    identify = {"op": 2, "d": {"token": server.token, "intents": 1}}
    told = []
    async with serving(server), aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.ws_connect(server.gateway_url + "?v=10&encoding=json") as socket:
                await socket.receive_json()
                await socket.send_json(identify)
                told.append((await socket.receive_json())["op"])

    assert told == [0, 9]
    assert server.gateway.identified == 1
