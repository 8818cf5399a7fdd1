"""What a desk is told of stories that begin to wait, pure: owed with them, told anew once decided."""

from collections.abc import Sequence
from typing import Final

from bot.briefing import told
from bot.changes import Change
from bot.identity import derived_id
from bot.message import Block, Button, Buttons, Heading, Message, note
from bot.model import Channel, Delivery, Story, Workspace, delivery_id
from bot.moderating.commands import typed
from bot.moderating.queue_entry import ROOMS, entry_blocks
from bot.phrases import phrase

STORIES: Final = 4
"""How many stories a notice tells, all with their buttons: what one message of Discord's holds."""

_MAX_PARTS: Final = 5
_ROOM: Final = ROOMS[1]


def waiting(stories: Sequence[Story], change: Change, workspace: Workspace | None) -> list[Delivery]:
    """Return the notices of the stories that begin to wait with a change; none without a desk.

    A desk that nobody chose may be one that everybody reads.
    """
    stories = [story for story in stories if story.status == "waiting"]
    if workspace is None or not workspace.desk or not stories:
        return []
    desk = Channel(platform=workspace.platform, workspace=workspace.id, id=workspace.desk)
    series = derived_id("queue", change.id)
    starts = range(0, min(len(stories), STORIES * _MAX_PARTS), STORIES)
    return [
        Delivery(
            id=delivery_id(series, part),
            kind="notice",
            series=series,
            part=part,
            channel=desk,
            message=_message(stories, start, change, workspace),
            due_at=change.at,
        )
        for part, start in enumerate(starts, start=1)
    ]


def _message(stories: Sequence[Story], start: int, change: Change, workspace: Workspace) -> Message:
    language = workspace.language
    here = stories[start : start + STORIES]
    blocks: list[Block] = []
    if start == 0:
        blocks.append(Heading(phrase("queue.notice_heading", language, count=len(stories))))
    for number, story in enumerate(here, start=1 + start):
        blocks += entry_blocks(story, language, number, (change, None), room=_ROOM)
    if start + STORIES >= STORIES * _MAX_PARTS and (more := len(stories) - start - STORIES) > 0:
        blocks.append(note(phrase("queue.more", language, count=more)))
        open_queue = Button(label=phrase("act.queue", language), command=typed("queue"))
        blocks.append(Buttons((open_queue,)))
    return Message(tuple(blocks), language, told=told(here))
