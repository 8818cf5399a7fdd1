"""The form that an article is added with, pure: its fields, and what was filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.display import printable, web_url
from bot.errors import InvalidInput
from bot.form import Field, Form
from bot.intake import MAX_ARTICLE_CHARACTERS
from bot.model import Actor, Language, Source
from bot.phrases import phrase
from bot.reading.imports import read_instant, read_source

COMMAND: Final = "/ai-news-mod add"
LINES: Final = {"source": 200, "url": 1_000, "date": 40}
"""How many characters each line may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article as a moderator gave it."""

    text: str
    source: Source
    published_at: datetime | None


def form(language: Language, values: Mapping[str, str] | None = None, problem: str = "") -> Form:
    """Return the form, filled with `values` where it comes back for a problem."""
    given = values or {}

    def field(name: str, max_length: int, *, hint: bool = True) -> Field:
        return Field(
            name=name,
            label=phrase(f"form.{name}", language),
            kind="text" if name == "text" else "line",
            required=name == "text",
            max_length=max_length,
            value=given.get(name, ""),
            hint=phrase(f"form.{name}_hint", language) if hint else "",
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
        source=read_source(values.get("source", "").strip() or actor.name, url),
        published_at=_date(values.get("date", "").strip()),
    )


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return read_instant(text)
    except InvalidInput as error:
        raise InvalidInput("form_date") from error
