"""The queue as moderators see it, pure; and stories to choose from, where words named more than one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.display import truncated
from bot.message import Block, Button, Buttons, Heading, Limits, Message, Note, Run, note, paragraph
from bot.model import Language, Story
from bot.moderating.commands import typed
from bot.moderating.queue_entry import MAX_NAME, MAX_TITLE, entry_blocks, fitting
from bot.moderating.story_past import Deed
from bot.phrases import phrase, phrase_date

PAGE_SIZE: Final = 4
"""Stories with four buttons each: what one message of Discord's holds."""

MAX_FOUND: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A story that waits, how it began, and whether whoever looks may approve and reject it."""

    story: Story
    began: Deed | None
    may_approve: bool
    may_reject: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of the queue, counted from 1, and how many stories wait in all; `zone` tells when they came."""

    waiting: Sequence[Waiting]
    page: int
    total: int
    zone: str = "UTC"


NOTHING_WAITS: Final = QueuePage(waiting=(), page=1, total=0)


def queue_message(
    queue: QueuePage, language: Language, limits: Limits, lead: Sequence[Block] = ()
) -> Message:
    """Return a page of the queue with its buttons, after what was done."""
    return fitting(lambda room: _queue_message(queue, language, lead, room), limits)


def _queue_message(queue: QueuePage, language: Language, lead: Sequence[Block], room: int) -> Message:
    blocks = [*lead]
    if not queue.waiting:
        key = "queue.page_empty" if queue.total else "queue.empty"
        blocks.append(paragraph(phrase(key, language, count=queue.total)))
    else:
        blocks.append(Heading(phrase("queue.heading", language, count=queue.total)))
        blocks += queue_blocks(queue, language, room=room)
    if pages := _pages(queue, language):
        blocks.append(Buttons(pages))
    return Message(tuple(blocks), language)


def queue_blocks(queue: QueuePage, language: Language, *, room: int) -> list[Block]:
    """Return the stories of a page of the queue."""
    blocks: list[Block] = []
    for number, one in enumerate(queue.waiting, start=1 + (queue.page - 1) * PAGE_SIZE):
        past = (one.began, None)
        blocks += entry_blocks(
            one.story,
            language,
            number,
            past,
            room=room,
            may_approve=one.may_approve,
            may_reject=one.may_reject,
            zone=queue.zone,
        )
    return blocks


def _pages(queue: QueuePage, language: Language) -> tuple[Button, ...]:
    buttons = []
    if queue.page > 1:
        command = typed("queue", page=queue.page - 1)
        buttons.append(Button(label=phrase("button.previous", language), command=command))
    if queue.page * PAGE_SIZE < queue.total:
        command = typed("queue", page=queue.page + 1)
        buttons.append(Button(label=phrase("button.more", language), command=command))
    return tuple(buttons)


def choice_message(
    stories: Sequence[Story], button: Callable[[Story], Button], language: Language
) -> Message:
    """Return stories to choose from, each with the `button` that goes on with it."""
    blocks: list[Block] = [Heading(phrase("found.heading", language))]
    for number, story in enumerate(stories[:MAX_FOUND], start=1):
        title = truncated(story.telling(language).title, MAX_TITLE)
        blocks += [
            Heading(f"{number}. {title}", level=2),
            Note((Run(facts_of(story, language)),)),
            Buttons((button(story),)),
        ]
    return Message((*blocks, note(phrase("found.how", language))), language)


def facts_of(story: Story, language: Language) -> str:
    """Return the source and date of a story, and its state where readers do not see it."""
    facts = [
        truncated(story.source.name, MAX_NAME),
        phrase_date(story.published_at.date(), language),
        *([phrase(f"state.{story.status}", language)] if story.status != "published" else []),
    ]
    return phrase("story.dot", language).join(facts)
