"""What was chosen in a command of Discord's as the text that `bot.commands` reads, pure.

The grammar there stays the only one; a value that was chosen here can never be read as another option.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.discord.commands import CHANNEL, ROLE, SUBCOMMAND
from bot.commands import MAX_QUERY_CHARACTERS
from bot.display import printable

Given = Mapping[str, Any]
"""A part of an interaction's data, as Discord's documentation on interactions describes it."""

_QUOTES: Final = re.compile('["“”「」]')
_OPTION: Final = re.compile(r"(?<!\S)(depth|page|view|visible):(?=\w)")
_FULLWIDTH_COLON: Final = "："
_DIGEST: Final = "ai-news-digest"


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
    for option in _inner(options, words):
        if option["type"] == CHANNEL and name == _DIGEST:
            channel = str(option["value"])
        else:
            words.append(_wish(option))
    return Typed(text=" ".join(filter(None, words)), channel=channel)


def focused(data: Given) -> tuple[str, str]:
    """Return the name of the option that is being typed, and what is typed of it."""
    options = list(data.get("options", ()))
    for option in _inner(options, []):
        if option.get("focused"):
            return str(option["name"]), str(option.get("value", ""))
    return "", ""


def chosen_roles(data: Given) -> list[str]:
    """Return the ids of the roles among what was chosen."""
    return [
        str(option["value"]) for option in _inner(list(data.get("options", ())), []) if option["type"] == ROLE
    ]


def is_silent_role(data: Given, *, mentions_all: bool) -> bool:
    """Return whether a role was chosen to be called by whose mention Discord notifies nobody.

    That is one that not everyone may mention, unless the bot `mentions_all` (documentation on permissions).
    """
    roles = data.get("resolved", {}).get("roles", {})
    chosen = [option for option in _inner(list(data.get("options", ())), []) if option["name"] == "mention"]
    return (
        any(not roles.get(str(one["value"]), {}).get("mentionable", True) for one in chosen)
        and not mentions_all
    )


def _inner(options: Iterable[Given], words: list[str]) -> list[Given]:
    """Return the options of the subcommand, whose name joins the words, or of a command without any."""
    options = list(options)
    if options and options[0]["type"] == SUBCOMMAND:
        words.append(str(options[0]["name"]))
        return list(options[0].get("options", ()))
    return options


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
    return f'{name}:"{_QUOTES.sub("", unicodedata.normalize("NFKC", text))}"'


def _line(value: object) -> str:
    """Return a value as one line, without what `parse` leaves out: nothing becomes an option by that."""
    return " ".join(printable(str(value)).split())


_READ: Final[Mapping[int, Callable[[Any], str]]] = {
    ROLE: lambda value: f"<@&{value}>",
    CHANNEL: lambda value: f"<#{value}>",
}
