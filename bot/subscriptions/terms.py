"""The terms of a subscription, pure: what a channel gets and when, in words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import loss_of
from bot.language import Names
from bot.message import Block, Heading, Message, Paragraph, Run, note, paragraph
from bot.model import EVERY_DAY, Language, Mention, Subscription, TopicId
from bot.phrases import phrase, phrase_date, phrase_days, phrase_runs
from bot.subscriptions.choices import topic_name
from bot.subscriptions.timetable import turns

TURNS_SHOWN: Final = 3

_WORKDAYS: Final = EVERY_DAY[:5]
_WEEKENDS: Final = EVERY_DAY[5:]


def terms_message(
    subscription: Subscription, names: Names, now: datetime, language: Language, lead: str = ""
) -> Message:
    """Return what a channel gets, and when next, after a sentence that says what was done."""
    blocks: list[Block] = [paragraph(lead)] if lead else []
    blocks.append(Heading(phrase("subscription.heading", language)))
    blocks.append(paragraph("\n".join(terms(subscription, names, language))))
    if subscription.state == "active":
        turns_shown = next_turns(subscription, now, language, TURNS_SHOWN)
        blocks.append(Paragraph(phrase_runs("subscription.next", language, "when", turns_shown)))
    elif subscription.trouble:
        blocks.append(
            paragraph(phrase("subscription.stopped", language, trouble=trouble_told(subscription, language)))
        )
    else:
        blocks.append(paragraph(phrase("subscription.paused", language)))
    return Message(tuple(blocks), language)


def trouble_told(subscription: Subscription, language: Language) -> str:
    """Return why the platform stopped a subscription; in its own words where they are not among ours."""
    why = loss_of(subscription.trouble)
    return phrase(f"loss.{why}", language) if why else subscription.trouble


def no_terms_message(language: Language) -> Message:
    """Return that a channel has no subscription, and how it gets one."""
    heading = Heading(phrase("subscription.heading", language))
    return Message((heading, paragraph(phrase("subscription.none", language))), language)


def done_message(sentence: str, language: Language) -> Message:
    """Return a sentence that says what was done."""
    return Message((note(sentence),), language)


def terms(subscription: Subscription, names: Names, language: Language) -> list[str]:
    """Return each setting as a sentence; one that does nothing has none."""
    sentences = [
        when(subscription, language),
        _what(subscription, language),
        *_filters(subscription, names, language),
    ]
    if subscription.quiet:
        start, end = (f"{at:%H:%M}" for at in subscription.quiet)
        sentences.append(phrase("subscription.quiet", language, start=start, end=end))
    sentences.append(phrase(f"subscription.empty_{subscription.when_empty}", language))
    if subscription.mention:
        sentences.append(_mention(subscription.mention, names, language))
    if subscription.tag:
        sentences.append(phrase("subscription.tag", language, tag=subscription.tag))
    if subscription.publish:
        sentences.append(phrase("subscription.publish", language))
    return sentences


def when(subscription: Subscription, language: Language) -> str:
    """Return the timetable as a sentence."""
    if subscription.cron:
        return phrase("subscription.cron", language, cron=subscription.cron, zone=subscription.time_zone)
    times = _join((f"{slot:%H:%M}" for slot in subscription.times), language)
    days = days_of(subscription.weekdays, language)
    return phrase("subscription.times", language, days=days, times=times, zone=subscription.time_zone)


def days_of(weekdays: Sequence[int], language: Language) -> str:
    """Return days of the week in words."""
    match tuple(weekdays):
        case days if days == EVERY_DAY:
            return phrase("days.daily", language)
        case days if days == _WORKDAYS:
            return phrase("days.weekdays", language)
        case days if days == _WEEKENDS:
            return phrase("days.weekends", language)
        case days:
            return phrase("days.some", language, days=phrase_days(days, language))


def next_turns(subscription: Subscription, now: datetime, language: Language, count: int) -> list[Run]:
    """Return the next turns after `now` as the channel's clocks show them."""
    zone = ZoneInfo(subscription.time_zone)
    runs: list[Run] = []
    for turn in islice(turns(subscription, now), count):
        local = turn.at.astimezone(zone)
        shown = f"{phrase_date(local.date(), language, weekday=True)} {local:%H:%M}"
        runs += [Run(phrase("story.dot", language)), Run(shown, at=turn.at)]
    return runs[1:]


def filters(subscription: Subscription, names: Names, language: Language) -> str:
    """Return which stories a channel gets, in words; all of them where nothing is said."""
    return " ".join(_filters(subscription, names, language))


def _what(subscription: Subscription, language: Language) -> str:
    told_in = _join((phrase(f"language.{told}", language) for told in subscription.languages), language)
    style = phrase(f"style.{subscription.style}", language)
    return phrase("subscription.what", language, told_in=told_in, count=subscription.story_count, style=style)


def _filters(subscription: Subscription, names: Names, language: Language) -> list[str]:
    sides = {
        "subscription.only": (subscription.topics, subscription.keywords),
        "subscription.without": (subscription.without_topics, subscription.without_keywords),
    }
    return [
        phrase(key, language, what=_join((*_names_of(topics, names, language), *keywords), language))
        for key, (topics, keywords) in sides.items()
        if topics or keywords
    ]


def _names_of(topics: Iterable[TopicId], names: Names, language: Language) -> list[str]:
    return [topic_name(topic, names, language) for topic in topics]


def _mention(mention: Mention, names: Names, language: Language) -> str:
    if not mention.topics:
        return phrase("subscription.mention", language, target=mention.target)
    topics = _join(_names_of(mention.topics, names, language), language)
    return phrase("subscription.mention_for", language, target=mention.target, topics=topics)


def _join(words: Iterable[str], language: Language) -> str:
    return phrase("story.and", language).join(words)
