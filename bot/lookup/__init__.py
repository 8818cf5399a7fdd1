"""Lookup, pure: a query and what the index found become ranked stories, an answer sentence, and why."""

from bot.lookup.answering import AnswerSentence, claim_made
from bot.lookup.passages import Passage
from bot.lookup.query import Query, read_query, says_little
from bot.lookup.ranking import Answer, Depth, Found, Match, answer

__all__ = [
    "Answer",
    "AnswerSentence",
    "Depth",
    "Found",
    "Match",
    "Passage",
    "Query",
    "answer",
    "claim_made",
    "read_query",
    "says_little",
]
