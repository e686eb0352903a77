"""A bare RSA signature as a SignedData: what ``adbe.x509.rsa_sha1`` puts into a PDF (ISO 32000-1 12.8.3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asn1crypto import cms, core, x509

from signkit.cms.signed_data import NotCms


def raw_rsa_signature(contents: bytes, certificates: Sequence[bytes]) -> Any:
    """Dress an ``adbe.x509.rsa_sha1`` signature (a DER OCTET STRING, certificates beside it) as SignedData.

    A PKCS#1 signature over the bytes' SHA-1 is exactly a SignerInfo without signed attributes.

    Raises:
        NotCms: no OCTET STRING, or no certificate.
    """
    try:
        signature = core.OctetString.load(contents).native
        loaded = [x509.Certificate.load(der) for der in certificates]
        if not loaded:
            raise NotCms("no /Cert")
        signer = loaded[0]
        sid = cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number}),
        )
        info = cms.SignerInfo(
            {
                "version": "v1",  # RFC 5652 5.3: version 1 goes with issuerAndSerialNumber
                "sid": sid,
                "digest_algorithm": {"algorithm": "sha1"},  # adbe.x509.rsa_sha1 is fixed to both (ISO 32000-1 12.8.3.2)
                "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
                "signature": signature,
            }
        )
        return cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": "sha1"}],
                "encap_content_info": {"content_type": "data"},
                "certificates": [cms.CertificateChoices("certificate", item) for item in loaded],
                "signer_infos": [info],
            }
        )
    except NotCms:
        raise
    except Exception as error:
        raise NotCms(str(error)) from error
