"""Lookup, pure: a query and the stories the index found become ranked stories, an answer sentence, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model import Claim, Language, Span, Story, StoryId, Telling
from bot.names import Names
from bot.ports import Hit, Index

Depth = Literal["low", "medium", "high"]
"""How much of each story is told: titles; summaries; passages with claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing the query asks for: the words as typed, and the index tokens that stand for it, weighted."""

    typed: str
    tokens: Mapping[str, float]
    is_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as understood. `language` is None where its script does not tell (`deepseek`)."""

    text: str
    language: Language | None
    concepts: tuple[Concept, ...]
    wants: frozenset[str] = frozenset()
    is_question: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Why a story was found: what was typed, the form it has in the story, and how the two are one."""

    typed: str
    form: str
    how: Literal["word", "name", "sound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a telling, verbatim, with what matched (spans in `text`)."""

    text: str
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A story that answers the query, in the telling that fits the asker, with why."""

    story: Story
    telling: Telling
    score: float
    matched: tuple[Match, ...]
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """The sentence that answers a question, verbatim, with the claim it stands in, if it is one."""

    story_id: StoryId
    passage: Passage
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known about a query.

    `missing` are words of the query that no story holds; `nearest` are known names close to the
    query where nothing was found; `newest_age_days` is the age of the newest story found.
    """

    query: Query
    sentence: AnswerSentence | None
    found: tuple[Found, ...]
    missing: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    newest_age_days: int | None = None


def read_query(text: str, names: Names, index: Index) -> Query:
    """Return what a query asks for. Every character of it is text; nothing is an operator."""
    raise NotImplementedError


def answer(
    query: Query,
    hits: Sequence[Hit],
    stories: Mapping[StoryId, Story],
    names: Names,
    index: Index,
    language: Language,
    now: datetime,
    limit: int = 5,
) -> Answer:
    """Return the best `limit` of the stories that the index found and the store confirmed.

    `language` is the asker's: it picks the telling where the query's own language does not.
    """
    raise NotImplementedError
