"""What is filled in about a story: read as meant, kept within limits, and no claim of it lost unseen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidInput, UserError
from bot.language import Names
from bot.model import LANGUAGES, Claim, Source
from bot.moderating.claims_kept import lost_claims, with_claims
from bot.moderating.story_values import (
    LIMITS,
    read_reason,
    typed_facts,
    typed_texts,
    with_facts,
    with_texts,
)
from bot.phrases import phrase_error
from tests.factories import make_story, make_telling
from tests.small_world import ARM, KUMO, NAMES

ANY = st.text(max_size=60)
TELLING = make_telling()
ENGLISH = ARM.tellings[1]


def taken(read, language):
    """Return what is read, or None where a sentence says why it cannot be."""
    said = ""
    try:
        return read()
    except UserError as error:
        said = phrase_error(error, language)
    assert said
    return None


# Texts


@given(
    st.dictionaries(st.sampled_from(["title", "summary", "body", "reason"]), ANY), st.sampled_from(LANGUAGES)
)
def test_any_text_is_taken_or_refused_with_a_sentence(values, language):
    after = taken(lambda: with_texts(TELLING, values, language), language)
    if after is None:
        return
    for name in ("title", "summary", "body"):
        text = getattr(after, name)
        assert text.strip()
        assert len(text) <= LIMITS[name]
    assert "\n" not in after.title
    assert with_texts(after, typed_texts(after), language) == after


def test_what_is_left_out_or_sent_back_as_it_stood_stays():
    odd = make_telling(title="  Two  spaces ", body=" A body.\r\nIts second line.\n")

    assert with_texts(odd, {}, "en") == odd
    assert with_texts(odd, typed_texts(odd), "en") == odd


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"title": " \u200b "}, "story_field_empty"),
        ({"body": "\0"}, "story_field_empty"),
        ({"title": "a" * 201}, "form_too_long"),
        ({"summary": "a" * 1_001}, "form_too_long"),
    ],
)
def test_texts_that_cannot_be_shown_are_refused(values, key):
    with pytest.raises(InvalidInput) as caught:
        with_texts(TELLING, values, "en")

    assert caught.value.key == key


def test_a_title_that_was_always_too_long_does_not_hinder_another_field():
    long = make_telling(title="a" * 290)

    assert with_texts(long, typed_texts(long) | {"summary": "Short."}, "en").summary == "Short."


@given(st.text(max_size=400), st.booleans())
def test_a_reason_is_one_line_that_fits(text, required):
    reason = taken(lambda: read_reason(text, "en", required=required), "en")
    if reason is None:
        return
    assert len(reason) <= 300
    assert reason == " ".join(reason.split())
    assert reason or not required


# Facts


def test_facts_sent_back_as_they_stood_change_nothing():
    for story in (ARM, make_story(topics=("known-no-more",))):
        assert with_facts(story, typed_facts(story), NAMES, "en") == story


def test_facts_are_read_as_they_are_written():
    values = {"source": "  New\nCrate ", "url": "", "date": "2025-02-01", "topics": "クモ社、harbor,クモ社"}

    after = with_facts(make_story(), values, NAMES, "en")

    assert after.source == Source(name="New Crate")
    assert after.published_at.isoformat() == "2025-02-01T00:00:00+00:00"
    assert after.topics == (KUMO, "harbor")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"url": "javascript:alert(1)"}, "form_url"),
        ({"source": ""}, "form_source"),
        ({"date": "yesterday"}, "form_date"),
        ({"date": ""}, "form_date"),
        ({"topics": "nonsense"}, "topic_unknown"),
        ({"source": "a" * 201}, "form_too_long"),
    ],
)
def test_facts_that_cannot_be_read_say_what_to_write(values, key):
    with pytest.raises(InvalidInput) as caught:
        with_facts(make_story(), values, NAMES, "en")

    assert caught.value.key == key


@given(st.dictionaries(st.sampled_from(["source", "url", "date", "topics"]), ANY))
def test_any_facts_are_taken_or_refused_with_a_sentence(values):
    after = taken(lambda: with_facts(ARM, values, Names([]), "ja"), "ja")

    assert after is None or after.tellings == ARM.tellings


# Claims


def edited(body):
    return replace(ENGLISH, body=body)


def test_a_claim_whose_sentence_stays_is_left_alone():
    assert lost_claims(ENGLISH, edited(ENGLISH.body + "\nOne more line.")) == []


def test_a_claim_in_other_words_finds_its_new_sentence():
    after = edited(ENGLISH.body.replace("$4.2 million", "$4.5 million"))

    (lost,) = lost_claims(ENGLISH, after)

    assert lost.sentence == "Kumo Robotics says that it built the arm for $4.5 million."
    (claim,) = with_claims(after, [lost], "reword").claims
    assert claim == Claim(text=lost.sentence, said_by="Kumo Robotics", doubted_by=("rival engineers",))
    assert with_claims(after, [lost], "keep").claims == ENGLISH.claims
    assert with_claims(after, [lost], "drop").claims == ()


def test_a_claim_without_a_new_sentence_keeps_its_own():
    after = edited("Kumo Robotics showed a new arm on Monday.")

    (lost,) = lost_claims(ENGLISH, after)

    assert lost.sentence is None
    assert with_claims(after, [lost], "reword").claims == ENGLISH.claims


@given(st.text(max_size=200))
def test_a_denial_goes_only_where_somebody_says_so(body):
    after = edited(body)
    lost = lost_claims(ENGLISH, after)

    assert bool(lost) == (ENGLISH.claims[0].text not in body)
    for treatment in ("reword", "keep"):
        kept = with_claims(after, lost, treatment)
        assert [claim.doubted_by for claim in kept.claims] == [("rival engineers",)]
