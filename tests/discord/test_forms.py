"""Forms as Discord's modals, and messages that are given to be added."""

from datetime import UTC, datetime

import pytest

from adapters.discord.answering.messages import read_message
from adapters.discord.showing.forms import filled_in, keep_form, kept_form, modal_of
from adapters.discord.showing.long_values import shown_field
from bot.form import Choice, Field, Form
from bot.message import Buttons
from bot.model import WorkspaceId
from tests.fakes.discord.checks import check_modal

CHOICES = (Choice(value="ja", label="日本語"), Choice(value="en", label="英語"))
HOME = WorkspaceId("1")


def make_form(*fields, **over):
    return Form(
        **{
            "command": "/ai-news-mod add",
            "title": "Settings",
            "fields": fields,
            "submit": "Save",
            "language": "en",
        }
        | over
    )


def component(form, name):
    labels = modal_of(form, None).to_dict()["components"]
    return next(label["component"] for label in labels if label["component"]["custom_id"] == name)


@pytest.mark.parametrize(
    "field",
    [
        Field(name="one", label="One", max_length=40, value="x", hint="h" * 100),
        Field(name="one", label="L" * 45, kind="text", max_length=500_000, value="v" * 5_000),
        Field(name="one", label="One", kind="choice", max_length=9, value="en", choices=CHOICES),
        Field(name="one", label="One", kind="several", max_length=9, value="ja,en", choices=CHOICES),
        Field(name="one", label="One", kind="several", required=True, max_length=9, choices=CHOICES),
        Field(name="one", label="One", kind="times", max_length=200, value="09:00"),
        Field(
            name="one",
            label="One",
            kind="several",
            max_length=900,
            value="t1",
            choices=tuple(Choice(value=f"t{n}", label=f"T{n}") for n in range(30)),
        ),
    ],
    ids=["line", "text", "choice", "several", "some", "times", "too many to choose from"],
)
async def test_discord_takes_a_form_with_any_field(field):
    form = make_form(field, title="T" * 60, problem="*Something* is wrong.")

    check_modal(modal_of(form, "99").to_dict())


async def test_a_form_says_what_is_wrong_where_there_is_room():
    field = Field(name="one", label="One", max_length=40)
    full = [Field(name=f"f{n}", label="F", max_length=40) for n in range(5)]

    with_room = modal_of(make_form(field, problem="No *such* day."), None).to_dict()
    without = modal_of(make_form(*full, problem="No such day."), None).to_dict()

    assert with_room["components"][0]["content"] == r"No \*such\* day."
    assert [one["type"] for one in without["components"]] == [18] * 5


async def test_what_was_chosen_before_is_chosen_already():
    form = make_form(
        Field(name="one", label="One", kind="choice", max_length=9, value="en", choices=CHOICES),
        Field(name="some", label="Some", kind="several", max_length=9, value="ja, en", choices=CHOICES),
    )

    assert [option["default"] for option in component(form, "one")["options"]] == [False, True]
    assert [option["default"] for option in component(form, "some")["options"]] == [True, True]


def test_what_was_filled_in_is_read_by_name():
    components = [
        {"type": 10, "id": 1},
        {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "Hello"}},
        {"type": 18, "component": {"type": 3, "custom_id": "languages", "values": ["ja", "en"]}},
        {"type": 18, "component": {"type": 3, "custom_id": "style", "values": []}},
    ]

    assert filled_in(components) == {"text": "Hello", "languages": "ja,en", "style": ""}


async def test_a_form_that_is_kept_comes_back_as_it_was(store):
    form = make_form(
        Field(name="one", label="One", kind="choice", max_length=9, value="en", choices=CHOICES),
        problem="No such day.",
    )
    message = await keep_form(store, form, "mika", HOME)
    (button,) = next(block for block in message.blocks if isinstance(block, Buttons)).buttons

    assert await kept_form(store, button.command) == form
    assert await kept_form(store, "form:another") is None


# Messages.


def given(**message):
    return {"target_id": "9", "resolved": {"messages": {"9": {"id": "9", "channel_id": "7"} | message}}}


def test_a_message_is_its_text_its_author_and_its_place():
    message = read_message(
        given(
            content="Hello",
            author={"username": "alice", "global_name": "Alice"},
            timestamp="2026-03-01T09:00:00+00:00",
        ),
        "5",
        "7",
    )

    assert (message.text, message.author) == ("Hello", "Alice")
    assert message.link == "https://discord.com/channels/5/7/9"
    assert message.posted_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_embeds_components_and_forwarded_messages_are_read_too():
    message = read_message(
        given(
            embeds=[{"title": "Title", "description": "Told", "url": "https://crate.example/"}],
            components=[{"type": 17, "components": [{"type": 10, "content": "Shown"}]}],
            message_snapshots=[{"message": {"content": "Forwarded"}}],
        ),
        "5",
        "7",
    )

    assert message.text.split("\n") == ["Shown", "Title", "Told", "https://crate.example/", "Forwarded"]


def test_people_and_emoji_in_a_message_are_read_as_they_are_shown():
    message = read_message(
        given(
            content="<@12> and <@!13> like <:kumo:99> and <a:spin:98>, <@14> too",
            mentions=[
                {"id": "12", "username": "alice", "global_name": "Alice"},
                {"id": "13", "username": "bob", "global_name": None},
            ],
        ),
        "5",
        "7",
    )

    assert message.text == "@Alice and @bob like :kumo: and :spin:, @14 too"


def test_a_value_that_a_field_does_not_hold_is_kept_beside_it_and_never_cut():
    title = "😀" * 150
    field = Field(name="title", label="Title", required=True, max_length=200, value=title)

    shown = shown_field(field, "en")

    assert shown.value == ""
    assert not shown.required
    assert component(make_form(field), shown.name).get("value") is None


def test_a_problem_is_shown_as_it_is_and_names_nobody():
    form = make_form(Field(name="one", label="One", max_length=9), problem="By <@123>, @everyone: **no**")

    (shown, _) = modal_of(form, None).to_dict()["components"]

    assert "<@123>" not in shown["content"]
    assert "@everyone" not in shown["content"]
    assert "**" not in shown["content"]
