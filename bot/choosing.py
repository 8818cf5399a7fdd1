"""Choosing, pure: which stories a subscription asks for, which of them its next digest has, in what order."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Final

from bot.language import Names
from bot.model import Story, StoryId, Subscription, Topic, TopicId

TOO_OLD: Final = timedelta(days=30)
"""From this age on a story is no news any more, but to a channel that never had any."""


def wanted(stories: Iterable[Story], subscription: Subscription) -> list[Story]:
    """Return the stories that a subscription asks for by topic and keyword, in the order given."""
    keywords, unwanted = subscription.keywords, subscription.without_keywords
    topics, without = frozenset(subscription.topics), frozenset(subscription.without_topics)
    asks = bool(topics or keywords)
    return [
        story
        for story in stories
        if (not asks or not topics.isdisjoint(story.topics) or _holds(story, keywords))
        and without.isdisjoint(story.topics)
        and not _holds(story, unwanted)
    ]


def _holds(story: Story, keywords: tuple[str, ...]) -> bool:
    if not keywords:
        return False
    names, signs = _sought(keywords)
    texts = ["\n".join((telling.title, telling.summary, telling.body)) for telling in story.tellings]
    return any(names.find(text) or any(sign in text for sign in signs) for text in texts)


@lru_cache(maxsize=1024)
def _sought(keywords: tuple[str, ...]) -> tuple[Names, tuple[str, ...]]:
    """Return keywords as names, found whatever their case, width and dots, and those of a single kanji."""
    names = Names([Topic(id=TopicId("keyword"), names={}, aliases=keywords)])
    return names, tuple(keyword for keyword in keywords if len(keyword) == 1)


def still_news(stories: Iterable[Story], now: datetime) -> list[Story]:
    """Return the stories that are not too old for a digest."""
    return [story for story in stories if story.published_at >= now - TOO_OLD]


def choose(fresh: Sequence[Story], count: int, pinned: Sequence[StoryId] = ()) -> list[Story]:
    """Return up to `count` stories of `fresh` (newest first), grouped by leading topic.

    Each leading topic gives its newest story before any gives its second, so that no topic and no
    flood of one source crowds out the others. The topic that most stories touch leads. Those that are
    `pinned` come before all of them, in that order, however many they are.
    """
    places = {story_id: place for place, story_id in enumerate(pinned)}
    leading = sorted((s for s in fresh if s.id in places), key=lambda story: places[story.id])
    others = [story for story in fresh if story.id not in places]
    return [*leading, *_by_turns(others, max(count - len(leading), 0))]


def _by_turns(fresh: Sequence[Story], count: int) -> list[Story]:
    turns = chain.from_iterable(zip_longest(*_by_leading_topic(fresh).values()))
    chosen = [story for story in turns if story is not None][:count]
    touched = Counter(topic for story in chosen for topic in story.topics)
    groups = sorted(_by_leading_topic(chosen).items(), key=lambda group: touched[group[0]], reverse=True)
    return list(chain.from_iterable(stories for _, stories in groups))


def without_leading(newest: Sequence[Story], leading: Sequence[Story]) -> list[Story]:
    """Return a stretch of the newest stories without those that lead the list.

    It begins as many stories late as lead the list and are newer than the stretch, so that nothing is told
    twice or never where one page ends and the next begins.
    """
    ids = {story.id for story in leading}
    passed = sum(_newest_first(story) < _newest_first(newest[0]) for story in leading) if newest else 0
    return [story for story in newest if story.id not in ids][passed:]


def _newest_first(story: Story) -> tuple[float, str]:
    return -story.published_at.timestamp(), story.id


def _by_leading_topic(stories: Iterable[Story]) -> dict[TopicId, list[Story]]:
    """Return stories by their first topic, in order of appearance; one without topics stands alone."""
    groups: dict[TopicId, list[Story]] = {}
    for story in stories:
        leading = story.topics[0] if story.topics else TopicId(f"only {story.id}")
        groups.setdefault(leading, []).append(story)
    return groups
