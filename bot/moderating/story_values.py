"""What is filled in about a story, pure: its fields as they are typed, and the story that values make."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.adding.add_form import MAX_ARTICLE_CHARACTERS
from bot.display import printable, web_url
from bot.errors import InvalidInput, about
from bot.language import Names
from bot.model import Language, Source, Story, Telling, TopicId
from bot.moderating.commands import MAX_REASON
from bot.phrases import phrase
from bot.reading.imports import read_instant, read_source
from bot.subscriptions.wishes import read_topic

TEXTS: Final = ("title", "summary", "body")
FACTS: Final = ("source", "url", "date", "topics")
LIMITS: Final[Mapping[str, int]] = {
    "title": 200,
    "summary": 1_000,
    "body": MAX_ARTICLE_CHARACTERS,
    "reason": MAX_REASON,
    "source": 200,
    "url": 1_000,
    "date": 40,
    "topics": 1_500,
}
"""How many characters each field may have."""

_MAX_TOPICS: Final = 20


def typed_texts(telling: Telling) -> dict[str, str]:
    """Return what a telling says as it stands in a form."""
    return {name: _plain(name, getattr(telling, name)) for name in TEXTS}


def typed_facts(story: Story) -> dict[str, str]:
    """Return where a story comes from as it stands in a form."""
    return {
        "source": _plain("source", story.source.name),
        "url": story.source.url or "",
        "date": story.published_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "topics": ",".join(story.topics),
    }


def read_reason(text: str, language: Language, *, required: bool = False) -> str:
    """Return a reason on one line. Raises `InvalidInput` for one that is too long, or missing."""
    reason = " ".join(printable(text).split())
    _check_length("reason", reason, LIMITS["reason"], language)
    if required and _is_blank(reason):
        raise InvalidInput("reason_missing", field="reason")
    return reason


def with_texts(telling: Telling, values: Mapping[str, str], language: Language) -> Telling:
    """Return a telling with what was typed otherwise than it is; `language` is that of its labels.

    A field that is absent stays as it is. Raises `InvalidInput`.
    """
    shown = typed_texts(telling)
    given = {name: _plain(name, values.get(name, shown[name])) for name in TEXTS}
    for name, value in given.items():
        _check_length(name, value, max(LIMITS[name], len(shown[name])), language)
        if value != shown[name] and _is_blank(value):
            raise InvalidInput("story_field_empty", field=name, label=phrase(f"changed.{name}", language))

    def said(name: str, now: str) -> str:
        return now if given[name] == shown[name] else given[name]

    return replace(
        telling,
        title=said("title", telling.title),
        summary=said("summary", telling.summary),
        body=said("body", telling.body),
    )


def with_facts(story: Story, values: Mapping[str, str], names: Names, language: Language) -> Story:
    """Return a story with what was typed otherwise than it is. Raises `InvalidInput`."""
    shown = typed_facts(story)
    given = {name: _plain(name, values.get(name, shown[name])) for name in FACTS}
    for name, value in given.items():
        _check_length(name, value, max(LIMITS[name], len(shown[name])), language)
    changed = {name for name in FACTS if given[name] != shown[name]}
    if changed & {"source", "url"}:
        story = replace(story, source=_source(given["source"], given["url"]))
    if "date" in changed:
        story = replace(story, published_at=_date(given["date"]))
    if "topics" in changed:
        with about("topics"):
            story = replace(story, topics=_topics(given["topics"], story, names))
    return story


def _plain(name: str, text: str) -> str:
    text = printable(text).strip()
    return text if name == "body" else " ".join(text.split())


def _is_blank(text: str) -> bool:
    return not any(character.isprintable() and not character.isspace() for character in text)


def _check_length(name: str, value: str, limit: int, language: Language) -> None:
    if len(value) > limit:
        label = phrase(f"changed.{name}", language)
        raise InvalidInput("form_too_long", field=name, label=label, limit=limit, length=len(value))


def _source(name: str, address: str) -> Source:
    url = web_url(address)
    if address and url is None:
        raise InvalidInput("form_url", field="url")
    try:
        return read_source(name, url)
    except InvalidInput as error:
        raise InvalidInput("form_source", field="source") from error


def _date(text: str) -> datetime:
    try:
        return read_instant(text)
    except InvalidInput as error:
        raise InvalidInput("form_date", field="date") from error


def _topics(text: str, story: Story, names: Names) -> tuple[TopicId, ...]:
    """Return the topics that a list names; those that the story has already may be known no more."""
    entries = [entry.strip() for entry in re.split("[,、\n]", unicodedata.normalize("NFKC", text))]
    topics = tuple(
        TopicId(entry) if entry in story.topics else read_topic(entry, names) for entry in entries if entry
    )
    if len(topics) > _MAX_TOPICS:
        raise InvalidInput("list_too_long", limit=_MAX_TOPICS)
    return tuple(dict.fromkeys(topics))
