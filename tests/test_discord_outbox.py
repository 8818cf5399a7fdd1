"""Whatever Discord does to the outbox's posts: nothing is lost, nothing stands twice, all in order."""

import random
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from discord.http import Route

from adapters.discord import rest
from adapters.discord.platform import DiscordPlatform
from bot.message import Heading, Message, paragraph
from bot.model import Channel, SubscriptionId, WorkspaceId
from bot.outbox import Outbox, Terms
from bot.pace import Pace
from bot.run import utc_now
from bot.store import open_store
from tests.factories import make_change, make_delivery, make_digest, make_occurrence, make_subscription
from tests.fakes.discord_permissions import Permission
from tests.fakes.discord_server import DiscordServer, serving

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
ROUNDS = 80
STORIES = 3


class QuickPlatform(DiscordPlatform):
    """Discord as it is, at a pace that tests have time for."""

    pace = Pace()


class World:
    """Digests owed to a channel of each kind, and what stands there."""

    def __init__(self, server, store):
        self.server, self.store = server, store
        self.guild = server.guild()
        self.channels = {
            "text": self.guild.text("text"),
            "thread": self.guild.text("thread"),
            "forum": self.guild.forum("forum", ["daily"]),
            "announcement": self.guild.announcement("announcement"),
        }
        self.start = utc_now()

    async def owe(self, *kinds):
        """Owe a digest of three messages to channels."""
        await self.store.save_stories([make_change()])
        for kind in kinds:
            channel = named(self.channels[kind])
            subscription = make_subscription(
                id=SubscriptionId(kind), channel=channel, next_due_at=self.start, style="full"
            )
            await self.store.add_subscription(subscription)
            deliveries = [
                make_delivery(
                    id=f"{kind}.{part}",
                    series=kind,
                    part=part,
                    channel=channel,
                    message=story(kind, part),
                    due_at=self.start,
                )
                for part in range(1, STORIES + 1)
            ]
            occurrence = make_occurrence(subscription_id=subscription.id)
            digest = make_digest(id=kind, channel=channel, occurrence=occurrence)
            await self.store.publish(digest, deliveries, subscription, self.start + timedelta(days=900))

    async def deliver(self, platform, rounds=ROUNDS, *, forgets=True):
        """Let outboxes work, an hour and more between them, until all is settled."""
        for round_ in range(rounds):
            if forgets:
                self.server.nonces.forget()
            clock = self.start + timedelta(hours=2 * round_)
            outbox = Outbox(self.store, platform, lambda now=clock: now, f"owner {round_}", QUICK)
            await outbox.drain()
            if await self.is_settled():
                return

    async def is_settled(self):
        owed = await self.store.deliveries(None, 100)
        return all(delivery.state in ("posted", "failed") for delivery in owed)

    def standing(self, kind):
        """Return the texts of a channel, those of its threads after it."""
        channel = self.channels[kind]
        return [*channel.texts, *(text for thread in channel.threads for text in thread.texts)]

    async def states(self):
        return {delivery.id: delivery.state for delivery in await self.store.deliveries(None, 100)}


QUICK = Terms(first_retry_s=0.01)


def story(kind, part):
    blocks = (Heading(f"{kind} {part}"), paragraph("It is told."))
    return Message(
        blocks, "en", in_thread=kind == "thread" and part > 1, publish=kind == "announcement", tag="daily"
    )


def expected(kind):
    return [f"## {kind} {part}\nIt is told." for part in range(1, STORIES + 1)]


def named(channel):
    return Channel(platform="discord", workspace=WorkspaceId(str(channel.guild.id)), id=str(channel.id))


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


def assert_all_stands_once(here):
    for kind in here.channels:
        assert here.standing(kind) == expected(kind)
    assert len(here.channels["thread"].threads) == 1
    assert len(here.channels["forum"].threads) == 1
    assert here.server.violations == []


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
        here.server.faults.add("accept, 503")

        await here.deliver(platform, rounds=20)

        assert here.standing("text") == expected("text")[:1]
        assert "Read Message History" in (await here.store.delivery("text.1")).error
        news.allow(here.guild.bot)
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

        assert await here.states() == {"thread.1": "posted", "thread.2": "failed", "thread.3": "failed"}
        assert here.standing("thread") == []
