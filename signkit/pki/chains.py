"""From a certificate to its root: the issuer is found by name and decided by signature (several generations of one
CA share a name)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from signkit.pki.distinguished_names import compare_new_characters_exactly, same_name

if TYPE_CHECKING:
    from asn1crypto import x509

# Long beyond any real hierarchy; a ring of cross-certificates ends here.
_MAX_LENGTH = 10
#: Candidates of one name that are tried; each costs a signature check.
_MAX_NAMESAKES = 20

compare_new_characters_exactly()


def build_chain(certificate: x509.Certificate, candidates: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Return ``certificate`` and as many issuers as ``candidates`` give, ending at a self-signed one if there is."""
    pool = list(candidates)
    chain = [certificate]
    while not is_self_issued(chain[-1]) and len(chain) < _MAX_LENGTH:
        issuer = find_issuer(chain[-1], pool)
        # RFC 5280 6.1: a certificate does not stand twice in a path.
        if issuer is None or any(issuer.sha256 == item.sha256 for item in chain):
            break
        chain.append(issuer)
    return chain


def find_issuer(certificate: x509.Certificate, candidates: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """Return the first candidate whose name is the issuer's and whose key made the certificate's signature."""
    named = (item for item in candidates if same_name(item.subject, certificate.issuer))
    return next((item for item in islice(named, _MAX_NAMESAKES) if _is_signed_by(certificate, item)), None)


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Return whether subject and issuer are one name, as a root's are."""
    return same_name(certificate.subject, certificate.issuer)


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    from signkit.pki.paths.known_certificates import fits, known_certificate

    child, authority = known_certificate(certificate.dump()), known_certificate(issuer.dump())
    return child is not None and authority is not None and fits(child, authority)
