"""Segmenting, pure: an article becomes stories."""

from dataclasses import dataclass

from bot.model import Language, Span, TopicId
from bot.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One story of an article: where it stands, and a title and a summary in the article's own sentences."""

    span: Span
    title: str
    summary: str
    topics: tuple[TopicId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """An article cut into stories, in order, not overlapping."""

    language: Language
    segments: tuple[Segment, ...]


def cut(text: str, names: Names) -> Cut:
    """Return the stories of an article in plain text or Markdown; front matter and outro belong to none."""
    raise NotImplementedError
