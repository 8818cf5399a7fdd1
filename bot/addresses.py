"""Which addresses a page may be read from, pure: the public ones, and the operator's own that were named."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA's special-purpose registries, with what was public once and is still answered by somebody nearby.
# Written out, because `is_global` of Python 3.11 lets several of them through.
_NOT_PUBLIC_IPV4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
        "168.63.129.16/32",  # Azure's own services, metadata among them, on an address that looks public
    )
)  # fmt: skip
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_IPV6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, benchmarks, ORCHID
        "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
    )
)  # fmt: skip
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are the IPv4 address that is spoken to, which has no other way to it."""

_WIDEST: Final = {4: 8, 6: 7}
"""Bits of the widest private networks that there are, 10.0.0.0/8 and fc00::/7, by the version of IP."""

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}", re.ASCII)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts and networks of the operator's own that may be read although they are not public."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def has_host(self, host: str) -> bool:
        """Return whether a name in ASCII was named; whatever it stands for may be read then."""
        return host.lower().removesuffix(".") in self.hosts

    def has_address(self, address: Address) -> bool:
        """Return whether an address is in one of the networks, in any of its spellings."""
        embedded = _embedded(address)
        return any(each in network for network in self.networks for each in {address, embedded})


def read_address(text: str) -> Address | None:
    """Return the address that a socket is given, its zone left out; None for what is not numeric."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the public internet, and to no special range in any disguise."""
    address = _embedded(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_IPV4)
    return address in _PUBLIC_IPV6 and not any(address in network for network in _NOT_PUBLIC_IPV6)


def is_near(address: Address, own: Address) -> bool:
    """Return whether a public address is this machine's, or on its link; `own` is what it would speak from.

    A firewall before the machine does not stand between it and itself, nor, where there is IPv6,
    between it and its neighbours, whose addresses are public too.
    """
    address, own = _embedded(address), _embedded(own)
    if isinstance(address, IPv6Address) and isinstance(own, IPv6Address):
        return int(address) >> 64 == int(own) >> 64
    return address == own


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address only spells, or else the address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def read_allowed(entries: Iterable[str]) -> Allowed:
    """Return what hosts, addresses and networks allow. Raises ValueError with a line for each mistake."""
    hosts, networks, mistakes = set[str](), list[Network](), list[str]()
    for entry in entries:
        try:
            allowed = _read_entry(entry)
        except ValueError as mistake:
            mistakes.append(str(mistake))
        else:
            if isinstance(allowed, str):
                hosts.add(allowed)
            else:
                networks.append(allowed)
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Allowed(frozenset(hosts), tuple(networks))


def _read_entry(entry: str) -> str | Network:
    shown = repr(entry if len(entry) <= 60 else entry[:59] + "…")
    bare = entry.removeprefix("[").removesuffix("]")
    try:
        network = ip_network(bare)
    except ValueError:
        return _read_host(entry, shown)
    if network.prefixlen < _WIDEST[network.version]:
        raise ValueError(f"{shown} is more than any network of your own; name only those")
    return network


def _read_host(entry: str, shown: str) -> str:
    try:
        strict = ip_network(entry, strict=False)
    except ValueError:
        strict = None
    if strict is not None:
        raise ValueError(f"{shown} is not the start of a network; did you mean {strict}?")
    try:
        host = entry.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        host = ""
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ValueError(
            f"{shown} is not a host, an address or a network; write them like "
            "wiki.example.org, 10.0.0.5 or 10.0.0.0/8, without a scheme, port or path"
        )
    return host
