"""The form that an article is added with, pure: its fields, and what was filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from bot.display import printable, web_url
from bot.errors import InvalidInput
from bot.form import Field, Form
from bot.intake import MAX_ARTICLE_CHARACTERS
from bot.model import Actor, Language, Source
from bot.phrases import phrase
from bot.reading.encoding import decode
from bot.reading.imports import read_instant, read_source
from bot.reading.markup import is_html, text_of_html

COMMAND: Final = "/ai-news-mod add"
FILES: Final = (".txt", ".md", ".html")
"""How the names of files end that can be added."""

LINES: Final = {"source": 200, "url": 1_000, "date": 40}
"""How many characters each line may have."""

_LINK: Final = re.compile(r"https?://[^\s<>|\"“”「」『』（）【】、。]+", re.IGNORECASE)
_AFTER_LINK: Final = ".,;:!?'*_~]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article as a moderator gave it."""

    text: str
    source: Source
    published_at: datetime | None


def form(
    language: Language,
    values: Mapping[str, str] | None = None,
    problem: str = "",
    *,
    text_hint: str = "form.text_hint",
) -> Form:
    """Return the form, filled with `values` where there are any; `problem` says why it comes back."""
    given = values or {}

    def field(name: str, max_length: int, *, hint: bool = True) -> Field:
        return Field(
            name=name,
            label=phrase(f"form.{name}", language),
            kind="text" if name == "text" else "line",
            required=name == "text",
            max_length=max_length,
            value=given.get(name, ""),
            hint=phrase(text_hint if name == "text" else f"form.{name}_hint", language) if hint else "",
        )

    return Form(
        command=COMMAND,
        title=phrase("form.title", language),
        fields=(
            field("text", MAX_ARTICLE_CHARACTERS),
            field("source", LINES["source"]),
            field("url", LINES["url"], hint=False),
            field("date", LINES["date"]),
        ),
        submit=phrase("form.submit", language),
        language=language,
        problem=problem,
    )


def form_from_message(
    text: str, author: str, link: str | None, posted_at: datetime, language: Language
) -> Form:
    """Return the form filled with a message: its text, and where and when it comes from.

    The source is what the message links to first, since that is where its readers would go. A message
    without any link is the source itself: `link` is its address. A line that is nothing but the link
    says nothing and is left out; where nothing else is there, the article has yet to be pasted.
    """
    text = printable(text).strip()
    url = _first_link(text)
    lines = [line for line in text.split("\n") if url is None or line.strip(" <>") != url]
    article = "\n".join(lines).strip()
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    source = " ".join((host or printable(author)).split())
    values = {
        "text": article,
        "source": source[: LINES["source"]] if any(map(str.isprintable, source)) else "",
        "url": (url or web_url(link) or "")[: LINES["url"]],
        "date": posted_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return form(language, values, text_hint="form.text_hint" if article else "form.text_missing_hint")


def form_from_file(name: str, data: bytes, language: Language) -> Form:
    """Return the form filled with the text of a file. Raises `InvalidInput` where it is no text file."""
    if not name.lower().endswith(FILES):
        raise InvalidInput("file_kind", known=", ".join(FILES))
    text = decode(data)
    return form(language, {"text": text_of_html(text) if is_html(text) else text})


def _first_link(text: str) -> str | None:
    """Return the first address of the web in a text, without what ends the sentence around it."""
    for found in _LINK.finditer(text):
        address = found[0].rstrip(_AFTER_LINK)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address.removesuffix(")").rstrip(_AFTER_LINK)
        if web_url(address):
            return address
    return None


def read(values: Mapping[str, str], actor: Actor) -> Submission:
    """Return what `actor` filled in, without what cannot be shown. Raises `InvalidInput`."""
    for name, limit in LINES.items():
        if (length := len(values.get(name, ""))) > limit:
            label = phrase(f"form.{name}", actor.language)
            raise InvalidInput("form_too_long", label=label, limit=limit, length=length)
    address = values.get("url", "").strip()
    url = web_url(address)
    if address and url is None:
        raise InvalidInput("form_url")
    return Submission(
        text=printable(values.get("text", "")),
        source=_source(values.get("source", "").strip() or actor.name, url),
        published_at=_date(values.get("date", "").strip()),
    )


def _source(name: str, url: str | None) -> Source:
    try:
        return read_source(name, url)
    except InvalidInput as error:
        raise InvalidInput("form_source") from error


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return read_instant(text)
    except InvalidInput as error:
        raise InvalidInput("form_date") from error
