"""The newest names that no topic knows, pure: found in stories, counted, the newest first."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language import Names, normalise
from bot.language.unknown import names_in
from bot.model import Story

MOST: Final = 40
_TWICE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A name as most stories spell it, how many tell it, and the newest of them."""

    name: str
    count: int
    newest: Story


def unknown_names(stories: Sequence[Story], names: Names) -> list[UnknownName]:
    """Return at most `MOST` names that stories (the newest first) tell and no topic has.

    Those that two stories tell come before those of one, and then the newest. A part of a longer name (a
    family's) that is told too, or of a topic's, is left out.
    """
    found: dict[str, list[tuple[str, Story]]] = {}
    for story in stories:
        for name in dict.fromkeys(_names_of(story)):
            found.setdefault(normalise(name), []).append((name, story))
    known = [name for topic in names.topics for name in names.names_of(topic)]
    parts = _parts([*(spelled[0][0] for spelled in found.values()), *known])
    kept = [key for key in found if key not in parts and not names.find(found[key][0][0])]
    told = [_told(found[key]) for key in kept]
    return sorted(told, key=_newest_first)[:MOST]


def _names_of(story: Story) -> Iterable[str]:
    for telling in story.tellings:
        # A title in English may write every word with a capital.
        title = telling.title if telling.language == "ja" else ""
        yield from names_in("\n".join((title, telling.summary, telling.body)))


def _parts(names: Iterable[str]) -> set[str]:
    """Return the parts of names, normalised: words of one, and what a Japanese one begins with."""
    parts: set[str] = set()
    for name in names:
        if len(words := re.split(r"[\s・=＝]+", name)) > 1:
            parts.update(map(normalise, words))
        if not name.isascii():
            parts.update(normalise(name[:end]) for end in range(2, len(name)))
    return parts


def _told(spelled: Sequence[tuple[str, Story]]) -> UnknownName:
    stories = {story.id: story for _, story in spelled}
    usual = Counter(name for name, _ in spelled).most_common(1)[0][0]
    newest = max(stories.values(), key=lambda story: story.published_at)
    return UnknownName(name=usual, count=len(stories), newest=newest)


def _newest_first(name: UnknownName) -> tuple[bool, float, int, str]:
    return name.count < _TWICE, -name.newest.published_at.timestamp(), -name.count, name.name
