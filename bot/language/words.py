"""Words, pure: the tokens that a text is found by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from bot.language.folding import DIGIT_COMMA, KATAKANA, Folded, fold
from bot.language.names import Names, sound_key

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer
    from sudachipy import Morpheme, Tokenizer

_POWERS: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_NUMBER: Final = re.compile(rf"(\d{{1,15}}(?:\.\d{{1,9}})?)[ -]({'|'.join(_POWERS)})(?![a-z])")
_REWRITES: Final = (
    (DIGIT_COMMA, ""),
    (re.compile(r"['’](?<=[a-z].)(?:s|t|d|m|ll|re|ve)(?![a-z])"), " "),
    (re.compile(r"(?<![a-z.])[a-z](?:\.[a-z])+\.?(?![a-z])"), lambda found: found[0].replace(".", "")),
    (re.compile(r" (?<=[a-z] )(?=[a-z])"), "  "),
    (_NUMBER, lambda found: f"{Decimal(found[1]).scaleb(_POWERS[found[2]]).normalize():f}"),
)
"""What Sudachi would take apart (don't, U.S., 5.58 million) or, with its dictionary, together (is it)."""

_STOP_WORDS: Final = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both but
    by can could did didn do does doesn doing don each few for from further had has have having he her
    here hers him his how i if in into is isn it its itself just me more most my no nor not of off on
    once only or other our ours out over own same say said says she should so some such than that the
    their theirs them then there these they this those through to too under until up upon very was wasn
    we were what when where which while who whom whose why will with won would you your yours
    """.split()  # noqa: SIM905 - words read best as words
)
_EMPTY_PARTS: Final = frozenset(
    {"助詞", "助動詞", "補助記号", "空白", "連体詞", "接続詞", "感動詞", "代名詞", "非自立可能", "助動詞語幹"}
)
"""Parts of speech, at either of Sudachi's two upper levels, of words that say little by themselves."""

_LINE = re.compile(r"[^\n]{1,4000}(?![^\n])|[^\n]{1,4000}(?<=[。\s])|[^\n]{1,4000}")
"""Lines; of long ones stretches well below Sudachi's 49,149 bytes a call, cut after a word where one ends."""
_KATAKANA_NAME = re.compile(rf"[ァ-ヺ][{KATAKANA}]*(?:・[ァ-ヺ][{KATAKANA}]*)*")
_MODEL = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,8}-?\d{1,8}[a-z]{0,4}|\d{1,8}[a-z]{1,4})(?![a-z0-9])")
_WORD = re.compile(r"(?<![a-z0-9])[a-z]{2,40}(?![a-z])")
_SHORTEST_NAME, _LONGEST_NAME = 3, 40


def tokens(text: str, names: Names) -> tuple[str, ...]:
    """Return the tokens that a text is found by; the same text always gives the same, in the same order.

    In the order of the text: Japanese content words in Sudachi's normalised form (mode A, the shortest
    units, so that 開発費 is 開発 and 費 wherever it stands), English words stemmed, with the katakana
    form that Sudachi knows for them, numbers in full (558万 and 5.58 million are 5580000). Then:
    katakana words that Sudachi takes apart as a whole (ディープシーク), letters with digits (gpt4, o3), for
    each name that can be matched by sound `~`, `sound_key`, TAB and the name as folded, and
    for each alias of a topic `@topic-id`. Emoji and punctuation have none.
    """
    folded = fold(text)
    words = list(_words(folded.text, _STOP_WORDS - _written_large(text)))
    return (
        *words,
        *_whole_names(folded.text, frozenset(words)),
        *(found[0].replace("-", "") for found in _MODEL.finditer(folded.text)),
        *(f"~{key}\t{name}" for name in _heard_names(text, folded) if (key := sound_key(name))),
        *(f"@{match.topic_id}" for match in names.find(text)),
    )


def _written_large(text: str) -> frozenset[str]:
    """Return the words in capitals: IT is a trade where it is a pronoun."""
    is_headline = text.isupper() and " " in text
    return frozenset() if is_headline else frozenset(map(str.lower, re.findall("[A-Z]{2,}", text)))


def _words(folded: str, stop_words: frozenset[str]) -> Iterator[str]:
    for pattern, replacement in _REWRITES:
        folded = pattern.sub(replacement, folded)
    for line in _LINE.finditer(folded):
        for surface, forms in _analysed(line[0]):
            if surface not in stop_words:
                yield from forms


def _whole_names(folded: str, known: frozenset[str]) -> Iterator[str]:
    for run in _KATAKANA_NAME.finditer(folded):
        name = run[0].replace("・", "")
        if _SHORTEST_NAME <= len(name) <= _LONGEST_NAME and name not in known:
            yield name


def _heard_names(text: str, folded: Folded) -> Iterator[str]:
    """Yield katakana words, Latin words with a capital (all where there is none), and pairs of the latter."""
    for run in _KATAKANA_NAME.finditer(folded.text):
        for name in dict.fromkeys((*run[0].split("・"), run[0].replace("・", ""))):
            if _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
                yield name
    # A text without any capital, like most queries, does not tell names from words.
    named = re.compile("[A-ZＡ-Ｚ]" if text != text.lower() else "")
    before, end = "", -2
    for found in _WORD.finditer(folded.text):
        word = found[0]
        if word in _STOP_WORDS or not named.search(text, *folded.origin(*found.span())):
            continue
        if len(word) >= _SHORTEST_NAME:
            yield word
        if end + 1 == found.start():
            yield f"{before} {word}"
        before, end = word, found.end()


# Sudachi and Snowball take 30 ms and 90 MB to load: not before there is something to read.

_in_use = Lock()
"""One Sudachi tokenizer serves one call at a time."""
_known: dict[int, tuple[str, tuple[str, ...]]] = {}
_MOST_KNOWN: Final = 50_000
_FIRST_UNKNOWN: Final = 0xF000_0000
"""Sudachi's word numbers from here on stand for words outside its dictionary."""


_lately_used = Event()


def release_unused() -> None:
    """Do what `release` does where `tokens` was not called since this was called last."""
    if _lately_used.is_set():
        _lately_used.clear()
    else:
        release()


def release() -> None:
    """Give back the memory of Sudachi's dictionary, up to 190 MB; `tokens` loads it again in 30 ms."""
    with _in_use:
        _tokenizer.cache_clear()


@cache
def _tokenizer() -> "Tokenizer":
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").tokenizer(mode=SplitMode.A)


@cache
def _stemmer() -> "EnglishStemmer":
    from snowballstemmer import stemmer

    return stemmer("english")


@lru_cache(_MOST_KNOWN)
def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


def _analysed(line: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a line, each with the forms that it is found by."""
    _lately_used.set()
    with _in_use:
        return [_word(morpheme) for morpheme in _tokenizer().tokenize(line)]


@dataclass(frozen=True, slots=True)
class LongWord:
    """A word as long as the dictionary has it (東京電力), with its part of speech from the upper level on."""

    text: str
    part_of_speech: tuple[str, ...]
    is_known: bool


def long_words(text: str) -> Iterator[LongWord]:
    """Yield all words of a text, marks and spaces too, as the text has them."""
    from sudachipy import SplitMode

    for line in _LINE.finditer(text):
        _lately_used.set()
        with _in_use:
            found = [
                LongWord(morpheme.surface(), tuple(morpheme.part_of_speech()), not morpheme.is_oov())
                for morpheme in _tokenizer().tokenize(line[0], SplitMode.C)
            ]
        yield from found


def _word(morpheme: "Morpheme") -> tuple[str, tuple[str, ...]]:
    number = morpheme.word_id()
    if number in _known:
        return _known[number]
    word = (surface := morpheme.surface(), tuple(_forms(surface, morpheme)))
    if number < _FIRST_UNKNOWN:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[number] = word
    return word


def _forms(surface: str, morpheme: "Morpheme") -> Iterator[str]:
    form = morpheme.normalized_form().lower()
    if surface.isascii() and surface.isalpha():
        yield _stem(surface)
        if not form.isascii():
            yield form
    elif _EMPTY_PARTS.isdisjoint(morpheme.part_of_speech()[:2]):
        yield form
