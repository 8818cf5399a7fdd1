"""What moderators are told: the field that is wrong, the stories that an act fits, and by whose clocks."""

import pytest

from bot.form import Form
from tests.factories import make_change, make_story, make_workspace
from tests.moderating.moderating import HOME, buttons, by, filled, open_newsroom, story_of, text

MOD = "/ai-news-mod"


@pytest.fixture
async def engine(store):
    return await open_newsroom(store)


@pytest.mark.parametrize(
    ("command", "wrong", "field"),
    [
        ("add", {"text": " "}, "text"),
        ("add", {"text": "A robot swims in the port.", "url": "ftp://port"}, "url"),
        ("add", {"text": "A robot swims in the port.", "date": "soon"}, "date"),
        ("edit library", {"title": "\u200b"}, "title"),
        ("facts library", {"date": "soon"}, "date"),
        ("facts library", {"topics": "no such topic"}, "topics"),
        ("retract library", {"reason": " "}, "reason"),
        ("merge library", {"into": "zzzz"}, "into"),
        ("hide library", {"reason": " "}, "reason"),
        ("alias", {"topic": "kumo", "name": "x"}, "name"),
        ("mute", {"topic": "no such topic"}, "topic"),
    ],
)
async def test_a_form_comes_back_at_the_field_that_is_wrong(engine, command, wrong, field):
    form = await engine.reply(f"{MOD} {command}", by())

    again = await engine.submit(form.command, filled(form, **wrong), by())

    assert isinstance(again, Form)
    assert (again.problem_field, bool(again.problem)) == (field, True)


async def test_nothing_is_offered_to_an_act_that_cannot_be_done_to_it(engine, store):
    assert "One story waits for approval" in text(await engine.reply(f"{MOD} approve", by()))
    assert "action:retract" in text(await engine.reply(f"{MOD} restore umbrellas", by()))
    assert "no such story" in text(await engine.reply(f"{MOD} unhide umbrellas", by()))

    await engine.reply(f"{MOD} hide library reason:x", by())

    offered = await engine.reply(f"{MOD} unhide umbrellas", by())
    assert list(buttons(offered).values()) == [f"{MOD} unhide library revision:1"]


async def test_why_a_story_that_is_named_cannot_be_pinned_is_said(engine, store):
    await engine.reply(f"{MOD} retract library reason:x", by())

    assert "Only published stories" in text(await engine.reply(f"{MOD} pin library", by()))
    assert (await story_of(store, "library")).remark.kind == "retracted"


async def test_a_merge_is_undone_by_a_button_of_the_story_that_went(engine, store):
    await store.save_stories([make_change(make_story(id="other"))])
    await engine.reply(f"{MOD} merge other into:library", by())

    gone = buttons(await engine.reply(f"{MOD} story other", by()))
    await engine.reply(gone["Undo this"], by("rin"))

    assert "Restore" not in gone
    assert (await story_of(store, "other")).status == "published"


async def test_who_comes_too_late_is_told_that_nothing_was_done_by_the_workspace_s_clocks(engine, store):
    await store.join(make_workspace(id=HOME, time_zone="Asia/Tokyo"), None)

    late = text(await engine.reply(f"{MOD} reject library", by()))

    assert late.startswith("Nothing was changed. Published by seeds")
    assert "UTC" not in late
    assert "JST" in late
    assert "JST" in text(await engine.reply(f"{MOD} queue", by()))
    assert "JST" in text(await engine.reply(f"{MOD} log", by(time_zone="Asia/Tokyo")))


async def test_stories_are_completed_for_moderators_alone(engine):
    typed = f"{MOD} correct libr"

    assert "library" in [choice.value for choice in await engine.complete(typed, by().actor)]
    assert await engine.complete(typed, by(role="member").actor) == []
