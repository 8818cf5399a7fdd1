"""Lookup takes any text, as a query and in a story, at a bounded cost."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import sentences
from bot.lookup import Answer, read_query
from bot.lookup.passages import Finder, read_sentences
from bot.lookup.query import MAX_QUERY_CHARACTERS
from tests.factories import make_story, make_telling
from tests.small_world import INDEX, NAMES, ask

# Any text.


def check(found: Answer) -> None:
    """Assert what holds for every answer: passages are verbatim, marks lie in them, in order and apart."""
    passages = [(f.passage, f.telling.body) for f in found.found]
    if found.sentence is not None:
        told = next(f for f in found.found if f.story.id == found.sentence.story_id)
        passages.append((found.sentence.passage, told.telling.body))
        bodies = [told.telling.body[span.start : span.end] for span in sentences(told.telling.body)]
        assert found.sentence.passage.text in bodies
    for passage, body in passages:
        assert passage.text in body
        edges = [edge for mark in passage.marks for edge in (mark.start, mark.end)]
        assert edges == sorted(edges)
        assert all(0 <= mark.start < mark.end <= len(passage.text) for mark in passage.marks)


PIECES = st.sampled_from(
    [
        "Kumo",
        "クモ社",
        "umbrella",
        "腕",
        "開発費は?",
        "いくら",
        "how much",
        "\u202e",
        "が\u3099" * 9,
        "\ud800",
        "@kumo",
        "~k\t",
    ]
)


@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=12).map(" ".join)))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_query(text):
    check(ask(text))


@given(st.text(max_size=300), st.text(min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_may_stand_in_a_story(body, title):
    story = make_story(tellings=(make_telling(title=title, body=f"umbrella {body} umbrella"),))

    found = ask("umbrella", stories=(story,))

    assert len(found.found) == 1
    check(found)


def test_naughty_strings_are_queries():
    file = Path(__file__).parents[3] / "shared" / "data" / "blns.json"
    if not file.exists():
        pytest.skip("the list of naughty strings is not in the shared folder beside the repository")

    for text in json.loads(file.read_text(encoding="utf-8")):
        check(ask(text))


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0x4E00, 0x4E00 + MAX_QUERY_CHARACTERS))),
        "".join(map(chr, range(0x1F300, 0x1F300 + MAX_QUERY_CHARACTERS))),
        "umbrella " * 100,
        "umbrella" * 40,
        " ".join(f"word{number}" for number in range(60)),
        "が\u3099\u0301" * 100,
    ],
)
def test_what_a_query_has_every_story_searched_for_is_bounded(text):
    finder = Finder(read_query(text, NAMES, INDEX), NAMES)

    assert len(finder.query.concepts) <= 32
    assert len(finder.pairs) <= 100


def test_sentences_read_of_a_story_are_bounded():
    finder = Finder(read_query("umbrella", NAMES, INDEX), NAMES)

    assert len(read_sentences(make_telling(body="An umbrella.\n" * 1_000), finder)) == 400


def test_story_of_a_single_endless_line_has_a_short_passage():
    story = make_story(tellings=(make_telling(body="umbrella " * 50_000),))

    (found,) = ask("umbrella", stories=(story,)).found

    assert len(found.passage.text) <= 400
