"""The commands as Discord is told of them, pure: `bot.commands` with a name and a sentence for every option.

Type numbers and limits are those of Discord's documentation on application commands. What is typed is the
same in every language; what stands beside it is in the reader's.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.discord.permissions import KINDS
from bot.commands import CATALOGUE, MAX_QUERY_CHARACTERS
from bot.phrases import phrase
from bot.wishes import MAX_STORIES

Json = dict[str, object]

CHAT_INPUT: Final = 1
MESSAGE: Final = 3

SUBCOMMAND: Final = 1
STRING: Final = 3
INTEGER: Final = 4
BOOLEAN: Final = 5
CHANNEL: Final = 7
ROLE: Final = 8

MEDIA: Final = 16
"""Discord's published description of its interface knows no option that takes this type of channel."""

POSTABLE: Final = tuple(number for number in KINDS if number != MEDIA)
WRITABLE: Final = tuple(number for number, kind in KINDS.items() if kind != "forum")
THREADS: Final = tuple(number for number, kind in KINDS.items() if kind == "thread")
"""Types of the channels that a digest can go to, those that take a message as it is, and threads."""

MANAGE_GUILD: Final = 1 << 5
IN_SERVERS: Final = {"contexts": [0], "integration_types": [0]}

MAX_WISH: Final = 300
"""Characters of one wish: more than any that can be fulfilled has."""

ADD_MESSAGE: Final = phrase("command.add_message", "en")
"""The name of the command in the menu of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What may be given with a command. `choices` are values, whose names are phrases."""

    name: str
    type: int = STRING
    choices: tuple[str, ...] = ()
    completes: bool = False
    highest: int | None = None
    channel_types: tuple[int, ...] = ()


_CHANNEL: Final = Option(name="channel", type=CHANNEL, channel_types=POSTABLE)
_LANGUAGES: Final = ("ja", "en", "both")
_LOOKUP: Final = (
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
    Option(name="moderators", type=ROLE),
    Option(name="no-moderators", type=BOOLEAN),
    Option(name="desk", type=CHANNEL, channel_types=WRITABLE),
    Option(name="no-desk", type=BOOLEAN),
    Option(name="language", choices=_LANGUAGES[:2]),
    Option(name="zone", completes=True),
)
"""What a server can be told."""

_TAKES_WISHES: Final = ("subscribe", "change")


def payload() -> list[Json]:
    """Return the body of the request that puts these commands in the place of all others."""
    return [
        {
            "name": "ai-news",
            "type": CHAT_INPUT,
            **_described("command.ask"),
            "options": [_option(option) for option in _LOOKUP],
            **IN_SERVERS,
        },
        _group("ai-news-digest", "command.digest", _digest_subcommands()),
        _group(
            "ai-news-mod",
            "command.mod",
            [_subcommand("add", "command.add", ()), _subcommand("setup", "command.setup", SETTINGS)],
        ),
        {
            "name": ADD_MESSAGE,
            "name_localizations": _localised("command.add_message"),
            "type": MESSAGE,
            "default_member_permissions": MANAGE_GUILD,
            **IN_SERVERS,
        },
    ]


def fingerprint(commands: Iterable[Json]) -> str:
    """Return what differs where anything in the commands does."""
    text = json.dumps(list(commands), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _group(name: str, described_by: str, subcommands: list[Json]) -> Json:
    return {
        "name": name,
        "type": CHAT_INPUT,
        **_described(described_by),
        "options": subcommands,
        "default_member_permissions": MANAGE_GUILD,
        **IN_SERVERS,
    }


def _digest_subcommands() -> list[Json]:
    usages = [entry.usage.split(" ") for entry in CATALOGUE]
    names = [words[1] for words in usages if words[0] == "/ai-news-digest" and len(words) > 1]
    return [
        _subcommand(name, f"command.digest_{name}", (*(WISHES if name in _TAKES_WISHES else ()), _CHANNEL))
        for name in names
    ]


def _subcommand(name: str, described_by: str, options: Iterable[Option]) -> Json:
    return {
        "name": name,
        "type": SUBCOMMAND,
        **_described(described_by),
        "options": [_option(option) for option in options],
    }


def _option(option: Option) -> Json:
    word = option.name.replace("-", "_")
    shown: Json = {
        "name": option.name,
        "name_localizations": _localised(f"optionname.{word}"),
        "type": option.type,
        **_described(f"option.{word}"),
        "required": False,
    }
    if option.choices:
        shown["choices"] = [_choice(option.name, value) for value in option.choices]
    if option.completes:
        shown["autocomplete"] = True
    if option.type == INTEGER and option.highest is not None:
        shown |= {"min_value": 1, "max_value": option.highest}
    if option.type == STRING and not option.choices:
        shown["max_length"] = option.highest or MAX_WISH
    if option.channel_types:
        shown["channel_types"] = list(option.channel_types)
    return shown


def _choice(option: str, value: str) -> Json:
    names = _localised(f"depth.{value}" if option == "depth" else f"choice.{option}_{value}")
    return {"name": names["en-US"], "name_localizations": names, "value": value}


def _described(key: str) -> Json:
    texts = _localised(key)
    return {"description": texts["en-US"], "description_localizations": texts}


def _localised(key: str) -> Mapping[str, str]:
    """Return a phrase by Discord's names of languages; any other sees the English of the United States."""
    english = phrase(key, "en")
    return {"en-US": english, "en-GB": english, "ja": phrase(key, "ja")}
