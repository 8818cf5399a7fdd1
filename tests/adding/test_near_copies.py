"""Near-copies: what is told twice is found, two stories of one article are not taken for one."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adding.near_copies import FEWEST, nearest
from bot.language import Names
from bot.segment import cut
from tests.factories import make_story, make_telling

ARTICLES = sorted((Path(__file__).parents[3] / "shared" / "article").glob("*.txt"))
ROUNDUPS = sorted((Path(__file__).parents[1] / "data" / "roundups").rglob("*.txt"))

FERRY = (
    "港町ナギサの渡し船が、来月から電気で動くようになる。市によると、新しい船は一度の充電で島まで三往復できる。"
    "費用は二億円で、半分を県が負担する。漁師たちは騒音が減ると歓迎している。"
)
FERRY_RETOLD = (
    "ナギサ市の渡し船が電気で動くようになる。新しい船は一度の充電で島まで三往復できるという。"
    "二億円の費用のうち半分は県が負担する。騒音が減ると漁師たちは歓迎している。"
)
BAKERY = (
    "The bakery chain Komugi recalled its rye bread on Tuesday because pieces of metal were found in two "
    "loaves. Nobody was hurt. Customers get their money back in every shop until the end of May."
)
BAKERY_RETOLD = (
    "Komugi, a bakery chain, recalled its rye bread because pieces of metal were found in two loaves of it. "
    "Customers get their money back in every shop until the end of May, and nobody was hurt, it said."
)
TRAM = (
    "The council of Kawabe voted on Tuesday to reopen the old tramway because its buses are full each day. "
    "Work on the line begins at the end of May, and the council expects 4,000 passengers a day."
)


def known(text, language, **over):
    return make_story(tellings=(make_telling(language=language, title="", body=text),), **over)


@pytest.mark.parametrize(
    ("text", "language", "retold"),
    [(FERRY, "ja", FERRY), (FERRY, "ja", FERRY_RETOLD), (BAKERY, "en", BAKERY_RETOLD)],
    ids=["same", "retold in Japanese", "retold in English"],
)
def test_what_is_told_again_is_found(text, language, retold):
    other = known(TRAM, "en", id="other")

    assert nearest(retold, [other, known(text, language)]).id == "story"


@pytest.mark.parametrize("stories", [(FERRY, FERRY_RETOLD), (FERRY_RETOLD, FERRY)])
def test_the_story_most_alike_is_named(stories):
    found = nearest(FERRY, [known(text, "ja", id=text[:5]) for text in stories])

    assert found.id == FERRY[:5]


def test_another_spelling_of_the_same_characters_is_the_same():
    assert nearest(BAKERY.upper(), [known(BAKERY, "en")])
    assert nearest(FERRY.replace("。", "。\n\n"), [known(FERRY, "ja")])


def test_other_news_is_no_near_copy():
    assert nearest(BAKERY, [known(TRAM, "en")]) is None
    assert nearest(BAKERY, [known(FERRY, "ja")]) is None


def test_another_language_is_not_compared():
    story = make_story(tellings=(make_telling(body=TRAM), make_telling(language="ja", body=FERRY)))

    assert nearest(FERRY, [story])
    assert nearest(FERRY, [known(FERRY, "en")]) is None


def test_a_short_text_is_one_only_where_it_stands_in_the_other_as_a_whole():
    flash = "港町ナギサの渡し船が、来月から電気で動くようになる。"
    assert len(flash) < FEWEST

    assert nearest(flash, [known(FERRY, "ja")])
    assert nearest(flash.replace("渡し船", "市の路線バス"), [known(FERRY, "ja")]) is None
    assert nearest("来月から電気で", [known(FERRY, "ja")]) is None


@pytest.mark.parametrize("file", [*ROUNDUPS, *ARTICLES], ids=lambda file: file.stem)
def test_no_two_stories_of_one_article_are_near_copies(file):
    text = file.read_text("utf-8")
    stories = [text[s.span.start : s.span.end] for s in cut(text, Names([])).segments]

    alike = [
        (first[:20], second[:20])
        for first, second in combinations(stories, 2)
        for language in ("ja", "en")
        if nearest(first, [known(second, language)])
    ]

    assert alike == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(first, second):
    found = nearest(first, [known(second, "en"), known(second, "ja")])

    assert found is None or found.tellings[0].body == second
