"""The frame of an article, pure: headline, byline, lead and outro, which are no stories of their own."""

from collections import Counter
from collections.abc import Sequence

from bot.segment.cues import APPEAL, LEAD_WORDS
from bot.segment.units import Unit

FEWEST_STORIES = 3
"""Parts. A text with fewer is no round-up, so that nothing in it sums up the others."""

LONGEST_LEAD = 6
LONGEST_OUTRO = 8
"""Units looked at from either end."""

RETOLD = 0.5
"""Share of a unit's key words that other stories have too, from which it tells nothing of its own."""


def body_of(units: Sequence[Unit]) -> Sequence[Unit]:
    """Return the units without headline, byline and buttons before them and the page's own lines after them.

    The last heading before the text stays where it is one of a row of headings of the same kind.
    """
    start = 0
    while start < len(units) and (units[start].is_heading or units[start].paragraph.boilerplate):
        start += 1
    if 0 < start < len(units) and _heads_a_story(units, start - 1):
        start -= 1
    end = len(units)
    while end > start and (units[end - 1].is_heading or units[end - 1].paragraph.boilerplate):
        end -= 1
    return units[start:end]


def headline_of(units: Sequence[Unit]) -> str:
    """Return the headline of an article: the first line, where it is a heading."""
    return units[0].text if units and units[0].is_heading and not units[0].paragraph.boilerplate else ""


def _heads_a_story(units: Sequence[Unit], at: int) -> bool:
    style = units[at].paragraph.style
    if not units[at].is_heading or units[at].paragraph.boilerplate:
        return False
    return any(unit.paragraph.style == style for unit in units[at + 1 :]) and (at > 0 or style != "short")


def without_frame(stories: Sequence[Sequence[Unit]]) -> list[Sequence[Unit]]:
    """Return the stories without the units that announce or repeat what the others tell."""
    if len(stories) < FEWEST_STORIES:
        return list(stories)
    units = [unit for story in stories for unit in story]
    start, end = _lead_end(units, stories), _outro_start(units, stories)
    kept: list[Sequence[Unit]] = []
    at = 0
    for story in stories:
        inside = [unit for number, unit in enumerate(story, at) if start <= number < end]
        at += len(story)
        if any(not unit.is_heading for unit in inside):
            kept.append(inside)
    return kept or list(stories)


def _lead_end(units: Sequence[Unit], stories: Sequence[Sequence[Unit]]) -> int:
    """Return the number of units that announce the stories."""
    early = units[: min(LONGEST_LEAD, len(units) // 2)]
    rows = any(unit.grade in ("sequence", "decisive") for unit in units)
    for number, unit in enumerate(early):
        if number and rows and unit.grade == "opening":
            return number
    styles = Counter(unit.paragraph.style for unit in units if unit.is_heading)
    for number, unit in enumerate(early):
        if unit.is_heading and styles[unit.paragraph.style] >= FEWEST_STORIES:
            return number
        if not _announces(unit, _others(unit, stories)):
            return number
    return len(early)


def _others(unit: Unit, stories: Sequence[Sequence[Unit]]) -> list[Sequence[Unit]]:
    return [story for story in stories if unit not in story]


def _announces(unit: Unit, others: Sequence[Sequence[Unit]]) -> bool:
    reach = _reach(unit, others)
    greets = LEAD_WORDS.search(unit.text) is not None
    return reach >= FEWEST_STORIES or (greets and (reach >= 2 or unit.keys.total() < 12))


def _reach(unit: Unit, stories: Sequence[Sequence[Unit]]) -> int:
    """Return how many stories a unit speaks of, by words that only one of them has; 0 where it tells more."""
    vocabularies = [{word for other in story for word in other.keys} for story in stories]
    homes = {word: [n for n, words in enumerate(vocabularies) if word in words] for word in unit.keys}
    known = sum(1 for places in homes.values() if places)
    if known < RETOLD * len(homes):
        return 0
    return len({places[0] for places in homes.values() if len(places) == 1})


def _outro_start(units: Sequence[Unit], stories: Sequence[Sequence[Unit]]) -> int:
    """Return the place of the first unit that repeats the stories or takes leave."""
    first_late = max(len(units) - LONGEST_OUTRO, len(units) // 2)
    for number in range(first_late, len(units)):
        if units[number].grade == "closing" and not any(u.is_heading for u in units[number:]):
            return number
    end = len(units)
    while end > first_late and _repeats(units[end - 1], _others(units[end - 1], stories)):
        end -= 1
    return end


def _repeats(unit: Unit, others: Sequence[Sequence[Unit]]) -> bool:
    if APPEAL.search(unit.text) or unit.paragraph.boilerplate:
        return True
    return _reach(unit, others) >= FEWEST_STORIES
