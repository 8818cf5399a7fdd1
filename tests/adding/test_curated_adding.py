"""Articles that moderators and members bring in are read with their workspace's own names."""

import pytest

from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text
from bot.model import WorkspaceId
from tests.factories import NOW, make_actor, make_interaction, make_subscription, make_topic

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
KUMO = make_topic(id="kumo", names={"ja": "クモ", "en": "Kumo"}, aliases=())
TEXT = "Spider Works opened a plant in the north. The plant builds robots that can climb."


def moderator(workspace=HOME):
    return make_interaction(actor=make_actor(workspace=workspace, role="moderator", id="U1"), id=workspace)


@pytest.fixture
async def engine(store):
    engine = Engine(store, PostingsIndex(), Names([KUMO]), lambda: NOW, operators=frozenset({HOME}))
    await engine.reply('/ai-news-mod alias kumo name:"Spider Works"', moderator())
    await engine.reply("/ai-news-mod topic Robots", moderator())
    return engine


@pytest.mark.parametrize(("workspace", "about"), [(HOME, {"kumo", "robots"}), (AWAY, set())])
async def test_a_story_is_about_what_its_workspace_knows(engine, store, workspace, about):
    added = await engine.submit("/ai-news-mod add", {"text": TEXT}, moderator(workspace))

    (story,) = await store.newest_stories(workspace, 5)
    names = await engine.known.of(workspace)
    assert "north" in plain_text(added)
    assert {names.topics[topic].names["en"].lower() for topic in story.topics} == about


async def test_a_story_for_everyone_is_about_what_everyone_knows(engine, store):
    form = await engine.reply("/ai-news-mod add", moderator())
    assert isinstance(form, Form)
    (own,) = (
        choice.value
        for field in form.fields
        if field.name == "topics"
        for choice in field.choices
        if choice.label == "Robots"
    )

    refused = await engine.submit(
        form.command, {"text": TEXT, "reach": "everyone", "topics": own}, moderator()
    )
    await engine.submit(form.command, {"text": TEXT, "reach": "everyone"}, moderator())

    assert isinstance(refused, Form)
    assert refused.problem
    (story,) = await store.newest_stories(AWAY, 5)
    assert story.topics == ()


async def test_where_a_story_appears_goes_by_what_is_muted(engine, store):
    await store.add_subscription(make_subscription())
    await engine.reply("/ai-news-mod mute kumo", moderator())

    told = await engine.submit("/ai-news-mod add", {"text": TEXT}, moderator())

    assert "#news" not in plain_text(told)
