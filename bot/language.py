"""Language, pure: normalised text, tokens, sentences, and which language a text is in."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from bot.model import Language, Span
from bot.names import Names, fold, sound_key

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer
    from sudachipy import Morpheme, Tokenizer

_DIGIT_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NAME_DOT = re.compile(r"(?<=[ァ-ヺー])・(?=[ァ-ヺー])")


def normalise(text: str) -> str:
    """Return text as it is compared: NFKC, lower case, no digit commas, one form of each mark."""
    return _NAME_DOT.sub("", _DIGIT_COMMA.sub("", fold(text).text))


_STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being but by can could did do does"
    " doing for from had has have having he her here hers him his how i if in into is it its just me more most my"
    " no nor not of on once only or other our ours out over own same say said says she should so some such than that the their"
    " theirs them then there these they this those through to too under until up very was we were what when where"
    " which while who whom why will with would you your yours s t ll ve re d m".split()
)
_DROPPED = frozenset({"助詞", "助動詞", "補助記号", "空白", "連体詞", "接続詞", "感動詞", "代名詞"})
_LINE = re.compile(r"[^\n]{1,4000}(?<=[。.!?\s])|[^\n]{1,4000}")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_KATAKANA_RUN = re.compile(r"[ァ-ヺ][ァ-ヺー]*(?:・[ァ-ヺ][ァ-ヺー]*)*")


def tokens(text: str, names: Names) -> tuple[str, ...]:
    """Return the tokens that a text is found by, in order of the text.

    Japanese morphemes in dictionary form, stemmed English words, `@topic-id` for each alias of a
    topic, `~sound key` TAB form for each name that can be matched by sound.
    """
    folded = fold(text).text
    found = [*_words(folded), *_katakana(folded), *_sounds(text)]
    return (*found, *(f"@{match.topic_id}" for match in names.find(text)))


def _words(folded: str) -> Iterator[str]:
    for line in _LINE.finditer(folded):
        for morpheme in _tokenizer().tokenize(line[0]):
            yield from _forms(morpheme)


def _forms(morpheme: "Morpheme") -> Iterator[str]:
    word = morpheme.surface()
    if word.isascii() and word.isalpha():
        if word not in _STOP_WORDS:
            yield _stemmer().stemWord(word)
            form = morpheme.normalized_form()
            if not form.isascii():
                yield form
        return
    part = morpheme.part_of_speech()
    if part[0] not in _DROPPED and part[1] != "非自立可能":
        yield morpheme.normalized_form().lower()


def _katakana(folded: str) -> Iterator[str]:
    for run in _KATAKANA_RUN.finditer(folded):
        whole = run[0].replace("・", "")
        if len(whole) >= 3:
            yield whole
            for name in dict.fromkeys((*run[0].split("・"), whole)):
                if len(name) >= 3:
                    yield f"~{sound_key(name)}\t{name}"


def _sounds(text: str) -> Iterator[str]:
    lower = text == text.lower()
    for word in _LATIN_WORD.findall(text):
        form = word.lower()
        if len(word) >= 3 and (lower or form != word) and form not in _STOP_WORDS:
            yield f"~{sound_key(form)}\t{form}"


@cache
def _tokenizer() -> "Tokenizer":
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").tokenizer(mode=SplitMode.A)


@cache
def _stemmer() -> "EnglishStemmer":
    from snowballstemmer import stemmer

    return stemmer("english")


_SENTENCE_END = re.compile(r"[。！？!?]+[」』）)\"”’]*|(?<=[^\s.])\.(?=\s|$)[\"”’)]*|\n")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text, in order, without the white space around them."""
    spans = []
    start = 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        piece = text[start:end]
        if stripped := piece.strip():
            first = start + piece.index(stripped)
            spans.append(Span(start=first, end=first + len(stripped)))
        start = end
    return spans


def language_of(text: str) -> Language:
    """Return the language of a text: Japanese where it has kana or is mostly Han, English otherwise."""
    kana = len(re.findall("[ぁ-ゖァ-ヺ]", text))
    han = len(re.findall("[一-鿿]", text))
    latin = len(re.findall("[A-Za-zＡ-Ｚａ-ｚ]", text))
    return "ja" if kana > latin / 20 or han > latin else "en"
