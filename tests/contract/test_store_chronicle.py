"""The definition of Store: the log, what workspaces decide, the queue and drafts."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import Curation, Draft, Piece
from bot.chronicle import EVERYTHING, LogFilter
from bot.errors import Conflict
from bot.model import PUBLIC, Source, Span, Topic
from tests.factories import (
    NOW,
    make_act,
    make_change,
    make_channel,
    make_story,
    make_subscription,
    make_workspace,
)

HOME, AWAY = "home", "away"
LATER = NOW + timedelta(hours=1)
OWN = make_story(id="own", workspace=HOME)
NOTHING = Curation(workspace=HOME)


async def act(store, id_, story=None, **over):
    """Save a change of one story, an act of Mika's in its workspace."""
    story = story or make_story(id=id_, workspace=HOME)
    change = make_act(**{"id": id_, "workspace": story.workspace, "actor_id": "u1"} | over)
    await store.save_stories([make_change(story, change=change)])
    return change


async def decide(store, id_, before, after, **over):
    change = make_act(**{"id": id_, "workspace": before.workspace, "action": "hide"} | over)
    await store.save_curation(change, before, after)
    return change


def ids(changes):
    return [change.id for change in changes]


# The log


async def test_a_change_comes_back_as_it_was_saved_with_its_number(store):
    saved = await act(store, "one", actor="Mika", action="suggest", reason="it is new")

    assert await store.change("one") == saved
    assert (await store.change("one")).number < (await store.change((await act(store, "two")).id)).number
    assert await store.change("three") is None


async def test_the_log_is_that_of_the_workspaces_asked_for_newest_first_by_page(store):
    for number in range(5):
        await act(store, f"home{number}")
    await act(store, "away", make_story(id="away", workspace=AWAY))
    await act(store, "public", make_story(id="public"))

    assert ids(await store.changes([HOME], 10)) == [f"home{number}" for number in (4, 3, 2, 1, 0)]
    assert ids(await store.changes([HOME], 2, 2)) == ["home2", "home1"]
    assert ids(await store.changes([HOME, PUBLIC], 2)) == ["public", "home4"]
    assert await store.count_changes([HOME, PUBLIC]) == 6
    assert await store.changes(["nowhere"], 10) == []


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (EVERYTHING, ["fix", "hide", "two", "one"]),
        (LogFilter(action="add"), ["two", "one"]),
        (LogFilter(actor="u2"), ["fix"]),
        (LogFilter(actor="AOI"), ["fix"]),
        (LogFilter(actor="mika"), ["hide", "two", "one"]),
        (LogFilter(actor="u2", action="add"), []),
        (LogFilter(story_id="one"), ["fix", "hide", "one"]),
        (LogFilter(story_id="on"), []),
        (LogFilter(since=LATER), ["fix", "hide"]),
        (LogFilter(since=LATER, story_id="one", action="hide"), ["hide"]),
        (LogFilter(actor="\0"), []),
        (LogFilter(story_id="\ud800"), []),
    ],
    ids=str,
)
async def test_the_log_is_filtered_by_action_person_story_and_time(store, which, found):
    await act(store, "one", action="add")
    await act(store, "two", action="add")
    await decide(store, "hide", NOTHING, replace(NOTHING, hidden=("one",)), at=LATER)
    edited = replace(make_story(id="one", workspace=HOME), revision=2)
    await act(store, "fix", edited, at=LATER, actor="Aoi", actor_id="u2")

    assert ids(await store.changes([HOME], 10, 0, which)) == found
    assert await store.count_changes([HOME], which) == len(found)


async def test_a_change_tells_what_it_did_to_each_story(store):
    one, two = (make_story(id=id_, workspace=HOME) for id_ in ("one", "two"))
    change = make_act(id="both", workspace=HOME, action="merge", reason="the same")
    await store.save_stories([make_change(one), make_change(two)])
    gone = replace(two, status="retracted", revision=2)
    await store.save_stories(
        [
            make_change(gone, change=change),
            make_change(replace(one, also=(Source(name="Two"),), revision=2), change=change),
        ]
    )
    await act(store, "later", replace(gone, status="published", revision=3))

    first, second = await store.revisions_of("both")

    assert (first.story_id, first.before, first.after.also) == ("one", one, (Source(name="Two"),))
    assert (second.before, second.after) == (two, gone)
    assert (second.action, second.reason, second.actor) == ("merge", "the same", "mika")
    assert await store.revisions_of("both", 1) == [first]
    assert await store.count_revisions("both") == 2
    assert (await store.revisions_of("nothing"), await store.count_revisions("nothing")) == ([], 0)


# Undo


async def undo(store, id_, undoes, revision):
    await act(store, id_, replace(OWN, revision=revision), action="undo", undoes=undoes)


async def undone_by(store, *changes):
    return [(await store.change(id_)).undone_by for id_ in changes]


async def test_a_change_is_undone_once(store):
    await act(store, "edit", OWN)
    await undo(store, "undo", "edit", 2)

    with pytest.raises(Conflict):
        await undo(store, "again", "edit", 3)

    assert await undone_by(store, "edit", "undo") == ["undo", None]
    assert await store.change("again") is None
    assert (await store.stored_stories(["own"]))["own"].revision == 2


async def test_what_is_no_change_cannot_be_undone(store):
    await act(store, "edit", OWN)

    with pytest.raises(Conflict):
        await undo(store, "undo", "nothing", 2)


async def test_undoing_an_undo_leaves_the_change_to_be_undone_again_and_so_on(store):
    await act(store, "edit", OWN)
    await undo(store, "undo", "edit", 2)

    await undo(store, "redo", "undo", 3)
    assert await undone_by(store, "edit", "undo", "redo") == [None, "redo", None]

    await undo(store, "undo redo", "redo", 4)
    assert await undone_by(store, "edit", "undo", "redo") == ["undo", None, "undo redo"]

    await undo(store, "redo again", "undo redo", 5)
    assert await undone_by(store, "edit", "undo", "redo") == [None, "redo", None]


async def test_of_many_who_undo_at_once_one_does(store):
    await act(store, "edit", OWN)

    done = await asyncio.gather(
        *(undo(store, f"undo{number}", "edit", 2) for number in range(8)), return_exceptions=True
    )

    assert sum(isinstance(each, Conflict) for each in done) == 7
    assert await store.count_changes([HOME]) == 2


# What workspaces decide


async def test_what_a_workspace_decides_comes_back_with_each_change_of_it(store):
    assert await store.curation(HOME) == NOTHING
    topic = Topic(id="ours", names={"ja": "自社", "en": "Ours"}, aliases=("us",))
    decided = replace(
        NOTHING, pinned=("p",), muted=("m",), topics=(topic,), aliases={"t": ("a", "b")}, joined={"x": "y"}
    )

    await decide(store, "first", NOTHING, decided)
    await decide(store, "second", await store.curation(HOME), replace(decided, muted=()))

    assert await store.curation(HOME) == replace(decided, revision=2, muted=())
    before, after = await store.curation_change("first")
    assert (before, replace(after, revision=0)) == (NOTHING, decided)
    assert await store.curation_change("nothing") is None
    assert await store.curation(AWAY) == Curation(workspace=AWAY)


async def test_who_did_not_see_the_newest_decision_decides_nothing(store):
    await decide(store, "first", NOTHING, replace(NOTHING, muted=("a",)))

    with pytest.raises(Conflict):
        await decide(store, "second", NOTHING, replace(NOTHING, muted=("b",)))

    assert (await store.curation(HOME)).muted == ("a",)
    assert ids(await store.changes([HOME], 10)) == ["first"]


async def test_decisions_are_undone_once(store):
    await decide(store, "mute", NOTHING, replace(NOTHING, muted=("a",)))
    await decide(store, "undo", await store.curation(HOME), NOTHING, action="undo", undoes="mute")

    with pytest.raises(Conflict):
        await decide(store, "again", await store.curation(HOME), NOTHING, action="undo", undoes="mute")

    assert await undone_by(store, "mute") == ["undo"]
    assert (await store.curation(HOME)).revision == 2


async def test_a_hidden_story_is_read_by_everybody_but_the_workspace_that_hides_it(store):
    for id_ in ("seen", "hidden"):
        await store.save_stories([make_change(make_story(id=id_))])
    await decide(store, "hide", NOTHING, replace(NOTHING, hidden=("hidden",)))

    async def read(workspace):
        subscription = make_subscription(channel=make_channel(workspace=workspace))
        return (
            list(await store.stories(["seen", "hidden"], workspace)),
            {story.id for story in await store.newest_stories(workspace, 10)},
            {story.id for story in await store.fresh_stories(subscription, 10)},
            await store.count_stories(workspace),
        )

    everything = (["seen", "hidden"], {"seen", "hidden"}, {"seen", "hidden"}, 2)
    assert await read(HOME) == (["seen"], {"seen"}, {"seen"}, 1)
    assert await read(AWAY) == await read(PUBLIC) == everything
    assert list(await store.stored_stories(["hidden"])) == ["hidden"]

    await decide(store, "show", await store.curation(HOME), NOTHING, action="unhide")

    assert await read(HOME) == everything


async def test_a_hidden_story_that_is_retracted_is_not_counted_twice(store):
    story = make_story(id="hidden")
    await store.save_stories([make_change(story), make_change(make_story(id="seen"))])
    await decide(store, "hide", NOTHING, replace(NOTHING, hidden=("hidden",)))
    await store.save_stories([make_change(replace(story, status="retracted", revision=2))])

    assert await store.count_stories(HOME) == 1


# The queue


async def test_the_queue_is_what_waits_the_oldest_first(store):
    for number, actor_id in enumerate(["u1", "u2", "u1"]):
        waiting = make_story(id=f"w{number}", workspace=HOME, status="waiting")
        await act(store, f"w{number}", waiting, actor_id=actor_id)
    await act(store, "public", make_story(id="public", status="waiting"))
    await act(store, "edit", replace(waiting, revision=2), actor_id="u9")
    await act(store, "own", OWN)

    assert [story.id for story in await store.waiting_stories(HOME, 10)] == ["w0", "w1", "w2"]
    assert [story.id for story in await store.waiting_stories(HOME, 1, 1)] == ["w1"]
    assert await store.count_waiting(HOME) == 3
    assert await store.count_waiting(HOME, "u1") == 2
    assert await store.newest_stories(HOME, 10) == [OWN]


async def test_what_came_in_together_waits_in_the_order_of_its_article(store):
    together = make_act(id="add", workspace=HOME, action="add")
    times = {
        id_: make_story().published_at - timedelta(milliseconds=ago)
        for id_, ago in (("b", 0), ("a", 1), ("c", 2))
    }
    stories = [make_story(id=id_, workspace=HOME, status="waiting", published_at=times[id_]) for id_ in times]
    await store.save_stories([make_change(story, change=together) for story in reversed(stories)])

    assert [story.id for story in await store.waiting_stories(HOME, 10)] == ["b", "a", "c"]


# Drafts


def make_draft(**over):
    return Draft(
        **{
            "id": "draft",
            "workspace": PUBLIC,
            "asked_in": HOME,
            "owner_id": "u1",
            "text": "Robots.",
            "language": "en",
            "source": Source(name="The Daily Crate"),
            "published_at": NOW,
            "made_at": NOW,
            "pieces": (Piece(span=Span(start=0, end=7), title="Robots", summary="", treatment="merge"),),
        }
        | over
    )


async def test_a_draft_is_kept_by_revision(store):
    draft = make_draft()
    await store.save_draft(draft)
    assert await store.draft("draft") == draft

    await store.save_draft(replace(draft, pieces=(), revision=2))

    for stale in (draft, replace(draft, revision=2), replace(draft, revision=4)):
        with pytest.raises(Conflict):
            await store.save_draft(stale)
    assert await store.draft("draft") == replace(draft, pieces=(), revision=2)
    assert await store.draft("nothing") is None


async def test_drafts_are_dropped_by_name_and_by_age(store):
    for id_, made_at in (("one", NOW), ("two", LATER), ("three", LATER)):
        await store.save_draft(make_draft(id=id_, made_at=made_at))

    await store.drop_draft("three")

    assert await store.drop_drafts(LATER) == 1
    assert [bool(await store.draft(id_)) for id_ in ("one", "two", "three")] == [False, True, False]


async def test_of_a_persons_drafts_those_made_last_are_kept(store):
    for hour, id_ in enumerate(("second", "third", "first")):
        await store.save_draft(make_draft(id=id_, made_at=NOW + timedelta(hours=(hour + 1) % 3)))
    for id_, over in (("away", {"asked_in": AWAY}), ("other", {"owner_id": "u2"})):
        await store.save_draft(make_draft(id=id_, **over))
    await store.save_draft(make_draft(id="third", made_at=NOW, revision=2))

    assert await store.drop_older_drafts(HOME, "u1", 3) == 0
    assert await store.drop_older_drafts(HOME, "u1", 2) == 1

    kept = [id_ for id_ in ("first", "second", "third", "away", "other") if await store.draft(id_)]
    assert kept == ["second", "third", "away", "other"]


# A workspace that is purged


async def test_a_purged_workspace_leaves_nothing_of_its_moderators_work(store):
    for workspace in (HOME, AWAY):
        await store.join(make_workspace(id=workspace), None)
        await act(store, f"add {workspace}", make_story(id=f"in {workspace}", workspace=workspace))
        nothing = Curation(workspace=workspace)
        await decide(store, f"hide {workspace}", nothing, replace(nothing, hidden=("public",)))
        await store.save_draft(make_draft(id=f"draft {workspace}", asked_in=workspace))
    await act(store, "public", make_story(id="public"))
    await store.leave("local", HOME, NOW, "signed out")

    await store.purge(await store.workspace("local", HOME))

    assert await store.changes([HOME], 10) == []
    assert await store.curation(HOME) == NOTHING
    assert (await store.revisions_of("add home"), await store.curation_change("hide home")) == ([], None)
    assert await store.draft("draft home") is None
    assert await store.count_stories(HOME) == 1
    assert ids(await store.changes([AWAY, PUBLIC], 10)) == ["public", "hide away", "add away"]
    assert (await store.curation(AWAY)).hidden == ("public",)
    assert await store.draft("draft away")
