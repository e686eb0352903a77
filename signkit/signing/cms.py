"""The SignerInfo of one signer: the CAdES baseline profile that PAdES builds on (ETSI EN 319 122-1, 319 142-1).

What does not change between the signatures of one key is encoded once; each signature then costs the key's work and
little else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from signkit.cms.container import Parts
from signkit.cms.der import OCTET_STRING, SEQUENCE, SET, element, explicit, set_of
from signkit.errors import SigningRefused
from signkit.pki.algorithms import SignatureInvalid, key_bits, verify_signature
from signkit.pki.sharing import kept_by_thread
from signkit.signers.base import KeyAlgorithm, KeyFacts, Signer
from signkit.signing.self_check import NOT_OF_THE_KEY

if TYPE_CHECKING:
    from asn1crypto import algos, tsp, x509

#: Gives a DER timestamp token over a digest (bytes) made with SHA-256.
Timestamper = Callable[[bytes], bytes]

_SHAKE256_LENGTH = 64
# RFC 5652 5.3: version 1, since the signer is named by issuer and serial number.
_VERSION_1 = b"\x02\x01\x01"
#: mime-type (EN 319 122-1 5.2.5)
MIME_TYPE = "0.4.0.1733.2.1"


@dataclass(frozen=True)
class _Fixed:
    """The parts of a SignedData that depend on the key alone, each DER."""

    certificate: x509.Certificate
    certificates: tuple[bytes, ...]
    signer_identifier: bytes
    digest_algorithm: bytes
    signature_mechanism: algos.SignedDigestAlgorithm
    certificate_reference: bytes
    signature_size: int


@dataclass(frozen=True)
class Statement:
    """What a signature says beside its cryptography: signed attributes of CAdES.

    Attributes:
        signing_time: the claimed time; never in PAdES, where the dictionary's /M states it (ETSI EN 319 142-1 5.3).
        mime_type: of the content (EN 319 122-1 5.2.5), e.g. ``application/pdf``.
        counter: it is a counter-signature, which has no content type (RFC 5652 11.4).
        names_certificate: with ESS signing-certificate-v2, which makes it CAdES (EN 319 122-1 5.2.2).
    """

    signing_time: datetime | None = None
    mime_type: str | None = None
    counter: bool = False
    names_certificate: bool = True


_PLAIN = Statement()


def build_signature(
    signer: Signer, content_digest: bytes, statement: Statement = _PLAIN, *, timestamp: Timestamper | None = None
) -> bytes:
    """Sign ``content_digest`` and return a detached DER ContentInfo with this one signature.

    Raises:
        see `make_signature`.
    """
    return make_signature(signer, content_digest, statement, timestamp=timestamp).to_der()


def make_signature(
    signer: Signer, content_digest: bytes, statement: Statement, *, timestamp: Timestamper | None = None
) -> Parts:
    """Sign ``content_digest`` and return a SignedData with this one signature and its certificates.

    Args:
        signer: the opened key.
        content_digest: over the signed bytes, made with ``signer.algorithm.digest``.
        statement: what the signature says beside.
        timestamp: adds a signature timestamp (B-T) over the signature value.

    Raises:
        SigningRefused("self-check-failed"): the key's signature does not fit its certificate.
        TimestampUnavailable: no service gave a token.
    """
    attributes = signed_attributes(signer, content_digest, statement)
    return join_signature(signer, attributes, signer.sign(attributes), timestamp=timestamp)


def signed_attributes(key: KeyFacts | None, content_digest: bytes, statement: Statement) -> bytes:
    """Return what the key signs: the DER of the signed attributes as SET OF (RFC 5652 5.4).

    Args:
        key: None: nobody knows it yet, and ``statement`` does not name its certificate.
        content_digest: over the signed bytes.
        statement: what the signature says beside.

    Raises:
        ValueError: the certificate of an unknown key is to be named.
    """
    if key is None and statement.names_certificate:
        raise ValueError("a certificate that is not known cannot be named")
    reference = _fixed_parts_of(key).certificate_reference if key is not None else b""
    return set_of(_signed_attributes(reference, content_digest, statement))


def join_signature(
    key: KeyFacts, attributes: bytes, signature: bytes, *, timestamp: Timestamper | None = None
) -> Parts:
    """Return the SignedData of a ``signature`` over ``attributes``, wherever the key made it.

    Raises:
        SigningRefused("self-check-failed"): the signature does not fit the certificate and the attributes.
        TimestampUnavailable: no service gave a token.
    """
    fixed = _fixed_parts_of(key)
    _check_own_signature(fixed, key.algorithm.digest, signature, attributes)
    token = timestamp(hashlib.sha256(signature).digest()) if timestamp else None
    return _parts(fixed, attributes, signature, token)


def estimate_size(key: KeyFacts) -> int:
    """Return the exact or largest size in bytes of the DER that `build_signature` gives without a timestamp."""
    fixed = _fixed_parts_of(key)
    attributes = signed_attributes(key, bytes(digest_size(key.algorithm.digest)), Statement())
    return len(_parts(fixed, attributes, bytes(fixed.signature_size), None).to_der())


def digest_size(name: str) -> int:
    """Return the length in bytes of a digest by asn1crypto's name."""
    return _SHAKE256_LENGTH if name == "shake256" else hashlib.new(name).digest_size


def _fixed_parts_of(key: KeyFacts) -> _Fixed:
    return _fixed_parts(key.certificate, key.chain, key.algorithm)


@kept_by_thread(maxsize=16)
def _fixed_parts(certificate_der: bytes, chain: tuple[bytes, ...], algorithm: KeyAlgorithm) -> _Fixed:
    from asn1crypto import algos, x509

    certificate = x509.Certificate.load(certificate_der)
    # A root proves nothing by standing in a signature: who believes it has it.
    issuers = [der for der in chain if not _is_root(der)]
    serial = certificate["tbs_certificate"]["serial_number"].dump()
    return _Fixed(
        certificate=certificate,
        certificates=tuple(dict.fromkeys((certificate_der, *issuers))),
        # RFC 5652 10.2.4.
        signer_identifier=element(SEQUENCE, certificate.issuer.dump(), serial),
        digest_algorithm=algos.DigestAlgorithm({"algorithm": algorithm.digest}).dump(),
        signature_mechanism=signature_mechanism(algorithm),
        certificate_reference=_certificate_reference(certificate).dump(),
        signature_size=_signature_size(certificate),
    )


def _is_root(der: bytes) -> bool:
    from asn1crypto import x509

    certificate = x509.Certificate.load(der)
    return bool(certificate.subject == certificate.issuer)


def _signed_attributes(certificate_reference: bytes, content_digest: bytes, statement: Statement) -> list[bytes]:
    from asn1crypto import cms, core

    # RFC 5652 11.2.
    attributes = [attribute("message_digest", element(OCTET_STRING, content_digest))]
    if statement.names_certificate:
        # EN 319 122-1 5.2.2: without it another certificate of the same key could be put in its place (RFC 2634 5.1).
        attributes.append(attribute("signing_certificate_v2", certificate_reference))
    if not statement.counter:
        # RFC 5652 11.1; 11.4 for counter-signatures.
        attributes.append(attribute("content_type", _oid("data")))
    if statement.signing_time is not None:
        # RFC 5652 11.3: UTCTime until 2049.
        attributes.append(attribute("signing_time", cms.Time({"utc_time": statement.signing_time}).dump()))
    if statement.mime_type is not None:
        attributes.append(attribute(MIME_TYPE, core.UTF8String(statement.mime_type).dump()))
    return attributes


def _certificate_reference(certificate: x509.Certificate) -> tsp.SigningCertificateV2:
    """Return ESS signing-certificate-v2 with SHA-256, its default, so that the algorithm is left out (RFC 5035 4)."""
    from asn1crypto import tsp, x509

    issuer_serial = {
        "issuer": [x509.GeneralName("directory_name", certificate.issuer)],
        "serial_number": certificate.serial_number,
    }
    reference = {"cert_hash": hashlib.sha256(certificate.dump()).digest(), "issuer_serial": issuer_serial}
    return tsp.SigningCertificateV2({"certs": [reference]})


def attribute(name: str, value: bytes) -> bytes:
    """Return a CMS attribute with one value, by asn1crypto's name or as dotted OID."""
    return element(SEQUENCE, _attribute_oid(name), element(SET, value))


@lru_cache(maxsize=16)
def _attribute_oid(name: str) -> bytes:
    from asn1crypto import cms

    der: bytes = cms.CMSAttributeType(name).dump()
    return der


@lru_cache(maxsize=4)
def _oid(content_type: str) -> bytes:
    from asn1crypto import cms

    der: bytes = cms.ContentType(content_type).dump()
    return der


def _parts(fixed: _Fixed, attributes: bytes, signature: bytes, token: bytes | None) -> Parts:
    """Return SignedData with one SignerInfo (RFC 5652 5.1, 5.3)."""
    # EN 319 122-1 5.3.
    unsigned = [attribute("signature_time_stamp_token", token)] if token is not None else []
    signer_info = element(
        SEQUENCE,
        _VERSION_1,
        fixed.signer_identifier,
        fixed.digest_algorithm,
        bytes([explicit(0)]) + attributes[1:],  # signed as SET OF, stored as [0] (RFC 5652 5.4)
        fixed.signature_mechanism.dump(),
        element(OCTET_STRING, signature),
        # RFC 5652 5.3: left out where there is none.
        set_of(unsigned, explicit(1)) if unsigned else b"",
    )
    return Parts((fixed.digest_algorithm,), _oid("data"), fixed.certificates, (), (signer_info,))


def signature_mechanism(algorithm: KeyAlgorithm) -> algos.SignedDigestAlgorithm:
    """Return the CMS signatureAlgorithm (RFC 5754, 4056, 8419)."""
    from asn1crypto import algos

    if algorithm.key_type == "rsa-pss":
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": _pss_parameters(algorithm.digest)})
    if algorithm.key_type in ("ed25519", "ed448"):
        return algos.SignedDigestAlgorithm({"algorithm": algorithm.key_type})
    # RFC 5754 3.2, 3.3: the identifier names the digest, so that no other can be put in.
    return algos.SignedDigestAlgorithm({"algorithm": f"{algorithm.digest}_{algorithm.key_type}"})


def _pss_parameters(digest: str) -> algos.RSASSAPSSParams:
    from asn1crypto import algos

    hash_algorithm = {"algorithm": digest}
    return algos.RSASSAPSSParams(
        {
            "hash_algorithm": hash_algorithm,
            # RFC 4055 3.1: the mask's digest should be the message's.
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hash_algorithm},
            # RFC 4055 3.1, RFC 4056: a salt as long as the digest.
            "salt_length": digest_size(digest),
        }
    )


def _signature_size(certificate: x509.Certificate) -> int:
    """Return the largest signature, in bytes, that the certificate's key makes."""
    key = certificate.public_key
    if key.algorithm in ("rsa", "rsassa_pss"):
        # RFC 8017 8.1.1, 8.2.1: as long as the modulus.
        return (key_bits(key) + 7) // 8
    if key.algorithm == "ec":
        return 2 * ((key_bits(key) + 7) // 8) + 9  # SEQUENCE of two INTEGERs, each with a sign byte
    # RFC 8032 5.2.6 and 5.1.6.
    return 114  # Ed448; Ed25519 needs 64


def _check_own_signature(fixed: _Fixed, digest_name: str, signature: bytes, data: bytes) -> None:
    """Refuse a device or plug-in whose signature does not fit the certificate that it showed."""
    # A fault in a device can give away its key by one wrong RSA signature: none leaves this room.
    try:
        verify_signature(fixed.certificate, fixed.signature_mechanism, digest_name, signature, data)
    except SignatureInvalid as error:
        raise SigningRefused("self-check-failed", cause=NOT_OF_THE_KEY) from error
