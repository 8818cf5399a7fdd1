"""Summary of a story, pure: chosen from its own sentences, verbatim, nothing added.

A denial or a doubt stands with its claim, and a sentence that speaks of the one before it is never shown
without that one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import sqrt

from bot.language import language_of
from bot.model import Language
from bot.segment.cohesion import Bag
from bot.segment.cues import ALLEGES, CONCLUDES, CONNECTIVE, DENIES, POINTS_BACK, without_cue
from bot.segment.units import Sentence

SUMMARY_LENGTH: dict[Language, int] = {"ja": 160, "en": 300}
"""Characters. A summary grows beyond only by what must not be left out."""

MOST_SENTENCES = 3
LONGEST_CHAIN = 2
"""Sentences that a sentence may bring with it because it speaks of them."""

NEAR = 10
"""Sentences before a denial among which the claim is looked for."""

FIRST = 3
"""Sentences that tell the language of a story."""

MOST_TRIED = 20
WORST = 0.15
FEWEST_WORDS = 3
MOST_WEIGHT = 3
MOST_MAIN = 6
"""Best sentences that are tried; share of the best score that each must have; key words of a sentence
that tells something; times a word counts; words that a story is about."""

_NAME = re.compile(r"[a-z][a-z0-9-]+|[ァ-ヺー]{3,}")
_ANNOUNCES = re.compile(
    r"(?:見て(?:み|いき)ましょう|見ていきます|お伝えします|ご紹介します|話題(?:です|を一つ|からです))。?$"
    r"|^[^、。はが]{1,20}です。?$"
)
_QUESTION = re.compile(r"[?？]\W*$|でしょうか。?$")

_DESCRIBED = re.compile(
    r"(?:(?:the|an?)\s+)?(?:(?:city|town|village|state|province)\s+of\s+|"
    r"(?!(?:[a-z'’-]+\s+){0,3}(?:say|think|believe|know|want|hope|fear|doubt|said|told|thought|knew|felt|saw"
    r"|found|heard|may|will|can|could|would|of|in|at|on|for|to|by|from|with|behind|near|and|or|but|not|no"
    r"|[a-z'’-]*(?:s|ed))\s)"
    r"(?!(?:the|an?)\s)(?:[a-z][a-z'’-]*\s+){1,4})"
    r"(?=(?:[A-Z][\w'’&.-]*\s+(?:[IVX]+\s+)?){1,3}(?:is|was|has|had|will|would|can|[a-z]+(?:ed|s))\s)"
)
"""A description right before the name that it stands for, as in "the game studio Papercrane delayed"."""


def summary_of(told: Sequence[Sentence]) -> str:
    """Return one to three sentences of the story in their order, and what must stand with them."""
    limit = SUMMARY_LENGTH[language_of("".join(sentence.text for sentence in told[:FIRST]))]
    scores = _scores(told)
    chosen: set[int] = set()
    for number in sorted(range(len(told)), key=lambda n: -scores[n])[:MOST_TRIED]:
        wanted = chosen | _with_antecedents(told, number, LONGEST_CHAIN)
        if scores[number] < WORST * max(scores):
            break
        if not chosen or (len(wanted) <= MOST_SENTENCES and len(_shown(told, wanted)) <= limit):
            chosen = wanted
    return _shown(told, _with_denials(told, chosen))


def _with_antecedents(told: Sequence[Sentence], number: int, most: int) -> set[int]:
    """Return a sentence with up to `most` sentences before it that it speaks of."""
    chain = {number}
    while number > 0 and len(chain) <= most and points_back(told[number]):
        number -= 1
        chain.add(number)
    return chain


def _with_denials(told: Sequence[Sentence], chosen: set[int]) -> set[int]:
    """Return the chosen sentences with the denials and doubts of what they claim, and the claims of denials.

    The first denial is always told; a doubt without a claim nearby is about the story itself.
    """
    claims = _claims(told)
    first = min(claims, default=-1)
    shown: set[int] = set()
    wanted = set(chosen)
    while shown != wanted:
        shown = set(wanted)
        for denial, claim in claims.items():
            if denial == first or claim == denial or not shown.isdisjoint((claim, denial)):
                wanted |= _with_antecedents(told, denial, len(told))
                wanted |= _with_antecedents(told, claim, LONGEST_CHAIN)
    return wanted


def _claims(told: Sequence[Sentence]) -> dict[int, int]:
    """Return for each denial or doubt the claim that it answers, or itself."""
    alleging = [ALLEGES.search(sentence.text) is not None for sentence in told]
    return {
        number: next((n for n in range(number - 1, max(-1, number - NEAR), -1) if alleging[n]), number)
        for number, sentence in enumerate(told)
        if DENIES.search(sentence.text)
    }


def _shown(told: Sequence[Sentence], chosen: set[int]) -> str:
    """Return the sentences in order; a connective is dropped where what it connects to is not shown.

    An English one stays inside a summary where the sentence would begin small without it.
    """
    text = ""
    for number in sorted(chosen):
        sentence = told[number].text
        if number - 1 not in chosen and not (text and starts_low(alone(sentence))):
            sentence = alone(sentence)
        text += (" " if text and text[-1].isascii() else "") + sentence
    return text


def alone(sentence: str) -> str:
    """Return a sentence without the phrase that ties it to others, from a capital if that reads well."""
    bare = CONNECTIVE.sub("", without_cue(sentence), count=1)
    return _DESCRIBED.sub("", bare, count=1) if bare != sentence and _DESCRIBED.match(bare) else bare


def starts_low(text: str) -> bool:
    """Whether a text begins with a small Latin letter."""
    return text[:1].isascii() and text[:1].islower()


def main_words(told: Sequence[Sentence]) -> dict[str, float]:
    """Return the words that a story comes back to, the names before others, each with its weight."""
    weights = _weights(told)
    best = sorted(weights, key=lambda word: -weights[word])
    again = [word for word in best if weights[word] >= 2]
    return {word: weights[word] for word in (again or best)[:MOST_MAIN]}


def weakness(sentence: Sentence) -> float:
    """Return by how much a sentence counts less because it tells little, asks or announces; from 0 to 1."""
    tells = len(sentence.keys) >= FEWEST_WORDS
    asks = _QUESTION.search(sentence.text) or _ANNOUNCES.search(alone(sentence.text))
    return 0.1 if asks else 1.0 if tells else 0.3


def _weights(told: Sequence[Sentence]) -> dict[str, float]:
    counts: Bag = Counter(word for sentence in told for word in sentence.keys)
    return {
        word: min(count, MOST_WEIGHT) * (1.5 if _NAME.fullmatch(word) else 1.0)
        for word, count in counts.items()
    }


def _scores(told: Sequence[Sentence]) -> list[float]:
    """Return for each sentence how much of the story it tells: by its words and its place."""
    weights, main = _weights(told), main_words(told)
    return [_score(sentence, number, weights, main) for number, sentence in enumerate(told)]


def _score(sentence: Sentence, number: int, weights: dict[str, float], main: dict[str, float]) -> float:
    told = sum(weights[word] for word in sentence.keys)
    score = told / sqrt(len(sentence.keys) + 4) * (1.0 + 0.8 / (1 + number)) * weakness(sentence)
    score *= 0.85 if points_back(sentence) else 1.0
    return score * (0.4 if main.keys().isdisjoint(sentence.keys) else 1.0)


def points_back(sentence: Sentence) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    rest = CONNECTIVE.sub("", sentence.text, count=1)
    return CONCLUDES.match(sentence.text) is not None or POINTS_BACK.match(rest) is not None
