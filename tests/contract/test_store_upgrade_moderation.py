"""A database from before moderators' work is upgraded: its history can be undone, its posts corrected."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from bot.briefing import story_blocks
from bot.model import PUBLIC
from bot.store import open_store, rows
from bot.store.rows import to_milliseconds
from bot.store.schema import migrations
from tests.contract.test_store_upgrade import digest_row, place, row, run, story_row
from tests.factories import (
    NOW,
    make_act,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_message,
    make_story,
    make_subscription,
)

NO_COLUMN = (sqlite3.OperationalError, asyncpg.UndefinedColumnError)
LATER = NOW + timedelta(hours=1)
STORY = make_story()
EDITED = replace(STORY, topics=("robots",), revision=2)
TOLD = make_message(blocks=tuple(story_blocks(STORY, "en", number=1)))
POSTED = make_delivery(message=TOLD, state="posted", attempt=1, message_id="m1", settled_at=NOW)


def revision_row(**columns):
    return row("revisions", story_id="story", actor="mika", **columns)


def subscription_row(subscription):
    names = ("id", "platform", "workspace", "channel", "document", "next_due_at", "state", "trouble")
    return row("subscriptions", **dict(zip(names, rows.subscription_values(subscription), strict=True)))


def delivery_row(delivery):
    values = rows.delivery_values(delivery)
    names = ("id", "kind", "series", "part", *place(delivery.channel), "message", "state", "due_at")
    names += ("free_at", "owner", "attempt", "message_id", "settled_at", "error")
    return row("deliveries", **dict(zip(names, values, strict=False)))  # later versions keep more


@pytest.fixture
async def version_5_url(blank_database_url):
    """Return the URL of a database of version 5: an edited story that was told in a digest."""
    before = rows.to_json(rows.STORY, STORY)
    await run(
        blank_database_url,
        *migrations()[:5],
        "CREATE TABLE schema_version (version BIGINT NOT NULL, database_id TEXT NOT NULL)",
        row("schema_version", version=5, database_id="kept"),
        "UPDATE counters SET value = 2",
        story_row(EDITED),
        revision_row(number=1, at=to_milliseconds(NOW), action="add", reason="", before=None),
        revision_row(number=2, at=to_milliseconds(LATER), action="edit", reason="why", before=before),
        subscription_row(make_subscription()),
        digest_row(make_digest()),
        row("channel_stories", **place(make_channel()), story_id="story", digest_id="digest"),
        delivery_row(POSTED),
        delivery_row(replace(POSTED, id="digest.2", part=2, message=make_message())),
    )
    return blank_database_url


@pytest.fixture
async def upgraded(version_5_url):
    """Return the store of such a database, closed even where a test fails."""
    store = await open_store(version_5_url)
    yield store
    await store.close()


async def test_an_older_database_tells_its_history_as_changes_that_can_be_undone(upgraded):
    store = upgraded

    first, second = reversed(await store.changes([PUBLIC], 10))
    (revision,) = await store.revisions_of(second.id)

    assert (first.action, first.actor, first.at) == ("add", "mika", NOW)
    assert (second.action, second.reason, second.at) == ("edit", "why", LATER)
    assert (revision.before, revision.after) == (STORY, EDITED)
    change = make_act(id="undo", action="undo", undoes=second.id)
    await store.save_stories([make_change(replace(STORY, revision=3), change=change, retells=True)])
    assert (await store.change(second.id)).undone_by == "undo"
    assert (await store.change("undo")).number > second.number


async def test_an_older_database_owes_edits_to_what_it_posted(upgraded):
    store = upgraded

    assert [copy.delivery.id for copy in await store.copies("story", None, 10)] == [POSTED.id]
    await store.save_stories([make_change(replace(EDITED, revision=3), retells=True)])

    (edit,) = await store.edits("story.3", 10)
    assert (edit.target, edit.state, edit.message.blocks) == (POSTED.id, "planned", ())
    await store.close()


async def test_a_program_of_before_that_still_runs_is_handed_nothing(version_5_url):
    """It would post what are edits, and what it posts would be known as nobody's copy."""
    await (await open_store(version_5_url)).close()

    with pytest.raises(NO_COLUMN):
        await run(version_5_url, "UPDATE deliveries SET state = 'sending' WHERE free_at <= 0")
    with pytest.raises(NO_COLUMN):
        await run(version_5_url, "INSERT INTO deliveries (id, free_at) VALUES ('digest.3', 0)")
