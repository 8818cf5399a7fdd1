"""How Discord shows components and its Markdown."""

import pytest

from adapters.discord.showing.render import render
from adapters.local.previews.discord import preview
from adapters.local.previews.discord_markdown import html
from tests.messages import JAPANESE

LINK = '<a href="https://crate.example/robot" rel="noopener noreferrer nofollow" target="_blank">{}</a>'


def text(inner):
    return f'<div class="text">{inner}</div>'


def body(inner):
    return f'<div class="preview-body">{inner}</div>'


def test_a_digest_as_discord_shows_it():
    parts = [
        text('<p class="title-2">AIニュース 3月2日(月)</p>'),
        text('<p class="small">話題：ロボット、電力</p>'),
        text(f'<p class="title-3">{LINK.format("1. 倉庫のロボットが小包の仕分けを覚える")}</p>'),
        text("<p>小包を仕分ける<strong>ロボット</strong>を公開した。1時間に900個だという。</p>"),
        text("<blockquote><p>「夜のあいだも働きます」と技術責任者は語った。</p></blockquote>"),
        text(f'<p class="small">{LINK.format("The Daily Crate")}｜2026年3月1日</p>'),
        "<hr>",
        text('<p class="small">気になることは /ai-news robot のように検索できます。</p>'),
        '<div class="row"><span class="button">理由</span><span class="button">詳しく</span></div>',
    ]

    assert preview(render(JAPANESE)) == body(f'<div class="container accent">{"".join(parts)}</div>')


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        pytest.param("**「引用」**を", "<strong>「引用」</strong>を", id="bold beside brackets"),
        pytest.param("*a* _b_ __c__ ~~d~~", "<em>a</em> <i>b</i> <u>c</u> <s>d</s>", id="marks"),
        pytest.param("`*a*` ``b`c``", "<code>*a*</code> <code>b`c</code>", id="code"),
        pytest.param("**a *b* c**", "<strong>a <em>b</em> c</strong>", id="marks within marks"),
        pytest.param(r"\*a\* \[b](https\://c.example) \。", "*a* [b](https://c.example) 。", id="escapes"),
        pytest.param(r"a\b \ c \\", "a\\b \\ c \\", id="backslashes"),
        pytest.param("a_b_c 2 * 3 * 4", "a_b_c 2 * 3 * 4", id="no marks"),
        pytest.param("one\n\n  two  ", "one\n\n  two  ", id="line breaks and spaces"),
        pytest.param("[a](<https://crate.example/robot>)", LINK.format("a"), id="link"),
        pytest.param("[a](https://crate.example/robot)", LINK.format("a"), id="link without brackets"),
        pytest.param(
            r"[a\*b](<https://crate.example/robot>)", LINK.format(r"a\*b"), id="backslash in a label"
        ),
        pytest.param("[a](<javascript:x>)", "[a](&lt;javascript:x&gt;)", id="no web address"),
        pytest.param("&lt; <b> ![a](<b>)", "&amp;lt; &lt;b&gt; ![a](&lt;b&gt;)", id="no HTML, no pictures"),
        pytest.param("| a |\n|---|", "| a |\n|---|", id="no tables"),
    ],
)
def test_marks_are_read_as_discord_reads_them(source, shown):
    assert html(source) == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("# a\n## b\n### c", '<p class="title-1">a</p><p class="title-2">b</p><p class="title-3">c</p>'),
        ("### C#", '<p class="title-3">C</p>'),
        ("#### a\n#b\n-#c\n>d", "<p>#### a\n#b\n-#c\n&gt;d</p>"),
        ("-# a\n-# b\nc", '<p class="small">a</p><p class="small">b</p><p>c</p>'),
        ("> a\n> # b\nc", '<blockquote><p>a</p><p class="title-1">b</p></blockquote><p>c</p>'),
        ("a\n>>> b\n> c", "<p>a</p><blockquote><p>b\n&gt; c</p></blockquote>"),
        ("a\n\n> b", "<p>a\n\n</p><blockquote><p>b</p></blockquote>"),
        ("# a\n\nb", '<p class="title-1">a</p><p>\nb</p>'),
        ("", ""),
    ],
)
def test_lines_are_read_as_discord_reads_them(source, shown):
    assert html(source) == shown


def test_marks_too_deep_are_shown_as_they_are_written():
    shown = html("**__" * 9 + "a" + "__**" * 9)

    assert "a" in shown
    assert "*" in shown


@pytest.mark.parametrize(
    ("component", "shown"),
    [
        ({"type": 14, "divider": False}, '<div class="gap"></div>'),
        (
            {"type": 9, "components": [{"type": 10, "content": "a"}], "accessory": {"type": 11}},
            f'<div class="section"><div>{text("<p>a</p>")}</div><span class="picture">▧</span></div>',
        ),
        (
            {"type": 12, "items": [{"description": "<x>"}, 7]},
            '<div class="row"><span class="picture">&lt;x&gt;</span></div>',
        ),
        ({"type": 17, "accent_color": 0xFF0000}, '<div class="container neutral"></div>'),
        (
            {"type": 17, "components": [{"type": 17}]},
            '<div class="container bare"><span class="unknown">component 17</span></div>',
        ),
        ({"type": 99}, '<span class="unknown">component 99</span>'),
        ({"type": "<"}, '<span class="unknown">component ?</span>'),
        ({}, '<span class="unknown">component ?</span>'),
    ],
)
def test_components(component, shown):
    assert preview({"components": [component]}) == body(shown)


def test_a_message_of_text_only():
    assert preview({"content": "a **b**"}) == body("<p>a <strong>b</strong></p>")
