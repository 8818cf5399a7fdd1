import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.message import (
    Button,
    Buttons,
    Divider,
    Heading,
    Limits,
    Message,
    Note,
    Paragraph,
    Quote,
    Run,
    note,
    paragraph,
    plain_size,
    plain_text,
    split,
)
from tests.factories import NOW
from tests.messages import HOSTILE, JAPANESE, make_story_blocks, messages, raw_text, words

SMALL = Limits(characters=200, block_characters=100, blocks=9)


def message(*blocks):
    return Message(blocks, "en")


def test_plain_text_reads_well():
    assert plain_text(JAPANESE) == (
        "AIニュース 3月2日(月)\n"
        "\n"
        "話題：ロボット、電力\n"
        "\n"
        "1. 倉庫のロボットが小包の仕分けを覚える (https://crate.example/robot)\n"
        "小包を仕分けるロボットを公開した。1時間に900個だという。\n"
        "\n"
        "    「夜のあいだも働きます」と技術責任者は語った。\n"
        "The Daily Crate (https://crate.example/robot)｜2026年3月1日\n"
        "\n"
        "気になることは /ai-news robot のように検索できます。"
    )


def test_plain_text_indents_every_line_of_a_quote():
    assert plain_text(message(Quote((Run("one\ntwo"),)))) == "    one\n    two"


def test_plain_text_shows_only_addresses_that_can_be_opened():
    runs = (Run("a", url="javascript:alert(1)"), Run(" "), Run("https://b.example", url="https://b.example"))

    assert plain_text(message(Paragraph(runs))) == "a https://b.example"


def test_plain_text_of_nothing_is_empty():
    assert plain_text(message()) == ""
    assert plain_text(message(Divider(), paragraph(" "), Buttons((Button("why", "/ai-news"),)))) == ""


@given(messages)
@settings(max_examples=50)
def test_plain_text_holds_no_control_characters(any_message):
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", plain_text(any_message)
    )


def test_a_row_takes_five_buttons_and_no_more():
    button = Button("why", "/ai-news")

    assert Buttons((button,) * 5).buttons
    with pytest.raises(ValueError, match="at most 5"):
        Buttons((button,) * 6)


def test_a_message_within_the_limits_stays_whole():
    assert split(JAPANESE, Limits(characters=4000, block_characters=4000, blocks=40)) == [JAPANESE]


def test_a_message_is_parted_before_a_story():
    stories = [make_story_blocks(number, "x" * 50) for number in range(1, 6)]

    parts = split(message(Heading("Title"), *sum(stories, ())), SMALL)

    assert [part.blocks for part in parts] == [
        (Heading("Title"), *stories[0], *stories[1]),
        stories[2] + stories[3],
        stories[4],
    ]


def test_a_story_that_fits_in_one_part_is_not_torn():
    first, second = make_story_blocks(1, "a" * 90), make_story_blocks(2, "b" * 90)

    parts = split(message(*first, *second), SMALL)

    assert [part.blocks for part in parts] == [first, second]


def test_a_long_story_is_parted_between_blocks():
    body = [paragraph(letter * 80) for letter in "abc"]

    parts = split(message(Heading("1. Story", 2), *body, note("source")), SMALL)

    assert [part.blocks for part in parts] == [
        (Heading("1. Story", 2), body[0], body[1]),
        (body[2], note("source")),
    ]


def test_small_print_stays_with_the_block_above_it():
    body = [paragraph(letter * 90) for letter in "ab"]

    parts = split(message(*body, note("n" * 30)), SMALL)

    assert [part.blocks for part in parts] == [(body[0],), (body[1], note("n" * 30))]


def test_a_long_paragraph_is_parted_at_sentences():
    sentences = (
        "A first sentence stands here. A second one follows it there. The third one is the last of all."
    )

    parts = split(message(paragraph(sentences)), Limits(characters=70, block_characters=70, blocks=9))

    assert [raw_text(part) for part in parts] == [sentences[:61], sentences[61:]]


def test_a_heading_is_never_left_alone_at_the_end_of_a_part():
    parts = split(message(paragraph("a" * 80), Heading("h" * 40, 2), Divider(), paragraph("b" * 170)), SMALL)

    assert [type(part.blocks[-1]) for part in parts] == [Paragraph] * len(parts)
    assert parts[1].blocks[0] == Heading("h" * 40, 2)


def test_a_paragraph_under_a_heading_fills_the_part():
    limits = Limits(characters=100, block_characters=100, blocks=9)

    parts = split(message(Heading("h" * 20), paragraph("x" * 120)), limits)

    assert [part.blocks for part in parts] == [
        (Heading("h" * 20), paragraph("x" * 80)),
        (paragraph("x" * 40),),
    ]


def test_buttons_stay_with_the_last_block():
    row = Buttons((Button("why", "/ai-news x view:why"),) * 5)
    body = [paragraph(letter) for letter in "abcd"]

    parts = split(message(*body, row), SMALL)

    assert [part.blocks for part in parts] == [tuple(body[:3]), (body[3], row)]


def test_dividers_at_the_edges_of_parts_are_left_out():
    first, second = make_story_blocks(1, "a" * 90), make_story_blocks(2, "b" * 90)

    parts = split(message(*first, Divider(), *second, Divider()), SMALL)

    assert [part.blocks for part in parts] == [first, second]


def test_a_link_that_is_cut_keeps_its_address_on_the_last_piece():
    limits = Limits(characters=100, block_characters=100, blocks=9)
    link = Run("l" * 150, url="https://crate.example")

    first, second = split(message(Paragraph((Run("p" * 20), link))), limits)

    assert first.blocks == (Paragraph((Run("p" * 20), Run("l" * 80))),)
    assert second.blocks == (Paragraph((replace(link, text="l" * 70),)),)


@pytest.mark.parametrize("fact", [{"channel": "C1"}, {"at": NOW}])
def test_a_channel_or_instant_that_is_cut_is_text_and_stands_nowhere_twice(fact):
    limits = Limits(characters=100, block_characters=100, blocks=9)
    whole = Run("w" * 20, **fact)

    first, second = split(message(Paragraph((whole, Run("n" * 150, **fact)))), limits)

    assert first.blocks == (Paragraph((whole, Run("n" * 80))),)
    assert second.blocks == (Paragraph((Run("n" * 70),)),)


def test_a_title_keeps_its_story_wherever_it_is_cut():
    title = Heading("A very long title " * 9, level=2, story_id="story")

    parts = split(message(title, paragraph("Its text.")), SMALL)

    headings = [block for part in parts for block in part.blocks if isinstance(block, Heading)]
    assert len(headings) > 1
    assert {heading.story_id for heading in headings} == {"story"}


def test_a_long_title_is_cut_and_none_of_it_is_lost():
    parts = split(message(Heading("t" * 250, 2, "https://crate.example"), paragraph("text")), SMALL)

    assert "".join(map(raw_text, parts)) == "t" * 250 + "text"
    assert {plain_size(block) <= 100 for part in parts for block in part.blocks} == {True}


@given(messages)
@settings(max_examples=60, deadline=None)
def test_parts_are_within_the_limits_and_hold_every_character(any_message):
    limits = Limits(characters=3000, block_characters=2000, blocks=20)

    parts = split(any_message, limits)

    assert "".join(map(raw_text, parts)) == raw_text(any_message)
    assert words("\n".join(map(plain_text, parts))) == words(plain_text(any_message))
    assert buttons_of(*parts) == buttons_of(any_message)
    for part in parts:
        assert sum(map(plain_size, part.blocks)) <= 3000
        assert max(map(plain_size, part.blocks), default=0) <= 2000
        assert len(part.blocks) + len(buttons_of(part)) <= 20


def buttons_of(*several):
    rows = [block for one in several for block in one.blocks if isinstance(block, Buttons)]
    return [button for row in rows for button in row.buttons]


@pytest.mark.parametrize("text", ["x", "word ", "長い文。", "e\u0301", "\x00", "a\n"])
def test_the_work_of_splitting_one_huge_paragraph_grows_with_its_length_only(text):
    assert measured_characters(text * 40_000) < 2.2 * measured_characters(text * 20_000)


def measured_characters(text):
    """Return how many characters are looked at to split a paragraph."""
    measured = 0

    def size(block):
        nonlocal measured
        measured += len(raw_text(message(block)))
        return plain_size(block)

    parts = split(
        message(paragraph(text)), Limits(characters=4000, block_characters=4000, blocks=40, size=size)
    )

    assert "".join(map(raw_text, parts)) == text
    return measured


@given(st.lists(st.sampled_from(HOSTILE), max_size=20))
@settings(max_examples=30, deadline=None)
def test_limits_too_small_for_anything_still_lose_nothing(several):
    whole = message(*(Note((Run(text[:200], url="https://crate.example/long"),)) for text in several))

    parts = split(whole, Limits(characters=2, block_characters=2, blocks=1))

    assert "".join(map(raw_text, parts)) == raw_text(whole)


def test_only_the_first_part_calls_whom_the_message_mentions():
    message = Message((paragraph("word " * 900),), "en", mention="42")

    first, *later = split(message, Limits(characters=2_000, block_characters=2_000, blocks=40))

    assert first.mention == "42"
    assert [part.mention for part in later] == [None, None]
