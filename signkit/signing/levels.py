"""The four baseline levels: what each adds, in which order, and what each needs (ETSI EN 319 142-1 6).

B-B the signature; B-T a signature timestamp; B-LT the evidence on every certificate; B-LTA a document timestamp
over all of it.  ``sign`` makes any of them at once; ``extend`` raises or renews later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from signkit.errors import SigningRefused, TimestampUnavailable
from signkit.jpki.certificates import is_authentication_certificate
from signkit.pdf.fields import signature_fields
from signkit.pdf.reading.unlocking import Password
from signkit.pki.revocation.collecting import Evidence, collect_evidence
from signkit.pki.revocation.sources import RevocationSource
from signkit.pki.sharing import own_certificate
from signkit.pki.timestamps import NO_SERVICE, TimestampSource, obtain_timestamp
from signkit.signers.base import KeyFacts, Signer
from signkit.signing.cms import Timestamper
from signkit.signing.embedded import embedded_in
from signkit.signing.pades import add_document_timestamp, add_evidence, sign_field
from signkit.signing.readback import check_signed, refuse_harmful
from signkit.signing.request import SignatureRequest
from signkit.signing.signature_formats import SignatureFormat
from signkit.validation.options import ValidationOptions
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509


class Level(StrEnum):
    """A PAdES baseline level."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def has_timestamp(self) -> bool:
        """Whether the level includes a signature timestamp."""
        return self is not Level.B_B

    @property
    def has_evidence(self) -> bool:
        """Whether the level includes revocation evidence."""
        return self in (Level.B_LT, Level.B_LTA)


@dataclass(frozen=True)
class Services:
    """Where time and evidence come from.

    Attributes:
        timestamps: tried in order.
        revocation: asked in order.
        issuers: certificates (DER) among which issuers are found, beside those in the file.
        judgement: how the file is judged before and after, for what was signed earlier not to become worse.
    """

    timestamps: Sequence[TimestampSource] = ()
    revocation: Sequence[RevocationSource] = ()
    issuers: Sequence[bytes] = field(default=(), repr=False)
    judgement: ValidationOptions = field(default_factory=ValidationOptions, repr=False)

    def issuer_certificates(self) -> list[x509.Certificate]:
        """Return the issuers, read by this thread for itself: files of a batch are signed by several."""
        return [own_certificate(der) for der in self.issuers]


@dataclass(frozen=True)
class SignedFile:
    """A file that was signed or extended.

    Attributes:
        pdf: the whole file.
        time: the claimed signing time; None for a file that was extended.
        evidence_issued: when each piece of evidence added was issued; empty below B-LT.
    """

    pdf: bytes = field(repr=False)
    time: datetime | None = None
    evidence_issued: tuple[datetime, ...] = ()


def sign(
    pdf: bytes,
    request: SignatureRequest,
    signer: Signer,
    level: Level,
    services: Services,
    *,
    password: Password = None,
) -> SignedFile:
    """Sign ``pdf`` at ``level`` and check the result before returning it.

    Raises:
        SigningRefused("key-not-for-documents"): an authentication key, or a certificate whose usage or validity forbids
            it.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        UsageProblem, SigningRefused("key-not-for-registry"): the request's profile takes no such level, no such key.
        SigningRefused("earlier-signature-harmed"): another party's signature would be worse than it is.
        SigningRefused("field-missing", "field-signed"), PdfNotSignable: see `signkit.signing.pades.sign_field`.
        PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: see `signkit.pdf.writing.appending.open_writer`.
    """
    # Nothing is signed that cannot be finished: a signature without its level cannot be taken back.
    refuse_unfinishable(signer, request.time, level, services, request.profile)
    signed = sign_field(pdf, request, signer, timestamp=signature_timestamper(level, services), password=password)
    # Before evidence is fetched: that may take long, and the signature is what counts.
    check_signed(pdf, signed, signer.certificate)
    result = replace(raise_to_level(signed, signer, level, services, password), time=request.time)
    refuse_harmful(pdf, result.pdf, services.judgement, password, added=1)
    return result


def refuse_unfinishable(
    key: KeyFacts, time: datetime, level: Level, services: Services, profile: SignatureFormat = SignatureFormat.PADES
) -> None:
    """Refuse before the key is used what could not be finished afterwards.

    Raises:
        SigningRefused("key-not-for-documents"), TimestampUnavailable, EvidenceMissing, CertificateRevoked: see `sign`.
        UsageProblem, SigningRefused("key-not-for-registry"): the profile takes no such level, no such key.
    """
    refuse_other_keys(key, time)
    refuse_unreachable(level, services, profile)
    profile.refuse_key(key.certificate, key.algorithm)
    if level.has_evidence:
        own = _certificates(key)
        # Asked before the key signs, and again after: what was to be had then may be gone.
        collect_evidence(own[:1], [*own, *services.issuer_certificates()], services.revocation, level.value)


def refuse_unreachable(level: Level, services: Services, profile: SignatureFormat) -> None:
    """Refuse a level that no key could reach here.

    Raises:
        UsageProblem: the profile takes no such level.
        TimestampUnavailable: it needs a timestamp, and there is no service.
    """
    profile.refuse_timestamps(wanted=level is not Level.B_B)
    refuse_without_service(level, services)


def refuse_without_service(level: Level, services: Services) -> None:
    """Refuse a level that needs a timestamp where no service is named.

    Raises:
        TimestampUnavailable: there is none.
    """
    if level.has_timestamp and not services.timestamps:
        raise TimestampUnavailable(NO_SERVICE)


def signature_timestamper(level: Level, services: Services) -> Timestamper | None:
    """Return what timestamps a signature of ``level``; None below B-T."""
    if not level.has_timestamp:
        return None
    return lambda digest: obtain_timestamp(services.timestamps, digest).der


def raise_to_level(
    signed: bytes, key: KeyFacts, level: Level, services: Services, password: Password = None
) -> SignedFile:
    """Add to a file that ``key`` just signed the evidence that ``level`` asks for.

    Raises:
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
    """
    if not level.has_evidence:
        return SignedFile(signed)
    return _with_evidence(signed, level, services, _certificates(key), password)


def extend(pdf: bytes, level: Level, services: Services, *, password: Password = None) -> SignedFile:
    """Add evidence for every signature and timestamp in ``pdf``, and for B-LTA a (further) document timestamp.

    Raises:
        SigningRefused("nothing-to-extend"): the file holds no signature.
        SigningRefused("signature-not-timestamped"): B-LT is asked for, and a signature bears no timestamp that it could
            build on.
        TimestampUnavailable, EvidenceMissing, CertificateRevoked: the level's needs are not met.
        SigningRefused("earlier-signature-harmed"): a signature would be worse than it is.
        PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: see `signkit.pdf.writing.appending.open_writer`.
    """
    if not signature_fields(pdf, password).signed:
        raise SigningRefused("nothing-to-extend")
    if level is Level.B_LTA and not services.timestamps:
        raise TimestampUnavailable(NO_SERVICE)
    # EN 319 142-1 6.3: B-LT is built on B-T.
    if level is Level.B_LT and (untimed := embedded_in(pdf, password).untimed):
        raise SigningRefused("signature-not-timestamped", fields=", ".join(untimed))
    result = _with_evidence(pdf, level, services, (), password)
    refuse_harmful(pdf, result.pdf, services.judgement, password, added=0)
    return result


def _with_evidence(
    pdf: bytes, level: Level, services: Services, extra: Iterable[x509.Certificate], password: Password
) -> SignedFile:
    """Add what is missing: evidence on every certificate, and for B-LTA a document timestamp over all of it.

    What the document holds already is enough where nothing newer can be had: a renewal must be possible when the
    signer's CA has long ended, and after a certificate was revoked for a move.
    """
    inside = embedded_in(pdf, password)
    pool = [*inside.certificates, *extra, *services.issuer_certificates()]
    evidence = collect_evidence(inside.entities, pool, services.revocation, level.value, inside.held)
    result = add_evidence(pdf, evidence, password)
    if level is Level.B_LTA:
        # EN 319 142-1 5.4.3, 6.3: the document timestamp comes after the evidence that it is to cover.
        field = _timestamp_field(result, password)
        digest = services.judgement.policy.algorithms.lasting_digest()
        result = add_document_timestamp(result, services.timestamps, field, password, digest)
        # A timestamp cannot carry evidence on itself; the next one will cover it.
        result, more = _evidence_of_last_timestamp(result, evidence, pool, services, level, password)
        evidence += more
    return SignedFile(result, evidence_issued=evidence.issued)


def _evidence_of_last_timestamp(
    pdf: bytes,
    have: Evidence,
    pool: Sequence[x509.Certificate],
    services: Services,
    level: Level,
    password: Password,
) -> tuple[bytes, Evidence]:
    """Add evidence on a document timestamp's own service, unless an earlier timestamp of it brought that already."""
    inside = embedded_in(pdf, password)
    new = [item for item in inside.entities if item.dump() not in have.certificates]
    if not new:
        return pdf, Evidence()
    more = collect_evidence(new, [*pool, *inside.certificates], services.revocation, level.value)
    return add_evidence(pdf, more, password), more


def _certificates(key: KeyFacts) -> list[x509.Certificate]:
    from asn1crypto import x509

    return [x509.Certificate.load(der) for der in (key.certificate, *key.chain)]


def _timestamp_field(pdf: bytes, password: Password) -> str:
    names = signature_fields(pdf, password)
    taken = {*names.empty, *names.signed}
    return next(name for number in range(1, 100_000) if (name := f"Timestamp{number}") not in taken)


def refuse_other_keys(key: KeyFacts, time: datetime) -> None:
    """Refuse a key that must not sign documents at ``time``.

    Raises:
        SigningRefused("key-not-for-documents"): an authentication key, or a certificate whose usage or validity forbids
            it.
    """
    from asn1crypto import x509

    certificate = x509.Certificate.load(key.certificate)
    if is_authentication_certificate(certificate):
        raise SigningRefused(
            "key-not-for-documents",
            cause=Text(
                "it is a user authentication certificate (利用者証明用電子証明書)",
                "利用者証明用電子証明書の鍵です",
            ),
        )
    usage = certificate.key_usage_value
    # RFC 5280 4.2.1.3: without keyUsage any use is allowed; with it, one of the signing bits is needed.
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise SigningRefused(
            "key-not-for-documents", cause=Text("its certificate is not for signatures", "署名用の証明書ではありません")
        )
    # A signature outside the period is one that nobody can validate (RFC 5280 6.1.3 a 2).
    if not certificate.not_valid_before <= time <= certificate.not_valid_after:
        period = f"{certificate.not_valid_before:%Y-%m-%d} – {certificate.not_valid_after:%Y-%m-%d}"
        raise SigningRefused(
            "key-not-for-documents",
            cause=Text(f"its certificate is valid {period} only", f"証明書の有効期間 ({period}) の外です"),
        )
