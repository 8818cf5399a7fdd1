"""What a workspace decided about topics, and names that none knows, pure: as a message with buttons."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.changes import Curation
from bot.curating.unknown_names import UnknownName
from bot.display import truncated
from bot.language import Names
from bot.message import Block, Button, Buttons, Heading, Message, note, paragraph
from bot.model import Language
from bot.moderating.commands import typed
from bot.phrases import phrase
from bot.subscriptions.choices import topic_name

PAGE_SIZE: Final = 4
"""Decisions, and names, on a page: with their buttons they fit into one message on every platform."""

_MAX_TITLE: Final = 100

Decision = tuple[str, str]
"""A decision in words, and the command that takes it back."""


def topics_message(
    curation: Curation,
    unknown: Sequence[UnknownName],
    names: Names,
    language: Language,
    page: int = 1,
    lead: str = "",
) -> Message:
    """Return a page of decisions and of names, after a sentence that says what was done."""
    decided = list(decisions(curation, names, language))
    start, end = (page - 1) * PAGE_SIZE, page * PAGE_SIZE
    blocks: list[Block] = [paragraph(lead)] if lead else []
    blocks.append(Heading(phrase("topic.heading", language)))
    if not decided:
        blocks.append(paragraph(phrase("topic.nothing_decided", language)))
    for sentence, command in decided[start:end]:
        back = Button(label=phrase("topic.button_back", language), command=command)
        blocks += [paragraph(sentence), Buttons((back,))]
    blocks.append(Heading(phrase("topic.unknown", language), level=2))
    if not unknown:
        blocks.append(paragraph(phrase("topic.none_unknown", language)))
    for name in unknown[start:end]:
        blocks += _unknown(name, language)
    if pages := _pages(page, max(len(decided), len(unknown)) > end, language):
        blocks.append(Buttons(pages))
    return Message((*blocks, note(phrase("topic.how", language))), language)


def decisions(curation: Curation, names: Names, language: Language) -> Iterator[Decision]:
    """Yield what was decided about topics, each with the command that takes it back."""
    for topic in curation.topics:
        name = topic.names[language]
        yield phrase("topic.is_topic", language, name=name), typed("untopic", topic.id)
    for topic_id, aliases in curation.aliases.items():
        called = topic_name(topic_id, names, language)
        for alias in aliases:
            sentence = phrase("topic.is_alias", language, name=alias, topic=called)
            yield sentence, typed("unalias", topic_id, name=alias)
    for topic_id, into in curation.joined.items():
        one, other = topic_name(topic_id, names, language), topic_name(into, names, language)
        yield phrase("topic.is_joined", language, topic=one, into=other), typed("part", topic_id)
    for topic_id in curation.muted:
        called = topic_name(topic_id, names, language)
        yield phrase("topic.is_muted", language, topic=called), typed("unmute", topic_id)


def _unknown(name: UnknownName, language: Language) -> list[Block]:
    title = truncated(name.newest.telling(language).title, _MAX_TITLE)
    sentence = phrase("topic.unknown_name", language, name=name.name, count=name.count, title=title)
    commands = {
        "topic": typed("topic", name=name.name),
        "alias": typed("alias", name=name.name),
    }
    buttons = tuple(
        Button(label=phrase(f"topic.button_{act}", language), command=command)
        for act, command in commands.items()
    )
    return [paragraph(sentence), Buttons(buttons)]


def _pages(page: int, more: bool, language: Language) -> tuple[Button, ...]:
    pages = {"previous": page - 1} if page > 1 else {}
    pages |= {"more": page + 1} if more else {}
    return tuple(
        Button(label=phrase(f"button.{name}", language), command=typed("topics", page=number))
        for name, number in pages.items()
    )
