import re
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from adapters.console.render import MAX_WIDTH, line_ends, print_rich, render
from bot.display import printable
from bot.message import Heading, Message, Paragraph, Run, paragraph
from tests.messages import JAPANESE, any_text, messages, words

OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b]8;id=\d+;https?://[^\x1b\s]*\x1b\\|\x1b]8;;\x1b\\")
"""What Rich itself writes: colours, and links to web addresses."""


def shown(message, width=80, terminal=False):
    output = StringIO()
    colours = "truecolor" if terminal else None
    console = Console(
        file=output, width=width, force_terminal=terminal, color_system=colours, highlight=False
    )
    console.print(render(message))
    return output.getvalue()


def lines(message, width=80):
    return [line.rstrip() for line in shown(message, width).splitlines()]


def test_a_digest_is_pleasant_to_read():
    assert lines(JAPANESE, 46) == [
        "AIニュース 3月2日(月)",
        "",
        "話題：ロボット、電力",
        "",
        "1. 倉庫のロボットが小包の仕分けを覚える",
        "   小包を仕分けるロボットを公開した。1時間に",
        "   900個だという。",
        "",
        "   ┃ 「夜のあいだも働きます」と技術責任者は",
        "   ┃ 語った。",
        "   The Daily Crate｜2026年3月1日",
        "",
        "─" * 46,
        "",
        "気になることは /ai-news robot のように検索でき",
        "ます。",
        "",
        "理由 · 詳しく",
    ]


def test_a_terminal_shows_marks_small_print_and_links():
    text = shown(JAPANESE, terminal=True)

    assert "\x1b[1;33mロボット" in text
    assert "\x1b[2m話題" in text
    assert "https://crate.example/robot\x1b\\" in text


@given(messages)
@settings(max_examples=20, deadline=None)
def test_no_control_of_article_text_reaches_the_terminal(any_message):
    text = OURS.sub("", shown(any_message, terminal=True))

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def test_an_escape_sequence_is_shown_without_its_teeth():
    hostile = "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x9b2J [bold]not markup[/bold]"

    assert lines(Message((paragraph(hostile), Heading(hostile)), "en"), 120)[0] == (
        "[31mred[0m ]8;;https://evil.examplelink2J [bold]not markup[/bold]"
    )


@given(any_text, st.integers(4, 60))
@settings(max_examples=60, deadline=None)
def test_every_line_fits_and_no_word_is_lost(text, width):
    message = Message((paragraph(text),), "ja")

    text_lines = lines(message, width)

    assert all(cell_len(line) <= width for line in text_lines)
    assert words("".join(text_lines)) == words(printable(text))


def test_wide_terminals_get_lines_that_can_be_read():
    text_lines = lines(Message((paragraph("word " * 100),), "en"), 300)

    assert max(map(len, text_lines)) <= MAX_WIDTH


@pytest.mark.parametrize(
    ("text", "width", "pieces"),
    [
        pytest.param("one two three", 8, ["one two ", "three"], id="English at spaces"),
        pytest.param(
            "これは日本語です。次の文", 10, ["これは日本", "語です。次", "の文"], id="Japanese anywhere"
        ),
        pytest.param("これは終わり。", 12, ["これは終わ", "り。"], id="no full stop at the start"),
        pytest.param("これは「引用」です", 8, ["これは", "「引用」", "です"], id="no bracket at the end"),
        pytest.param("OpenAI が発表したもの", 10, ["OpenAI が", "発表したも", "の"], id="mixed scripts"),
        pytest.param("会長はマスク氏", 10, ["会長は", "マスク氏"], id="katakana words whole"),
        pytest.param("費用は558万元だ", 10, ["費用は", "558万元だ"], id="a number and its counter"),
        pytest.param("abcdefghij", 4, ["abcd", "efgh", "ij"], id="a word wider than the line"),
        pytest.param("", 4, [""], id="nothing"),
    ],
)
def test_lines_end_where_readers_expect(text, width, pieces):
    ends = line_ends(text, width)

    assert [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)] == pieces


def test_long_titles_hang_under_their_first_word():
    title = Heading("12. A title that is longer than the line", 2)

    assert lines(Message((title,), "en"), 24) == ["12. A title that is", "    longer than the line"]


def test_marks_keep_their_style_over_the_end_of_a_line():
    message = Message((Paragraph((Run("one two three four", "mark"),)),), "en")

    assert shown(message, 10, terminal=True).count("\x1b[1;33m") == 2


def test_a_message_is_printed_with_a_blank_line_after_it(capsys):
    print_rich(JAPANESE)

    out = capsys.readouterr().out
    assert "倉庫のロボット" in out
    assert out.endswith("\n\n")
