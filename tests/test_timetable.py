"""When a subscription is due, whatever the clocks of its zone, and that of the machine, do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.timetable import FIRST, next_due, occurrence_at
from tests.factories import make_subscription


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "slot", "after", "expected"),
    [
        pytest.param(
            "Asia/Tokyo", time(9), "2026-11-23T23:59", "2026-11-24T00:00", id="tokyo morning is utc midnight"
        ),
        pytest.param(
            "America/New_York",
            time(2, 30),
            "2026-03-08T05:00",
            "2026-03-08T07:00",
            id="skipped time: end of the gap",
        ),
        pytest.param(
            "America/New_York",
            time(1, 30),
            "2026-11-01T05:00",
            "2026-11-01T05:30",
            id="time shown twice: the first",
        ),
        pytest.param(
            "America/New_York",
            time(1, 30),
            "2026-11-01T05:30",
            "2026-11-02T06:30",
            id="time shown twice: once only",
        ),
        pytest.param(
            "Australia/Lord_Howe", time(2, 15), "2026-10-03T12:00", "2026-10-03T15:30", id="half-hour gap"
        ),
        pytest.param(
            "Pacific/Apia", time(9), "2011-12-29T20:00", "2011-12-30T10:00", id="a day that a zone left out"
        ),
        pytest.param("Asia/Tokyo", time(9), "2028-02-28T01:00", "2028-02-29T00:00", id="leap day"),
    ],
)
def test_a_turn_falls_on_its_local_time(zone, slot, after, expected):
    subscription = make_subscription(times=(slot,), time_zone=zone)

    assert next_due(subscription, instant(after)).at == instant(expected)


def night_before(day, zone):
    return datetime.combine(day - timedelta(days=1), time(23, 59, 59), ZoneInfo(zone))


ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
]


@settings(max_examples=25, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    slots=st.sets(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=3),
    days=st.integers(0, 1800),
)
def test_every_local_day_has_every_slot_once_in_order(zone, slots, days):
    subscription = make_subscription(times=tuple(sorted(slots)), time_zone=zone)
    at = start = instant("2025-01-01T00:00") + timedelta(days=days, minutes=days)
    turns = []

    while at < start + timedelta(days=400):
        turn = next_due(subscription, at)
        turns.append(turn)
        at = turn.at

    occurrences = [(turn.occurrence.local_date, turn.occurrence.slot) for turn in turns]
    first = turns[0].occurrence.local_date
    whole_days = {day for day, _ in occurrences if first < day < turns[-1].occurrence.local_date}
    assert len(set(occurrences)) == len(occurrences)
    assert len(whole_days) >= 398
    for day in whole_days:
        # Times that the clock skips together are one turn, when it goes on.
        walls = {next_due(replace(subscription, times=(slot,)), night_before(day, zone)).at for slot in slots}
        assert sum(d == day for d, _ in occurrences) == len(walls)
    for turn in turns:
        wall = turn.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = datetime.combine(turn.occurrence.local_date, time.fromisoformat(turn.occurrence.slot))
        assert timedelta() <= wall - wanted <= timedelta(hours=1)


def test_the_first_digest_has_a_turn_of_its_own():
    subscription = make_subscription(time_zone="Asia/Tokyo", next_due_at=instant("2026-11-23T21:16"))

    occurrence = occurrence_at(subscription, instant("2026-11-23T21:17"))

    assert (occurrence.local_date, occurrence.slot) == (date(2026, 11, 24), FIRST)


def test_missed_turns_make_one_digest_for_the_latest():
    subscription = make_subscription(time_zone="Asia/Tokyo", next_due_at=instant("2026-11-20T00:00"))

    occurrence = occurrence_at(subscription, instant("2026-11-23T21:16"))

    assert (occurrence.local_date, occurrence.slot) == (date(2026, 11, 23), "09:00")
