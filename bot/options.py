"""Typed options, pure: `name:value name:"several words"` becomes what was named, each with its value."""

import re
import unicodedata
from collections.abc import Mapping

from bot.errors import InvalidInput

MAX_CHARACTERS = 2_000

_QUOTED = r'"[^"]*"|“[^”]*”|「[^」]*」'
_OPTION = re.compile(
    rf'(?P<name>[a-z-]+): ?(?P<value>(?:{_QUOTED}|(?! [a-z-]+:)[^"“「])*)(?: |$)', re.IGNORECASE
)


def read_options(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return each option's value as typed; what stands in quotes belongs together, and loses them.

    `known` has an example for each option there is. Raises `InvalidInput` for any other.
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
        options[found["name"].lower()] = re.sub('["“”「」]', "", found["value"]).strip()
        start = found.end()
    return options
