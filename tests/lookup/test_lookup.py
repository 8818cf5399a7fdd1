"""Lookup, asked over a small world of stories."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.language import tokens
from bot.lookup import answer, read_query
from bot.lookup.answering import claim_made
from bot.lookup.query import MAX_QUERY_CHARACTERS
from bot.model import PUBLIC, Claim, StoryId, WorkspaceId
from tests.factories import NOW, make_story, make_telling
from tests.small_world import CLAIM, CLAIM_JA, INDEX, NAMES, WORLD, ask, ids, index_of

# Queries.


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("腕はいくら?", {"money"}),
        ("腕の開発費は?", {"money"}),
        ("how much did the arm cost?", {"money", "number"}),
        ("傘は何本?", {"number"}),
        ("how many umbrellas", {"number"}),
        ("訴訟はいつ起きた", {"date"}),
        ("what year was it?", {"date"}),
        ("なぜ提訴した?", {"reason"}),
        ("why did the bank sue", {"reason"}),
        ("umbrella", set()),
    ],
)
def test_query_tells_what_kind_of_answer_it_wants(text, wants):
    assert read_query(text, NAMES, INDEX).wants == wants


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("クモ社のニュースを教えて", ["クモ社"]),
        ("Tell me the latest news about Kumo", ["Kumo"]),
        ("腕はいくらですか", ["腕"]),
        ("umbrellas and umbrellas", ["umbrellas"]),
        ("420万ドル", ["420万", "ドル"]),
        ("ＫＵＭＯ ｕｍｂｒｅｌｌａ", ["ＫＵＭＯ", "ｕｍｂｒｅｌｌａ"]),
        ("IT", ["IT"]),
        ("it", []),
        ("", []),
        ("?!…「」 🤖", []),
    ],
)
def test_concepts_are_names_and_words_but_no_question_words(text, typed):
    assert [concept.typed for concept in read_query(text, NAMES, INDEX).concepts] == typed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("クモ社", "ja"),
        ("Kumoの腕", "ja"),
        ("umbrellas in a library", "en"),
        ("Kumo", None),
        ("Kumo Robotics", None),
    ],
)
def test_script_tells_the_language_of_a_query_but_a_latin_name_does_not(text, language):
    assert read_query(text, NAMES, INDEX).language == language


def test_query_is_read_as_far_as_its_limit():
    query = read_query("umbrella " * 100_000, NAMES, INDEX)

    assert len(query.text) == MAX_QUERY_CHARACTERS
    assert len(query.concepts) == 1


@pytest.mark.parametrize("operator", ['"', "*", "NEAR(", "-", "OR", "arm:", "\\", "%_", "'; DROP", "^", "("])
def test_operators_of_query_languages_are_text(operator):
    assert "library" in ids(ask(f"{operator} umbrellas {operator}"))


# Ranking.


@pytest.mark.parametrize(
    "spelling",
    ["Kumo Robotics", "KUMO", "kumo", "クモ・ロボティクス", "クモロボティクス", "クモ社", "ｋｕｍｏ"],
)
def test_every_spelling_of_a_name_gives_the_same_stories_with_the_same_scores(spelling):
    found, canonical = ask(spelling).found, ask("Kumo").found

    assert [(f.story.id, f.score) for f in found] == [(f.story.id, f.score) for f in canonical]
    assert found[0].story.id == "arm"


def test_name_match_tells_the_form_that_stands_in_the_telling():
    (match,) = ask("クモ・ロボティクス", "ja").found[1].matched

    assert (match.typed, match.form, match.how) == ("クモ・ロボティクス", "クモ社", "name")


def test_unknown_name_is_found_by_its_sound():
    found = ask("ボルタイク").found

    assert [(m.form, m.how) for f in found for m in f.matched] == [("Voltaic", "sound")]


def test_name_is_heard_among_many_of_its_consonants_at_a_bounded_cost():
    consonants = [f"B{a}lt{b}k{c}" for a, b, c in product("aeiou", ("a", "e", "o", "au", "ei"), "aeiou")]
    stories = (make_story(tellings=(make_telling(body=f"{', '.join(consonants)} and Voltaic."),)),)
    index = index_of(stories)
    words = ("ボルタイク", "バルタイク", "ボルテイク", "ブルタイク")

    (first, *_, last) = read_query(" ".join(words), NAMES, index).concepts

    assert any("voltaic" in token for token in first.tokens)
    assert not any("voltaic" in token for token in last.tokens)


def test_names_of_another_workspace_are_neither_expanded_to_nor_offered():
    theirs = WorkspaceId("theirs")
    index = index_of([replace(story, workspace=theirs) for story in WORLD])

    sounds = {
        who: read_query("ボルタイク", NAMES, index, who).concepts[0].tokens.keys()
        for who in (WorkspaceId("ours"), theirs)
    }
    query = read_query("kumoo", NAMES, index, WorkspaceId("ours"))

    assert any("voltaic" in token for token in sounds[theirs])
    assert not any("voltaic" in token for token in sounds[WorkspaceId("ours")])
    assert answer(query, [], {}, NAMES, index, "en", NOW).nearest == ()


def test_inflected_words_match_and_are_marked():
    english, japanese = ask("lending an umbrella").found[0], ask("運びます").found[0]

    marked = [english.passage.text[mark.start : mark.end] for mark in english.passage.marks]
    assert marked == ["lends", "umbrellas"]
    assert "腕は卵を割らずに運ぶ。" in japanese.passage.text
    assert [m.form for m in japanese.matched] == ["運ぶ"]


def test_story_told_in_two_languages_is_one_result_in_the_language_of_the_query():
    assert ids(ask("new arm", "ja")) == ["arm"]
    assert ask("new arm", "ja").found[0].telling.language == "en"
    assert ask("新しい腕", "en").found[0].telling.language == "ja"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_lone_name_is_answered_in_the_language_of_the_asker(language):
    assert ask("Kumo", language).found[0].telling.language == language


def test_story_without_a_telling_in_the_language_asked_for_shows_its_original():
    assert ask("Harbor", "en").found[0].telling.language == "ja"


@pytest.mark.parametrize("text", ["アメリカ", "米国"])
def test_place_is_found_by_its_other_name(text):
    tellings = (
        make_telling(language="ja", body="アメリカで売る。"),
        make_telling(language="ja", body="米国で買う。"),
    )
    stories = [make_story(id=StoryId(str(n)), tellings=(t,)) for n, t in enumerate(tellings)]

    assert sorted(ids(ask(text, "ja", stories))) == ["0", "1"]


def test_word_inside_another_counts_though_the_index_does_not_find_it():
    taxes = make_story(
        id=StoryId("taxes"),
        tellings=(make_telling(language="ja", title="減税", body="減税をクモ社が求めた。"),),
    )
    assert "税" not in tokens("減税", NAMES)

    assert ids(ask("クモ社の税", "ja", (*WORLD, taxes)))[0] == "taxes"


def test_newer_story_comes_first_where_all_else_is_equal():
    old = make_story(id=StoryId("a"), published_at=NOW - timedelta(days=90))
    new = make_story(id=StoryId("b"), published_at=NOW - timedelta(days=1))

    assert ids(ask("parcels", stories=(old, new))) == ["b", "a"]


def test_equal_stories_come_in_the_order_of_their_ids():
    twins = [make_story(id=StoryId(name)) for name in ("c", "a", "b")]

    assert ids(ask("parcels", stories=twins)) == ["a", "b", "c"]


def test_limit_bounds_the_stories_shown():
    assert len(ask("Kumo", limit=1).found) == 1


def test_hit_that_the_store_does_not_confirm_is_not_shown():
    query = read_query("umbrella", NAMES, INDEX)
    hits = INDEX.search([concept.tokens for concept in query.concepts], PUBLIC, 50, NOW)

    found = answer(query, hits, {}, NAMES, INDEX, "en", NOW)

    assert hits
    assert not found.found
    assert found.sentence is None


# Honest absence, honest age.


@pytest.mark.parametrize(
    "text",
    [
        "quantum knitting",
        "量子 編み物",
        "Who is the mayor of Zanzibar?",
        "umbrella prices of Zanzibar",
        "🤖",
        "",
    ],
)
def test_query_whose_weighty_words_no_story_holds_finds_nothing(text):
    found = ask(text)

    assert not found.found
    assert found.sentence is None
    assert found.newest_age_days is None


def test_words_that_no_story_holds_are_named():
    assert ask("quantum umbrellas").missing == ("quantum",)
    assert ask("library umbrellas").missing == ()


def test_story_about_a_name_is_shown_where_one_other_word_is_missing():
    found = ask("Kumo knitting")

    assert ids(found)[0] == "arm"
    assert found.missing == ("knitting",)


@pytest.mark.parametrize(
    "text", ["Kimo Robotics", "kumoo", "クノ・ロボティクス", "Kumo quantum knitting wool"]
)
def test_nearest_known_names_are_offered_where_nothing_was_found(text):
    found = ask(text)

    assert not found.found
    assert "Kumo Robotics" in found.nearest


def test_age_is_that_of_the_newest_story_found():
    assert ask("訴訟").newest_age_days == 40
    assert ask("Kumo").newest_age_days == 1
    assert ask("Kumo", limit=1).newest_age_days == 1


# Answers.


@pytest.mark.parametrize(
    ("text", "sentence", "said_by"),
    [
        ("腕の開発費は?", CLAIM_JA.text, "クモ・ロボティクス"),
        ("クモ社は腕をいくらで作った?", CLAIM_JA.text, "クモ・ロボティクス"),
        ("How much did Kumo spend on the arm?", CLAIM.text, "Kumo Robotics"),
        ("How many umbrellas did the library buy?", "It bought 300 umbrellas in March.", None),
    ],
)
def test_question_is_answered_by_the_sentence_that_holds_the_figure(text, sentence, said_by):
    found = ask(text).sentence

    assert found is not None
    assert found.passage.text == sentence
    assert (found.claim and found.claim.said_by) == said_by


@pytest.mark.parametrize("text", ["umbrellas", "Kumo", "Where does Kumo keep its bicycles?"])
def test_no_sentence_answers_what_was_not_asked_or_is_not_told(text):
    assert ask(text).sentence is None


def test_sentence_that_alleges_in_other_words_comes_with_the_denial():
    found = ask("元役員は資金を横領した?", "ja").sentence

    assert found is not None
    assert "横領した" in found.passage.text
    assert found.claim is not None
    assert found.claim.denied_by == ("元役員",)


def test_sentence_of_a_claim_is_that_claim_however_much_it_has_in_common_with_another():
    doubt = Claim(text=f"{CLAIM.text} So a rival says.", said_by="a rival", doubted_by=("Kumo Robotics",))
    half = Claim(text="The arm weighs 9 kilograms. It was built for $4.2 million.", said_by="a museum")

    assert claim_made("It was built for $4.2 million.", (doubt, half)) == half
    assert claim_made("Kumo Robotics says that it built it for $4.2 million.", (half, doubt)) == doubt
    assert claim_made("The arm carries eggs.", (doubt, half)) is None


@pytest.mark.parametrize(("text", "adds"), [("arm", False), ("Kumo arm eggs", True), ("Kumo", True)])
def test_passage_adds_what_the_summary_lacks(text, adds):
    found = ask(text).found[0]

    assert found.passage_adds is adds
    assert found.summary.text == "The new arm is cheap, it says."
    assert [found.summary.text[m.start : m.end] for m in found.summary.marks] == ["arm"] * ("arm" in text)


def test_passage_is_the_sentence_most_like_title_and_summary_where_several_hold_the_query():
    telling = make_telling(
        summary="The crane lifts boats for a harbor.",
        body="The crane is blue.\nNobody knew the crane.\nA harbor lifts boats with the crane.",
    )

    (found,) = ask("crane", stories=(make_story(tellings=(telling,)),)).found

    assert found.passage.text == "A harbor lifts boats with the crane."


def test_passage_that_leans_back_brings_the_sentence_before():
    passage = ask("March").found[0].passage.text

    assert passage.startswith("The town library")
    assert "It bought 300 umbrellas in March." in passage
