"""A workspace's own page, pure: what its channels get and when, the newest stories, how to ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.briefing import story_blocks
from bot.language import Names
from bot.message import Block, Button, Buttons, Divider, Heading, Message, Paragraph, Run, note, paragraph
from bot.model import Actor, Language, Story, Subscription
from bot.moderating.commands import typed
from bot.moderating.queue_messages import NOTHING_WAITS, QueuePage, queue_blocks
from bot.phrases import phrase, phrase_runs
from bot.subscriptions.terms import filters, next_turns, trouble_told, when

MAX_SUBSCRIPTIONS: Final = 12
MAX_SUBSCRIPTIONS_BELOW_QUEUE: Final = 8
MAX_STORIES: Final = 5
MAX_WAITING: Final = 3
"""How many are shown: with them there are at most 99 blocks and buttons, which any platform's page holds."""


def home_message(
    subscriptions: Sequence[Subscription],
    stories: Sequence[Story],
    names: Names,
    now: datetime,
    actor: Actor,
    queue: QueuePage = NOTHING_WAITS,
) -> Message:
    """Return what a workspace gets, and what is new; its moderators have buttons to manage that with.

    What waits for them leads. Of `subscriptions` and `stories` the first are shown; of the former the rest is
    counted.
    """
    language = actor.language
    blocks = _queue(queue, language)
    blocks.append(Heading(phrase("home.heading", language)))
    shown = MAX_SUBSCRIPTIONS if not queue.waiting else MAX_SUBSCRIPTIONS_BELOW_QUEUE
    if not subscriptions:
        blocks.append(paragraph(phrase("home.none", language)))
    for subscription in subscriptions[:shown]:
        blocks += [_told(subscription, names, now, language), _buttons(subscription, actor)]
    if more := len(subscriptions[shown:]):
        blocks.append(note(phrase("home.more", language, count=more)))
    blocks += [Divider(), Heading(phrase("newest.heading", language))]
    if not stories:
        blocks.append(paragraph(phrase("newest.nothing", language)))
    for number, story in enumerate(stories[:MAX_STORIES], start=1):
        blocks += story_blocks(story, language, number=number)
    return Message((*blocks, Divider(), note(phrase("home.ask", language))), language)


def _queue(queue: QueuePage, language: Language) -> list[Block]:
    """Return the first of the stories that wait, and a way to the others."""
    if not queue.waiting:
        return []
    blocks: list[Block] = [Heading(phrase("queue.heading", language, count=queue.total))]
    blocks += queue_blocks(queue, language, room=0)
    if (more := queue.total - len(queue.waiting)) > 0:
        blocks.append(note(phrase("queue.more", language, count=more)))
        blocks.append(Buttons((Button(label=phrase("act.queue", language), command=typed("queue")),)))
    return [*blocks, Divider()]


def _told(subscription: Subscription, names: Names, now: datetime, language: Language) -> Paragraph:
    """Return a channel's name, its terms in short, and when its next digest comes."""
    channel = subscription.channel.id
    terms = " ".join(filter(None, (when(subscription, language), filters(subscription, names, language))))
    if subscription.state == "active":
        following = next_turns(subscription, now, language, 1)
        state = phrase_runs("subscription.next", language, "when", following)
    elif subscription.trouble:
        state = (Run(phrase("home.stopped", language, trouble=trouble_told(subscription, language))),)
    else:
        state = (Run(phrase("home.paused", language)),)
    return Paragraph((Run(f"#{channel}", style="strong", channel=channel), Run(f"\n{terms}\n"), *state))


def _buttons(subscription: Subscription, actor: Actor) -> Buttons:
    words = ["show"]
    if actor.role != "member":
        words += ["pause", "now"] if subscription.state == "active" else ["resume"]
    return Buttons(
        tuple(
            Button(
                label=phrase(f"home.button_{word}", actor.language),
                command=f"/ai-news-digest {word}",
                channel=subscription.channel.id,
            )
            for word in words
        )
    )
