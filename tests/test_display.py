import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.display import best_cut, identifier, printable, truncated, utf16_length, web_url
from tests.messages import any_text


@given(any_text)
def test_printable_text_holds_no_control_no_bidi_override_and_no_lone_surrogate(text):
    shown = printable(text)

    assert {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}} <= {"\n"}
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    assert printable(shown) == shown
    shown.encode()


def test_printable_text_keeps_ordinary_text_of_any_script():
    text = "Kumo 株式会社は「ロボット」を公開。é à ñ 👩‍👩‍👧 مرحبا שלום ½ → 1,000円\n二行目"

    assert printable(text) == text


def test_a_letter_carries_four_diacritics_at_most():
    assert printable("e" + "\u0301" * 5000 + "x") == "e" + "\u0301" * 4 + "x"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://crate.example/a?b=c&d=%20#e", "https://crate.example/a?b=c&d=%20#e"),
        ("HTTPS://Crate.example", "https://Crate.example"),
        ("http://crate.example:8080/", "http://crate.example:8080/"),
        ("https://ニュース.example/記", "https://xn--zck9awe6d.example/%E8%A8%98"),
        ("https://crate.example/a)b>c|d\\e[f]`*", "https://crate.example/a%29b%3Ec%7Cd%5Ce%5Bf%5D%60%2A"),
    ],
)
def test_an_address_is_made_safe_in_markup(url, safe):
    assert web_url(url) == safe


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "crate.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@crate.example/",
        "https://[::1/",
        "https://a b.example/",
        "https://crate.example:99999999/",
        "https://" + "a" * 70 + ".example/",
        "https://crate.example/\ud83d",
        "https://crate.example/" + "x" * 1000,
        "https://crate.example/" + "ü" * 500,
    ],
)
def test_what_is_no_web_address_becomes_no_link(url):
    assert web_url(url) is None


@given(any_text)
def test_any_text_after_a_host_stays_within_the_address(text):
    url = web_url("https://crate.example/" + text)

    if url is not None:
        assert urlsplit(url).netloc == "crate.example"
        assert url.isascii()
        assert not set(url) & set('<>()[]|\\`*" \n')


@given(any_text, st.integers(1, 100))
def test_truncated_text_fits_and_says_that_something_is_missing(text, limit):
    short = truncated(text, limit)

    assert utf16_length(short) <= limit
    assert short == text or short.endswith("…")


@given(any_text, any_text)
def test_identifiers_fit_and_differ_where_commands_differ(one, other):
    first, second = identifier(one, 100), identifier(other, 100)

    assert utf16_length(first) <= 100
    assert first == identifier(one, 100)
    assert (first == second) == (printable(one) == printable(other))


@pytest.mark.parametrize(
    ("text", "end", "piece"),
    [
        pytest.param("First one. Second one. Third", 25, "First one. Second one. ", id="after a sentence"),
        pytest.param(
            "「一つ目です。」二つ目です。三つ目", 10, "「一つ目です。」", id="after a closing bracket"
        ),
        pytest.param("一つ目で。」二", 5, "一つ目で。", id="before a bracket that does not fit"),
        pytest.param("one two three four", 12, "one two ", id="after a space"),
        pytest.param("abcdefgh", 5, "abcde", id="anywhere"),
        pytest.param("abcdee\u0301f", 6, "abcde", id="not before a mark"),
        pytest.param("abcdef👩‍👧x", 8, "abcdef", id="not inside an emoji sequence"),
        pytest.param("abcdef🇯🇵x", 7, "abcdef", id="not inside a flag"),
        pytest.param("a" + "\u0301" * 50, 20, "a" + "\u0301" * 19, id="inside endless marks"),
        pytest.param("short", 5, "short", id="at the end"),
    ],
)
def test_text_is_cut_at_the_best_place(text, end, piece):
    assert text[: best_cut(text, 0, end)] == piece
