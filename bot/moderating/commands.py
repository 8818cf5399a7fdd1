"""What moderators type after `/ai-news-mod`, and what the buttons under their messages do.

A story is named by its id, or by words that find it. A number after `revision:` is that of the story or draft
as it was when the button or form was made: who presses it later is shown what changed meanwhile.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar, get_args

from bot.changes import Action
from bot.errors import InvalidInput
from bot.model import LANGUAGES, Language
from bot.options import is_plain, quoted, read_options

COMMAND: Final = "/ai-news-mod"

StoryAct = Literal[
    "approve", "reject", "edit", "facts", "correct", "retract", "restore", "pin", "unpin", "hide", "unhide"
]
StoryPart = Literal["story", "history", "copies"]
DraftAct = Literal[
    "show", "piece", "keep", "drop", "join", "split", "up", "down", "title",
    "add", "merge", "update", "publish", "discard",
]  # fmt: skip
TopicAct = Literal["topic", "untopic", "alias", "unalias", "join", "part", "mute", "unmute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStories:
    """`/ai-news-mod add [URL]`: the form that an article is added with; what stands at an address is read."""

    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraft:
    """`/ai-news-mod draft ID [act:… piece:N at:N page:N revision:N]`: an article before it goes in.

    `piece` counts from 1; `at` is the character of the text before which a piece is split.
    """

    draft: str
    act: DraftAct = "show"
    piece: int = 0
    at: int = 0
    page: int = 1
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowQueue:
    """`/ai-news-mod queue [page:N]`: the stories that wait for approval."""

    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStory:
    """`/ai-news-mod story STORY`: a story with all that can be done with it; `part` is what is shown."""

    story: str
    part: StoryPart = "story"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerateStory:
    """`/ai-news-mod approve|reject|edit|… STORY [reason:…] [language:ja] [revision:N]`: one story is changed.

    What has to be said first (a text, a reason) is asked for with a form. `facts` are source, date, topics.
    """

    act: StoryAct
    story: str
    reason: str = ""
    language: Language | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeStories:
    """`/ai-news-mod merge STORY into:STORY [reason:…]`: one story goes into another, as a further source."""

    story: str
    into: str = ""
    reason: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLog:
    """`/ai-news-mod log [by:… action:… story:… page:N]`: who changed what, and why."""

    by: str = ""
    action: Action | None = None
    story: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoChange:
    """`/ai-news-mod undo [CHANGE] [reason:…]`: a change is taken back; the asker's last one without an id."""

    change: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTopics:
    """`/ai-news-mod topics [page:N]`: what the workspace decided about topics, and names that none knows."""

    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CurateTopic:
    """`/ai-news-mod alias TOPIC name:…`, `join TOPIC into:TOPIC`, `mute TOPIC` …; without them, a form.

    `topics` may stand before these words, as it does on Discord.
    """

    act: TopicAct
    topic: str = ""
    name: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """`/ai-news-mod setup [moderators:… …]`: what the workspace has set, changed where something is named."""

    wishes: Mapping[str, str] = field(default_factory=dict)


ModeratorCommand = (
    AddStories
    | ReviewDraft
    | ShowQueue
    | ShowStory
    | ModerateStory
    | MergeStories
    | ShowLog
    | UndoChange
    | ShowTopics
    | CurateTopic
    | SetUp
)

SETTINGS: Final[Mapping[str, str]] = {
    "moderators": "<@&42>,<@7>",
    "desk": "<#7>",
    "language": "ja",
    "zone": "Asia/Tokyo",
    "publishers": "managers",
    "suggestions": "yes",
    "replies": "yes",
}
"""What a workspace can be told, each with an example of how."""

STORY_ACTS: Final[tuple[StoryAct, ...]] = get_args(StoryAct)
DRAFT_ACTS: Final[tuple[DraftAct, ...]] = get_args(DraftAct)
TOPIC_ACTS: Final[tuple[TopicAct, ...]] = get_args(TopicAct)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
STORY_PARTS: Final[tuple[StoryPart, ...]] = get_args(StoryPart)

WORDS: Final = (
    "add", "queue", "story", "approve", "reject", "edit", "facts", "correct", "retract", "restore", "merge",
    "pin", "unpin", "hide", "unhide", "log", "undo",
    "topics", "topic", "untopic", "alias", "unalias", "join", "part", "mute", "unmute", "setup",
)  # fmt: skip
"""What may follow, as people type it; `draft` only stands on buttons."""

TOPIC_WORDS: Final[Mapping[str, str]] = {
    "list": "topics",
    "add": "topic",
    "remove": "untopic",
    "alias": "alias",
    "unalias": "unalias",
    "join": "join",
    "part": "part",
    "mute": "mute",
    "unmute": "unmute",
}
"""What may follow `topics`, and the word that stands for both: Discord has them as a group of commands."""

MAX_PAGE: Final = 1_000
MAX_REASON: Final = 300
"""Characters of the reason that somebody gives."""

_Known = TypeVar("_Known", bound=str)
_Default = TypeVar("_Default")
_MAX_NUMBER: Final = 9
_EXAMPLES: Final[Mapping[str, str]] = {
    "act": "show",
    "piece": "2",
    "at": "120",
    "page": "2",
    "revision": "3",
    "reason": '"wrong name"',
    "language": "ja",
    "into": "deepseek",
    "name": "ディープシーク",
    "by": "mika",
    "action": "correct",
    "story": "deepseek",
    "part": "history",
}

# An id may have a colon in it, such as guid:1; an option that nobody knows is told so after a name only.
_VERBATIM: Final = frozenset({"reason", "by"})
"""Options that say something as it is written, with quotes of its own."""

_OPTION_BEGINS: Final = re.compile(rf"(?:^(?:{'|'.join(_EXAMPLES)})|\s[a-z-]+):(?!//)", re.IGNORECASE)


def parse_moderation(text: str) -> ModeratorCommand:
    """Return the command of what follows `/ai-news-mod`. Raises `InvalidInput`."""
    word, rest = _begun(text)
    if word == "setup":
        return SetUp(wishes=read_options(rest, SETTINGS))
    if word == "add":
        return AddStories(url=rest)
    named, options = _parted(rest)
    match word:
        case "draft":
            return _draft(named, options)
        case "queue":
            return ShowQueue(page=_number(options, "page", 1))
        case "story":
            part = _one_of(options, "part", STORY_PARTS, None)
            return ShowStory(story=named, part=part or "story", page=_number(options, "page", 1))
        case "merge":
            return MergeStories(
                story=named,
                into=options.get("into", ""),
                reason=options.get("reason", ""),
                revision=_number(options, "revision", 0),
            )
        case "log":
            action = _one_of(options, "action", ACTIONS, None)
            by, story = options.get("by", named), options.get("story", "")
            return ShowLog(by=by, action=action, story=story, page=_number(options, "page", 1))
        case "undo":
            return UndoChange(change=named, reason=options.get("reason", ""))
        case "topics":
            return ShowTopics(page=_number(options, "page", 1))
        case _:
            return _act(word, named, options)


def _begun(text: str) -> tuple[str, str]:
    """Return the word that says what is to be done, and what follows it."""
    word, rest = _first_word(text)
    if word != "topics":
        return word, rest
    act, after = _first_word(rest)
    return (TOPIC_WORDS[act], after) if act in TOPIC_WORDS else (word, rest)


def _first_word(text: str) -> tuple[str, str]:
    word, _, rest = text.partition(" ")
    return word.lower(), rest.strip()


def _draft(named: str, options: Mapping[str, str]) -> ReviewDraft:
    return ReviewDraft(
        draft=named,
        act=_one_of(options, "act", DRAFT_ACTS, "show"),
        piece=_number(options, "piece", 0),
        at=_number(options, "at", 0),
        page=_number(options, "page", 1),
        revision=_number(options, "revision", 0),
    )


def _act(word: str, named: str, options: Mapping[str, str]) -> ModerateStory | CurateTopic:
    if act := next((known for known in STORY_ACTS if known == word), None):
        return ModerateStory(
            act=act,
            story=named,
            reason=options.get("reason", ""),
            language=_one_of(options, "language", LANGUAGES, None),
            revision=_number(options, "revision", 0),
        )
    if topic_act := next((known for known in TOPIC_ACTS if known == word), None):
        name, into = options.get("name", ""), options.get("into", "")
        return CurateTopic(act=topic_act, topic=named, name=name, into=into)
    raise InvalidInput("unknown_subcommand", command=COMMAND, known=", ".join(WORDS))


def typed(word: str, named: str = "", **options: str | int) -> str:
    """Return the text that parses to a command: what a button types. Options that are empty are left out."""
    words = [COMMAND, word, *([named] if named else [])]
    for name, value in options.items():
        if value:
            text = str(value)
            words.append(f"{name}:{text if is_plain(text) else quoted(text)}")
    return " ".join(words)


def read_as_name(text: str) -> str:
    """Return a text in which no option begins, whoever wrote it: it is read as the name of something."""
    return _OPTION_BEGINS.sub(lambda found: found[0].replace(":", "："), text)


def _parted(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the first option, and the options."""
    begins = _OPTION_BEGINS.search(text)
    if begins is None:
        return text, {}
    return text[: begins.start()].strip(), read_options(text[begins.start() :], _EXAMPLES, _VERBATIM)


def _number(options: Mapping[str, str], name: str, default: int) -> int:
    # A long row of digits is refused unread: Python raises on thousands of them.
    value = options.get(name, str(default))
    if not (value.isascii() and value.isdecimal()) or len(value) > _MAX_NUMBER:
        raise InvalidInput("bad_option", option=name, known=f"0–{10**_MAX_NUMBER - 1}")
    if name == "page" and not 1 <= int(value) <= MAX_PAGE:
        raise InvalidInput("bad_option", option=name, known=f"1–{MAX_PAGE}")
    return int(value)


def _one_of(
    options: Mapping[str, str], name: str, known: Sequence[_Known], default: _Default
) -> _Known | _Default:
    typed = options.get(name)
    if typed is None:
        return default
    value = next((value for value in known if value == typed.lower()), None)
    if value is None:
        raise InvalidInput("bad_option", option=name, known=", ".join(known))
    return value
