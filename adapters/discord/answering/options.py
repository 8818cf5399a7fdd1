"""What was chosen in a command of Discord's as the text that `bot.commands` reads, pure.

The grammar there stays the only one; a value that was chosen here can never be read as another option.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.discord.showing.command_options import (
    ATTACHMENT,
    CHANNEL,
    GROUP,
    ROLE,
    SUBCOMMAND,
    field_of,
    named_by,
)
from bot.commands import MAX_QUERY_CHARACTERS
from bot.display import printable
from bot.moderating.commands import TOPIC_WORDS, read_as_name
from bot.options import quoted

Given = Mapping[str, Any]
"""A part of an interaction's data, as Discord's documentation on interactions describes it."""

_OPTION: Final = re.compile(r"(?<!\S)(depth|page|view|visible):(?=\w)")
_FULLWIDTH_COLON: Final = "："
_DIGEST: Final = "ai-news-digest"
_MODERATION: Final = "ai-news-mod"
_MENTIONED_ROLE: Final = re.compile("<@&([0-9]{1,20})>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command as text, and the id of the channel that was chosen for it in place of where it was typed."""

    text: str
    channel: str | None = None


def typed(data: Given) -> Typed:
    """Return what a slash command's data stands for."""
    name = str(data["name"])
    options = list(data.get("options", ()))
    if name == "ai-news":
        return Typed(text=_lookup({option["name"]: option["value"] for option in options}))
    words, channel = [f"/{name}"], None
    given = _inner(options, words)
    if name == _MODERATION:
        return Typed(text=_moderation(words, given))
    for option in given:
        if option["type"] == CHANNEL and name == _DIGEST:
            channel = str(option["value"])
        else:
            words.append(_wish(option))
    return Typed(text=" ".join(filter(None, words)), channel=channel)


def focused(data: Given) -> tuple[str, str]:
    """Return the field that the option being typed is suggested for, and what is typed of it."""
    words: list[str] = []
    for option in _inner(data.get("options", ()), words):
        if option.get("focused"):
            word = words[0] if words and data.get("name") == _MODERATION else ""
            return field_of(word, str(option["name"])), str(option.get("value", ""))
    return "", ""


def chosen_roles(data: Given) -> list[str]:
    """Return the ids of the roles among what was chosen, and of those that a text mentions."""
    roles: list[str] = []
    for option in _inner(data.get("options", ()), []):
        value = str(option["value"])
        roles += [value] if option["type"] == ROLE else _MENTIONED_ROLE.findall(value)
    return roles


def uploaded(data: Given) -> Given | None:
    """Return the file that was given with a command, as Discord describes it."""
    files = data.get("resolved", {}).get("attachments", {})
    for option in _inner(data.get("options", ()), []):
        if option["type"] == ATTACHMENT and (file := files.get(str(option["value"]))):
            return dict(file)
    return None


def is_silent_role(data: Given, *, mentions_all: bool) -> bool:
    """Return whether a role was chosen to be called by whose mention Discord notifies nobody.

    That is one that not everyone may mention, unless the bot `mentions_all` (documentation on permissions).
    """
    roles = data.get("resolved", {}).get("roles", {})
    chosen = [option for option in _inner(data.get("options", ()), []) if option["name"] == "mention"]
    return (
        any(not roles.get(str(one["value"]), {}).get("mentionable", True) for one in chosen)
        and not mentions_all
    )


def _inner(options: Iterable[Given], words: list[str]) -> list[Given]:
    """Return the options of the subcommand, whose word joins the words, or of a command without any.

    Those of a group have another name there than what is typed.
    """
    options = list(options)
    in_group = bool(options) and options[0]["type"] == GROUP
    if in_group:
        options = list(options[0].get("options", ()))
    if options and options[0]["type"] == SUBCOMMAND:
        name = str(options[0]["name"])
        words.append(TOPIC_WORDS.get(name, name) if in_group else name)
        return list(options[0].get("options", ()))
    return options


def _moderation(words: list[str], options: Iterable[Given]) -> str:
    """Return what moderators chose: what is named stands first, options after it, a file nowhere."""
    named = named_by(words[-1])
    behind: list[str] = []
    for option in options:
        if option["name"] == named:
            words.append(read_as_name(_line(option["value"])))
        elif option["type"] != ATTACHMENT:
            behind.append(_wish(option))
    return " ".join(filter(None, [*words, *behind]))


def _lookup(values: Given) -> str:
    query = _OPTION.sub(rf"\1{_FULLWIDTH_COLON}", _line(values.get("query", "")))[:MAX_QUERY_CHARACTERS]
    words = ["/ai-news", query]
    if query and "depth" in values:
        words.append(f"depth:{values['depth']}")
    if query and values.get("visible"):
        words.append("visible:yes")
    return " ".join(filter(None, words))


def _wish(option: Given) -> str:
    """Return an option as a wish; nothing for one that says nothing."""
    name, value = str(option["name"]), option["value"]
    if name.startswith("no-"):
        return f"{name.removeprefix('no-')}:off" if value else ""
    read: Callable[[Any], str] = _READ.get(int(option["type"]), _line)
    text = ("yes" if value else "no") if isinstance(value, bool) else read(value)
    return f"{name}:{quoted(text)}"


def _line(value: object) -> str:
    """Return a value as one line, without what `parse` leaves out: nothing becomes an option by that."""
    return " ".join(printable(str(value)).split())


_READ: Final[Mapping[int, Callable[[Any], str]]] = {
    ROLE: lambda value: f"<@&{value}>",
    CHANNEL: lambda value: f"<#{value}>",
}
