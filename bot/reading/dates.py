"""Dates as pages write them, pure: text becomes an instant, or nothing where it is none that can be true."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final
from unicodedata import normalize

JST: Final = timezone(timedelta(hours=9))

_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
"""Before it hardly a newspaper stood in the web; a date before is a placeholder."""

_AHEAD: Final = timedelta(days=1)
"""How far a clock or a zone that was left out may be wrong."""

_LONGEST: Final = 80
_ZONES: Final = {
    "jst": 9, "kst": 9, "ist": 5.5, "cet": 1, "cest": 2, "bst": 1, "utc": 0, "gmt": 0, "z": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
"""Hours east of Greenwich, by the names that news pages use."""

_ERAS: Final = {"": 0, "平成": 1988, "令和": 2018}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DAYS: Final = (
    r"(?P<era>平成|令和)?(?P<year>\d{1,4}|元)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
    rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b",
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH},? (?P<year>\d{{4}})\b",
)
_TIME: Final = (
    r"(?:[ \t]{0,3}\([^()]{1,9}\))?"
    r"(?:[ \t]{0,3}(?:t|at|,)?[ \t]{0,3}(?P<half>午前|午後)?[ \t]?(?P<hour>\d{1,2})"
    r"(?:時|:)(?P<minute>\d{1,2})?分?(?::\d{2}(?:[.,]\d{1,9})?)?(?:[ \t]?(?P<meridiem>[ap])\.?m\b\.?)?"
    r"[ \t]?\(?(?P<zone>[+-]\d{2}:?\d{2}|[a-z]{1,4}\b)?)?"
)
_DATES: Final = tuple(re.compile(day + _TIME, re.IGNORECASE) for day in _DAYS)


def read_date(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Return the instant of the first date in a text, in UTC; `zone` is for one that names none.

    Reads ISO 8601, the dates of mail and HTTP, and what is written for people in Japanese and English; a
    day without a time begins at midnight. None where there is no date, or one before 1995 or after `now`.
    """
    text = normalize("NFKC", text[:_LONGEST]).strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime, _written):
        try:
            at = read(text)
            at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        # A zone's name is nothing to the reader of mail dates, which takes the time for one of no zone.
        if read is parsedate_to_datetime and text[-1:].isalpha():
            continue
        return at.replace(microsecond=0) if _EARLIEST <= at <= now + _AHEAD else None
    return None


def _written(text: str) -> datetime:
    """Return a date written for people. Raises ValueError where there is none."""
    found = [match for match in (pattern.search(text) for pattern in _DATES) if match]
    if not found:
        raise ValueError(text)
    first = min(found, key=lambda match: match.start())
    parts = first.groupdict()
    year = _ERAS[parts.get("era") or ""] + (1 if parts["year"] == "元" else int(parts["year"]))
    month = _MONTHS.index(parts["name"].lower()) + 1 if parts.get("name") else int(parts["month"])
    return datetime(
        year, month, int(parts["day"]), _hour(parts), int(parts["minute"] or 0), tzinfo=_zone(parts)
    )


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts["hour"] or 0)
    half = {"a": 0, "p": 12, "午前": 0, "午後": 12}.get((parts["meridiem"] or parts["half"] or "").lower())
    return hour if half is None else hour % 12 + half


def _zone(parts: dict[str, str | None]) -> tzinfo | None:
    zone = (parts["zone"] or "").lower()
    if zone in _ZONES:
        return timezone(timedelta(hours=_ZONES[zone]))
    if zone[:1] in {"+", "-"}:
        return datetime.strptime(zone, "%z").tzinfo
    return None
