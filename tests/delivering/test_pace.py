"""Requests never begin faster than a platform allows, and use what it allows."""

from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from bot.delivering.pace import Pace, Pacer
from tests.factories import make_channel

CHANNELS = [make_channel(id=f"c{number}") for number in range(4)]

requests = st.lists(st.tuples(st.sampled_from(CHANNELS), st.floats(0, 3), st.floats(0, 0.3)), max_size=60)
"""A channel, how long after the request before it is asked for, and how late it wakes each time."""


def begun(pacer, asked):
    """Return when each request began, and in which channel."""
    now, found = 0.0, []
    for channel, pause, late in asked:
        now += pause
        while wait_s := pacer.begin(channel, now):
            assert wait_s > 0
            now += wait_s + late
        found.append((now, channel))
    return found


@given(st.floats(0.2, 60), st.floats(0, 3), requests)
def test_no_second_holds_more_than_the_limit_and_no_channel_two_too_close(rate, apart_s, asked):
    found = begun(Pacer(Pace(per_second=rate, per_channel_s=apart_s)), asked)

    times = [at for at, _ in found]
    for first, at in enumerate(times):
        assert sum(at <= other < at + 1 for other in times[first:]) <= ceil(rate)
    for channel in CHANNELS:
        of_channel = [at for at, where in found if where == channel]
        assert all(later - earlier >= apart_s for earlier, later in pairwise(of_channel))


def test_what_is_asked_for_at_once_uses_nearly_all_of_the_limit_though_each_wakes_late():
    found = begun(Pacer(Pace(per_second=50)), [(CHANNELS[0], 0, 0.0005)] * 500)

    assert found[-1][0] <= 500 / 50 / 0.97


def test_requests_begin_evenly():
    found = begun(Pacer(Pace(per_second=50)), [(CHANNELS[0], 0, 0)] * 200)

    assert all(later - earlier > 0.0189 for (earlier, _), (later, _) in pairwise(found))


def test_without_a_pace_nothing_waits():
    pacer = Pacer(Pace())

    assert [pacer.begin(channel, 7.0) for channel in CHANNELS] == [0.0] * 4


def test_nothing_begins_while_the_platform_holds_everything():
    pacer = Pacer(Pace(per_second=50))
    pacer.hold(100)
    pacer.hold(90)

    assert pacer.begin(CHANNELS[0], 70) == 30
    assert pacer.begin(CHANNELS[0], 100) == 0


def test_channels_that_are_free_again_are_forgotten():
    pacer = Pacer(Pace(per_channel_s=1))

    for number in range(5_000):
        pacer.begin(make_channel(id=str(number)), float(number))

    assert len(pacer._channels) < 2_000
