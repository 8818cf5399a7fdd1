"""Wishes, pure: what is typed for a subscription becomes its settings, or says what to type instead."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import time
from functools import cache, partial
from typing import Final, TypeVar
from zoneinfo import available_timezones

from bot.commands import WISHES
from bot.display import printable
from bot.errors import InvalidInput
from bot.language import Names, normalise
from bot.model import EVERY_DAY, LANGUAGES, Language, Mention, Style, Subscription, TopicId, WhenEmpty
from bot.subscriptions.timetable import MAX_TURNS_A_DAY, check_cron

MAX_STORIES: Final = 30
MAX_ENTRIES: Final = 20
MAX_KEYWORD_CHARACTERS: Final = 60
MAX_TAG_CHARACTERS: Final = 20
"""What the name of a forum's tag holds on Discord (its documentation on channels)."""

_DAYS: Final = {
    **{day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{day: number for number, day in enumerate("月火水木金土日")},
}
_DAY_WORDS: Final = {
    **dict.fromkeys(("daily", "everyday", "毎日"), EVERY_DAY),
    **dict.fromkeys(("weekdays", "平日"), EVERY_DAY[:5]),
    **dict.fromkeys(("weekends", "週末", "土日"), EVERY_DAY[5:]),
}
_TIME: Final = re.compile(r"(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{2})?分?)?")
_KANJI: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_NOTHING: Final = frozenset({"", "off", "none", "all", "なし", "すべて"})
_LANGUAGES: Final[Mapping[str, tuple[Language, ...]]] = {
    **dict.fromkeys(("ja", "日本語"), ("ja",)),
    **dict.fromkeys(("en", "英語"), ("en",)),
    **dict.fromkeys(("both", "両方"), LANGUAGES),
    "ja,en": ("ja", "en"),
    "en,ja": ("en", "ja"),
}
_STYLES: Final[Mapping[str, Style]] = {"full": "full", "compact": "compact", "thread": "thread"}
_WHEN_EMPTY: Final[Mapping[str, WhenEmpty]] = {"skip": "skip", "say": "say"}
_PUBLISH: Final = {"yes": True, "はい": True, "no": False, "off": False, "いいえ": False}
_TARGET: Final = re.compile(r"(?:<(?:@&|!subteam\^))?(?P<id>[\w.:-]{1,64})>?", re.ASCII)

T = TypeVar("T")


def fulfil(wishes: Mapping[str, str], subscription: Subscription, names: Names) -> Subscription:
    """Return a subscription with the settings named in `wishes` changed, and no other.

    Raises `InvalidInput` and `InvalidSchedule`.
    """
    given = {name: plain(value) for name, value in wishes.items()}
    if unknown := given.keys() - WISHES.keys():
        known = ", ".join(WISHES)
        raise InvalidInput("unknown_wish", name=min(unknown)[:40], known=known, example="times:09:00,18:00")
    if given.get("cron", "") not in _NOTHING and given.keys() & {"times", "days"}:
        raise InvalidInput("cron_or_times")
    for name in sorted(given, key=list(WISHES).index):
        subscription = _FULFILLED[name](given[name], subscription, names)
    return subscription


def plain(value: str) -> str:
    """Return what was typed without differences that mean nothing: width, and kinds and runs of spaces."""
    return " ".join(unicodedata.normalize("NFKC", printable(value)).split())


def _times(value: str, subscription: Subscription, _: Names) -> Subscription:
    times = sorted({_read_time(entry) for entry in _entries(value)})
    if not 1 <= len(times) <= MAX_TURNS_A_DAY:
        raise InvalidInput("times_count", limit=MAX_TURNS_A_DAY)
    return replace(subscription, times=tuple(times), cron="")


def _read_time(text: str) -> time:
    found = _TIME.fullmatch(text)
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (99, 99)
    if hour > 23 or minute > 59:
        raise InvalidInput("time_unreadable", time=text[:40])
    return time(hour, minute)


def _days(value: str, subscription: Subscription, _: Names) -> Subscription:
    days = {day for entry in _entries(value.lower()) for day in _read_days(entry)}
    if not days:
        raise InvalidInput("days_unreadable", days=value[:40])
    return replace(subscription, weekdays=tuple(sorted(days)), cron="")


def _read_days(text: str) -> tuple[int, ...]:
    if text in _DAY_WORDS:
        return _DAY_WORDS[text]
    if text.isascii() and (day := _DAYS.get(text[:3])) is not None and text.isalpha():
        return (day,)
    signs = re.sub("曜日?", "", text)
    if all(sign in _DAYS for sign in signs):
        return tuple(_DAYS[sign] for sign in signs)
    raise InvalidInput("days_unreadable", days=text[:40])


def _cron(value: str, subscription: Subscription, _: Names) -> Subscription:
    if value.lower() in _NOTHING:
        return replace(subscription, cron="")
    check_cron(value)
    return replace(subscription, cron=value)


def _zone(value: str, subscription: Subscription, _: Names) -> Subscription:
    return replace(subscription, time_zone=read_zone(value))


def read_zone(value: str) -> str:
    """Return the time zone of a name, or of a city that gives its name to one. Raises `InvalidInput`."""
    known = zones()
    typed = value.lower().replace(" ", "_")
    if typed not in known:
        nearest = difflib.get_close_matches(typed[:100], known, n=1)
        near = known[nearest[0]] if nearest else "Asia/Tokyo"
        raise InvalidInput("zone_unknown", zone=value[:60], nearest=near)
    return known[typed]


@cache
def zones() -> Mapping[str, str]:
    """Return the name of every zone by how it may be typed: in lower case, or its city alone."""
    zones = sorted(zone for zone in available_timezones() if _is_zone(zone))
    cities = {zone.rpartition("/")[2].lower(): zone for zone in zones if "/" in zone}
    return cities | {zone.lower(): zone for zone in zones}


def _is_zone(name: str) -> bool:
    return not name.startswith(("posix/", "right/")) and name not in ("localtime", "Factory")


def _language(value: str, subscription: Subscription, _: Names) -> Subscription:
    languages = _choice("language", value, _LANGUAGES, known=("ja", "en", "both"))
    # With both, labels stay in the language that they are in.
    first = subscription.languages[0]
    if value.lower() in ("both", "両方") and first != languages[0]:
        languages = languages[::-1]
    return replace(subscription, languages=languages)


def _topics(value: str, subscription: Subscription, names: Names, *, setting: str) -> Subscription:
    topics = tuple(dict.fromkeys(_wished_topic(entry, names) for entry in _list(value)))
    match setting:
        case "topics":
            return replace(subscription, topics=topics)
        case "without":
            return replace(subscription, without_topics=topics)
        case _:
            mention = subscription.mention
            if mention is None and topics:
                raise InvalidInput("mention_whom")
            return replace(subscription, mention=mention and replace(mention, topics=topics))


def _wished_topic(typed: str, names: Names) -> TopicId:
    topic = _find_topic(typed, names)
    if topic is None:
        raise InvalidInput("wished_topic_unknown", topic=typed[:60], nearest=_nearest_topics(typed, names))
    return topic


def read_topic(typed: str, names: Names) -> TopicId:
    """Return the topic of an id, or of any name that it has in any script. Raises `InvalidInput`."""
    topic = _find_topic(typed, names)
    if topic is None:
        raise InvalidInput("topic_unknown", topic=typed[:60], nearest=_nearest_topics(typed, names))
    return topic


def _find_topic(typed: str, names: Names) -> TopicId | None:
    if typed.lower() in names.topics or typed.lower() in names.joined:
        return TopicId(typed.lower())
    return next((found.topic_id for found in names.find(typed) if found.form == typed), None)


def _nearest_topics(typed: str, names: Names) -> str:
    spellings = {
        normalise(name): topic.id
        for topic in names.topics.values()
        for name in (topic.id, *names.names_of(topic.id))
    }
    near = difflib.get_close_matches(normalise(typed[:60]), spellings, n=5, cutoff=0.5)
    topics = dict.fromkeys(spellings[name] for name in near) or dict.fromkeys(sorted(names.topics)[:3])
    return ", ".join(list(topics)[:3])


def _keywords(value: str, subscription: Subscription, _: Names, *, left_out: bool) -> Subscription:
    keywords = tuple(dict.fromkeys(_list(value)))
    for keyword in keywords:
        shortest = 1 if _KANJI.fullmatch(keyword) else 2
        if not shortest <= len(normalise(keyword)) <= MAX_KEYWORD_CHARACTERS:
            raise InvalidInput("keyword_length", keyword=keyword[:60], limit=MAX_KEYWORD_CHARACTERS)
    if left_out:
        return replace(subscription, without_keywords=keywords)
    return replace(subscription, keywords=keywords)


def _count(value: str, subscription: Subscription, _: Names) -> Subscription:
    if not re.fullmatch("[0-9]{1,4}", value) or not 1 <= int(value) <= MAX_STORIES:
        raise InvalidInput("bad_option", option="count", known=f"1–{MAX_STORIES}")
    return replace(subscription, story_count=int(value))


def _style(value: str, subscription: Subscription, _: Names) -> Subscription:
    return replace(subscription, style=_choice("style", value, _STYLES))


def _empty(value: str, subscription: Subscription, _: Names) -> Subscription:
    return replace(subscription, when_empty=_choice("empty", value, _WHEN_EMPTY))


def _quiet(value: str, subscription: Subscription, _: Names) -> Subscription:
    if value.lower() in _NOTHING:
        return replace(subscription, quiet=None)
    start, sign, end = re.sub("から|[〜~–—]", "-", value).replace(" ", "").partition("-")
    end = end.removesuffix("まで")
    if not (sign and _TIME.fullmatch(start) and _TIME.fullmatch(end)):
        raise InvalidInput("quiet_unreadable", quiet=value[:40])
    quiet = (_read_time(start), _read_time(end))
    if quiet[0] == quiet[1]:
        raise InvalidInput("quiet_unreadable", quiet=value[:40])
    return replace(subscription, quiet=quiet)


def _mention(value: str, subscription: Subscription, _: Names) -> Subscription:
    if value.lower() in _NOTHING:
        return replace(subscription, mention=None)
    found = _TARGET.fullmatch(value)
    if found is None:
        raise InvalidInput("mention_unreadable", mention=value[:60])
    topics = subscription.mention.topics if subscription.mention else ()
    return replace(subscription, mention=Mention(target=found["id"], topics=topics))


def _tag(value: str, subscription: Subscription, _: Names) -> Subscription:
    tag = "" if value.lower() in _NOTHING else value
    if len(tag) > MAX_TAG_CHARACTERS:
        raise InvalidInput("tag_too_long", limit=MAX_TAG_CHARACTERS, length=len(tag))
    return replace(subscription, tag=tag)


def _publish(value: str, subscription: Subscription, _: Names) -> Subscription:
    return replace(subscription, publish=_choice("publish", value, _PUBLISH, known=("yes", "no")))


def _entries(value: str) -> list[str]:
    return [entry for entry in re.split(r"\s*[,、]\s*", value) if entry]


def _list(value: str) -> list[str]:
    """Return the entries of a list that may be empty. Raises `InvalidInput` where there are too many."""
    entries = [] if value.lower() in _NOTHING else _entries(value)
    if len(entries) > MAX_ENTRIES:
        raise InvalidInput("list_too_long", limit=MAX_ENTRIES)
    return entries


def _choice(option: str, value: str, known_as: Mapping[str, T], known: Iterable[str] = ()) -> T:
    typed = re.sub(r"\s*,\s*", ",", value.lower())
    if typed not in known_as:
        raise InvalidInput("bad_option", option=option, known=", ".join(known or known_as))
    return known_as[typed]


_FULFILLED: Final[Mapping[str, Callable[[str, Subscription, Names], Subscription]]] = {
    "times": _times,
    "days": _days,
    "cron": _cron,
    "zone": _zone,
    "language": _language,
    "topics": partial(_topics, setting="topics"),
    "keywords": partial(_keywords, left_out=False),
    "without": partial(_topics, setting="without"),
    "without-keywords": partial(_keywords, left_out=True),
    "count": _count,
    "style": _style,
    "empty": _empty,
    "quiet": _quiet,
    "mention": _mention,
    "mention-topics": partial(_topics, setting="mention-topics"),
    "tag": _tag,
    "publish": _publish,
}
