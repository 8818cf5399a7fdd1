"""A database of an earlier version is upgraded when it is opened, and loses nothing, on every engine."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.message import Heading
from bot.model import Channel, Posted
from bot.store import open_store, rows
from bot.store.rows import to_milliseconds
from bot.store.schema import migrations
from tests.conftest import run_statements
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_message,
    make_story,
    make_subscription,
    make_workspace,
)

TERMINAL = make_channel(workspace="local", id="console")
"""The terminal's channel, as version 1 named it."""

NEWS = make_channel()
DISCORD = Channel(platform="discord", workspace="guild", id="console")


def row(table, **columns):
    """Return a statement that inserts a row, with its values as literals: both engines read those alike."""
    values = ", ".join(map(literal, columns.values()))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608


def literal(value):
    match value:
        case None:
            return "NULL"
        case int():
            return str(value)
    return "'" + value.replace("'", "''") + "'"


def place(channel):
    return {"platform": channel.platform, "workspace": channel.workspace, "channel": channel.id}


def story_row(story):
    change = make_change(story)
    values = rows.story_values(change, rows.to_json(rows.STORY, story), 1)
    names = ("id", "workspace", "status", "published_at", "revision", "change_number", "document", "tokens")
    return row("stories", **dict(zip(names, values, strict=True)))


def subscription_row(subscription):
    """Return a subscription as version 1 kept it, each wish in a column."""
    return row(
        "subscriptions",
        id=subscription.id,
        **place(subscription.channel),
        times=json.dumps([f"{slot:%H:%M:%S}" for slot in subscription.times]),
        time_zone=subscription.time_zone,
        language=subscription.languages[0],
        topics=json.dumps(subscription.topics),
        story_count=subscription.story_count,
        next_due_at=to_milliseconds(subscription.next_due_at),
    )


def digest_row(digest):
    names = ("id", "subscription_id", "local_date", "slot", "platform", "workspace", "channel")
    values = rows.digest_values(digest)
    return row("digests", **dict(zip((*names, "composed_at", "story_ids"), values, strict=True)))


def delivery_row(delivery):
    settled_at = delivery.settled_at
    return row(
        "deliveries",
        id=delivery.id,
        digest_id=delivery.series,
        part=delivery.part,
        **place(delivery.channel),
        # Version 1 knew no story of a heading.
        message=rows.to_json(rows.MESSAGE, delivery.message).replace(',"story_id":null', ""),
        state=delivery.state,
        due_at=to_milliseconds(delivery.due_at),
        free_at=to_milliseconds(delivery.due_at),
        owner=delivery.owner,
        attempt=delivery.attempt,
        message_id=delivery.message_id,
        settled_at=None if settled_at is None else to_milliseconds(settled_at),
        error=delivery.error,
    )


async def run(url, *statements):
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            for statement in statements:
                connection.executescript(statement)
    else:
        await run_statements(url, *statements)


STORY = make_story()
MESSAGE = make_message(blocks=(Heading("It's 今日", url="https://crate.example/"),))
SUBSCRIPTIONS = {
    channel: make_subscription(id=f"{channel.platform} {channel.id}", channel=channel)
    for channel in (TERMINAL, NEWS, DISCORD)
}
POSTED = {"state": "posted", "attempt": 2, "message_id": "m1", "settled_at": NOW + timedelta(minutes=1)}


def digest_of(channel):
    subscription = SUBSCRIPTIONS[channel]
    occurrence = replace(make_digest().occurrence, subscription_id=subscription.id)
    return make_digest(id=f"of {subscription.id}", occurrence=occurrence, channel=channel)


def deliveries_of(channel):
    digest = digest_of(channel)
    common = {"series": digest.id, "channel": channel, "message": MESSAGE}
    return [
        make_delivery(id=f"{digest.id}.1", part=1, **common, **POSTED),
        make_delivery(id=f"{digest.id}.2", part=2, **common, error="busy"),
    ]


@pytest.fixture
async def version_1_url(blank_database_url):
    """Return the URL of a database of version 1, with a digest for each of three channels."""
    await run(
        blank_database_url,
        migrations()[0],
        "CREATE TABLE schema_version (version BIGINT NOT NULL, database_id TEXT NOT NULL)",
        row("schema_version", version=1, database_id="kept"),
        "UPDATE counters SET value = 1",
        story_row(STORY),
        row("revisions", story_id="story", number=1, at=0, actor="mika", action="add", reason=""),
        *map(subscription_row, SUBSCRIPTIONS.values()),
        *(digest_row(digest_of(channel)) for channel in SUBSCRIPTIONS),
        *(
            row("channel_stories", **place(channel), story_id="story", digest_id=digest_of(channel).id)
            for channel in SUBSCRIPTIONS
        ),
        *(delivery_row(delivery) for channel in SUBSCRIPTIONS for delivery in deliveries_of(channel)),
    )
    return blank_database_url


@pytest.fixture
async def upgraded(version_1_url):
    store = await open_store(version_1_url)
    yield store
    await store.close()


async def test_an_upgraded_database_is_the_same_one_with_its_stories(upgraded):
    assert upgraded.database_id == "kept"
    assert await upgraded.stored_stories(["story"]) == {"story": STORY}
    assert len(await upgraded.revisions("story")) == 1


@pytest.mark.parametrize("channel", [NEWS, DISCORD], ids=["local", "discord"])
async def test_what_channels_had_and_are_owed_comes_through(upgraded, channel):
    first, second = deliveries_of(channel)

    assert await upgraded.subscription(channel) == SUBSCRIPTIONS[channel]
    assert await upgraded.digest(digest_of(channel).id) == digest_of(channel)
    assert await upgraded.fresh_stories(SUBSCRIPTIONS[channel], 10) == []
    assert await upgraded.posts(channel, 10) == [first]
    assert await upgraded.delivery(second.id) == second


async def test_the_terminal_takes_all_that_is_its_own_to_a_platform_of_its_own(upgraded):
    terminal = replace(TERMINAL, platform="console")
    subscription = replace(SUBSCRIPTIONS[TERMINAL], channel=terminal)
    first, second = (replace(delivery, channel=terminal) for delivery in deliveries_of(TERMINAL))

    assert await upgraded.subscription(TERMINAL) is None
    assert await upgraded.subscription(terminal) == subscription
    assert await upgraded.digest(digest_of(TERMINAL).id) == replace(digest_of(TERMINAL), channel=terminal)
    assert await upgraded.fresh_stories(subscription, 10) == []
    assert await upgraded.posts(terminal, 10) == [first]
    assert await upgraded.delivery(second.id) == second


async def test_deliveries_that_were_under_way_go_on(upgraded):
    claimed = [
        delivery
        for platform in ("local", "console", "discord")
        for delivery in await upgraded.claim_deliveries(platform, NOW, 60, "one", 10, 10)
    ]

    assert {delivery.part for delivery in claimed} == {2}
    assert len(claimed) == len(SUBSCRIPTIONS)
    for delivery in claimed:
        assert await upgraded.settle(delivery, Posted(message_id="m2"), NOW)
    assert await upgraded.claim_deliveries("local", NOW + timedelta(days=1), 60, "one", 10, 10) == []


async def test_an_upgrade_is_made_once(version_1_url):
    for _ in range(2):
        store = await open_store(version_1_url)
        assert len(await store.deliveries(None, 10)) == 2 * len(SUBSCRIPTIONS)
        await store.close()


async def test_an_upgraded_database_knows_workspaces_and_lets_go_of_them(upgraded):
    workspace = make_workspace(platform=DISCORD.platform, id=DISCORD.workspace)
    assert await upgraded.join(workspace, None)
    assert await upgraded.leave(workspace.platform, workspace.id, NOW, "signed out")

    await upgraded.purge(await upgraded.workspace(workspace.platform, workspace.id))

    assert await upgraded.subscription(DISCORD) is None
    assert await upgraded.deliveries(DISCORD.workspace, 10) == []
    assert await upgraded.posts(NEWS, 10)
    assert list(await upgraded.stored_stories([STORY.id])) == [STORY.id]
