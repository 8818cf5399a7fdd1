"""The forms that ask what a decision about topics or stories needs, pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from bot.changes import Curation
from bot.curating.curation import LONGEST_NAME
from bot.errors import InvalidInput
from bot.form import Choice, Field, Form
from bot.language import Names
from bot.model import Language, TopicId
from bot.moderating.commands import MAX_REASON, CurateTopic, ModerateStory, TopicAct, typed
from bot.phrases import phrase
from bot.subscriptions.choices import topic_choices

_MAX_CHOICES: Final = 25
"""What a choice offers on Discord (its documentation on select menus); of more, one is typed."""

_MAX_TYPED: Final = 200

_FIELDS: Final[Mapping[TopicAct, tuple[str, ...]]] = {
    "topic": ("topic", "name"),
    "alias": ("topic", "name"),
    "unalias": ("topic", "name"),
    "join": ("topic", "into"),
    **dict.fromkeys(("untopic", "part", "mute", "unmute"), ("topic",)),
}


def lacks(command: CurateTopic) -> bool:
    """Whether a command does not say all that it needs."""
    if command.act == "topic":
        return not (command.topic or command.name)
    return not all(getattr(command, name) for name in _FIELDS[command.act])


def filled_in(command: CurateTopic, values: Mapping[str, str]) -> CurateTopic:
    """Return a command with what was filled in."""
    topic, name, into = (
        values.get(field, getattr(command, field)).strip() for field in ("topic", "name", "into")
    )
    return replace(command, topic=topic, name=name, into=into)


def topic_form(command: CurateTopic, curation: Curation, names: Names, language: Language) -> Form:
    """Return the form for what a command needs, filled with what it says.

    Raises `InvalidInput` where there is nothing to choose from.
    """
    return Form(
        command=typed(command.act),
        title=phrase(f"topic.title_{command.act}", language),
        fields=tuple(_field(name, command, curation, names, language) for name in _FIELDS[command.act]),
        submit=phrase("field.submit", language),
        language=language,
    )


def _field(name: str, command: CurateTopic, curation: Curation, names: Names, language: Language) -> Field:
    value = getattr(command, name)
    if command.act == "topic":
        return _line(name, "new" if name == "topic" else "other", value, language)
    if name == "name" and command.act == "alias":
        return _line(name, "alias", value, language)
    if name == "name":
        aliases = [alias for known in curation.aliases.values() for alias in known]
        choices = tuple(Choice(value=alias, label=alias) for alias in dict.fromkeys(aliases))
        return _chosen(name, "alias", value, choices, language)
    topics = names.topics if name == "into" else _topics(command.act, curation, names)
    return _chosen(name, name, value, topic_choices(topics, names, language), language)


def _topics(act: TopicAct, curation: Curation, names: Names) -> Iterable[TopicId]:
    """Return the topics that an act may be about."""
    match act:
        case "untopic":
            return [topic.id for topic in curation.topics]
        case "unalias":
            return curation.aliases
        case "part":
            return curation.joined
        case "unmute":
            return curation.muted
        case _:
            return names.topics


def _chosen(name: str, label: str, value: str, choices: tuple[Choice, ...], language: Language) -> Field:
    """Return a field that is chosen where there are few choices, and typed where there are many."""
    if not choices:
        raise InvalidInput("topics_nothing")
    if len(choices) > _MAX_CHOICES:
        return _line(name, label, value, language)
    known = {choice.value for choice in choices}
    return Field(
        name=name,
        label=phrase(f"topic.field_{label}", language),
        kind="choice",
        required=True,
        max_length=_MAX_TYPED,
        value=value if value in known else "",
        choices=choices,
    )


def _line(name: str, label: str, value: str, language: Language) -> Field:
    return Field(
        name=name,
        label=phrase(f"topic.field_{label}", language),
        required=label != "other",
        max_length=LONGEST_NAME if label in ("new", "other", "alias") else _MAX_TYPED,
        value=value[:LONGEST_NAME],
        hint=phrase(f"topic.hint_{label}", language),
    )


def reason_form(command: ModerateStory, language: Language, value: str = "") -> Form:
    """Return the form that asks why a story is hidden."""
    reason = Field(
        name="reason",
        label=phrase("changed.reason", language),
        required=True,
        max_length=MAX_REASON,
        value=value,
        hint=phrase("hide.reason_hint", language),
    )
    return Form(
        command=typed(command.act, command.story),
        title=phrase("hide.title", language),
        fields=(reason,),
        submit=phrase("hide.submit", language),
        language=language,
    )
