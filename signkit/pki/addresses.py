"""Which addresses may be asked: for a service, whose tenants' files name addresses, those of the public internet alone.

What counts is the address that is connected to: names are resolved here, once, and what was judged is what is
connected to, so that no second answer of the DNS (rebinding) leads elsewhere.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any, TypeAlias

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

#: The IANA registries of special-purpose addresses (RFC 6890) and multicast (RFC 5771): nothing of the open network.
_SPECIAL_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # public by its number: Azure's metadata service
        ),
    )
)  # fmt: skip
#: RFC 4291 2.4, RFC 3587: unicast addresses of the open network are of 2000::/3; of these some are special, or carry
#: an IPv4 address to which a router of ours would lead (6to4, Teredo).
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
#: RFC 6052 2.1: an IPv4 address in its last 32 bits, behind a network's own NAT64.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: Where an operator's own hosts may be: RFC 1918, RFC 4193.  Never the machine itself, never a metadata service.
_INNER = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
#: fd00:ec2::/32: a metadata service by a unique local address.
_NEVER_INNER = (ipaddress.ip_network("fd00:ec2::/32"),)

REFUSED = "the address is not one of the public internet"


class AddressRefused(Exception):
    """An address that may not be asked."""


@dataclass(frozen=True)
class AddressRule:
    """Only public addresses are asked.

    Attributes:
        inner_hosts: names (or addresses) of the operator's own hosts, which may be in a private network as well; the
            machine itself and link-local addresses stay out even so.
    """

    inner_hosts: tuple[str, ...] = ()

    def permits(self, host: str, address: IPAddress) -> bool:
        """Whether ``address`` may be connected to, for what was asked for as ``host``."""
        return is_public(address) or (self._is_inner(host) and _is_of_inner_network(address))

    def resolve(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """Return what ``host`` may be connected by, as ``socket.getaddrinfo`` does.

        Raises:
            AddressRefused: one of its addresses may not be asked: such a name is not used at all.
            OSError: it has none.
        """
        found: list[tuple[Any, ...]] = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        if not all(self.permits(host, _address(each)) for each in found):
            raise AddressRefused(REFUSED)
        return found

    def connect(self, target: tuple[str, int], timeout: float, *_: Any) -> socket.socket:
        """Connect to a host by an address that may be asked.

        Raises:
            AddressRefused: there is an address that may not.
            OSError: no connection.
        """
        failure = OSError("no answer")
        for family, kind, protocol, _name, address in self.resolve(*target):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def _is_inner(self, host: str) -> bool:
        return _plain(host) in {_plain(each) for each in self.inner_hosts}


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, also by the IPv4 address inside it."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if (inner := address.ipv4_mapped) is not None:
        return is_public(inner)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in network for network in _SPECIAL_V6)


def _is_of_inner_network(address: IPAddress) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in each for each in _INNER) and not any(plain in each for each in _NEVER_INNER)


def _address(found: tuple[Any, ...]) -> IPAddress:
    """Return the address of a row of ``socket.getaddrinfo``, without the zone of a link-local one."""
    return ipaddress.ip_address(found[4][0].partition("%")[0])


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
