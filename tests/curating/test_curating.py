"""Moderators decide for their workspace alone, over a real store, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, Heading, plain_text
from bot.model import StoryId, WorkspaceId
from tests.factories import (
    NOW,
    make_actor,
    make_interaction,
    make_story,
    make_submission,
    make_telling,
    make_topic,
)

HOME, AWAY = WorkspaceId("home"), WorkspaceId("away")
KUMO = make_topic(id="kumo", names={"ja": "クモ", "en": "Kumo"}, aliases=())
HATO = make_topic(id="hato", names={"ja": "ハト", "en": "Hato"}, aliases=())
MEMBERS = "Only moderators can do this."
NOT_HERE = "There is no such story here. Try other words, or the story's id."


def told(title, body="Something.", id_=None, **over):
    telling = make_telling(title=title, summary=title, body=body)
    return make_story(id=StoryId(id_ or title.replace(" ", "-")), tellings=(telling,), **over)


def moderator(workspace=HOME, role="moderator", **over):
    actor = make_actor(workspace=workspace, role=role, id="U1")
    return make_interaction(actor=actor, **over)


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), Names([KUMO, HATO]), lambda: NOW)


async def say(engine, text, **over):
    return plain_text(await engine.reply(text, moderator(**over)))


async def added(engine, text, workspace=HOME, **over):
    article = make_submission(text, **over)
    return (await engine.add(article, make_actor(workspace=workspace))).published.stories


async def titles(engine, query, workspace=HOME):
    found = await engine.answer(query, make_actor(workspace=workspace))
    return {each.telling.title for each in found.found}


async def newest(engine, page=1, workspace=HOME):
    command = f"/ai-news page:{page}" if page > 1 else "/ai-news"
    message = await engine.reply(command, moderator(workspace))
    return [
        block.text.partition(" ")[2]
        for block in message.blocks
        if isinstance(block, Heading) and block.level == 2
    ]


# Names


async def test_an_alias_finds_what_its_topic_finds_and_the_other_way_round(engine):
    old = told("Spider Works opens", "Spider Works opens a plant.")
    await engine.save(
        [old, told("Kumo grows", "Kumo has grown."), told("A spider works", "It does.")], "s", ""
    )
    assert await titles(engine, "spider works") >= {"Spider Works opens", "A spider works"}

    await say(engine, '/ai-news-mod alias kumo name:"Spider Works"')

    both = {"Spider Works opens", "Kumo grows", "A spider works"}
    assert await titles(engine, "kumo") == await titles(engine, "spider works") == both
    assert await titles(engine, "クモ") == both
    assert await titles(engine, "kumo", AWAY) == {"Kumo grows"}


async def test_the_words_of_an_alias_apart_are_not_the_alias(engine):
    await engine.save(
        [told("East wins", "Power is in the east."), told("東京の電力", "東京の電力を使う。")], "s", ""
    )

    await say(engine, "/ai-news-mod alias kumo name:東京電力")

    assert await titles(engine, "kumo") == set()


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("深度求索", "中国の深度求索が新モデルを公開した。"),
        ("ディープシーク", "ディープ・シークが新モデルを公開した。"),
        ("東京電力", "東京電力が値上げを発表した。"),
        ("Hugging Face", "Hugging Faceが公開した。"),
        ("GPT-4", "GPT-4が出た。"),
    ],
)
async def test_a_name_in_any_script_finds_stories_that_are_older_than_it(engine, alias, text):
    await engine.save([told("Old", text)], "s", "")

    await say(engine, f'/ai-news-mod alias kumo name:"{alias}"')

    assert await titles(engine, "kumo") == await titles(engine, alias) == {"Old"}


async def test_a_topic_that_was_made_is_known_everywhere_here_and_nowhere_else(engine):
    await engine.save([told("Grok answers", "Grok can answer.")], "s", "")

    assert "“Grok” is a topic from now on" in await say(engine, "/ai-news-mod topic Grok")

    asked = make_actor(workspace=HOME)
    (choice,) = await engine.suggest("topics", "gro", asked)
    assert choice.label == "Grok"
    assert await engine.suggest("topics", "gro", make_actor(workspace=AWAY)) == []
    assert await titles(engine, "grok") == {"Grok answers"}
    told_here = await say(engine, "/ai-news-digest subscribe topics:grok", role="manager")
    assert "Only what is about or mentions: Grok." in told_here


async def test_new_stories_of_the_workspace_are_about_its_own_topics(engine):
    await say(engine, '/ai-news-mod alias kumo name:"Spider Works"')
    text = "Spider Works opened a plant in the north. The plant builds robots that can climb."

    here = await added(engine, text)
    elsewhere = await added(engine, text, AWAY)
    everywhere = await added(engine, text, for_everyone=True)

    assert [story.topics for story in here] == [("kumo",)]
    assert [story.topics for story in (*elsewhere, *everywhere)] == [(), ()]


async def test_joined_topics_are_found_by_either_name_and_part_again(engine):
    await engine.save(
        [told("Kumo grows", "It grows.", topics=("kumo",)), told("Doves", "Doves fly.", topics=("hato",))],
        "s",
        "",
    )
    await say(engine, "/ai-news-mod join hato into:kumo")
    assert await titles(engine, "ハト") == await titles(engine, "kumo") == {"Kumo grows", "Doves"}
    assert await titles(engine, "kumo", AWAY) == {"Kumo grows"}
    own = await added(engine, "Hato flew over the town. People watched it for an hour.")

    assert "of its own again" in await say(engine, "/ai-news-mod part ハト")

    assert await titles(engine, "kumo") == {"Kumo grows"}
    assert own[0].topics == ("hato",)


async def test_taking_everything_back_by_its_buttons_leaves_nothing_decided(engine, store):
    for command in ("topic Grok", "alias kumo name:グモ", "join hato into:kumo", "mute kumo"):
        await say(engine, f"/ai-news-mod {command}")
    view = await engine.reply("/ai-news-mod topics", moderator())

    backs = [
        button.command
        for block in view.blocks
        if isinstance(block, Buttons)
        for button in block.buttons
        if button.label == "undo"
    ]
    for command in backs:
        await engine.reply(command, moderator())

    left = await store.curation(HOME)
    assert len(backs) == 4
    assert not any((left.topics, left.aliases, left.joined, left.muted))
    actions = [change.action for change in await store.changes([HOME], 20)]
    assert actions == ["unmute", "part", "unalias", "untopic", "mute", "join", "alias", "topic"]


async def test_a_decision_that_is_so_already_is_no_change(engine, store):
    for _ in range(2):
        last = await say(engine, "/ai-news-mod mute kumo")

    assert last.startswith("That is so already")
    assert await store.count_changes([HOME]) == 1


async def test_what_a_command_lacks_is_asked_for_and_comes_back_with_what_is_wrong(engine):
    form = await engine.reply("/ai-news-mod alias name:クモ", moderator())
    assert isinstance(form, Form)
    assert [(field.name, field.kind, field.value) for field in form.fields] == [
        ("topic", "choice", ""),
        ("name", "line", "クモ"),
    ]

    again = await engine.submit(form.command, {"topic": "hato", "name": "クモ"}, moderator())
    done = await engine.submit(form.command, {"topic": "hato", "name": "伝書鳩"}, moderator())

    assert again.problem == "“クモ” is a name of クモ / Kumo already."
    assert [field.value for field in again.fields] == ["hato", "クモ"]
    assert plain_text(done).startswith("“伝書鳩” finds Hato from now on")


async def test_there_is_no_form_where_there_is_nothing_to_choose(engine):
    assert "There is no topic to choose from." in await say(engine, "/ai-news-mod unmute")


# Stories


async def test_a_hidden_story_is_gone_here_and_nowhere_else_until_it_is_shown_again(engine, store):
    await engine.save([told("Kumo grows", "Kumo has grown.")], "s", "")
    form = await engine.reply("/ai-news-mod hide Kumo-grows", moderator())
    assert isinstance(form, Form)

    await engine.submit(form.command, {"reason": "Not for us."}, moderator())

    assert (await titles(engine, "kumo"), await newest(engine)) == (set(), [])
    assert (await titles(engine, "kumo", AWAY), await newest(engine, 1, AWAY)) == (
        {"Kumo grows"},
        ["Kumo grows"],
    )
    (change,) = await store.changes([HOME], 5)
    assert (change.action, change.reason, change.actor, change.actor_id) == (
        "hide",
        "Not for us.",
        "Mika",
        "U1",
    )
    await say(engine, "/ai-news-mod unhide Kumo-grows")
    assert await titles(engine, "kumo") == {"Kumo grows"}


@pytest.mark.parametrize("reason", ["x" * 301, "\u200b", " "])
async def test_a_reason_for_hiding_is_never_cut_and_says_something(engine, store, reason):
    await engine.save([told("Kumo grows")], "s", "")

    form = await engine.submit("/ai-news-mod hide Kumo-grows", {"reason": reason}, moderator())

    assert isinstance(form, Form)
    assert form.problem
    assert form.fields[0].value == reason
    assert not (await store.curation(HOME)).hidden


async def test_a_workspaces_own_story_is_retracted_and_not_hidden(engine):
    await engine.save([told("Ours", workspace=HOME)], "s", "")

    assert "retract it instead" in await say(engine, "/ai-news-mod hide Ours reason:x")


@pytest.mark.parametrize("act", ["pin", "unpin", "hide", "unhide"])
async def test_a_story_of_others_is_answered_as_one_that_is_not_there(engine, store, act):
    await engine.save([told("Theirs", workspace=AWAY), told("Waiting", status="waiting")], "s", "")

    answers = {await say(engine, f"/ai-news-mod {act} {id_} reason:x") for id_ in ("Theirs", "Waiting", "No")}

    assert answers == {NOT_HERE}
    assert (await store.curation(HOME)).revision == 0


@pytest.mark.parametrize(
    "command",
    [
        "pin Kumo",
        "hide Kumo",
        "topics",
        "topic X",
        "alias",
        "alias kumo name:Spinne",
        "mute kumo",
        "join hato into:kumo",
    ],
)
async def test_members_decide_nothing(engine, store, command):
    await engine.save([told("Kumo")], "s", "")

    assert await say(engine, f"/ai-news-mod {command}", role="member") == MEMBERS
    refused = await engine.submit(f"/ai-news-mod {command}", {"topic": "kumo"}, moderator(role="member"))
    assert plain_text(refused) in (MEMBERS, "There is no form for /ai-news-mod.")
    assert (await store.curation(HOME)).revision == 0


async def test_pinned_stories_lead_the_newest_and_no_page_tells_one_twice(engine):
    stories = [told(f"Story {n:02}", published_at=NOW - timedelta(hours=n)) for n in range(13)]
    await engine.save(stories, "s", "")
    for number in (12, 3, 7):
        await say(engine, f"/ai-news-mod pin Story-{number:02}")

    pages = [await newest(engine, page) for page in (1, 2, 3, 4)]

    shown = [title for page in pages for title in page]
    assert shown == [f"Story {n:02}" for n in (12, 3, 7, 0, 1, 2, 4, 5, 6, 8, 9, 10, 11)]
    assert [len(page) for page in pages] == [5, 5, 3, 0]
    assert (await newest(engine, 1, AWAY))[0] == "Story 00"


async def test_words_that_name_a_story_are_answered_with_those_that_can_be_pinned(engine):
    await engine.save([told("Kumo grows"), told("Kumo waits", workspace=HOME, status="waiting")], "s", "")

    answer = await say(engine, "/ai-news-mod pin kumo")

    assert "Kumo grows" in answer
    assert "Kumo waits" not in answer
    assert "Only published" in await say(engine, "/ai-news-mod pin Kumo-waits")


async def test_old_stories_are_not_pinned(engine):
    await engine.save([told("Old", published_at=NOW - timedelta(days=31))], "s", "")

    assert "older" in await say(engine, "/ai-news-mod pin Old")


async def test_many_moderators_at_once_lose_no_decision(engine, store):
    aliases = [f"Spider {number}" for number in range(15)]

    await asyncio.gather(*(say(engine, f'/ai-news-mod alias kumo name:"{alias}"') for alias in aliases))

    curation = await store.curation(HOME)
    assert sorted(curation.aliases["kumo"]) == sorted(aliases)
    assert curation.revision == await store.count_changes([HOME]) == len(aliases)
