"""What the feed tells, pure: stories, their corrections, and notices of those that are told no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.local.story import is_withdrawn
from bot.briefing import remarks
from bot.message import Message, plain_text
from bot.model import Language, Story, Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A story as the feed tells it; `told` is None where it is told no more, and `remark` says why."""

    story: Story
    told: Telling | None
    remark: str
    updated_at: datetime


def feed_entries(
    told: Sequence[Story], withdrawn: Sequence[Story], language: Language, limit: int
) -> list[FeedEntry]:
    """Return the entries of a feed, newest first: stories, and notices of those that were among them.

    A remark counts as an update, so that whoever fetched an entry before fetches it again.
    """
    # With fewer stories than the feed holds, every one that was withdrawn was in it.
    oldest = told[-1].published_at if len(told) == limit else None
    gone = [story for story in withdrawn if is_withdrawn(story) and _is_since(story, oldest)]
    stories = sorted([*told, *gone], key=lambda story: story.published_at, reverse=True)
    return [_feed_entry(story, language) for story in stories]


def _is_since(story: Story, oldest: datetime | None) -> bool:
    return oldest is None or story.published_at >= oldest


def _feed_entry(story: Story, language: Language) -> FeedEntry:
    told = None if is_withdrawn(story) else story.telling(language)
    return FeedEntry(
        story=story,
        told=told,
        remark=" ".join(plain_text(Message((block,), language)) for block in remarks(story, language)),
        updated_at=max(story.remark.at, story.added_at) if story.remark else story.added_at,
    )
