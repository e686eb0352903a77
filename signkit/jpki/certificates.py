"""Telling by a certificate whether the JPKI issued it, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from signkit.jpki.attributes import read_attributes
from signkit.jpki.authorities import ORGANISATION, TEST_ORGANISATION

if TYPE_CHECKING:
    from asn1crypto import x509

#: Certificate policies (docs/reference/jpki.md): digital signature, user authentication, J-LIS's test signature.
POLICY_SIGNATURE = "1.2.392.200149.8.5.1.1.20"
POLICY_AUTHENTICATION = "1.2.392.200149.8.5.1.3.30"
POLICY_TEST_SIGNATURE = "1.2.392.200149.8.5.1.0.20"

IssuerKind = Literal["jpki", "jpki-test"]


def issuer_kind(certificate: x509.Certificate) -> IssuerKind | None:
    """Return whether the *named* issuer is the JPKI or its test hierarchy; only a signature proves it."""
    organisation = issuer_organisation(certificate)
    if organisation == ORGANISATION:
        return "jpki"
    return "jpki-test" if organisation == TEST_ORGANISATION else None


def is_opaque(certificate: x509.Certificate) -> bool:
    """Return whether the subject's name is a number that only JPKI can read; the holder's is an attribute.

    Whoever has the number of one certificate knows it again elsewhere, so it is shown where the identity is.
    """
    return issuer_kind(certificate) is not None or read_attributes(certificate) is not None


def issuer_organisation(certificate: x509.Certificate) -> str | None:
    """Return the issuer's O=, or None."""
    try:
        value = certificate.issuer.native.get("organization_name")
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, str) else None


def is_authentication_certificate(certificate: x509.Certificate) -> bool:
    """Return whether this is a 利用者証明用電子証明書 by its policy: its key must never sign a document."""
    try:
        # RFC 5280 4.2.1.4; the policy of 利用者証明用 is in docs/reference/jpki.md.
        policies = certificate.certificate_policies_value or ()
        return any(policy["policy_identifier"].native == POLICY_AUTHENTICATION for policy in policies)
    except (ValueError, TypeError):
        return False
