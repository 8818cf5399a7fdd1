import re
from collections import defaultdict
from itertools import islice, pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sudachipy import Dictionary

from bot.language.folding import KATAKANA
from bot.language.names import Names, sound_key, sounds_alike
from bot.model import Topic, TopicId


def topic(name, *aliases):
    return Topic(id=TopicId(name.lower()), names={"ja": name, "en": name}, aliases=aliases)


NAMES = Names(
    [
        topic("DeepSeek", "ディープシーク", "深度求索"),
        topic("Altman", "サム・アルトマン", "アルトマン", "Sam Altman"),
        topic("OpenAI", "オープンAI"),
        topic("Meta", "メタ"),
        topic("Mac", "マック"),
        topic("Llama", "ラマ"),
        topic("GPT-4"),
        topic("Son", "孫正義", "孫", "Masayoshi Son"),
        topic("Pokemon", "ポケモン"),
    ]
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
NEAR_NAMES = st.lists(
    st.sampled_from(
        [
            "DeepSeek",
            "ディープ",
            "・",
            "シーク",
            "メタ",
            "ル",
            " ",
            "-",
            "ｻﾑ",
            "アルトマン",
            "mac",
            "\u0301",
            "孫正義",
            "gpt",
            "4",
        ]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DeepSeekの開発費", [("deepseek", "DeepSeek")]),
        ("deepseek", [("deepseek", "deepseek")]),
        ("ＤＥＥＰＳＥＥＫ", [("deepseek", "ＤＥＥＰＳＥＥＫ")]),
        ("ディープ・シーク", [("deepseek", "ディープ・シーク")]),
        ("ﾃﾞｨｰﾌﾟ･ｼｰｸ", [("deepseek", "ﾃﾞｨｰﾌﾟ･ｼｰｸ")]),
        ("中国の深度求索が", [("deepseek", "深度求索")]),
        ("OpenAI社とオープンAI", [("openai", "OpenAI"), ("openai", "オープンAI")]),
        ("サム・アルトマンCEO", [("altman", "サム・アルトマン")]),
        ("ジャック・アルトマン", [("altman", "アルトマン")]),
        ("Sam\u00a0 Altman's", [("altman", "Sam\u00a0 Altman")]),
        ("GPT4, GPT 4, GPT‑4", [("gpt-4", "GPT4"), ("gpt-4", "GPT 4"), ("gpt-4", "GPT‑4")]),
        ("Llama3とLlama 3", [("llama", "Llama"), ("llama", "Llama")]),
        ("Poke\u0301mon", [("pokemon", "Poke\u0301mon")]),
        ("「孫正義」", [("son", "孫正義")]),
        ("mac", [("mac", "mac")]),
        ("a machine, an iMac; metadata", []),
        ("GPT-40, GPT-4o", []),
        ("メタル、オメタ、メタバース", []),
        ("子孫", []),
        ("", []),
    ],
)
def test_aliases_are_found_in_every_script_and_only_as_whole_words(text, found):
    assert [(match.topic_id, match.form) for match in NAMES.find(text)] == found


def test_the_first_topic_keeps_an_alias_that_two_have():
    names = Names([topic("Apple", "AAPL"), topic("Fruit", "Apple")])

    assert [match.topic_id for match in names.find("apple aapl fruit")] == ["apple", "apple", "fruit"]


def test_no_topics_find_nothing():
    assert Names().find("DeepSeek") == []


@given(ANY_TEXT | NEAR_NAMES)
def test_matches_are_in_order_apart_and_verbatim(text):
    matches = NAMES.find(text)

    assert all(text[match.start : match.end] == match.form for match in matches)
    assert all(a.end <= b.start for a, b in pairwise(matches))


@given(st.lists(ANY_TEXT, max_size=5))
@settings(max_examples=50)
def test_any_alias_can_be_given(aliases):
    names = Names([topic("DeepSeek", *aliases)])

    assert "DeepSeek" in [match.form for match in names.find("DeepSeek")]


def test_thousands_of_aliases_are_looked_for_in_a_long_text_in_time():
    names = Names([topic(f"Name{number}", f"カタカナ{number}", f"名前{number}") for number in range(1000)])
    text = "名前999はName7やカタカナ12と、ordinary words 。" * 5000

    began = process_time()
    found = names.find(text)

    assert len(found) == 15_000
    assert process_time() - began < 5


# Sounds.

ALIKE = """
ソフトバンク SoftBank|アルトマン Altman|オラクル Oracle|エヌビディア Nvidia|マイクロソフト Microsoft
グーグル Google|アンソロピック Anthropic|ハギングフェイス Hugging Face|スターゲート Stargate
テスラ Tesla|アマゾン Amazon|ウィーワーク WeWork|トランプ Trump|マスク Musk|ディープシーク DeepSeek
ミストラル Mistral|クロード Claude|ジェミニ Gemini|エリソン Ellison|カルパシー Karpathy
ザッカーバーグ Zuckerberg|ナデラ Nadella|ピチャイ Pichai|フアン Huang|ハサビス Hassabis|ムラティ Murati
サツケバー Sutskever|ブロックマン Brockman|アモデイ Amodei|コパイロット Copilot|インテル Intel
クアルコム Qualcomm|アンドロイド Android|バイドゥ Baidu|アリババ Alibaba|テンセント Tencent
ファーウェイ Huawei|バイトダンス ByteDance|パランティア Palantir|アンドゥリル Anduril
スノーフレーク Snowflake|データブリックス Databricks|スラック Slack|ディスコード Discord
レディット Reddit|ズーム Zoom|ブルームバーグ Bloomberg|ゲイツ Gates|ジョブズ Jobs|バイデン Biden
サムスン Samsung|ウィキペディア Wikipedia|ネットフリックス Netflix|ユーチューブ YouTube
フェイスブック Facebook|インスタグラム Instagram|パープレキシティ Perplexity|ミッドジャーニー Midjourney
ランウェイ Runway|グロック Grok|メタ Meta|オープンAI OpenAI|ヴェトナム ベトナム|Altmann Altman
"""

NOT_ALIKE = """
メタル Meta|データ detour|アップル people|モデル middle|アイ AI|マック machine|オープン Pepsi
サム Samsung|アマゾン Mason|テスラ Toshiba|オラクル Eagle|チップ ship|ソース source code|ゲート goat
リーク rock|データ Dota2
"""


def pairs(table):
    return [tuple(pair.split(" ", 1)) for pair in re.split(r"[|\n]", table.strip())]


@pytest.mark.parametrize(("a", "b"), pairs(ALIKE))
def test_a_name_is_heard_in_both_scripts(a, b):
    assert sound_key(a) == sound_key(b) != ""
    assert sounds_alike(a, b)
    assert sounds_alike(b, a)


@pytest.mark.parametrize(("a", "b"), pairs(NOT_ALIKE))
def test_other_words_are_not_taken_for_a_name(a, b):
    assert not sounds_alike(a, b)
    assert not sounds_alike(b, a)


@pytest.mark.parametrize("word", ["", "孫正義", "🙂", "123", "アイ", "ー", "a", "\ud800", "Ωmega"[:1]])
def test_a_word_without_consonants_sounds_like_nothing(word):
    assert sound_key(word) == ""
    assert not sounds_alike(word, word)


@given(ANY_TEXT, ANY_TEXT | st.text(alphabet="アイウカサタナハマンーaeiouxyz", max_size=60))
def test_any_two_words_can_be_compared_and_in_any_order(a, b):
    assert sounds_alike(a, b) == sounds_alike(b, a)
    assert re.fullmatch("[a-z]*", sound_key(a))


@pytest.fixture(scope="module")
def dictionary():
    """Return ordinary English words with their katakana, from the beginning of Sudachi's dictionary."""
    entries = islice(Dictionary(dict="core").entries(), 60_000)
    spellings = ((entry.surface().lower(), entry.normalized_form()) for entry in entries)
    return {
        (word, katakana)
        for word, katakana in spellings
        if re.fullmatch("[a-z]{5,}", word) and re.fullmatch(f"[{KATAKANA}]{{3,}}", katakana)
    }


def test_most_loan_words_of_a_dictionary_are_heard(dictionary):
    heard = sum(sounds_alike(word, katakana) for word, katakana in dictionary)

    assert len(dictionary) > 1000
    assert heard / len(dictionary) > 0.8


def test_hardly_any_other_word_of_a_dictionary_is_taken_for_a_loan_word(dictionary):
    by_key = defaultdict(set)
    for _, katakana in dictionary:
        by_key[sound_key(katakana)].add(katakana)

    words = {word for word, _ in dictionary}
    wrong = sum(
        sounds_alike(word, katakana)
        for word in words
        for katakana in by_key[sound_key(word)]
        if (word, katakana) not in dictionary
    )

    assert wrong / (len(words) * len({katakana for _, katakana in dictionary})) < 1 / 5000
