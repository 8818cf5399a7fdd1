import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.folding import fold

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
"""Any characters at all: controls, lone surrogates, marks, unassigned ones."""


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("ＤｅｅｐＳｅｅｋ", "deepseek"),
        ("ﾃﾞｨｰﾌﾟｼｰｸ", "ディープシーク"),
        ("か\u3099", "が"),
        ("é E\u0301", "e e"),
        ("サ－バ−", "サーバー"),
        ("GPTー4 — o3", "gpt-4 - o3"),
        ("ソフト゠バンク ソフト=バンク x=1", "ソフト・バンク ソフト・バンク x=1"),
        ("a\u200bb\u202ec\ufeff", "abc"),
        ("a\x00b\x07c", "a b c"),
        ("a\nb\tc", "a\nb\tc"),
        ("\ud800x", "x"),
        ("👩\u200d💻 ❤\ufe0f", "👩💻 ❤"),
        ("e" + "\u0301" * 5000 + "x", "ex"),
        ("㈱ ﬁ ½", "(株) fi 1⁄2"),
    ],
)
def test_what_readers_take_for_the_same_folds_to_one_spelling(given, folded):
    assert fold(given).text == folded


def test_a_dash_stays_a_dash_between_a_katakana_word_and_a_latin_one():
    assert fold("メタ-x").text == "メタ-x"


@pytest.mark.parametrize(
    ("given", "wanted", "source"),
    [
        ("訴訟 ﾃﾞｨｰﾌﾟｼｰｸ社", "ディープシーク", "ﾃﾞｨｰﾌﾟｼｰｸ"),
        ("a\u200bＭａｃ\u200b.", "mac", "Ｍａｃ"),
        ("㈱メタ", "メタ", "メタ"),
        ("x㈱y", "株", "㈱"),
        ("Ame\u0301lie!", "amelie", "Ame\u0301lie"),
    ],
)
def test_a_stretch_of_the_folded_text_is_traced_to_the_text_as_given(given, wanted, source):
    folded = fold(given)
    start = folded.text.index(wanted)

    first, last = folded.origin(start, start + len(wanted))

    assert given[first:last] == source


@given(ANY_TEXT)
def test_every_folded_character_comes_from_a_place_in_order(text):
    folded = fold(text)

    places = [folded.origin(position, position + 1) for position in range(len(folded.text))]

    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(ANY_TEXT)
def test_folded_text_can_be_stored_and_shown(text):
    folded = fold(text).text

    assert folded.encode("utf-8").decode("utf-8") == folded
    assert all(character.isprintable() or character in "\n\t" for character in folded)


@given(ANY_TEXT)
@settings(max_examples=50)
def test_folding_again_changes_nothing(text):
    once = fold(text).text

    assert fold(once).text == once
