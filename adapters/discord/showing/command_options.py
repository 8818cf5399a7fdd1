"""What may be given with each command on Discord: options, their types, and how they become text, pure data.

Type numbers are those of Discord's documentation on application commands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.discord.permissions import KINDS
from bot.commands import MAX_QUERY_CHARACTERS
from bot.model import LANGUAGES
from bot.moderating.commands import ACTIONS, MAX_PAGE
from bot.subscriptions.wishes import MAX_STORIES

SUBCOMMAND: Final = 1
GROUP: Final = 2
STRING: Final = 3
INTEGER: Final = 4
BOOLEAN: Final = 5
CHANNEL: Final = 7
ROLE: Final = 8
ATTACHMENT: Final = 11

MEDIA: Final = 16
"""Discord's published description of its interface knows no option that takes this type of channel."""

POSTABLE: Final = tuple(number for number in KINDS if number != MEDIA)
WRITABLE: Final = tuple(number for number, kind in KINDS.items() if kind != "forum")
THREADS: Final = tuple(number for number, kind in KINDS.items() if kind == "thread")
"""Types of the channels that a digest can go to, those that take a message as it is, and threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What may be given with a command. `choices` are values, whose names are phrases.

    What is suggested while it is typed are choices for the field `suggests`, or for that of its own name.
    """

    name: str
    type: int = STRING
    choices: tuple[str, ...] = ()
    completes: bool = False
    suggests: str = ""
    highest: int | None = None
    channel_types: tuple[int, ...] = ()


_LANGUAGES: Final = (*LANGUAGES, "both")
LOOKUP: Final = (
    Option(name="query", completes=True, highest=MAX_QUERY_CHARACTERS),
    Option(name="depth", choices=("low", "medium", "high")),
    Option(name="visible", type=BOOLEAN),
)
WISHES: Final = (
    Option(name="times", completes=True),
    Option(name="days", completes=True),
    Option(name="topics", completes=True),
    Option(name="count", type=INTEGER, highest=MAX_STORIES),
    Option(name="style", choices=("full", "compact", "thread")),
    Option(name="language", choices=_LANGUAGES),
    Option(name="zone", completes=True),
    Option(name="keywords"),
    Option(name="without", completes=True),
    Option(name="without-keywords"),
    Option(name="quiet"),
    Option(name="empty", choices=("skip", "say")),
    Option(name="mention", type=ROLE),
    Option(name="mention-topics", completes=True),
    Option(name="no-mention", type=BOOLEAN),
    Option(name="tag", highest=20),
    Option(name="publish", type=BOOLEAN),
    Option(name="cron"),
)
"""What a subscription can be told. A role cannot say "nobody", so that has an option of its own."""

SETTINGS: Final = (
    Option(name="moderators"),
    Option(name="no-moderators", type=BOOLEAN),
    Option(name="desk", type=CHANNEL, channel_types=WRITABLE),
    Option(name="no-desk", type=BOOLEAN),
    Option(name="language", choices=LANGUAGES),
    Option(name="zone", completes=True),
    Option(name="publishers", choices=("moderators", "managers", "nobody")),
    Option(name="suggestions", type=BOOLEAN),
    Option(name="replies", type=BOOLEAN),
)
"""What a server can be told. Its moderators are several roles and people, which only text can name."""

_STORY: Final = Option(name="story", completes=True)
_REASON: Final = Option(name="reason")
_LANGUAGE: Final = Option(name="language", choices=LANGUAGES)
_PAGE: Final = Option(name="page", type=INTEGER, highest=MAX_PAGE)
_TOPIC: Final = Option(name="topic", completes=True)
_NAME: Final = Option(name="name")

MODERATION: Final[Mapping[str, tuple[Option, ...]]] = {
    "add": (Option(name="url", highest=1_000), Option(name="file", type=ATTACHMENT)),
    "queue": (_PAGE,),
    "story": (_STORY, Option(name="part", choices=("story", "history", "copies")), _PAGE),
    "approve": (_STORY,),
    "reject": (_STORY, _REASON),
    "edit": (_STORY, _LANGUAGE),
    "facts": (_STORY,),
    "correct": (_STORY, _REASON, _LANGUAGE),
    "retract": (_STORY, _REASON),
    "restore": (Option(name="story", completes=True, suggests="retracted"), _REASON),
    "merge": (_STORY, Option(name="into", completes=True, suggests="story"), _REASON),
    "pin": (_STORY, _REASON),
    "unpin": (_STORY, _REASON),
    "hide": (_STORY, _REASON),
    "unhide": (_STORY, _REASON),
    "log": (Option(name="by"), Option(name="action", choices=ACTIONS), _STORY, _PAGE),
    "undo": (Option(name="change"), _REASON),
    "setup": SETTINGS,
}
"""What follows `/ai-news-mod`, but for what is about topics."""

TOPICS: Final = "topics"
"""The group of what is about topics: Discord takes 25 words after a command, and there are more."""

CURATION: Final[Mapping[str, tuple[Option, ...]]] = {
    "topics": (_PAGE,),
    "topic": (Option(name="topic"), _NAME),
    "untopic": (_TOPIC,),
    "alias": (_TOPIC, _NAME),
    "unalias": (_TOPIC, _NAME),
    "join": (_TOPIC, Option(name="into", completes=True, suggests="topic")),
    "part": (_TOPIC,),
    "mute": (_TOPIC,),
    "unmute": (_TOPIC,),
}

_NAMES_NOTHING: Final = frozenset({"queue", "log", "topics", "setup"})


def named_by(word: str) -> str:
    """Return the option whose value stands right behind a word of moderators, without its name."""
    options = {**MODERATION, **CURATION}.get(word, ())
    return options[0].name if options and word not in _NAMES_NOTHING else ""


def field_of(word: str, option: str) -> str:
    """Return the field that suggestions for an option of a moderators' word are made for."""
    for known in {**MODERATION, **CURATION}.get(word, ()):
        if known.name == option:
            return known.suggests or option
    return option
