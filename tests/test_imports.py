"""A line of JSON becomes a story, or is refused with its reason."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.language import Names
from bot.model import LANGUAGES, Remark, Source, StoryId, TopicId
from bot.phrases import phrase_error
from bot.reading.imports import MAX_BODY, MAX_LINE_BYTES, line_of, read_line
from tests.factories import NOW, make_claim, make_story, make_telling, make_topic

NAMES = Names([make_topic(), make_topic(id=TopicId("kumo"), names={"ja": "クモ", "en": "Kumo Robotics"})])
FEED = Source(name="feed")


def read(given):
    line = given if isinstance(given, bytes) else json.dumps(given).encode()
    return read_line(line, NAMES, FEED, NOW)


def minimal(**over):
    return {"title": "A robot sorts parcels", "body": "It sorted 900 parcels an hour."} | over


def test_a_title_and_a_body_are_enough():
    story = read(minimal())

    assert story.tellings == (
        make_telling(
            title="A robot sorts parcels",
            summary="It sorted 900 parcels an hour.",
            body="It sorted 900 parcels an hour.",
        ),
    )
    assert (story.source, story.published_at, story.added_at) == (FEED, NOW, NOW)


def test_every_field_is_taken():
    story = read(
        minimal(
            id="a:1",
            summary="Fast.",
            language="en",
            published_at="2025-02-01T09:00:00+09:00",
            source={"name": "The Daily Crate", "url": "https://crate.example/1"},
            topics=["robots", "クモ"],
        )
    )

    assert story.id == "a:1"
    assert story.tellings[0].summary == "Fast."
    assert story.published_at == datetime(2025, 2, 1, tzinfo=UTC)
    assert story.source == Source(name="The Daily Crate", url="https://crate.example/1")
    assert story.topics == ("robots", "kumo")


def test_a_line_without_an_id_gets_the_same_one_again():
    assert read(minimal()).id == read(minimal()).id
    assert read(minimal()).id != read(minimal(body="Another body.")).id


def test_without_topics_those_named_in_title_and_summary_are_taken():
    assert read(minimal(title="Kumo Robotics shows a sorter")).topics == ("kumo",)


def test_a_summary_is_made_of_whole_sentences():
    body = "".join(f"This is sentence number {n}. " for n in range(100))

    summary = read(minimal(body=body)).tellings[0].summary

    assert body.startswith(summary)
    assert summary.endswith(".")
    assert 100 < len(summary) <= 200


def test_the_language_of_the_text_is_recognised():
    assert (
        read(minimal(title="ロボットが荷物を仕分け", body="1時間に900個を仕分けた。")).tellings[0].language
        == "ja"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-02-01", datetime(2025, 2, 1, tzinfo=UTC)),
        ("2025-02-01T09:00:00Z", datetime(2025, 2, 1, 9, tzinfo=UTC)),
        ("2025-02-01T09:00:00.123456", datetime(2025, 2, 1, 9, 0, 0, 123000, tzinfo=UTC)),
        (1738368000, datetime(2025, 2, 1, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_the_store_keeps_them(value, expected):
    assert read(minimal(published_at=value)).published_at == expected


@pytest.mark.parametrize(
    ("line", "key"),
    [
        pytest.param(b"{", "import_not_json", id="broken"),
        pytest.param(b"[" * 100_000, "import_not_json", id="nested"),
        pytest.param(b'{"title": "\xff"}', "import_not_json", id="not UTF-8"),
        pytest.param(b"[]", "import_not_object", id="list"),
        pytest.param(b" " * (MAX_LINE_BYTES + 1), "import_line_too_long", id="endless"),
        pytest.param({"title": "T"}, "import_missing", id="no body"),
        pytest.param(minimal(body=" \u202e\n"), "import_missing", id="empty body"),
        pytest.param(minimal(title=7), "import_not_text", id="title is a number"),
        pytest.param(minimal(title="t" * 301), "import_too_long", id="long title"),
        pytest.param(minimal(body="b" * (MAX_BODY + 1)), "import_too_long", id="long body"),
        pytest.param(minimal(titel="T"), "import_unknown_key", id="misspelt"),
        pytest.param(minimal(id="white space"), "import_id", id="id"),
        pytest.param(minimal(id="x" * 65), "import_id", id="long id"),
        pytest.param(minimal(language="fr"), "import_language", id="language"),
        pytest.param(minimal(published_at="yesterday"), "import_date", id="date"),
        pytest.param(minimal(published_at=1e300), "import_date", id="far date"),
        pytest.param(minimal(published_at=True), "import_date", id="boolean date"),
        pytest.param(minimal(published_at="0001-01-01T00:00:00+09:00"), "import_date", id="before year 1"),
        pytest.param(minimal(source=7), "import_source", id="source"),
        pytest.param(minimal(source={"name": "N", "url": "javascript:alert(1)"}), "import_source", id="url"),
        pytest.param(minimal(topics="robots"), "import_not_list", id="topics"),
        pytest.param(minimal(topics=["No Such Topic"]), "import_topic", id="topic"),
        pytest.param({"tellings": []}, "import_tellings", id="no telling"),
        pytest.param({"tellings": [minimal(language="en")] * 2}, "import_tellings", id="told twice"),
        pytest.param(minimal(claims=[{"text": "It flew."}]), "import_missing", id="claim of nobody"),
        pytest.param(minimal(also="Wire"), "import_not_list", id="further source alone"),
        pytest.param(minimal(also=[{"url": "https://crate.example"}]), "import_source", id="nameless source"),
        pytest.param(minimal(updates="a b"), "import_id", id="update of no id"),
        pytest.param(minimal(corrected="yes"), "import_correction", id="correction that says nothing"),
        pytest.param(
            minimal(corrected={"at": "then", "reason": "x"}), "import_date", id="correction of no day"
        ),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_reason(line, key):
    with pytest.raises(InvalidInput) as refusal:
        read(line)

    assert refusal.value.key == key
    for language in LANGUAGES:
        assert "{" not in phrase_error(refusal.value, language).replace('{"title"', "")


def test_a_story_written_out_is_read_back_as_it_was():
    doubted = make_claim(doubted_by=("a rival",), denied_by=("the union",))
    japanese = make_telling(
        language="ja", title="ロボット", summary="仕分け。", body="900個。", claims=(doubted,)
    )
    story = make_story(
        tellings=(japanese, make_telling(claims=(make_claim(),))),
        topics=(TopicId("robots"),),
        also=(Source(name="Harbor Post", url="https://harbor.example/1"), Source(name="Wire")),
        updates=StoryId("first"),
        remark=Remark(kind="corrected", at=NOW, reason="It sorted 900."),
    )

    again = read_line(line_of(story), Names(), FEED, story.added_at)

    assert again == story


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        "id",
        "title",
        "body",
        "summary",
        "language",
        "published_at",
        "source",
        "topics",
        "claims",
        "tellings",
        "also",
        "updates",
        "corrected",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(fields, values, max_size=6) | st.binary(max_size=60))
def test_any_line_is_a_story_or_refused(line):
    try:
        story = read(line)
    except InvalidInput:
        return

    assert all(telling.title and telling.body and telling.summary for telling in story.tellings)
    assert line_of(story)
