"""What people type on Slack, with its escapes undone exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.answering.typed import text_of, unescape, without_mention

TYPED = {
    "AT&amp;T": "AT&T",
    "&lt;b&gt;": "<b>",
    "&amp;lt;": "&lt;",
    "&amp;amp;": "&amp;",
    "&quot;": "&quot;",
    "<@U123|mika>": "<@U123>",
    "<@U123>": "<@U123>",
    "<#C123|news>": "<#C123>",
    "<!subteam^S123|@editors>": "<!subteam^S123>",
    "moderators:<@U1|mika>,<!subteam^S1|@editors>": "moderators:<@U1>,<!subteam^S1>",
    "<!here>": "@here",
    "<!channel|@channel>": "@channel",
    "<!date^1392734382^{date}|a day>": "a day",
    "<https://a.example/?x=1&amp;y=2>": "https://a.example/?x=1&y=2",
    "<http://x.ai|x.ai>": "x.ai",
    "<https://x.ai/|x.ai>": "x.ai",
    "<mailto:mika@a.example|mika@a.example>": "mika@a.example",
    "<https://a.example/x|a.example>": "https://a.example/x",
    "<https://a.example|https://a.example>": "https://a.example",
    "<https://a.example/x|the news>": "the news (https://a.example/x)",
    "<>": "",
    "a < b": "a < b",
    "5 &gt; 3 &amp; <#C1>": "5 > 3 & <#C1>",
}


@pytest.mark.parametrize(("escaped", "typed"), TYPED.items(), ids=list(TYPED))
def test_escapes_are_undone(escaped, typed):
    assert unescape(escaped) == typed


@given(st.text())
def test_any_text_comes_back_from_its_escaping(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert unescape(escaped) == text


@given(st.text("<>|&@#!^amplt;"))
def test_any_markup_can_be_read(text):
    assert isinstance(unescape(text), str)


def test_the_mention_of_the_bot_is_no_part_of_the_question():
    assert without_mention("<@U9> what about <@U1>?", "U9") == "what about <@U1>?"
    assert without_mention("kumo <@U9|ai-news>", "U9") == "kumo"
    assert without_mention("<@U9>, kumo", "U9") == "kumo"


def rich(*elements):
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


MESSAGES = {
    "text": ({"text": "a &amp; b"}, "a &amp; b"),
    "blocks that say more": (
        {"text": "short", "blocks": [rich({"type": "text", "text": "a & b, at length"})]},
        "a &amp; b, at length",
    ),
    "a link in rich text": (
        {"text": "", "blocks": [rich({"type": "link", "url": "https://a.example", "text": "news"})]},
        "<https://a.example|news>",
    ),
    "a section": ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*news*"}}]}, "*news*"),
    "a header": (
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "<1>"}}]},
        "&lt;1&gt;",
    ),
    "an attachment": ({"text": "look", "attachments": [{"title": "T", "text": "said"}]}, "look\n\nT\nsaid"),
    "nothing": ({}, ""),
    "what is no message": ("text", ""),
    "what is no block": ({"text": "x", "blocks": [None, 3, {"type": "section"}]}, "x"),
}


@pytest.mark.parametrize(("message", "said"), MESSAGES.values(), ids=list(MESSAGES))
def test_a_message_says_what_a_reader_sees(message, said):
    assert text_of(message) == said
