"""A moderator looks through an article before it goes in, and publishes it as one act; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adding.add_form import COMMAND
from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, Heading, Message, plain_text
from bot.model import PUBLIC, DraftId, Source, SubscriptionId, TopicId, WorkspaceId
from bot.moderating.commands import typed
from bot.phrases import phrase
from tests.factories import (
    NOW,
    make_actor,
    make_change,
    make_channel,
    make_delivery,
    make_interaction,
    make_message,
    make_share,
    make_story,
    make_subscription,
    make_telling,
    make_topic,
    make_workspace,
)

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
MIKA = make_actor(id="U1", role="moderator")
NAMES = Names([make_topic(id=TopicId("komugi"), names={"ja": "コムギ", "en": "Komugi"})])
ARTICLES = sorted((Path(__file__).parent.parent.parent / "shared" / "article").glob("*.txt"))
TRAM = """The council of Kawabe voted on Tuesday to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day."""
BREAD = """The bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt in any of its forty shops."""
MUSEUM = """The museum of Nagisa opened a hall about whales. Entry to the hall is free on Sundays.
Its largest skeleton is thirty metres long."""
ARTICLE = f"First, {TRAM[0].lower()}{TRAM[1:]}\n\nIn other news, {BREAD}\n\nElsewhere, {MUSEUM}\n"
FILLED_IN = {"text": ARTICLE, "source": "Kawabe Post", "date": "2026-03-01"}


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), NAMES, lambda: NOW)


def moderating(**over):
    return make_interaction(actor=replace(MIKA, **over), form_fields=20)


def labels(message):
    rows = [block.buttons for block in message.blocks if isinstance(block, Buttons)]
    return {button.label: button.command for row in rows for button in row}


def titles(message):
    return [block.text for block in message.blocks if isinstance(block, Heading) and block.level == 2]


def story_ids(message):
    return [block.story_id for block in message.blocks if isinstance(block, Heading) and block.level == 2]


class Desk:
    """One moderator at work: what stands before them, and what they press next."""

    def __init__(self, engine, interaction):
        self.engine = engine
        self.interaction = interaction
        self.shown = None

    async def add(self, **values):
        self.shown = await self.engine.submit(COMMAND, FILLED_IN | values, self.interaction)
        return self

    async def press(self, *names):
        for name in names:
            self.shown = await self.engine.reply(labels(self.shown)[name], self.interaction)
        return self

    async def fill_in(self, **values):
        assert isinstance(self.shown, Form)
        self.shown = await self.engine.submit(self.shown.command, values, self.interaction)
        return self

    @property
    def text(self):
        return plain_text(self.shown)


@pytest.fixture
def desk(engine):
    return Desk(engine, moderating())


async def known_story(store, text, **over):
    story = make_story(
        **{"workspace": HOME, "tellings": (make_telling(title="It is known", body=text),)} | over
    )
    await store.save_stories([make_change(story, tokens={"en": tuple(text.lower().split())})])
    return story


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


# Near-copies


async def test_a_near_copy_must_be_decided_about(desk, store):
    await known_story(store, BREAD)
    await desk.add()
    assert "The Daily Crate · March 1, 2026 · decide what to do with it" in desk.text

    await desk.press("Publish")
    assert "much like stories that are here already: 2" in desk.text
    await desk.press("Add near-copies all the same", "Publish")

    assert "Added 3 stories" in desk.text


async def test_a_near_copy_becomes_another_source_of_the_known_story(desk, store):
    known = await known_story(store, BREAD)
    await desk.add()
    await desk.press("2", "Merge as another source", "Publish")

    after = (await store.stories([known.id], HOME))[known.id]
    assert "“It is known” now has Kawabe Post as a further source." in desk.text
    assert after.also == (Source(name="Kawabe Post"),)
    assert (after.tellings, await store.count_stories(HOME)) == (known.tellings, 3)
    change, _ = await store.changes([HOME], 5)
    assert sorted(revision.number for revision in await store.revisions_of(change.id)) == [1, 1, 2]


async def test_the_posted_copies_of_a_story_are_told_of_the_further_source(desk, store):
    known = await known_story(store, BREAD)
    message = make_message(blocks=(Heading("1. It is known", 2, story_id=known.id),))
    await store.share(make_share(), [make_delivery(kind="share", message=message)])
    await desk.add()
    await desk.press("2", "Merge as another source", "Publish")

    change, _ = await store.changes([HOME], 5)
    assert await store.count_edits(change.id) == {"planned": 1}


async def test_one_story_that_is_a_near_copy_is_asked_about_and_only_merged(desk, store):
    known = await known_story(store, BREAD)
    await desk.add(text=BREAD.replace("recalled", "has recalled"))
    await desk.press("1", "Merge as another source", "Publish")

    assert await store.count_stories(HOME) == 1
    change, _ = await store.changes([HOME], 5)
    assert change.action == "merge"
    assert (await store.stories([known.id], HOME))[known.id].revision == 2


async def test_a_near_copy_becomes_an_update(desk, store):
    known = await known_story(store, BREAD)
    await desk.add()
    await desk.press("2", "Add as an update", "Publish")

    assert [story.updates for story in (await store.stories(story_ids(desk.shown), HOME)).values()] == [
        None,
        known.id,
        None,
    ]


async def test_a_public_story_can_be_updated_but_not_changed_by_a_workspace(desk, store):
    known = await known_story(store, BREAD, workspace=PUBLIC)
    await desk.add()
    draft = labels(desk.shown)["Publish"].split()[2]
    await desk.press("2")
    assert "Merge as another source" not in labels(desk.shown)

    forged = await desk.engine.reply(typed("draft", draft, act="merge", piece=2), desk.interaction)

    assert "cannot be changed from here" in plain_text(forged)
    assert (await store.stories([known.id], HOME))[known.id].also == ()


async def test_another_workspace_s_story_is_no_near_copy(desk, store):
    await known_story(store, BREAD, workspace=AWAY)

    await desk.add()

    assert "Daily Crate" not in desk.text


async def test_a_known_story_that_went_away_is_asked_about_again(desk, store):
    known = await known_story(store, BREAD)
    await desk.add()
    await desk.press("2", "Merge as another source")
    gone = replace(known, status="retracted", revision=2)
    await store.save_stories([make_change(gone, action="retract")])

    await desk.press("Publish")
    assert "no longer shown" in desk.text
    await desk.press("Publish")

    assert "Added 3 stories" in desk.text


async def test_undoing_takes_back_all_that_publishing_did(desk, store, engine):
    known = await known_story(store, BREAD)
    await desk.add()
    await desk.press("2", "Merge as another source", "Publish")
    (change,) = (await store.changes([HOME], 5))[:1]

    await engine.reply(typed("undo", change.id), moderating())

    assert await store.count_stories(HOME) == 1
    assert (await store.stories([known.id], HOME))[known.id].also == ()


# For whom, and when


async def test_stories_for_everybody_are_the_operator_s_workspaces_alone(store):
    engine = Engine(store, PostingsIndex(), NAMES, lambda: NOW, operators=[HOME])
    desk, other = Desk(engine, moderating()), Desk(engine, moderating(workspace=AWAY))

    await other.add(reach="everyone")
    assert other.shown.problem == phrase("error.operators_only", "en")
    assert "reach" not in [field.name for field in other.shown.fields]

    await desk.add(reach="everyone")
    assert "for every workspace" in desk.text
    late = Desk(Engine(store, PostingsIndex(), NAMES, lambda: NOW), desk.interaction)
    late.shown = desk.shown
    assert "operator's workspaces can" in (await late.press("Publish")).text
    await desk.press("Publish")
    assert "Every workspace sees this." in desk.text
    assert await store.count_stories(AWAY) == 3


@pytest.mark.parametrize(
    ("publishers", "role", "waits"),
    [
        ("moderators", "moderator", False),
        ("managers", "moderator", True),
        ("managers", "manager", False),
        ("nobody", "manager", True),
        ("nobody", "operator", False),
    ],
)
async def test_whose_stories_wait_is_what_the_workspace_set(engine, store, publishers, role, waits):
    await store.join(make_workspace(publishers=publishers), None)
    desk = Desk(engine, moderating(role=role))

    await desk.add()
    await desk.press("Publish")

    assert await store.count_waiting(HOME) == (3 if waits else 0)
    assert ("approval: /ai-news-mod queue" in desk.text) is waits


async def test_the_desk_is_told_of_stories_that_wait(engine, store):
    await store.join(make_workspace(publishers="nobody", desk="desk"), None)
    desk = Desk(engine, moderating())

    await desk.add()
    await desk.press("Publish")

    (notice,) = await store.deliveries(HOME, 5)
    assert (notice.kind, notice.channel.id) == ("notice", "desk")
    assert "rye bread" in plain_text(notice.message)


async def test_where_stories_wait_nothing_is_merged(engine, store):
    await store.join(make_workspace(publishers="nobody"), None)
    await known_story(store, BREAD)
    desk = Desk(engine, moderating())
    await desk.add()

    await desk.press("2", "Merge as another source", "Publish")

    assert "Your stories wait for approval" in desk.text
    assert await store.count_waiting(HOME) == 0


async def test_where_the_stories_appear_is_said_with_the_instant(desk, store):
    for number in range(5):
        await store.add_subscription(
            make_subscription(
                id=SubscriptionId(f"s{number}"),
                channel=make_channel(id=f"news-{number}"),
                topics=(TopicId("komugi"),) if number == 0 else (),
                time_zone="Asia/Tokyo",
                next_due_at=NOW + timedelta(hours=1 + number),
            )
        )
    await store.add_subscription(
        make_subscription(
            id=SubscriptionId("other"), channel=make_channel(id="x"), topics=(TopicId("kites"),)
        )
    )
    await desk.add()
    await desk.press("Publish")

    assert "#news-0 · Monday, March 2, 2026 10:00 JST · one story" in desk.text
    assert "#news-1 · Monday, March 2, 2026 11:00 JST · 3 stories" in desk.text
    assert "and 2 more channels" in desk.text
    assert "#x" not in desk.text


# The article that is beside the repository


@pytest.mark.skipif(not ARTICLES, reason="the article is not in a shared folder beside the repository")
async def test_the_given_article_is_looked_through_and_goes_in(desk, store):
    await desk.add(text=ARTICLES[0].read_text("utf-8"))
    assert "11 stories, 11 to be added" in desk.text
    await desk.press("1", "Join with next", "3", "Drop", "Publish")

    assert "Added 9 stories" in desk.text
    assert await store.count_stories(HOME) == 9
    assert isinstance(desk.shown, Message)
