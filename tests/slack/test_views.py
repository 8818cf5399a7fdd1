"""Forms become modals that Slack takes, whatever is in them, and what is filled in comes back as it was."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from adapters.slack.showing.fields import MAX_INPUT, holds, options, values_of
from adapters.slack.showing.seal import Carried, Seal
from adapters.slack.showing.views import (
    form_view,
    home_view,
    loading_view,
    message_view,
    parts_for_view,
    question_view,
)
from bot.form import Choice, Field, Form
from bot.message import Button, Buttons, Heading, Message, Note, Paragraph, Run, note, paragraph
from bot.settings import Settings
from tests.fakes.slack.checks import check_view
from tests.fakes.slack.forms import state_values
from tests.fakes.slack.state import Team, User
from tests.fakes.slack.state import View as Shown

TEAM = Team(id="T1", name="Acme", domain="acme")
MIKA = User(id="U1", team=TEAM, name="Mika")


def make_form(*fields, **over):
    facts = {"command": "/ai-news-digest", "title": "A form", "submit": "Save", "language": "en"}
    return Form(fields=fields, **(facts | over))


def make_field(**over):
    return Field(**({"name": "field", "label": "A field", "max_length": 40} | over))


def accepted(view):
    """Hold a view to Slack's limits and to the library's own models; return it as Slack keeps it."""
    kept = check_view(json.loads(json.dumps(view)), view["type"])
    View(**view).to_dict()
    assert all(block is not None for block in Block.parse_all(view["blocks"]))
    assert len(view["blocks"]) <= 100
    return kept


def untouched(form):
    """Return what a form says that was opened and sent as it was."""
    kept = accepted(form_view(form, "{}"))
    shown = Shown(id="V1", user=MIKA, content=kept, hash="1")
    return values_of({"values": state_values(shown, {})})


CHOICES = (Choice(value="full", label="Full"), Choice(value="compact", label="Compact"))
FIELDS = {
    "an empty line": make_field(),
    "a line": make_field(value="22:00-07:00"),
    "a short text": make_field(kind="text", max_length=500, value="one\ntwo"),
    "a text of one input": make_field(kind="text", max_length=100_000, value="one\n\ntwo"),
    "a text of many inputs": make_field(
        kind="text", max_length=200_000, value="\n".join(f"{number} 文です。" for number in range(9_000))
    ),
    "a choice": make_field(kind="choice", required=True, choices=CHOICES, value="compact"),
    "no choice": make_field(kind="choice", choices=CHOICES),
    "a choice that is offered no more": make_field(kind="choice", choices=CHOICES, value="thread"),
    "several": make_field(kind="several", choices=CHOICES, value="full,compact"),
    "none of several": make_field(kind="several", choices=CHOICES),
    "topics": make_field(name="topics", kind="several", choices=CHOICES, value="full,unknown"),
    "no topics": make_field(name="topics", kind="several"),
    "a zone": make_field(name="zone", value="Asia/Tokyo", required=True),
    "one time": make_field(kind="times", required=True, value="09:00"),
    "many times": make_field(kind="times", value=",".join(f"{hour:02}:30" for hour in range(24))),
    "no times": make_field(kind="times"),
}


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_a_field_that_is_left_as_it_is_comes_back_as_it_was(field):
    assert untouched(make_form(field))[field.name] == field.value


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300), st.integers(1, 40))
def test_any_text_is_cut_into_inputs_without_loss(text, times):
    whole = (text * times)[:60_000]
    view = form_view(make_form(make_field(kind="text", max_length=100_000, value=whole)), "{}")

    pieces = [block["element"].get("initial_value", "") for block in view["blocks"]]

    assert all(len(piece.encode("utf-16-le")) // 2 <= MAX_INPUT for piece in pieces)
    assert "".join(pieces).replace("\n", "") == whole.replace("\n", "")


@pytest.mark.parametrize("unit", ["あ", "あいう。", "Word, word. ", "A line.\n", "One.\n\nTwo. "])
def test_a_long_text_that_is_left_as_it_is_comes_back_to_the_letter(unit):
    whole = (unit * 20_000)[:20_000].strip()
    field = make_field(name="body", kind="text", max_length=500_000, value=whole)

    assert untouched(make_form(field))["body"] == whole


def test_a_text_for_which_no_view_has_room_is_known():
    field = make_field(name="body", kind="text", max_length=500_000, value="word " * 10_000)

    assert holds(field)
    assert not holds(replace(field, value="word " * 40_000))


@given(st.text(max_size=200), st.text(max_size=400), st.text(max_size=300))
def test_any_problem_and_any_value_is_shown(problem, value, label):
    choices = (Choice(value=value or "x", label=label),)
    form = make_form(
        make_field(value=value[:40]),
        make_field(name="menu", kind="several", choices=choices),
        problem=problem,
    )

    view = form_view(form, "{}")

    assert len(view["blocks"]) == (3 if problem else 2)
    assert json.dumps(view)


def test_a_form_that_came_back_says_why_on_top():
    view = accepted(form_view(make_form(make_field(), problem="Not like that."), "{}"))

    assert view["blocks"][0]["text"]["text"] == "⚠ Not like that."


def test_options_are_as_many_and_as_long_as_a_menu_holds():
    choices = [Choice(value=f"v{number}", label="あ" * 100) for number in range(150)]
    shown = options([*choices, Choice(value="v1", label="again"), Choice(value="x" * 151, label="too long")])

    assert len(shown) == 100
    assert {len(option["text"]["text"]) for option in shown} == {75}


STATES = (
    None,
    [],
    {},
    {"values": None},
    {"values": {"a.0": None}},
    {"values": {"a.0": {"b": []}}},
    {"values": []},
)


@pytest.mark.parametrize("state", STATES, ids=map(str, STATES))
def test_a_state_without_anything_in_it_is_nothing(state):
    assert "".join(values_of(state).values()) == ""


def test_blocks_that_are_no_fields_of_ours_are_passed_over():
    element = {"b": {"type": "plain_text_input", "value": "x"}}

    assert values_of({"values": {"made-up": element, ".0": element, "a.9999999": element}}) == {}


def big_message():
    blocks = []
    for number in range(80):
        row = Buttons((Button(label="show", command="/ai-news-digest show", channel="C123"),))
        blocks += [Heading(f"Title {number}", level=2), paragraph("長い文です。" * 60), note("small"), row]
    return Message(tuple(blocks), "ja")


def test_what_one_view_does_not_hold_is_the_next_part():
    message = big_message()

    parts = parts_for_view(message)

    for part in parts:
        accepted(message_view(part))
    assert sum(len(part.blocks) for part in parts) == len(message.blocks)


def test_home_says_that_something_is_left_out():
    view = accepted(home_view(big_message()))

    assert "省いて" in json.dumps(view["blocks"][-1], ensure_ascii=False)
    assert "省いて" not in json.dumps(accepted(home_view(Message((note("x"),), "ja"))), ensure_ascii=False)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_modals_of_the_bots_own_are_taken_in_each_language(language):
    accepted(question_view("{}", language))
    accepted(loading_view(language))
    accepted(
        message_view(Message((Paragraph((Run("x"),)), Note((Run("y", url="https://a.example"),))), language))
    )
    accepted(home_view(Message((), language)))


def test_what_is_sealed_is_opened_by_the_same_person_alone():
    seal = Seal(Settings(slack_bot_token="xoxb-1"))
    carried = Carried(command="/ai-news-mod add", channel="C1")
    metadata = seal.seal(carried, "T1", "U1")

    assert len(metadata) <= 3_000
    assert seal.open(metadata, "T1", "U1") == carried
    assert seal.open(metadata, "T1", "U2") is None
    assert seal.open(metadata, "T2", "U1") is None
    assert Seal(Settings(slack_bot_token="xoxb-2")).open(metadata, "T1", "U1") is None


@given(st.text(max_size=200))
def test_anything_else_is_not_opened(text):
    assert Seal(Settings(slack_bot_token="xoxb-1")).open(text, "T1", "U1") is None
