"""Title and summary of a story, pure: chosen from its own sentences, verbatim, nothing added.

A chosen sentence that alleges brings every sentence that denies or doubts with it, and a sentence
that speaks of the one before it is never shown without that one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import sqrt

from bot.cohesion import Bag
from bot.cues import ALLEGES, CONNECTIVE, DENIES, NUMBER_MARK, POINTS_BACK, without_cue
from bot.language import language_of
from bot.layout import plain
from bot.model import Language
from bot.units import Sentence

TITLE_LENGTH: dict[Language, int] = {"ja": 40, "en": 90}
SUMMARY_LENGTH: dict[Language, int] = {"ja": 160, "en": 300}
"""Characters. A summary grows beyond only by what must not be left out."""

MOST_SENTENCES = 3
LONGEST_CHAIN = 2
"""Sentences that a sentence may bring with it because it speaks of them."""

FIRST = 3
"""Sentences at the start of a story that its title is taken from."""

MOST_TRIED = 20
FEWEST_WORDS = 3
MOST_WEIGHT = 3
"""Best sentences that are tried; key words of a sentence that tells something; times a word counts."""

_CLAUSE = {
    "ja": re.compile(r"[^、。]*[、。]?"),
    "en": re.compile(r".+?(?:[,;:]\s|\s[-–—]\s|\s(?=(?:that|which|who|after|because|while|although|and|but|as|when)\s)|$)"),
}
_POLITE_END = re.compile(
    r"(?:(?<=[一-龥ァ-ヶー々A-Za-z0-9])(?:しました|します|している|しています|していました|した|する|です|でした|だ|である|だった|されました|されます)"
    r"|(?<=に)しました|(?<=に)した)$"
)
_QUESTION = re.compile(r"[?？]\W*$|でしょうか。?$")
_PAIRS = ("「」", "『』", "（）", "()", "“”", "【】", "[]")


def title_of(told: Sequence[Sentence], heading: str) -> str:
    """Return the heading, or else the most telling clauses of the story's first sentences."""
    if shown := plain(heading).strip(" *_#■◆●▼★▶◇□"):
        return _shortened(NUMBER_MARK.sub("", shown, count=1).strip() or shown)
    scores = _scores(told)
    first = sorted(range(min(FIRST, len(told))), key=lambda n: -scores[n])
    standing = next((n for n in first if not _points_back(told[n])), first[0])
    return _shortened(CONNECTIVE.sub("", without_cue(told[standing].text), count=1))


def _shortened(sentence: str) -> str:
    """Return the clauses at the start, or after the first one, that fit a title."""
    language = language_of(sentence)
    limit = TITLE_LENGTH[language]
    whole = _without_end(sentence)
    if len(whole) <= limit:
        return whole
    clauses = [clause[0] for clause in _CLAUSE[language].finditer(whole) if clause[0]]
    runs = [
        _without_end("".join(clauses[start:end]))
        for start in range(min(3, len(clauses)))
        for end in range(start + 1, min(start + 8, len(clauses)) + 1)
    ]
    fitting = [run for run in runs if limit * 0.3 <= len(run) <= limit and _is_balanced(run)]
    if fitting:
        return max(fitting, key=lambda run: (whole.startswith(run), len(run)))
    return _hard_cut(whole, limit)


def _hard_cut(text: str, limit: int) -> str:
    """Return the first words of a text that has no clause short enough."""
    longer = text[: 2 * limit]
    if len(text) <= 2 * limit:
        return text
    space = longer.rfind(" ", limit)
    return longer[: space if space > 0 else limit].strip()


def _without_end(sentence: str) -> str:
    """Drop the final mark, and an ending of politeness after a noun."""
    bare = sentence.strip().rstrip("。．.、,;: ")
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
    """Return the chosen sentences with every denial and doubt, where one of them alleges something."""
    if not any(ALLEGES.search(told[number].text) for number in chosen):
        return chosen
    denials = [number for number, sentence in enumerate(told) if DENIES.search(sentence.text)]
    return chosen.union(*(_with_antecedents(told, number, len(told)) for number in denials))


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
    """Return for each sentence how much of the story it tells: its share of the story's words, and its place."""
    weights: Bag = Counter()
    for sentence in told:
        weights.update(sentence.keys)
    return [_score(sentence, number, weights) for number, sentence in enumerate(told)]


def _score(sentence: Sentence, number: int, weights: Bag) -> float:
    told = sum(min(weights[word], MOST_WEIGHT) for word in sentence.keys)
    score = told / sqrt(len(sentence.keys) + 4) * (1.6 if number == 0 else 1.2 if number == 1 else 1.0)
    if len(sentence.keys) < FEWEST_WORDS or _QUESTION.search(sentence.text):
        score *= 0.3
    return score * (0.6 if _points_back(sentence) else 1.0)


def _points_back(sentence: Sentence) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    return POINTS_BACK.match(CONNECTIVE.sub("", sentence.text, count=1)) is not None
