"""Certificates, revocation lists and OCSP responses for the generated cases, each defect by an argument.

The moment of all cases is now: signing (`signkit.pki.revocation.collecting`) knows no other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import core, crl, keys
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.validation import pki

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
STATUS = ocsp.OCSPCertStatus
UNKNOWN = x509.ObjectIdentifier("2.25.4711")
_SERIALS = itertools.count(1000)


def uri(path: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"http://127.0.0.1/{path}")


def directory(name: x509.Name) -> x509.DirectoryName:
    return x509.DirectoryName(name)


def point(path: str | None = None, issuer: pki.Holder | None = None, reasons=None) -> x509.DistributionPoint:
    """A distribution point of a certificate."""
    names = None if path is None else [uri(path)]
    by = None if issuer is None else [directory(issuer.certificate.subject)]
    return x509.DistributionPoint(names, None, reasons, by)


def certificate(
    issuer: pki.Holder | None,
    name: str,
    *,
    ca: bool = False,
    key: ec.EllipticCurvePrivateKey | None = None,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
    usage: dict[str, bool] | None = None,
    points: Sequence[x509.DistributionPoint] | None = (point("all"),),
    serial: int | None = None,
    length: int | None = None,
    extended: Sequence[x509.ObjectIdentifier] = (),
    no_check: bool = False,
    constraints: x509.NameConstraints | None = None,
    critical: bool = False,
    digest: hashes.HashAlgorithm | None = None,
    organisation: str = "Test",
    basic: bool = True,
) -> pki.Holder:
    """A certificate with its key; ``issuer`` None: signed by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = pki.name(name, organisation)
    by, signer = (subject, key) if issuer is None else (issuer.certificate.subject, issuer.key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(next(_SERIALS) if serial is None else serial)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    )
    if basic:
        builder = builder.add_extension(x509.BasicConstraints(ca, length if ca else None), True)
    default = (
        {"key_cert_sign": True, "crl_sign": True} if ca else {"digital_signature": True, "content_commitment": True}
    )
    builder = builder.add_extension(pki._usage(**(default if usage is None else usage)), True)
    if points and issuer is not None:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
        service = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri("ocsp"))
        builder = builder.add_extension(x509.AuthorityInformationAccess([service]), False)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), False)
    if no_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), False)
    if constraints is not None:
        builder = builder.add_extension(constraints, True)
    if critical:
        builder = builder.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
    return pki.Holder(builder.sign(signer, digest or hashes.SHA256()), key)


def remade(holder: pki.Holder, issuer: pki.Holder, change: Callable[[asn1_x509.TbsCertificate], None]) -> pki.Holder:
    """The certificate with its inside changed and signed again; what stands beside the signature stays."""
    whole = asn1_x509.Certificate.load(holder.der)
    change(whole["tbs_certificate"])
    inside = whole["tbs_certificate"].dump(force=True)
    bits = core.OctetBitString(issuer.sign(inside)).dump()
    return pki.Holder(
        x509.load_der_x509_certificate(pki.sequence(inside, whole["signature_algorithm"].dump(), bits)), holder.key
    )


def extended_by(*extensions: asn1_x509.Extension) -> Callable[[asn1_x509.TbsCertificate], None]:
    """A change that adds extensions, also ones that stand there already."""

    def change(inside: asn1_x509.TbsCertificate) -> None:
        inside["extensions"] = asn1_x509.Extensions([*inside["extensions"], *extensions])

    return change


def extension(kind: str, value: core.Asn1Value, *, critical: bool = False) -> asn1_x509.Extension:
    return asn1_x509.Extension({"extn_id": kind, "critical": critical, "extn_value": value})


def with_key_of(other: pki.Holder) -> Callable[[asn1_x509.TbsCertificate], None]:
    """A change that certifies another's public key."""

    def change(inside: asn1_x509.TbsCertificate) -> None:
        inside["subject_public_key_info"] = asn1(other).public_key

    return change


def for_pss_alone(inside: asn1_x509.TbsCertificate) -> None:
    """Say of an RSA key that it makes PSS signatures only (RFC 4055 1.2)."""
    key = inside["subject_public_key_info"]["public_key"].parsed.dump()
    algorithm = pki.sequence(core.ObjectIdentifier("1.2.840.113549.1.1.10").dump())
    info = keys.PublicKeyInfo.load(pki.sequence(algorithm, core.OctetBitString(key).dump()))
    inside["subject_public_key_info"] = info


def two_algorithms(der: bytes, signer: pki.Holder) -> bytes:
    """A list that names another algorithm inside than beside its signature."""
    whole = crl.CertificateList.load(der)
    whole["tbs_cert_list"]["signature"] = {"algorithm": "sha512_ecdsa"}
    inside = whole["tbs_cert_list"].dump(force=True)
    bits = core.OctetBitString(signer.sign(inside)).dump()
    return pki.sequence(inside, whole["signature_algorithm"].dump(), bits)


def root(name: str = "Root", **changes) -> pki.Holder:
    return certificate(None, name, ca=True, **changes)


def responder(issuer: pki.Holder, name: str = "Responder", **changes) -> pki.Holder:
    """A certificate for answering in its issuer's place (RFC 6960 4.2.2.2)."""
    changes = {
        "usage": {"digital_signature": True},
        "extended": [ExtendedKeyUsageOID.OCSP_SIGNING],
        "no_check": True,
        "points": None,
    } | changes
    return certificate(issuer, name, **changes)


@dataclass(frozen=True)
class Entry:
    """One line of a list."""

    holder: pki.Holder
    since: datetime = NOW - 30 * DAY
    reason: x509.ReasonFlags | None = None
    critical: bool = False
    by: pki.Holder | None = None

    def built(self) -> x509.RevokedCertificate:
        builder = x509.RevokedCertificateBuilder().serial_number(self.holder.certificate.serial_number)
        builder = builder.revocation_date(self.since)
        if self.reason is not None:
            builder = builder.add_extension(x509.CRLReason(self.reason), False)
        if self.critical:
            builder = builder.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
        if self.by is not None:
            builder = builder.add_extension(x509.CertificateIssuer([directory(self.by.certificate.subject)]), True)
        return builder.build()


def revocation_list(
    ca: pki.Holder,
    *entries: Entry,
    issued: datetime = NOW - HOUR,
    due: datetime | None = None,
    number: int = 5,
    delta_of: int | None = None,
    scope: x509.IssuingDistributionPoint | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
    critical: bool = False,
    digest: hashes.HashAlgorithm | None = None,
) -> bytes:
    """A DER CertificateList; ``key``: signed with another one than the authority's."""
    signer = key or ca.key
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    builder = builder.last_update(issued).next_update(due or issued + DAY)
    builder = builder.add_extension(x509.CRLNumber(number), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    for entry in entries:
        builder = builder.add_revoked_certificate(entry.built())
    if delta_of is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(delta_of), True)
    if scope is not None:
        builder = builder.add_extension(scope, True)
    if critical:
        builder = builder.add_extension(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)
    return builder.sign(signer, digest or hashes.SHA256()).public_bytes(Encoding.DER)


def scope(path: str | None = None, *, users=False, authorities=False, indirect=False, reasons=None):
    """A list's issuing distribution point."""
    names = None if path is None else [uri(path)]
    return x509.IssuingDistributionPoint(names, None, users, authorities, reasons, indirect, False)


def response(
    issuer: pki.Holder,
    holder: pki.Holder,
    by: pki.Holder | None = None,
    *,
    status: ocsp.OCSPCertStatus = STATUS.GOOD,
    since: datetime = NOW - 30 * DAY,
    reason: x509.ReasonFlags | None = None,
    issued: datetime = NOW - HOUR,
    due: datetime | None = None,
    produced: datetime | None = None,
    named_by: hashes.HashAlgorithm | None = None,
    by_name: bool = False,
    critical: str | None = None,
    stated: pki.Holder | None = None,
) -> bytes:
    """A DER OCSPResponse about ``holder``, signed by ``by`` (else the issuer), which states itself as ``stated``."""
    signer = by or issuer
    revoked = status is STATUS.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        holder.certificate, issuer.certificate, named_by or hashes.SHA1(), status, issued, due or issued + DAY,
        since if revoked else None, reason if revoked else None,
    )  # fmt: skip
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, (stated or signer).certificate)
    if by is not None:
        builder = builder.certificates([(stated or by).certificate])
    der = builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return _resigned(der, signer, produced or issued, critical)


def _resigned(der: bytes, signer: pki.Holder, produced: datetime, critical: str | None) -> bytes:
    """The same response at another time, and with a critical extension that nobody knows where asked for."""
    basic = asn1_ocsp.OCSPResponse.load(der)["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    data["produced_at"] = core.GeneralizedTime(produced)
    unknown = {"extn_id": "2.25.4711", "critical": True, "extn_value": core.ParsableOctetString(b"\x05\x00")}
    if critical == "response":
        data["response_extensions"] = [asn1_ocsp.ResponseDataExtension(unknown)]
    if critical == "single":
        data["responses"][0]["single_extensions"] = [asn1_ocsp.SingleResponseExtension(unknown)]
    return pki.produced(_wrapped(asn1_ocsp.BasicOCSPResponse.load(basic.dump(force=True))), signer, produced)


def _wrapped(basic: asn1_ocsp.BasicOCSPResponse) -> bytes:
    body = {"response_type": "basic_ocsp_response", "response": basic}
    return asn1_ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body}).dump()


def forged(der: bytes) -> bytes:
    """With one bit of the signature turned."""
    position = len(der) - 1
    whole = asn1_ocsp.OCSPResponse.load(der) if b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01" in der else None
    if whole is not None and not isinstance(whole.basic_ocsp_response["certs"], core.Void):
        position = der.index(whole.basic_ocsp_response["signature"].contents) + 20
    return der[:position] + bytes([der[position] ^ 1]) + der[position + 1 :]


def pem(*ders: bytes, kind: str = "CERTIFICATE") -> bytes:
    from asn1crypto import pem as asn1_pem

    return b"".join(asn1_pem.armor(kind, der) for der in ders)


def asn1(holder: pki.Holder) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(holder.der)


def asn1_list(der: bytes) -> crl.CertificateList:
    return crl.CertificateList.load(der)
