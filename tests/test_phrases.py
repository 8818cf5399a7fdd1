"""Dates, ages and plurals as each language writes them."""

from datetime import date

import pytest

from bot.phrases import phrase, phrase_age, phrase_date


@pytest.mark.parametrize(
    ("days", "japanese", "english"),
    [(1, "1日", "1 day"), (45, "45日", "45 days"), (660, "21か月", "21 months"), (1500, "4年", "4 years")],
)
def test_an_age_is_rounded_down_to_what_people_say(days, japanese, english):
    assert (phrase_age(days, "ja"), phrase_age(days, "en")) == (japanese, english)


def test_dates_are_written_as_the_language_writes_them():
    day = date(2025, 2, 1)

    assert phrase_date(day, "ja") == "2025年2月1日"
    assert phrase_date(day, "en", weekday=True) == "Saturday, February 1, 2025"


def test_one_and_many_have_their_own_words():
    assert phrase("digest.remaining", "en", count=1).startswith("One more story")
    assert phrase("digest.remaining", "en", count=2).startswith("2 more stories")


def test_an_unknown_sentence_is_a_mistake_not_a_blank():
    with pytest.raises(KeyError):
        phrase("digest.nonsense", "en")


def test_what_is_quoted_has_inner_quotes():
    assert phrase("log.quoted", "ja", title="新型「雲」の発表") == "「新型『雲』の発表」"
    assert phrase("log.quoted", "en", title="The new “Kumo”") == "“The new ‘Kumo’”"
    assert phrase("log.reason", "ja", reason="「雲」は誤り").endswith("「雲」は誤り")
