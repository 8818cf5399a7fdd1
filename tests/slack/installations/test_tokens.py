"""Tokens of Slack workspaces: encrypted, renewed, refused."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.slack.installing.cipher import Cipher, WrongKey
from adapters.slack.installing.installations import SHELF, Installations, Installed, lease_of
from bot.errors import ChannelLost, InvalidSettings, PostDelayed
from bot.model import WorkspaceId
from bot.run import utc_now
from bot.store import open_store
from tests.slack.connected import KEY, OTHER_KEY, Ahead, connected, many_settings
from tests.slack.installations.installing import install, kept, post_to, says
from tests.waiting import until


async def test_tokens_are_kept_encrypted_and_plain_ones_are_once_there_is_a_key(server, url, sqlite_url):
    team = server.team(installed=False)
    plain = many_settings(server, url)
    async with connected(server, plain, sqlite_url) as bot:
        await install(bot, server.member(team))
    assert team.bot_token in (await kept(sqlite_url))[team.id]

    async with connected(server, many_settings(server, url, secret_key=KEY), sqlite_url) as bot:
        await bot.platform.post(post_to(server.channel(team)))
    assert team.bot_token not in (await kept(sqlite_url))[team.id]


async def test_no_pair_that_another_process_has_just_renewed_is_overwritten_at_the_start(
    sqlite_url, monkeypatch
):
    store = await open_store(sqlite_url)
    before = Installed(id="T1", token="xoxb-1", installed_at=utc_now())
    elsewhere, here = (Installations(store, Cipher(key), utc_now) for key in (None, KEY))
    await elsewhere.save(before)
    shelf = store.shelf

    async def shelf_as_it_was(name):
        snapshot = await shelf(name)
        await elsewhere.save(replace(before, token="xoxb-2"))
        return snapshot

    monkeypatch.setattr(store, "shelf", shelf_as_it_was)
    assert await store.hold(lease_of("T1"), "another", utc_now(), 60.0)
    await here.seal_anew()
    assert "xoxb-2" in (await shelf(SHELF))["T1"]

    await store.let_go(lease_of("T1"), "another")
    await here.seal_anew()

    assert "xoxb-2" not in (await shelf(SHELF))["T1"]
    assert (await here.of("T1")).token == "xoxb-2"
    assert await store.hold(lease_of("T1"), "another", utc_now(), 60.0)
    await store.close()


async def test_another_key_is_refused_at_the_start_and_helps_beside_the_old_one(server, url, sqlite_url):
    team = server.team(installed=False)
    async with connected(server, many_settings(server, url, secret_key=KEY), sqlite_url) as bot:
        await install(bot, server.member(team))

    for wrong in ({}, {"secret_key": OTHER_KEY}):
        with pytest.raises(
            InvalidSettings, match="AI_NEWS_SECRET_KEY: tokens of Slack workspaces are encrypted"
        ):
            async with connected(server, many_settings(server, url, **wrong), sqlite_url):
                raise AssertionError("connected under another key")
    both = many_settings(server, url, secret_key=f"{OTHER_KEY}, {KEY}")
    async with connected(server, both, sqlite_url):
        pass
    async with connected(server, many_settings(server, url, secret_key=OTHER_KEY), sqlite_url) as bot:
        await bot.platform.post(post_to(server.channel(team)))


def test_a_cipher_reads_only_its_own():
    sealed = Cipher(KEY).seal("token")

    assert Cipher(KEY).open(sealed) == "token"
    assert sealed != Cipher(KEY).seal("token")
    for other in (Cipher(None), Cipher(OTHER_KEY)):
        with pytest.raises(WrongKey):
            other.open(sealed)
    with pytest.raises(WrongKey):
        Cipher(KEY).open(sealed[:-4] + "AAAA")
    with pytest.raises(InvalidSettings, match="too short"):
        Cipher(f"{KEY},short")


async def test_a_token_is_renewed_before_it_ends_by_one_process(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with (
        connected(server, settings, sqlite_url, clock) as one,
        connected(
            server, many_settings(server, settings.slack_api_url, secret_key=KEY), sqlite_url, clock
        ) as two,
    ):
        await install(one, server.member(team))
        first = team.bot_token
        await one.platform.post(post_to(server.channel(team)))
        await two.platform.post(post_to(server.channel(team)))
        assert team.bot_token == first

        clock.by = timedelta(hours=10, minutes=30)
        places = [server.channel(team, f"n{number}") for number in range(6)]
        await asyncio.gather(
            *(one.platform.post(post_to(place)) for place in places[:3]),
            *(two.platform.post(post_to(place)) for place in places[3:]),
        )
    refreshes = [said for name, said in server.calls if name == "oauth.v2.access"]
    assert len(refreshes) == 2  # the installation's, and one more
    assert team.bot_token != first
    assert all(len(server.posted(place)) == 1 for place in places)


async def test_a_token_that_slack_says_has_ended_is_renewed_at_once(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        server.tokens[team.bot_token].state = "token_expired"

        await bot.platform.post(post_to(server.channel(team)))

        assert await bot.platform.trouble() == ""


@pytest.mark.parametrize("fault", ["accept, reset", "accept, 500"])
async def test_a_renewal_that_is_lost_is_told_and_the_old_token_serves_till_its_end(
    server, settings, sqlite_url, fault
):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        await install(bot, server.member(team))
        server.faults.add(fault, method="oauth.v2.access")
        clock.by = timedelta(hours=11)

        await bot.platform.post(post_to(server.channel(team)))
        await until(lambda: says(bot, "may have been lost"))

        clock.by = timedelta(hours=13)
        server.token_clock = lambda: clock().timestamp()
        with pytest.raises(ChannelLost) as raised:
            await bot.platform.post(post_to(server.channel(team)))
        assert raised.value.why == "signed_out"
        assert "install the app there again" in await bot.platform.trouble()
        assert (await bot.known(team.id)).left_at is None

        server.token_clock, clock.by = time.time, timedelta()
        await install(bot, server.member(team))
        clock.by = timedelta(hours=13)
        server.tokens[team.bot_token].expires_at += 13 * 3600
        await bot.platform.post(post_to(server.channel(team)))


@pytest.mark.parametrize("fault", ["429 one", "internal_error", "fatal_error", "service_unavailable"])
async def test_a_renewal_that_slack_has_no_time_for_stops_nothing(server, settings, sqlite_url, fault):
    """After a long night every token has ended, and Slack renews so many a minute."""
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        await install(bot, server.member(team))
        clock.by = timedelta(hours=13)
        server.faults.add(fault, method="oauth.v2.access")

        with pytest.raises(PostDelayed):
            await bot.platform.post(post_to(server.channel(team)))

        clock.by = timedelta(hours=13, minutes=2)
        await bot.platform.post(post_to(server.channel(team)))
        assert await bot.platform.trouble() == ""


async def test_nobody_waits_for_a_new_token_while_the_old_one_is_good(server, settings, sqlite_url):
    server.installations.rotates = True
    team = server.team(installed=False)
    clock = Ahead()
    async with connected(server, settings, sqlite_url, clock) as bot:
        mika = server.member(team)
        await install(bot, mika)
        server.faults.add("hang", method="oauth.v2.access")
        clock.by = timedelta(hours=11)

        asked = await mika.command(server.channel(team), "/ai-news", "help")

        assert asked.acknowledged_ms is not None


async def test_no_acknowledgement_waits_for_the_database(server, settings, sqlite_url, monkeypatch):
    monkeypatch.setattr("adapters.slack.installing.access.KNOWN_S", 0.0)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        mika = server.member(team)
        await install(bot, mika)
        await mika.command(server.channel(team), "/ai-news", "help")
        kept, acknowledged = bot.engine.store.kept, asyncio.Event()

        async def slowly(*what):
            await acknowledged.wait()
            return await kept(*what)

        monkeypatch.setattr(bot.engine.store, "kept", slowly)
        asked = await mika.command(server.channel(team), "/ai-news", "help")

        acknowledged.set()
        assert asked.acknowledged_ms is not None


async def test_a_token_that_another_process_took_back_is_not_used_for_long(
    server, settings, sqlite_url, monkeypatch
):
    monkeypatch.setattr("adapters.slack.installing.access.KNOWN_S", 0.05)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team))
        await bot.platform.access.installed(team.id)
        await bot.engine.store.take(SHELF, team.id)

        async def is_forgotten():
            try:
                await bot.platform.access.installed(team.id)
            except ChannelLost:
                return True
            return False

        await until(is_forgotten)


async def test_who_is_told_is_who_installed_the_app_last(server, settings, sqlite_url, monkeypatch):
    monkeypatch.setattr("adapters.slack.installing.access.KNOWN_S", 0.0)
    team = server.team(installed=False)
    async with connected(server, settings, sqlite_url) as bot:
        await install(bot, server.member(team, "Olga"))
        await bot.platform.desk(WorkspaceId(team.id))
        mika = server.member(team, "Mika")
        await install(bot, mika)

        async def is_mika():
            desk = await bot.platform.desk(WorkspaceId(team.id))
            return desk.id == server.direct_channel(team, mika.id).id

        await until(is_mika)
