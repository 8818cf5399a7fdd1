"""Messages of an earlier version, pure: which story each block tells is seen from where it stands."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.message import Block, Buttons, Divider, Heading, Manner, Message, Paragraph
from bot.model import LANGUAGES, Language

_NUMBERED = re.compile(r"(\d{1,4})\. ")


def with_owners(message: Message) -> Message:
    """Return a message in which every block that tells a story says so, and every title how it is told.

    One that was composed before messages said which revisions they tell had titles with ids alone. Such were
    digests: a title, and up to the next or to a line what is told under it. Others come back as they are.
    """
    if message.told or not any(isinstance(block, Heading) and block.story_id for block in message.blocks):
        return message
    blocks: list[Block] = []
    owner = None
    for block in message.blocks:
        if isinstance(block, Heading | Divider | Buttons):
            owner = block.story_id if isinstance(block, Heading) else None
            blocks.append(block)
        else:
            blocks.append(replace(block, story_id=block.story_id or owner))
    for index, block in enumerate(blocks):
        if isinstance(block, Heading) and block.story_id and block.manner is None:
            blocks[index] = replace(block, manner=_manner(block, blocks[index + 1 :], message.language))
    return replace(message, blocks=tuple(blocks))


def _manner(heading: Heading, following: Sequence[Block], language: Language) -> Manner:
    """Return how a story was told in a digest: a title in the other language stands out in its paragraph."""
    number = _NUMBERED.match(heading.text)
    under = [
        block for block in following if isinstance(block, Paragraph) and block.story_id == heading.story_id
    ]
    first = [block.runs[0] for block in under if block.runs]
    (other,) = (known for known in LANGUAGES if known != language)
    return Manner(
        number=int(number[1]) if number else 1,
        much="summary" if any(run.style == "plain" for run in first) else "title",
        second=other if any(run.style == "strong" for run in first) else None,
    )
