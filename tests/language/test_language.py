import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import Names, language_of, normalise, release, sentences, tokens
from bot.model import Topic, TopicId

DEEPSEEK = Topic(
    id=TopicId("deepseek"), names={"ja": "DeepSeek", "en": "DeepSeek"}, aliases=("ディープシーク", "深度求索")
)
NAMES = Names([DEEPSEEK])
NO_NAMES = Names()
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


def words(text):
    return [token for token in tokens(text, NO_NAMES) if token[0] != "~"]


def sounds(text):
    return [token for token in tokens(text, NO_NAMES) if token[0] == "~"]


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("５，０００億", "5000億"),
        ("1,234,567 and 1,2 and 12,3456", "1234567 and 1,2 and 12,3456"),
        ("ディープ・シーク", "ディープシーク"),
        ("ﾃﾞｨｰﾌﾟ･ｼｰｸ", "ディープシーク"),
        ("DeepSeek・メタ", "deepseek・メタ"),
    ],
)
def test_texts_are_compared_in_one_spelling(given, normal):
    assert normalise(given) == normal


# Tokens.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DeepSeekの開発費は558万ドルです。", ["deepseek", "開発", "費", "5580000", "ドル"]),
        ("電力が足りなかった", ["電力", "足りる"]),
        ("訴訟", ["訴訟"]),
        ("AI", ["ai"]),
        ("ＡＩ企業", ["ai", "企業"]),
        ("サーバとサーバー", ["サーバー", "サーバー", "サーバ"]),
        ("The lawyers' lawsuits", ["lawyer", "lawsuit"]),
        ("didn't", []),
        ("How much did it cost?", ["much", "cost", "コスト"]),
        ("$5.58 million", ["5580000"]),
        ("5,580,000 dollars", ["5580000", "dollar"]),
        ("500-billion", ["500000000000"]),
        ("5,000億円と37.5億円", ["500000000000", "円", "3750000000", "円"]),
        ("the U.S. and a.i.", ["us", "ai"]),
        ("IT企業 and how it works", ["it", "企業", "it", "work"]),
        ("WHAT IS IT", []),
        ("open source models", ["open", "オープン", "sourc", "ソース", "model"]),
        ("o3 mini", ["o", "3", "mini", "ミニ", "o3"]),
        ("GPT-4, gpt4", ["gpt-4", "gpt", "4", "gpt4", "gpt4"]),
        ("machine", ["machin"]),
        ("👍🏽🎉 !?…", []),
        ("\x00\ud800\u202e", []),
        ("", []),
    ],
)
def test_a_text_is_found_by_its_content_words(text, found):
    assert words(text) == found


def test_a_katakana_word_that_is_taken_apart_is_found_whole_with_or_without_its_dot():
    assert words("ディープシーク") == ["ディープ", "シーク", "ディープシーク"]
    assert words("ディープ・シーク") == words("ディープシーク")


def test_a_compound_has_the_same_tokens_alone_and_in_a_sentence():
    alone = words("開発費")

    assert alone == [token for token in words("その開発費を示した") if token in alone]


@pytest.mark.parametrize(
    "text", ["deepseek", "ＤｅｅｐＳｅｅｋ", "ディープ・シーク", "深度求索が", "DeepSeek's"]
)
def test_every_alias_gives_the_token_of_its_topic(text):
    assert tokens(text, NAMES).count("@deepseek") == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ソフトバンクとSoftBank", ["~sftbnk\tソフトバンク", "~sftbnk\tsoftbank"]),
        ("サム・アルトマン", ["~tmn\tアルトマン", "~smtmn\tサムアルトマン"]),
        ("at Hugging Face now", ["~gn\thugging", "~fs\tface", "~gnfs\thugging face"]),
        ("softbank", ["~sftbnk\tsoftbank"]),
        ("The softbank of Japan", ["~spn\tjapan"]),
        ("AI、メ、孫正義", []),
    ],
)
def test_names_in_either_script_are_found_by_their_sound(text, found):
    assert sounds(text) == found


def test_no_english_word_is_found_by_its_beginning():
    assert not set(tokens("mac", NO_NAMES)) & set(tokens("a machine and a macaroni", NO_NAMES))


def test_words_are_read_to_the_end_of_an_endless_line():
    text = "訴訟の電力" * 30_000

    assert words(text).count("電力") > 29_000


@given(ANY_TEXT)
@settings(max_examples=50)
def test_any_text_has_tokens_that_can_be_stored(text):
    found = tokens(text, NAMES)

    assert found == tokens(text, NAMES)
    assert all(token.strip() and "\n" not in token for token in found)
    assert json.loads(json.dumps(found)) == list(found)


def test_threads_may_ask_for_tokens_at_the_same_time():
    texts = [f"ソフトバンクが{number}億ドルを投じた。" * 50 for number in range(40)]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(words, texts))

    assert found == [words(text) for text in texts]


def test_the_dictionary_is_loaded_again_after_its_release():
    before = words("電力の訴訟")

    release()

    assert words("電力の訴訟") == before


MEMORY = """
from pathlib import Path
import sys
from bot.language import release, tokens
from bot.language import Names
def megabytes():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
assert "sudachipy" not in sys.modules and "snowballstemmer" not in sys.modules
tokens("電力の訴訟", Names())
loaded = megabytes()
release()
print(loaded, megabytes())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to read memory")
def test_the_dictionary_is_loaded_late_and_its_memory_given_back():
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", MEMORY], cwd=root, capture_output=True, text=True, check=True)

    loaded, released = map(int, run.stdout.split())

    assert released < 60 < loaded


# Sentences.


def cut(text):
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    "found",
    [
        ["売上は2.0倍。", "利益は減った！", "本当？", "はい。"],
        ["彼は「そうだ。行こう。」と述べた。", "会場は沸いた。"],
        ["（詳細は未定。）発表は『次だ。』という。", "以上。"],
        ["「行く。」", "鈴木氏は述べた。"],
        ["全角２．０版です．", "次です．"],
        ["本当!?", "うそ?", "Yahoo!ニュースによる。"],
        ["「閉じない。", "次の文。"],
        ["Mr. Altman met Dr. J. R. Smith at Apple Inc. in Cupertino.", "They spoke."],
        ["The U.S. government paid $5.58 million, e.g. for chips.", "Version 2.0 is out."],
        ["It happened in the U.S.", "The end came at 5 p.m.", "But it was late."],
        ["See https://example.com/a.b?c=d!e for more.", "Or ask."],
        ["“We won. We did,” he said.", "“We won.”", "She left."],
        ['He said "Stop. Now." and left.', "Well... maybe.", "Is it No. 5?", "Yes!"],
        ["1. The first point.", "It has two sentences."],
        ["AIは進む。", "It goes on.", "終わり"],
    ],
    ids=lambda found: found[0],
)
@pytest.mark.parametrize("gap", ["", " ", "\n", "\r\n\r\n", "\u3000"])
def test_a_text_is_cut_at_its_sentences(found, gap):
    if not gap and any(sentence.isascii() or "?" in sentence for sentence in found):
        gap = " "

    assert cut(gap.join(found)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- one\n* two\n• 三\n## four\n> five\n---\n……\n\n", ["one", "two", "三", "four", "five"]),
        ("見出し\n本文は続く\n終わる。", ["見出し", "本文は続く", "終わる。"]),
        ("「改行の\n中。」", ["「改行の", "中。」"]),
        ("", []),
        (" \n\t\u3000", []),
    ],
)
def test_a_line_break_ends_a_sentence_and_a_bullet_is_not_part_of_one(text, found):
    assert cut(text) == found


@given(ANY_TEXT | st.text(alphabet='あ「」。！a.!? \n"“”()1-'))
def test_sentences_are_in_order_trimmed_and_hold_every_letter(text):
    spans = sentences(text)

    outside = text
    for span in reversed(spans):
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        outside = outside[: span.start] + outside[span.end :]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert not any(character.isalnum() for character in outside)


# Language.


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("DeepSeekの開発費は?", "ja"),
        ("OpenAIのSora", "ja"),
        ("孫正義", "ja"),
        ("深度求索 AI", "ja"),
        ("ｶﾀｶﾅ", "ja"),
        ("How much did it cost?", "en"),
        ("The word 新聞 means newspaper, and の is a particle; " + "ordinary English follows. " * 5, "en"),
        ("ＤｅｅｐＳｅｅｋ", "en"),
        ("12345 👍", "en"),
        ("", "en"),
    ],
)
def test_a_text_has_one_language(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "unit",
    [
        "「",
        '"a',
        "(",
        "a. ",
        "1. ",
        "1,000",
        "a\u0301",
        "\u202e",
        "👍",
        "ア・",
        "https://",
        "\n",
        "\0",
        "ーー",
        "U.S.",
        "1 million ",
    ],
    ids=repr,
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit):
    text = unit * (100_000 // len(unit))

    began = process_time()
    sentences(text)
    normalise(text)
    language_of(text)
    tokens(text, NAMES)

    assert process_time() - began < 10
