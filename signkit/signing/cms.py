"""CMS SignedData for one signer: the CAdES baseline profile that PAdES builds on (ETSI EN 319 122-1, 319 142-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from signkit.errors import SignatureSelfCheckFailed
from signkit.signers.base import SignatureAlgorithm, Signer
from signkit.trust.primitives import SignatureInvalid, verify_signature

if TYPE_CHECKING:
    from asn1crypto import algos, cms, tsp, x509

#: Gives a DER timestamp token over a digest (bytes) made with SHA-256.
Timestamper = Callable[[bytes], bytes]

_SHAKE256_LENGTH = 64


def build_signature(
    signer: Signer, content_digest: bytes, *, timestamp: Timestamper | None = None, signing_time: datetime | None = None
) -> bytes:
    """Sign ``content_digest`` and return a detached DER ContentInfo.

    Args:
        signer: the opened key.
        content_digest: over the signed bytes, made with ``signer.algorithm.digest``.
        timestamp: adds a signature timestamp (B-T) over the signature value.
        signing_time: a signed attribute for CMS; never in PAdES, where the dictionary's /M states it
            (ETSI EN 319 142-1 5.3).

    Raises:
        SignatureSelfCheckFailed: the key's signature does not fit its certificate.
        TimestampUnavailable: no service gave a token.
    """
    from asn1crypto import x509

    certificate = x509.Certificate.load(signer.certificate)
    attributes = _signed_attributes(certificate, content_digest, signing_time)
    to_sign = attributes.dump()
    signature = signer.sign(to_sign)
    _check_own_signature(certificate, signer.algorithm, signature, to_sign)
    token = timestamp(hashlib.sha256(signature).digest()) if timestamp else None
    return _content_info(signer, certificate, attributes, signature, token)


def estimate_size(signer: Signer) -> int:
    """Return the exact or largest size in bytes of the DER that `build_signature` gives without a timestamp."""
    from asn1crypto import x509

    certificate = x509.Certificate.load(signer.certificate)
    digest = bytes(digest_size(signer.algorithm.digest))
    attributes = _signed_attributes(certificate, digest, None)
    return len(_content_info(signer, certificate, attributes, bytes(_signature_size(certificate)), None))


def digest_size(name: str) -> int:
    """Return the length in bytes of a digest by asn1crypto's name."""
    return _SHAKE256_LENGTH if name == "shake256" else hashlib.new(name).digest_size


def _signed_attributes(
    certificate: x509.Certificate, content_digest: bytes, signing_time: datetime | None
) -> cms.CMSAttributes:
    from asn1crypto import cms

    attributes: list[dict[str, Any]] = [
        {"type": "content_type", "values": ["data"]},
        {"type": "message_digest", "values": [content_digest]},
        {"type": "signing_certificate_v2", "values": [_certificate_reference(certificate)]},
    ]
    if signing_time is not None:
        attributes.append({"type": "signing_time", "values": [cms.Time({"utc_time": signing_time})]})
    return cms.CMSAttributes([cms.CMSAttribute(item) for item in attributes])


def _certificate_reference(certificate: x509.Certificate) -> tsp.SigningCertificateV2:
    """Return ESS signing-certificate-v2 with SHA-256, its default, so that the algorithm is left out (RFC 5035 4)."""
    from asn1crypto import tsp, x509

    issuer_serial = {
        "issuer": [x509.GeneralName("directory_name", certificate.issuer)],
        "serial_number": certificate.serial_number,
    }
    reference = {"cert_hash": hashlib.sha256(certificate.dump()).digest(), "issuer_serial": issuer_serial}
    return tsp.SigningCertificateV2({"certs": [reference]})


def _content_info(
    signer: Signer, certificate: x509.Certificate, attributes: cms.CMSAttributes, signature: bytes, token: bytes | None
) -> bytes:
    from asn1crypto import cms, x509

    info: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
        ),
        "digest_algorithm": _digest_algorithm(signer.algorithm.digest),
        "signed_attrs": attributes,
        "signature_algorithm": signature_mechanism(signer.algorithm),
        "signature": signature,
    }
    if token is not None:
        value = cms.ContentInfo.load(token)
        info["unsigned_attrs"] = [
            cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [value]}),
        ]
    chain = [x509.Certificate.load(der) for der in signer.chain]
    signed_data = {
        "version": "v1",
        "digest_algorithms": [_digest_algorithm(signer.algorithm.digest)],
        "encap_content_info": {"content_type": "data"},
        "certificates": [certificate, *(item for item in chain if item.subject != item.issuer)],
        "signer_infos": [cms.SignerInfo(info)],
    }
    content = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed_data)})
    der: bytes = content.dump()
    return der


def _digest_algorithm(name: str) -> algos.DigestAlgorithm:
    from asn1crypto import algos

    return algos.DigestAlgorithm({"algorithm": name})


def signature_mechanism(algorithm: SignatureAlgorithm) -> algos.SignedDigestAlgorithm:
    """Return the CMS signatureAlgorithm (RFC 5754, 4056, 8419)."""
    from asn1crypto import algos

    if algorithm.key_type == "rsa-pss":
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": _pss_parameters(algorithm.digest)})
    if algorithm.key_type in ("ed25519", "ed448"):
        return algos.SignedDigestAlgorithm({"algorithm": algorithm.key_type})
    return algos.SignedDigestAlgorithm({"algorithm": f"{algorithm.digest}_{algorithm.key_type}"})


def _pss_parameters(digest: str) -> algos.RSASSAPSSParams:
    from asn1crypto import algos

    hash_algorithm = {"algorithm": digest}
    return algos.RSASSAPSSParams(
        {
            "hash_algorithm": hash_algorithm,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hash_algorithm},
            "salt_length": digest_size(digest),
        }
    )


def _signature_size(certificate: x509.Certificate) -> int:
    """Return the largest signature, in bytes, that the certificate's key makes."""
    key = certificate.public_key
    if key.algorithm in ("rsa", "rsassa_pss"):
        return int(key.bit_size + 7) // 8
    if key.algorithm == "ec":
        return 2 * (int(key.bit_size + 7) // 8) + 9  # SEQUENCE of two INTEGERs, each with a sign byte
    return 114  # Ed448; Ed25519 needs 64


def _check_own_signature(
    certificate: x509.Certificate, algorithm: SignatureAlgorithm, signature: bytes, data: bytes
) -> None:
    """Refuse a device or plug-in whose signature does not fit the certificate that it showed."""
    try:
        verify_signature(certificate, signature_mechanism(algorithm), algorithm.digest, signature, data)
    except SignatureInvalid as error:
        raise SignatureSelfCheckFailed(str(error)) from error
