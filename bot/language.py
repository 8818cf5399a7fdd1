"""Language, pure: normalised text, tokens, sentences, and which language a text is in."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Final

from bot.folding import KATAKANA, Folded, fold
from bot.model import Language, Span
from bot.names import Names, sound_key

if TYPE_CHECKING:
    from snowballstemmer.english_stemmer import EnglishStemmer
    from sudachipy import Morpheme, Tokenizer

_DIGIT_COMMA = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_NAME_DOT = re.compile(f"・(?<=[{KATAKANA}]・)(?=[{KATAKANA}])")


def normalise(text: str) -> str:
    """Return text as it is compared: folded, without commas in numbers and dots in katakana names."""
    return _NAME_DOT.sub("", _DIGIT_COMMA.sub("", fold(text).text))


# Tokens.

_POWERS: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_NUMBER: Final = re.compile(rf"(\d{{1,15}}(?:\.\d{{1,9}})?)[ -]({'|'.join(_POWERS)})(?![a-z])")
_REWRITES: Final = (
    (_DIGIT_COMMA, ""),
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


def _analysed(line: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a line, each with the forms that it is found by."""
    with _in_use:
        return [_word(morpheme) for morpheme in _tokenizer().tokenize(line)]


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
        yield _stemmer().stemWord(surface)
        if not form.isascii():
            yield form
    elif _EMPTY_PARTS.isdisjoint(morpheme.part_of_speech()[:2]):
        yield form


# Sentences.

_CLOSING = r"[」』）)】\]”’\"']*"
_MARK: Final = re.compile(
    r"(?P<quote>「[^「」\n]{0,400}」|『[^『』\n]{0,400}』|（[^（）\n]{0,400}）|\([^()\n]{0,400}\)"
    r"|“[^“”\n]{0,400}”|\"(?<![^\s(]\")(?=\S)[^\"\n]{0,400}\"(?<=\S.))"
    r"|https?://[!-~]{0,500}[0-9A-Za-z/]"
    r"|(?P<line>[\n\r\v\f\x85\u2028\u2029]+)"
    rf"|(?P<stop>(?:[。！？]|．(?![0-9０-９]))[。！？．!?]*{_CLOSING}|(?<=[^\x00-\x7f])[!?]+{_CLOSING})"
    rf"|(?P<point>(?<=[ぁ-鿿])\.+(?![0-9])|(?:\.+|[!?]+){_CLOSING}(?!\S))"
)
"""Where a sentence may end; what stands in quotes, brackets and addresses is passed over."""

_NEVER_ENDS: Final = re.compile(
    r"mrs?|ms|dr|prof|gen|sen|rep|gov|st|mt|vs|e\.g|i\.e|cf|approx|fig|vol|pp|yahoo"
)
"""Words whose point (Yahoo's exclamation mark) never ends a sentence."""
_MAY_END: Final = re.compile(
    r"inc|corp|co|ltd|llc|jr|sr|etc|al|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|(?:[a-z]\.)*[a-hj-z]"
)
"""Words with a point that can stand at the end of a sentence, and initials."""
_OPENS: Final = re.compile(
    "a|after|all|an|and|as|at|but|for|he|her|his|however|i|if|in|it|its|many|meanwhile|no|on|one|our|she|so|some"
    "|that|the|their|then|there|these|they|this|those|to|we|what|when|while|with|you"
)
"""Words that open a sentence where they have a capital."""
_BULLET = re.compile(r"\s*(?:(?:[-*+•]|#{1,6}|>)[ \t\u3000]+)*")


def sentences(text: str) -> list[Span]:
    """Return the sentences of a text, in order, without the white space and the bullet before them.

    A line break always ends a sentence. Quotes and brackets of up to 400 characters are not cut;
    a quote that is a sentence by itself ends one. Stretches without a letter or digit are left out.
    """
    spans = []
    start = 0
    for mark in chain(_MARK.finditer(text), [None]):
        end = mark.end() if mark else len(text)
        if mark is None or _ends_sentence(text, start, mark):
            first = _skip_bullet(text, start, end)
            sentence = text[first:end].rstrip()
            if re.search(r"[^\W_]", sentence):
                spans.append(Span(start=first, end=first + len(sentence)))
            start = end
    return spans


def _skip_bullet(text: str, start: int, end: int) -> int:
    bullet = _BULLET.match(text, start, end)
    return bullet.end() if bullet else start


def _ends_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    following = text[mark.end() : mark.end() + 40]
    if mark["line"]:
        return True
    if mark["stop"]:
        return mark[0][-1] not in "」』）" or not re.match("[ぁ-ん]", following)
    if mark["quote"]:
        return _quote_ends(text[start : min(mark.start(), start + 40)], mark[0], following)
    return mark["point"] is not None and _point_ends(text, start, mark, following)


def _quote_ends(before: str, quote: str, following: str) -> bool:
    if quote[-2] in "。！？!?" and quote[-1] in "」』":
        return not before.strip() and not re.match("[ぁ-ん、，]", following)
    return quote[-2] in ".!?" and quote[-1] in '”")' and re.match(r"\s+[A-Z“\"(]", following) is not None


def _point_ends(text: str, start: int, mark: re.Match[str], following: str) -> bool:
    before = text[max(start, mark.start() - 20) : mark.start()]
    word = re.split(r"[^\w.]", before)[-1].lower()
    following_word = re.match(r"\s*[“\"‘'(]?(\w*)", following)
    after = following_word[1] if following_word else ""
    if re.fullmatch(r"\s*\d{1,3}", before) and len(before) == mark.start() - start:
        return False  # 1. opens a list
    if _NEVER_ENDS.fullmatch(word) or (word == "no" and after[:1].isdigit()):
        return False
    if mark[0][0] == "." and after and _MAY_END.fullmatch(word):
        return after[0].isupper() and _OPENS.fullmatch(after.lower()) is not None
    return not after[:1].islower()


_SAMPLE = 100_000
"""Characters that the language of a text is told from."""


def language_of(text: str) -> Language:
    """Return the language of a text: Japanese where it has kana or is mostly Han, English otherwise.

    Kana among more than twenty times as many Latin letters are a quotation.
    """
    sample = text[:_SAMPLE]
    kana = _count("[ぁ-ゖァ-ヺｦ-ﾝ]+", sample)
    latin = _count("[A-Za-zＡ-Ｚａ-ｚ]+", sample)
    return "ja" if kana * 20 > latin or _count("[㐀-鿿]+", sample) > latin else "en"


def _count(pattern: str, text: str) -> int:
    return sum(map(len, re.findall(pattern, text)))
