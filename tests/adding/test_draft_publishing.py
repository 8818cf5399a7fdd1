"""What publishing a draft does: near-copies, for whom it is, whose stories wait, where they appear."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import Piece
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.message import Heading, Message, plain_text, split
from bot.model import PUBLIC, Source, Span, SubscriptionId, TopicId
from bot.moderating.commands import typed
from bot.phrases import phrase
from tests.adding.drafting import (
    ARTICLES,
    AWAY,
    BREAD,
    HOME,
    NAMES,
    Desk,
    known_story,
    labels,
    moderating,
    story_ids,
)
from tests.factories import (
    NOW,
    make_change,
    make_channel,
    make_delivery,
    make_draft,
    make_message,
    make_share,
    make_subscription,
    make_workspace,
)


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), NAMES, lambda: NOW)


@pytest.fixture
def desk(engine):
    return Desk(engine, moderating())


# Near-copies


async def test_a_near_copy_must_be_decided_about(desk, store):
    await known_story(store, BREAD)
    await desk.add()
    assert "≈ It is known · March 1, 2026 · decide what to do with it" in desk.text

    await desk.press("Publish")
    assert "much like stories that are here already: 2" in desk.text
    await desk.press("Add near-copies all the same", "Publish")

    assert "Added 3 stories" in desk.text


async def test_many_near_copies_that_are_undecided_are_told_in_one_message(engine, store):
    known = await known_story(store, BREAD)
    spans = [Span(start=at, end=at + 1) for at in range(2_000)]
    pieces = tuple(Piece(span=span, title="Whales", summary="", like=known.id) for span in spans)
    draft = make_draft(owner_id="U1", text="w" * 2_000, pieces=pieces)
    await store.save_draft(draft)
    interaction = moderating()

    told = await engine.reply(typed("draft", draft.id, act="publish"), interaction)

    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …, 2000." in plain_text(told)
    assert split(told, interaction.limits) == [told]


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
