"""Two people who fill in the form of one subscription: neither takes back what the other changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import WISHES, FillInSubscription, parse
from bot.engine import Engine
from bot.form import Form
from bot.index import PostingsIndex
from bot.message import Message, plain_text
from bot.model import WorkspaceId
from bot.subscriptions import digest_form
from tests.factories import make_actor, make_channel, make_interaction
from tests.subscriptions.test_digest_form import FULL, NAMES, Clock, by, values_of

TYPED = digest_form.typed(FULL)


@pytest.fixture
async def engine(store):
    await store.add_subscription(FULL)
    return Engine(store, PostingsIndex(), NAMES, Clock())


async def opened(engine, interaction=None):
    form = await engine.reply("/ai-news-digest", interaction or by())
    assert isinstance(form, Form)
    return form


async def send(engine, form, **changed):
    values = values_of(form) | {name.replace("_", "-"): value for name, value in changed.items()}
    return await engine.submit(form.command, values, by())


async def subscription(engine):
    return await engine.store.subscription(make_channel())


async def test_the_form_names_what_it_was_made_from(engine):
    form = await opened(engine)

    assert parse(form.command).basis
    assert form == await opened(engine)
    await engine.reply("/ai-news-digest change count:7", by())
    assert (await opened(engine)).command != form.command


async def test_what_another_changed_meanwhile_stays(engine):
    mine, theirs = await opened(engine), await opened(engine)
    await send(engine, theirs, count="9", topics="openai")

    told = await send(engine, mine, style="compact")

    assert isinstance(told, Message)
    assert await subscription(engine) == replace(FULL, story_count=9, topics=("openai",), style="compact")


async def test_what_both_changed_to_the_same_is_no_conflict(engine):
    mine, theirs = await opened(engine), await opened(engine)
    await send(engine, theirs, count="9")

    assert isinstance(await send(engine, mine, count="9"), Message)


async def test_what_both_changed_comes_back_with_both_values_and_is_saved_when_sent_again(engine):
    mine, theirs = await opened(engine), await opened(engine)
    await send(engine, theirs, count="9", style="full")

    form = await send(engine, mine, count="5", topics="openai")

    assert "“How many stories at most” was changed meanwhile by somebody else, to 9" in form.problem
    assert "here it says 5" in form.problem
    assert form.problem_field == "count"
    shown = values_of(form)
    assert (shown["count"], shown["style"], shown["topics"]) == ("5", "full", "openai")
    assert (await subscription(engine)).story_count == 9

    assert isinstance(await send(engine, form), Message)
    after = await subscription(engine)
    assert (after.story_count, after.style, after.topics) == (5, "full", ("openai",))


async def test_what_is_chosen_is_told_by_its_name_and_nothing_as_such(engine):
    mine, theirs = await opened(engine), await opened(engine)
    await send(engine, theirs, topics="deepseek,openai", tag="")

    form = await send(engine, mine, topics="openai", tag="x")

    assert "to DeepSeek, OpenAI; here it says OpenAI." in form.problem
    assert "to nothing; here it says x." in form.problem


async def test_a_problem_comes_back_at_its_field_and_with_what_others_changed(engine):
    mine, theirs = await opened(engine), await opened(engine)
    await send(engine, theirs, style="full")

    form = await send(engine, mine, count="99")

    assert form.problem_field == "count"
    assert values_of(form)["style"] == "full"
    assert isinstance(await send(engine, form, count="4"), Message)
    assert ((await subscription(engine)).story_count, (await subscription(engine)).style) == (4, "full")


@pytest.mark.parametrize("basis", ["", "form nonsense", f"form {'x' * 500}"])
async def test_a_form_whose_basis_is_not_known_is_compared_with_what_there_is(engine, basis):
    told = await engine.submit(f"/ai-news-digest {basis}".strip(), TYPED | {"count": "5"}, by())

    assert isinstance(told, Message)
    assert await subscription(engine) == replace(FULL, story_count=5)


async def test_a_basis_of_another_workspace_is_not_known(engine):
    elsewhere = make_interaction(
        actor=make_actor(role="moderator", workspace=WorkspaceId("elsewhere")),
        channel=make_channel(workspace=WorkspaceId("elsewhere"), id="theirs"),
    )
    theirs = await opened(engine, elsewhere)

    told = await engine.submit(theirs.command, TYPED | {"count": "5"}, by())

    assert isinstance(told, Message)
    assert (await subscription(engine)).story_count == 5


async def test_members_send_nothing_by_a_basis_either(engine):
    form = await opened(engine)

    told = await engine.submit(form.command, values_of(form) | {"count": "5"}, by("member"))

    assert "Only moderators" in plain_text(told)


VALUES = st.dictionaries(st.sampled_from(sorted(WISHES)), st.text(max_size=12))


@given(mine=VALUES, basis=VALUES)
def test_a_merge_has_every_field_and_conflicts_only_where_both_changed_it(mine, basis):
    merge = digest_form.merged(mine, basis, FULL)

    assert merge.values.keys() == TYPED.keys()
    for name in merge.conflicts:
        assert merge.values[name] == mine[name] != TYPED[name] != basis[name]
    for name in TYPED.keys() - mine.keys():
        assert merge.values[name] == TYPED[name]
    assert digest_form.conflict_told(merge, FULL, NAMES, "ja")


def test_a_form_without_a_basis_is_the_command_alone():
    assert parse(digest_form.form(FULL, NAMES, "en").command) == FillInSubscription()
