"""What a moderator is shown of a draft: one message each, with a button for whatever can be done."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.showing.render import LIMITS as DISCORD
from adapters.discord.showing.render import MAX_CUSTOM_ID, MAX_LABEL, custom_id
from adapters.discord.showing.render import render as discord
from adapters.slack.showing.render import LIMITS as SLACK
from adapters.slack.showing.render import MAX_BUTTON_TEXT
from adapters.slack.showing.render import render as slack
from bot.adding.draft_messages import overview, piece_message, split_form, title_form
from bot.changes import Piece
from bot.commands import parse
from bot.message import Button, Buttons, plain_text, split
from bot.model import PUBLIC, DraftId, Source, Span, StoryId
from bot.moderating.commands import ReviewDraft
from tests.factories import NOW, make_draft, make_story, make_telling

KNOWN = {StoryId("story"): make_story(workspace="home"), StoryId("public"): make_story(id="public")}
SENTENCES = "The ferry is electric. It runs each hour. "


def draft_of(count, text=SENTENCES, title="A ferry", **over):
    pieces = tuple(
        Piece(
            span=Span(start=number * len(text), end=(number + 1) * len(text)),
            title=title,
            summary=text,
        )
        for number in range(count)
    )
    return make_draft(**{"id": DraftId("a" * 20), "text": text * count, "pieces": pieces} | over)


def buttons(message):
    rows = [block.buttons for block in message.blocks if isinstance(block, Buttons)]
    return [button for row in rows for button in row]


def acts(message):
    return [parse(button.command).act for button in buttons(message)]


def with_piece(draft, number, **over):
    pieces = list(draft.pieces)
    pieces[number - 1] = replace(pieces[number - 1], **over)
    return replace(draft, pieces=tuple(pieces))


def test_the_overview_lists_every_piece_with_a_button_by_its_number():
    draft = with_piece(draft_of(3), 2, kept=False)

    message = overview(draft, {}, 1, "en", DISCORD, "Look.")

    text = plain_text(message)
    assert text.startswith("Look.")
    assert "3 stories, 2 to be added" in text
    assert "2. A ferry [dropped]" in text
    assert "The ferry is electric. It runs each hour." in text
    assert [button.label for button in buttons(message)] == ["1", "2", "3", "Publish", "Discard"]
    assert parse(buttons(message)[1].command) == ReviewDraft(draft=draft.id, act="piece", piece=2, revision=1)


def test_the_first_words_are_those_behind_a_heading():
    draft = draft_of(2, "## A ferry\n\nThe ferry is electric.\n\n")

    text = plain_text(overview(draft, {}, 1, "en", DISCORD))

    assert "1. A ferry\nThe ferry is electric.\n" in text
    assert "#" not in text


def test_a_near_copy_is_named_with_the_title_and_date_of_what_is_here():
    draft = with_piece(with_piece(draft_of(2), 1, like="story"), 2, like="story", treatment="merge")

    message = overview(draft, KNOWN, 1, "en", DISCORD)

    title = "A warehouse robot learns to sort parcels"
    assert f"≈ {title} · March 1, 2026 · decide what to do with it" in plain_text(message)
    assert "goes into the story that is here" in plain_text(message)
    assert acts(message)[-3:] == ["add", "publish", "discard"]


def test_further_pieces_stand_on_further_pages():
    draft = draft_of(45)

    first, last = (overview(draft, {}, page, "en", SLACK) for page in (1, 9))

    assert [button.label for button in buttons(first)][19:21] == ["20", "more"]
    assert [button.label for button in buttons(last)][:6] == ["41", "42", "43", "44", "45", "previous"]


def test_a_piece_is_shown_with_what_can_be_done_with_it():
    message = piece_message(draft_of(3), 2, {}, "en", DISCORD)

    assert acts(message) == ["drop", "join", "split", "up", "down", "title", "show", "piece", "piece"]
    assert "Story 2 of 3" in plain_text(message)


def test_what_cannot_be_done_has_no_button():
    draft = draft_of(1, text="The ferry is electric.")

    assert acts(piece_message(draft, 1, {}, "en", DISCORD)) == ["drop", "title", "show"]


def test_a_near_copy_has_its_choices_and_a_foreign_one_cannot_be_changed():
    draft = with_piece(draft_of(1), 1, like="story")
    foreign = with_piece(draft, 1, like="public")

    assert acts(piece_message(draft, 1, KNOWN, "en", DISCORD))[2:5] == ["merge", "update", "add"]
    assert acts(piece_message(foreign, 1, KNOWN, "en", DISCORD))[2:4] == ["update", "add"]
    assert "A warehouse robot learns to sort parcels" in plain_text(
        piece_message(draft, 1, KNOWN, "en", DISCORD)
    )


def test_whom_it_is_for_is_said():
    assert "for this workspace" in plain_text(overview(draft_of(1), {}, 1, "en", DISCORD))
    assert "for every workspace" in plain_text(overview(draft_of(1, workspace=PUBLIC), {}, 1, "en", DISCORD))


def test_the_form_to_split_offers_where_sentences_begin():
    draft = draft_of(2)

    form = split_form(draft, 2, "ja", {"at": "66"})

    (field,) = form.fields
    assert [choice.label for choice in field.choices] == ["It runs each hour."]
    assert draft.text[int(field.choices[0].value) :].startswith("It runs")
    assert field.value == "66"
    assert parse(form.command) == ReviewDraft(draft=draft.id, act="split", piece=2, revision=1)


def test_the_form_to_title_holds_what_stands_there():
    form = title_form(draft_of(1), 1, "en")

    assert [field.value for field in form.fields] == ["A ferry", SENTENCES]
    assert parse(form.command) == ReviewDraft(draft="a" * 20, act="title", piece=1, revision=1)


NASTY = st.one_of(
    st.text(max_size=400),
    st.text("*_~|`[]<>\\\"'@:/#-\n。😀あ&", min_size=1, max_size=1_500),
    st.sampled_from(
        ["*" * 1_200, '"' * 1_000, "\\" * 1_000, "😀" * 500, "\n" * 300 + "a", "あ" * 1_000, "&" * 900]
    ),
)


def fits(message, limits):
    """Check that a message stands in one piece, and every button as it is."""
    assert len(split(message, limits)) == 1
    for button in buttons(message):
        assert len(custom_id(Button("x", button.command, "1" * 19))) <= MAX_CUSTOM_ID
        assert "#" not in custom_id(button)
        assert 0 < len(button.label) <= min(MAX_LABEL, MAX_BUTTON_TEXT)
    pressed = [button.command for button in buttons(message)]
    assert len(pressed) == len(set(pressed))


@pytest.mark.parametrize("limits", [DISCORD, SLACK], ids=["discord", "slack"])
@settings(deadline=None, max_examples=40)
@given(
    text=NASTY.filter(bool),
    title=NASTY.map(lambda title: title[:300]),
    name=NASTY.map(lambda name: name[:200]),
    count=st.sampled_from([1, 20, 45, 999]),
    language=st.sampled_from(["ja", "en"]),
)  # fmt: skip
def test_whatever_stands_in_a_draft_each_view_is_one_message(limits, text, title, name, count, language):
    story = make_story(
        workspace="home",
        source=Source(name=name or "x", url="https://crate.example/" + "a" * 500),
        tellings=(make_telling(title=title),),
        published_at=NOW,
    )
    draft = draft_of(count, text=text, title=title, source=Source(name=name), revision=999)
    pieces = tuple(replace(piece, like="story", summary=text[:1_000]) for piece in draft.pieces)
    draft = replace(draft, pieces=pieces)
    lead = "x" * 300

    for page in (1, 2):
        fits(overview(draft, {"story": story}, page, language, limits, lead), limits)
    fits(piece_message(draft, min(count, 500), {"story": story}, language, limits, lead), limits)


def test_the_fullest_page_is_what_both_platforms_take():
    draft = draft_of(45, title="*" * 300, text="*" * 200 + "a. b. ", revision=10)
    draft = replace(draft, pieces=tuple(replace(piece, like="story") for piece in draft.pieces))
    message = overview(draft, KNOWN, 2, "en", DISCORD)

    components = discord(message)["components"][0]["components"]
    inner = [one for row in components for one in row.get("components", [])]
    assert 1 + len(components) + len(inner) <= 40
    assert sum(len(one.get("content", "")) for one in components) <= 4_000
    blocks = slack(overview(draft, KNOWN, 2, "en", SLACK))["blocks"]
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_200
