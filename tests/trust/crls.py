"""Small revocation lists: proper ones by `cryptography`, odd ones written by hand and signed all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def candidate(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))


def name(*common_names: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, item) for item in common_names]
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), *parts])


def new_authority(
    common_name: str = "Test CA", *, crl_sign: bool = True, end: datetime = NOW + 30_000 * DAY
) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(name(common_name), name(common_name), key.public_key(), 1)
    usage = x509.KeyUsage(False, False, False, False, False, True, crl_sign, False, False)
    builder = builder.not_valid_before(NOW - 3650 * DAY).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


@cache
def authority() -> Authority:
    return new_authority()


def leaf(
    serial: int,
    issuer: Authority | None = None,
    points: Sequence[x509.DistributionPoint] = (),
    *,
    ca: bool = False,
    end: datetime = NOW + 29_000 * DAY,
) -> asn1_x509.Certificate:
    """A certificate with this serial number and these CRL distribution points."""
    by = issuer or authority()
    builder = x509.CertificateBuilder(by.certificate.subject, name("leaf"), by.key.public_key(), serial)
    builder = builder.not_valid_before(NOW - 900 * DAY).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True)
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
    return asn1_x509.Certificate.load(builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER))


def entry(serial: int, date: datetime = NOW - DAY, reason: x509.ReasonFlags | None = None) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(date)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), False)
    return builder.build()


def make_list(
    entries: Iterable[x509.RevokedCertificate | int] = (),
    *,
    by: Authority | None = None,
    number: int | None = 1,
    delta_of: int | None = None,
    point: x509.IssuingDistributionPoint | None = None,
    issued: datetime = NOW,
    due: datetime = NOW + DAY,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A DER list; an entry given as a number was revoked a day ago."""
    issuer = by or authority()
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, issued, due)
    extensions = list(more)
    if number is not None:
        extensions.append((x509.CRLNumber(number), False))
    if delta_of is not None:
        extensions.append((x509.DeltaCRLIndicator(delta_of), True))
    if point is not None:
        extensions.append((point, True))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    for item in entries:
        builder = builder.add_revoked_certificate(entry(item) if isinstance(item, int) else item)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def issuing_point(
    full: Sequence[x509.GeneralName] | None = None,
    relative: x509.RelativeDistinguishedName | None = None,
    *,
    user: bool = False,
    ca: bool = False,
    reasons: frozenset[x509.ReasonFlags] | None = None,
    indirect: bool = False,
    attribute: bool = False,
) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint(full, relative, user, ca, reasons, indirect, attribute)


# --- by hand -------------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def utc_time(moment: datetime) -> bytes:
    return tlv(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())


def raw_entry(serial: bytes, date: bytes | None = None, more: bytes = b"") -> bytes:
    return tlv(0x30, tlv(0x02, serial), utc_time(NOW - DAY) if date is None else date, more)


def raw_extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return tlv(0x30, tlv(0x06, bytes.fromhex(oid)), b"\x01\x01\xff" if critical else b"", tlv(0x04, value))


def raw_list(
    *entries: bytes,
    extensions: bytes | None = None,
    algorithm: bytes = ECDSA_SHA256,
    inner: bytes | None = None,
    version: bytes = b"\x02\x01\x01",
    times: bytes | None = None,
) -> bytes:
    """A list with these DER entries, signed by `authority`."""
    issuer = authority()
    dates = utc_time(NOW) + utc_time(NOW + DAY) if times is None else times
    tail = b"" if extensions is None else tlv(0xA0, tlv(0x30, extensions))
    subject = issuer.certificate.subject.public_bytes()
    signed = tlv(0x30, version, inner or algorithm, subject, dates, tlv(0x30, *entries), tail)
    digest = hashes.SHA1() if algorithm == ECDSA_SHA1 else hashes.SHA256()
    return tlv(0x30, signed, algorithm, tlv(0x03, b"\0", issuer.key.sign(signed, ec.ECDSA(digest))))
