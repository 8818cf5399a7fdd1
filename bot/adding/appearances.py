"""Where stories that go in will appear and when, pure: channels with their next digest, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.choosing import TOO_OLD, still_news, wanted
from bot.message import Block, Paragraph, Run, note
from bot.model import Channel, Language, Story, Subscription
from bot.phrases import phrase, phrase_instant
from bot.subscriptions.timetable import not_before

NAMED: Final = 3
"""Channels that are named; further ones are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """A channel whose digest brings some of the stories, at an instant, as its own clocks show it."""

    channel: Channel
    stories: int
    at: datetime
    time_zone: str


def subscribed_here(subscriptions: Iterable[Subscription], asked_in: Channel) -> list[Subscription]:
    """Return the subscriptions of the platform that somebody asks on; who is on none ("") sees all."""
    platform = asked_in.platform
    return [one for one in subscriptions if not platform or one.channel.platform == platform]


def appearances(
    stories: Sequence[Story], subscriptions: Iterable[Subscription], now: datetime
) -> list[Appearance]:
    """Return where stories will be posted that are as good as in the store, the soonest first."""
    news = still_news(stories, now)
    found = [
        Appearance(
            channel=subscription.channel,
            stories=len(brought),
            at=not_before(subscription, max(now, subscription.next_due_at)),
            time_zone=subscription.time_zone,
        )
        for subscription in subscriptions
        if subscription.state == "active" and (brought := wanted(news, subscription))
    ]
    return sorted(found, key=lambda one: (one.at, one.channel.id))


def where_blocks(
    stories: Sequence[Story], subscriptions: Sequence[Subscription], now: datetime, language: Language
) -> list[Block]:
    """Return where stories appear, as blocks: lookups at once, and digests as far as any brings them."""
    if not still_news(stories, now):
        return [note(phrase("where.old", language, days=TOO_OLD.days))]
    found = appearances(stories, subscriptions, now)
    if not found:
        return [note(phrase("where.nowhere", language))]
    runs = [Run(phrase("where.lead", language))]
    for one in found[:NAMED]:
        count = phrase("where.count", language, count=one.stories)
        runs += [
            Run("\n"),
            Run(f"#{one.channel.id}", style="strong", channel=one.channel.id),
            Run(phrase("story.dot", language)),
            phrase_instant(one.at, language, one.time_zone, weekday=True),
            Run(f"{phrase('story.dot', language)}{count}"),
        ]
    if more := len(found[NAMED:]):
        runs += [Run("\n"), Run(phrase("where.more", language, count=more))]
    return [Paragraph(tuple(runs))]
