"""The catalogue of commands: their names, options and help, and how typed text becomes a command."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from bot.display import printable
from bot.errors import InvalidInput
from bot.lookup import Depth
from bot.moderating.commands import ModeratorCommand, parse_moderation
from bot.options import read_options

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
    """`/ai-news help`, `/ai-news-digest help`, and `/ai-news-mod` with it or alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDigest:
    """`/ai-news-digest preview`: what would be posted now, for the asker alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSubscription:
    """`/ai-news-digest show`: what this channel gets, and when next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """`/ai-news-digest subscribe [times:… …]`: this channel gets digests from now on, as wished for."""

    wishes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSubscription:
    """`/ai-news-digest change times:…`: what is named changes, the rest stays."""

    wishes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSubscription:
    """`/ai-news-digest pause`: no digests until it is resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSubscription:
    """`/ai-news-digest resume`: digests again, from the next turn on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSubscription:
    """`/ai-news-digest remove`: no digests any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNow:
    """`/ai-news-digest now`: what is new is posted at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillInSubscription:
    """`/ai-news-digest` alone: the form with every setting of this channel's subscription.

    `basis` names what the settings were when the form was made.
    """

    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggest:
    """`/ai-news suggest`: the form with which members propose a story, where the workspace lets them."""


DigestCommand = (
    Subscribe
    | ShowSubscription
    | ChangeSubscription
    | PauseSubscription
    | ResumeSubscription
    | RemoveSubscription
    | PreviewDigest
    | PostNow
)
Command = Ask | Newest | Help | Suggest | DigestCommand | FillInSubscription | ModeratorCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the catalogue: how it is typed, the phrase that explains it, and whether members may."""

    usage: str
    help_key: str
    for_moderators: bool = False


CATALOGUE = (
    Entry(usage="/ai-news QUERY", help_key="help.ask"),
    Entry(usage="/ai-news", help_key="help.newest"),
    Entry(usage="/ai-news help", help_key="help.help"),
    Entry(usage="/ai-news suggest", help_key="help.suggest"),
    Entry(usage="/ai-news-digest preview", help_key="help.preview"),
    Entry(usage="/ai-news-digest show", help_key="help.show"),
    Entry(usage="/ai-news-digest", help_key="help.digest", for_moderators=True),
    Entry(usage="/ai-news-digest subscribe", help_key="help.subscribe", for_moderators=True),
    Entry(usage="/ai-news-digest change", help_key="help.change", for_moderators=True),
    Entry(usage="/ai-news-digest now", help_key="help.now", for_moderators=True),
    Entry(usage="/ai-news-digest pause", help_key="help.pause", for_moderators=True),
    Entry(usage="/ai-news-digest resume", help_key="help.resume", for_moderators=True),
    Entry(usage="/ai-news-digest remove", help_key="help.remove", for_moderators=True),
    Entry(usage="/ai-news-mod add", help_key="help.add", for_moderators=True),
    Entry(usage="/ai-news-mod queue", help_key="help.queue", for_moderators=True),
    Entry(usage="/ai-news-mod story", help_key="help.story", for_moderators=True),
    Entry(usage="/ai-news-mod log", help_key="help.log", for_moderators=True),
    Entry(usage="/ai-news-mod undo", help_key="help.undo", for_moderators=True),
    Entry(usage="/ai-news-mod topics", help_key="help.topics", for_moderators=True),
    Entry(usage="/ai-news-mod setup", help_key="help.setup", for_moderators=True),
)

OPTIONS = ("depth:low", "depth:medium", "depth:high", "view:why", "view:sources", "visible:yes")
"""What may follow a query, for completion."""

WISHES: Final[Mapping[str, str]] = {
    "times": "09:00,18:00",
    "days": "weekdays",
    "cron": '"0 9 * * 1"',
    "zone": "Asia/Tokyo",
    "language": "both",
    "topics": "deepseek",
    "keywords": '"open source"',
    "without": "openai",
    "without-keywords": "rumour",
    "count": "8",
    "style": "compact",
    "empty": "say",
    "quiet": "22:00-07:00",
    "mention": "off",
    "mention-topics": "deepseek",
    "tag": "news",
    "publish": "yes",
}
"""What a subscription can be told, each with an example of how."""

MAX_QUERY_CHARACTERS = 500
_DEPTHS: Final[Mapping[str, Depth]] = {"low": "low", "medium": "medium", "high": "high"}
_VIEWS: Final[Mapping[str, View]] = {"answer": "answer", "why": "why", "sources": "sources"}
_VISIBLE: Final[Mapping[str, str]] = {"yes": "yes", "no": "no"}
_HELP_WORDS = frozenset({"help", "?", "ヘルプ", "使い方"})
_SUGGEST_WORDS = frozenset({"suggest", "提案"})
_DIGEST_COMMANDS: Final[Mapping[str, type[DigestCommand]]] = {
    "subscribe": Subscribe,
    "show": ShowSubscription,
    "change": ChangeSubscription,
    "pause": PauseSubscription,
    "resume": ResumeSubscription,
    "remove": RemoveSubscription,
    "preview": PreviewDigest,
    "now": PostNow,
}
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
            return _parse_digest(name, rest)
        case "/ai-news-mod":
            return parse_moderation(rest) if rest and not _wants_help(rest) else Help()
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
    if _wants_help(query) and not options:
        return Help()
    if query.lower() in _SUGGEST_WORDS and not options:
        return Suggest()
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


def _parse_digest(name: str, text: str) -> Command:
    if not text:
        return FillInSubscription()
    word, _, rest = text.partition(" ")
    if _wants_help(text):
        return Help()
    if word.lower() == "form":
        return FillInSubscription(basis=rest.strip())
    command = _DIGEST_COMMANDS.get(word.lower())
    if command is Subscribe or command is ChangeSubscription:
        return command(wishes=read_options(rest, WISHES))
    if command is None or rest:
        raise InvalidInput("unknown_subcommand", command=name, known=", ".join(_DIGEST_COMMANDS))
    return command()


def _wants_help(text: str) -> bool:
    return text.lower() in _HELP_WORDS


def without_options(text: str) -> str:
    """Return a text that is read as a query and nothing else, whoever wrote it."""
    return _take_options(" ".join(printable(text).split()))[0].strip()


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
