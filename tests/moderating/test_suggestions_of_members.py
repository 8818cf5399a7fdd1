"""Members suggest stories where the workspace lets them, at a pace that floods nobody; on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adding.add_form import SUGGEST
from bot.adding.articles import MAX_A_DAY, MAX_WAITING, MAX_WAITING_HERE
from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.model import WorkspaceId
from bot.phrases import phrase
from tests.factories import NOW, make_actor, make_change, make_interaction, make_story, make_workspace

HOME = WorkspaceId("home")
KEN = make_actor(id="U7", name="Ken")


@pytest.fixture
def now():
    return [NOW]


@pytest.fixture
async def engine(store, now):
    await store.join(make_workspace(suggestions=True), None)
    return Engine(store, PostingsIndex(), Names([]), lambda: now[0])


def interaction(**over):
    return make_interaction(actor=replace(KEN, **over))


def text(number):
    return (
        f"The harbour of {'abcdefghijklmnopqrstuvwxyz'[number % 26] * 9} opened pier {number} to the public."
    )


async def suggest(engine, number=0, by=None, **values):
    return await engine.submit(SUGGEST, {"text": text(number)} | values, by or interaction())


async def approve(store):
    for story in await store.waiting_stories(HOME, 100):
        approved = replace(story, status="published", revision=story.revision + 1)
        await store.save_stories([make_change(approved, tokens={"en": ()}, action="approve")])


async def test_a_suggestion_waits_and_nobody_sees_it(engine, store):
    form = await engine.reply(SUGGEST, interaction())
    assert isinstance(form, Form)

    told = await engine.submit(form.command, {"text": text(0), "source": "Ferry News"}, interaction())

    assert "waits for the moderators" in plain_text(told)
    assert await store.count_stories(HOME) == 0
    (story,) = await store.waiting_stories(HOME, 5)
    (change,) = await store.changes([HOME], 5)
    assert (story.workspace, story.source.name) == (HOME, "Ferry News")
    assert (change.action, change.actor, change.actor_id) == ("suggest", "Ken", "U7")


@pytest.mark.parametrize("workspace", ["home", "away"])
async def test_where_a_workspace_takes_none_there_is_no_form_either(store, workspace):
    await store.join(make_workspace(suggestions=False), None)
    engine = Engine(store, PostingsIndex(), Names([]), lambda: NOW)
    by = interaction(workspace=WorkspaceId(workspace))

    assert plain_text(await engine.reply(SUGGEST, by)) == phrase("error.suggest_off", "en")
    assert plain_text(await suggest(engine, by=by)) == phrase("error.suggest_off", "en")
    assert await store.count_waiting(HOME) == 0


async def test_the_same_again_is_said_to_be_there(engine, store):
    await suggest(engine)

    assert "suggested already" in plain_text(await suggest(engine))
    assert await store.count_waiting(HOME) == 1


async def test_a_member_cannot_reach_further_than_the_workspace(engine, store):
    await suggest(engine, reach="everyone")

    assert [story.workspace for story in await store.waiting_stories(HOME, 5)] == [HOME]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"text": "https://kawabe.example/"}, "suggest_text"),
        ({"text": ""}, "article_empty"),
        ({"date": "soon"}, "form_date"),
    ],
)
async def test_what_cannot_be_suggested_comes_back_as_it_was_typed(engine, store, values, key):
    form = await suggest(engine, **values)

    assert form.problem == phrase(f"error.{key}", "en")
    assert form.command == SUGGEST
    assert {field.name: field.value for field in form.fields}["text"] == ({"text": text(0)} | values)["text"]
    assert await store.count_waiting(HOME) == 0


async def test_what_is_known_need_not_be_suggested(engine, store):
    long = f"{text(0)} The pier is two hundred metres long, and ferries leave from it."
    await suggest(engine, text=long)
    (story,) = await store.waiting_stories(HOME, 5)
    published = replace(story, status="published", revision=2)
    words = ("harbour", "pier", "ferri")
    await store.save_stories([make_change(published, tokens={"en": words}, action="approve")])

    form = await suggest(engine, text=long.replace("public", "public at last"))

    assert form.problem == phrase("error.suggest_known", "en")


async def test_one_person_has_only_a_few_waiting(engine, store):
    for number in range(MAX_WAITING):
        await suggest(engine, number)

    form = await suggest(engine, MAX_WAITING)

    assert form.problem == phrase("error.suggest_waiting", "en", limit=MAX_WAITING)
    assert "waits" in plain_text(await suggest(engine, 9, interaction(id="U8")))
    await approve(store)
    assert "waits" in plain_text(await suggest(engine, MAX_WAITING))


async def test_one_person_suggests_only_so_often_a_day(engine, store, now):
    for number in range(MAX_A_DAY):
        await suggest(engine, number)
        await approve(store)

    form = await suggest(engine, MAX_A_DAY)

    assert form.problem == phrase("error.suggest_pace", "en", limit=MAX_A_DAY)
    now[0] += timedelta(days=1, seconds=1)
    assert "waits" in plain_text(await suggest(engine, MAX_A_DAY))


async def test_a_workspace_has_only_so_many_waiting(engine, store):
    await store.save_stories(
        [
            make_change(make_story(id=f"w{number}", workspace=HOME, status="waiting"), action="suggest")
            for number in range(MAX_WAITING_HERE)
        ]
    )

    assert (await suggest(engine)).problem == phrase("error.suggest_full", "en")


async def test_an_article_of_many_stories_is_too_much_at_once(engine, store):
    many = "\n\n".join(
        f"{cue}, the {what} of Kawabe opened its doors. The {what} is free for all who live there."
        for cue, what in (
            ("First", "museum"),
            ("In other news", "harbour"),
            ("Elsewhere", "bakery"),
            ("In other news", "railway"),
            ("Elsewhere", "library"),
        )
    )

    form = await suggest(engine, text=many)

    assert form.problem.startswith("This text tells")
    assert await store.count_waiting(HOME) == 0


async def test_many_suggestions_at_once_are_counted_one_by_one(engine, store):
    other = Engine(store, PostingsIndex(), Names([]), lambda: NOW)

    told = await asyncio.gather(
        *(suggest(engines, number) for number, engines in enumerate([engine, other] * 8))
    )

    assert sum(isinstance(reply, Form) for reply in told) == len(told) - await store.count_waiting(HOME)
    assert 1 <= await store.count_waiting(HOME, KEN.id) <= MAX_WAITING
