"""The commands as Discord is told of them, pure: `bot.commands` with a name and a sentence for every option.

Type numbers and limits are those of Discord's documentation on application commands. What is typed is the
same in every language; what stands beside it is in the reader's.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from adapters.discord.showing.command_options import (
    CHANNEL,
    CURATION,
    GROUP,
    INTEGER,
    LOOKUP,
    MODERATION,
    POSTABLE,
    STRING,
    SUBCOMMAND,
    TOPICS,
    WISHES,
    Option,
)
from bot.commands import CATALOGUE
from bot.moderating.commands import TOPIC_WORDS
from bot.phrases import phrase

Json = dict[str, object]

CHAT_INPUT: Final = 1
MESSAGE: Final = 3

MANAGE_GUILD: Final = 1 << 5
IN_SERVERS: Final = {"contexts": [0], "integration_types": [0]}

MAX_WISH: Final = 300
"""Characters of one wish: more than any that can be fulfilled has."""

ADD_MESSAGE: Final = phrase("command.add_message", "en")
"""The name of the command in the menu of a message."""

_CHANNEL: Final = Option(name="channel", type=CHANNEL, channel_types=POSTABLE)
_TAKES_WISHES: Final = ("subscribe", "change")


def payload() -> list[Json]:
    """Return the body of the request that puts these commands in the place of all others."""
    return [
        {
            "name": "ai-news",
            "type": CHAT_INPUT,
            **_described("command.ask"),
            "options": [_option(option) for option in LOOKUP],
            **IN_SERVERS,
        },
        _group("ai-news-digest", "command.digest", _digest_subcommands()),
        _group("ai-news-mod", "command.mod", _moderation()),
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


def _moderation() -> list[Json]:
    words = [_subcommand(word, f"command.mod_{word}", options) for word, options in MODERATION.items()]
    about_topics = [
        _subcommand(name, f"command.mod_{word}", CURATION[word]) for name, word in TOPIC_WORDS.items()
    ]
    group = {"name": TOPICS, "type": GROUP, **_described("command.mod_group"), "options": about_topics}
    return [*words, group]


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
    keys = {"depth": f"depth.{value}", "action": f"action.{value}"}
    names = _localised(keys.get(option, f"choice.{option}_{value}"))
    return {"name": names["en-US"], "name_localizations": names, "value": value}


def _described(key: str) -> Json:
    texts = _localised(key)
    return {"description": texts["en-US"], "description_localizations": texts}


def _localised(key: str) -> Mapping[str, str]:
    """Return a phrase by Discord's names of languages; any other sees the English of the United States."""
    english = phrase(key, "en")
    return {"en-US": english, "en-GB": english, "ja": phrase(key, "ja")}
