"""How a command may go on while it is being typed, pure: names of commands, their options, known names."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from bot.commands import CATALOGUE, OPTIONS, WISHES
from bot.language import Names
from bot.moderating.commands import SETTINGS

_TOLD: Final = {"/ai-news-digest": WISHES, "/ai-news-mod": SETTINGS}
"""What commands can be told, beside those of a query."""


class Completion:
    """Completes commands, their options, and the names of topics in every script."""

    def __init__(self, names: Names) -> None:
        self._usages = [entry.usage for entry in CATALOGUE if entry.usage.islower()]
        self._words = sorted({name for topic in names.topics.values() for name in topic.names.values()})

    def of(self, text: str) -> list[str]:
        """Return what may stand in the place of the last word of `text`."""
        options: Sequence[str] = OPTIONS
        for command, known in _TOLD.items():
            if text.startswith(f"{command} "):
                options = [f"{name}:{value}" for name, value in known.items()]
        return completions(text, self._usages, options, self._words)


@lru_cache(maxsize=16)
def completion_of(names: Names) -> Completion:
    """Return what completes commands with the names that a workspace knows."""
    return Completion(names)


def completions(text: str, usages: Iterable[str], options: Iterable[str], words: Iterable[str]) -> list[str]:
    """Return how the last word of a line may go on.

    `usages` complete a command's name, `options` its options, `words` what may be looked up.
    """
    text = unicodedata.normalize("NFKC", text[:1]) + text[1:]
    if not text.startswith("/"):
        return []
    command, space, rest = text.partition(" ")
    if not space:
        return sorted({usage for usage in usages if usage.startswith(command)})
    last = _folded(rest.rpartition(" ")[2])
    candidates = [*_usages_after(command, usages), *options, *words]
    return [word for word in dict.fromkeys(candidates) if last and _folded(word).startswith(last)]


def _usages_after(command: str, usages: Iterable[str]) -> list[str]:
    """Return the words that may follow a command's name in `usages`."""
    parts = [usage.split(" ") for usage in usages]
    return [words[1] for words in parts if words[0] == command and len(words) > 1]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
