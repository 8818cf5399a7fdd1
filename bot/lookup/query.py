"""What a query asks for, pure: its concepts, the kind of answer it wants, its language. All of it is text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from math import log
from typing import Final, Literal

from bot.language import tokens
from bot.language.folding import fold
from bot.language.names import Names, sounds_alike
from bot.model import PUBLIC, Language, TopicId, WorkspaceId
from bot.ports import Index

MAX_QUERY_CHARACTERS = 300
"""Longer queries are read as far as this."""

Want = Literal["money", "number", "date", "reason"]
"""Kinds of answer that a sentence shows on its face, as it does not with a person or a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing the query asks for: the words as typed, and the index tokens that stand for it, weighted.

    `is_name` marks a topic, `is_heard` one that was not spelled but only sounds like its name.

    `rarity` is how much a story that holds it has over one that does not (inverse document frequency).
    """

    typed: str
    tokens: Mapping[str, float]
    is_name: bool = False
    is_heard: bool = False
    rarity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as understood. `language` is None where its script does not tell (`deepseek`).

    `rest` is what was typed around the names: two spellings of a name leave the same rest. `workspace`
    is the asker's.
    """

    text: str
    language: Language | None
    concepts: tuple[Concept, ...]
    wants: frozenset[Want] = frozenset()
    is_question: bool = False
    rest: str = ""
    workspace: WorkspaceId = PUBLIC


def read_query(text: str, names: Names, index: Index, workspace: WorkspaceId = PUBLIC) -> Query:
    """Return what a query asks for, from its first `MAX_QUERY_CHARACTERS`. No character is an operator.

    `workspace` is the asker's: what words weigh, and how unknown names may sound, is taken from the
    stories that it sees.
    """
    text = text[:MAX_QUERY_CHARACTERS]
    folded = fold(text).text
    pieces = list(_pieces(text, names))
    known = _Known(index, workspace)
    concepts = _merged(_weighed(concept, known) for concept in _concepts(pieces, names, known))
    rest = "\n".join(piece for piece, topic in pieces if topic is None)
    for heard in (concept for concept in concepts if concept.is_heard):
        rest = rest.replace(heard.typed, "\n")
    return Query(
        text=text,
        language=_language(folded, fold(rest).text),
        concepts=concepts,
        wants=frozenset(want for want, pattern in _ASKED.items() if pattern.search(folded)),
        is_question=_QUESTION.search(folded) is not None,
        rest=rest,
        workspace=workspace,
    )


class _Known:
    """What the index knows that one workspace may know."""

    def __init__(self, index: Index, workspace: WorkspaceId) -> None:
        self.count = index.document_count(workspace)
        self._index = index
        self._workspace = workspace
        self._comparisons_left = _MOST_COMPARED

    def frequency(self, tokens: Iterable[str]) -> int:
        """Return in how many tellings the most frequent of these tokens stands."""
        return max((self._index.frequency(token, self._workspace) for token in tokens), default=0)

    def sounding(self, key: str) -> list[str]:
        """Return the tokens of names with this sound, as many as the query may still be compared with."""
        limit = min(_MOST_SOUNDING, self._comparisons_left)
        names = self._index.tokens_from(f"{key}\t", limit, self._workspace) if limit else []
        self._comparisons_left -= len(names)
        return names


# What kind of answer is asked for.

_ASKED: Final[Mapping[Want, re.Pattern[str]]] = {
    "money": re.compile(
        r"いくら|幾ら|[費額]|値段|価格|予算|コスト|何[千万億兆]*(?:円|ドル)|\bhow much\b"
        r"|\b(?:costs?|price[ds]?|budgets?|spen[dt]|spending|pa(?:y|ys|id)|worth|sums?|damages)\b"
    ),
    "number": re.compile(
        r"何(?![年月日時でがをはにのとかも故処者])\w|いくつ|幾つ|どれ(?:くらい|ぐらい|ほど|だけ)"
        r"|どの(?:くらい|ぐらい|程度)|\bnumber of\b|\bwhat percent"
        r"|\bhow (?:many|much|long|far|old|big|large|fast|accurate)\b"
    ),
    "date": re.compile(r"いつ|何[年月日時]|\bwhen\b|\b(?:what|which) (?:year|month|date|day)\b"),
    "reason": re.compile(r"なぜ|何故|なんで|どうして|理由|原因|\bwhy\b|\breasons?\b"),
}
_QUESTION = re.compile(
    r"\?|(?:か|とは|は)\s*$|何|誰|いつ|どこ|どの|どれ|なぜ|どう|いくら"
    r"|^\s*(?:how|what|when|where|which|who|whom|whose|why|is|are|was|were|do|does|did|can|will|has|have)\b"
)

_FILLER_WORDS = (
    "幾ら 何 幾つ 何故 如何 教える 知らせる 見せる 下さい 知る 言う ニュース 記事 話題 話 最新 情報"
    " 関する 就く 居る 有る 為る 成る 出来る 人 物 事 年 月 日 御"
    " どう 思う 今 前"
    " much many tell show give know news latest stori articl pleas find get happen want"
)
_FILLER = frozenset(_FILLER_WORDS.split())
"""Tokens of polite or empty words: they say that something is asked, not what."""

_KINDS = (
    "費 費用 コスト 金額 額 値段 価格 予算 cost price budget spend spent expens pay paid sum",
    "会社 企業 社 compani firm",
    "結果 result outcom",
    "国 都市 場所 countri citi place",
    "理由 原因 reason caus",
    "名前 名称 名 name",
)
"""Words for a kind of answer. Those of one line stand for one another, and none of them is essential."""

_KIND_OF = {word: kind.split() for kind in _KINDS for word in kind.split()}


def says_little(name: str) -> bool:
    """Whether a name has only words that a query is not asked by."""
    found = (token for token in tokens(name, Names()) if token[0] not in "~@")
    return all(token in _FILLER or token in _KIND_OF for token in found)


_PLACES = (
    "米国 アメリカ",
    "英国 イギリス",
    "豪州 オーストラリア",
    "欧州 ヨーロッパ",
)
"""Places that Japanese news call by two names."""

_PLACE_OF = {word: place.split() for place in _PLACES for word in place.split()}


_ENGLISH = re.compile(
    r"\b(?:a|an|and|are|as|at|by|can|did|do|does|for|from|had|has|have|how|in|is|of|on|or|that|the|their|they"
    r"|to|was|were|what|when|where|which|who|why|will|with)\b"
)
"""Words that names do not have: without one of them, Latin words may be a Japanese reader's too."""


def _language(folded: str, rest: str) -> Language | None:
    if re.search(r"[ぁ-ゖァ-ヺ一-鿿]", folded):
        return "ja"
    return "en" if _ENGLISH.search(rest) else None


# Concepts.

_RUN = re.compile(
    r"(?P<model>[a-z]{1,8}-?\d{1,8}[a-z]{0,4}(?![a-z0-9]))|(?P<latin>[a-z]+)|(?P<katakana>[ァ-ヺー・]+)"
    r"|(?P<other>(?:\d[\d.,]* (?:thousand|[mbtr]+illion)|(?<=\d)[.,](?=\d)|[^\W_a-zァ-ヺー])+)"
)
"""Stretches of one script; o3 and GPT-4 are one, and so are 5.58 million and 558万ドル."""
_MOST_CONCEPTS = 32
_MOST_SOUNDING = 200
_MOST_COMPARED = 400
"""Names of one sound that a word is compared with, and all comparisons of a query; one takes some 40 µs."""

_OTHER_SPELLING = 0.7
_OF_SAME_KIND = 0.5
"""Weights of tokens that stand for a word without being it."""

_NAME_RARITY = 0.6
"""A name weighs at least this share of the rarest word, however much is told about it."""
_KIND_RARITY = 0.25
"""A word that only names a kind of answer weighs this share of what its rarity says."""


def _pieces(text: str, names: Names) -> Iterator[tuple[str, TopicId | None]]:
    """Yield the text in pieces, each with its topic where it is a name."""
    end = 0
    for match in names.find(text):
        yield text[end : match.start], None
        yield text[match.start : match.end], match.topic_id
        end = match.end
    yield text[end:], None


def _concepts(pieces: Iterable[tuple[str, TopicId | None]], names: Names, known: _Known) -> Iterator[Concept]:
    for piece, topic in pieces:
        if topic is not None:
            yield Concept(typed=piece, tokens=dict.fromkeys(names.tokens_of(topic), 1.0), is_name=True)
            continue
        folded = fold(piece)
        for run in _RUN.finditer(folded.text):
            start, end = folded.origin(*run.span())
            yield from _run_concepts(run, piece[start:end], names, known)


def _run_concepts(run: re.Match[str], typed: str, names: Names, known: _Known) -> Iterator[Concept]:
    found = tokens(typed, names)
    words = list(dict.fromkeys(token for token in found if token[0] not in "~@" and token not in _FILLER))
    if not words:
        return
    spellings = _spellings(found, words, known)
    if run["model"]:
        yield _word(typed, words[-1:], {})
    elif heard := [match.topic_id for spelling in spellings for match in names.find(spelling)]:
        tokens_of = dict.fromkeys(names.tokens_of(heard[0]), 1.0)
        yield Concept(typed=typed, tokens=tokens_of, is_name=True, is_heard=True)
    elif run["latin"] or (run["katakana"] and (spellings or known.frequency(words[-1:]))):
        yield _word(typed, words, spellings)
    else:
        for word in words:
            yield _word(_as_typed(word, typed), [word], {})


def _spellings(found: Iterable[str], words: Iterable[str], known: _Known) -> dict[str, float]:
    """Return the index's tokens for names that sound like the one typed and that it knows better."""
    own = known.frequency(words)
    spellings = {}
    for sound in found:
        if sound[0] == "~":
            key, _, form = sound.partition("\t")
            for other in known.sounding(key):
                spelling = other.partition("\t")[2]
                if (
                    spelling.isascii() != form.isascii()
                    and known.frequency([other]) > own
                    and sounds_alike(form, spelling)
                ):
                    spellings[other] = _OTHER_SPELLING
    return spellings


def _word(typed: str, words: list[str], spellings: Mapping[str, float]) -> Concept:
    kind = dict.fromkeys(_KIND_OF.get(words[0], ()), _OF_SAME_KIND)
    same = dict.fromkeys((*_PLACE_OF.get(words[0], ()), *words), 1.0)
    return Concept(typed=typed, tokens={**kind, **spellings, **same})


_AMOUNT = re.compile(r"\d[\d.,]*(?:[千万億兆]+| thousand| [mbtr]+illion)?")


def _as_typed(word: str, typed: str) -> str:
    """Return the part of what was typed that a dictionary form or a full number stands for, else the form."""
    if word.isdigit() and (amount := _AMOUNT.search(typed)):
        return amount[0]
    return next((word[:end] for end in range(len(word), 0, -1) if word[:end] in typed), word)


def _weighed(concept: Concept, known: _Known) -> Concept:
    rarity = _rarity(known.frequency(concept.tokens), known.count)
    if concept.is_name:
        rarity = max(rarity, _NAME_RARITY * _rarity(1, known.count))
    elif any(token in _KIND_OF for token in concept.tokens):
        rarity *= _KIND_RARITY
    return replace(concept, rarity=rarity)


def _rarity(frequency: int, count: int) -> float:
    frequency = max(frequency, 1)  # what no story holds is no rarer than what one holds
    return log(1 + (max(count - frequency, 0) + 0.5) / (frequency + 0.5))


def _merged(concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    once: dict[tuple[str, ...], Concept] = {}
    for concept in islice(concepts, _MOST_CONCEPTS):
        once.setdefault(tuple(concept.tokens), concept)
    return tuple(once.values())
