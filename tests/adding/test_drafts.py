"""Drafts: what a moderator does to the pieces of an article before they go in, in any order."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adding import drafts
from bot.changes import Piece
from bot.errors import InvalidInput
from bot.language import Names
from bot.model import Span, TopicId
from bot.segment import cut, segment_of
from tests.factories import make_draft, make_topic

NAMES = Names([make_topic(id=TopicId("komugi"), names={"ja": "コムギ", "en": "Komugi"})])
ARTICLE = """First, the council of Kawabe voted to reopen the old tram line. Work on the line begins in May.
The council expects 4,000 passengers a day.

In other news, the bakery chain Komugi recalled its rye bread. The bread may hold pieces of metal.
Komugi says that nobody was hurt.

Elsewhere, the museum of Nagisa opened a hall about whales. Entry is free on Sundays.
"""


def cut_draft(text=ARTICLE, **over):
    pieces = tuple(drafts.piece_of(segment) for segment in cut(text, NAMES).segments)
    return make_draft(text=text, pieces=pieces, **over)


def told(draft):
    return [draft.text[piece.span.start : piece.span.end] for piece in draft.pieces]


def check(draft):
    """Check what holds for every draft: its pieces lie in the text, tell something and never overlap."""
    spans = sorted((piece.span.start, piece.span.end) for piece in draft.pieces)
    assert all(0 <= start < end <= len(draft.text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert all(piece.title.strip() for piece in draft.pieces)


def covered(draft):
    """Return every character but white space that stands in a piece, by its place."""
    places = [at for piece in draft.pieces for at in range(piece.span.start, piece.span.end)]
    assert len(places) == len(set(places))
    return {
        at for at in places if not draft.text[at].isspace() and draft.text[at] not in "\ufeff\u200b\u2060"
    }


def test_the_article_makes_three_pieces():
    draft = cut_draft()

    assert len(draft.pieces) == 3
    assert draft.pieces[1].topics == ("komugi",)
    check(draft)


def test_a_piece_is_dropped_and_kept_again():
    draft = drafts.with_kept(cut_draft(), 2, kept=False)

    assert [piece.kept for piece in draft.pieces] == [True, False, True]
    assert draft.revision == 2
    assert drafts.with_kept(draft, 2, kept=True).pieces == cut_draft().pieces


@pytest.mark.parametrize("number", [0, 4, -1, 10**9])
def test_a_number_that_no_piece_has_is_refused(number):
    with pytest.raises(InvalidInput) as caught:
        drafts.with_kept(cut_draft(), number, kept=False)

    assert caught.value.key == "draft_no_piece"


def test_a_piece_is_joined_with_the_next_and_told_anew():
    draft = cut_draft()

    one = drafts.joined(draft, 1, NAMES)

    assert len(one.pieces) == 2
    assert told(one)[0].startswith("First, the council")
    assert told(one)[0].endswith("nobody was hurt.")
    assert one.pieces[0].topics == ("komugi",)
    assert one.pieces[0].title == segment_of(draft.text, one.pieces[0].span, NAMES).title
    assert one.pieces[1] == draft.pieces[2]


def test_pieces_that_are_no_neighbours_in_the_article_are_not_joined():
    draft = drafts.moved(cut_draft(), 1, 1)

    with pytest.raises(InvalidInput) as caught:
        drafts.joined(draft, 2, NAMES)

    assert (caught.value.key, caught.value.facts) == ("draft_join_apart", {"first": 2, "second": 3})


def test_neighbours_in_the_other_order_are_joined_as_they_stand_in_the_article():
    draft = drafts.moved(cut_draft(), 1, 1)

    assert told(drafts.joined(draft, 1, NAMES)) == told(drafts.joined(cut_draft(), 1, NAMES))


def test_the_last_piece_has_no_next():
    with pytest.raises(InvalidInput) as caught:
        drafts.joined(cut_draft(), 3, NAMES)

    assert caught.value.key == "draft_join_last"


@pytest.mark.parametrize(("kept", "becomes"), [((True, False), True), ((False, False), False)])
def test_what_is_joined_is_kept_where_either_was(kept, becomes):
    draft = cut_draft()
    for number, is_kept in enumerate(kept, start=1):
        draft = drafts.with_kept(draft, number, kept=is_kept)

    assert drafts.joined(draft, 1, NAMES).pieces[0].kept is becomes


def test_a_piece_is_split_where_a_sentence_begins():
    draft = cut_draft()
    at = draft.text.index("The bread may")
    assert at in drafts.places(draft, 2)

    two = drafts.split(draft, 2, at, NAMES)

    assert told(two)[1].endswith("rye bread.")
    assert told(two)[2].startswith("The bread may")
    assert [piece.kept for piece in two.pieces] == [True] * 4
    assert told(drafts.joined(two, 2, NAMES)) == told(draft)


@pytest.mark.parametrize("at", [0, 1, len(ARTICLE), 10**9])
def test_a_piece_is_not_split_outside_of_it(at):
    with pytest.raises(InvalidInput) as caught:
        drafts.split(cut_draft(), 2, at, NAMES)

    assert caught.value.key == "draft_split_where"


def test_a_piece_is_split_before_a_heading_and_not_behind_it():
    text = "# The tram\nThe tram is back. It is green.\n\n# The whale\nThe whale is big."
    draft = make_draft(text=text, pieces=(Piece(span=Span(start=0, end=len(text)), title="x", summary="x"),))

    assert [text[at : at + 5] for at in drafts.places(draft, 1)] == ["It is", "# The"]


def test_many_places_are_thinned_out_and_paragraphs_come_first():
    text = "\n\n".join("One thing is so. Another is not. A third may be." for _ in range(20))
    draft = make_draft(text=text, pieces=(Piece(span=Span(start=0, end=len(text)), title="x", summary="x"),))

    found = drafts.places(draft, 1)

    paragraphs = {at for at in range(2, len(text)) if text[at - 2 : at] == "\n\n"}
    assert len(found) == drafts.MAX_PLACES
    assert found == sorted(found)
    assert paragraphs < set(found)


def test_a_topic_that_was_given_goes_on_with_the_text_that_does_not_name_it():
    draft = cut_draft()
    first = replace(draft.pieces[0], topics=(TopicId("trams"),))
    draft = replace(draft, pieces=(first, *draft.pieces[1:]))

    assert drafts.joined(draft, 1, NAMES).pieces[0].topics == ("trams", "komugi")


def test_pieces_are_moved_and_stop_at_either_end():
    draft = cut_draft()

    assert told(drafts.moved(draft, 3, -1)) == [told(draft)[n] for n in (0, 2, 1)]
    for number, step in ((1, -1), (3, 1)):
        with pytest.raises(InvalidInput) as caught:
            drafts.moved(draft, number, step)
        assert caught.value.key == "draft_at_end"


def test_a_piece_is_titled_anew_and_keeps_its_summary_where_none_is_given():
    draft = cut_draft()

    titled = drafts.with_title(draft, 1, "  Trams\n again\0 ", "").pieces[0]

    assert (titled.title, titled.summary) == ("Trams again", draft.pieces[0].summary)
    assert drafts.with_title(draft, 1, "Trams", "They run.").pieces[0].summary == "They run."


@pytest.mark.parametrize(
    ("title", "summary", "key"),
    [
        ("", "", "draft_title_empty"),
        ("—!", "", "draft_title_empty"),
        ("a" * 301, "", "draft_too_long"),
        ("a", "a" * 1_001, "draft_too_long"),
    ],
    ids=["empty", "no letter", "long title", "long summary"],
)
def test_a_title_or_summary_that_cannot_stand_is_refused(title, summary, key):
    with pytest.raises(InvalidInput) as caught:
        drafts.with_title(cut_draft(), 1, title, summary)

    assert caught.value.key == key


def near_copies(*numbers):
    draft = cut_draft()
    pieces = [
        replace(piece, like="known") if number in numbers else piece
        for number, piece in enumerate(draft.pieces, start=1)
    ]
    return replace(draft, pieces=tuple(pieces))


def test_near_copies_are_undecided_until_somebody_says_what_to_do():
    draft = near_copies(1, 2, 3)

    draft = drafts.with_treatment(draft, 2, "merge")
    draft = drafts.with_kept(draft, 3, kept=False)

    assert drafts.undecided(draft) == [1]
    assert drafts.undecided(drafts.with_all_decided(draft, "add")) == []
    assert drafts.with_all_decided(draft, "add").pieces[1].treatment == "merge"


@pytest.mark.parametrize(
    ("decision", "treatment", "kept"),
    [("add", "add", True), ("update", "update", True), ("merge", "merge", True), ("drop", None, False)],
)
def test_what_is_undecided_is_decided_at_once_and_nothing_else(decision, treatment, kept):
    draft = drafts.with_all_decided(near_copies(2), decision)

    assert (draft.pieces[1].treatment, draft.pieces[1].kept) == (treatment, kept)
    assert draft.pieces[::2] == cut_draft().pieces[::2]


def test_a_treatment_is_for_near_copies_alone():
    with pytest.raises(InvalidInput) as caught:
        drafts.with_treatment(cut_draft(), 1, "merge")

    assert caught.value.key == "draft_no_copy"


ACTS = st.tuples(
    st.sampled_from(["keep", "drop", "join", "split", "split at", "up", "down", "title", "add"]),
    st.integers(0, 8),
    st.integers(0, 400),
)


def done(draft, act, number, at):
    match act:
        case "keep" | "drop":
            return drafts.with_kept(draft, number, kept=act == "keep")
        case "join":
            return drafts.joined(draft, number, NAMES)
        case "split":
            found = drafts.places(draft, number)
            return drafts.split(draft, number, found[at % len(found)], NAMES) if found else draft
        case "split at":
            return drafts.split(draft, number, at, NAMES)
        case "up" | "down":
            return drafts.moved(draft, number, -1 if act == "up" else 1)
        case "title":
            return drafts.with_title(draft, number, "A title", "")
        case _:
            return drafts.with_treatment(draft, number, "add")


TEXTS = st.one_of(
    st.just(ARTICLE),
    st.text(min_size=1, max_size=300),
    st.text("ab。. \n#-「」今次", min_size=1, max_size=300),
)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.lists(ACTS, max_size=12))
def test_whatever_is_done_in_whatever_order_nothing_is_lost(text, acts):
    draft = cut_draft(text)
    check(draft)
    first = covered(draft)
    for act, number, at in acts:
        before = draft
        try:
            draft = done(draft, act, number, at)
        except InvalidInput:
            continue
        check(draft)
        assert first <= covered(draft)
        assert draft.revision == before.revision + (draft is not before)
