"""The definition of Store as adapters use it: workspaces, leases, events, keepsakes, on every database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import Engine
from bot.errors import Conflict
from bot.index import PostingsIndex
from bot.language import Names
from bot.model import PUBLIC, TryAgain, WorkspaceId
from tests.contract import store_processes
from tests.contract.test_store_races import race
from tests.factories import (
    NOW,
    make_actor,
    make_article,
    make_change,
    make_channel,
    make_delivery,
    make_digest,
    make_share,
    make_story,
    make_submission,
    make_subscription,
    make_workspace,
)

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
LATER = NOW + timedelta(hours=1)
WELCOME = make_delivery(id="welcome.1", series="welcome", kind="notice")
NO_TEXTS = ["\0", "a\0b", "\ud800", "\udfff!"]
"""What no database holds as text, and JSON from outside may hold."""


async def owed(store):
    return [delivery.id for delivery in await store.deliveries(None, 100)]


async def gone(store, workspace=HOME, at=NOW):
    """Return a workspace that has left."""
    await store.leave("local", workspace, at, "signed out")
    return await store.workspace("local", workspace)


# Joining and leaving


async def test_joining_is_news_once_and_the_welcome_is_owed_once(store):
    assert await store.join(make_workspace(), WELCOME)
    assert not await store.join(make_workspace(), replace(WELCOME, id="other.1", series="other"))

    assert await owed(store) == ["welcome.1"]
    assert await store.workspace("local", HOME) == make_workspace()


async def test_of_many_tasks_that_tell_of_the_same_joining_one_is_first(store):
    told = await asyncio.gather(
        *(store.join(make_workspace(), replace(WELCOME, id=f"{n}.1", series=str(n))) for n in range(4))
    )

    assert sorted(told) == [False, False, False, True]
    assert len(await owed(store)) == 1


async def test_of_four_processes_only_one_is_first_with_each_thing(store, database_url):
    await store.keep("states", "one", "kept")

    joined, taken, held, seen = zip(
        *race(store_processes.join_and_take, database_url, ["a", "b", "c", "d"]), strict=True
    )

    assert sorted(joined) == sorted(held) == sorted(seen) == [False, False, False, True]
    assert sorted(taken, key=str) == [None, None, None, "kept"]
    assert len(await owed(store)) == 1


async def test_a_workspace_that_is_known_keeps_its_settings_and_takes_a_new_name(store):
    was = make_workspace(language="ja", time_zone="Asia/Tokyo", moderators=("1", "2"), desk="7")
    await store.join(was, None)

    await store.join(make_workspace(name="Home & Garden", joined_at=LATER), None)

    assert await store.workspace("local", HOME) == replace(was, name="Home & Garden")


async def test_platforms_may_have_workspaces_of_the_same_id(store):
    await store.join(make_workspace(), None)

    assert await store.join(make_workspace(platform="discord", name="Guild"), None)

    assert (await store.workspace("local", HOME)).name == "Home"
    assert (await store.workspace("discord", HOME)).name == "Guild"
    assert await store.workspace("slack", HOME) is None


async def test_the_workspaces_of_a_platform_are_those_that_have_the_bot(store):
    await store.join(make_workspace(id=AWAY), None)
    await store.join(make_workspace(), None)
    await store.join(make_workspace(platform="discord", id=WorkspaceId("7")), None)
    assert await store.workspaces("local") == sorted([AWAY, HOME])

    await store.leave("local", AWAY, NOW, "signed out")

    assert await store.workspaces("local") == [HOME]
    assert await store.workspaces("slack") == []


async def test_leaving_is_news_once_and_keeps_all_that_was_set(store):
    await store.join(make_workspace(desk="7"), None)

    assert await store.leave("local", HOME, NOW, "signed out")
    assert not await store.leave("local", HOME, LATER, "signed out")
    assert not await store.leave("local", AWAY, NOW, "signed out")

    assert await store.workspace("local", HOME) == make_workspace(desk="7", left_at=NOW)


async def test_leaving_stops_the_workspaces_subscriptions_and_no_others(store):
    others = (make_channel(workspace=AWAY), make_channel(platform="discord"))
    paused = make_subscription(id="paused", channel=make_channel(id="quiet"), state="paused")
    await store.join(make_workspace(), None)
    for channel in (make_channel(), *others):
        await store.add_subscription(
            make_subscription(id=f"{channel.platform} {channel.workspace}", channel=channel)
        )
    await store.add_subscription(paused)

    await store.leave("local", HOME, NOW, "signed out")

    stopped = await store.subscription(make_channel())
    assert (stopped.state, stopped.trouble) == ("paused", "signed out")
    assert await store.subscription(paused.channel) == paused
    assert {(await store.subscription(channel)).state for channel in others} == {"active"}


async def test_what_is_owed_to_a_workspace_that_comes_back_waits_no_longer(store):
    for id_ in (HOME, AWAY):
        here = make_channel(workspace=id_)
        await store.join(make_workspace(id=id_), replace(WELCOME, id=f"{id_}.1", series=id_, channel=here))
    ahead = make_delivery(id="ahead.1", series="ahead", channel=make_channel(id="quiet"), due_at=LATER)
    await store.share(make_share(), [ahead])

    async def claimed(at):
        return await store.claim_deliveries("local", at, 60.0, "us", 9, 9)

    for delivery in await claimed(NOW):
        await store.settle(delivery, TryAgain(at=LATER, reason="signed out"), NOW)
    await gone(store)
    assert await claimed(NOW) == []

    await store.join(make_workspace(), None)

    assert [delivery.id for delivery in await claimed(NOW)] == ["home.1"]


async def test_coming_back_is_news_and_brings_back_what_was_set(store):
    was = make_workspace(language="ja", moderators=("1",))
    await store.join(was, WELCOME)
    await store.leave("local", HOME, NOW, "signed out")

    again = make_workspace(name="New name", joined_at=LATER)
    assert await store.join(again, replace(WELCOME, id="again.1", series="again"))

    assert await store.workspace("local", HOME) == replace(was, name="New name", joined_at=LATER)
    assert sorted(await owed(store)) == ["again.1", "welcome.1"]


async def test_a_welcome_that_was_owed_before_is_not_owed_again(store):
    await store.join(make_workspace(), WELCOME)
    await store.leave("local", HOME, NOW, "signed out")

    assert await store.join(make_workspace(), WELCOME)

    assert await owed(store) == ["welcome.1"]
    assert (await store.workspace("local", HOME)).left_at is None


async def test_of_two_changes_the_one_made_of_what_is_no_more_is_a_conflict(store):
    before = make_workspace()
    await store.join(before, None)
    await store.change_workspace(before, replace(before, language="ja"))

    with pytest.raises(Conflict):
        await store.change_workspace(before, replace(before, time_zone="Asia/Tokyo"))

    assert await store.workspace("local", HOME) == replace(before, language="ja")


async def test_one_that_left_or_never_came_is_not_changed(store):
    await store.join(make_workspace(), None)
    left = await gone(store)

    for before in (left, make_workspace(id=AWAY)):
        with pytest.raises(Conflict):
            await store.change_workspace(before, replace(before, language="ja"))


async def test_those_that_left_are_listed_the_longest_gone_first(store):
    for number, name in enumerate(("b", "a", "c", "still-here")):
        await store.join(make_workspace(id=WorkspaceId(name)), None)
        if name != "still-here":
            await gone(store, WorkspaceId(name), NOW + timedelta(hours=number))

    listed = await store.left_workspaces(NOW + timedelta(hours=2), 10)
    first = await store.left_workspaces(NOW + timedelta(days=1), 2)

    assert [workspace.id for workspace in listed] == ["b", "a"]
    assert [workspace.id for workspace in first] == ["b", "a"]
    assert listed[0].left_at == NOW


# Purging


async def settled_in(store, workspace):
    """Give a workspace one of everything."""
    channel = make_channel(workspace=workspace)
    story = make_story(id=f"story-{workspace}", workspace=workspace, topics=("robots",))
    article = make_article(id=f"article-{workspace}", workspace=workspace)
    edited = replace(story, revision=2)
    await store.join(make_workspace(id=workspace), None)
    await store.save_stories([make_change(story), make_change(edited)], article)
    subscription = await store.add_subscription(make_subscription(id=f"s-{workspace}", channel=channel))
    digest = make_digest(
        id=f"d-{workspace}",
        channel=channel,
        occurrence=replace(make_digest().occurrence, subscription_id=subscription.id),
        story_ids=(story.id, "public"),
    )
    owed_to_it = make_delivery(id=f"{digest.id}.1", series=digest.id, channel=channel)
    await store.publish(digest, [owed_to_it], subscription, LATER)
    share = make_share(id=f"share-{workspace}", channel=channel, story_ids=(story.id,))
    await store.share(
        share, [make_delivery(id=f"{share.id}.1", series=share.id, kind="share", channel=channel)]
    )
    await store.keep("installations", workspace, "token", workspace)
    return story


async def everything_of(store, workspace):
    channel = make_channel(workspace=workspace)
    subscription = await store.subscription(channel)
    return {
        "workspace": await store.workspace("local", workspace),
        "story": await store.stored_stories([f"story-{workspace}"]) or None,
        "revisions": await store.revisions(f"story-{workspace}") or None,
        "article": await store.article(f"article-{workspace}", workspace),
        "subscription": subscription,
        "digest": await store.digest(f"d-{workspace}"),
        "deliveries": await store.deliveries(workspace, 10) or None,
        "keepsake": await store.kept("installations", workspace),
    }


async def test_purging_deletes_all_that_is_the_workspaces_and_nothing_else(store):
    await store.save_stories([make_change(make_story(id="public"))])
    for workspace in (HOME, AWAY):
        await settled_in(store, workspace)
    await store.keep("installations", "of nobody", "kept")
    others = await everything_of(store, AWAY)
    assert None not in (await everything_of(store, HOME)).values()

    await store.purge(await gone(store))

    assert set((await everything_of(store, HOME)).values()) == {None}
    assert await everything_of(store, AWAY) == others
    assert await store.shelf("installations") == {AWAY: "token", "of nobody": "kept"}
    assert await store.count_stories(PUBLIC) == 1
    # The channels of one do not tell of the other's: what each had is known apart.
    fresh = await store.fresh_stories(make_subscription(), 10)
    assert [story.id for story in fresh] == ["public"]
    assert await store.fresh_stories(make_subscription(channel=make_channel(workspace=AWAY)), 10) == []


async def test_what_was_purged_may_begin_anew(store):
    await store.save_stories([make_change(make_story(id="public"))])
    await settled_in(store, HOME)
    await store.purge(await gone(store))

    await settled_in(store, HOME)

    assert None not in (await everything_of(store, HOME)).values()


async def test_one_that_came_back_is_not_purged(store):
    await store.save_stories([make_change(make_story(id="public"))])
    await settled_in(store, HOME)
    left = await gone(store)
    await store.join(make_workspace(), None)

    with pytest.raises(Conflict):
        await store.purge(left)
    await gone(store, at=LATER)
    with pytest.raises(Conflict):  # it left again since, and its time has begun anew
        await store.purge(left)

    assert None not in (await everything_of(store, HOME)).values()


async def test_the_index_lets_go_of_a_purged_story_and_finds_it_when_it_is_added_again(store):
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    member = make_actor(role="moderator")

    async def add():
        text = "The zebra crossing of Kawabe was painted blue. Drivers stop there more often now."
        (story,) = (await engine.add(make_submission(text), member)).published.stories
        return story.id

    async def found():
        return [each.story.id for each in (await engine.answer("zebra crossing", member)).found]

    await store.join(make_workspace(), None)
    story_id = await add()
    assert await found() == [story_id]
    position = engine.index.position

    await store.purge(await gone(store))
    (entry,) = await store.index_entries(position, 10)
    assert (entry.story_id, entry.workspace, entry.tokens) == (story_id, HOME, {})
    assert await found() == []
    assert engine.index.document_count(HOME) == 0
    assert await store.index_entries(engine.index.position, 10) == []

    await store.join(make_workspace(joined_at=LATER), None)
    assert await add() == story_id
    assert await found() == [story_id]
    # An index that begins anew sees the story as it is, and nothing of its past.
    anew = await store.index_entries(0, 10)
    assert [(entry.story_id, bool(entry.tokens)) for entry in anew] == [(story_id, True)]


async def test_a_story_purged_twice_is_let_go_of_twice(store):
    for _ in range(2):
        await store.join(make_workspace(), None)
        await store.save_stories([make_change(make_story(workspace=HOME))])
        (before,) = await store.index_entries(0, 10)
        await store.purge(await gone(store))

        (entry,) = await store.index_entries(before.number, 10)
        assert entry.tokens == {}


# What no database holds


@pytest.mark.parametrize("text", NO_TEXTS, ids=ascii)
async def test_an_id_that_can_be_none_is_merely_unknown(store, text):
    assert await store.workspace("local", WorkspaceId(text)) is None
    assert not await store.leave("local", WorkspaceId(text), NOW, "signed out")
    assert await store.kept("states", text) is None
    assert await store.take("states", text) is None
    assert await store.remember(text, NOW)
    assert not await store.remember(text, NOW)
