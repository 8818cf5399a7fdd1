"""The sentence that answers a question, pure: chosen by what it holds and by what stands around it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from bot.language import normalise
from bot.lookup.passages import Finder, Passage, Sentence, content, show
from bot.lookup.query import Query, Want
from bot.model import Claim, Span, Story, StoryId, Telling

_STORIES = 3
_LONGEST_SENTENCE = 400

# What a sentence's score is made of, beside the share of the query it holds; fitted on questions whose
# answers are marked, judged on others.
_TITLE = 0.9
_BEFORE = 0.45
_KIND = 0.35
_PAIRS = 0.45
_RANK = 0.2
_ENOUGH = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """The sentence that answers a question, verbatim, with the claim it stands in, if it is one."""

    story_id: StoryId
    passage: Passage
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A story in the telling that is shown, with the sentences of its body."""

    story: Story
    telling: Telling
    body: Sequence[Sentence]


def answer_sentence(best: Sequence[Read], finder: Finder) -> AnswerSentence | None:
    """Return the best sentence of the first few stories, best first.

    None where no question was asked, or no sentence is good enough.
    """
    query = finder.query
    if not query.concepts or not (query.is_question or query.wants):
        return None
    scored = [
        (score - _RANK * rank, -rank, -span.start, span, read)
        for rank, read in enumerate(best[:_STORIES])
        for span, score in _scored(read, finder)
    ]
    good = [entry for entry in scored if entry[0] >= _ENOUGH]
    if not good:
        return None
    *_, span, read = max(good, key=lambda entry: entry[:3])
    text = read.telling.body[span.start : span.end]
    claim = claim_made(text, read.telling.claims)
    return AnswerSentence(story_id=read.story.id, passage=show(text, finder), claim=claim)


def _scored(read: Read, finder: Finder) -> Iterator[tuple[Span, float]]:
    """Yield the sentences of a story that are not too long, each with how well it answers."""
    asked = finder.pairs
    around = finder.held(normalise(read.telling.title)) | finder.named(read.story.topics)
    before = frozenset[int]()
    for sentence in read.body:
        held = sentence.held
        score = (
            finder.share(held)
            + _TITLE * finder.share(around - held)
            + _BEFORE * finder.share(before - around - held)
            + _KIND * _is_of_kind(sentence.text, finder.query)
            + _PAIRS * sum(pair in sentence.text for pair in asked) / (len(asked) or 1)
        )
        before = held
        if len(sentence.text) <= _LONGEST_SENTENCE:
            yield sentence.span, score


# What an answer of a kind looks like.

_GIVEN: Final[Mapping[Want, re.Pattern[str]]] = {
    "money": re.compile(
        r"[\d.]+[兆億万千]*(?:ドル|円|ユーロ|元|ポンド|ウォン)|[$¥€£]\s?\d"
        r"|[\d.]+ (?:[mbtr]+illion )?(?:dollars|yen|euros)"
    ),
    "number": re.compile(
        r"\d|[一二三四五六七八九十百千万億]+[人個本回台年歳階つ]|\b(?:one|two|three|four|five|six|ten|dozens?)\b"
    ),
    "date": re.compile(
        r"\d+年|\d+月|\d+日|世紀|昨年|今年|来年|年代|\b(?:1[5-9]|20)\d\d\b"
        r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    ),
    "reason": re.compile(r"ため|から|ので|よって|理由|原因|\b(?:because|since|due to|as|so that|after)\b"),
}


def _is_of_kind(sentence: str, query: Query) -> bool:
    """Whether a normalised sentence has something of a kind that is asked for, not taken from the query."""
    asked = normalise(query.text)
    return any(found[0] not in asked for want in query.wants for found in _GIVEN[want].finditer(sentence))


# Claims.

_SAME = 0.5
_SAME_WHERE_DISPUTED = 0.3


def claim_made(text: str, claims: Iterable[Claim]) -> Claim | None:
    """Return the claim that a sentence makes, or makes most of; None where it makes none.

    Word for word comes first. Else a disputed claim comes before others, and is taken for made more
    easily: an allegation must not lose its denial because it is told in other words.
    """
    said = content(normalise(text))
    made = []
    for claim in claims:
        is_disputed = bool(claim.denied_by or claim.doubted_by)
        is_verbatim = text in claim.text or claim.text in text
        claimed = content(normalise(claim.text))
        share = len(said & claimed) / (len(claimed) or 1)
        if is_verbatim or share >= (_SAME_WHERE_DISPUTED if is_disputed else _SAME):
            made.append(((is_verbatim, is_disputed, share), claim))
    return max(made, key=itemgetter(0), default=(None, None))[1]
