"""What a query asks for, pure: its concepts, the kind of answer it wants, and its language. All of it is text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import log
from typing import Final, Literal, get_args

from bot.language import tokens
from bot.model import Language
from bot.names import Names, fold, sounds_alike
from bot.ports import Index

MAX_QUERY_CHARACTERS = 300
"""Longer queries are read as far as this."""

Want = Literal["money", "number", "date", "person", "place", "organisation", "reason", "definition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing the query asks for: the words as typed, and the index tokens that stand for it, weighted.

    `rarity` is how much a story that holds it has over one that does not (inverse document frequency).
    """

    typed: str
    tokens: Mapping[str, float]
    is_name: bool = False
    rarity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as understood. `language` is None where its script does not tell (`deepseek`).

    `rest` is what was typed around the names: two spellings of a name leave the same rest.
    """

    text: str
    language: Language | None
    concepts: tuple[Concept, ...]
    wants: frozenset[Want] = frozenset()
    is_question: bool = False
    rest: str = ""


def read_query(text: str, names: Names, index: Index) -> Query:
    """Return what a query asks for, from its first `MAX_QUERY_CHARACTERS`. No character is an operator."""
    text = text[:MAX_QUERY_CHARACTERS]
    folded = fold(text).text
    wants = frozenset(want for want in get_args(Want) if _ASKED[want].search(folded))
    pieces = list(_pieces(text, names))
    found = [*_concepts(pieces, names, index)]
    return Query(
        text=text,
        language=_language(folded),
        concepts=_merged(_weighed(concept, index) for concept in found),
        wants=wants,
        is_question=bool(_QUESTION.search(folded)),
        rest="\n".join(piece for piece, topic in pieces if topic is None),
    )


# What kind of answer is asked for.

_ASKED: Final[Mapping[Want, re.Pattern[str]]] = {
    want: re.compile(pattern)
    for want, pattern in {
        "money": r"いくら|幾ら|[費額]|値段|価格|予算|コスト|何[千万億兆]*(?:円|ドル)"
        r"|\bhow much\b|\b(?:costs?|price[ds]?|budgets?|spen[dt]|spending|pa(?:y|ys|id)|worth|sums?|damages)\b",
        "number": r"何(?!年|月|日|時|で|が|を|は|に|の|と|か|も|故|処|者)\w|いくつ|幾つ|どれ(?:くらい|ぐらい|ほど|だけ)|どの(?:くらい|ぐらい|程度)"
        r"|\bhow (?:many|much|long|far|old|big|large|fast|accurate)\b|\bnumber of\b|\bwhat percent",
        "date": r"いつ|何[年月日時]|\bwhen\b|\b(?:what|which) (?:year|month|date|day)\b|\bhow long ago\b",
        "person": r"誰|だれ|どなた|何者|\bwho(?:m|se)?\b",
        "place": r"どこ|何処|\bwhere\b|\b(?:what|which) (?:country|city|place|state)\b",
        "organisation": r"(?:どの|どんな|何という|なんという)(?:会社|企業|団体|組織)|社名"
        r"|\b(?:what|which) (?:compan(?:y|ies)|firms?|organi[sz]ations?)\b",
        "reason": r"なぜ|何故|なんで|どうして|理由|原因|\bwhy\b|\breasons?\b",
        "definition": r"とは(?:何|なに|[?？]|$)|って(?:何|なに)|\bwhat (?:is|are|was|were)\b",
    }.items()
}  # type: ignore[assignment]  # the keys of a dict display are not kept as literals
_QUESTION = re.compile(
    r"[?？]|(?:です|ます|した|の|だ|る|ない)か\s*$|何|誰|いつ|どこ|なぜ|どう|いくら|とは$"
    r"|^\s*(?:how|what|when|where|which|who|whom|whose|why|is|are|was|were|do|does|did|can|will|has|have)\b"
)

_FILLER = frozenset(
    "幾ら 何 幾つ 何故 如何 教える 知らせる 見せる 下さい ください 知る 言う ニュース 記事 話題 話 最新 情報 関する 就く 居る 有る 為る 成る 出来る 人 物 事 年 月 日"
    " much many tell show give know news latest stori articl pleas find get happen want does"
    .split()
)  # fmt: skip
"""Tokens of polite or empty words: they say that something is asked, not what."""

_KINDS = (
    "費 費用 コスト 金額 額 値段 価格 予算 cost price budget spend spent expens pay paid sum",
    "会社 企業 社 compani firm",
    "国 都市 場所 countri citi place",
    "理由 原因 reason caus",
    "名前 名称 名 name",
)
"""Words that name a kind of answer. Those of one line stand for one another, and none of them is essential."""

_KIND_OF = {word: kind.split() for kind in _KINDS for word in kind.split()}


def _language(folded: str) -> Language | None:
    if re.search(r"[ぁ-ゖァ-ヺ一-鿿]", folded):
        return "ja"
    return "en" if len(re.findall(r"[a-z]{2,}", folded)) > 1 else None


# Concepts.

_RUN = re.compile(r"(?P<latin>[a-z]+)|(?P<katakana>[ァ-ヺー・]+)|(?P<other>\d[\d.,]*\w|[^\W_a-zァ-ヺー])+")
_OTHER_SPELLING = 0.7
_OF_SAME_KIND = 0.5
_SOUND_LIMIT = 50


def _pieces(text: str, names: Names) -> Iterator[tuple[str, str | None]]:
    """Yield the text in pieces, each with its topic where it is a name."""
    end = 0
    for match in names.find(text):
        yield text[end : match.start], None
        yield text[match.start : match.end], match.topic_id
        end = match.end
    yield text[end:], None


def _concepts(pieces: Iterable[tuple[str, str | None]], names: Names, index: Index) -> Iterator[Concept]:
    for piece, topic in pieces:
        if topic is not None:
            yield Concept(typed=piece, tokens={f"@{topic}": 1.0}, is_name=True)
            continue
        folded = fold(piece)
        for run in _RUN.finditer(folded.text):
            start, end = folded.origin(*run.span())
            yield from _run_concepts(run, piece[start:end], names, index)


def _run_concepts(run: re.Match[str], typed: str, names: Names, index: Index) -> Iterator[Concept]:
    found = tokens(run[0], names)
    words = list(dict.fromkeys(t for t in found if t[0] not in "~@" and t not in _FILLER))
    if not words:
        return
    spellings = _spellings(found, words, index)
    if run["latin"] or (run["katakana"] and (spellings or index.frequency(words[-1]))):
        yield _word(typed, words, spellings)
        return
    for word in words:
        yield _word(_as_typed(word, typed), [word], {})


def _spellings(found: Iterable[str], words: Iterable[str], index: Index) -> dict[str, float]:
    """Return the index's tokens for names that sound like the one typed and that it knows better."""
    own = max(map(index.frequency, words), default=0)
    spellings = {}
    for sound in found:
        if sound[0] == "~":
            key, _, form = sound.partition("\t")
            for other in index.tokens_from(f"{key}\t", _SOUND_LIMIT):
                spelling = other.partition("\t")[2]
                if (
                    spelling.isascii() != form.isascii()
                    and index.frequency(other) > own
                    and sounds_alike(form, spelling)
                ):
                    spellings[other] = _OTHER_SPELLING
    return spellings


def _word(typed: str, words: list[str], spellings: Mapping[str, float]) -> Concept:
    kind = dict.fromkeys(_KIND_OF.get(words[0], ()), _OF_SAME_KIND)
    return Concept(typed=typed, tokens={**kind, **spellings, **dict.fromkeys(words, 1.0)})


def _as_typed(word: str, typed: str) -> str:
    """Return the longest beginning of a dictionary form that stands in what was typed, else the form."""
    return next((word[:end] for end in range(len(word), 0, -1) if word[:end] in typed), word)


def _weighed(concept: Concept, index: Index) -> Concept:
    count = index.document_count()
    rarity = _rarity(max(map(index.frequency, concept.tokens)), count)
    if concept.is_name:
        rarity = max(rarity, _rarity(0, count) / 2)
    elif any(token in _KIND_OF for token in concept.tokens):
        rarity /= 4
    return replace(concept, rarity=rarity)


def _rarity(frequency: int, count: int) -> float:
    return log(1 + (max(count - frequency, 0) + 0.5) / (frequency + 0.5))


def _merged(concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    return tuple({tuple(concept.tokens): concept for concept in concepts}.values())
