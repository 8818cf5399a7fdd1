"""Segmenting, pure: an article becomes stories."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, log

from bot.language import Names, language_of
from bot.model import Language, Span, TopicId
from bot.segment.cohesion import Bag, joined, links, partition
from bot.segment.cues import CONNECTIVE, LEAD_WORDS, Grade
from bot.segment.frame import body_of, headline_of, without_frame
from bot.segment.summary import summary_of
from bot.segment.title import title_of
from bot.segment.units import Unit, units_of

MOST_TOPICS = 6
LONGEST_SIGN = 40
"""Characters that stand for a story of which there is nothing to read."""

MOST_TOLD = 300
"""Sentences of a story that its title and summary are taken from."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a boundary costs, in nats.

    `cut`: any boundary, times the logarithm of the text's words. `link`: one between stretches that
    share all their words. `phrase`: how far a phrase is taken at its word. `alike`: the share of
    words from which neighbours are one story after all.
    """

    cut: float
    link: float
    phrase: float
    alike: float


# Tuned on articles strung together without any phrase between them.
ANY_TEXT = Prices(cut=0.8, link=150.0, phrase=1.0, alike=0.08)

# Where phrases announce several stories they are short and of one field.
ROUNDUP = Prices(cut=0.25, link=75.0, phrase=10.0, alike=0.12)

ANNOUNCING: tuple[Grade, ...] = ("opening", "sequence", "decisive")
FEWEST_ANNOUNCED = 3
FEWEST_SAID = 2
"""Phrases, or items of a list, from which a text announces its stories; those that say so by themselves."""

LAST_PARAGRAPHS = 2
FEWEST_NEW = 2
"""Paragraphs in which a subject was given; key words of a first sentence that make one of its own."""

BONUS: dict[Grade, float] = {
    "opening": 6.0,
    "sequence": 2.0,
    "decisive": 80.0,
    "closing": 10.0,
    "clear": 5.0,
    "weak": 2.0,
    "none": 0.0,
    "clinging": -1.0,
}
"""Nats off the price of a boundary, by the phrase that the paragraph after it begins with."""

HEADING_BONUS = 40.0
ITEM_BONUS = 60.0
"""Nats off before a heading, and before an item of a list of stories."""

INSIDE_PRICE = 2.0
SAME_BLOCK_PRICE = 20.0
"""Nats for a boundary inside a paragraph, and for one without the blank line that the others have."""

GIVEN_PRICE = 15.0
"""Nats for a boundary before a paragraph without a phrase that opens with a word already given."""

FEWEST_WORDS = 500
"""Words that a text is taken to have at least, lest a note of a few lines is cut up."""

STEP_LINK = 0.1
"""Likeness around phrases like "next" from which they part the steps of one story."""

FIELD_SHARE = 0.25
"""Share of a round-up's paragraphs from which a word belongs to its field and links no stories."""

SHORTEST_ITEM = 60
"""Characters, on average, of list items that tell a story each."""


def cut(text: str, names: Names) -> Cut:
    """Return the stories of an article in plain text or Markdown; front matter and outro belong to none.

    A text without a letter or a digit has no story.
    """
    language = language_of(text)
    if not any(character.isalnum() for character in text):
        return Cut(language=language, segments=())
    units = units_of(text, names)
    body = body_of(units) or units
    starts = _starts(body)
    stories = without_frame([body[start:end] for start, end in pairwise([*starts, len(body)])])
    headline = headline_of(units) if len(stories) == 1 else ""
    segments = tuple(_segment(text, _span_of(story), story, headline, names) for story in stories)
    return Cut(language=language, segments=segments)


def segment_of(text: str, span: Span, names: Names) -> Segment:
    """Return a given stretch of an article as a story; it has a letter or a digit."""
    stretch = text[span.start : span.end]
    units = units_of(stretch, names)
    return replace(_segment(stretch, Span(start=0, end=len(stretch)), units, "", names), span=span)


def _starts(units: Sequence[Unit]) -> list[int]:
    """Return at which units the stories start."""
    if not units:
        return []
    keys = [unit.keys for unit in units]
    telling = _without_field(keys)
    grades, prices = _grades(units, telling), ROUNDUP
    if _is_roundup(units, grades, links(keys)):
        keys = telling
    else:
        grades, prices = [unit.grade for unit in units], ANY_TEXT
    bonuses = _bonuses(units, grades, keys, prices)
    any_cut = prices.cut * log(max(FEWEST_WORDS, sum(unit.words.total() for unit in units)))
    costs = [any_cut + prices.link * link - bonus for link, bonus in zip(links(keys), bonuses, strict=True)]
    starts = partition([unit.words for unit in units], [0.0, *costs[1:]])
    return joined(keys, starts, [prices.alike + max(0.0, bonus) / ANY_TEXT.link for bonus in bonuses])


def _grades(units: Sequence[Unit], telling: Sequence[Bag]) -> list[Grade]:
    """Return the grades as in a round-up, where what follows a weak phrase decides what it means.

    Before a new subject it announces a story; before the subject of the last paragraphs it says nothing.
    """
    blocks = _has_blocks(units)
    found: list[Grade] = []
    last: deque[Bag] = deque(maxlen=LAST_PARAGRAPHS)
    for number, unit in enumerate(units):
        grade = unit.grade
        is_weak = grade == "weak" and CONNECTIVE.match(unit.text)
        if number and is_weak and (unit.paragraph.apart or not blocks):
            first = unit.sentences[0].keys if unit.sentences else Bag()
            given = {word for bag in last for word in bag}
            if any(word in given for word in first if word in telling[number]):
                grade = "none"
            elif len(first) >= FEWEST_NEW and given.isdisjoint(first) and not unit.paragraph.inside:
                grade = "decisive"
        if grade in ANNOUNCING or unit.is_heading:
            last.clear()
        if number or not LEAD_WORDS.search(unit.text):
            last.append(unit.keys)
        found.append(grade)
    return found


def _is_roundup(units: Sequence[Unit], grades: Sequence[Grade], cohesion: Sequence[float]) -> bool:
    """Whether phrases announce several stories, and not the steps of one."""
    said = [unit.grade for unit in units if unit.grade in ANNOUNCING]
    announced = sum(grade in ANNOUNCING for grade in grades)
    if announced < FEWEST_ANNOUNCED or len(said) < FEWEST_SAID:
        return False
    steps = [link for grade, link in zip(grades, cohesion, strict=True) if grade == "sequence"]
    return "decisive" in said or sum(steps) < STEP_LINK * len(steps)


def _without_field(bags: Sequence[Bag]) -> list[Bag]:
    """Return the bags without the words that run through the whole text."""
    spread = Counter(word for bag in bags for word in bag)
    most = max(2.0, FIELD_SHARE * len(bags))
    return [Counter({word: count for word, count in bag.items() if spread[word] <= most}) for bag in bags]


def _bonuses(
    units: Sequence[Unit], grades: Sequence[Grade], keys: Sequence[Bag], prices: Prices
) -> list[float]:
    """Return what speaks for a boundary before each unit, in nats, besides cohesion."""
    items = _items_are_stories(units)
    blocks = _has_blocks(units)
    bonuses = [0.0]
    for number, (before, unit) in enumerate(pairwise(units), 1):
        if before.is_heading:
            bonus = -inf
        elif unit.is_heading:
            bonus = HEADING_BONUS
        elif unit.paragraph.style:
            bonus = ITEM_BONUS if items else -ITEM_BONUS
        else:
            bonus = BONUS[grades[number]] * prices.phrase
            bonus -= INSIDE_PRICE if unit.paragraph.inside else 0.0
            bonus -= SAME_BLOCK_PRICE if blocks and not unit.paragraph.apart else 0.0
            if grades[number] == "none":
                bonus -= GIVEN_PRICE * _opens_with_given(unit, keys[number], keys[number - 1])
        bonuses.append(bonus)
    return bonuses


def _opens_with_given(unit: Unit, keys: Bag, before: Bag) -> bool:
    """Whether a paragraph opens with a word of the one before it, or of the whole field."""
    first = next(iter(unit.keys), None)
    return first is not None and (first in before or first not in keys)


def _items_are_stories(units: Sequence[Unit]) -> bool:
    """Whether the text is mostly a list whose items are long enough to tell something."""
    items = [len(unit.text) for unit in units if unit.paragraph.is_item]
    prose = sum(len(unit.text) for unit in units if not unit.is_heading)
    return (
        len(items) >= FEWEST_ANNOUNCED and sum(items) * 2 > prose and sum(items) > SHORTEST_ITEM * len(items)
    )


def _has_blocks(units: Sequence[Unit]) -> bool:
    """Whether blank lines part the paragraphs of the text, while some paragraphs have several lines."""
    prose = sum(not unit.paragraph.style for unit in units)
    return FEWEST_ANNOUNCED <= sum(unit.paragraph.apart for unit in units) < prose


def _span_of(story: Sequence[Unit]) -> Span:
    return Span(start=story[0].span.start, end=story[-1].span.end)


def _segment(text: str, span: Span, story: Sequence[Unit], headline: str, names: Names) -> Segment:
    topics = Counter(match.topic_id for match in names.find(text[span.start : span.end]))
    heading = headline or next((unit.text for unit in story if unit.is_heading), "")
    prose = [unit for unit in story if not unit.is_heading and not unit.paragraph.boilerplate] or story
    told = [sentence for unit in prose for sentence in unit.sentences][:MOST_TOLD]
    return Segment(
        span=span,
        title=title_of(told, heading) or text[span.start : span.end][:LONGEST_SIGN].strip(),
        summary=summary_of(told),
        topics=tuple(topic for topic, _ in topics.most_common(MOST_TOPICS)),
    )
