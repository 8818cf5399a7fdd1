"""Who is let in to the local page: names it is called by, sites that send requests, passwords, sessions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.local.access import MAX_TRIES, SESSION_S, TRIES_S, Door, WrongTries, is_loopback
from adapters.local.viewer import viewer_of
from bot.settings import Settings

NOW = 1_800_000_000
OWN = {"Host": "127.0.0.1:8264"}


def door(**settings):
    return Door.of(Settings(**{"web_port": "0"} | settings), salt="database")


LOOPBACK = door()
OPEN = door(web_host="0.0.0.0")
LOCKED = door(web_host="0.0.0.0", web_password="correct horse", web_url="https://news.example.org")


# Names


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8264",
        "localhost",
        "LOCALHOST:1",
        "[::1]:8264",
        "127.8.8.8",
    ],
)
def test_this_machine_calls_itself_by_its_own_names(host):
    assert LOOPBACK.refusal("GET", {"Host": host}) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8264",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5",
        "[::ffff:192.168.1.5]",
        "",
        "127.0.0.1:8264:1",
        "user@127.0.0.1",
        "127.0.0.1/",
        "[::1",
        "2130706433",
        "0x7f.1",
        "127.1",
        "①②⑦.0.0.1",
    ],
)
def test_no_other_name_is_answered_on_loopback(host):
    assert LOOPBACK.refusal("GET", {"Host": host}) == "host"


def test_on_the_network_an_address_and_the_public_name_are_answered_and_no_other():
    assert OPEN.refusal("GET", {"Host": "192.168.1.5:8264"}) is None
    assert OPEN.refusal("GET", {"Host": "evil.example"}) == "host"
    assert LOCKED.refusal("GET", {"Host": "news.example.org"}) is None
    assert LOCKED.refusal("GET", {"Host": "news.example.com"}) == "host"


@given(st.text(max_size=60))
def test_any_host_gets_a_verdict(host):
    assert LOOPBACK.refusal("GET", {"Host": host}) in {None, "host"}


# Sites


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, None),
        ({"Origin": "http://127.0.0.1:8264"}, None),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, "origin"),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, "origin"),
        ({"Origin": "http://evil.example"}, "origin"),
        ({"Origin": "http://127.0.0.1:9999"}, "origin"),
        ({"Origin": "null"}, "origin"),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://public.example"}, "origin"),
        ({"Sec-Fetch-Site": "none"}, "origin"),
        ({}, "origin"),
    ],
)
def test_only_the_page_itself_may_change_things(headers, verdict):
    assert LOOPBACK.refusal("POST", OWN | headers) == verdict


@pytest.mark.parametrize(
    ("mode", "verdict"), [("navigate", None), ("no-cors", "origin"), ("cors", "origin"), ("", "origin")]
)
def test_another_site_may_link_here_and_load_nothing(mode, verdict):
    headers = OWN | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}

    assert LOOPBACK.refusal("GET", headers) == verdict


# Passwords and sessions


def test_on_loopback_nobody_needs_a_password():
    assert LOOPBACK.lets_in(OWN, "", NOW)


def test_a_password_of_anything_is_compared():
    assert not LOCKED.is_password("\ud800")
    assert not LOCKED.is_password("ＣＯＲＲＥＣＴ")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_a_proxy_forwards_is_not_from_this_machine(header):
    assert not LOOPBACK.lets_in(OWN | {header: "203.0.113.9"}, "", NOW)


def test_a_public_address_means_the_network():
    assert not door(web_url="https://news.example.org").lets_in(OWN, "", NOW)
    assert door(web_url="http://localhost:8264").lets_in(OWN, "", NOW)


def test_on_the_network_nobody_gets_in_without_a_password_set():
    assert not OPEN.lets_in(OWN, OPEN.session(NOW), NOW)
    assert not OPEN.is_password("")


def test_a_session_lasts_as_long_as_it_says():
    session = LOCKED.session(NOW)

    assert LOCKED.lets_in(OWN, session, NOW + SESSION_S - 1)
    assert not LOCKED.lets_in(OWN, session, NOW + SESSION_S)


def test_every_process_takes_a_session_until_the_password_changes():
    session = LOCKED.session(NOW)
    same = door(web_host="0.0.0.0", web_password="correct horse")
    changed = door(web_host="0.0.0.0", web_password="battery staple")

    assert same.lets_in(OWN, session, NOW)
    assert not changed.lets_in(OWN, session, NOW)


@given(st.text(max_size=100))
def test_no_made_up_session_lets_in(session):
    assert not LOCKED.lets_in(OWN, session, NOW)


def test_a_session_cannot_be_made_longer():
    _, _, signature = LOCKED.session(NOW).partition(".")

    assert not LOCKED.lets_in(OWN, f"{NOW + 10 * SESSION_S}.{signature}", NOW)


@pytest.mark.parametrize(
    ("header", "inside"),
    [
        ("Bearer correct horse", True),
        ("bearer correct horse", True),
        ("Bearer wrong", False),
        ("Basic correct horse", False),
        ("Bearer ", False),
        ("", False),
    ],
)
def test_a_script_may_send_the_password_itself(header, inside):
    assert LOCKED.lets_in(OWN | {"Authorization": header}, "", NOW) is inside


def test_wrong_passwords_are_slowed_down_by_address():
    wrong = WrongTries()
    for _ in range(MAX_TRIES):
        wrong.add("203.0.113.9", 100.0)

    assert wrong.too_many("203.0.113.9", 101.0)
    assert not wrong.too_many("203.0.113.8", 101.0)
    assert not wrong.too_many("203.0.113.9", 101.0 + TRIES_S)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org"])
def test_the_network_is_known(host):
    assert not is_loopback(host)


# How one wants it


@pytest.mark.parametrize(
    ("cookies", "wanted", "accepted", "language"),
    [
        ({}, None, "", "ja"),
        ({}, None, "en-GB,en;q=0.9", "en"),
        ({}, None, "fr, en;q=0.5", "en"),
        ({}, None, "fr", "ja"),
        ({}, None, "ja;q=0.1, en;q=0.9", "en"),
        ({}, None, "jam, en", "en"),
        ({}, None, ";;q=,,\x00", "ja"),
        ({"language": "en"}, None, "ja", "en"),
        ({"language": "xx"}, None, "en", "en"),
        ({"language": "en"}, "ja", "en", "ja"),
        ({}, "<script>", "", "ja"),
    ],
)
def test_the_language_is_the_first_that_is_known(cookies, wanted, accepted, language):
    viewer = viewer_of(cookies, wanted, accepted, "ja", inside=True, can_sign_in=False)

    assert viewer.language == language


def test_unknown_switches_count_as_not_set():
    cookies = {"role": "root", "theme": "<b>"}

    viewer = viewer_of(cookies, None, "", "en", inside=True, can_sign_in=False)

    assert (viewer.role, viewer.theme) == ("operator", "auto")
