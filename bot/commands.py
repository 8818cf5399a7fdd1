"""The catalogue of commands: their names, options and help, and how typed text becomes a command."""

from dataclasses import dataclass
from typing import Literal

from bot.lookup import Depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`/ai-news QUERY [depth:low|medium|high] [page:N] [view:why|sources]`: look something up."""

    query: str
    depth: Depth = "medium"
    page: int = 1
    view: Literal["answer", "why", "sources"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """`/ai-news` alone: the newest stories."""

    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """`/ai-news help`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDigest:
    """`/ai-news-digest preview`: what would be posted now, for the asker alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSubscription:
    """`/ai-news-digest show`: what this channel gets, and when next."""


Command = Ask | Newest | Help | PreviewDigest | ShowSubscription


def parse(text: str) -> Command:
    """Return the command that typed text stands for. Raises `InvalidInput` with what to type instead."""
    raise NotImplementedError
