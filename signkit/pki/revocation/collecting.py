"""Revocation evidence for a whole chain, checked before it is relied on.

Evidence counts only if it speaks of the certificate, says that it is not revoked, and is signed by the issuer or by
a responder that the issuer named for it (RFC 6960 4.2.2.2, RFC 5280 6.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from signkit.errors import CertificateRevoked, EvidenceMissing
from signkit.pki.chains import build_chain, find_issuer, is_self_issued
from signkit.pki.raw_signature import SignatureInvalid, verify_signature
from signkit.pki.revocation.crl_index import Revoked
from signkit.pki.revocation.crl_scope import covers
from signkit.pki.revocation.sources import (
    CrlEvidence,
    IndexedStatus,
    NoEvidence,
    OcspEvidence,
    RevocationAnswer,
    RevocationSource,
    most_telling,
    to_be_kept,
)
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509
    from cryptography import x509 as pyca_x509
    from cryptography.x509 import ocsp as pyca_ocsp

_NO_ISSUER = Text(
    "the certificate of its issuer is not at hand; name it with --trust",
    "発行者の証明書がありません。--trust で指定してください",
)
#: How far the clock of a service may run ahead of ours.
_CLOCK_SKEW = timedelta(minutes=5)
_UNUSABLE = Text(
    "what the service sent does not prove anything about this certificate",
    "取得した失効情報は、この証明書について何も証明しません",
)


@dataclass(frozen=True)
class Evidence:
    """What proves that certificates were good: DER certificates, OCSP responses and CRLs, each once, in order found.

    ``issued`` holds when each OCSP response or CRL was issued: one older than a signature cannot prove that the
    certificate was still good when the signature was made.
    """

    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    issued: tuple[datetime, ...] = field(default=(), repr=False)

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            _once(self.certificates + other.certificates),
            _once(self.ocsps + other.ocsps),
            _once(self.crls + other.crls),
            self.issued + other.issued,
        )


_NOTHING = Evidence()


def collect_evidence(
    certificates: Sequence[x509.Certificate],
    candidates: Iterable[x509.Certificate],
    sources: Sequence[RevocationSource],
    level: str,
    held: Evidence = _NOTHING,
) -> Evidence:
    """Return the evidence for the chains of ``certificates``.

    Args:
        certificates: end entities: signers and timestamp services.
        candidates: where issuers are looked for.
        sources: asked in this order for each certificate that is not self-signed.
        level: the level that needs it, for the message.
        held: evidence that the document holds already.  A certificate that it shows to be good needs no other: years
            later none may be had any more, and a revocation after the signature does not undo it.

    Raises:
        EvidenceMissing: names every certificate whose evidence is missing, and why.
        CertificateRevoked: one of them is revoked.
    """
    pool = list(candidates)
    total = Evidence()
    missing: dict[str, Text] = {}
    seen: set[bytes] = set()
    for certificate in certificates:
        chain = build_chain(certificate, pool)
        if not is_self_issued(chain[-1]):
            missing[_display_name(chain[-1])] = _NO_ISSUER
        for subject, issuer in pairwise(chain):
            if subject.sha256 in seen:
                continue
            seen.add(subject.sha256)
            try:
                found = _evidence_on(subject, issuer, sources)
            except CertificateRevoked:
                if not _shows_good(held, subject, issuer):
                    raise
                continue
            if isinstance(found, Evidence):
                total += found
            elif not _shows_good(held, subject, issuer):
                missing[_display_name(subject)] = found
        total += Evidence(certificates=tuple(item.dump() for item in chain))
    if missing:
        raise EvidenceMissing(level, tuple(missing.items()))
    return total


def _evidence_on(
    certificate: x509.Certificate, issuer: x509.Certificate, sources: Sequence[RevocationSource]
) -> Evidence | Text:
    """Ask the sources until one proves something; what one says that proves nothing does not hide the next."""
    if certificate.ocsp_no_check_value is not None and _signs_ocsp(certificate):
        return Evidence()  # RFC 6960 4.2.2.2.1: its issuer vouches for its whole, short life
    reasons: list[NoEvidence] = []
    for source in sources:
        answer = to_be_kept(source.look_up(certificate, issuer))
        if isinstance(answer, NoEvidence):
            reasons.append(answer)
            continue
        if isinstance(answer, IndexedStatus) and isinstance(answer.status, Revoked):
            raise CertificateRevoked(_display_name(certificate), str(answer.status.date))
        if (found := _checked(answer, certificate, issuer, datetime.now(UTC))) is not None:
            return found
    return _UNUSABLE if len(reasons) < len(sources) else most_telling(reasons, certificate).reason


def _checked(
    answer: RevocationAnswer, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime | None
) -> Evidence | None:
    if isinstance(answer, OcspEvidence):
        return _check_ocsp(answer, certificate, issuer, now)
    return _check_crl(answer, certificate, issuer, now) if isinstance(answer, CrlEvidence) else None


def _shows_good(held: Evidence, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether evidence in hand showed the certificate to be good when it was issued, however long ago."""
    answers: list[RevocationAnswer] = [*map(OcspEvidence, held.ocsps), *map(CrlEvidence, held.crls)]
    for answer in answers:
        try:
            if _checked(answer, certificate, issuer, None) is not None:
                return True
        except CertificateRevoked:
            continue
    return False


def _in_date(this_update: datetime, next_update: datetime | None, now: datetime | None) -> bool:
    """Return whether ``now`` lies in the time for which evidence speaks; without ``now`` any time will do."""
    return now is None or (this_update <= now + _CLOCK_SKEW and (next_update is None or now <= next_update))


def _check_ocsp(
    answer: OcspEvidence, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime | None
) -> Evidence | None:
    from cryptography.x509 import ocsp

    try:
        response = ocsp.load_der_ocsp_response(answer.der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        single = next((item for item in response.responses if _is_about(item, certificate, issuer)), None)
        if single is None or not _ocsp_signed(response, issuer):
            return None
        if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            raise CertificateRevoked(_display_name(certificate), str(single.revocation_time_utc))
        in_date = _in_date(single.this_update_utc, single.next_update_utc, now)
        if single.certificate_status is not ocsp.OCSPCertStatus.GOOD or not in_date:
            return None
        return Evidence(ocsps=(answer.der,), issued=(single.this_update_utc,))
    except (ValueError, TypeError):
        return None


def _is_about(single: pyca_ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether the CertID names this certificate of this issuer (RFC 6960 4.1.1)."""
    name = single.hash_algorithm.name
    key = issuer.public_key["public_key"].contents[1:]  # the bits without their count of unused ones
    return (
        single.serial_number == certificate.serial_number
        and single.issuer_key_hash == hashlib.new(name, key).digest()
        and single.issuer_name_hash == hashlib.new(name, certificate.issuer.dump()).digest()
    )


def _ocsp_signed(response: pyca_ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Return whether the issuer, or a responder that it named and that was valid, signed the response."""
    from cryptography.hazmat.primitives.serialization import Encoding

    delegates = [asn1_certificate(item.public_bytes(Encoding.DER)) for item in response.certificates]
    named = [item for item in delegates if _is_responder_of(item, issuer, response.produced_at_utc)]
    return any(_ocsp_fits(response, signer) for signer in [issuer, *named])


def _is_responder_of(certificate: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    valid = certificate.not_valid_before <= moment <= certificate.not_valid_after
    return valid and _signs_ocsp(certificate) and find_issuer(certificate, [issuer]) is not None


def _signs_ocsp(certificate: x509.Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "ocsp_signing" in usage.native


def _ocsp_fits(response: pyca_ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    from asn1crypto import ocsp
    from cryptography.hazmat.primitives.serialization import Encoding

    basic = ocsp.OCSPResponse.load(response.public_bytes(Encoding.DER)).basic_ocsp_response
    try:
        verify_signature(
            signer, basic["signature_algorithm"], "", basic["signature"].native, basic["tbs_response_data"].dump()
        )
    except SignatureInvalid:
        return False
    return True


def _check_crl(
    answer: CrlEvidence, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime | None
) -> Evidence | None:
    from cryptography import x509 as pyca

    try:
        crl = pyca.load_der_x509_crl(answer.der)
        authority = pyca.load_der_x509_certificate(issuer.dump())
        if crl.issuer != authority.subject or not crl.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]
            return None
        if not _speaks_of(crl, certificate):
            return None
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except (ValueError, TypeError):
        return None
    if entry is not None:
        raise CertificateRevoked(_display_name(certificate), str(entry.revocation_date_utc))
    if not _in_date(crl.last_update_utc, crl.next_update_utc, now):
        return None
    return Evidence(crls=(answer.der,), issued=(crl.last_update_utc,))


def _speaks_of(crl: pyca_x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Return whether a whole list (no delta) without unknown critical extensions covers ``certificate``."""
    from cryptography import x509 as pyca

    point = None
    for extension in crl.extensions:
        if extension.oid == pyca.DeltaCRLIndicator.oid:
            return False
        if extension.oid == pyca.IssuingDistributionPoint.oid:
            point = extension.value.public_bytes()
        elif extension.critical:
            return False
    return covers(point, certificate)


def asn1_certificate(der: bytes) -> x509.Certificate:
    """Return a certificate parsed by asn1crypto, as every room above expects it."""
    from asn1crypto import x509

    return x509.Certificate.load(der)


def _display_name(certificate: x509.Certificate) -> str:
    """Return the subject's CN, or its whole name; never a serial number or an attribute (公的個人認証法)."""
    names = certificate.subject.native
    name = names.get("common_name") or certificate.subject.human_friendly
    return str(name)


def _once(items: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))
