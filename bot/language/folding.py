"""Folding: one spelling for what readers take for the same, and the way back to the text as given."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

KATAKANA = "ァ-ヺー"
"""The letters of a katakana word, as the inside of a character class of a regular expression."""

_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
# Characters that NFKC leaves alone or maps one to one: most of any text, folded in long runs.
_PIECE = re.compile(
    rf"(?:(?P<stable>[\n\t -~、-〠ぁ-ゖァ-ヾ一-鿿]+)|(?P<wide>[！-～]+))(?![{_MARKS}])|.[{_MARKS}]*",
    re.DOTALL,
)
_LONGEST_CLUSTER = 8
"""Characters. No letter has more marks; Python's normaliser takes quadratic time in their number."""

_ONE_KIND = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃﹣", "-") | {"゠": "="})
_SAME_LENGTH = (
    (re.compile(rf"-(?<=[{KATAKANA}]-)(?![a-z0-9 ])"), "ー"),  # a dash typed for a long vowel: サ-バ
    (re.compile(r"ー(?<=[a-z0-9]ー)(?=[a-z0-9])"), "-"),  # a long vowel typed for a dash: gptー4
    (re.compile(rf"=(?<=[{KATAKANA}]=)(?=[{KATAKANA}])"), "・"),
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where its characters come from.

    A piece is (where it begins in the folded text, start and end in the text as given).
    """

    text: str
    _pieces: Sequence[tuple[int, int, int]]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters `start` to `end` (exclusive, at least one) stand in the text as given."""
        return self._source(start)[0], self._source(end - 1)[1]

    def _source(self, position: int) -> tuple[int, int]:
        number = bisect_right(self._pieces, position, key=lambda piece: piece[0]) - 1
        begin, start, end = self._pieces[number]
        following = self._pieces[number + 1][0] if number + 1 < len(self._pieces) else len(self.text)
        if following - begin == end - start:
            return start + position - begin, start + position - begin + 1
        return start, end


def fold(text: str) -> Folded:
    """Return `text` in NFKC and lower case, without accents and invisible characters.

    There is one kind of dash, long vowel and middle dot; line breaks and tabs are kept, any other
    control character becomes a space. Lone surrogates are dropped. Linear in the length of the text.
    """
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = 0
    for match in _PIECE.finditer(text):
        given = match[0]
        if match.lastgroup is None:
            folded = _fold_cluster(given[:_LONGEST_CLUSTER])
        else:
            folded = (given if match["stable"] else unicodedata.normalize("NFKC", given)).lower()
        if folded:
            pieces.append((length, *match.span()))
            parts.append(folded)
            length += len(folded)
    joined = "".join(parts)
    for pattern, character in _SAME_LENGTH:
        joined = pattern.sub(character, joined)
    return Folded(joined, pieces)


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster).casefold().translate(_ONE_KIND)
    if folded[:1] < "ɐ":  # Latin: an accent tells nothing in a search
        folded = unicodedata.normalize("NFKD", folded)
    return "".join(map(_visible, folded))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "Z" or category == "Cc":
        return character if character in "\n\t" else " "
    return "" if category[0] == "C" or category in ("Mn", "Me") else character


DIGIT_COMMA = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_NAME_DOT = re.compile(f"・(?<=[{KATAKANA}]・)(?=[{KATAKANA}])")


def normalise(text: str) -> str:
    """Return text as it is compared: folded, without commas in numbers and dots in katakana names."""
    return _NAME_DOT.sub("", DIGIT_COMMA.sub("", fold(text).text))
