"""How a command may go on while it is being typed, pure: names of commands, their options, known names."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from bot.commands import CATALOGUE, OPTIONS, WISHES
from bot.language import Names
from bot.model import LANGUAGES
from bot.moderating.commands import ACTIONS, COMMAND, SETTINGS, STORY_ACTS, STORY_PARTS, WORDS

_ABOUT_STORIES: Final = frozenset({"story", "merge", *STORY_ACTS})
_NAMING_STORIES: Final[Mapping[str, str]] = {"merge": "into:", "log": "story:"}
"""The options that name a story, by the words that have them."""

_MODERATION: Final[Mapping[str, Sequence[str]]] = {
    "setup": [f"{name}:{value}" for name, value in SETTINGS.items()],
    "story": [f"part:{part}" for part in STORY_PARTS],
    "log": [f"action:{action}" for action in ACTIONS],
    "edit": [f"language:{language}" for language in LANGUAGES],
    "correct": [f"language:{language}" for language in LANGUAGES],
}
"""What moderators can say after each of their words, beside names of stories and topics."""

_SAID: Final = re.compile(rf"{COMMAND} +(\w+) +(.*)")


class Completion:
    """Completes commands, their options, and the names of topics in every script."""

    def __init__(self, names: Names) -> None:
        self._usages = [
            *(entry.usage for entry in CATALOGUE if entry.usage.islower()),
            *(f"{COMMAND} {word}" for word in WORDS),
        ]
        self._words = sorted({name for topic in names.topics.values() for name in topic.names.values()})

    def of(self, text: str) -> list[str]:
        """Return what may stand in the place of the last word of `text`."""
        options: Sequence[str] = OPTIONS
        if text.startswith("/ai-news-digest "):
            options = [f"{name}:{value}" for name, value in WISHES.items()]
        elif text.startswith(f"{COMMAND} "):
            said = _SAID.fullmatch(text)
            options = _MODERATION.get(said[1], ()) if said else ()
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
    after = [] if " " in rest else _usages_after(command, usages)
    candidates = [*after, *options, *words]
    return [word for word in dict.fromkeys(candidates) if last and _folded(word).startswith(last)]


def story_sought(text: str) -> tuple[str, str, str] | None:
    """Return what begins the last word of a line, what is typed of a story after that, and for which field.

    None where no story is named. It is by one word while it is being typed: what it is found by is replaced
    by its id.
    """
    said = _SAID.fullmatch(text)
    if said is None:
        return None
    word, rest = said[1], said[2]
    last, option = rest.rpartition(" ")[2], _NAMING_STORIES.get(word)
    if option and last.startswith(option):
        return option, last.removeprefix(option), "story"
    if word not in _ABOUT_STORIES or " " in rest:
        return None
    return "", rest, "retracted" if word == "restore" else "story"


def _usages_after(command: str, usages: Iterable[str]) -> list[str]:
    """Return the words that may follow a command's name in `usages`."""
    parts = [usage.split(" ") for usage in usages]
    return [words[1] for words in parts if words[0] == command and len(words) > 1]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
