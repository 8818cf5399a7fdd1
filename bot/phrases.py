"""Every sentence that readers see, in their language, from `locales/`; dates and ages as it writes them."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_day_names

from bot.errors import FetchFailed, UserError
from bot.message import Run
from bot.model import Language

_MARK: Final = "\0"
"""Stands in no text that is shown."""

_QUOTED: Final = re.compile(r"(?<=「\{)\w+(?=\}」)|(?<=“\{)\w+(?=\}”)")
_INNER_QUOTES: Final = str.maketrans("「」“”", "『』‘’")
"""Blanks that stand in quotation marks, and the marks of what is quoted in a quotation."""


@cache
def _phrases(language: Language) -> Mapping[str, str | dict[str, str]]:
    text = files("bot").joinpath("locales", f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": phrase
        for section, names in tomllib.loads(text).items()
        for name, phrase in names.items()
    }


def phrase(key: str, language: Language, **facts: object) -> str:
    """Return the sentence `section.name` with its blanks filled.

    A sentence with plural forms chooses by the fact `count`. Quotes in what it quotes become inner ones.
    Raises KeyError for an unknown key.
    """
    found = _phrases(language)[key]
    if isinstance(found, dict):
        count = facts["count"]
        form = Locale(language).plural_form(count) if isinstance(count, int) else "other"
        found = found.get(form, found["other"])
    quoted = {name: str(facts[name]).translate(_INNER_QUOTES) for name in _QUOTED.findall(found)}
    return found.format(**facts | quoted)


def phrase_runs(
    key: str, language: Language, blank: str, filling: Sequence[Run], **facts: object
) -> tuple[Run, ...]:
    """Return a sentence as runs, where `filling` stands in one of its blanks."""
    first, *others = phrase(key, language, **facts, **{blank: _MARK}).split(_MARK)
    runs = [Run(first)]
    for text in others:
        runs += [*filling, Run(text)]
    return tuple(run for run in runs if run.text)


def phrase_error(error: UserError, language: Language) -> str:
    """Return what an error tells the one who caused it."""
    return phrase(f"error.{error.key}", language, **error.facts)


def phrase_fetch(failure: FetchFailed, language: Language) -> str:
    """Return what whoever gave an address is told when nothing could be read there.

    That there is no such host is told as that it is not public: else moderators could find out which names
    there are in the operator's own network.
    """
    told = "out_of_reach" if failure.why in ("not_public", "unknown_host") else failure.why
    return phrase(f"fetch.{told}", language)


def phrase_date(day: date, language: Language, *, weekday: bool = False) -> str:
    """Return a date as the language writes it, such as 2025年2月1日 or February 1, 2025."""
    return format_date(day, "full" if weekday else "long", locale=language)


def phrase_instant(at: datetime, language: Language, zone: str, *, weekday: bool = False) -> Run:
    """Return an instant by the clocks of a zone, which it names; platforms may show it by the reader's."""
    local = at.astimezone(ZoneInfo(zone))
    return Run(f"{phrase_date(local.date(), language, weekday=weekday)} {local:%H:%M %Z}", at=at)


def phrase_days(weekdays: Iterable[int], language: Language) -> str:
    """Return days of the week (Monday is 0) as the language writes a list of them: Monday, Friday; 月・金."""
    names = get_day_names("abbreviated" if language == "ja" else "wide", locale=language)
    return phrase("days.and", language).join(names[day] for day in weekdays)


def phrase_age(days: int, language: Language) -> str:
    """Return a length of time in days, months (from 60 days on) or years (from 3 on): 21 months, 21か月."""
    if days < 60:
        return phrase("age.days", language, count=days)
    if days < 3 * 365:
        return phrase("age.months", language, count=days * 12 // 365)
    return phrase("age.years", language, count=days // 365)
