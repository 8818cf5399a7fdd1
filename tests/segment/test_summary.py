"""Titles and summaries: the story's own words, its denials and doubts, and no dangling pronoun."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import Names
from bot.segment import cut
from bot.segment.cues import ALLEGES, DENIES
from bot.segment.layout import plain
from bot.segment.summary import summary_of
from bot.segment.title import title_of
from bot.segment.units import Sentence, units_of

NO_NAMES = Names()


def told(text: str) -> list[Sentence]:
    return [sentence for unit in units_of(text, NO_NAMES) for sentence in unit.sentences]


def summary(text: str) -> str:
    return summary_of(told(text))


def title(text: str, heading: str = "") -> str:
    return title_of(told(text), heading)


# Titles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "まず、緑川製作所が新しい風車を発表しました。高さは90メートルです。",
            "緑川製作所が新しい風車を発表",
        ),
        ("他のニュースとして、緑川製作所は風車を公開した。", "緑川製作所は風車を公開"),
        ("一方で、緑川市の橋が開通しました。", "緑川市の橋が開通"),
        ("緑川製作所は責任を認めていないと述べました。", "緑川製作所は責任を認めていないと述べました"),
        (
            "In other news, Greenriver opened a bridge over the Alder. It cost $3 million.",
            "Greenriver opened a bridge over the Alder",
        ),
        ("Meanwhile, Greenriver closed its old ferry.", "Greenriver closed its old ferry"),
        (
            "次に、製作所チェーンの緑川は、風車を止めると話しました。",
            "製作所チェーンの緑川は、風車を止めると話しました",
        ),
        ("まず緑川製作所は、風車を公開した。", "緑川製作所は、風車を公開"),
        ("まずは緑川製作所の風車が、倒れました。", "緑川製作所の風車が、倒れました"),
        ("最後に緑川製作所は、風車の増産を目指しました。", "緑川製作所は、風車の増産を目指しました"),
        ("次のニュースは緑川製作所の新しい風車、百基です。", "緑川製作所の新しい風車、百基"),
        ("ここで大きく話題を変えて、緑川製作所の風車が回りました。", "緑川製作所の風車が回りました"),
        (
            "Finally Greenriver, the mill town, lost its ferry.",
            "Finally Greenriver, the mill town, lost its ferry",
        ),
        ("Elsewhere in Greenriver, a ferry sank.", "Elsewhere in Greenriver, a ferry sank"),
        ("Turning to business, Greenriver closed its ferry.", "Greenriver closed its ferry"),
        ("As for the ferry, it sank off Greenriver.", "As for the ferry, it sank off Greenriver"),
        ("Next up: Greenriver closed its ferry.", "Greenriver closed its ferry"),
    ],
)
def test_title_is_the_news_without_the_phrase_that_leads_to_it(text, expected):
    assert title(text) == expected


def test_title_is_what_happened_before_what_somebody_adds_to_it():
    text = (
        "緑川製作所は、割れた風車を回収すると発表しました。羽根が落ちたためです。"
        "緑川製作所によりますと、回収する風車は全国の40か所で立つ120基で、けがをした人は確認されていません。"
    )
    assert title(text) == "緑川製作所は、割れた風車を回収すると発表"


def test_title_that_is_cut_amid_a_sentence_ends_as_a_headline_does():
    text = (
        "緑川製作所は銀行と県と三つの町のファンドを説得し、"
        "風の弱い内陸の村に国内でいちばん大きな風車を建てる計画への参加を今年の春に約束させました。"
    )
    assert title(text) == "緑川製作所は銀行と県と三つの町のファンドを説得"


def test_title_is_shortened_at_a_clause_only():
    text = (
        "緑川製作所は、風の弱い内陸の町でも回る小型の風車を三年がかりで開発し、"
        "来年の春から全国の学校や公民館に一基ずつ無償で配ると明らかにしました。"
    )

    found = title(text)

    assert found in text
    assert text[len(found) + text.index(found)] in "、。し"
    assert 12 <= len(found) <= 50


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("## Bridge opens", "Bridge opens"),
        ("■橋が開通", "橋が開通"),
        ("3. 橋が開通", "橋が開通"),
        ("**Bridge [opens](https://example.com)**", "Bridge opens"),
    ],
)
def test_heading_is_the_title_without_its_marks(heading, expected):
    assert title("The mayor cut a ribbon.", heading) == expected


def test_title_does_not_open_with_a_pronoun_where_another_sentence_can_stand():
    assert title("彼は急いでいた。緑川市の市長が辞表を出した。") == "緑川市の市長が辞表を出した"


def test_title_is_what_happened_first_and_not_a_later_comment():
    text = (
        "緑川製作所は新型の風車「ミドリ9」を緑川市の工場でこっそり動かそうとしましたが、すぐに止めて看板も外しました。"
        "緑川製作所の風車「ミドリ9」の行方を、緑川市の風車好きは気にしているところでしょう。"
    )

    found = title(text)

    assert found.startswith("緑川製作所は新型の風車「ミドリ9」を")
    assert found in text


def test_title_does_not_end_inside_a_row_of_names():
    text = (
        "緑川市長は緑川製作所、オルダー電力、そして投資家のファンドKITEを説き伏せ、"
        "国内で最も大きい海上の風車を三百基も建てるための五千億円の計画に加わらせました。"
    )

    assert title(text) == "緑川市長は緑川製作所、オルダー電力、そして投資家のファンドKITEを説き伏せ"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("In other news, the city of Lyon is suing a bank.", "Lyon is suing a bank"),
        ("Meanwhile, search start-up Quarry raised $80 million.", "Quarry raised $80 million"),
        ("Meanwhile, critics say Halden is late.", "critics say Halden is late"),
        ("Meanwhile, the mayor of Lyon is leaving.", "the mayor of Lyon is leaving"),
        ("In other news, a judge told Zipp it failed twice.", "a judge told Zipp it failed twice"),
    ],
)
def test_title_begins_with_the_name_that_a_description_stands_before(sentence, expected):
    assert title(sentence) == expected


# Denials and doubts

PADDING = "緑川製作所の工場は緑川市の川沿いにある。緑川製作所の風車は緑川市の空に映える。" * 2


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        ("元社員は、緑川製作所が検査の数値を偽ったと主張している。", "緑川製作所はこれを全面的に否定した。"),
        ("緑川製作所の風車は騒音の基準に違反した疑いがある。", "専門家の多くは、その計測に懐疑的だ。"),
        ("緑川製作所は、風車の費用は従来の十分の一だと述べた。", "しかし、費用の内訳には疑問の声がある。"),
        ("緑川製作所は特許を盗んだとして訴訟を起こされた。", "ただし、検査の結果は決定的な証拠ではない。"),
    ],
)
def test_denial_or_doubt_is_told_with_its_claim(claim, denial):
    found = summary(claim + PADDING + denial + PADDING)

    assert denial.removeprefix("しかし、").removeprefix("ただし、") in found
    assert claim in found


@pytest.mark.parametrize(
    "denial",
    [
        "The company denied the claim.",
        "Analysts doubt the figure.",
        "Its rivals dispute this.",
        "Experts are sceptical.",
    ],
)
def test_english_denial_or_doubt_is_told_with_its_claim(denial):
    claim = "A former clerk accused Greenriver of forging its safety tests."
    padding = " Greenriver builds turbines in Greenriver Falls." * 6

    found = summary(f"{claim}{padding} {denial}{padding}")

    assert denial in found
    assert claim in found


def test_doubt_of_a_claim_that_is_not_told_is_not_told():
    first = "緑川製作所の風車に市民が懐疑的だ。"
    aside = "配管工は漏水の疑いを口にした。"
    doubt = "水道局は漏水の話に反論した。"

    found = summary(PADDING + first + PADDING + aside + doubt + PADDING)

    assert first in found
    assert doubt not in found


def test_sum_drawn_from_sentences_is_not_shown_without_them():
    text = PADDING + "金庫には銅貨が九枚ある。つまり、帳簿の数字が合わない。" + PADDING

    found = summary(text)

    assert "金庫には銅貨が九枚ある。つまり、帳簿の数字が合わない。" in found


# Pronouns and connectives


def test_aside_without_the_main_words_of_the_story_is_not_chosen():
    aside = "往年の映画では怪盗が転送装置と飛行船と潜水服を使い、博物館の宝石や古代の壺を盗んで逃走した。"
    after = "丘には風が吹く。風車は白く塗られた。職人が磨いた。緑川製作所は喜んだ。"

    assert aside not in summary("緑川製作所が風車を建てた。" + aside + after)


def test_sentence_that_only_names_the_subject_is_not_chosen():
    text = "次に、ソーラーボートです。緑川製作所がソーラーボートの新型を緑川市の湖に浮かべました。"

    assert summary(text) == "緑川製作所がソーラーボートの新型を緑川市の湖に浮かべました。"
    assert title(text) == "緑川製作所がソーラーボートの新型を緑川市の湖に浮かべました"


def test_connective_inside_an_english_summary_stays_where_a_small_letter_would_begin():
    text = (
        "Greenriver opened a bridge in Greenriver Falls. It was late. "
        "However, the union of Greenriver Falls doubts that the Greenriver bridge is safe."
    )

    assert ". the union" not in summary(text)


@pytest.mark.parametrize(
    ("antecedent", "pointing"),
    [
        ("緑川市の市長が辞任した。", "彼は緑川市の風車と緑川市の橋と緑川市の港を残した。"),
        ("緑川製作所が倒産した。", "同社の緑川市の風車工場と緑川市の倉庫と緑川市の港は売られる。"),
        (
            "The mayor of Greenriver resigned.",
            "He leaves Greenriver a bridge, Greenriver harbour and Greenriver park.",
        ),
    ],
)
def test_sentence_that_points_back_is_shown_after_the_one_it_points_to(antecedent, pointing):
    found = summary(antecedent + " " + pointing)

    assert found.index(antecedent) < found.index(pointing)


def test_connective_is_dropped_where_its_sentence_stands_alone():
    text = "小雨が降った。" + "しかし、緑川市の風車と緑川市の橋は緑川市の予算で直った。"

    found = summary("風もあった。" * 8 + text)

    assert "緑川市の風車と緑川市の橋は緑川市の予算で直った。" in found
    assert not found.startswith("しかし")


def test_summary_shows_no_markup():
    text = "The [mayor](https://example.com/a) of **Greenriver** opened a `bridge`."

    assert summary(text) == "The mayor of Greenriver opened a bridge."


def test_summary_is_short_where_nothing_must_be_added():
    text = "".join(
        f"緑川市の第{n}風車が回り始め、緑川市の電力の{n}割をまかなうようになった。" for n in range(1, 30)
    )

    assert 80 <= len(summary(text)) <= 160


# Properties

SENTENCES = st.sampled_from(
    [
        "緑川市の橋が開通した。",
        "しかし、費用には疑問の声がある。",
        "彼は緑川市の市長だ。",
        "同社はこれを否定した。",
        "緑川製作所は検査を偽ったとして訴えられた。",
        "また、風車も回った。",
        "これは三年ぶりだ。",
        "The mayor of Greenriver resigned. ",
        "He denied the claim. ",
        "However, Greenriver opened a bridge. ",
        "Critics accused Greenriver of fraud. ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=14))
def test_summary_is_made_of_the_story_keeps_its_first_denial_and_leaves_no_antecedent_behind(sentences):
    text = "".join(sentences)
    parts = [sentence.text for sentence in told(text)]

    found = summary(text)

    shown = [part.text for part in told(found)]
    assert all(any(whole.endswith(part) for whole in parts) for part in shown)
    denials = [re.sub(r"^(?:しかし、|However, )", "", part) for part in parts if DENIES.search(part)]
    assert not denials or any(part.endswith(denials[0]) for part in shown)
    assert not re.match("しかし|また、|However", found)
    if not re.match("彼|同社|これ|He ", parts[0]):
        assert not re.match("彼|同社|これ|He ", found)


@settings(max_examples=150, deadline=None)
@given(st.lists(SENTENCES, max_size=11, unique=True))
def test_allegation_is_never_shown_without_the_denial_that_follows_it(sentences):
    text = "".join(sentences)
    parts = [sentence.text for sentence in told(text)]

    found = summary(text)

    for claim, denial in pairwise(parts):
        if ALLEGES.search(claim) and DENIES.search(denial) and claim in found:
            assert re.sub(r"^(?:しかし、|However, )", "", denial) in found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(SENTENCES, st.text(max_size=12), st.just("\n")), max_size=30).map("".join))
def test_titles_and_summaries_are_words_of_the_article(text):
    for segment in cut(text, NO_NAMES).segments:
        letters = Counter(filter(str.isalnum, text))
        assert not Counter(filter(str.isalnum, segment.title)) - letters
        assert not Counter(filter(str.isalnum, segment.summary)) - letters


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_plain_text_keeps_no_line_break(text):
    assert not re.search(r"[\r\n]", plain(text))
