"""The sentence that answers a question, pure: chosen by what it holds, by its kind, and by what stands around it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language import sentences
from bot.model import Claim, Span, Story, StoryId, Telling
from bot.passages import Finder, Passage, compared, pairs, show
from bot.query import Query, Want

_STORIES = 3
_LONGEST_TEXT = 10_000
_LONGEST_SENTENCE = 400

_CONTEXT = 0.5
_KIND = 0.4
_PAIRS = 0.5
_RANK = 0.1
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """The sentence that answers a question, verbatim, with the claim it stands in, if it is one."""

    story_id: StoryId
    passage: Passage
    claim: Claim | None


def answer_sentence(tellings: Sequence[tuple[Story, Telling]], finder: Finder) -> AnswerSentence | None:
    """Return the best sentence of the first few stories, or None where none is good enough or none was asked for."""
    query = finder.query
    if not query.concepts or not (query.is_question or query.wants):
        return None
    scored = [
        (score - _RANK * rank, -rank, -span.start, span, story, telling)
        for rank, (story, telling) in enumerate(tellings[:_STORIES])
        for span, score in _scored(story, telling, finder)
    ]
    best = max(scored, key=lambda s: s[:3], default=None)
    if best is None or best[0] < _ENOUGH:
        return None
    *_, span, story, telling = best
    text = telling.body[span.start : span.end]
    return AnswerSentence(
        story_id=story.id,
        passage=show(text, finder),
        claim=next(iter(claims_beside(text, telling.claims)), None),
    )


def _scored(story: Story, telling: Telling, finder: Finder) -> Iterator[tuple[Span, float]]:
    """Yield the sentences of a telling's body, each with how well it answers."""
    body = telling.body[:_LONGEST_TEXT]
    asked = pairs(compared(finder.query.rest))
    around = finder.held(compared(telling.title)) | finder.named(story.topics)
    before = frozenset[int]()
    for span in sentences(body):
        sentence = compared(body[span.start : span.end])
        held = finder.held(sentence)
        score = (
            finder.share(held)
            + _CONTEXT * finder.share((around | before) - held)
            + _KIND * _is_of_kind(sentence, finder.query)
            + _PAIRS * sum(pair in sentence for pair in asked) / (len(asked) or 1)
        )
        before = held
        if len(sentence) <= _LONGEST_SENTENCE:
            yield span, score


# What an answer of a kind looks like.

_GIVEN: Final[Mapping[Want, re.Pattern[str]]] = {
    "money": re.compile(
        r"[\d.]+[兆億万千]*(?:ドル|円|ユーロ|元|ポンド|ウォン)|[$¥€£]\s?\d|[\d.]+ (?:[mbtr]+illion )?(?:dollars|yen|euros)"
    ),
    "number": re.compile(
        r"\d|[一二三四五六七八九十百千万億]+[人個本回台年歳階つ]|\b(?:one|two|three|four|five|six|ten|dozens?)\b"
    ),
    "date": re.compile(
        r"\d+年|\d+月|\d+日|世紀|昨年|今年|来年|年代|\b(?:1[5-9]|20)\d\d\b"
        r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    ),
    "person": re.compile(r"氏|さん|[ァ-ヺー]{2,}|[一-鿿]{2,4}[はがらの]|\b[a-z]+ [a-z]+\b"),
    "place": re.compile(r"[国州市県都府村町島区]|駅|地方|\b(?:in|at|across|near) "),
    "organisation": re.compile(r"社|会|団|学|省|庁|銀行|\b(?:inc|corp|company|group|fund|bank)\b"),
    "reason": re.compile(r"ため|から|ので|よって|理由|原因|\b(?:because|since|due to|as|so that|after)\b"),
    "definition": re.compile(r"とは|である|という|です|\b(?:is|are|was|called)\b"),
}


def _is_of_kind(sentence: str, query: Query) -> bool:
    """Whether a compared sentence holds something of a kind that is asked for and that the query itself does not hold."""
    asked = compared(query.text)
    return any(found[0] not in asked for want in query.wants for found in _GIVEN[want].finditer(sentence))


# Claims.

_SAME = 0.5
_SAME_WHERE_DISPUTED = 0.3


def claims_beside(text: str, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims that a text makes, in part at least; a disputed one is taken for made more easily."""
    said = _content(text)
    return tuple(
        claim
        for claim in claims
        if (content := _content(claim.text))
        and len(content & said) / len(content)
        >= (_SAME_WHERE_DISPUTED if claim.doubted_by or claim.denied_by else _SAME)
    )


def _content(text: str) -> set[str]:
    """Return what a text can be recognised by: its figures, its longer Latin words, its pairs of Japanese characters."""
    folded = compared(text)
    return {*re.findall(r"\d[\d.]*|[a-z]{4,}", folded), *pairs(folded)}
