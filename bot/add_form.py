"""The form that an article is added with, pure: its fields, and what was filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.display import printable
from bot.errors import InvalidInput
from bot.form import Field, Form
from bot.intake import MAX_ARTICLE_CHARACTERS
from bot.model import Language, Source
from bot.phrases import phrase
from bot.reading.imports import read_instant, read_source

COMMAND: Final = "/ai-news-mod add"
MAX_SOURCE: Final = 200
MAX_URL: Final = 1_000
MAX_DATE: Final = 40


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
            field("source", MAX_SOURCE),
            field("url", MAX_URL, hint=False),
            field("date", MAX_DATE),
        ),
        submit=phrase("form.submit", language),
        language=language,
        problem=problem,
    )


def read(values: Mapping[str, str], default_source: str) -> Submission:
    """Return what was filled in, without what cannot be shown. Raises `InvalidInput`."""
    url = values.get("url", "").strip()
    return Submission(
        text=printable(values.get("text", "")),
        source=read_source(values.get("source", "").strip() or default_source, url or None),
        published_at=_date(values.get("date", "").strip()),
    )


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return read_instant(text)
    except InvalidInput as error:
        raise InvalidInput("form_date") from error
