"""Moderators add articles by a form; a story is read with all that belongs to it; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.adding.add_form import COMMAND, MAX_ARTICLE_CHARACTERS
from bot.engine import Engine
from bot.errors import NotFound, StoreError
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Message, plain_text
from bot.model import PUBLIC, StoryId, WorkspaceId
from bot.phrases import phrase
from tests.adding.drafting import published, story_ids
from tests.factories import NOW, make_actor, make_change, make_channel, make_interaction, make_story

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
MODERATOR = make_actor(role="moderator")
ARTICLE = """First, the council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt.
"""
FILLED_IN = {
    "text": ARTICLE,
    "source": "Kawabe Post",
    "url": "https://kawabe.example/",
    "date": "2025-02-01",
}


@pytest.fixture
def engine(store):
    """Return an engine whose clock moves on by a second each time that it is read."""
    seconds = count()
    return Engine(store, PostingsIndex(), Names([]), lambda: NOW + timedelta(seconds=next(seconds)))


def moderating(**over):
    return make_interaction(actor=replace(MODERATOR, **over))


async def added(engine, values=FILLED_IN, interaction=None):
    """Fill in the form, and publish what it is cut into; return what the moderator is told."""
    return await published(engine, values, interaction or moderating())


# The form


@pytest.mark.parametrize("role", ["moderator", "operator"])
async def test_who_may_add_gets_the_form_in_their_language(engine, role):
    form = await engine.reply(COMMAND, moderating(role=role, language="ja"))

    assert isinstance(form, Form)
    assert (form.command, form.language, form.problem) == (COMMAND, "ja", "")


async def test_a_member_gets_no_form_and_cannot_submit_one_either(engine, store):
    refused = phrase("error.moderators_only", "en")

    assert plain_text(await engine.reply(COMMAND, make_interaction())) == refused
    assert plain_text(await engine.submit(COMMAND, FILLED_IN, make_interaction())) == refused
    assert await store.count_stories(HOME) == 0


@pytest.mark.parametrize("command", ["/ai-news x", "/ai-news-mod", "\0", "", "x" * 9_999])
async def test_a_form_of_a_command_that_has_none_is_refused(engine, command):
    assert isinstance(await engine.submit(command, FILLED_IN, moderating()), Message)


async def test_an_article_becomes_stories_that_only_the_workspace_finds(engine, store):
    told = await added(engine, FILLED_IN | {"other": "ignored"})

    first, second = (await store.stories(story_ids(told), HOME)).values()
    assert "Added 2 stories" in plain_text(told)
    assert first.tellings[0].summary in plain_text(told)
    assert (first.workspace, first.source.name, first.source.url) == (
        HOME,
        "Kawabe Post",
        "https://kawabe.example/",
    )
    assert second.published_at == datetime(2025, 2, 1, tzinfo=UTC)
    assert first.published_at == second.published_at + timedelta(milliseconds=1)
    assert await store.stories([first.id, second.id], AWAY) == {}
    found = await engine.answer("tram line", MODERATOR)
    assert [each.story.id for each in found.found] == [first.id]
    assert (await store.revisions(first.id))[0].actor == "Mika"


@pytest.mark.parametrize(
    ("date", "sentence"),
    [("", "No channel here is subscribed"), ("2025-02-01", "more than 30 days old")],
)
async def test_it_is_said_whether_digests_bring_the_stories(engine, date, sentence):
    told = await added(engine, FILLED_IN | {"date": date})

    assert sentence in plain_text(told)


async def test_the_same_article_again_is_said_to_be_here(engine, store):
    first = await added(engine)

    again = await added(engine)

    assert "here already, with 2 stories" in plain_text(again)
    assert story_ids(again) == story_ids(first)
    assert await store.count_stories(HOME) == 2


async def test_another_workspace_adds_the_same_article_as_its_own(engine, store):
    await added(engine)

    told = await added(engine, interaction=moderating(workspace=AWAY))

    assert "Added 2 stories" in plain_text(told)
    assert await store.count_stories(HOME) == await store.count_stories(AWAY) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": " \0\n"},
        {"text": "a" * (MAX_ARTICLE_CHARACTERS + 1)},
        {"source": "a" * 201},
        {"url": "https://" + "a" * 1_000},
        {"url": "javascript:alert(1)"},
        {"date": "soon"},
    ],
    ids=["empty", "blank", "text too long", "source too long", "address too long", "script", "no date"],
)
async def test_what_cannot_be_added_comes_back_with_the_reason_and_all_that_was_typed(engine, store, wrong):
    values = FILLED_IN | wrong

    form = await engine.submit(COMMAND, values, moderating())

    assert isinstance(form, Form)
    assert form.problem
    assert {field.name: field.value for field in form.fields if field.value} == {
        name: value for name, value in values.items() if value
    }
    assert await store.count_stories(HOME) == 0


async def test_text_that_no_database_can_hold_is_cleaned(engine, store):
    text = ARTICLE.replace("tram", "tr\0am").replace("bakery", "\ud800bakery")

    told = await added(engine, FILLED_IN | {"text": text})

    first, second = (await store.stories(story_ids(told), HOME)).values()
    assert "tram" in first.tellings[0].body
    assert "\ufffdbakery" in second.tellings[0].body


async def test_a_retracted_story_is_not_told_again_when_its_article_is_added_again(engine, store):
    first = await added(engine)
    gone = (await store.stories(story_ids(first)[:1], HOME))[story_ids(first)[0]]
    await retract(store, gone)

    again = await added(engine)

    assert story_ids(again) == story_ids(first)[1:]


async def test_an_article_whose_stories_were_all_retracted_is_said_to_be(engine, store):
    first = await added(engine)
    for story in (await store.stories(story_ids(first), HOME)).values():
        await retract(store, story)

    again = await added(engine)

    assert plain_text(again) == phrase("added.retracted", "en")


# Reading one story


async def retract(store, story, action="retract"):
    retracted = replace(story, status="retracted", revision=story.revision + 1)
    await store.save_stories([make_change(retracted, action=action)])


async def test_a_story_is_read_with_its_article_and_its_history(engine, store):
    told = await added(engine)

    record = await engine.story(story_ids(told)[0], HOME)

    assert (
        record.article.text[record.story.span.start : record.story.span.end] == record.story.tellings[0].body
    )
    assert [revision.action for revision in record.revisions] == ["add"]


async def test_a_story_without_an_article_is_read_too(engine, store):
    await store.save_stories([make_change()])

    assert (await engine.story(StoryId("story"), AWAY)).article is None


async def test_a_retracted_story_is_read_where_it_was_seen(engine, store):
    for story in (make_story(), make_story(id="own", workspace=HOME)):
        await store.save_stories([make_change(story)])
        await retract(store, story)

    assert (await engine.story(StoryId("story"), AWAY)).story.status == "retracted"
    assert (await engine.story(StoryId("own"), HOME)).story.status == "retracted"
    with pytest.raises(NotFound):
        await engine.story(StoryId("own"), AWAY)


@pytest.mark.parametrize("id_", ["absent", "waiting", "refused", "away", "\0", "\ud800", ""])
async def test_what_is_not_here_cannot_be_told_from_what_never_was(engine, store, id_):
    refused = make_story(id="refused", status="waiting")
    await store.save_stories(
        [
            make_change(make_story(id="waiting", status="waiting")),
            make_change(refused),
            make_change(make_story(id="away", workspace=AWAY)),
        ]
    )
    await retract(store, refused)

    with pytest.raises(NotFound) as caught:
        await engine.story(StoryId(id_), HOME)

    assert (caught.value.key, caught.value.facts) == ("story_not_here", {})


# Trouble


async def test_all_is_well_when_the_index_has_followed(engine, store):
    await store.save_stories([make_change()])

    assert await engine.trouble() == {"store": "", "index": ""}
    assert engine.index.position == 1


async def test_a_store_that_fails_is_named(engine, store):
    await store.close()

    trouble = await engine.trouble()

    assert trouble["store"]
    assert trouble["index"] == ""
    with pytest.raises(StoreError):
        await store.subscription(make_channel())


async def test_an_index_that_takes_nothing_is_behind(store):
    class BusyIndex(PostingsIndex):
        def apply(self, entries):
            return 0

    await store.save_stories([make_change(make_story(workspace=PUBLIC))])

    trouble = await Engine(store, BusyIndex(), Names([]), lambda: NOW).trouble()

    assert trouble["store"] == ""
    assert trouble["index"]
