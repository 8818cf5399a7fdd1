"""The log and undo over a real store: what moderators take back, who may, and what they are told."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.adding.story_words import story_tokens
from bot.changes import Curation
from bot.engine import Engine
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import Buttons, plain_text
from bot.model import PUBLIC, Remark, Source, Topic
from bot.moderating.commands import ShowLog, UndoChange
from tests.factories import (
    NOW,
    make_act,
    make_actor,
    make_change,
    make_interaction,
    make_story,
    make_telling,
    make_workspace,
)

ROBOTS = Topic(id="robots", names={"ja": "ロボット", "en": "Robots"})
MIKA = make_actor(id="u1", name="Mika", role="moderator")
AOI = make_actor(id="u2", name="Aoi", role="moderator")
BOSS = make_actor(id="u4", name="Boss", role="manager")
ELSEWHERE = make_actor(id="u3", name="Ren", role="manager", workspace="elsewhere")
OPERATOR = make_actor(id="console", name="ops", role="operator", workspace="local")
OWN = make_story(workspace="home")


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), Names([ROBOTS]), lambda: NOW)


def by(actor, id_="asked"):
    return make_interaction(id=id_, actor=actor)


async def changed(store, story, action="edit", actor=MIKA, id_=None, **over):
    """Save a story as somebody's change; return it."""
    change = make_act(
        id=id_ or f"{story.id}-{story.revision}",
        workspace=story.workspace,
        actor=actor.name,
        actor_id=actor.id,
        action=action,
        **over,
    )
    tokens = story_tokens(story, Names([ROBOTS]))
    await store.save_stories([make_change(story, change=change, tokens=tokens)])
    return story


async def added(store, story=OWN, actor=MIKA, action="add"):
    return await changed(store, story, action, actor)


def titled(story, title):
    telling = make_telling(title=title)
    return replace(story, tellings=(telling,), revision=story.revision + 1)


async def told(engine, command, actor=MIKA, id_="asked"):
    return plain_text(await engine.reply(command, by(actor, id_)))


async def held(store, id_="story"):
    return (await store.stored_stories([id_]))[id_]


def pressable(message):
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


def commands_of(message):
    return [button.command for button in pressable(message)]


# Taking back


async def test_the_last_change_of_the_asker_is_taken_back(engine, store):
    story = await added(store)
    await changed(store, titled(story, "A mistake"), reason="in haste")
    await changed(store, make_story(id="other", workspace="home"), "add", AOI)

    said = await told(engine, "/ai-news-mod undo")

    assert "Mika undid: Mika edited “A warehouse robot learns to sort parcels”" in said
    assert replace(await held(store), revision=1) == story
    (undo, *_) = await store.changes(["home"], 10)
    assert (undo.action, undo.actor_id, undo.undoes) == ("undo", "u1", "story-2")
    assert (await store.change("story-2")).undone_by == undo.id


async def test_undoing_again_takes_back_what_was_before_that_and_never_an_undo(engine, store):
    story = await added(store)
    one = await changed(store, titled(story, "One"))
    await changed(store, titled(one, "Two"))

    await told(engine, "/ai-news-mod undo", id_="first")
    await told(engine, "/ai-news-mod undo", id_="second")

    assert (await held(store)).tellings == story.tellings


async def test_the_same_typed_undo_delivered_twice_takes_back_one_change(engine, store):
    one = await changed(store, titled(await added(store), "One"))
    await changed(store, titled(one, "Two"))

    first, second = [await told(engine, "/ai-news-mod undo") for _ in range(2)]

    assert first == second
    assert (await held(store)).tellings == one.tellings


async def test_what_was_taken_back_is_found_again_and_told_anew(engine, store):
    story = titled(OWN, "Robot chess")
    await added(store, replace(story, revision=1))
    retracted = replace(story, status="retracted", remark=Remark(kind="retracted", at=NOW, reason="wrong"))
    await changed(store, retracted, "retract")
    assert not (await engine.answer("chess", MIKA)).found

    await told(engine, "/ai-news-mod undo story-2")

    assert (await engine.answer("chess", MIKA)).found
    assert (await held(store)).remark is None


async def test_an_added_article_is_withdrawn_as_a_whole_with_the_reason(engine, store):
    stories = [make_story(id=f"s{number}", workspace="home") for number in range(5)]
    act = make_act(id="article", workspace="home", actor="Mika", actor_id="u1", action="add")
    await store.save_stories([make_change(story, change=act) for story in stories])

    said = await told(engine, '/ai-news-mod undo article reason:"sent too early"')

    after = await store.stored_stories([story.id for story in stories])
    assert {story.status for story in after.values()} == {"retracted"}
    assert {story.remark.reason for story in after.values()} == {"sent too early"}
    assert "and 2 more" in said
    assert "Why: sent too early" in said


async def test_a_merge_is_taken_back_for_both_stories(engine, store):
    one, other = await added(store), await added(store, make_story(id="other", workspace="home"))
    act = make_act(id="merge", workspace="home", actor="Mika", actor_id="u1", action="merge")
    remark = Remark(kind="merged", at=NOW, reason="", into="story")
    await store.save_stories(
        [
            make_change(replace(one, also=(Source(name="Other"),), revision=2), change=act),
            make_change(replace(other, status="retracted", remark=remark, revision=2), change=act),
        ]
    )

    await told(engine, UndoChange(change="merge"))

    assert replace(await held(store), revision=1) == one
    assert replace(await held(store, "other"), revision=1) == other


async def test_undoing_an_undo_does_it_again(engine, store):
    story = await added(store)
    edited = await changed(store, titled(story, "Two"))
    message = await engine.reply(UndoChange(change="story-2"), by(MIKA))

    said = await told(engine, commands_of(message)[0], id_="again")

    assert "Redone" in said
    assert (await held(store)).tellings == edited.tellings
    assert (await store.change("story-2")).undone_by is None


async def test_each_of_many_undos_is_told_by_what_comes_of_it(engine, store):
    story = await added(store)
    await changed(store, titled(story, "Two"))
    first = await engine.reply(UndoChange(change="story-2"), by(MIKA, "1"))
    second = await engine.reply(commands_of(first)[0], by(MIKA, "2"))

    log = await engine.reply(ShowLog(), by(MIKA, "log"))
    third = await told(engine, commands_of(second)[0], id_="3")

    assert "Mika redid: Mika edited “Two”" in plain_text(log)
    assert next(button.label for button in pressable(log)) == "Undo 1"
    assert third.startswith("Undone")
    assert (await held(store)).tellings == story.tellings


async def test_what_was_changed_since_is_refused_with_what_by_whom_and_which_change(engine, store):
    one = await changed(store, titled(await added(store), "One"))
    await changed(store, titled(one, "Two"), actor=AOI)

    said = await told(engine, UndoChange(change="story-2"))

    assert "Aoi changed the title (English) after that" in said
    assert "/ai-news-mod undo story-3" in said
    assert (await held(store)).revision == 3


async def test_a_change_that_was_taken_back_is_told_with_who_did_that(engine, store):
    await changed(store, titled(await added(store), "One"))
    await told(engine, UndoChange(change="story-2"), AOI)

    said = await told(engine, UndoChange(change="story-2"))

    assert "undone already, by Aoi" in said
    assert (await held(store)).revision == 3


async def test_of_many_at_once_one_takes_it_back(engine, store):
    await changed(store, titled(await added(store), "One"))
    askers = [make_actor(id=f"u{number}", name=f"M{number}", role="moderator") for number in range(10)]

    said = await asyncio.gather(*(told(engine, UndoChange(change="story-2"), asker) for asker in askers))

    assert sum(text.startswith("Undone") for text in said) == 1
    assert sum("undone already, by M" in text for text in said) == 9
    assert await store.count_changes(["home"]) == 3


# What workspaces decide


async def test_what_a_workspace_decided_is_taken_back_and_only_that(engine, store):
    await added(store, replace(OWN, workspace=PUBLIC), actor=OPERATOR)
    before = Curation(workspace="home")
    hidden = replace(before, hidden=("story",))
    act = make_act(id="hide", workspace="home", actor="Mika", actor_id="u1", action="hide")
    await store.save_curation(act, before, hidden)
    muted = replace(hidden, revision=1, muted=("robots",))
    act = make_act(id="mute", workspace="home", actor="Aoi", actor_id="u2", action="mute")
    await store.save_curation(act, await store.curation("home"), muted)

    said = await told(engine, "/ai-news-mod undo")

    assert "Mika undid: Mika hid “A warehouse robot learns to sort parcels” from this workspace" in said
    curation = await store.curation("home")
    assert (curation.hidden, curation.muted) == ((), ("robots",))
    assert "story" in await store.stories(["story"], "home")


async def test_a_decision_that_was_changed_since_is_refused_with_who_did(engine, store):
    states = [Curation(workspace="home", joined=joined) for joined in ({}, {"a": "b"}, {"a": "c"})]
    for number, (before, after) in enumerate(pairwise(states)):
        act = make_act(id=f"join{number}", workspace="home", actor="Aoi", actor_id="u2", action="join")
        await store.save_curation(act, replace(before, revision=number), after)

    said = await told(engine, UndoChange(change="join0"))

    assert "Aoi changed the topics joined after that" in said
    assert "join1" in said


# Who may


@pytest.mark.parametrize("actor", [MIKA, ELSEWHERE, make_actor(workspace="local")])
@pytest.mark.parametrize("workspace", [PUBLIC, "third"])
async def test_changes_elsewhere_are_answered_as_if_they_did_not_exist(engine, store, actor, workspace):
    story = await added(store, replace(OWN, workspace=workspace), OPERATOR)
    await changed(store, titled(story, "Secret"), actor=OPERATOR)

    said = [await told(engine, UndoChange(change=id_), actor) for id_ in ("story-2", "no-such-change")]

    assert said[0] == said[1]
    assert "Secret" not in await told(engine, ShowLog(), actor)
    assert (await held(store)).revision == 2


async def test_members_get_one_line(engine, store):
    await added(store)
    member = replace(MIKA, role="member")

    said = {await told(engine, command, member) for command in (UndoChange(), ShowLog())}

    assert said == {"Only moderators can do this."}


@pytest.mark.parametrize("actor", [OPERATOR, make_actor(id="u9", role="moderator", workspace="local")])
async def test_public_changes_are_taken_back_by_those_who_run_the_bot(engine, store, actor):
    await changed(store, titled(await added(store, replace(OWN, workspace=PUBLIC)), "Wrong"))

    assert (await told(engine, UndoChange(change="story-2"), actor)).startswith("Undone")


async def test_an_operator_takes_back_the_last_change_of_anybody_but_not_what_was_loaded(engine, store):
    seeds = make_actor(name="seeds")
    await changed(store, titled(await added(store, replace(OWN, workspace=PUBLIC), seeds), "Edited"))
    await added(store, make_story(id="seed"), seeds)

    assert "edited" in await told(engine, UndoChange(), OPERATOR, "first")
    assert "You have no change to undo" in await told(engine, UndoChange(), OPERATOR, "second")


async def test_who_has_no_id_has_no_last_change(engine, store):
    nobody = replace(MIKA, id="")
    await added(store, actor=nobody)

    assert "You have no change to undo" in await told(engine, UndoChange(), nobody)


# The log


async def test_the_log_tells_who_did_what_when_and_why(engine, store):
    story = await added(store, actor=AOI)
    await changed(store, titled(story, "Two"), "correct", reason="a wrong name")
    await told(engine, UndoChange(change="story-2", reason="it was right"))

    said = await told(engine, ShowLog())

    lines = [line for line in said.splitlines() if line]
    assert lines[0] == "Who changed what"
    assert lines[1].startswith("1. March 2, 2026 00:00 UTC · Mika undid: Mika corrected “A warehouse")
    assert lines[2] == "Why: it was right"
    assert lines[3].endswith("Mika corrected “Two”")
    assert lines[4:6] == ["Why: a wrong name", "Undone by Mika, March 2, 2026 00:00 UTC"]
    assert lines[6].endswith("Aoi added “A warehouse robot learns to sort parcels”")


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (ShowLog(by="u2"), ["Aoi"]),
        (ShowLog(by="aoi"), ["Aoi"]),
        (ShowLog(by="<@u2>"), ["Aoi"]),
        (ShowLog(action="edit"), ["Mika"]),
        (ShowLog(story="story"), ["Mika", "Aoi"]),
        (ShowLog(story="warehouse"), ["Mika", "Aoi"]),
        (ShowLog(by="nobody"), []),
    ],
    ids=str,
)
async def test_the_log_is_filtered(engine, store, command, found):
    story = await added(store, actor=AOI)
    await changed(store, titled(story, "A warehouse"))

    said = await told(engine, command)

    assert [name for name in ("Mika", "Aoi") if f"· {name} " in said] == found


async def test_a_page_that_the_log_does_not_have_says_so(engine, store):
    await added(store)

    assert "nothing on this page of the log" in await told(engine, ShowLog(page=2))


# Where stories wait for approval


async def waiting_for_a_manager(store):
    """Let a story be approved by a manager, and that be taken back, in a workspace where managers publish."""
    await store.join(make_workspace(publishers="managers"), None)
    waiting = replace(OWN, status="waiting")
    await added(store, waiting)
    await changed(store, replace(waiting, status="published", revision=2), "approve", BOSS)


async def test_nobody_publishes_by_undo_what_they_may_not_approve(engine, store):
    await waiting_for_a_manager(store)
    undone = await engine.reply(UndoChange(change="story-2"), by(MIKA))
    redo = commands_of(undone)[0]

    said = await told(engine, redo, MIKA, "redo")

    assert "only managers approve" in said
    assert (await held(store)).status == "waiting"
    assert (await told(engine, redo, BOSS, "redo")).startswith("Redone")
    assert (await held(store)).status == "published"


async def test_what_one_person_asked_is_told_to_nobody_else(engine, store):
    await changed(store, titled(await added(store), "Secret"))
    await told(engine, UndoChange(), MIKA, "same")

    said = [await told(engine, UndoChange(), actor, "same") for actor in (AOI, ELSEWHERE)]

    assert all("You have no change to undo" in text for text in said)


async def test_no_more_stories_are_pinned_by_undo_than_may_be(engine, store):
    pinned = tuple(f"s{number}" for number in range(5))
    first = Curation(workspace="home", pinned=pinned)
    fewer = replace(first, pinned=pinned[1:])
    again = replace(fewer, pinned=(*fewer.pinned, "other"))
    for number, (before, after) in enumerate(pairwise([Curation(workspace="home"), first, fewer, again])):
        act = make_act(id=f"pin{number}", workspace="home", actor="Mika", actor_id="u1", action="pin")
        await store.save_curation(act, replace(before, revision=number), after)

    said = await told(engine, UndoChange(change="pin1"))

    assert "5" in said
    assert (await store.curation("home")).pinned == again.pinned
