"""Whatever Discord does to the outbox's posts: nothing is lost, nothing stands twice, all in order."""

import random
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from discord.http import Route

from adapters.discord import rest
from bot.store import open_store
from tests.discord.world import QuickPlatform, World, assert_all_stands_once, expected, named
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.server import DiscordServer, serving

MESSAGES = "/channels/{channel_id}/messages"
CREATE = f"POST {MESSAGES}"
OPEN = "POST /channels/{channel_id}/threads"
BRANCH = f"POST {MESSAGES}/{{message_id}}/threads"
CROSSPOST = f"POST {MESSAGES}/{{message_id}}/crosspost"
HISTORY = f"GET {MESSAGES}"
CHANNEL = "GET /channels/{channel_id}"
ROUTES = [CREATE, CREATE, OPEN, BRANCH, CROSSPOST, HISTORY, CHANNEL]

LOST = [
    f"{accepted}{fault}"
    for fault in ("reset", "close", "500", "502", "503", "504", "520", "524", "html")
    for accepted in ("", "accept, ")
] + ["accept, truncated"]
THROTTLED = [
    f"429 {kind}"
    for kind in ("route", "global", "shared", "zero", "huge", "no via", "html", "cloudflare", "missing")
]
BUSY = ["error 20028", "error 20016", "error 130000", "error 160006"]


@asynccontextmanager
async def world(sqlite_url, monkeypatch):
    server = DiscordServer(rate_scale=0.0001)
    store = await open_store(sqlite_url)
    async with serving(server) as url:
        monkeypatch.setattr(Route, "BASE", url)
        platform = QuickPlatform(server.token, store)
        yield World(server, store), platform
        await platform.close()
    await store.close()


@pytest.mark.parametrize("fault", [*LOST, *THROTTLED, *BUSY])
async def test_every_digest_stands_once_and_in_order_after_a_fault(sqlite_url, monkeypatch, fault):
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe(*here.channels)
        for route in set(ROUTES):
            here.server.faults.add(fault, on=route)

        await here.deliver(platform)

        assert here.server.faults.left() == 0
        assert set((await here.states()).values()) == {"posted"}
        assert_all_stands_once(here)


@pytest.mark.parametrize("seed", range(12))
async def test_every_digest_stands_once_and_in_order_after_any_faults(sqlite_url, monkeypatch, seed):
    chance = random.Random(seed)  # noqa: S311
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe(*here.channels)
        for _ in range(24):
            here.server.faults.add(chance.choice([*LOST, *THROTTLED, *BUSY, ""]), on=chance.choice(ROUTES))

        await here.deliver(platform, forgets=chance.random() < 0.7)

        assert set((await here.states()).values()) == {"posted"}
        assert_all_stands_once(here)


@pytest.mark.parametrize("fault", ["hang", "accept, hang"])
async def test_a_discord_that_never_answers_holds_up_nothing_for_ever(sqlite_url, monkeypatch, fault):
    monkeypatch.setattr(rest, "REQUEST_S", 0.2)
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe(*here.channels)
        for route in (CREATE, OPEN):
            here.server.faults.add(fault, on=route)

        await here.deliver(platform)

        assert_all_stands_once(here)


async def test_what_may_stand_is_not_repeated_while_the_bot_may_not_look(sqlite_url, monkeypatch):
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe("text")
        news = here.channels["text"]
        news.allow(here.guild.bot, deny=Permission.READ_MESSAGE_HISTORY)
        desk = here.guild.system_channel = here.guild.text("moderators")
        here.server.faults.add("accept, 503")

        await here.deliver(platform, rounds=20)

        assert here.standing("text") == expected("text")[:1]
        assert len(desk.messages) == 1
        subscription = await here.store.subscription(named(news))
        assert "Read Message History" in subscription.trouble
        news.allow(here.guild.bot)
        await here.store.change_subscription(subscription, replace(subscription, state="active", trouble=""))
        here.start += timedelta(days=30)
        await here.deliver(platform)
        assert here.standing("text") == expected("text")


async def test_a_refused_token_is_not_tried_again_and_again(sqlite_url, monkeypatch):
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe(*here.channels)
        token = here.server.token
        here.server.revoke()

        await here.deliver(platform, rounds=30)

        assert here.server.statuses[401] <= 4
        here.server.token = token
        again = QuickPlatform(token, here.store)
        here.start += timedelta(days=30)
        await here.deliver(again)
        await again.close()
        assert_all_stands_once(here)


async def test_a_channel_without_permission_stops_and_its_moderators_are_told(sqlite_url, monkeypatch):
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe("text", "forum")
        desk = here.guild.system_channel = here.guild.text("moderators")
        here.channels["text"].allow(here.guild.bot, deny=Permission.SEND_MESSAGES)

        await here.deliver(platform, rounds=10)

        subscription = await here.store.subscription(named(here.channels["text"]))
        assert subscription.state == "paused"
        assert "Send Messages" in subscription.trouble
        assert len(desk.messages) == 1
        assert here.standing("forum") == expected("forum")
        assert here.server.statuses[403] == 1
        here.channels["text"].allow(here.guild.bot)
        active = replace(subscription, state="active", trouble="")
        await here.store.change_subscription(subscription, active)
        here.start += timedelta(days=30)
        await here.deliver(platform)
        assert here.standing("text") == expected("text")


async def test_a_digest_whose_opener_was_deleted_is_given_up_and_holds_up_nothing(sqlite_url, monkeypatch):
    async with world(sqlite_url, monkeypatch) as (here, platform):
        await here.owe("thread")
        here.server.when_accepted = lambda message: message.delete()

        await here.deliver(platform)

        states = await here.states()
        told = states.keys() - {"thread.1", "thread.2", "thread.3"}
        assert states == dict.fromkeys(told, "posted") | {
            "thread.1": "posted",
            "thread.2": "failed",
            "thread.3": "failed",
        }
        assert len(told) == 1
        assert here.standing("thread") == []
