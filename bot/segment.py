"""Segmenting, pure: an article becomes stories."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, log

from bot.cohesion import Bag, joined, links, partition
from bot.cues import Grade
from bot.frame import body_of, without_frame
from bot.language import language_of
from bot.model import Language, Span, TopicId
from bot.names import Names
from bot.units import Unit, units_of

CUT_PRICE = 0.8
"""Nats for a boundary, times the logarithm of the text's words; tuned on articles strung together."""

LINK_PRICE = 150.0
"""Nats for a boundary between stretches that share all their words; tuned likewise."""

ALIKE = 0.12
"""Share of words from which neighbours are one story, where no phrase says otherwise."""

BONUS: dict[Grade, float] = {
    "opening": 60.0,
    "decisive": 60.0,
    "closing": 60.0,
    "clear": 25.0,
    "weak": 8.0,
    "none": 0.0,
    "clinging": -25.0,
}
"""Nats that a phrase at the start of a paragraph takes off the price of a boundary before it."""

HEADING_BONUS = 40.0
ITEM_BONUS = 60.0
INSIDE_BLOCK_BONUS = -20.0
"""Nats: before a heading, before an item of a list of stories, and where the text has blank lines but not here."""

CERTAIN = 20.0
"""Nats of bonus from which a boundary is said rather than guessed."""

ROUNDUP = 3
"""Certain boundaries that make an article a round-up."""

FIELD_SHARE = 0.25
"""Share of a round-up's units from which a word belongs to its field and links no stories."""

MOST_TOPICS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One story of an article: where it stands, and a title and a summary in the article's own sentences."""

    span: Span
    title: str
    summary: str
    topics: tuple[TopicId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """An article cut into stories, in order, not overlapping."""

    language: Language
    segments: tuple[Segment, ...]


def cut(text: str, names: Names) -> Cut:
    """Return the stories of an article in plain text or Markdown; front matter and outro belong to none."""
    units = units_of(text, names)
    body = body_of(units) or units
    stories = without_frame([body[start:end] for start, end in pairwise([*_starts(body), len(body)])])
    return Cut(language=language_of(text), segments=tuple(_segment(text, story, names) for story in stories))


def _starts(units: Sequence[Unit]) -> list[int]:
    """Return at which units the stories start."""
    if not units:
        return []
    bonuses = _bonuses(units)
    keys = [unit.keys for unit in units]
    if sum(bonus >= CERTAIN for bonus in bonuses) >= ROUNDUP:
        keys = _without_field(keys)
    price = CUT_PRICE * log(2 + sum(unit.words.total() for unit in units))
    prices = [price + LINK_PRICE * link - bonus for link, bonus in zip(links(keys), bonuses, strict=True)]
    prices[0] = 0.0
    starts = partition([unit.words for unit in units], prices)
    return joined(keys, starts, [ALIKE + max(0.0, bonus) / LINK_PRICE for bonus in bonuses])


def _bonuses(units: Sequence[Unit]) -> list[float]:
    """Return what speaks for a boundary before each unit, in nats, besides the words."""
    items = _items_are_stories(units)
    blocks = _has_blocks(units)
    bonuses = []
    for number, unit in enumerate(units):
        bonus = BONUS[unit.grade]
        if number and units[number - 1].is_heading:
            bonus = -inf
        elif unit.is_heading:
            bonus = HEADING_BONUS
        elif unit.paragraph.style:
            bonus = ITEM_BONUS if items else BONUS["clinging"]
        elif blocks and not unit.paragraph.apart:
            bonus += INSIDE_BLOCK_BONUS
        bonuses.append(bonus)
    return bonuses


def _items_are_stories(units: Sequence[Unit]) -> bool:
    """Whether the text is mostly a list whose items are long enough to tell something."""
    items = [len(unit.text) for unit in units if unit.paragraph.style.startswith("item")]
    prose = sum(len(unit.text) for unit in units if not unit.is_heading)
    return len(items) >= ROUNDUP and sum(items) * 2 > prose and sum(items) > 60 * len(items)


def _has_blocks(units: Sequence[Unit]) -> bool:
    """Whether blank lines part the paragraphs of the text, while some paragraphs have several lines."""
    prose = [unit for unit in units if not unit.paragraph.style]
    apart = sum(unit.paragraph.apart for unit in units)
    return apart >= ROUNDUP and apart < len(prose)


def _without_field(bags: Sequence[Bag]) -> list[Bag]:
    """Return the bags without the words that run through the whole text."""
    spread = Counter(word for bag in bags for word in bag)
    most = max(2.0, FIELD_SHARE * len(bags))
    return [Counter({word: count for word, count in bag.items() if spread[word] <= most}) for bag in bags]


def _segment(text: str, story: Sequence[Unit], names: Names) -> Segment:
    span = Span(start=story[0].span.start, end=story[-1].span.end)
    counts = Counter(match.topic_id for match in names.find(text[span.start : span.end]))
    return Segment(
        span=span, title=story[0].text[:40], summary="", topics=tuple(topic for topic, _ in counts.most_common(MOST_TOPICS))
    )
