"""Title and summary of a story, pure: chosen from its own sentences, verbatim, nothing added.

Every sentence that denies or doubts is told, and a sentence that speaks of the one before it is never
shown without that one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import sqrt

from bot.language import language_of
from bot.model import Language
from bot.segment.cohesion import Bag
from bot.segment.cues import ALLEGES, CONNECTIVE, DENIES, NUMBER_MARK, POINTS_BACK, without_cue
from bot.segment.layout import plain
from bot.segment.units import LONGEST_SENTENCE, Sentence

TITLE_LENGTH: dict[Language, int] = {"ja": 40, "en": 90}
SUMMARY_LENGTH: dict[Language, int] = {"ja": 160, "en": 300}
"""Characters. A summary grows beyond only by what must not be left out."""

STRETCH = 1.25
"""How far a title may go beyond its length to stay whole."""

MOST_CLAUSES = 12
MOST_SENTENCES = 3
LONGEST_CHAIN = 2
"""Sentences that a sentence may bring with it because it speaks of them."""

NEAR = 6
"""Sentences before a denial among which the claim is looked for."""

FIRST = 3
"""Sentences at the start of a story that its title is taken from."""

MOST_TRIED = 20
FEWEST_WORDS = 3
MOST_WEIGHT = 3
"""Best sentences that are tried; key words of a sentence that tells something; times a word counts."""

_CLAUSE = {
    "ja": re.compile(r"[^、。]*[、。]?"),
    "en": re.compile(
        r".+?(?:[,;:]\s|\s[-–—]\s|\s(?=(?:that|which|who|after|because|while|although|and|but|as|when)\s)|$)"
    ),
}
_POLITE_END = re.compile(
    r"(?:(?<=[一-龥々][一-龥々]|[ァ-ヶー][ァ-ヶー])(?:しました|します|してい(?:る|ます|ました)|した|する|され(?:ました|ます|た|る))"
    r"|(?<=[一-龥々ァ-ヶーA-Za-z0-9」])(?:です|でした|である|だった)|(?<=かに)しました|(?<=かに)した"
    r"|(?:について|を)(?:見て(?:み|いき)ましょう|見ていきます|お伝えします|ご紹介します|取り上げます))$"
)
_BUT = re.compile(r"(?<=した|です|ます)が$")
_ANNOUNCES = re.compile(
    r"(?:見て(?:み|いき)ましょう|見ていきます|お伝えします|ご紹介します|話題(?:です|を一つ|からです))。?$"
)
_DANGLING = re.compile(
    r"(?:が|おり|ところ|ので|から|ため|けれど|ても|[てでとはもをに、])$|\b(?:and|or|but|the|a|of|to|in)$",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\W*$|でしょうか。?$")
_PAIRS = ("「」", "『』", "（）", "()", "“”", "【】", "[]")


def title_of(told: Sequence[Sentence], heading: str) -> str:
    """Return the heading, or else the most telling clauses of the story's first sentences."""
    if shown := plain(heading).strip(" *_#■◆●▼★▶◇□"):
        return max(_clauses(NUMBER_MARK.sub("", shown, count=1).strip() or shown), key=lambda run: run[1])[0]
    runs = [
        (text, score * worth * (1 - number / 4))
        for number, (sentence, score) in enumerate(zip(told[:FIRST], _scores(told), strict=False))
        for text, worth in _clauses(CONNECTIVE.sub("", without_cue(sentence.text), count=1))
    ]
    return max(runs, key=lambda run: run[1], default=("", 0.0))[0]


def _clauses(sentence: str) -> list[tuple[str, float]]:
    """Return the runs of clauses of a sentence that fit a title, each with its worth as one."""
    language = language_of(sentence)
    limit = TITLE_LENGTH[language]
    whole = _without_end(sentence)
    if len(whole) <= limit * STRETCH:
        return [(whole, 1.0)]
    clauses = [clause[0] for clause in _CLAUSE[language].finditer(whole[:LONGEST_SENTENCE]) if clause[0]][
        :MOST_CLAUSES
    ]
    runs = [
        (_without_end("".join(clauses[start:end])), start)
        for start in range(len(clauses))
        for end in range(start + 1, len(clauses) + 1)
    ]
    for most in (limit * STRETCH, 2 * limit):
        if fitting := [
            (run, _worth(run, whole, start)) for run, start in runs if limit * 0.3 <= len(run) <= most
        ]:
            return fitting
    return [(_hard_cut(whole, limit), 0.1)]


def _worth(run: str, whole: str, start: int) -> float:
    """Return how well a run of clauses stands for its sentence, from 0 to 1."""
    worth = sqrt(len(run) / len(whole)) * (1.0 if start == 0 else 0.35)
    if _DANGLING.search(run) or not _is_balanced(run):
        worth *= 0.3
    return worth * (0.3 if POINTS_BACK.match(run) else 1.0)


def _hard_cut(text: str, limit: int) -> str:
    """Return the first words of a text that has no clause short enough."""
    longer = text[: 2 * limit]
    if len(text) <= 2 * limit:
        return text
    space = longer.rfind(" ", limit)
    return longer[: space if space > 0 else limit].strip()


def _without_end(sentence: str) -> str:
    """Drop the final mark, and an ending of politeness after a noun."""
    bare = _BUT.sub("", sentence.strip().rstrip("。．.、,;: "))
    return _POLITE_END.sub("", bare) or bare


def _is_balanced(text: str) -> bool:
    return all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS) and text.count('"') % 2 == 0


def summary_of(told: Sequence[Sentence]) -> str:
    """Return one to three sentences of the story in their order, and what must stand with them."""
    limit = SUMMARY_LENGTH[language_of("".join(sentence.text for sentence in told[:FIRST]))]
    scores = _scores(told)
    chosen: set[int] = set()
    for number in sorted(range(len(told)), key=lambda n: -scores[n])[:MOST_TRIED]:
        wanted = chosen | _with_antecedents(told, number, LONGEST_CHAIN)
        if not chosen or (len(wanted) <= MOST_SENTENCES and len(_shown(told, wanted)) <= limit):
            chosen = wanted
    return _shown(told, _with_denials(told, chosen))


def _with_antecedents(told: Sequence[Sentence], number: int, most: int) -> set[int]:
    """Return a sentence with up to `most` sentences before it that it speaks of."""
    chain = {number}
    while number > 0 and len(chain) <= most and _points_back(told[number]):
        number -= 1
        chain.add(number)
    return chain


def _with_denials(told: Sequence[Sentence], chosen: set[int]) -> set[int]:
    """Return the chosen sentences with every denial and doubt of the story, each with what it speaks of."""
    wanted = set(chosen)
    for number, sentence in enumerate(told):
        if DENIES.search(sentence.text):
            wanted |= _with_antecedents(told, number, len(told))
            claims = (n for n in range(number, max(-1, number - NEAR), -1) if ALLEGES.search(told[n].text))
            wanted |= _with_antecedents(told, next(claims, number), LONGEST_CHAIN)
    return wanted


def _shown(told: Sequence[Sentence], chosen: set[int]) -> str:
    """Return the sentences in order; a connective is dropped where what it connects to is not shown."""
    text = ""
    for number in sorted(chosen):
        sentence = told[number].text
        if number - 1 not in chosen:
            sentence = CONNECTIVE.sub("", without_cue(sentence), count=1)
        text += (" " if text and text[-1].isascii() else "") + sentence
    return text


def _scores(told: Sequence[Sentence]) -> list[float]:
    """Return for each sentence how much of the story it tells: by its words and its place."""
    weights: Bag = Counter()
    for sentence in told:
        weights.update(sentence.keys)
    return [_score(sentence, number, weights) for number, sentence in enumerate(told)]


def _score(sentence: Sentence, number: int, weights: Bag) -> float:
    told = sum(min(weights[word], MOST_WEIGHT) for word in sentence.keys)
    score = told / sqrt(len(sentence.keys) + 4) * (1.0 + 0.8 / (1 + number))
    if (
        len(sentence.keys) < FEWEST_WORDS
        or _QUESTION.search(sentence.text)
        or _ANNOUNCES.search(sentence.text)
    ):
        score *= 0.3
    return score * (0.6 if _points_back(sentence) else 1.0)


def _points_back(sentence: Sentence) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    return POINTS_BACK.match(CONNECTIVE.sub("", sentence.text, count=1)) is not None
