"""What a workspace has set, pure: read from what its managers type, and told in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal

from bot.errors import InvalidInput
from bot.message import Block, Heading, Message, Paragraph, Run, note, paragraph
from bot.model import LANGUAGES, Language, Workspace
from bot.moderating.commands import SETTINGS
from bot.phrases import phrase, phrase_runs
from bot.subscriptions.wishes import plain, read_zone

MAX_MODERATORS: Final = 20

_OFF: Final = frozenset({"", "off", "none", "なし"})
_LANGUAGES: Final[Mapping[str, Language]] = {
    **{language: language for language in LANGUAGES},
    "日本語": "ja",
    "英語": "en",
}

Publishers = Literal["moderators", "managers", "nobody"]
_PUBLISHERS: Final[Mapping[str, Publishers]] = {
    "moderators": "moderators",
    "managers": "managers",
    "nobody": "nobody",
    "モデレーター": "moderators",
    "管理者": "managers",
    "なし": "nobody",
}
_YES_OR_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("yes", "on", "はい"), True),
    **dict.fromkeys(("no", "off", "いいえ"), False),
}

# Ids as they are typed, or as platforms write a mention: <@7>, <@!7>, <@&42> and <#7> on Discord
# (its documentation on message formatting), <@U7|name>, <!subteam^S7|@name> and <#C7|name> on Slack.
_BARE: Final = r"[A-Za-z0-9_.:-]{1,64}"
_END: Final = r"(?:[\s,、]+|$)"
_PERSON: Final = re.compile(
    rf"(?:<(?:@[&!]?|!subteam\^)(?P<of>{_BARE})(?:\|[^<>]*)?>|(?P<bare>{_BARE})){_END}"
)
_PLACE: Final = re.compile(rf"(?:<#(?P<of>{_BARE})(?:\|[^<>]*)?>|#?(?P<bare>{_BARE})){_END}")


def with_settings(workspace: Workspace, wishes: Mapping[str, str]) -> Workspace:
    """Return a workspace with the settings named in `wishes` changed, and no other. Raises `InvalidInput`."""
    for name, typed in wishes.items():
        if name not in _FULFILLED:
            example = ":".join(next(iter(SETTINGS.items())))
            raise InvalidInput("unknown_wish", name=name[:40], known=", ".join(SETTINGS), example=example)
        workspace = _FULFILLED[name](workspace, plain(typed))
    return workspace


def read_person(typed: str) -> str:
    """Return the id of somebody who is mentioned; any other text, such as a name, as it was typed."""
    found = _PERSON.fullmatch(typed)
    return found["of"] or typed if found else typed


def _moderators(value: str) -> tuple[str, ...]:
    if value.lower() in _OFF:
        return ()
    ids, rest = _ids(value, _PERSON)
    if rest:
        raise InvalidInput("moderators_unreadable", typed=rest[:60])
    if len(ids) > MAX_MODERATORS:
        raise InvalidInput("list_too_long", limit=MAX_MODERATORS)
    return ids


def _desk(value: str) -> str:
    if value.lower() in _OFF:
        return ""
    ids, rest = _ids(value, _PLACE)
    if rest or len(ids) != 1:
        raise InvalidInput("desk_unreadable", typed=value[:60])
    return ids[0]


def _ids(value: str, pattern: re.Pattern[str]) -> tuple[tuple[str, ...], str]:
    """Return the ids that a text lists, each once, and from where on it is no list of ids."""
    ids: list[str] = []
    position = 0
    while found := pattern.match(value, position):
        ids.append(found["of"] or found["bare"])
        position = found.end()
    return tuple(dict.fromkeys(ids)), value[position:]


def _language(value: str) -> Language:
    language = _LANGUAGES.get(value.lower())
    if language is None:
        raise InvalidInput("bad_option", option="language", known=", ".join(LANGUAGES))
    return language


def _publishers(value: str) -> Publishers:
    publishers = _PUBLISHERS.get(value.lower())
    if publishers is None:
        raise InvalidInput("bad_option", option="publishers", known="moderators, managers, nobody")
    return publishers


def _yes(value: str, option: str) -> bool:
    if value.lower() not in _YES_OR_NO:
        raise InvalidInput("bad_option", option=option, known="yes, no")
    return _YES_OR_NO[value.lower()]


_FULFILLED: Final[Mapping[str, Callable[[Workspace, str], Workspace]]] = {
    "moderators": lambda workspace, value: replace(workspace, moderators=_moderators(value)),
    "desk": lambda workspace, value: replace(workspace, desk=_desk(value)),
    "language": lambda workspace, value: replace(workspace, language=_language(value)),
    "zone": lambda workspace, value: replace(workspace, time_zone=read_zone(value)),
    "publishers": lambda workspace, value: replace(workspace, publishers=_publishers(value)),
    "suggestions": lambda workspace, value: replace(workspace, suggestions=_yes(value, "suggestions")),
    "replies": lambda workspace, value: replace(workspace, replies=_yes(value, "replies")),
}


def setup_message(workspace: Workspace, language: Language, lead: str = "") -> Message:
    """Return what a workspace has set and how that is changed, after a sentence that says what was done."""
    blocks: list[Block] = [paragraph(lead)] if lead else []
    blocks.append(Heading(phrase("setup.heading", language)))
    blocks.append(
        Paragraph((*_moderators_told(workspace, language), Run("\n"), *_desk_told(workspace, language)))
    )
    told_in = phrase(f"language.{workspace.language}", language)
    sentences = (
        phrase("setup.language", language, told_in=told_in),
        phrase("setup.zone", language, zone=workspace.time_zone),
        phrase(f"setup.publishers_{workspace.publishers}", language),
        phrase(f"setup.suggestions_{'yes' if workspace.suggestions else 'no'}", language),
        phrase(f"setup.replies_{'yes' if workspace.replies else 'no'}", language),
    )
    blocks.append(paragraph("\n".join(sentences)))
    return Message((*blocks, note(phrase("setup.how", language))), language)


def _moderators_told(workspace: Workspace, language: Language) -> tuple[Run, ...]:
    if not workspace.moderators:
        return (Run(phrase("setup.moderators_none", language)),)
    names: list[Run] = []
    for id_ in workspace.moderators:
        names += [*([Run(phrase("story.and", language))] if names else []), Run(id_, who=id_)]
    return phrase_runs("setup.moderators", language, "who", names)


def _desk_told(workspace: Workspace, language: Language) -> tuple[Run, ...]:
    if not workspace.desk:
        return (Run(phrase("setup.desk_none", language)),)
    name = Run(f"#{workspace.desk}", channel=workspace.desk)
    return phrase_runs("setup.desk", language, "channel", (name,))
