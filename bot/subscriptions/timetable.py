"""The timetable of a subscription, pure: when its digests are due, and by which occurrence each is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.errors import InvalidSchedule
from bot.model import Occurrence, Subscription

FIRST: Final = "first"
"""The slot of the digest that a channel gets at once when it subscribes."""

FRESH_FOR: Final = timedelta(hours=12)
"""How old the latest missed turn may be and still get its digest, after the bot was down."""

MAX_TURNS_A_DAY: Final = 24
MAX_CRON_CHARACTERS: Final = 100

_CRON_FIELDS: Final = 5
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A turn of a timetable: the instant, and the occurrence it is known by."""

    at: datetime
    occurrence: Occurrence


def turns(subscription: Subscription, after: datetime) -> Iterator[Due]:
    """Yield the turns later than `after`, in order, as far as the calendar goes.

    A local time that the clock skips means the first moment after the gap, and several such are one
    turn; one that the clock shows twice means the first of the two. A turn is known by its local date
    and time, never by its instant.
    """
    zone = ZoneInfo(subscription.time_zone)
    latest = after
    # Clocks go back by a day at most.
    for wall in _walls(subscription, _wall(after, zone) - _A_DAY):
        at = _instant(wall, zone)
        if at > latest:
            latest = at
            slot = f"{wall:%H:%M}"
            yield Due(
                at=at,
                occurrence=Occurrence(subscription_id=subscription.id, local_date=wall.date(), slot=slot),
            )


def next_due(subscription: Subscription, after: datetime) -> Due:
    """Return the first turn later than `after`."""
    return next(turns(subscription, after))


def upcoming(subscription: Subscription, count: int) -> list[datetime]:
    """Return the next `count` instants at which a digest is due, the first of them from the store."""
    due = subscription.next_due_at
    return [due, *(turn.at for turn in islice(turns(subscription, due), count - 1))]


def occurrence_at(subscription: Subscription, now: datetime) -> Occurrence | None:
    """Return the turn that is composed at `now`: the latest one due, so that missed ones make one digest.

    None when it was missed so long ago that the next one comes soon enough. The first digest, which
    is due outside the timetable, is never too old.
    """
    due = subscription.next_due_at
    just_before = due - timedelta(milliseconds=1)
    if is_first(subscription):
        local_date = due.astimezone(ZoneInfo(subscription.time_zone)).date()
        return Occurrence(subscription_id=subscription.id, local_date=local_date, slot=FIRST)
    # What is due may lie ahead, for a preview.
    first_fresh = max(just_before, now - FRESH_FOR - timedelta(milliseconds=1))
    occurrence = None
    for turn in turns(subscription, first_fresh):
        if turn.at > max(now, due):
            break
        occurrence = turn.occurrence
    return occurrence


def is_first(subscription: Subscription) -> bool:
    """Tell whether what is due is no turn of the timetable, but the digest that a channel begins with."""
    due = subscription.next_due_at
    return next_due(subscription, due - timedelta(milliseconds=1)).at != due


def not_before(subscription: Subscription, now: datetime) -> datetime:
    """Return when what is composed at `now` may be posted: at once, or when the quiet hours end."""
    if subscription.quiet is None:
        return now
    zone = ZoneInfo(subscription.time_zone)
    wall = _wall(now, zone)
    start, end = subscription.quiet
    if not _lies_in(wall.time(), start, end):
        return now
    day = wall.date() if wall.time() < end else wall.date() + _A_DAY
    # Where the clock goes back within the quiet hours, they ended when it first showed their end.
    return max(now, _instant(datetime.combine(day, end), zone))


def check_cron(expression: str) -> None:
    """Raise `InvalidSchedule` for a cron expression that is none, never comes, or comes too often."""
    fields = expression.split()
    if len(fields) != _CRON_FIELDS or len(expression) > MAX_CRON_CHARACTERS:
        raise InvalidSchedule("cron_invalid", cron=expression[:MAX_CRON_CHARACTERS])
    minutes, hours, days, months, weekdays = fields
    found = _cron(expression)
    if found is None:
        # Day and month may each be well, and never meet: February 30.
        apart = f"{minutes} {hours} {days} * {weekdays}", f"{minutes} {hours} * {months} {weekdays}"
        key = "cron_never" if all(map(_cron, apart)) else "cron_invalid"
        raise InvalidSchedule(key, cron=expression)
    if len(found.minutes) * len(found.hours) > MAX_TURNS_A_DAY:
        raise InvalidSchedule("cron_too_often", cron=expression, limit=MAX_TURNS_A_DAY)
    if next(found, None) is None:
        raise InvalidSchedule("cron_never", cron=expression)


def _cron(expression: str) -> CronSim | None:
    try:
        return CronSim(expression, datetime(2024, 1, 1))  # noqa: DTZ001  local time, as on a wall
    except CronSimError:
        return None


def _lies_in(at: time, start: time, end: time) -> bool:
    return start <= at < end if start <= end else at >= start or at < end


def _walls(subscription: Subscription, after: datetime) -> Iterator[datetime]:
    """Yield the local times of a timetable later than `after`, which is one too."""
    if subscription.cron:
        yield from CronSim(subscription.cron, after)
        return
    weekdays: Sequence[int] = subscription.weekdays
    slots = sorted(set(subscription.times))
    day = after.date()
    while weekdays and slots:
        if day.weekday() in weekdays:
            yield from (wall for slot in slots if (wall := datetime.combine(day, slot)) > after)
        day += _A_DAY


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the clocks of a zone show `wall` or later."""
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(at, zone) == wall:
        return at
    # The time does not exist: `fold` gives an instant on each side of the gap, whose end lies between.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while at - before > timedelta(seconds=1):
        middle = before + (at - before) // 2
        before, at = (before, middle) if _wall(middle, zone) >= wall else (middle, at)
    return at.replace(microsecond=0)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
