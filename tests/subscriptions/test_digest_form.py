"""The form with every setting of a subscription: what it shows, and what comes of what is changed in it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import WISHES, FillInSubscription, parse
from bot.engine import Engine
from bot.errors import InvalidInput
from bot.form import Form
from bot.index import PostingsIndex
from bot.language import Names
from bot.message import plain_text, utf16_length
from bot.model import LANGUAGES, Mention, Topic, TopicId
from bot.phrases import phrase
from bot.subscriptions import digest_form
from bot.subscriptions.wishes import fulfil
from tests.factories import NOW, make_actor, make_channel, make_interaction, make_subscription

NAMES = Names(
    [
        Topic(id=TopicId("deepseek"), names={"ja": "ディープシーク", "en": "DeepSeek"}),
        Topic(id=TopicId("openai"), names={"ja": "OpenAI", "en": "OpenAI"}),
    ]
)
FULL = make_subscription(
    times=(time(7, 30), time(18)),
    weekdays=(0, 4),
    cron="0 9 * * 1",
    time_zone="Asia/Tokyo",
    quiet=(time(22), time(6)),
    languages=("en", "ja"),
    topics=("deepseek",),
    keywords=("腕", "open source"),
    without_topics=("openai",),
    without_keywords=("rumour",),
    story_count=3,
    style="thread",
    when_empty="say",
    mention=Mention(target="42", topics=("openai",)),
    tag="news",
    publish=True,
)


def fields(form):
    return {field.name: field for field in form.fields}


def values_of(form):
    return {field.name: field.value for field in form.fields}


# The form itself


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_fits_slacks_views(language):
    form = digest_form.form(FULL, NAMES, language)

    assert parse(form.command) == FillInSubscription()
    assert list(fields(form)) == list(WISHES)
    assert len(form.fields) == digest_form.FIELDS <= 20
    assert utf16_length(form.title) <= 24
    assert utf16_length(form.submit) <= 24
    for field in form.fields:
        assert 0 < utf16_length(field.label) <= 45
        assert utf16_length(field.hint) <= 100
        assert len(field.value) <= field.max_length
        assert all(0 < utf16_length(choice.label) <= 75 for choice in field.choices)


@pytest.mark.parametrize("subscription", [FULL, make_subscription()], ids=["full", "default"])
def test_what_is_shown_can_be_chosen_and_typed(subscription):
    for field in digest_form.form(subscription, NAMES, "en").fields:
        known = {choice.value for choice in field.choices}
        if field.kind == "choice":
            assert field.value in known
        if field.kind == "several":
            assert set(filter(None, field.value.split(","))) <= known
        else:
            assert bool(known) == (field.kind == "choice")


def test_every_setting_is_shown_as_it_would_be_typed():
    shown = {name: value for name, value in digest_form.typed(FULL).items() if name != "cron"}

    rebuilt = make_subscription(languages=("en",))
    for name, value in shown.items():
        rebuilt = fulfil({name: value}, rebuilt, NAMES)

    assert replace(rebuilt, cron=FULL.cron) == FULL


def test_topics_are_called_as_in_the_readers_language_and_a_lost_one_by_its_id():
    subscription = make_subscription(topics=("gone", "deepseek"))

    field = fields(digest_form.form(subscription, NAMES, "ja"))["topics"]

    assert [choice.label for choice in field.choices] == ["ディープシーク", "OpenAI", "gone"]
    assert field.value == "gone,deepseek"


@given(st.dictionaries(st.sampled_from([*WISHES, "other"]), st.text(max_size=20)))
def test_a_form_that_comes_back_keeps_all_that_was_typed(values):
    form = digest_form.form(FULL, NAMES, "en", values, "That will not do.")

    assert form.problem == "That will not do."
    assert values_of(form) == {
        name: values.get(name, shown) for name, shown in digest_form.typed(FULL).items()
    }


# What was changed


@pytest.mark.parametrize("subscription", [FULL, make_subscription()], ids=["full", "default"])
def test_what_nobody_touched_is_no_change(subscription):
    untouched = values_of(digest_form.form(subscription, NAMES, "en"))

    assert digest_form.changes(untouched, subscription, "en") == {}
    assert digest_form.changes({}, subscription, "en") == {}


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("topics", "", True),
        ("topics", "deepseek,openai", True),
        ("days", "fri, mon", False),
        ("days", "fri", True),
        ("times", "18:00、07:30", False),
        ("keywords", "腕, open  source ", False),
        ("keywords", "open source, 腕", True),
        ("count", " ３ ", False),
        ("mention", "", True),
        ("publish", "no", True),
    ],
)
def test_order_and_width_are_no_change(name, value, changed):
    assert digest_form.changes({name: value}, FULL, "en") == ({name: value} if changed else {})


def test_what_is_too_long_is_refused_under_its_label():
    with pytest.raises(InvalidInput) as caught:
        digest_form.changes({"tag": "x" * 21}, FULL, "en")

    assert caught.value.facts == {"label": "Tag in a forum", "limit": 20, "length": 21}


# By command


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def engine(store):
    return Engine(store, PostingsIndex(), NAMES, Clock())


def by(role="moderator", **over):
    return make_interaction(actor=make_actor(role=role), time_zone="Asia/Tokyo", **over)


async def subscription(engine):
    return await engine.store.subscription(make_channel())


async def opened(engine, interaction=None):
    form = await engine.reply("/ai-news-digest", interaction or by())
    assert isinstance(form, Form)
    return values_of(form)


async def send(engine, values, interaction=None, command="/ai-news-digest"):
    return await engine.submit(command, values, interaction or by())


@pytest.mark.parametrize("role", ["moderator", "manager", "operator"])
async def test_the_command_alone_opens_the_form_as_the_channel_is(engine, role):
    assert (await opened(engine, by(role)))["zone"] == "Asia/Tokyo"

    await engine.reply("/ai-news-digest subscribe count:3 topics:deepseek", by())

    values = await opened(engine, by(role))
    assert (values["count"], values["topics"]) == ("3", "deepseek")


async def test_where_there_is_no_room_for_the_form_the_terms_are_told(engine):
    for interaction in (by(form_fields=digest_form.FIELDS - 1), by("member")):
        told = await engine.reply("/ai-news-digest", interaction)
        assert told == await engine.reply("/ai-news-digest show", interaction)


async def test_the_form_subscribes_a_channel_with_all_that_was_filled_in(engine):
    values = await opened(engine)

    told = await send(engine, values | {"times": "18:00", "days": "mon,fri", "style": "compact"})

    text = plain_text(told)
    assert phrase("subscription.lead_begun", "en") in text
    assert "On Monday, Friday at 18:00 (Asia/Tokyo)." in text
    begun = await subscription(engine)
    assert (begun.times, begun.weekdays, begun.style) == ((time(18),), (0, 4), "compact")
    assert begun.next_due_at == NOW


async def test_the_form_changes_only_what_was_changed_in_it(engine):
    await engine.store.add_subscription(FULL)
    values = await opened(engine)

    told = await send(engine, values | {"count": "5"})

    assert phrase("subscription.lead_changed", "en") in plain_text(told)
    assert await subscription(engine) == replace(FULL, story_count=5)


async def test_a_form_that_nobody_touched_changes_nothing_and_says_so(engine):
    await engine.store.add_subscription(FULL)

    told = await send(engine, await opened(engine))

    assert phrase("subscription.lead_unchanged", "en") in plain_text(told)
    assert await subscription(engine) == FULL


async def test_times_take_the_place_of_a_cron_expression_and_the_other_way_round(engine):
    await engine.store.add_subscription(FULL)
    await send(engine, await opened(engine) | {"times": "10:00"})
    assert ((await subscription(engine)).cron, (await subscription(engine)).times) == ("", (time(10),))

    await send(engine, await opened(engine) | {"cron": "0 8 * * *"})
    assert (await subscription(engine)).cron == "0 8 * * *"

    await send(engine, await opened(engine) | {"cron": ""})
    assert ((await subscription(engine)).cron, (await subscription(engine)).times) == ("", (time(10),))

    both = await opened(engine) | {"cron": "0 8 * * *", "times": "11:00"}
    assert (await send(engine, both)).problem == phrase("error.cron_or_times", "en")


async def test_whom_to_mention_and_for_what_may_be_given_and_taken_together(engine):
    await send(engine, await opened(engine) | {"mention": "<@&42>", "mention-topics": "openai"})
    assert (await subscription(engine)).mention == Mention(target="42", topics=("openai",))

    await send(engine, await opened(engine) | {"mention": "", "mention-topics": ""})
    assert (await subscription(engine)).mention is None


async def test_with_a_problem_the_form_comes_back_with_all_that_was_typed(engine):
    await engine.store.add_subscription(FULL)
    typed = await opened(engine) | {"count": "many", "tag": "kept", "topics": "openai"}

    form = await send(engine, typed)

    assert form.problem == "How many stories at most can be: 1–30."
    assert values_of(form) == typed
    assert await subscription(engine) == FULL


async def test_a_change_that_another_made_meanwhile_is_a_problem_too(engine):
    await engine.store.add_subscription(FULL)
    values = await opened(engine)
    engine.clock.now += timedelta(minutes=1)
    original = engine.store.change_subscription

    async def late(before, after):
        await original(before, replace(before, story_count=9))
        await original(before, after)

    engine.store.change_subscription = late
    form = await send(engine, values | {"style": "full"})

    assert "Somebody else changed" in form.problem
    assert fields(form)["style"].value == "full"


async def test_members_change_nothing_by_a_form_either(engine):
    await engine.store.add_subscription(FULL)

    told = await send(engine, digest_form.typed(FULL) | {"count": "5"}, by("member"))

    assert plain_text(told) == phrase("error.moderators_only", "en")
    assert await subscription(engine) == FULL
