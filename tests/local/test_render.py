"""How text from outside is set on the page: no markup, no broken numbers, changes marked."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.local.render import changes_shown, line, show, xml_text
from adapters.local.story import excerpt
from bot.display import printable
from bot.model import Span


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def units(text):
    return re.findall(r'<span class="whole">(.*?)</span>', show(text))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("開発費は558万ドルだった", ["558万ドル"]),
        ("2025年2月1日に発表", ["2025年2月1日"]),
        ("GPT-4に匹敵", ["GPT-4"]),
        ("o3-miniは", ["o3-mini"]),
        ("$5.58 million for 2,000 GPUs", ["$5.58 million", "2,000"]),
        ("99%以上", ["99%"]),
        ("650億ドルと1兆2,000億円", ["650億ドル", "1兆2,000億円"]),
        ("no number", []),
    ],
)
def test_a_number_stays_with_what_it_counts(text, whole):
    assert [text_of(unit) for unit in units(text)] == whole


@given(st.text(max_size=200))
def test_nothing_is_lost_and_nothing_is_markup(text):
    assert text_of(show(text)) == printable(text)
    assert "<" not in re.sub(r"</?span[^>]*>", "", show(text))


@given(st.text("0123456789,.万", min_size=1, max_size=400))
def test_no_number_is_wider_than_a_narrow_screen(text):
    assert all(len(text_of(unit)) <= 20 for unit in units(text))


@given(st.text(max_size=200))
def test_a_line_is_one_line(text):
    assert "\n" not in line(text)


def test_a_wide_space_parts_a_headline_still():
    assert line("開発費を主張\u3000専門家は  疑問視\n") == "開発費を主張\u3000専門家は 疑問視"


@given(st.text(max_size=120), st.text(max_size=120))
def test_changes_tell_both_texts(before, after):
    shown = changes_shown(before, after)

    assert text_of(re.sub(r"<ins>.*?</ins>", "", shown, flags=re.DOTALL)) == printable(before)
    assert text_of(re.sub(r"<del>.*?</del>", "", shown, flags=re.DOTALL)) == printable(after)


def test_a_small_change_is_shown_as_small():
    assert changes_shown("A robot sorts 900 parcels.", "A robot sorts 90 parcels.") == (
        "A robot sorts <del>900</del><ins>90</ins> parcels."
    )


def test_repetitive_texts_are_not_compared_word_by_word():
    """A comparison of these would take many seconds, and the whole bot would wait."""
    before, after = "はい。いいえ。" * 5_000, "いいえ。はい。" * 5_000

    assert changes_shown(before, after).count("<ins>") <= 1


@given(st.text(max_size=60))
def test_xml_holds_what_it_may(text):
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", xml_text(text))


def test_an_excerpt_is_the_passage_with_a_little_around_it():
    text = "a" * 1_000 + "PASSAGE" + "b" * 1_000

    found = excerpt(text, Span(start=1_000, end=1_007))

    assert (found.passage, found.begins, found.ends) == ("PASSAGE", False, False)
    assert len(found.before) == len(found.after) == 300
