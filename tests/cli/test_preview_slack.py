"""How Slack shows blocks, rich text and its markup."""

import pytest

from adapters.local.previews.slack import preview
from adapters.local.previews.slack_mrkdwn import html
from adapters.slack.showing.render import render
from bot.message import Message, Paragraph, Run, paragraph
from tests.factories import NOW
from tests.messages import JAPANESE

LINK = '<a href="https://crate.example/robot" rel="noopener noreferrer nofollow" target="_blank">{}</a>'


def body(inner):
    return f'<div class="preview-body">{inner}</div>'


def test_a_digest_as_slack_shows_it():
    parts = [
        '<p class="title">AIニュース 3月2日(月)</p>',
        '<p class="small"><span>話題：ロボット、電力</span></p>',
        f"<p><b>{LINK.format('1. 倉庫のロボットが小包の仕分けを覚える')}</b></p>",
        "<p>小包を仕分ける<b>ロボット</b>を公開した。1時間に900個だという。</p>",
        "<blockquote>「夜のあいだも働きます」と技術責任者は語った。</blockquote>",
        f'<p class="small"><span>{LINK.format("The Daily Crate")}</span> <span>｜2026年3月1日</span></p>',
        "<hr>",
        '<p class="small"><span>気になることは /ai-news robot のように検索できます。</span></p>',
        '<div class="row"><span class="button">理由</span><span class="button">詳しく</span></div>',
    ]

    assert preview(render(JAPANESE)) == body("".join(parts))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        pytest.param("*a* _b_ ~c~ `*d*`", "<b>a</b> <i>b</i> <s>c</s> <code>*d*</code>", id="marks"),
        pytest.param("*_a_ b*", "<b><i>a</i> b</b>", id="marks within marks"),
        pytest.param("a*b*c 2 * 3 * 4 a_b_c", "a*b*c 2 * 3 * 4 a_b_c", id="no marks"),
        pytest.param("&amp;lt; &lt;b&gt; &copy;", "&amp;lt; &lt;b&gt; &amp;copy;", id="entities"),
        pytest.param("<https://crate.example/robot|A &amp; B>", LINK.format("A &amp; B"), id="link"),
        pytest.param(
            "<https://crate.example/robot>",
            LINK.format("https://crate.example/robot"),
            id="link without label",
        ),
        pytest.param("<#C0NEWS>", "#C0NEWS", id="channel"),
        pytest.param("<!date^1772409600^{time}|9:00 &amp; on>", "9:00 &amp; on", id="instant"),
        pytest.param("<!date^1772409600^{time}>", "&lt;!date^1772409600^{time}&gt;", id="instant, no label"),
        pytest.param(
            "<javascript:x|a> <!here> <b", "&lt;javascript:x|a&gt; &lt;!here&gt; &lt;b", id="no web address"
        ),
    ],
)
def test_markup(source, shown):
    assert html(source) == shown


def rich(kind, *elements, **more):
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)} | more]}


WAVE = {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fb"}
ENTRY = {"type": "rich_text_section", "elements": [WAVE]}


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "*a*"}, "accessory": {"type": "image"}},
            '<div class="section"><div><p><b>a</b></p></div><span class="picture">▧</span></div>',
        ),
        ({"type": "image", "alt_text": "a chart"}, '<span class="picture">a chart</span>'),
        (rich("rich_text_list", ENTRY, style="ordered", indent=9), '<ol class="indent-4"><li>👋🏻</li></ol>'),
        (rich("rich_text_list", ENTRY), '<ul class="indent-0"><li>👋🏻</li></ul>'),
        (
            rich(
                "rich_text_preformatted",
                {"type": "text", "text": "<x>", "style": {"italic": True, "bold": 1}},
            ),
            "<pre><i>&lt;x&gt;</i></pre>",
        ),
        (rich("rich_text_section", WAVE | {"unicode": "110000"}), "<p>:wave:</p>"),
        (
            rich("rich_text_section", {"type": "link", "url": "data:x", "text": "a"}, {"type": "team"}),
            '<p>a<span class="unknown">team</span></p>',
        ),
        ({"type": "video<"}, '<span class="unknown">video&lt;</span>'),
        ({"type": 7}, '<span class="unknown">?</span>'),
    ],
)
def test_blocks(block, shown):
    assert preview({"blocks": [block]}) == body(shown)


def test_mentions_channels_and_instants():
    runs = (Run("#news", channel="C0NEWS", style="strong"), Run(" at "), Run("9:00", at=NOW))

    assert preview(render(Message((Paragraph(runs),), "en", mention="S0EDITORS"))) == body(
        "<p>@S0EDITORS</p><p><b>#C0NEWS</b> at 9:00</p>"
    )
    assert preview(render(Message((paragraph("a"),), "en", mention="U0MIKA"))) == body(
        "<p>@U0MIKA</p><p>a</p>"
    )


def test_a_message_without_blocks():
    assert preview({"text": "a *b*"}) == body("<p>a <b>b</b></p>")
