"""What the local page shows as Discord and as Slack is what they would show: the text of the message."""

import re
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.showing import render as discord_render
from adapters.local.previews import discord, slack
from adapters.slack.showing import render as slack_render
from bot.display import printable, web_url
from bot.message import Heading, Message, Note, Paragraph, Quote, Run, split
from tests.messages import HOSTILE, any_text, messages, raw_text, words

PLATFORMS = {
    "discord": (discord_render.render, discord_render.LIMITS, discord.preview),
    "slack": (slack_render.render, slack_render.LIMITS, slack.preview),
}
TAGS = {
    "a",
    "b",
    "blockquote",
    "code",
    "div",
    "em",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "u",
    "ul",
}
ALLOWED = {
    "a": {"href", "rel", "target"},
    "div": {"class"},
    "ol": {"class"},
    "p": {"class"},
    "span": {"class"},
    "ul": {"class"},
}
VOID = {"hr"}


class Page(HTMLParser):
    """HTML as its text, its links and its tags; fails on what may not be in a preview."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.text, self.links, self.classes, self._open = "", [], [], []
        self.feed(str(source))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert tag in TAGS
        assert attributes.keys() <= ALLOWED.get(tag, set())
        self.classes += (attributes.get("class") or "").split()
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"
            self.links.append(attributes["href"])
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def shown(platform, message):
    """Return the pages that a message becomes on a platform."""
    render, limits, preview = PLATFORMS[platform]
    return [Page(preview(render(part))) for part in split(message, limits)]


def shown_text(platform, message):
    """Return what can be read, without what platforms add: arrows of links and breaks within mentions."""
    text = "".join(page.text for page in shown(platform, message))
    return words(re.sub("[→…\u200b]", "", text))


def expected_text(text):
    return words(re.sub("[→…\u200b]", "", printable(text)))


BUILDERS = {
    "heading": lambda text: Heading(text),
    "story": lambda text: Heading(text, 2, "https://crate.example/robot"),
    "paragraph": lambda text: Paragraph((Run(text),)),
    "mark": lambda text: Paragraph((Run("A"), Run(text, "mark"), Run("B"))),
    "linked mark": lambda text: Paragraph((Run(text, "mark", "https://crate.example/a_b*c"),)),
    "quote": lambda text: Quote((Run(text),)),
    "note": lambda text: Note((Run(text, url="https://crate.example/?a=1&copy;=2"), Run("｜" + text))),
}
MORE_HOSTILE = [
    "「引用」。",
    "**「引用」**を _a_ __b__",
    "tail \\",
    "&amp; &lt;b&gt; &#42; &copy; &",
    "[a](<https://evil.example>) [b](https://evil.example 'title') ![c](https://evil.example/x.png)",
    "<https://evil.example|label> <!date^1^{date}|x> `code` ```\nfence\n```",
    "\u3000字下げ\n    four spaces\n\ttab\n***\n---\n===\n| a | b |\n|---|---|",
    "¯\\_(ツ)_/¯ a*b*c a_b_c 2 * 3 * 4 ~x~",
    "@everyone",
    "#### four\n- # x\n-#small\n>x\n >>> y",
]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", BUILDERS)
@pytest.mark.parametrize("text", [*HOSTILE, *MORE_HOSTILE])
def test_hostile_text_is_shown_literally(platform, kind, text):
    block = BUILDERS[kind](text)

    assert shown_text(platform, Message((block,), "en")) == expected_text(raw_text(Message((block,), "en")))


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=150, deadline=None)
@given(text=any_text, kind=st.sampled_from(sorted(BUILDERS)))
@example(text="**「」**。*", kind="mark")
def test_any_text_is_shown_literally(platform, text, kind):
    block = BUILDERS[kind](text)

    assert shown_text(platform, Message((block,), "en")) == expected_text(raw_text(Message((block,), "en")))


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=10, deadline=None)
@given(any_message=messages)
def test_any_message_becomes_harmless_html_whose_links_are_its_own(platform, any_message):
    own = {
        web_url(url)
        for block in any_message.blocks
        for url in (
            [block.url] if isinstance(block, Heading) else [run.url for run in getattr(block, "runs", ())]
        )
    }

    for page in shown(platform, any_message):
        assert set(page.links) <= own
        assert "unknown" not in page.classes


def test_a_title_keeps_its_last_sign():
    assert shown_text("discord", Message((Heading("Why C#"),), "en")) == "WhyC#"


# Any JSON, more often than not of shapes that the previews know.
NAMES = ["accent_color", "accessory", "alt_text", "blocks", "components", "content", "description"]
NAMES += [
    "elements",
    "emoji",
    "fields",
    "indent",
    "items",
    "label",
    "style",
    "text",
    "title",
    "unicode",
    "url",
]
KINDS = [
    "actions",
    "button",
    "context",
    "divider",
    "emoji",
    "header",
    "image",
    "link",
    "mrkdwn",
    "plain_text",
]
KINDS += ["rich_text", "rich_text_list", "rich_text_preformatted", "rich_text_quote", "rich_text_section"]
KINDS += ["section", "text"]
kinds = st.sampled_from([*KINDS, 1, 2, 9, 10, 11, 12, 14, 17])
strings = st.text(max_size=20) | st.text(st.characters(categories=["Cs"])) | st.sampled_from(MORE_HOSTILE)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | strings | kinds,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", *NAMES]) | st.text(max_size=5), inner, max_size=5)
        | st.fixed_dictionaries({"type": kinds}, optional=dict.fromkeys(NAMES, inner))
    ),
    max_leaves=25,
)


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=200, deadline=None)
@given(payload=st.dictionaries(st.sampled_from(["components", "blocks", "content", "text"]), anything))
def test_any_payload_becomes_harmless_html(platform, payload):
    html = PLATFORMS[platform][2](payload)

    assert all(link.startswith(("http://", "https://")) for link in Page(html).links)
    html.encode()


@pytest.mark.parametrize(
    "marks", ["*", "**a", "_", "__", "~~", "`", "` ", "[", "[a](", "\\", "> ", "<", "*_~", "(("]
)
def test_marks_without_end_take_no_time(marks):
    source = (marks * 4000)[:4000]
    begin = process_time()

    for kind, preview in (("content", discord.preview), ("text", slack.preview)):
        Page(preview({kind: source}))

    assert process_time() - begin < 2
