"""Bundles of certificates, PKCS#7 or PEM: nothing in them says what they are for, so the user does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from signkit.errors import TrustError
from signkit.pki.anchors import certificates_in
from signkit.pki.strangers import read_whole
from signkit.pki.trust_lists.values import ListedService, Period, Purpose, TrustList

_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class BundleTerms:
    """What the user says of a bundle.

    Attributes:
        label: what it is called, in lists and reports.
        purposes: what its certificates are believed for.
        service_of: organisations (O=) whose keys under it sign what their customers tell them to (立会人型).
    """

    label: str
    purposes: frozenset[Purpose]
    service_of: tuple[str, ...] = ()


def read_bundle(data: bytes, source: str, terms: BundleTerms, now: datetime) -> TrustList:
    """Return the certificates of a bundle as a list.

    Raises:
        TrustError("trust-anchor-unreadable"): it holds no certificate.
    """
    services = tuple(_service(der, terms) for der in dict.fromkeys(bundled_certificates(data, source)))
    digest = hashlib.sha256(data).hexdigest()
    return TrustList("bundle", terms.label, source, digest, 0, now, None, None, services)


def bundled_certificates(data: bytes, source: str) -> Sequence[bytes]:
    """Return the certificates (DER) in PKCS#7 or PEM bytes; a PKCS#7's own signatures say nothing and are not read.

    Raises:
        TrustError("trust-anchor-unreadable"): there is none, or something else besides.
    """
    from asn1crypto import cms, pem

    try:
        der = pem.unarmor(data)[2] if data.lstrip().startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS")) else data
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data":
            return certificates_in(data, source)
        found = [item.chosen.dump() for item in content["content"]["certificates"] if item.name == "certificate"]
        for item in found:
            read_whole(item)
    except (ValueError, TypeError, KeyError, AttributeError):
        return certificates_in(data, source)
    if not found:
        raise TrustError("trust-anchor-unreadable", path=source)
    return found


def _service(der: bytes, terms: BundleTerms) -> ListedService:
    from asn1crypto import x509

    from signkit.pki.distinguished_names import readable_name

    name = readable_name(x509.Certificate.load(der).subject)
    return ListedService(
        listed_in=terms.label,
        provider=terms.label,
        name=name,
        certificates=(der,),
        periods=(Period(_FOREVER, "named", terms.purposes),),
        signs_for_others=bool(terms.service_of),
        holders=terms.service_of,
    )
