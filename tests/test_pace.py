"""Turns never come faster than a platform allows, and use what it allows."""

from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from bot.pace import Pace, Pacer
from tests.factories import make_channel

CHANNELS = [make_channel(id=f"c{number}") for number in range(4)]

requests = st.lists(st.tuples(st.sampled_from(CHANNELS), st.floats(0, 3)), max_size=60)
"""A channel, and how long after the request before it is asked for."""


@given(st.floats(0.2, 60), st.floats(0, 3), requests)
def test_no_second_holds_more_turns_than_the_limit_and_no_channel_two_too_close(rate, apart_s, asked):
    pacer = Pacer(Pace(per_second=rate, per_channel_s=apart_s))
    now, turns = 0.0, []
    for channel, pause in asked:
        now += pause
        turns.append((pacer.reserve(channel, now), channel))
        assert turns[-1][0] >= now

    times = [at for at, _ in turns]
    for first, at in enumerate(times):
        assert sum(at <= other < at + 1 for other in times[first:]) <= ceil(rate)
    for channel in CHANNELS:
        of_channel = [at for at, where in turns if where == channel]
        assert all(later - earlier >= apart_s for earlier, later in pairwise(of_channel))


def test_what_is_asked_for_at_once_uses_nearly_all_of_the_limit():
    pacer = Pacer(Pace(per_second=50))

    turns = [pacer.reserve(CHANNELS[0], 0) for _ in range(500)]

    assert turns[-1] <= 500 / 50 / 0.97


def test_without_a_pace_nothing_waits():
    pacer = Pacer(Pace())

    assert [pacer.reserve(channel, 7.0) for channel in CHANNELS] == [7.0] * 4


def test_nothing_begins_while_the_platform_holds_everything():
    pacer = Pacer(Pace(per_second=50))
    pacer.hold(100)
    pacer.hold(90)

    assert pacer.ready_at(CHANNELS[0]) == 100
    assert pacer.reserve(CHANNELS[0], 7) == 100


def test_channels_that_are_free_again_are_forgotten():
    pacer = Pacer(Pace(per_channel_s=1))

    for number in range(5_000):
        pacer.reserve(make_channel(id=str(number)), float(number))

    assert len(pacer._channels) < 2_000
