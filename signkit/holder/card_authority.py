"""The CA for user authentication as the card itself carries it (EF 000B): the one of 2019 is published nowhere else.

A forged card brings its own CA.  What shows that this one is J-LIS's is the fingerprint that J-LIS publishes, typed by
the person, who must not be able to read it off the card.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from signkit.errors import CardError
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.card.transport import Connection

_DIGITS = 64


def read_authority(connection: Connection) -> bytes:
    """Return the CA certificate (DER) that issued the card's own authentication certificate.

    Raises:
        CardError("card-authority-unusable"): it is no CA's, is not signed by itself, or did not issue it.
        PinNeeded: a smartphone's certificate opens after its PIN only.
    """

    from signkit.card import session
    from signkit.card.jpki import CertificateKind
    from signkit.pki.chains import find_issuer
    from signkit.pki.strangers import read_whole

    authority_der = session.read_certificate(connection, CertificateKind.AUTH_CA)
    own_der = session.read_certificate(connection, CertificateKind.AUTH)
    try:
        authority, own = read_whole(authority_der), read_whole(own_der)
        if not _may_issue(authority) or find_issuer(authority, [authority]) is None:
            raise _unusable(Text("it is no self-signed CA certificate", "自己署名の認証局証明書ではありません"))
        if find_issuer(own, [authority]) is None:
            raise _unusable(
                Text("it did not issue the card's own certificate", "カード自身の証明書を発行したものではありません")
            )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unusable(Text("a certificate cannot be read", "証明書を読み取れません")) from error
    return authority_der


def check_fingerprint(certificate: bytes, typed: str) -> None:
    """Compare what a person typed, with any separators, with the SHA-256 fingerprint of a certificate (DER).

    Raises:
        CardError("fingerprint-differs"): it is another one, or no SHA-256 fingerprint.
    """
    given = "".join(character for character in typed.lower() if character not in ": -\u3000\t")
    if len(given) != _DIGITS or not hmac.compare_digest(
        given.encode(), hashlib.sha256(certificate).hexdigest().encode()
    ):
        raise CardError("fingerprint-differs")


def _may_issue(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return bool(certificate.ca) and (usage is None or "key_cert_sign" in usage.native)


def _unusable(cause: Text) -> CardError:
    return CardError("card-authority-unusable", cause=cause)
