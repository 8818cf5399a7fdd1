"""Fields of a story that were changed, pure: each in words, with what it read before and after."""

from collections.abc import Mapping
from dataclasses import replace

from bot.model import Language
from bot.moderating.story_past import FieldChange, excerpts
from bot.phrases import phrase


def told(change: FieldChange) -> bool:
    """Whether moderators are told of a field; a remark says no more than the act that made it."""
    return change.field != "remark"


def in_words(change: FieldChange, room: int, language: Language) -> Mapping[str, str]:
    """Return what phrases about a change take: the field's name, and at most `room` units of either text."""
    if change.field == "status":
        before, after = (_state(status, language) for status in (change.before, change.after))
        change = replace(change, before=before, after=after)
    before, after = excerpts(change, room)
    return {"field": phrase(f"changed.{change.field}", language), "before": before, "after": after}


def _state(status: str, language: Language) -> str:
    return phrase(f"state.{status}", language).rstrip("。.")
