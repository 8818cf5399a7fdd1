"""When a subscription is due, whatever the clocks of its zone, and that of the machine, do."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, cycle, repeat, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidSchedule
from bot.subscriptions.timetable import (
    FIRST,
    FRESH_FOR,
    check_cron,
    next_due,
    not_before,
    occurrence_at,
    turns,
    upcoming,
)
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

    occurrence = occurrence_at(subscription, instant("2026-11-23T11:16"))

    assert (occurrence.local_date, occurrence.slot) == (date(2026, 11, 23), "09:00")


# Days, cron expressions, quiet hours


@pytest.mark.parametrize(
    ("over", "after", "expected"),
    [
        pytest.param(
            {"weekdays": (0, 2)}, "2026-11-23T10:00", "2026-11-25T09:00", id="from Monday to Wednesday"
        ),
        pytest.param({"weekdays": (0,)}, "2026-11-23T09:00", "2026-11-30T09:00", id="a week later"),
        pytest.param({"cron": "0 9 * * 1"}, "2026-11-24T00:00", "2026-11-30T09:00", id="1 is Monday"),
        pytest.param({"cron": "30 8 29 2 *"}, "2026-11-24T00:00", "2028-02-29T08:30", id="leap day"),
        pytest.param(
            {"cron": "30 2 * * *", "time_zone": "America/New_York"},
            "2026-03-08T05:00",
            "2026-03-08T07:00",
            id="cron: a skipped time",
        ),
        pytest.param(
            {"cron": "30 1 * * *", "time_zone": "America/New_York"},
            "2026-11-01T05:30",
            "2026-11-02T06:30",
            id="cron: a time shown twice, once only",
        ),
        pytest.param(
            {"weekdays": (4,), "time_zone": "Pacific/Apia"},
            "2011-12-29T20:00",
            "2011-12-30T10:00",
            id="a Friday that a zone left out",
        ),
    ],
)
def test_a_turn_falls_on_its_day(over, after, expected):
    assert next_due(make_subscription(**over), instant(after)).at == instant(expected)


def test_a_turn_by_cron_is_known_by_its_local_time():
    subscription = make_subscription(cron="5 7 * * *", time_zone="Asia/Kathmandu")

    turn = next_due(subscription, instant("2026-11-24T01:00"))

    assert (turn.at, turn.occurrence.local_date, turn.occurrence.slot) == (
        instant("2026-11-24T01:20"),
        date(2026, 11, 24),
        "07:05",
    )


@pytest.mark.parametrize(
    ("cron", "key"),
    [
        ("nonsense", "cron_invalid"),
        ("0 9 * *", "cron_invalid"),
        ("0 0 9 * * 1", "cron_invalid"),
        ("61 9 * * 1", "cron_invalid"),
        ("0 9 * 13 *", "cron_invalid"),
        ("0 9 32 * *", "cron_invalid"),
        ("0 9 30 2 *", "cron_never"),
        ("0 9 31 4,6,9,11 *", "cron_never"),
        ("*/30 0-12 * * *", "cron_too_often"),
        ("* * * * *", "cron_too_often"),
        ("0 9 * * 1" + " " * 100 + "1", "cron_invalid"),
    ],
)
def test_a_cron_expression_that_cannot_be_kept_is_refused(cron, key):
    with pytest.raises(InvalidSchedule) as caught:
        check_cron(cron)

    assert caught.value.key == key


@pytest.mark.parametrize("cron", ["0 9 * * 1", "0 * * * *", "*/30 0-11 * * *", "0 9 L * *", "0 9 * * MON#1"])
def test_a_cron_expression_of_up_to_24_turns_a_day_is_taken(cron):
    check_cron(cron)


@given(st.text("0123456789*/,-#LW ? MONJAN", max_size=40) | st.text(max_size=120))
@settings(deadline=None)
def test_any_text_is_a_cron_expression_or_refused(text):
    with suppress(InvalidSchedule):
        check_cron(text)
        assert next_due(make_subscription(cron=text), instant("2026-11-24T00:00")).at


NIGHT = (time(22), time(7))


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        pytest.param(None, "2026-11-24T23:00", "2026-11-24T23:00", id="no quiet hours"),
        pytest.param(NIGHT, "2026-11-24T21:59", "2026-11-24T21:59", id="before"),
        pytest.param(NIGHT, "2026-11-24T22:00", "2026-11-25T07:00", id="in the evening"),
        pytest.param(NIGHT, "2026-11-25T06:59", "2026-11-25T07:00", id="in the morning"),
        pytest.param(NIGHT, "2026-11-25T07:00", "2026-11-25T07:00", id="after"),
        pytest.param((time(12), time(13)), "2026-11-24T12:30", "2026-11-24T13:00", id="within a day"),
        pytest.param((time(12), time(13)), "2026-11-24T23:30", "2026-11-24T23:30", id="not at night"),
    ],
)
def test_quiet_hours_put_off_what_they_hold(quiet, now, expected):
    assert not_before(make_subscription(quiet=quiet), instant(now)) == instant(expected)


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from([*ZONES, "Asia/Kathmandu", "Pacific/Apia"]),
    quiet=st.tuples(st.times(), st.times()).filter(lambda quiet: quiet[0] != quiet[1]),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
)
def test_what_quiet_hours_put_off_comes_within_a_day_and_not_before_they_end(zone, quiet, minutes):
    now = instant("2025-01-01T00:00") + timedelta(minutes=minutes)
    subscription = make_subscription(quiet=quiet, time_zone=zone)

    at = not_before(subscription, now)

    assert now <= at <= now + timedelta(days=1, hours=1)
    # Where the clock goes back within the quiet hours, they may begin anew.
    assert at == now or not_before(subscription, at) - at <= timedelta(hours=1)


# After downtime, and whatever the machine's clock does


def test_upcoming_begins_with_what_the_store_holds():
    subscription = make_subscription(weekdays=(0, 4), next_due_at=instant("2026-11-27T09:00"))

    assert upcoming(subscription, 3) == [
        instant("2026-11-27T09:00"),
        instant("2026-11-30T09:00"),
        instant("2026-12-04T09:00"),
    ]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        pytest.param("2026-11-24T09:00", (date(2026, 11, 24), "09:00"), id="in time"),
        pytest.param("2026-11-24T21:00", (date(2026, 11, 24), "09:00"), id="just fresh"),
        pytest.param("2026-11-24T21:01", None, id="too old"),
        pytest.param("2026-11-27T10:00", (date(2026, 11, 27), "09:00"), id="asleep for days"),
        pytest.param("2026-11-27T08:00", None, id="asleep for days, and the next comes soon"),
    ],
)
def test_a_missed_turn_is_made_up_for_while_it_is_fresh(now, slot):
    subscription = make_subscription(next_due_at=instant("2026-11-24T09:00"))

    occurrence = occurrence_at(subscription, instant(now))

    assert (occurrence and (occurrence.local_date, occurrence.slot)) == slot


class Machine:
    """A machine that keeps one subscription, as `Digests` does, by a clock that anything may happen to."""

    def __init__(self, subscription, now):
        self.subscription = replace(subscription, next_due_at=next_due(subscription, now).at)
        self.now = now
        self.composed = []

    def step(self, by):
        if by < timedelta():
            due_at = next_due(self.subscription, self.now + by).at
            self.subscription = replace(self.subscription, next_due_at=due_at)
        self.now += by
        if self.subscription.next_due_at > self.now:
            return
        occurrence = occurrence_at(self.subscription, self.now)
        if occurrence and occurrence not in [known for _, known in self.composed]:
            self.composed.append((self.now, occurrence))
        due_at = next_due(self.subscription, self.now).at
        self.subscription = replace(self.subscription, next_due_at=due_at)


TIMETABLES = st.one_of(
    st.fixed_dictionaries(
        {
            "times": st.sets(st.integers(0, 47), min_size=1, max_size=4).map(
                lambda slots: tuple(time(slot // 2, slot % 2 * 30) for slot in slots)
            ),
            "weekdays": st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        }
    ),
    st.sampled_from(["0 9 * * 1", "30 1,2 * * *", "0 */6 1,15,L * *", "15 0 * * SUN"]).map(
        lambda cron: {"cron": cron}
    ),
)
ALL_ZONES = st.sampled_from([*ZONES, "Asia/Kathmandu", "Pacific/Apia", "UTC"])


@settings(max_examples=30, deadline=None)
@given(
    zone=ALL_ZONES,
    timetable=TIMETABLES,
    days=st.integers(0, 700),
    late=st.lists(st.integers(0, 29), min_size=1, max_size=20),
    back=st.lists(st.sampled_from([0, 0, 0, 0, 1, 45, 60, 200, 3000]), max_size=400),
)
def test_each_turn_of_a_whole_year_is_composed_exactly_once(zone, timetable, days, late, back):
    subscription = make_subscription(time_zone=zone, **timetable)
    start = instant("2025-01-01T00:00") + timedelta(days=days)
    machine = Machine(subscription, start)

    for minutes_late, minutes_back in zip(cycle(late), chain(back, repeat(0)), strict=False):
        machine.step(machine.subscription.next_due_at - machine.now + timedelta(minutes=minutes_late))
        if machine.now > start + timedelta(days=366):
            break
        machine.step(-min(timedelta(minutes=minutes_back), machine.now - start))

    wanted = takewhile(lambda turn: turn.at <= machine.now, turns(subscription, start))
    composed = [_named(occurrence) for _, occurrence in machine.composed]
    assert composed == [_named(turn.occurrence) for turn in wanted]


@settings(max_examples=100, deadline=None)
@given(
    zone=ALL_ZONES,
    timetable=TIMETABLES,
    hours=st.lists(st.integers(-60, 100), min_size=1, max_size=60),
)
def test_no_turn_is_composed_twice_and_none_that_is_stale_whatever_the_clock_does(zone, timetable, hours):
    subscription = make_subscription(time_zone=zone, **timetable)
    machine = Machine(subscription, instant("2026-03-01T00:00"))

    for step in hours:
        machine.step(timedelta(hours=step))

    named = [_named(occurrence) for _, occurrence in machine.composed]
    assert len(set(named)) == len(named)
    for at, occurrence in machine.composed:
        turn = next(
            turn for turn in turns(subscription, at - timedelta(days=3)) if turn.occurrence == occurrence
        )
        assert turn.at <= at <= turn.at + FRESH_FOR


def _named(occurrence):
    return occurrence.local_date, occurrence.slot
