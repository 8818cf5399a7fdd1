"""Which addresses are public, and what the operator's list allows."""

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.addresses import is_near, is_public, read_address, read_allowed


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1",
     "198.17.255.255", "198.20.0.1", "223.255.255.255", "168.63.129.17", "2606:4700::1111", "2400:8500::1",
     "2001:200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)  # fmt: skip
def test_the_public_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_python_knows_not_to_be_global_is_not_public(address) -> None:
    embedded = address.version == 6 and address in read_allowed(["64:ff9b::/96"]).networks[0]

    assert not is_public(address) or embedded or (address.is_global and not address.is_multicast)


@pytest.mark.parametrize("text", ["::1%lo", "fe80::1%eth0", "fe80::1%25eth0"])
def test_a_zone_is_no_part_of_an_address(text: str) -> None:
    assert read_address(text) == ip_address(text.partition("%")[0])


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "0x7f.1", "1.2.3.4.5", "%eth0"])
def test_what_is_not_numeric_is_no_address(text: str) -> None:
    assert read_address(text) is None


@pytest.mark.parametrize(
    ("address", "own", "near"),
    [
        ("203.0.114.7", "203.0.114.7", True),
        ("203.0.114.8", "203.0.114.7", False),
        ("::ffff:203.0.114.7", "203.0.114.7", True),
        ("64:ff9b::cb00:7207", "2400:1:2:3::1", False),
        ("2400:1:2:3::9", "2400:1:2:3:aaaa::1", True),
        ("2400:1:2:4::9", "2400:1:2:3::1", False),
    ],
)
def test_this_machine_and_its_neighbours_are_near(address: str, own: str, near: bool) -> None:
    assert is_near(ip_address(address), ip_address(own)) is near


def test_what_is_allowed_is_known_in_every_spelling() -> None:
    allowed = read_allowed(["Wiki.Example.ORG.", "日本.example", "10.0.0.5", "[fd00::1]", "192.168.0.0/16"])

    assert all(map(allowed.has_host, ["wiki.example.org", "WIKI.example.org.", "xn--wgv71a.example"]))
    assert not any(map(allowed.has_host, ["example.org", "a.wiki.example.org", "10.0.0.5", ""]))
    inside = ["10.0.0.5", "fd00::1", "192.168.255.1", "::ffff:10.0.0.5", "64:ff9b::c0a8:101"]
    assert all(allowed.has_address(ip_address(text)) for text in inside)
    assert not any(allowed.has_address(ip_address(text)) for text in ["10.0.0.6", "fd00::2", "::1"])


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_list_is_read_or_each_mistake_has_its_line(entries: list[str]) -> None:
    try:
        allowed = read_allowed(entries)
    except ValueError as error:
        mistakes = str(error).split("\n")
    else:
        mistakes = [""] * (len(allowed.hosts) + len(allowed.networks))

    assert len(mistakes) <= max(len(entries), 1)
