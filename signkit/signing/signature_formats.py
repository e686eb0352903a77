"""The formats that a PDF's signature can have: PAdES, and what the registry takes (登記・供託オンライン申請システム).

The registry's format is the PKCS#7 signature of ISO 32000-1 12.8.3.3.  What is asked of it, by whom, and how sure that
is, stands in docs/reference/registry.md.  The same signature without the registry's limits is what a key can make whose
certificate nobody has before it signs (デジタル認証アプリ): what it signs does not name the certificate.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from signkit.errors import UsageProblem
from signkit.validation.profile import REGISTRY_KEY_BITS, REGISTRY_SUB_FILTER
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signers.base import KeyAlgorithm
    from signkit.signing.cms import Statement


class SignatureFormat(StrEnum):
    """A format of signatures."""

    PADES = "pades"
    REGISTRY = "registry"
    PKCS7 = "pkcs7"

    @property
    def sub_filter(self) -> str:
        """``/SubFilter`` without its slash."""
        return "ETSI.CAdES.detached" if self is SignatureFormat.PADES else REGISTRY_SUB_FILTER

    @property
    def names_certificate(self) -> bool:
        """Whether what is signed names the certificate, so that it must be known before."""
        return self is SignatureFormat.PADES

    def statement(self, time: datetime) -> Statement:
        """Return the signed attributes beside content type and digest.

        PAdES names the certificate and leaves the time to /M (ETSI EN 319 142-1 5.3).  PKCS#7 gets the plain
        attributes of CMS (RFC 5652 11), the time of /M among them, as pyHanko writes them for this /SubFilter.
        """
        from signkit.signing.cms import Statement

        # EN 319 142-1 6.3: the claimed time is /M; no signing-time stands beside it.
        if self is SignatureFormat.PADES:
            return Statement()
        # RFC 5652 11.3; the registry's software knows no ESS attribute.
        return Statement(signing_time=time.astimezone(UTC), names_certificate=False)

    def refuse_timestamps(self, *, wanted: bool) -> None:
        """Refuse what would add a timestamp or evidence.

        Raises:
            UsageProblem: the profile takes none.
        """
        if wanted and self is SignatureFormat.REGISTRY:
            raise UsageProblem(_NO_TIMESTAMPS, _LEAVE_OUT)

    def refuse_key(self, certificate: bytes, algorithm: KeyAlgorithm) -> None:
        """Refuse a key whose signatures the profile does not take.

        Args:
            certificate: DER.
            algorithm: how the key signs.

        Raises:
            SigningRefused("key-not-for-registry"): it is not RSA with 2048 bits, or does not sign with SHA-256.
        """
        if self is SignatureFormat.REGISTRY:
            _refuse_other_keys(certificate, algorithm)


def _refuse_other_keys(der: bytes, algorithm: KeyAlgorithm) -> None:
    from asn1crypto import x509

    from signkit.errors import SigningRefused
    from signkit.pki.algorithms import key_bits

    key = x509.Certificate.load(der).public_key
    kind = "RSA" if algorithm.key_type == "rsa" else algorithm.key_type.upper()
    bits = key_bits(key) if key.algorithm in ("rsa", "rsassa_pss", "ec") else None
    if (algorithm.key_type, algorithm.digest, bits) != ("rsa", "sha256", REGISTRY_KEY_BITS):
        raise SigningRefused(
            "key-not-for-registry", kind=" ".join(str(part) for part in (kind, bits, algorithm.digest.upper()) if part)
        )


_NO_TIMESTAMPS = Text(
    "The registry (登記・供託オンライン申請システム) takes no timestamp and no evidence in the file: level B-B only",
    "登記・供託オンライン申請システム用の PDF には、タイムスタンプや検証用の情報を付けられません (レベルは B-B のみ)",
)
_LEAVE_OUT = Text(
    "Leave --level and --tsa out. For keeping, extend a copy afterwards with: signkit extend",
    "--level と --tsa を外してください。保存用には、署名後の写しに signkit extend で付けられます。",
)
