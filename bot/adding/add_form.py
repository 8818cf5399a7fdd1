"""The form that an article is added or suggested with, pure: its fields, and what was filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from bot.display import printable, web_url
from bot.errors import InvalidInput
from bot.form import Choice, Field, Form
from bot.language import Names
from bot.model import LANGUAGES, Actor, Language, Source, TopicId
from bot.phrases import phrase
from bot.reading.imports import read_instant, read_source
from bot.reading.page import read_file
from bot.subscriptions.choices import choices, topic_choices

COMMAND: Final = "/ai-news-mod add"
SUGGEST: Final = "/ai-news suggest"
REACHES: Final = ("here", "everyone")
SMALL: Final = ("text", "title", "source", "url", "date")
"""The fields that have room in any form."""

FILES: Final = (".txt", ".md", ".html")
"""How the names of files end that can be added."""

MAX_ARTICLE_CHARACTERS: Final = 500_000

LINES: Final = {"title": 300, "source": 200, "url": 1_000, "date": 40, "topics": 1_500}
"""How many characters each line may have."""

_LINK: Final = re.compile(r"https?://[^\s<>|\"“”「」『』（）【】、。]+", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_WITHOUT_HINT: Final = frozenset({"url", "language"})
_AFTER_LINK: Final = ".,;:!?'*_~]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article as a moderator gave it."""

    text: str
    source: Source
    published_at: datetime | None
    title: str = ""
    topics: tuple[TopicId, ...] = ()
    language: Language | None = None
    for_everyone: bool = False


def form(
    language: Language,
    values: Mapping[str, str] | None = None,
    *,
    names: Names | None = None,
    reach: bool = False,
) -> Form:
    """Return the form, filled with `values` where there are any.

    Where it has room for more than five fields, `names` are the topics to choose from, and `reach` says
    whether it may be for everybody.
    """
    more = () if names is None else ("topics", "language", *(("reach",) if reach else ()))
    return Form(
        command=COMMAND,
        title=phrase("form.add", language),
        fields=tuple(_field(name, (values or {}).get(name, ""), names, language) for name in (*SMALL, *more)),
        submit=phrase("form.submit", language),
        language=language,
    )


def suggestion_form(language: Language, values: Mapping[str, str] | None = None) -> Form:
    """Return the form that members suggest an article with."""
    asked = form(language, values)
    title, submit = phrase("form.suggest", language), phrase("form.submit_suggestion", language)
    fields = (replace(asked.fields[0], hint=phrase("form.text_suggest_hint", language)), *asked.fields[1:])
    return replace(asked, command=SUGGEST, title=title, submit=submit, fields=fields)


def _field(name: str, value: str, names: Names | None, language: Language) -> Field:
    kinds: Mapping[str, Literal["text", "several", "choice"]] = {
        "text": "text",
        "topics": "several",
        "language": "choice",
        "reach": "choice",
    }
    return Field(
        name=name,
        label=phrase(f"form.{name}", language),
        kind=kinds.get(name, "line"),
        required=name == "text",
        max_length=MAX_ARTICLE_CHARACTERS if name == "text" else LINES.get(name, 20),
        value=value,
        hint="" if name in _WITHOUT_HINT else phrase(f"form.{name}_hint", language),
        choices=_choices(name, names, language),
    )


def _choices(name: str, names: Names | None, language: Language) -> tuple[Choice, ...]:
    match name:
        case "topics" if names is not None:
            return topic_choices(names.topics, names, language)
        case "language":
            return tuple(choice for choice in choices("language", language) if choice.value in LANGUAGES)
        case "reach":
            return tuple(
                Choice(value=reach, label=phrase(f"form.reach_{reach}", language)) for reach in REACHES
            )
        case _:
            return ()


def check_length(text: str) -> None:
    """Raise `InvalidInput` for a text that is empty or longer than an article may be."""
    if not text.strip():
        raise InvalidInput("article_empty")
    if len(text) > MAX_ARTICLE_CHARACTERS:
        raise InvalidInput("article_too_long", limit=MAX_ARTICLE_CHARACTERS, length=len(text))


def address_alone(text: str) -> str | None:
    """Return the address that a text consists of, be it one that can be read or not; None where more is said.

    Whoever reads it tells what is wrong with it: an address is never taken for an article.
    """
    bare = text.strip().strip("<>")
    return bare if _ADDRESS.fullmatch(bare) else None


def values_of_message(text: str, author: str, link: str | None, posted_at: datetime) -> dict[str, str]:
    """Return what a message of a chat fills in: its text, and where and when it comes from.

    The source is what the message links to first, since that is where its readers would go. A message
    without any link is the source itself: `link` is its address. A line that is nothing but the link
    says nothing and is left out; where nothing else is there, what stands at the link is the article.
    """
    text = printable(text).strip()
    url = _first_link(text)
    lines = [line for line in text.split("\n") if url is None or line.strip(" <>") != url]
    article = "\n".join(lines).strip()
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    source = " ".join((host or printable(author)).split())
    return {
        "text": article or url or "",
        "source": source[: LINES["source"]] if any(map(str.isprintable, source)) else "",
        "url": (url or web_url(link) or "")[: LINES["url"]],
        "date": posted_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def values_of_file(name: str, data: bytes, now: datetime) -> dict[str, str]:
    """Return what a file fills in: its article, and what it tells of itself. Raises `InvalidInput`."""
    if not name.lower().endswith(FILES):
        raise InvalidInput("file_kind", known=", ".join(FILES))
    article = read_file(name, data, now)
    values = {
        "text": article.text,
        "title": article.title,
        "source": article.source,
        "url": article.url or "",
    }
    if article.published_at is not None:
        values["date"] = article.published_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return values


def _first_link(text: str) -> str | None:
    """Return the first address of the web in a text, without what ends the sentence around it."""
    for found in _LINK.finditer(text):
        address = found[0].rstrip(_AFTER_LINK)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address.removesuffix(")").rstrip(_AFTER_LINK)
        if web_url(address):
            return address
    return None


def read(values: Mapping[str, str], actor: Actor, names: Names) -> Submission:
    """Return what `actor` filled in, without what cannot be shown. Raises `InvalidInput`."""
    for name, limit in LINES.items():
        if (length := len(values.get(name, ""))) > limit:
            label = phrase(f"form.{name}", actor.language)
            raise InvalidInput("form_too_long", field=name, label=label, limit=limit, length=length)
    address = values.get("url", "").strip()
    url = web_url(address)
    if address and url is None:
        raise InvalidInput("form_url", field="url")
    return Submission(
        text=printable(values.get("text", "")),
        source=_source(values.get("source", "").strip() or actor.name, url),
        published_at=_date(values.get("date", "").strip()),
        title=" ".join(printable(values.get("title", "")).split()),
        topics=_topics(values.get("topics", ""), names),
        language=next((known for known in LANGUAGES if known == values.get("language")), None),
        for_everyone=is_for_everyone(values),
    )


def is_for_everyone(values: Mapping[str, str]) -> bool:
    """Return whether what was filled in is meant for every workspace."""
    return values.get("reach") == "everyone"


def _topics(typed: str, names: Names) -> tuple[TopicId, ...]:
    """Return the topics of a list of their ids. Raises `InvalidInput` for one that is not known."""
    given = [TopicId(entry.strip()) for entry in typed.split(",") if entry.strip()]
    for topic in given:
        if topic not in names.topics:
            raise InvalidInput("import_topic", field="topics", name=topic[:40])
    return tuple(dict.fromkeys(given))


def _source(name: str, url: str | None) -> Source:
    try:
        return read_source(name, url)
    except InvalidInput as error:
        raise InvalidInput("form_source", field="source") from error


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return read_instant(text)
    except InvalidInput as error:
        raise InvalidInput("form_date", field="date") from error
