"""What became of an article, pure: the stories that went in or are here already, and where they appear."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.adding.appearances import where_blocks
from bot.adding.publishing import Published
from bot.briefing import Much, story_blocks
from bot.display import truncated
from bot.message import Block, Divider, Heading, Message, note, paragraph
from bot.model import PUBLIC, Language, Story, Subscription
from bot.phrases import phrase

MOST_IN_FULL: Final = 5
"""Stories that are told with their summaries; of more, the titles are."""

MOST_NAMED: Final = 50
"""Stories that are named, new ones and those with a further source; the others are counted."""


def published_message(
    published: Published, subscriptions: Sequence[Subscription], now: datetime, language: Language
) -> Message:
    """Return what went in; stories that readers do not see any more are not told."""
    shown = [story for story in published.stories if story.status in ("published", "waiting")]
    merged = [_merged(story, language) for story in published.merged[:MOST_NAMED]]
    merged += _more(len(published.merged), language)
    if not shown:
        known = "retracted" if published.stories else "nothing"
        blocks = merged or [paragraph(phrase(f"added.{known}", language))]
        return Message(tuple(blocks), language)
    waits = published.new and all(story.status == "waiting" for story in shown)
    heading = "added.waits" if waits else "added.heading" if published.new else "added.known"
    told: list[Block] = [Heading(phrase(heading, language, count=len(shown)))]
    much: Much = "title" if len(shown) > MOST_IN_FULL else "summary"
    for number, story in enumerate(shown[:MOST_NAMED], start=1):
        told += story_blocks(story, language, number=number, much=much)
    told += _more(len(shown), language)
    return Message((*told, *merged, Divider(), *_where(shown, subscriptions, now, language)), language)


def _where(
    shown: Sequence[Story], subscriptions: Sequence[Subscription], now: datetime, language: Language
) -> list[Block]:
    reach = "added.for_everyone" if shown[0].workspace == PUBLIC else "added.for_here"
    told = [story for story in shown if story.status == "published"]
    blocks: list[Block] = []
    if waiting := len(shown) - len(told):
        blocks.append(note(phrase("added.waiting", language, count=waiting)))
    if told:
        blocks += where_blocks(told, subscriptions, now, language)
    return [*blocks, note(phrase(reach, language))]


def _more(count: int, language: Language) -> list[Block]:
    """Return how many of `count` stories are not named."""
    more = count - MOST_NAMED
    return [note(phrase("added.more", language, count=more))] if more > 0 else []


def _merged(story: Story, language: Language) -> Block:
    source = story.also[-1].name if story.also else story.source.name
    title = truncated(story.telling(language).title, 200)
    return paragraph(phrase("added.merged", language, title=title, source=truncated(source, 100)))
