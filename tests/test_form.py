"""The form for adding an article: what it shows, what it reads, and that every platform can hold it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adding import add_form
from bot.commands import parse
from bot.errors import InvalidInput
from bot.form import Field, Form
from bot.language import Names
from bot.message import utf16_length
from bot.model import LANGUAGES
from bot.moderating.commands import AddStories
from tests.factories import make_actor, make_topic

MIKA = make_actor(role="moderator")
NAMES = Names([make_topic()])


def fields(form):
    return {field.name: field for field in form.fields}


def test_a_form_holds_at_most_twenty_fields():
    many = tuple(Field(name=str(number), label="Name", max_length=9) for number in range(21))

    with pytest.raises(ValueError, match="at most 20"):
        Form(command="/x", title="Many", fields=many, submit="Send", language="en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_forms_fit_every_platform(language):
    large = add_form.form(language, names=NAMES, reach=True)
    small = (add_form.form(language), add_form.suggestion_form(language))

    assert all(len(form.fields) <= 5 for form in small)
    for form in (large, *small):
        assert utf16_length(form.title) <= 24
        assert utf16_length(form.submit) <= 24
        assert all(utf16_length(field.label) <= 45 for field in form.fields)
        assert all(utf16_length(field.hint) <= 100 for field in form.fields)


def test_the_form_asks_for_a_text_and_takes_more_where_it_is_known():
    form = add_form.form("en")

    assert parse(form.command) == AddStories()
    assert list(fields(form)) == ["text", "title", "source", "url", "date"]
    assert [field.name for field in form.fields if field.required] == ["text"]
    assert [field.kind for field in form.fields] == ["text", "line", "line", "line", "line"]


def test_with_room_for_more_topics_language_and_reach_can_be_chosen():
    form = add_form.form("en", names=NAMES, reach=True)

    assert list(fields(form))[5:] == ["topics", "language", "reach"]
    assert [choice.label for choice in fields(form)["topics"].choices] == ["Robots"]
    assert [choice.value for choice in fields(form)["language"].choices] == ["ja", "en"]
    assert [choice.value for choice in fields(form)["reach"].choices] == ["here", "everyone"]
    assert "reach" not in fields(add_form.form("en", names=NAMES))


@given(st.dictionaries(st.sampled_from([*add_form.SMALL, "other"]), st.text(max_size=20)))
def test_a_form_that_comes_back_keeps_all_that_was_typed(values):
    form = add_form.form("en", values).coming_back("That will not do.")

    assert form.problem == "That will not do."
    assert {name: field.value for name, field in fields(form).items()} == {
        name: values.get(name, "") for name in add_form.SMALL
    }


def test_what_was_filled_in_is_read_without_what_cannot_be_shown():
    given = add_form.read(
        {
            "text": "One\r\ntwo\0 three\ud800.",
            "source": "  Kawabe Post ",
            "url": " https://kawabe.example/tram ",
            "date": " 2025-02-01 ",
            "title": " Trams\n run ",
            "topics": "robots, robots",
            "language": "ja",
            "reach": "everyone",
            "other": "ignored",
        },
        MIKA,
        NAMES,
    )

    assert given.text == "One\ntwo three\ufffd."
    assert (given.source.name, given.source.url) == ("Kawabe Post", "https://kawabe.example/tram")
    assert given.published_at == datetime(2025, 2, 1, tzinfo=UTC)
    assert (given.title, given.topics, given.language) == ("Trams run", ("robots",), "ja")
    assert given.for_everyone


def test_only_the_text_must_be_given():
    given = add_form.read({"text": "One.", "source": " ", "url": "", "date": " "}, MIKA, NAMES)

    assert (given.source.name, given.source.url, given.published_at) == ("Mika", None, None)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        pytest.param({"url": "ftp://kawabe.example/"}, "form_url", id="not an address of the web"),
        pytest.param({"url": "javascript:alert(1)"}, "form_url", id="a script"),
        pytest.param({"url": "https://\ud800/"}, "form_url", id="no host"),
        pytest.param({"url": "https://kawabe.example/" + "a" * 990}, "form_too_long", id="address too long"),
        pytest.param({"source": "あ" * 201}, "form_too_long", id="source too long"),
        pytest.param({"source": "\U00012544"}, "form_source", id="source that cannot be shown"),
        pytest.param({"date": "yesterday"}, "form_date", id="no date"),
        pytest.param({"date": "2025-02-30"}, "form_date", id="no such day"),
        pytest.param({"date": "9" * 100_000}, "form_too_long", id="date too long"),
        pytest.param({"date": "\ud800"}, "form_date", id="no character"),
        pytest.param({"title": "a" * 301}, "form_too_long", id="title too long"),
        pytest.param({"topics": "robots,kites"}, "import_topic", id="no such topic"),
    ],
)
def test_what_cannot_be_used_is_refused(values, key):
    with pytest.raises(InvalidInput) as caught:
        add_form.read({"text": "One."} | values, MIKA, NAMES)

    assert caught.value.key == key


# A message of a chat

POSTED_AT = datetime(2026, 3, 2, 8, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=9)))


def filled_in(text, author="Mika", link="https://chat.example/7"):
    return add_form.values_of_message(text, author, link, POSTED_AT)


def test_a_message_without_a_link_is_the_source_itself():
    assert filled_in("The tram runs again. It is green.") == {
        "text": "The tram runs again. It is green.",
        "source": "Mika",
        "url": "https://chat.example/7",
        "date": "2026-03-01T23:30:15Z",
    }


@pytest.mark.parametrize(
    ("text", "url", "source"),
    [
        (
            "See https://www.kawabe.example/tram?a=1. It runs.",
            "https://www.kawabe.example/tram?a=1",
            "kawabe.example",
        ),
        ("見て（https://kawabe.example/路面電車）。", "https://kawabe.example/路面電車", "kawabe.example"),
        ("<https://kawabe.example/tram|the tram>", "https://kawabe.example/tram", "kawabe.example"),
        ("(https://kawabe.example/tram)", "https://kawabe.example/tram", "kawabe.example"),
        ("https://kawabe.example/tram_(line)", "https://kawabe.example/tram_(line)", "kawabe.example"),
        ("[it](https://kawabe.example/a_(b)?c=1)", "https://kawabe.example/a_(b)?c=1", "kawabe.example"),
        ("ftp://x/ HTTP://Kawabe.example/x", "HTTP://Kawabe.example/x", "kawabe.example"),
        ("https://a:b@kawabe.example/ https://komugi.example/!", "https://komugi.example/", "komugi.example"),
        ("https://one.example/ then https://two.example/", "https://one.example/", "one.example"),
    ],
)
def test_the_first_link_of_a_message_is_the_source(text, url, source):
    values = filled_in(text)

    assert (values["url"], values["source"]) == (url, source)
    assert add_form.read(values | {"text": "One."}, MIKA, NAMES).source.url


@pytest.mark.parametrize("text", ["https://kawabe.example/tram", " <https://kawabe.example/tram>\n"])
def test_of_a_message_that_is_nothing_but_a_link_what_stands_there_is_the_article(text):
    values = filled_in(text)

    assert values["text"] == values["url"] == "https://kawabe.example/tram"
    assert add_form.address_alone(values["text"]) == values["url"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "See https://kawabe.example/",
        "https://a.example/ https://b.example/",
        "kawabe.example",
        "https://",
    ],
)
def test_what_is_more_or_less_than_an_address_is_a_text(text):
    assert add_form.address_alone(text) is None


@pytest.mark.parametrize("text", ["ftp://x/", "http://[::1]/", "http://mika:pass@kawabe.example/"])
def test_an_address_that_cannot_be_read_is_no_article_either(text):
    assert add_form.address_alone(f"<{text}>\n") == text


def test_a_line_that_is_only_the_link_is_left_out_of_the_article():
    values = filled_in("The tram runs again.\nhttps://kawabe.example/tram\nIt is green.")

    assert values["text"] == "The tram runs again.\nIt is green."


def test_what_cannot_be_used_of_a_message_is_left_out():
    values = filled_in("One\0 two.", author="M\u202eika\n" + "x" * 300, link="javascript:alert(1)")

    assert (values["text"], values["url"]) == ("One two.", "")
    assert values["source"].startswith("Mika xxx")
    assert add_form.read(values, MIKA, NAMES).published_at == POSTED_AT.replace(microsecond=0)
