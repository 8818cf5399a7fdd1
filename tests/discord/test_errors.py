"""What each of Discord's refusals means for a message."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.errors import refused, throttled, unanswered
from adapters.discord.invalid import MOST, InvalidRequests
from bot.errors import ChannelLost, PostDelayed, PostFailed, PostRejected, PostUncertain


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (404, 10003, "deleted"),
        (404, 10004, "deleted"),
        (403, 50001, "no_permission"),
        (403, 50013, "no_permission"),
        (403, 50007, "no_permission"),
        (400, 50008, "no_permission"),
        (400, 50024, "no_permission"),
        (400, 40058, "no_permission"),
        (400, 50083, "archived"),
        (400, 160005, "archived"),
    ],
)
def test_a_channel_that_takes_nothing_is_lost(status, code, why):
    failure = refused(status, code, "", "sending")

    assert isinstance(failure, ChannelLost)
    assert failure.why == why


@pytest.mark.parametrize("code", [20016, 20022, 20028, 20029, 30046, 40062, 130000, 160006, 160007])
def test_what_passes_is_waited_for(code):
    failure = refused(400, code, "", "sending")

    assert isinstance(failure, PostDelayed)
    assert not failure.everywhere


@pytest.mark.parametrize(("status", "code"), [(401, 0), (400, 50014)])
def test_a_refused_token_stops_everything_for_minutes(status, code):
    failure = refused(status, code, "401: Unauthorized", "sending")

    assert isinstance(failure, PostDelayed)
    assert failure.everywhere
    assert failure.retry_after_s >= 300


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (400, 50035, "Invalid Form Body"),
        (400, 50006, "Invalid Form Body"),
        (413, 40005, "Invalid Form Body"),
        (400, 0, "Invalid Form Body"),
        (400, 200000, "AutoMod"),
        (400, 240000, "harmful"),
        (400, 40067, "tag"),
    ],
)
def test_what_discord_never_takes_is_rejected_with_its_reason(status, code, told):
    failure = refused(status, code, "Invalid Form Body\nIn components.0: Bad", "sending")

    assert type(failure) is PostRejected
    assert told in str(failure)
    assert "\n" not in str(failure)


@pytest.mark.parametrize(("stage", "told"), [("sending", "deleted there"), ("editing", "gone")])
def test_an_unknown_message_is_not_posted_anew(stage, told):
    failure = refused(404, 10008, "Unknown Message", stage)

    assert type(failure) is PostRejected
    assert told in str(failure)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 524])
@pytest.mark.parametrize(
    ("stage", "kind"), [("preparing", PostDelayed), ("sending", PostUncertain), ("editing", PostDelayed)]
)
def test_trouble_of_discords_leaves_a_doubt_only_where_something_was_sent(status, stage, kind):
    assert type(refused(status, 0, "oops", stage)) is kind
    assert type(unanswered("no answer", stage)) is kind


def test_a_page_that_forbids_in_discords_place_stops_everything():
    failure = refused(403, 0, "<html>Access denied</html>", "sending")

    assert isinstance(failure, PostDelayed)
    assert failure.everywhere


@given(
    status=st.integers(400, 599),
    code=st.integers(0, 300_000),
    text=st.text(max_size=2_000),
    stage=st.sampled_from(["preparing", "sending", "editing"]),
)
def test_any_refusal_means_something_in_one_short_line(status, code, text, stage):
    failure = refused(status, code, text, stage)

    assert isinstance(failure, PostFailed)
    assert 0 < len(str(failure).splitlines()[0]) < 500
    assert len(str(failure).splitlines()) == 1
    assert stage == "sending" or not isinstance(failure, PostUncertain)


@given(st.none() | st.floats(), st.booleans())
def test_any_wait_can_be_kept(retry_after_s, everywhere):
    failure = throttled(retry_after_s, everywhere=everywhere)

    wait_s = failure.retry_after_s
    assert failure.everywhere is everywhere
    assert wait_s is None or 1 <= wait_s <= 86_400
    if retry_after_s is not None and 1 <= retry_after_s <= 86_400:
        assert wait_s == retry_after_s
    assert not (everywhere and wait_s is None)
    assert wait_s is None or math.isfinite(wait_s)


def test_requests_stop_before_discord_bans_and_go_on_later():
    invalid = InvalidRequests()
    for number in range(MOST - 1):
        invalid.add(number / 100)
    assert invalid.wait_s(50) == 0

    invalid.add(50)

    assert invalid.wait_s(50) == 550
    assert invalid.wait_s(600) == 0
