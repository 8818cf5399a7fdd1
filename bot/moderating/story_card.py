"""A story as moderators see it, pure: its state, what it says, its copies, and what can be done with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.briefing import claim_note, parties, remarks, small_print
from bot.changes import Copy, Revision
from bot.display import truncated, utf16_length
from bot.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Limits,
    Message,
    Note,
    Paragraph,
    Run,
    note,
    paragraph,
)
from bot.model import DeliveryState, Language, Story, Telling
from bot.moderating.commands import StoryAct, typed
from bot.moderating.queue_entry import MAX_TITLE, brought_runs, decided_runs, fitting
from bot.moderating.story_past import brought_in, decided, is_merged
from bot.phrases import phrase

Act = StoryAct | Literal["merge"]
CopyState = Literal["posted", "corrected", "correcting", "to_come", "stuck", "failed"]

ACTS: Final[tuple[Act, ...]] = (
    "approve", "reject", "edit", "correct", "facts", "retract", "restore", "merge",
    "pin", "unpin", "hide", "unhide",
)  # fmt: skip
"""In the order of their buttons."""

_ROOMS: Final = (900, 400, 150, 0)
_MAX_CLAIMS: Final = 3
_MAX_CLAIM: Final = 200
_MIN_CLAIM: Final = 20
_MAX_LEAD: Final = 600
_MAX_SMALL: Final = 400
_MIN_SMALL: Final = 80
"""UTF-16 units of a claim, of the sentence above, and of each line of small print."""

_ROW: Final = 5
_POSTED: Final[tuple[CopyState, ...]] = ("posted", "corrected", "correcting", "stuck")
_STATES: Final[Mapping[DeliveryState, CopyState]] = {
    "planned": "correcting",
    "sending": "correcting",
    "posted": "corrected",
    "failed": "stuck",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCount:
    """How many messages tell readers a story: posted ones, with those told anew, to be, or beyond it."""

    posted: int = 0
    corrected: int = 0
    correcting: int = 0
    stuck: int = 0
    to_come: int = 0


def count_copies(copies: Sequence[Copy]) -> CopyCount:
    """Return how the copies of a story stand; notices to moderators do not count."""
    states = [state for copy in copies if (state := copy_state(copy)) and copy.delivery.kind != "notice"]
    return CopyCount(
        posted=sum(states.count(state) for state in _POSTED),
        corrected=states.count("corrected"),
        correcting=states.count("correcting"),
        stuck=states.count("stuck"),
        to_come=states.count("to_come"),
    )


def copy_state(copy: Copy) -> CopyState:
    """Return how one copy stands: it was posted, corrected since, will be, cannot be, or never was posted."""
    if copy.delivery.state == "failed":
        return "failed"
    if copy.delivery.state != "posted":
        return "to_come"
    if copy.edit is None:
        return "posted"
    return _STATES[copy.edit.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A story with its past, its copies, and the acts that whoever looks may do now.

    It is not told again where it is `told_beside` the card.
    """

    story: Story
    telling: Telling
    revisions: Sequence[Revision]
    copies: CopyCount
    acts: Collection[Act]
    zone: str = "UTC"
    told_beside: bool = False


def card_message(card: Card, language: Language, limits: Limits, lead: str = "") -> Message:
    """Return a story with buttons for all that can be done, after a sentence that says what was done."""
    return fitting(lambda room: _card_message(card, language, lead, room), limits, _ROOMS)


def _card_message(card: Card, language: Language, lead: str, room: int) -> Message:
    story, telling = card.story, card.telling
    title = truncated(telling.title, MAX_TITLE)
    blocks: list[Block] = [paragraph(truncated(lead, _MAX_LEAD))] if lead else []
    if card.told_beside:
        blocks.append(Paragraph(_state_runs(card, language)))
    else:
        blocks += [Heading(title, url=story.source.url), Paragraph(_state_runs(card, language))]
        blocks += _telling_blocks(story, telling, language, room)
    if len(story.tellings) > 1:
        names = (phrase(f"language.{each.language}", language) for each in story.tellings)
        told_in = phrase("story.and", language).join(names)
        blocks.append(note(phrase("card.told_in", language, told_in=told_in)))
    blocks.append(note(copies_told(card.copies, language)))
    return Message((*blocks, *_rows(_buttons(card, language))), language)


def _telling_blocks(story: Story, telling: Telling, language: Language, room: int) -> Iterator[Block]:
    """Yield what a story says, with who claims and contests it, as far as there is room."""
    small = max(min(_MAX_SMALL, room // 2), _MIN_SMALL)
    if room:
        yield paragraph(truncated(telling.summary, room))
        if telling.body != telling.summary:
            yield paragraph(truncated(telling.body, room))
    for claim in telling.claims[: _MAX_CLAIMS if room else 1]:
        # Who denies is told first of all: the claim itself gives way to that.
        who = utf16_length(phrase("story.dot", language).join(parties((claim,), language)))
        shown = replace(claim, text=truncated(claim.text, max(_MIN_CLAIM, min(_MAX_CLAIM, small - who))))
        yield _short(claim_note(shown, language, story.id), small + _MIN_CLAIM)
    for block in (*remarks(story, language), small_print(story, telling, language)):
        yield _short(block, small)


def _state_runs(card: Card, language: Language) -> tuple[Run, ...]:
    """Return the state of a story, who decided it, and who brought it in."""
    story, first, last = card.story, brought_in(card.revisions), decided(card.revisions)
    runs: tuple[Run, ...] = (Run(phrase(f"state.{story.status}", language), style="strong"),)
    if last is not None and last.before is not None:
        runs = decided_runs(story, last, language, card.zone)
    return (*runs, Run("\n"), *brought_runs(first, language, card.zone))


def _short(block: Block, limit: int) -> Block:
    """Return small print of a length that leaves room for the rest, and that names no page of the story."""
    if not isinstance(block, Note):
        return block
    return note(truncated("".join(run.text for run in block.runs), limit))


def copies_told(count: CopyCount, language: Language) -> str:
    """Return how the copies of a story stand, in words."""
    if not (count.posted or count.to_come):
        return phrase("card.no_copies", language)
    parts = [
        phrase(f"card.copies_{name}", language, count=number)
        for name, number in (
            ("posted", count.posted),
            ("corrected", count.corrected),
            ("correcting", count.correcting),
            ("stuck", count.stuck),
            ("to_come", count.to_come),
        )
        if number
    ]
    return phrase("story.dot", language).join(parts)


def _buttons(card: Card, language: Language) -> list[Button]:
    story = card.story
    buttons: list[Button] = []
    for act in (act for act in ACTS if act in card.acts):
        label = phrase(f"act.{act}", language)
        if act in ("edit", "correct"):
            buttons += [
                Button(
                    label=_in_language(label, telling, story, language),
                    command=typed(act, story.id, language=telling.language, revision=story.revision),
                )
                for telling in story.tellings
            ]
        elif act == "restore" and is_merged(story) and (last := decided(card.revisions)):
            # What it went into has its sources: only undoing brings both back.
            label = phrase("log.button_undo_this", language)
            buttons.append(Button(label=label, command=typed("undo", last.change_id)))
        else:
            buttons.append(Button(label=label, command=typed(act, story.id, revision=story.revision)))
    history, copies = (typed("story", story.id, part=part) for part in ("history", "copies"))
    return [
        *buttons,
        Button(label=phrase("act.history", language), command=history),
        Button(label=phrase("act.copies", language), command=copies),
    ]


def _in_language(label: str, telling: Telling, story: Story, language: Language) -> str:
    if len(story.tellings) == 1:
        return label
    told_in = phrase(f"language.{telling.language}", language)
    return phrase("act.in_language", language, act=label, told_in=told_in)


def _rows(buttons: Sequence[Button]) -> list[Buttons]:
    return [Buttons(tuple(buttons[start : start + _ROW])) for start in range(0, len(buttons), _ROW)]
