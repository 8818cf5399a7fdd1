"""The catalogue of commands: their names, options and help, and how typed text becomes a command."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from bot.display import printable
from bot.errors import InvalidInput
from bot.lookup import Depth

View = Literal["answer", "why", "sources"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`/ai-news QUERY [depth:low|medium|high] [page:N] [view:why|sources] [visible:yes]`: look something up.

    A visible answer is put before the whole channel; any other is for the asker alone.
    """

    query: str
    depth: Depth = "medium"
    page: int = 1
    view: View = "answer"
    visible: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStories:
    """`/ai-news-mod add`: the form that an article is added with, for moderators."""


Command = Ask | Newest | Help | PreviewDigest | ShowSubscription | AddStories


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
    Entry(usage="/ai-news-mod add", help_key="help.add"),
)

OPTIONS = ("depth:low", "depth:medium", "depth:high", "view:why", "view:sources", "visible:yes")
"""What may follow a query, for completion."""

MAX_QUERY_CHARACTERS = 500
_DEPTHS: Final[Mapping[str, Depth]] = {"low": "low", "medium": "medium", "high": "high"}
_VIEWS: Final[Mapping[str, View]] = {"answer": "answer", "why": "why", "sources": "sources"}
_VISIBLE: Final[Mapping[str, str]] = {"yes": "yes", "no": "no"}
_HELP_WORDS = frozenset({"help", "?", "ヘルプ", "使い方"})
_DIGEST_COMMANDS: Final[Mapping[str, Command]] = {"preview": PreviewDigest(), "show": ShowSubscription()}
_MODERATOR_COMMANDS: Final[Mapping[str, Command]] = {"add": AddStories()}
_OPTION = re.compile(r"(?:^|\s+)(?P<name>depth|page|view|visible):(?P<value>\w+)$")
_MAX_PAGE = 100


def parse(text: str) -> Command:
    """Return the command that typed text stands for.

    Options are read from the end of the text only; all the rest that can be shown is the query,
    whatever is in it. Raises `InvalidInput` that says what to type instead.
    """
    name, _, rest = printable(text).strip().partition(" ")
    name = unicodedata.normalize("NFKC", name).lower()
    rest = rest.strip()
    match name:
        case "/ai-news":
            return _parse_lookup(rest)
        case "/ai-news-digest":
            return _parse_subcommand(name, rest, _DIGEST_COMMANDS)
        case "/ai-news-mod":
            return _parse_subcommand(name, rest, _MODERATOR_COMMANDS)
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
        words += ["visible:yes"] if command.visible else []
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
        visible=_choice("visible", options.get("visible", "no"), _VISIBLE) == "yes",
    )


def _parse_subcommand(name: str, text: str, known: Mapping[str, Command]) -> Command:
    command = known.get(text.lower())
    if command is None:
        raise InvalidInput("unknown_subcommand", command=name, known=", ".join(known))
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
