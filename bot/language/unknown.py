"""What looks like a name in a text, pure: told from other words by its script, its capitals and its class."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, groupby
from typing import Final

from bot.display import printable
from bot.language.folding import KATAKANA
from bot.language.prose import language_of, sentences
from bot.language.words import LongWord, long_words

MOST_READ: Final = 10_000
"""Characters of a text that names are looked for in."""

_SHORTEST, _SHORTEST_LATIN, _LONGEST = 2, 3, 40
"""Characters of a name."""

_LETTER: Final = "A-Za-zÀ-ÖØ-öø-ÿĀ-ɏ"
_LARGE: Final = "A-ZÀ-ÖØ-Þ"
_WORD: Final = (
    rf"[{_LETTER}][{_LETTER}0-9]*(?:(?:-|[.&](?=[{_LETTER}])|['’](?!s\b)(?=[{_LETTER}]))[{_LETTER}0-9]+)*"
)
_CAPITAL_WORD: Final = rf"(?=[{_LETTER}0-9.&'’-]*[{_LARGE}]){_WORD}"
_LATIN_NAME: Final = re.compile(
    rf"(?<![{_LETTER}0-9@/.]){_CAPITAL_WORD}(?:(?: of(?: the)?| \d[\d.]*)? {_CAPITAL_WORD}){{0,4}}"
    rf"(?![{_LETTER}0-9@])"
)
_KATAKANA_NAME: Final = re.compile(rf"[ァ-ヺ][{KATAKANA}]*(?:[・=＝][ァ-ヺ][{KATAKANA}]*)*")

_COMMON: Final = frozenset(
    """
    a an and are as at but by for from he her his how i if in into is it its my no not now of on one or our
    she so some that the their then there these they this those to today two we what when where which
    while who why with yes yet you your also after all although among another any because before both despite
    each even every few first second third here however instead last many meanwhile more most much nor once
    only other others over since still such than though three through under until unlike yesterday tomorrow
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december spring summer autumn winter
    mr mrs ms dr prof professor president vice prime minister secretary senator judge chairman chief executive
    officer director ceo cto cfo king queen sir lord lady saint
    company companies corp corporation inc ltd court university government party house senate congress
    african american asian arab australian british canadian chinese dutch english european french german greek
    indian iranian israeli italian japanese korean latin mexican russian spanish swedish swiss taiwanese
    turkish ukrainian vietnamese western eastern northern southern north south east west
    africa america asia australia britain canada china europe france germany india iran israel italy japan
    korea mexico russia spain sweden switzerland taiwan ukraine vietnam us usa u.s uk eu un
    ai pc ip tv ok faq q&a pr hr llm api app web internet
    i'm i'd i'll i've it'd it'll you're you'll you've we're we'll we've they're they'll they've don't didn't
    doesn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't hasn't haven't there's that's
    オープンソース ハルシネーション ディープフェイク ワールドカップ 明治 大正 昭和 平成 令和
    """.split()  # noqa: SIM905 - words read best as words
)
"""Words that look like names and are nobody's, or too many people's."""

_PLACE: Final = "地名"
_PERSON: Final = "人名"


@lru_cache(maxsize=1_024)
def names_in(text: str) -> tuple[str, ...]:
    """Return what looks like a name in the first `MOST_READ` characters of a text, each once, in order.

    Japanese proper nouns but places, katakana words outside the dictionary, and Latin words with a capital.
    """
    text = unicodedata.normalize("NFKC", printable(text[:MOST_READ]))
    lines = [list(long_words(line)) for line in text.splitlines()]
    found = dict.fromkeys(chain.from_iterable(map(_japanese, lines)))
    common = frozenset(
        word.text for word in chain.from_iterable(lines) if word.is_known and not _is_name(word)
    )
    found |= dict.fromkeys(_latin(text, common))
    return tuple(name for name in found if _SHORTEST <= len(name) <= _LONGEST and name not in _COMMON)


def _is_name(word: LongWord) -> bool:
    return word.part_of_speech[1] == "固有名詞" and word.part_of_speech[2] != _PLACE


def _japanese(words: Iterable[LongWord]) -> Iterator[str]:
    """Yield proper nouns, given names with the family's, and katakana words that the dictionary lacks."""
    for kind, group in groupby(words, key=_kind):
        run = list(group)
        text = "".join(word.text for word in run).strip("・=＝")
        if kind == "katakana":
            yield from _katakana(text, run)
        elif kind == "person":
            yield text
        elif kind == "name":
            yield from (word.text for word in run)


def _kind(word: LongWord) -> str:
    """Return what a word may be part of; the dot between katakana words belongs to them."""
    if re.fullmatch(rf"[{KATAKANA}・=＝]+", word.text):
        return "katakana"
    if not re.search(r"[ぁ-ゖァ-ヺ一-鿿々]", word.text) or not _is_name(word):
        return ""
    return "person" if word.part_of_speech[2] == _PERSON else "name"


def _katakana(text: str, run: Iterable[LongWord]) -> Iterator[str]:
    """Yield a katakana word of which the dictionary knows some part as a name, or not at all."""
    parts = [word for word in run if word.text.strip("・=＝")]
    if _KATAKANA_NAME.fullmatch(text) and len(text) > 2 and any(_is_name(p) or not p.is_known for p in parts):
        yield text


def _latin(text: str, common: frozenset[str]) -> Iterator[str]:
    """Yield Latin words with a capital, and rows of them, but those that only begin a sentence."""
    japanese = language_of(text) == "ja"
    for span in sentences(text):
        sentence = text[span.start : span.end]
        for found in _LATIN_NAME.finditer(sentence):
            is_owner = sentence[found.end() :].startswith(("'s", "’s"))
            begins = not (japanese or is_owner or re.search(rf"[{_LETTER}]", sentence[: found.start()]))
            name = _without_common(found[0], begins, common)
            if name:
                yield name


def _without_common(name: str, begins: bool, common: frozenset[str]) -> str:
    """Return a row of words from the first that is not common on; nothing where that may be no name.

    A word that begins a sentence has its capital for that, unless it has another.
    """
    words = name.split(" ")
    if begins and len(words) == 1 and not re.search(rf"[{_LARGE}0-9]", name[1:]):
        return ""
    while words and (words[0].replace("’", "'").lower() in _COMMON or words[0][0].isdigit()):
        words = words[1:]
    if all(word.lower() in _COMMON for word in words) or (len(words) == 1 and words[0] in common):
        return ""
    first, _, rest = words[0].partition("-")
    is_compound = first.lower() in _COMMON and rest == rest.lower()  # AI-generated
    return "" if is_compound or len(words[-1]) < _SHORTEST_LATIN > len(words[0]) else " ".join(words)
