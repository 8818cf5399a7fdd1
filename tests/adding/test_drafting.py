"""A moderator looks through an article before it goes in, and publishes it as one act; on both databases."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.engine import Engine
from bot.index import PostingsIndex
from bot.message import plain_text
from bot.model import DraftId
from bot.moderating.commands import typed
from bot.phrases import phrase
from tests.adding.drafting import AWAY, HOME, MIKA, NAMES, TRAM, Desk, labels, moderating, story_ids
from tests.factories import (
    NOW,
)


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), NAMES, lambda: NOW)


@pytest.fixture
def desk(engine):
    return Desk(engine, moderating())


async def test_one_story_that_is_new_goes_in_at_once(desk, store):
    await desk.add(text=TRAM, title="Trams again")

    assert "Added one story" in desk.text
    (story,) = (await store.stories(story_ids(desk.shown), HOME)).values()
    assert story.tellings[0].title == "Trams again"
    assert story.published_at == datetime(2026, 3, 1, tzinfo=UTC)


async def test_nothing_goes_in_before_it_is_published(desk, store):
    await desk.add()

    assert "3 stories, 3 to be added" in desk.text
    assert await store.count_stories(HOME) == 0


async def test_what_was_kept_goes_in_as_one_act_and_is_found(desk, store, engine):
    await desk.add()
    await desk.press("2", "Drop", "3", "Up", "All stories", "Publish")

    shown = list((await store.stories(story_ids(desk.shown), HOME)).values())
    assert "Added 2 stories" in desk.text
    assert ["tram" in shown[0].tellings[0].body, "museum" in shown[1].tellings[0].body] == [True, True]
    assert await store.newest_stories(HOME, 5) == shown
    (change,) = await store.changes([HOME], 5)
    assert (change.action, change.actor, change.actor_id) == ("add", "Mika", "U1")
    assert len(await store.revisions_of(change.id)) == 2
    assert (await engine.answer("whales", MIKA)).found
    assert not (await engine.answer("rye bread", MIKA)).found


async def test_the_order_that_the_moderator_gave_is_that_of_lists(desk, store):
    await desk.add()
    await desk.press("3", "Up", "Up", "All stories", "Publish")

    newest = await store.newest_stories(HOME, 5)
    assert ["museum" in newest[0].tellings[0].body, "tram" in newest[1].tellings[0].body] == [True, True]
    assert {story.published_at.date() for story in newest} == {datetime(2026, 3, 1).date()}  # noqa: DTZ001


async def test_pieces_are_joined_split_and_titled(desk, store):
    await desk.add()
    await desk.press("1", "Join with next")
    assert "Stories 1 and 2 are one now." in desk.text
    await desk.press("2", "Split")
    place = desk.shown.fields[0].choices[0].value
    await desk.fill_in(at=place)
    assert "Story 2 is two now." in desk.text
    await desk.press("3", "Retitle")
    await desk.fill_in(title="Free on Sundays", summary="")
    assert "Story 3 has its new title." in desk.text
    await desk.press("Publish")

    bodies = [story.tellings[0].body for story in await store.newest_stories(HOME, 5)]
    assert "tram" in bodies[0]
    assert "rye bread" in bodies[0]
    assert bodies[1].endswith("a hall about whales.")
    assert "Free on Sundays" in desk.text


@pytest.mark.parametrize(
    ("act", "values", "problem"),
    [
        ("Split", {"at": ""}, "draft_split_where"),
        ("Split", {"at": "9" * 5_000}, "draft_split_where"),
        ("Split", {"at": "٣"}, "draft_split_where"),
        ("Retitle", {"title": " ", "summary": "Kept."}, "draft_title_empty"),
    ],
)
async def test_a_form_that_cannot_be_used_comes_back_with_the_reason(desk, act, values, problem):
    await desk.add()
    await desk.press("1", act)

    await desk.fill_in(**values)

    assert desk.shown.problem == phrase(f"error.{problem}", "en")
    assert {field.name: field.value for field in desk.shown.fields} == values


async def test_a_discarded_article_leaves_nothing(desk, store):
    await desk.add()
    publish = labels(desk.shown)["Publish"]
    await desk.press("Discard")

    assert "Nothing was added" in desk.text
    again = await desk.engine.reply(publish, desk.interaction)
    assert plain_text(again) == phrase("error.draft_not_here", "en")
    assert await store.count_stories(HOME) == 0


async def test_publishing_twice_adds_nothing_twice(desk, store):
    await desk.add()
    publish = labels(desk.shown)["Publish"]
    draft = await store.draft(DraftId(publish.split()[2]))
    await desk.press("Publish")
    await store.save_draft(draft)  # as if the process had been killed before it was forgotten

    again = await desk.engine.reply(publish, desk.interaction)

    assert "here already, with 3 stories" in plain_text(again)
    assert await store.count_stories(HOME) == 3
    assert await store.count_changes([HOME]) == 1


async def test_a_draft_that_is_changed_after_a_kill_while_publishing_goes_in_as_it_is_then(desk, store):
    await desk.add()
    draft = await store.draft(DraftId(labels(desk.shown)["Publish"].split()[2]))
    before = desk.shown
    await desk.press("Publish")
    await store.save_draft(draft)  # as if the process had been killed before it was forgotten

    desk.shown = before
    await desk.press("1", "Join with next", "Add near-copies all the same", "Publish")

    assert "Added" in desk.text
    assert await store.count_changes([HOME]) == 2


async def test_the_same_form_sent_twice_is_one_draft(desk):
    await desk.add()
    first = labels(desk.shown)
    await desk.press("1", "Drop")

    await desk.add()

    assert labels(desk.shown)["Publish"].split()[2] == first["Publish"].split()[2]
    assert "[dropped]" in desk.text


async def test_of_too_many_drafts_the_one_begun_first_makes_room(store, monkeypatch):
    monkeypatch.setattr("bot.adding.drafting.MOST_DRAFTS", 2)
    hours = count()
    engine = Engine(store, PostingsIndex(), NAMES, lambda: NOW + timedelta(hours=next(hours)))
    desk, other = Desk(engine, moderating()), Desk(engine, moderating(id="U2"))
    await other.add()
    begun = []
    for name in ("First", "Second", "Third"):
        await desk.add(source=name)
        begun.append(labels(desk.shown)["1"])

    assert "You had 2 drafts already, so the one that you began first was discarded." in desk.text
    told = [plain_text(await engine.reply(command, desk.interaction)) for command in begun]
    assert told[0] == phrase("error.draft_not_here", "en")
    assert all("tram" in text for text in told[1:])
    assert "tram" in (await other.press("1")).text


async def test_nothing_is_published_where_all_was_dropped(desk, store):
    await desk.add()
    await desk.press("1", "Drop", "2", "Drop", "3", "Drop", "Publish")

    assert "No story is left to be added" in desk.text
    assert await store.draft(DraftId(labels(desk.shown)["Publish"].split()[2]))


# Who may


@pytest.mark.parametrize(
    "other",
    [{"id": "U2"}, {"id": "U1", "workspace": AWAY}, {"id": "", "name": "U1"}],
    ids=["another", "away", "a name for an id"],
)
async def test_nobody_but_the_owner_learns_of_a_draft(desk, engine, other):
    await desk.add()
    missing = typed("draft", "a" * 20, act="publish")
    interaction = moderating(**other)

    for command in labels(desk.shown).values():
        told = plain_text(await engine.reply(command, interaction))
        assert told == plain_text(await engine.reply(missing, interaction))
        assert told == plain_text(await engine.submit(command, {"title": "Mine"}, interaction))
    await desk.press("1")
    assert "tram" in desk.text


async def test_a_moderator_who_is_one_no_more_is_refused(desk, engine, store):
    await desk.add()

    told = await engine.reply(labels(desk.shown)["Publish"], moderating(role="member"))

    assert plain_text(told) == phrase("error.moderators_only", "en")
    assert await store.count_stories(HOME) == 0


async def test_a_button_of_an_older_draft_shows_what_changed(desk):
    await desk.add()
    stale = desk.shown
    await desk.press("1", "Drop")

    desk.shown = stale
    await desk.press("2")

    assert desk.text.startswith("This draft was changed meanwhile")
    assert "[dropped]" in desk.text


async def test_a_form_of_an_older_draft_changes_nothing(desk):
    await desk.add()
    overview = desk.shown
    await desk.press("1", "Retitle")
    form, desk.shown = desk.shown, overview
    await desk.press("2", "Drop")

    desk.shown = form
    await desk.fill_in(title="Too late", summary="")

    assert desk.text.startswith("This draft was changed meanwhile")
    assert "Too late" not in desk.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "piece", "piece": 99},
        {"act": "join", "piece": 3},
        {"act": "split", "piece": 1, "at": 99_999},
        {"act": "split", "piece": 99},
        {"act": "up", "piece": 1},
        {"act": "merge", "piece": 1},
    ],
)
async def test_what_cannot_be_done_is_said_beside_the_draft(desk, wrong):
    await desk.add()
    draft = labels(desk.shown)["Publish"].split()[2]

    told = await desk.engine.reply(typed("draft", draft, **wrong), desk.interaction)

    assert labels(told) == labels(desk.shown)
    assert plain_text(told) != desk.text
