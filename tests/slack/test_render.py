import json
import re

import pytest
from hypothesis import given, settings
from slack_sdk.models.blocks import Block

from adapters.slack.showing.render import LIMITS, pressed, render, render_plain
from bot.commands import MAX_QUERY_CHARACTERS, Ask, parse, unparse
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
from tests.factories import NOW
from tests.messages import HOSTILE, JAPANESE, SHARED, messages, naughty_strings, words

LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|*_~`\n]+>")


def payloads(message):
    return [render(part) for part in split(message, LIMITS)]


def elements(payload, kind):
    """Return every element of one type, however deep it stands."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            if value.get("type") == kind:
                found.append(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(payload["blocks"])
    return found


def assert_slack_accepts(payload):
    blocks = Block.parse_all(payload["blocks"])
    for block, given_block in zip(blocks, payload["blocks"], strict=True):
        block.validate_json()
        assert block.to_dict() == given_block
    assert 0 < len(blocks) <= 50
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) <= 12_100
    assert 0 < utf16_length(payload["text"]) <= 4000
    for text in elements(payload, "text") + elements(payload, "link") + elements(payload, "plain_text"):
        assert 0 < utf16_length(text["text"]) <= 3000
    for button in elements(payload, "button"):
        assert 0 < utf16_length(button["text"]["text"]) <= 75
        assert 0 < utf16_length(button["value"]) <= 2000
    for context in elements(payload, "context"):
        assert 0 < len(context["elements"]) <= 10
    json.dumps(payload, ensure_ascii=False).encode()


def assert_only_links_are_marked_up(payload):
    """Article text stands where Slack reads no markup; what it reads as markup is a link of ours."""
    for markup in elements(payload, "mrkdwn"):
        assert LINK.fullmatch(markup["text"])
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", payload["text"])


def test_a_digest_becomes_blocks():
    section = {"type": "rich_text_section"}

    payload = render(JAPANESE)

    assert payload["blocks"] == [
        {"type": "header", "text": plain("AIニュース 3月2日(月)")},
        {"type": "context", "elements": [plain("話題：ロボット、電力")]},
        rich(
            section,
            {
                "type": "link",
                "url": "https://crate.example/robot",
                "text": "1. 倉庫のロボットが小包の仕分けを覚える",
                "style": {"bold": True},
            },
        ),
        rich(
            section,
            {"type": "text", "text": "小包を仕分ける"},
            {"type": "text", "text": "ロボット", "style": {"bold": True}},
            {"type": "text", "text": "を公開した。1時間に900個だという。"},
        ),
        rich(
            {"type": "rich_text_quote"},
            {"type": "text", "text": "「夜のあいだも働きます」と技術責任者は語った。"},
        ),
        {
            "type": "context",
            "elements": [
                {"type": "mrkdwn", "text": "<https://crate.example/robot|The Daily Crate>", "verbatim": True},
                plain("｜2026年3月1日"),
            ],
        },
        {"type": "divider"},
        {"type": "context", "elements": [plain("気になることは /ai-news robot のように検索できます。")]},
        {
            "type": "actions",
            "elements": [
                button("理由", "command-0", "/ai-news robot view:why"),
                button("詳しく", "command-1", "/ai-news robot depth:high"),
            ],
        },
    ]
    assert payload["text"].startswith("AIニュース 3月2日(月)\n\n話題：ロボット、電力\n\n1. 倉庫")
    assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
    assert_slack_accepts(payload)


def plain(text):
    return {"type": "plain_text", "text": text, "emoji": False}


def rich(kind, *parts):
    return {"type": "rich_text", "elements": [kind | {"elements": list(parts)}]}


def button(text, action_id, value):
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": value}


def test_the_arguments_are_known_to_slack():
    file = SHARED / "specs/slack-web-openapi-2021.json"
    if not file.exists():
        pytest.skip("Slack's OpenAPI description is not in a shared folder beside the repository")
    method = json.loads(file.read_text("utf-8"))["paths"]["/chat.postMessage"]["post"]

    assert render(JAPANESE).keys() <= {parameter["name"] for parameter in method["parameters"]}


@given(any_message=messages)
@settings(max_examples=40, deadline=None)
def test_slack_accepts_every_part_of_any_message(any_message):
    for payload in payloads(any_message):
        assert_slack_accepts(payload)
        assert_only_links_are_marked_up(payload)


@pytest.mark.parametrize("build", [Paragraph, Quote, Note], ids=["paragraph", "quote", "note"])
def test_slack_accepts_naughty_strings(build):
    strings = naughty_strings()
    if not strings:
        pytest.skip("the list of naughty strings is not in a shared folder beside the repository")

    for payload in payloads(Message(tuple(build((Run(text),)) for text in strings), "en")):
        assert_slack_accepts(payload)
        assert_only_links_are_marked_up(payload)


@pytest.mark.parametrize("text", HOSTILE)
def test_article_text_is_shown_as_it_is(text):
    whole = Message((paragraph(text),), "en")

    shown = "".join(one["text"] for payload in payloads(whole) for one in elements(payload, "text"))

    assert words(shown) == words(printable(text))


def test_a_notification_is_escaped_and_cut_between_characters():
    text = render(Message((paragraph("a" * 3997 + "<!channel>" * 100),), "en"))["text"]

    assert text == "a" * 3997 + "…"


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Crate & Co", ["<https://a.example|Crate &amp; Co>"]),
        ("*Crate*", ["*Crate*", "<https://a.example|→>"]),
        (":smile:", [":smile:", "<https://a.example|→>"]),
        ("<!channel>", ["<!channel>", "<https://a.example|→>"]),
    ],
)
def test_a_link_in_small_print_is_a_label_or_stands_behind_an_arrow(label, shown):
    payload = render(Message((Note((Run(label, url="https://a.example"),)),), "en"))

    assert [element["text"] for element in payload["blocks"][0]["elements"]] == shown


def test_small_print_with_many_links_becomes_one_text():
    runs = tuple(Run(f"source {number}, ", url=f"https://{number}.example") for number in range(11))

    [context] = render(Message((Note(runs),), "en"))["blocks"]

    assert len(context["elements"]) == 1
    assert context["elements"][0]["text"].startswith("source 0,  (https://0.example)source 1, ")


def test_a_long_title_is_bold_text():
    [block] = render(Message((Heading("t" * 151),), "en"))["blocks"]

    assert block["elements"][0]["elements"] == [{"type": "text", "text": "t" * 151, "style": {"bold": True}}]


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "\x00\u202e"])
def test_a_message_without_a_word_is_still_a_message(text):
    whole = Message((paragraph(text), Heading(text), note(text), Quote((Run(text),))), "ja")

    payload = render(whole)

    assert payload["blocks"] == [{"type": "context", "elements": [plain("…")]}]
    assert_slack_accepts(payload)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_and_commands_are_taken(text):
    payload = render(
        Message((Divider(), Buttons((Button(text, text), Button("why", "/ai-news " + text)))), "en")
    )

    assert_slack_accepts(payload)


AT = Run("2 March, 09:00", at=NOW)


def date(text):
    return {"type": "date", "timestamp": 1772409600, "format": "{date_pretty} {time}", "fallback": text}


def test_a_channel_and_an_instant_are_shown_as_slack_shows_them():
    runs = (Run("News in "), Run("#news", channel="C0NEWS", style="strong"), Run(" at "), AT)

    payload = render(Message((Paragraph(runs), Note(runs[1:])), "en"))

    assert payload["blocks"][0] == rich(
        {"type": "rich_text_section"},
        {"type": "text", "text": "News in "},
        {"type": "channel", "channel_id": "C0NEWS", "style": {"bold": True}},
        {"type": "text", "text": " at "},
        date("2 March, 09:00"),
    )
    assert [element["text"] for element in payload["blocks"][1]["elements"]] == [
        "<#C0NEWS>",
        "at",
        "<!date^1772409600^{date_pretty} {time}|2 March, 09:00>",
    ]
    assert_slack_accepts(payload)


def test_what_is_no_channel_of_slack_stays_text():
    run = Run("#news", channel="C0NEWS> <!channel")

    assert elements(render(Message((Paragraph((run,)), Note((run,))), "en")), "channel") == []
    assert elements(render(Message((Note((run,)),), "en")), "mrkdwn") == []


def test_an_instant_without_a_label_to_fall_back_on_is_plain():
    assert elements(render(Message((Note((Run("*9:00*", at=NOW),)),), "en")), "mrkdwn") == []


@pytest.mark.parametrize(
    ("target", "element", "mark"),
    [
        ("S0EDITORS", {"type": "usergroup", "usergroup_id": "S0EDITORS"}, "<!subteam^S0EDITORS>"),
        ("U0MIKA", {"type": "user", "user_id": "U0MIKA"}, "<@U0MIKA>"),
    ],
)
def test_whom_a_message_mentions_stands_first(target, element, mark):
    whole = Message((paragraph("News <!channel>"),), "en", mention=target)

    assert render(whole)["blocks"][0] == rich({"type": "rich_text_section"}, element)
    assert render_plain(whole)["text"] == f"{mark}\n\nNews &lt;!channel&gt;"
    assert_slack_accepts(render(whole))


@pytest.mark.parametrize(
    "target", [None, "", "channel", "here", "<!channel>", "C0NEWS", "S0> <!here", "s0ed"]
)
def test_nothing_else_is_ever_mentioned(target):
    whole = Message((paragraph("News"),), "en", mention=target)

    assert render(whole)["blocks"] == render(Message((paragraph("News"),), "en"))["blocks"]
    assert render_plain(whole)["text"] == "News"


def test_a_full_message_that_mentions_is_within_the_limits():
    [first, *_] = split(Message((note("word"),) * 60, "en", mention="S0ED"), LIMITS)

    assert len(render(first)["blocks"]) == 50


@given(any_message=messages)
@settings(max_examples=20, deadline=None)
def test_plain_text_takes_the_place_of_any_blocks(any_message):
    for part in split(any_message, LIMITS):
        text = render_plain(part)["text"]
        assert 0 < len(text) <= 40_000
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text)


@pytest.mark.parametrize("command", ["/ai-news robots", "/ai-news C0NEWS x", "/ai-news-digest\nshow", "x"])
@pytest.mark.parametrize("channel", [None, "C0NEWS", "G0OLD"])
def test_a_press_is_read_as_it_was_meant(command, channel):
    row = Buttons((Button("show", command, channel=channel),))

    [value] = [one["value"] for one in elements(render(Message((row,), "en")), "button")]

    assert pressed(value) == ((command, channel) if command.startswith("/") else (value, None))


def test_the_longest_command_of_a_button_fits_into_a_value():
    """So a press needs nothing but the value."""
    ask = Ask(query="🤖" * MAX_QUERY_CHARACTERS, depth="high", page=100, view="sources", visible=True)
    button = Button("more", unparse(ask), channel="C" + "0" * 20)

    [value] = [one["value"] for one in elements(render(Message((Buttons((button,)),), "en")), "button")]

    command, channel = pressed(value)
    assert (parse(command), channel) == (ask, button.channel)


def test_a_long_command_about_a_channel_keeps_within_a_value():
    row = Buttons((Button("show", "/ai-news " + "語" * 3000, channel="C0NEWS"),))

    payload = render(Message((row,), "en"))

    assert pressed(elements(payload, "button")[0]["value"])[1] == "C0NEWS"
    assert_slack_accepts(payload)
