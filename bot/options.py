"""Typed options, pure: `name:value name:"several words"` becomes what was named, each with its value."""

import re
import unicodedata
from collections.abc import Container, Mapping
from typing import Final

from bot.errors import InvalidInput

MAX_CHARACTERS = 2_000

_QUOTED = r'"[^"]*"|“[^”]*”|「[^」]*」'
_OPTION = re.compile(
    rf'(?P<name>[a-z-]+): ?(?P<value>(?:{_QUOTED}|(?! [a-z-]+:)[^"“「])*)(?: |$)', re.IGNORECASE
)


_QUOTES: Final = ('""', "“”", "「」")
_PLAIN: Final = re.compile(r"[\w.-]+")
_WHOLE: Final = re.compile(_QUOTED)


def is_plain(value: str) -> bool:
    """Return whether a value needs no quotes."""
    return bool(_PLAIN.fullmatch(value)) and unicodedata.is_normalized("NFKC", value)


def quoted(value: str) -> str:
    """Return a value in quotes that are none of its own, so that `read_options` gives it back `verbatim`.

    It comes back as NFKC has it; where it has every kind of quotes itself, its double ones become single.
    """
    value = unicodedata.normalize("NFKC", value)
    for opening, closing in _QUOTES:
        if opening not in value and closing not in value:
            return f"{opening}{value}{closing}"
    return '"' + value.replace('"', "'") + '"'


def read_options(text: str, known: Mapping[str, str], verbatim: Container[str] = ()) -> dict[str, str]:
    """Return each option's value as typed; what stands in quotes belongs together, and loses them.

    Those that are `verbatim` keep all but what they stand in as a whole. `known` has an example for each
    option there is. Raises `InvalidInput` for any other.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput("wishes_too_long", limit=MAX_CHARACTERS, length=len(text))
    options: dict[str, str] = {}
    start = 0
    while start < len(text):
        found = _OPTION.match(text, start)
        if found is None or found["name"].lower() not in known:
            name = text[start:].partition(" ")[0].partition(":")[0][:40]
            example = ":".join(next(iter(known.items())))
            raise InvalidInput("unknown_wish", name=name, known=", ".join(known), example=example)
        name, value = found["name"].lower(), found["value"].strip()
        if name not in verbatim:
            value = re.sub('["“”「」]', "", value)
        elif _WHOLE.fullmatch(value):
            value = value[1:-1]
        options[name] = value.strip()
        start = found.end()
    return options
