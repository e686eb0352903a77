"""Which names an authority may certify (RFC 5280 4.2.1.10), for all the names by which anybody is told here.

The engine leaves out three things: an address in the subject beside a subjectAltName (S/MIME takes the signer's address
from there too), what an anchor says of itself (RFC 5937 3.2), and some forms of a base, which it finds no name to be
in.  What cannot be compared for certain is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from asn1crypto import core, x509

from signkit.pki.paths.known_certificates import KnownCertificate


class _Name(NamedTuple):
    """A name of a certificate or the base of a subtree: its form (asn1crypto's word) and value."""

    form: str
    value: Any


class _Subtree(NamedTuple):
    base: _Name
    is_plain: bool


def names_are_allowed(path: tuple[KnownCertificate, ...]) -> bool:
    """Whether every name on a path (the certificate first, its anchor last) is one that those above it may certify.

    A self-issued authority's own name is not asked about (RFC 5280 6.1.3 b, c).

    Raises:
        ValueError: a constraint or a name that cannot be read.
    """
    above: list[tuple[list[_Subtree], list[_Subtree]]] = []
    for upper, item in pairwise(reversed(path)):
        if (stated := upper.certificate.name_constraints_value) is not None:
            above.append((_subtrees(stated["permitted_subtrees"]), _subtrees(stated["excluded_subtrees"])))
        asked = item is path[0] or item.subject != item.issuer
        if above and asked and not all(_is_allowed(name, *each) for name in _names(item) for each in above):
            return False
    return True


def _subtrees(found: Any) -> list[_Subtree]:
    # minimum is 0 and maximum absent by the profile; who does not process others must refuse (RFC 5280 4.2.1.10).
    return [
        _Subtree(_general(item["base"]), item["minimum"].native == 0 and item["maximum"].native is None)
        for item in (() if isinstance(found, core.Void) else found)
    ]


def _general(name: Any) -> _Name:
    return _Name(name.name, name.chosen if name.name == "directory_name" else bytes(name.chosen.contents))


def _names(item: KnownCertificate) -> Iterator[_Name]:
    certificate = item.certificate
    if len(certificate.subject.chosen):
        yield _Name("directory_name", certificate.subject)
    yield from map(_general, certificate.subject_alt_name_value or ())
    # RFC 5280 4.2.1.10 asks about these only where there is no subjectAltName; whoever reads them must ask always.
    for pair in (pair for part in certificate.subject.chosen for pair in part):
        if pair["type"].native == "email_address":
            yield _Name("rfc822_name", bytes(pair["value"].contents))


def _is_allowed(name: _Name, permitted: list[_Subtree], excluded: list[_Subtree]) -> bool:
    own = [item for item in permitted if item.base.form == name.form]
    others = [item for item in excluded if item.base.form == name.form]
    if not all(item.is_plain for item in (*own, *others)):
        return False
    is_permitted = not own or any(_is_within(name, item.base) is True for item in own)
    return is_permitted and all(_is_within(name, item.base) is False for item in others)


def _is_within(name: _Name, base: _Name) -> bool | None:
    """Whether a name is in the subtree of a base of its form; None where programs may differ, or nobody can say."""
    if name.form == "directory_name":
        return _starts_with(name.value, base.value)
    if name.form == "ip_address":
        return _is_in_network(name.value, base.value)
    if name.form not in _WITHIN:
        return None
    try:
        return _WITHIN[name.form](name.value.decode("ascii"), base.value.decode("ascii"))
    except ValueError:
        return None


def _starts_with(name: x509.Name, base: x509.Name) -> bool:
    own, wanted = list(name.chosen), list(base.chosen)
    return len(own) >= len(wanted) and all(mine == each for mine, each in zip(own, wanted, strict=False))


def _is_in_network(address: bytes, network: bytes) -> bool | None:
    size = len(network) // 2
    if size not in (4, 16) or len(network) % 2 or len(address) not in (4, 16):
        return None
    parts = zip(address, network[:size], network[size:], strict=False)
    return len(address) == size and all(own & mask == each & mask for own, each, mask in parts)


def _is_mail_within(address: str, base: str) -> bool | None:
    """A mailbox, all mailboxes of a host, or with a dot before it those of hosts below a domain."""
    local, _, host = address.rpartition("@")
    wanted, _, place = base.rpartition("@")
    if not local or not host or not place:
        return None
    if not wanted:
        return _is_host_within(host, place)
    if _host(host) != _host(place) or local.lower() != wanted.lower():
        return False
    return True if local == wanted else None  # its provider alone knows whether these are one (RFC 5321 2.4)


def _is_dns_within(name: str, base: str) -> bool | None:
    """The base itself, and what has labels before it; an empty base is all names."""
    if base.startswith("."):
        return True if _host(name).endswith(_host(base)) else None if _host(name) == _host(base)[1:] else False
    return not base or _host(name) == _host(base) or _host(name).endswith(f".{_host(base)}")


def _is_uri_within(uri: str, base: str) -> bool | None:
    host = urlsplit(uri).hostname
    # Only a host that is a name can be asked about; of "\\" programs make different things.
    if not host or "\\" in uri or ":" in host or host.replace(".", "").isdigit():
        return None
    return _is_host_within(host, base)


def _is_host_within(host: str, base: str) -> bool | None:
    if not base:
        return None
    return _host(host).endswith(_host(base)) if base.startswith(".") else _host(host) == _host(base)


def _host(name: str) -> str:
    return name.lower().removesuffix(".")


_WITHIN = {
    "rfc822_name": _is_mail_within,
    "dns_name": _is_dns_within,
    "uniform_resource_identifier": _is_uri_within,
}
