"""The newest names that no topic knows: what counts as a name, and which come first."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.curating.unknown_names import MOST, unknown_names
from bot.language import Names
from bot.language.unknown import names_in
from bot.model import StoryId
from tests.factories import NOW, make_story, make_telling, make_topic
from tests.messages import any_text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Researchers at Anthropic met Dario Amodei on Tuesday.", ["Anthropic", "Dario Amodei"]),
        ("However, Chinese rivals disagreed. The court heard OpenAI.", ["OpenAI"]),
        ("Anthropic's Claude 3.5 Sonnet beat GPT-4o.", ["Anthropic", "Claude 3.5 Sonnet", "GPT-4o"]),
        ("It was told by The New York Times in March.", ["New York Times"]),
        ("President Joe Biden spoke. It's over, and I'm glad. AI-generated text.", ["Joe Biden"]),
        ("The Bank of Japan asked xAI.", ["Bank of Japan", "xAI"]),
        ("Write to a@Example.com or see https://Example.com/Kumo today.", []),
        ("ソフトバンクの宮川潤一社長が語った。", ["ソフトバンク", "宮川潤一"]),
        ("サティア・ナデラCEOがGPUとAIを語る。", ["サティア・ナデラ"]),
        ("アンソロピックとエヌビディアが組む。", ["アンソロピック", "エヌビディア"]),
        ("データセンターのクラウドサービスを日本と東京で使う。", []),
        ("ＴＳＭＣがＧＰＵを増産した。", ["TSMC"]),
        ("ミュリエル・ロメーが来た。\nミュリエル・ロメーが帰った。", ["ミュリエル・ロメー"]),
        ("", []),
    ],
)
def test_names_are_told_from_words(text, names):
    assert list(names_in(text)) == names


@settings(max_examples=100, deadline=None)
@given(any_text)
def test_any_text_has_names_that_can_be_shown_and_typed(text):
    names = names_in(text)

    assert len(set(names)) == len(names)
    assert all(2 <= len(name) <= 40 and name.isprintable() and '"' not in name for name in names)


def told(id_, days, body, language="en", title="A title"):
    telling = make_telling(language=language, title=title, summary="", body=body)
    return make_story(id=StoryId(id_), tellings=(telling,), published_at=NOW - timedelta(days=days))


def found(stories, *topics):
    return [(each.name, each.count) for each in unknown_names(stories, Names(topics))]


def test_names_of_two_stories_come_first_and_the_newest_of_them():
    stories = [
        told("new", 1, "We met Zaphod there."),
        told("b", 2, "We met Marvin and Trillian there."),
        told("c", 3, "We met Trillian and Arthur Dent there."),
        told("d", 4, "We met Arthur Dent there."),
    ]

    assert found(stories) == [("Trillian", 2), ("Arthur Dent", 2), ("Zaphod", 1), ("Marvin", 1)]


def test_what_a_topic_knows_or_is_part_of_a_longer_name_is_left_out():
    stories = [
        told("a", 1, "We met Arthur Dent and Kumo Labs there. Then Dent and Kumo left, and so did Labs.")
    ]

    assert found(stories, make_topic(id="kumo", names={"en": "Kumo"}, aliases=())) == [("Arthur Dent", 1)]


def test_a_name_is_counted_once_a_story_and_shown_as_most_stories_spell_it():
    stories = [
        told("a", 1, "The GraphCAST and the GraphCAST."),
        told("b", 2, "The GraphCast."),
        told("c", 3, "The GraphCast."),
    ]

    assert found(stories) == [("GraphCast", 3)]


def test_english_titles_with_capitals_name_nobody():
    assert found([told("a", 1, "nothing here", title="Robots Learn To Sort")]) == []


def test_there_are_never_too_many():
    body = " and ".join(f"Qwx{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(3 * MOST))

    assert len(found([told("a", 1, body)])) == MOST
