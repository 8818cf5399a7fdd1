"""Names across scripts: aliases of topics found in a text, and names that sound alike.

Pure; the topics come from the caller.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter

from bot.language.folding import KATAKANA, fold
from bot.model import Topic, TopicId


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A topic found in a text: which, where (characters of the text as given), in which form."""

    topic_id: TopicId
    start: int
    end: int
    form: str


# Aliases.

_LONGEST_ALIAS = 100
"""Characters; longer ones are not looked for."""


class Names:
    """The aliases of all topics, ready to be found in a text.

    An alias of a single character is never found: it would be found everywhere. Where two topics
    have the same alias, it is the first one's.

    A topic that is joined to another counts as that one: it is found as it, and not among `topics` but
    among those `joined`, which go round in no circle. `spelled` are the index tokens of aliases that stories
    may be older than.
    """

    def __init__(
        self,
        topics: Sequence[Topic] = (),
        joined: Mapping[TopicId, TopicId] | None = None,
        spelled: Mapping[TopicId, tuple[str, ...]] | None = None,
    ) -> None:
        self._into = dict(joined or {})
        self._known = {topic.id: topic for topic in topics}
        self.topics = {key: topic for key, topic in self._known.items() if key not in self._into}
        self.joined = {key: topic for key, topic in self._known.items() if key in self._into}
        self._together: dict[TopicId, list[TopicId]] = {}
        for topic_id in self._into:
            self._together.setdefault(self.counted(topic_id), []).append(topic_id)
        self._spelled = dict(spelled or {})
        self._topic_of: dict[str, TopicId] = {}
        aliases = []
        for topic in topics:
            for name in every_name(topic):
                alias = fold(name[:_LONGEST_ALIAS]).text.strip()
                if len(_letters(alias)) > 1:
                    self._topic_of.setdefault(_letters(alias), self.counted(topic.id))
                    aliases.append(alias)
        self._pattern = re.compile(_any_of(aliases)) if aliases else None

    def counted(self, topic: TopicId) -> TopicId:
        """Return the topic that one counts as: itself, unless it is joined to another."""
        while topic in self._into:
            topic = self._into[topic]
        return topic

    def together(self, topic: TopicId) -> tuple[TopicId, ...]:
        """Return all topics that count as the same as one, that itself first."""
        counted = self.counted(topic)
        return (counted, *self._together.get(counted, ()))

    def names_of(self, topic: TopicId) -> tuple[str, ...]:
        """Return every name of a topic, and of those that count as it; none of one that is not known."""
        known = (self._known[each] for each in self.together(topic) if each in self._known)
        return tuple(name for each in known for name in every_name(each))

    def tokens_of(self, topic: TopicId) -> tuple[str, ...]:
        """Return the index tokens that stand for a topic (`bot.ports.Index`)."""
        alike = self.together(topic)
        spelled = (token for each in alike for token in self._spelled.get(each, ()))
        return (*(f"@{each}" for each in alike), *spelled)

    def named(self, name: str) -> TopicId | None:
        """Return the topic that has just this name, however it is written."""
        return self._topic_of.get(_letters(fold(name[:_LONGEST_ALIAS]).text.strip()))

    def find(self, text: str) -> list[NameMatch]:
        """Return every alias in `text`, in order, the longest at each place.

        Case, width, accents, middle dots and the kind of space or dash make no difference. A Latin
        alias begins and ends with a word (`mac` is not in `machine`; `Llama` is in `Llama3`), a
        katakana one with a run of katakana (`メタ` is not in `メタル`); anything else is found anywhere.
        """
        if self._pattern is None:
            return []
        folded = fold(text)
        matches = []
        for found in self._pattern.finditer(folded.text):
            start, end = folded.origin(*found.span())
            matches.append(NameMatch(self._topic_of[_letters(found[0])], start, end, text[start:end]))
        return matches


def every_name(topic: Topic) -> tuple[str, ...]:
    """Return the names that a topic is shown by, then its aliases."""
    return (*topic.names.values(), *topic.aliases)


def _letters(folded: str) -> str:
    return re.sub(r"[\s・-]", "", folded)


def _any_of(aliases: Iterable[str]) -> str:
    """Return a pattern of all aliases, the longest first, grouped by first letter to skip most of a text."""
    longest_first = sorted(set(aliases), key=lambda alias: (alias[0], -len(alias), alias))
    by_letter = groupby(longest_first, key=itemgetter(0))
    return "|".join(
        f"{re.escape(letter)}{_start(letter)}(?:{'|'.join(map(_rest, group))})" for letter, group in by_letter
    )


def _start(letter: str) -> str:
    kind = _kind(letter)
    return f"(?<![{kind}]{re.escape(letter)})" if kind else ""


def _rest(alias: str) -> str:
    """Return the pattern of an alias after its first letter, with the boundary that it needs at its end."""
    spelling = []
    for before, character in pairwise(alias):
        if character in " ・-":
            spelling.append(r"[\s・-]{0,3}")
        elif _kind(before) == _kind(character) == KATAKANA:
            spelling.append(f"・?{character}")
        else:
            spelling.append(re.escape(character))
    end = "a-z" if alias[-1].isalpha() and _kind(alias[-1]) == _LATIN else _kind(alias[-1])
    return "".join(spelling) + (f"(?![{end}])" if end else "")


_LATIN = "0-9a-z"


def _kind(character: str) -> str:
    """Return the letters that words of this kind are made of; "" where words have no edges."""
    return next((kind for kind in (_LATIN, KATAKANA) if re.match(f"[{kind}]", character)), "")


# Sounds. A name in katakana is romanised, one in Latin letters is read by rules of English spelling, both
# into one alphabet: vowels aiueo (and y), the consonants of Japanese, `-` for a long vowel; from Latin only,
# `E` for a last e and `R` for an r without a vowel after it, which are mostly not heard.

_LONGEST_NAME = 40
"""Characters; longer words are no names."""

_IRREGULAR_KANA = {
    "チ": "ci", "ツ": "cu", "フ": "fu", "ジ": "ji", "ヂ": "ji",
    "ヅ": "zu", "ヴ": "bu", "ヲ": "o", "ッ": "", "ー": "-",
}  # fmt: skip
_MORA = re.compile(r"([ァ-ヺー])([ァィゥェォャュョヮ]?)")

_SPELLINGS = {
    r"^[kgp](?=n)": "", r"^wr": "r", r"^ps": "s", r"^x": "z", r"mb$": "m",
    r"sch|[ts]h": "s", r"tch": "c", r"ch(?=[rln])": "k", r"ch": "c", r"[ts]ion": "son", r"ph": "f",
    r"igh": "ai", r"^gh": "g", r"gh": "",
    r"ee|ea|ie(?!$)": "i", r"oo|ui|(?:ew|ue)(?![aeiou])": "u", r"au|oa|aw(?![aeiou])": "o",
    r"ow(?![aeiou])": "ou",
    r"[ae]i|[ae]y(?![aeiou])|a(?=[^aeiourwxy]es?$)": "ei", r"i(?=[^aeiourwxy]es?$)": "ai", r"hu(?=a)": "fu",
    r"(?<=[^aeiouy])e$": "E", r"[iu]r(?![aeiouyr])": "eR", r"r(?![aeiouyr])": "R",
    r"dg(?=[ei])": "j", r"gg|gu(?=[eiy])": "g", r"g(?=[eiy])": "j",
    r"sc(?=[eiy])|c(?=[eiy])": "s", r"cc(?=[ei])|x": "ks", r"ck|cc|q|c": "k", r"tes$|t[sz]": "c",
    r"v": "b", r"l": "r",
}  # fmt: skip
_SPELLING = re.compile("|".join(f"({pattern})" for pattern in _SPELLINGS))
_SOUNDS = list(_SPELLINGS.values())


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """Return how a name is heard; letters of other scripts, digits and marks are silent."""
    letters = re.sub(f"[^a-z{KATAKANA}]", "", fold(word[:_LONGEST_NAME]).text)
    sound = re.sub("[a-z]+", lambda run: _read(run[0]), letters)
    sound = re.sub(f"[{KATAKANA}]+", lambda run: _romanise(run[0]), sound)
    return re.sub(r"n+(?=[nm])", "", sound)


def _romanise(katakana: str) -> str:
    sound = "".join(_mora(kana, glide) for kana, glide in _MORA.findall(katakana))
    return re.sub(r"ngu(?![aeiou-])", "n", sound)


def _mora(kana: str, glide: str) -> str:
    sound = _kana(kana)
    if not glide:
        return sound
    onset = {"ウ": "w", "イ": "y"}.get(kana, sound[:-1])
    return onset + (_kana(glide)[-1] if onset in ("s", "j", "c") else _kana(glide))


def _kana(kana: str) -> str:
    # The last word of the Unicode name of a kana is its sound.
    regular = unicodedata.name(kana).rpartition(" ")[2].lower()
    return _IRREGULAR_KANA.get(kana, regular)


def _read(latin: str) -> str:
    sound = _SPELLING.sub(lambda found: _SOUNDS[(found.lastindex or 1) - 1], latin)
    return re.sub(r"ng(?![aeiou])", "n", re.sub(r"([b-df-hj-np-tvxz])\1+", r"\1", sound))


_SAME_CONSONANT = str.maketrans({"z": "s", "j": "s", "c": "t"} | dict.fromkeys("aiueo-ER"))


def sound_key(word: str) -> str:
    """Return the consonants that a name is heard by: mostly the same in katakana and in Latin letters.

    What is easily lost between the scripts (r, l, w, y, h inside a word) is not in it. Empty for a
    word that has nothing else, and for other scripts.
    """
    sound = _sound(word)
    key = sound[:1].strip("wyh") + re.sub("[wyrh]", "", sound[1:])
    return key.translate(_SAME_CONSONANT).replace("mp", "np").replace("mb", "nb")


# Evidence that a Latin letter is what a kana stands for: natural logarithms of odds, rounded to halves, from
# a logistic regression on the pairs of Latin and katakana spellings in Sudachi's dictionary.
_SAME_VOWEL, _SAME_LETTER = 2.0, 1.0
_HEARD_AS = {
    "yi": 2.0, "Ee": 1.5, "R-": 1.5, "ua": 1.0, "mn": 1.0, "ie": 0.5, "ea": 0.5,
    "sz": 0.0, "zj": 0.0, "ae": 0.0, "u-": 0.0, "i-": 0.0, "Rr": 0.0, "Ei": 0.0, "oa": 0.0, "ei": -0.5,
    "tc": -0.5, "sj": -1.0, "ui": -1.0, "ue": -1.0, "ia": -1.0, "uo": -1.5, "ao": -1.5, "zs": -1.5,
    "jz": -1.5, "eo": -2.0, "sc": -2.0,
}  # fmt: skip
_NOT_HEARD_AS = -3.0
_SILENT = {"E": 0.5, "w": -0.5, "e": -1.0, "h": -1.0, "R": -1.5, "g": -1.5}
_ADDED = {"u": 0.5, "-": 0.0, "o": -0.5, "y": -0.5, "a": -1.5, "i": -1.5, "w": -1.5, "e": -3.5, "r": -5.0}
_LOST_OR_FOUND = -2.5
_FOUND_BEFORE = -3.0
"""What is added before the first letter is never a mere vowel between consonants."""
_ENOUGH = 3.5
"""Reached by 95 of 100 true pairs that have the same `sound_key`."""


def sounds_alike(a: str, b: str) -> bool:
    """Return whether two names are likely the same, one in katakana and one in Latin letters.

    Two names in the same script are alike where they are heard exactly the same (Altman, Altmann).

    Of the 27,000 pairs in Sudachi's dictionary, chemistry and all languages of Europe among them, it
    knows 78 of 100 (85 where the word is ordinary English), and takes one wrong pair in 18,000 for a name
    (8,000), mostly short or truly alike ones (Claude, クラウド). It misses names that Japanese reads in
    another language (Reuters, ロイター) or spells out (xAI), letters that are silent or voiced against the
    rules (Walker, LinkedIn), and a hard g before e or i (Geek).
    """
    if not sound_key(a) or sound_key(a) != sound_key(b):
        return False
    if _has_katakana(a) == _has_katakana(b):
        return _sound(a) == _sound(b)
    latin, katakana = (b, a) if _has_katakana(a) else (a, b)
    return _evidence(_sound(latin), _sound(katakana)) >= _ENOUGH


def _has_katakana(name: str) -> bool:
    return re.search(f"[{KATAKANA}]", fold(name[:_LONGEST_NAME]).text) is not None


def _evidence(latin: str, katakana: str) -> float:
    """Return the evidence of the best alignment of two sounds (Needleman and Wunsch)."""
    added = [_ADDED.get(sound, _LOST_OR_FOUND) for sound in katakana]
    row = [_FOUND_BEFORE * column for column in range(len(katakana) + 1)]
    for letter in latin:
        silent = _SILENT.get(letter, _LOST_OR_FOUND)
        above, row = row, [row[0] + silent]
        for column, sound in enumerate(katakana):
            heard = above[column] + _heard(letter, sound)
            row.append(max(heard, above[column + 1] + silent, row[column] + added[column]))
    return row[-1]


def _heard(letter: str, sound: str) -> float:
    if letter == sound:
        return _SAME_VOWEL if letter in "aiueoy" else _SAME_LETTER
    return _HEARD_AS.get(letter + sound, _NOT_HEARD_AS)
