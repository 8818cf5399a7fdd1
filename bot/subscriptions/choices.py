"""What settings can be, as choices to pick from, pure: for the fields of a form and for what is typed."""

from collections.abc import Iterable, Mapping
from typing import Final

from babel.dates import get_day_names

from bot.form import Choice
from bot.language import Names
from bot.model import EVERY_DAY, Language, TopicId
from bot.phrases import phrase

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week as they are typed, in the order of Python's numbers for them."""

_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "language": ("ja", "en", "both"),
    "style": ("full", "compact", "thread"),
    "empty": ("skip", "say"),
    "publish": ("no", "yes"),
}


def choices(setting: str, language: Language) -> tuple[Choice, ...]:
    """Return the values of a setting that has only a few; nothing for any other."""
    return tuple(
        Choice(value=value, label=phrase(f"choice.{setting}_{value}", language))
        for value in _VALUES.get(setting, ())
    )


def day_choices(language: Language) -> tuple[Choice, ...]:
    """Return the days of the week, from Monday on."""
    names = get_day_names("wide", locale=language)
    return tuple(Choice(value=DAY_NAMES[day], label=names[day]) for day in EVERY_DAY)


def topic_choices(topics: Iterable[TopicId], names: Names, language: Language) -> tuple[Choice, ...]:
    """Return topics, each called as it is in a language; one that is known no more by its id."""
    return tuple(Choice(value=topic, label=topic_name(topic, names, language)) for topic in topics)


def topic_name(topic: TopicId, names: Names, language: Language) -> str:
    """Return what a topic is called in a language; one that is known no more is called by its id."""
    known = names.topics.get(topic) or names.joined.get(topic)
    return known.names[language] if known else topic
