"""Title of a story, pure: its heading, or the piece of an early sentence that best says what happened."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.language import language_of
from bot.model import Language
from bot.segment.cues import NUMBER_MARK, POINTS_BACK
from bot.segment.layout import plain
from bot.segment.summary import alone, main_words, points_back, starts_low, weakness
from bot.segment.units import LONGEST_SENTENCE, Sentence, keys_of

TITLE_LENGTH: dict[Language, int] = {"ja": 40, "en": 90}
"""Characters; in Japanese two of Latin count as one."""

STRETCH = 1.25
"""How far a title may go beyond its length before it counts as too long."""

FIRST = 3
"""Sentences at the start of a story that its title is taken from."""

MOST_CLAUSES = 12

_CLAUSE = {
    "ja": re.compile(r"[^、。]*[、。]?"),
    "en": re.compile(
        r".+?(?:[,;:]\s|\s[-–—]\s|\s(?=(?:that|which|who|after|because|while|although|and|but|as|when)\s)|$)"
    ),
}
_NATIVE_VERBS = (
    "目指|見直|見逃|見通|見渡|見出|見落|後押|手渡|手放|言渡|引渡|受渡|明渡|打出|押出|呼出"
    "|追越|引越|裏返|引返|差戻|取戻|取消"
)
"""Verbs of two characters that are none without their ending."""
_POLITE_END = re.compile(
    rf"(?:(?<=[一-龥々][一-龥々]|[ァ-ヶー][ァ-ヶー])(?<!{_NATIVE_VERBS})"
    r"(?:しました|します|してい(?:る|ます|ました)|した|する|し|され(?:ました|ます|た|る))"
    r"|(?<=[一-龥々ァ-ヶーA-Za-z0-9」])(?:です|でした|である|だった)|(?<=かに)しました|(?<=かに)した"
    r"|(?:について|を)(?:見て(?:み|いき)ましょう|見ていきます|お伝えします|ご紹介します|取り上げます))$"
)
_BUT = re.compile(r"(?<=した|です|ます)が$")
_CONTINUES = re.compile(r"[いきぎしじちにびみりえけせてねべめれ]$")
_ADVERBIAL = re.compile(r"(?:ところ|ため|ので|ば|と|で|に|て)、$")
_NO_PREDICATE = re.compile(r"[^ -~ぁ-ん。]、$|[A-Za-z0-9]、$|[」）)]、$")
"""Clauses that a Japanese sentence can spare at its start, and ends of those that are items of a row."""
_DANGLING = re.compile(
    r"(?:が|おり|ところ|ので|から|ため|けれど|ても|(?<!らか)[てでとはもをに、])$|\b(?:and|or|but|the|a|of|to|in)$",
    re.IGNORECASE,
)
_ATTRIBUTED = re.compile(
    r"[^、。]{1,30}(?:によ(?:ります|れば|る)と|に言わせれば)、?|According to\b", re.IGNORECASE
)
_PAIRS = ("「」", "『』", "（）", "()", "“”", "【】", "[]")


def title_of(told: Sequence[Sentence], heading: str) -> str:
    """Return the heading, or else what the first sentences say happened, cut at a clause if too long."""
    if shown := plain(heading).strip(" *_#■◆●▼★▶◇□"):
        bare = NUMBER_MARK.sub("", shown, count=1).strip() or shown
        return max(_pieces(bare), key=lambda piece: piece.worth).text
    main = main_words(told)
    titles = [
        (piece.worth * _coverage(piece.text, main) * place, piece.text)
        for sentence, place in zip(told, _places(told[:FIRST]), strict=False)
        for piece in _pieces(alone(sentence.text))
    ]
    return max(titles, key=lambda title: title[0], default=(0.0, ""))[1]


def _places(told: Sequence[Sentence]) -> list[float]:
    """Return how fit the place and the kind of each sentence make it for a title, from 0 to 1."""
    return [
        weakness(sentence) / (1 + 0.8 * number) * (0.6 if _leans(sentence) else 1.0)
        for number, sentence in enumerate(told)
    ]


def _leans(sentence: Sentence) -> bool:
    """Whether a sentence goes on with what was told before, or with who says it."""
    return points_back(sentence) or _ATTRIBUTED.match(sentence.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A run of clauses, and how well it reads as a title, from 0 to 1."""

    text: str
    worth: float


def _coverage(text: str, main: dict[str, float]) -> float:
    """Return which share of the story's main words a text holds, and something for one that has none."""
    return 0.4 + sum(main.get(word, 0.0) for word in keys_of(text)) / (sum(main.values()) or 1.0)


def _pieces(sentence: str) -> Iterator[_Piece]:
    """Yield the sentence if it is short enough, or else the runs of its clauses."""
    language = language_of(sentence)
    limit = TITLE_LENGTH[language]
    whole = _without_end(sentence)
    if _length(whole, language) <= limit * STRETCH:
        yield _Piece(text=whole, worth=_fluency(whole))
        return
    clauses = [found[0] for found in _CLAUSE[language].finditer(whole[:LONGEST_SENTENCE]) if found[0]]
    for start, end in combinations(range(min(len(clauses), MOST_CLAUSES) + 1), 2):
        text = _without_end("".join(clauses[start:end]))
        if limit * 0.3 <= (length := _length(text, language)) <= 2 * limit:
            fit = 1.0 if length <= limit * STRETCH else 0.5
            yield _Piece(text=text, worth=_fluency(text) * fit * _cut_well(clauses, start, end))
    yield _Piece(text=_hard_cut(whole, limit), worth=0.02)


def _cut_well(clauses: Sequence[str], start: int, end: int) -> float:
    """Return how little a run of clauses misses of what its sentence says around it, from 0 to 1."""
    worth = 1.0
    if start > 0:
        worth = 0.8 if all(_ADVERBIAL.search(clause) for clause in clauses[:start]) else 0.4
    return worth * (0.2 if end < len(clauses) and _NO_PREDICATE.search(clauses[end - 1]) else 1.0)


def _length(text: str, language: Language) -> float:
    return len(text) - (sum(map(str.isascii, text)) / 2 if language == "ja" else 0)


def _fluency(text: str) -> float:
    """Return how well a text stands alone."""
    worth = 1.0
    if (
        _DANGLING.search(text)
        or any(text.count(pair[0]) != text.count(pair[1]) for pair in _PAIRS)
        or text.count('"') % 2
    ):
        worth = 0.2
    elif _CONTINUES.search(text):
        worth = 0.85
    if starts_low(text):
        worth *= 0.8
    return worth * (0.3 if POINTS_BACK.match(text) else 1.0)


def _hard_cut(text: str, limit: int) -> str:
    """Return the first words of a text that has no clause short enough."""
    if len(text) <= 2 * limit:
        return text
    space = text.rfind(" ", 0, limit)
    return text[: space if space > 0 else limit].strip()


def _without_end(sentence: str) -> str:
    """Drop the final mark, and an ending of politeness after a noun."""
    bare = _BUT.sub("", sentence.strip().rstrip("。．.、,;: "))
    return _POLITE_END.sub("", bare) or bare
