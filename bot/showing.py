"""How a platform shows what a command is answered with, pure: in a form, and in whose place."""

from typing import Final

from bot.commands import Ask, Command, FillInSubscription, Help, Newest, Suggest, parse
from bot.errors import UserError
from bot.moderating.commands import (
    AddStories,
    CurateTopic,
    MergeStories,
    ModerateStory,
    ReviewDraft,
    ShowLog,
    ShowQueue,
    ShowStory,
    ShowTopics,
    TopicAct,
    UndoChange,
)

_VIEWS: Final = (Newest, Help, ReviewDraft, ShowQueue, ShowStory, ShowLog, ShowTopics)
_ACTS: Final = (ModerateStory, MergeStories, CurateTopic, UndoChange)
"""Their answer is the view that they were chosen in, as it is now."""

_NAMED: Final[frozenset[TopicAct]] = frozenset({"alias", "unalias"})
"""They need a name besides the topic."""


def asks_form(text: str) -> bool:
    """Return whether a command may be answered with a form.

    Platforms open one only for a moment after it was asked for (three seconds on Discord and Slack), before
    they know what the answer is. What needs no form is answered with a message all the same.
    """
    try:
        command = parse(text)
    except UserError:
        return False
    match command:
        case AddStories(url=url):
            return not url
        case FillInSubscription() | Suggest():
            return True
        case ModerateStory(act="edit" | "facts" | "correct"):
            return True
        case ModerateStory(act="retract" | "reject" | "hide", reason=reason):
            return not reason
        case MergeStories(into=into):
            return not into
        case ReviewDraft(act=act, at=at):
            return act == "title" or (act == "split" and not at)
        case CurateTopic():
            return _lacks_a_name(command)
        case _:
            return False


def _lacks_a_name(command: CurateTopic) -> bool:
    if command.act == "topic":
        return not (command.topic or command.name)
    if command.act in _NAMED:
        return not (command.topic and command.name)
    return not (command.topic and (command.into or command.act != "join"))


def stays_in_place(command: Command | None) -> bool:
    """Return whether the answer takes the place of the private message whose button was pressed.

    An answer that is put before a channel does not: what it was read in stays.
    """
    if isinstance(command, Ask):
        return not command.visible
    return isinstance(command, _VIEWS + _ACTS)
