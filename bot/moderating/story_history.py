"""What happened to a story and to its copies, pure, as its moderators see it, page by page."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.changes import Copy, Revision
from bot.display import truncated
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
    paragraph,
)
from bot.model import Delivery, DeliveryId, Language, Story, WorkspaceId
from bot.moderating.commands import MAX_REASON, typed
from bot.moderating.field_words import in_words, told
from bot.moderating.queue_entry import MAX_NAME, MAX_TITLE, fitting
from bot.moderating.story_card import copy_state
from bot.moderating.story_past import FieldChange, differences
from bot.phrases import phrase, phrase_instant, phrase_runs

REVISIONS: Final = 5
COPIES: Final = 10
_MAX_CHANGES: Final = 5
_ROOMS: Final = (200, 100, 40, 0)


def history_message(
    story: Story, revisions: Sequence[Revision], page: int, language: Language, zone: str, limits: Limits
) -> Message:
    """Return a page of a story's history, the newest change first."""
    newest = list(reversed(revisions))
    here = newest[(page - 1) * REVISIONS : page * REVISIONS]
    more = len(newest) > page * REVISIONS

    def make(room: int) -> Message:
        blocks: list[Block] = [_heading("history.heading", story, language)]
        if not here:
            blocks.append(paragraph(phrase("history.none", language)))
        for revision in here:
            blocks += _revision(revision, language, zone, room)
        return Message((*blocks, _below(story, "history", page, more, language)), language)

    return fitting(make, limits, _ROOMS)


def _heading(key: str, story: Story, language: Language) -> Heading:
    title = truncated(story.telling(language).title, MAX_TITLE)
    return Heading(phrase(key, language, title=title))


def _revision(revision: Revision, language: Language, zone: str, room: int) -> list[Block]:
    who, did = truncated(revision.actor, MAX_NAME), phrase(f"action.{revision.action}", language)
    when = (phrase_instant(revision.at, language, zone),)
    runs = phrase_runs("history.line", language, "when", when, who=who, did=did)
    if revision.reason:
        reason = truncated(revision.reason, min(MAX_REASON, max(room, 40)))
        runs = (*runs, Run("\n"), Run(phrase("decided.because", language, reason=reason)))
    blocks: list[Block] = [Paragraph(runs)]
    if revision.before is not None and room:
        changes = filter(told, differences(revision.before, revision.after))
        lines = [_changed(change, room, language) for change in changes][:_MAX_CHANGES]
        if lines:
            blocks.append(Note((Run("\n".join(lines)),)))
    return blocks


def _changed(change: FieldChange, room: int, language: Language) -> str:
    return phrase("history.changed", language, **in_words(change, room, language))


def copies_message(
    story: Story,
    copies: Sequence[Copy],
    instead: Mapping[DeliveryId, Delivery],
    addresses: Mapping[DeliveryId, str | None],
    page: int,
    more: bool,
    workspace: WorkspaceId,
    language: Language,
    zone: str,
    limits: Limits,
) -> Message:
    """Return a page of the messages that tell a story: where each stands, and how it fares.

    `instead` has what was posted in the place of an edit, by the id of that, `addresses` where each message
    is found. Channels of another
    workspace than `workspace` are told with theirs.
    """

    def make(room: int) -> Message:
        blocks: list[Block] = [_heading("copies.heading", story, language)]
        if not copies:
            blocks.append(paragraph(phrase("copies.none", language)))
        for copy in copies:
            reply = instead.get(copy.edit.id) if copy.edit is not None else None
            runs = _copy_runs(copy, reply, workspace, language, zone, room)
            if address := addresses.get(copy.delivery.id):
                runs = (*runs, Run(" "), Run(phrase("copies.open", language), url=address))
            blocks.append(Paragraph(runs))
        return Message((*blocks, _below(story, "copies", page, more, language)), language)

    return fitting(make, limits, _ROOMS)


def _copy_runs(
    copy: Copy, reply: Delivery | None, workspace: WorkspaceId, language: Language, zone: str, room: int
) -> tuple[Run, ...]:
    delivery, state = copy.delivery, copy_state(copy)
    channel = delivery.channel
    if channel.workspace == workspace:
        where = Run(f"#{channel.id}", style="strong", channel=channel.id)
    else:
        where = Run(f"{channel.platform}/{channel.workspace}/{channel.id}", style="strong")
    settled = delivery.settled_at or delivery.due_at
    changed = copy.edit.settled_at if copy.edit is not None else None
    at = changed if state in ("corrected", "stuck") and changed is not None else settled
    runs = (
        where,
        Run(" "),
        *phrase_runs(f"copies.{state}", language, "when", (phrase_instant(at, language, zone),)),
    )
    reason = copy.edit.error if state == "stuck" and copy.edit is not None else delivery.error
    if state in ("stuck", "failed") and reason and room:
        runs = (*runs, Run(" "), Run(phrase("decided.because", language, reason=truncated(reason, room))))
    if state == "stuck":
        key = "copies.instead" if reply is not None and reply.state == "posted" else "copies.not_instead"
        runs = (*runs, Run(" "), Run(phrase(key, language)))
    return runs


def _below(story: Story, part: str, page: int, more: bool, language: Language) -> Buttons:
    def turn(name: str, to: int) -> Button:
        return Button(
            label=phrase(f"button.{name}", language), command=typed("story", story.id, part=part, page=to)
        )

    return Buttons(
        (
            Button(label=phrase("act.back", language), command=typed("story", story.id)),
            *([turn("previous", page - 1)] if page > 1 else []),
            *([turn("more", page + 1)] if more else []),
        )
    )
