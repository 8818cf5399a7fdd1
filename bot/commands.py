"""The catalogue of commands: their names, options and help, and how typed text becomes a command."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from bot.errors import InvalidInput
from bot.lookup import Depth

View = Literal["answer", "why", "sources"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`/ai-news QUERY [depth:low|medium|high] [page:N] [view:why|sources]`: look something up."""

    query: str
    depth: Depth = "medium"
    page: int = 1
    view: View = "answer"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the catalogue: how it is typed, and the phrase that explains it."""

    usage: str
    help_key: str


CATALOGUE = (
    Entry(usage="/ai-news QUERY", help_key="help.ask"),
    Entry(usage="/ai-news", help_key="help.newest"),
    Entry(usage="/ai-news help", help_key="help.help"),
    Entry(usage="/ai-news-digest preview", help_key="help.preview"),
    Entry(usage="/ai-news-digest show", help_key="help.show"),
)

OPTIONS = ("depth:low", "depth:medium", "depth:high", "view:why", "view:sources")
"""What may follow a query, for completion."""

MAX_QUERY_CHARACTERS = 500
_DEPTHS: Final[Mapping[str, Depth]] = {"low": "low", "medium": "medium", "high": "high"}
_VIEWS: Final[Mapping[str, View]] = {"answer": "answer", "why": "why", "sources": "sources"}
_HELP_WORDS = frozenset({"help", "?", "ヘルプ", "使い方"})
_DIGEST_COMMANDS: Final[Mapping[str, Command]] = {"preview": PreviewDigest(), "show": ShowSubscription()}
_OPTION = re.compile(r"(?:^|\s+)(?P<name>depth|page|view):(?P<value>\w+)$")
_MAX_PAGE = 100


def parse(text: str) -> Command:
    """Return the command that typed text stands for.

    Options are read from the end of the text only; all the rest is the query, whatever is in it.
    Raises `InvalidInput` that says what to type instead.
    """
    name, _, rest = text.strip().partition(" ")
    name = unicodedata.normalize("NFKC", name).lower()
    rest = rest.strip()
    match name:
        case "/ai-news":
            return _parse_lookup(rest)
        case "/ai-news-digest":
            return _parse_digest(rest)
    if name.startswith("/"):
        raise InvalidInput("unknown_command", command=name[:40])
    raise InvalidInput("not_a_command")


def unparse(command: Ask | Newest) -> str:
    """Return the text that parses to the command: what a button types."""
    words = ["/ai-news"]
    if isinstance(command, Ask):
        words.append(command.query)
        words += [f"depth:{command.depth}"] if command.depth != "medium" else []
        words += [f"view:{command.view}"] if command.view != "answer" else []
    words += [f"page:{command.page}"] if command.page != 1 else []
    return " ".join(words)


def _parse_lookup(text: str) -> Command:
    query, options = _take_options(text)
    page = _page(options.get("page", "1"))
    if query.lower() in _HELP_WORDS and not options:
        return Help()
    if not query:
        return Newest(page=page)
    if len(query) > MAX_QUERY_CHARACTERS:
        raise InvalidInput("query_too_long", limit=MAX_QUERY_CHARACTERS, length=len(query))
    return Ask(
        query=query,
        depth=_choice("depth", options.get("depth", "medium"), _DEPTHS),
        page=page,
        view=_choice("view", options.get("view", "answer"), _VIEWS),
    )


def _parse_digest(text: str) -> Command:
    command = _DIGEST_COMMANDS.get(text.lower())
    if command is None:
        raise InvalidInput("unknown_subcommand", command="/ai-news-digest", known=", ".join(_DIGEST_COMMANDS))
    return command


def _take_options(text: str) -> tuple[str, dict[str, str]]:
    options: dict[str, str] = {}
    while found := _OPTION.search(text):
        options[found["name"]] = found["value"].lower()
        text = text[: found.start()]
    return text, options


_T = TypeVar("_T", bound=str)


def _choice(option: str, value: str, known: Mapping[str, _T]) -> _T:
    if value not in known:
        raise InvalidInput("bad_option", option=option, known=", ".join(known))
    return known[value]


def _page(value: str) -> int:
    # A long row of digits is refused unread: Python raises on thousands of them.
    if not value.isdecimal() or len(value) > 9 or not 1 <= int(value) <= _MAX_PAGE:
        raise InvalidInput("bad_option", option="page", known=f"1–{_MAX_PAGE}")
    return int(value)
