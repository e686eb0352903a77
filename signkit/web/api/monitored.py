"""Certificates known again without being kept: a keyed hash, whose key lies outside the tenants' folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from signkit.archive.monitoring import numbers_of
from signkit.jpki.keyed_number import kept_key
from signkit.pki.revocation.crl_index import CrlIndex
from signkit.pki.revocation.crl_scope import issuer_digests

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.web.api.tenants import Tenant

_T = TypeVar("_T")


@dataclass(frozen=True)
class Numbered:
    """A certificate as it is known again.

    Attributes:
        number: HMAC over its authority and its number.
        ends: its last day.
    """

    number: str
    ends: date


def tenant_key(tenant: Tenant) -> bytes:
    """Return the key of a tenant's hashes; two tenants' hashes of one certificate have nothing in common.

    Raises:
        FileUnusable("output-not-written"), InputUnreadable: see `signkit.jpki.keyed_number.kept_key`.
    """
    return kept_key(tenant.key_file)


def numbered(tenant: Tenant, certificate: x509.Certificate, issuer: x509.Certificate) -> Numbered:
    """Return the keyed hash of a certificate, and when it ends."""
    number_of = numbers_of(tenant_key(tenant), *issuer_digests(issuer))
    return Numbered(number_of(certificate.serial_number), certificate.not_valid_after.date())


def found_on_lists(
    key: bytes, files: Iterable[Path], wanted: Mapping[str, Sequence[_T]]
) -> Iterator[tuple[_T, datetime]]:
    """Yield whom lists name, of those who are watched by their hash, and since when; each list is gone through once.

    Raises:
        CrlIndexDamaged, InputUnreadable: an index cannot be relied on.
    """
    for file in files if wanted else ():
        with CrlIndex.open(file) as index:
            number_of = numbers_of(key, index.header.issuer_key_sha256, index.header.issuer_name_sha256)
            for serial, revoked in index.revocations():
                for each in wanted.get(number_of(serial), ()):
                    yield each, revoked.date
