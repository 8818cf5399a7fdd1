"""A story that waits for approval as moderators are told it, pure; and, once decided, what became of it.

It stands so in the queue, and in the notices of their desk, which are told anew from here.
"""

from collections.abc import Callable, Sequence
from typing import Final

from bot.briefing import small_print
from bot.display import truncated
from bot.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Limits,
    Manner,
    Message,
    Note,
    Paragraph,
    Run,
    split,
)
from bot.model import Language, Remark, Story
from bot.moderating.commands import typed
from bot.moderating.story_past import Deed, is_merged
from bot.phrases import phrase, phrase_instant, phrase_runs

MAX_TITLE: Final = 160
MAX_NAME: Final = 60
ROOMS: Final = (400, 200, 80, 0)
"""How many UTF-16 units of a text are told, the first with which a message is within its limits."""


def fitting(make: Callable[[int], Message], limits: Limits, rooms: Sequence[int] = ROOMS) -> Message:
    """Return what is made with the most room with which it is one message; else with the least."""
    message = make(rooms[0])
    for room in rooms[1:]:
        if len(split(message, limits)) == 1:
            break
        message = make(room)
    return message


def entry_blocks(
    story: Story,
    language: Language,
    number: int,
    past: tuple[Deed | None, Deed | None],
    *,
    room: int = ROOMS[0],
    may_approve: bool = True,
    may_reject: bool = True,
    zone: str = "UTC",
) -> list[Block]:
    """Return a story of the queue, with buttons while it waits.

    `past` is how it began and what gave it its status; of its summary as much is told as there is `room`.
    """
    began, last = past
    telling = story.telling(language)
    heading = Heading(
        f"{number}. {_title(story, last, language)}",
        level=2,
        story_id=story.id,
        manner=Manner(number=number, much="queue"),
    )
    if story.status != "waiting":
        return [heading, Note(decided_runs(story, last, language, zone), story_id=story.id)]
    blocks: list[Block] = [heading]
    if room:
        blocks.append(Paragraph((Run(truncated(telling.summary, room)),), story_id=story.id))
        small = small_print(story, telling, language)
        text = "".join(run.text for run in small.runs) if isinstance(small, Note) else ""
        runs = (Run(truncated(text, max(room, ROOMS[1]))), Run("\n"), *brought_runs(began, language, zone))
    else:
        runs = brought_runs(began, language, zone)
    blocks.append(Note(runs, story_id=story.id))
    words = [*(["approve"] if may_approve else []), "edit", *(["reject"] if may_reject else [])]
    blocks.append(Buttons(_buttons(story, words, language), story_id=story.id))
    return blocks


def _title(story: Story, last: Deed | None, language: Language) -> str:
    """Return what a story is called; one that was told and taken back is not repeated."""
    if story.status == "retracted" and (last is None or last.action != "reject"):
        return phrase(f"copy.{_taken_back(story.remark)}", language)
    return truncated(story.telling(language).title, MAX_TITLE)


def _taken_back(remark: Remark | None) -> str:
    return remark.kind if remark is not None and remark.kind != "corrected" else "withdrawn"


def _buttons(story: Story, words: Sequence[str], language: Language) -> tuple[Button, ...]:
    acts = [
        Button(label=phrase(f"act.{word}", language), command=typed(word, story.id, revision=story.revision))
        for word in words
    ]
    return (*acts, Button(label=phrase("act.open", language), command=typed("story", story.id)))


def brought_runs(began: Deed | None, language: Language, zone: str = "UTC") -> tuple[Run, ...]:
    """Return who brought a story in and when."""
    if began is None:
        return ()
    key = "queue.suggested" if began.action == "suggest" else "queue.brought"
    who = truncated(began.actor, MAX_NAME)
    return phrase_runs(key, language, "when", (phrase_instant(began.at, language, zone),), who=who)


def decided_runs(story: Story, last: Deed | None, language: Language, zone: str = "UTC") -> tuple[Run, ...]:
    """Return who gave a story the status that it has, when and why."""
    if last is None:
        return ()
    kind: str = story.status
    if story.status == "retracted":
        kind = "rejected" if last.action == "reject" else "merged" if is_merged(story) else "retracted"
    when = (phrase_instant(last.at, language, zone),)
    runs = phrase_runs(f"decided.{kind}", language, "when", when, who=truncated(last.actor, MAX_NAME))
    if not last.reason:
        return runs
    return (*runs, Run(" "), Run(phrase("decided.because", language, reason=last.reason)))
