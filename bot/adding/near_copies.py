"""Near-copies, pure: whether a text tells much the same as a story that is known.

Texts are compared by the runs of characters that they share, folded. Measured on 11,136 pairs of paragraphs
of one article (Japanese), on articles beside others' accounts of the same events, and on English round-ups.
"""

from collections.abc import Iterable
from typing import Final

from bot.language import language_of, normalise
from bot.model import Language, Story, StoryId

RUN: Final[dict[Language, int]] = {"ja": 3, "en": 5}
"""Characters of a run: about a word. Any two English texts have a third of their runs of three in common."""

SHARE: Final = 0.28
"""Share of the shorter text's runs from which it is a near-copy.

Of two stories of one article, 1 pair in 200 share as much; of two accounts of one event, 3 in 4.
"""

FEWEST: Final = 40
"""Runs that are shared at least: in a short text, phrases that all texts of a field use weigh too much."""

FEWEST_WHOLE: Final = 10
"""Runs from which a shorter text is taken for a near-copy that stands in the other as a whole."""


Runs = frozenset[str]


def nearest(text: str, stories: Iterable[Story]) -> Story | None:
    """Return the story most like a text, of those that tell much the same in its language."""
    return nearest_of_each([text], [stories])[0]


def nearest_of_each(texts: Iterable[str], candidates: Iterable[Iterable[Story]]) -> list[Story | None]:
    """Return for each text the `nearest` of its candidates; one that several texts have is read once."""
    runs: dict[tuple[StoryId, Language], Runs] = {}
    return [_nearest(text, stories, runs) for text, stories in zip(texts, candidates, strict=True)]


def _nearest(
    text: str, stories: Iterable[Story], known: dict[tuple[StoryId, Language], Runs]
) -> Story | None:
    language = language_of(text)
    ours = _runs(text, language)
    found: Story | None = None
    most = 0.0
    for story in stories:
        for telling in story.tellings:
            if telling.language == language:
                key = story.id, language
                if key not in known:
                    known[key] = _runs(f"{telling.title}\n{telling.body}", language)
                likeness = _likeness(ours, known[key])
                if likeness > most:
                    found, most = story, likeness
    return found


def _runs(text: str, language: Language) -> Runs:
    folded = "".join(normalise(text).split())
    length = RUN[language]
    return frozenset(folded[start : start + length] for start in range(len(folded) - length + 1))


def _likeness(ours: Runs, others: Runs) -> float:
    """Return which share of the shorter text's runs the longer has; 0 where that is no near-copy."""
    shorter = min(len(ours), len(others))
    shared = len(ours & others)
    if shared < FEWEST and not FEWEST_WHOLE <= shared == shorter:
        return 0.0
    return shared / shorter if shared > SHARE * shorter else 0.0
