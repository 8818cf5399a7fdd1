import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.posting.titles import title, title_of
from adapters.discord.showing.render import LIMITS, bears, escaped, markdown, marks, render
from bot.display import printable, utf16_length
from bot.message import (
    Button,
    Buttons,
    Divider,
    Heading,
    Message,
    Note,
    Paragraph,
    Quote,
    Run,
    note,
    paragraph,
    split,
)
from tests.messages import HOSTILE, JAPANESE, SHARED, any_text, messages, naughty_strings

TEXT_DISPLAY, BUTTON = 10, 2


@pytest.fixture(scope="module")
def schema():
    """Return a validator of Discord's own description of a message that is to be created."""
    file = SHARED / "specs/discord-openapi.json"
    if not file.exists():
        pytest.skip("Discord's OpenAPI description is not in a shared folder beside the repository")
    components = json.loads(file.read_text("utf-8"))["components"]
    return jsonschema.Draft202012Validator(
        {"$ref": "#/components/schemas/MessageCreateRequest", "components": components}
    )


def all_components(payload):
    for component in payload["components"]:
        yield component
        yield from all_components(component) if "components" in component else ()


def contents(payload):
    return [one["content"] for one in all_components(payload) if one["type"] == TEXT_DISPLAY]


def assert_within_limits(payload):
    components = list(all_components(payload))
    buttons = [one for one in components if one["type"] == BUTTON]
    assert len(components) <= 40
    assert sum(map(utf16_length, contents(payload))) <= 4000
    assert all(content.strip() for content in contents(payload))
    assert len({button["custom_id"] for button in buttons}) == len(buttons)
    assert all(0 < utf16_length(button["custom_id"]) <= 100 for button in buttons)
    assert all(0 < utf16_length(button["label"]) <= 80 for button in buttons)
    json.dumps(payload, ensure_ascii=False).encode()


def test_a_digest_becomes_components():
    assert render(JAPANESE) == {
        "flags": 32768,
        "allowed_mentions": {"parse": []},
        "components": [
            {
                "type": 17,
                "accent_color": 0x1F6FEB,
                "components": [
                    {"type": 10, "content": "## AIニュース 3月2日(月)"},
                    {"type": 10, "content": "-# 話題：ロボット、電力"},
                    {
                        "type": 10,
                        "content": "### [1. 倉庫のロボットが小包の仕分けを覚える](<https://crate.example/robot>)",
                    },
                    {
                        "type": 10,
                        "content": "小包を仕分ける**ロボット**を公開した。1時間に900個だという。",
                    },
                    {"type": 10, "content": "> 「夜のあいだも働きます」と技術責任者は語った。"},
                    {
                        "type": 10,
                        "content": "-# [The Daily Crate](<https://crate.example/robot>)｜2026年3月1日",
                    },
                    {"type": 14},
                    {"type": 10, "content": "-# 気になることは /ai-news robot のように検索できます。"},
                    {
                        "type": 1,
                        "components": [
                            {
                                "type": 2,
                                "style": 2,
                                "label": "理由",
                                "custom_id": "/ai-news robot view:why",
                            },
                            {
                                "type": 2,
                                "style": 2,
                                "label": "詳しく",
                                "custom_id": "/ai-news robot depth:high",
                            },
                        ],
                    },
                ],
            }
        ],
    }


def test_discord_accepts_the_digest(schema):
    schema.validate(render(JAPANESE))


def test_the_schema_refuses_what_discord_refuses(schema):
    payload = render(JAPANESE)
    payload["components"][0]["components"][0]["content"] = ""

    with pytest.raises(jsonschema.ValidationError):
        schema.validate(payload)


@given(any_message=messages)
@settings(max_examples=40, deadline=None)
def test_every_part_of_any_message_is_within_the_limits(any_message):
    for part in split(any_message, LIMITS):
        assert_within_limits(render(part))


@given(any_message=messages)
@settings(max_examples=15, deadline=None)
def test_discord_accepts_every_part_of_any_message(schema, any_message):
    for part in split(any_message, LIMITS):
        schema.validate(render(part))


@given(any_message=messages, key=st.text(min_size=1, max_size=25))
@settings(max_examples=20, deadline=None)
def test_a_message_bears_its_key_within_the_limits_whatever_is_in_it(any_message, key):
    calling = replace(any_message, mention="9" * 20)
    for part in split(calling, LIMITS):
        components = render(part, key)["components"]
        assert_within_limits({"components": components})
        assert bears(components, key)
        assert not bears(components, key + "x")
        assert not bears(render(part)["components"], key)


def test_discord_accepts_the_marks_of_a_key(schema):
    schema.validate(render(JAPANESE, "digest.1"))


def test_the_marks_of_any_key_are_two_ids_that_discord_keeps():
    pairs = [marks(f"key.{number}") for number in range(2_000)]

    assert len(set(pairs)) == 2_000
    assert all(first != second for first, second in pairs)
    assert all(1 << 30 <= id_ < 1 << 31 for pair in pairs for id_ in pair)


@pytest.mark.parametrize("components", [None, [], [{}], [{"type": 17}], [{"type": 17, "components": []}]])
def test_a_message_without_components_bears_no_key(components):
    assert not bears(components, "digest.1")


def test_a_role_is_called_above_the_message_and_nobody_else():
    payload = render(Message((paragraph("Story"),), "en", mention="123"))

    assert payload["allowed_mentions"] == {"parse": [], "roles": ["123"]}
    assert contents(payload) == ["<@&123>", "Story"]


def test_a_channel_is_shown_by_its_present_name():
    runs = (
        Run("Posted in "),
        Run("#news", channel="42"),
        Run(" and "),
        Run("not\u2010one", "strong", channel="4> @here"),
    )

    assert markdown(Paragraph(runs)) == "Posted in <#42> and **not\u2010one**"


def test_an_instant_is_shown_in_the_readers_time_zone():
    at = datetime(2026, 3, 2, tzinfo=UTC)

    assert markdown(note("next: ")) == "-# next: "
    assert markdown(Note((Run("next: "), Run("2 March", at=at)))) == "-# next: <t:1772409600:f>"


def test_a_button_says_which_channel_it_is_about():
    row = Buttons((Button("Pause", "/ai-news-digest pause", channel="42"), Button("Odd", "/x", channel="x")))

    buttons = [one for one in all_components(render(Message((row,), "en"))) if one["type"] == BUTTON]

    assert [button["custom_id"] for button in buttons] == ["#42 /ai-news-digest pause", "/x"]


@given(any_text)
@settings(max_examples=200, deadline=None)
def test_a_title_reads_the_same_before_and_after_it_was_posted(text):
    message = Message((Heading(text, url="https://crate.example/robot"), paragraph("Below")), "en")

    name = title(message)

    assert 0 < utf16_length(name) <= 100
    assert "\n" not in name
    joined = Message((Heading(" ".join(printable(text).split())), paragraph("Below")), "en")
    assert title_of(render(joined)["components"]) == title(joined).replace("\u200b", "")


@pytest.mark.parametrize("build", [Paragraph, Quote, Note], ids=["paragraph", "quote", "note"])
def test_naughty_strings_are_within_the_limits(build):
    strings = naughty_strings()
    if not strings:
        pytest.skip("the list of naughty strings is not in a shared folder beside the repository")

    whole = Message(tuple(build((Run(text),)) for text in strings), "en")

    for part in split(whole, LIMITS):
        assert_within_limits(render(part))


ACTIVE = re.compile(r"[*_~|`\[\]<]|://|@(everyone|here|[!&]?\d)|^[^\S\n]*(?:[-#>+]|\d+\.)", re.MULTILINE)
"""What would format, mention or link."""


@given(any_text)
@settings(max_examples=200, deadline=None)
def test_article_text_is_shown_as_it_is(text):
    shown = printable(text)

    source = escaped(shown)

    without_escapes = re.sub(r"\\[^0-9A-Za-z\s]", "\u00b7", source)
    assert not ACTIVE.search(without_escapes.replace("@\u200b", "(at)"))
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", source).replace("@\u200b", "@") == shown.replace(
        "@\u200b", "@"
    )


def test_hostile_text_stays_inert_in_every_block():
    def lines(block):
        return markdown(block).splitlines()

    assert lines(paragraph("# big\n-# small\n> quote\n1. one\n2026年")) == [
        r"\# big",
        r"\-# small",
        r"\> quote",
        r"1\. one",
        "2026年",
    ]
    assert lines(Quote((Run("one\n# two"),))) == ["> one", r"> \# two"]
    assert lines(note("one\n\ntwo")) == ["-# one", "-# two"]
    assert lines(Heading("one\ntwo *three*")) == [r"## one two \*three\*"]
    assert lines(paragraph("@everyone <@123> <t:1:R>")) == ["@\u200beveryone \\<@\u200b123> \\<t:1:R>"]
    assert lines(paragraph("see https://evil.example")) == [r"see https\://evil.example"]


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        pytest.param(
            Run("Title (AP)", url="https://a.example"), "[Title (AP)](<https://a.example>)", id="plain label"
        ),
        pytest.param(
            Run("*Star*", url="https://a.example"),
            r"\*Star\* [→](<https://a.example>)",
            id="markup in a label",
        ),
        pytest.param(
            Run("Hi 👋", url="https://a.example"), "Hi 👋 [→](<https://a.example>)", id="emoji in a label"
        ),
        pytest.param(
            Run("http://b.example", url="https://a.example"),
            r"http\://b.example [→](<https://a.example>)",
            id="an address that hides another",
        ),
        pytest.param(
            Run("a", url="https://a.example/)(<b>"),
            "[a](<https://a.example/%29%28%3Cb%3E>)",
            id="address that closes",
        ),
        pytest.param(Run("a", url="javascript:alert(1)"), "a", id="no web address"),
        pytest.param(Run("a", "mark", "https://a.example"), "**[a](<https://a.example>)**", id="marked link"),
    ],
)
def test_links_are_only_our_own(run, shown):
    assert markdown(Paragraph((run,))) == shown


def test_marks_that_touch_are_one_mark_and_never_reach_over_a_line():
    runs = (Run("one", "mark"), Run(" two\nthree", "strong"), Run(" four"))

    assert markdown(Paragraph(runs)) == "**one two**\n**three** four"


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "\x00\u202e"])
def test_a_message_without_a_word_is_still_a_message(text):
    whole = Message((paragraph(text), Heading(text), note(text), Quote((Run(text),))), "ja")

    assert contents(render(whole)) == ["…"]


def test_a_long_command_becomes_an_identifier_and_keeps_its_label():
    commands = ["/ai-news " + "長い" * 100 + str(number) for number in range(2)]
    row = Buttons(tuple(Button("理由", command) for command in commands))

    payload = render(Message((row,), "ja"))

    assert_within_limits(payload)
    buttons = [one for one in all_components(payload) if one["type"] == BUTTON]
    assert [button["label"] for button in buttons] == ["理由", "理由"]
    assert all(button["custom_id"].startswith("/ai-news 長い") for button in buttons)


def test_a_command_stands_on_one_button_only():
    row = Buttons((Button("why", "/ai-news x"), Button("again", "/ai-news x"), Button("none", "")))

    payload = render(Message((row, row, Divider()), "en"))

    buttons = [one for one in all_components(payload) if one["type"] == BUTTON]
    assert [button["custom_id"] for button in buttons] == ["/ai-news x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_and_commands_are_taken(text):
    payload = render(Message((Buttons((Button(text, "/ai-news " + text),)),), "en"))

    assert_within_limits(payload)
