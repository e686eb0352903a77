"""The rehearsal's certification authorities and the certificates that they issue."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from signkit.japan_time import JST
from signkit.jpki import attributes as jpki_attributes
from signkit.jpki.certificates import POLICY_AUTHENTICATION, POLICY_SIGNATURE
from signkit.jpki.company import OID_REGISTRAR, OID_REGISTRATION, TAGS, CompanyRegistration
from signkit.pki.anchors import REHEARSAL_ORGANISATION

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CA_YEARS = 10
_LEAF_YEARS = 5
#: 商業登記電子証明書 last for 3 to 27 months.
_COMPANY_DAYS = 27 * 30


@dataclass(frozen=True)
class FictionalResident:
    """A fictional resident, as the register would have them.

    Attributes:
        birth_date: the certificate's nine digits, one for the era and YYYYMMDD.
        sex: "1" male, "2" female, "3" not known.
        name_substitutes: one 0 or 1 a character of the name, 1 = a substitute character stands there.
        address_substitutes: the same for the address.
    """

    name: str
    address: str
    birth_date: str
    sex: str
    prefecture: str
    municipality: str
    name_substitutes: str = ""
    address_substitutes: str = ""

    def name_flags(self) -> str:
        """Return the flags of substitute characters, one a character."""
        return self.name_substitutes or "0" * len(self.name)

    def address_flags(self) -> str:
        """Return the same flags for the address."""
        return self.address_substitutes or "0" * len(self.address)


@dataclass(frozen=True)
class CertifiedKey:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)


def new_rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Make an RSA key of ``bits`` bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def new_ec_key() -> ec.EllipticCurvePrivateKey:
    """Make an ECDSA P-384 key, as announced for the next generation of cards."""
    return ec.generate_private_key(ec.SECP384R1())


def new_authority(unit: str, now: datetime) -> CertifiedKey:
    """Make a self-signed rehearsal CA, named by ``unit`` (its OU)."""
    key = new_rsa_key()
    name = _name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, REHEARSAL_ORGANISATION),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
    )
    builder = (
        _builder(name, name, key, now - timedelta(days=365), now + timedelta(days=365 * _CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    return CertifiedKey(builder.sign(key, hashes.SHA256()), key)


def issue_signing_certificate(
    authority: CertifiedKey, person: FictionalResident, key: PrivateKey, now: datetime, end: datetime | None = None
) -> x509.Certificate:
    """Issue a certificate shaped like a 署名用電子証明書: four attributes, opaque CN, directoryName CRL point.

    It is valid to ``end``; without one, for five years.
    """
    subject = _name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.LOCALITY_NAME, person.prefecture),
        (NameOID.LOCALITY_NAME, person.municipality),
        (NameOID.COMMON_NAME, f"{now:%Y%m%d%H%M%S}{secrets.token_hex(8).upper()}"),
    )
    return (
        _leaf_builder(authority, subject, key, now, end)
        .add_extension(_key_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(_policy(POLICY_SIGNATURE), critical=True)
        .add_extension(x509.SubjectAlternativeName(_attribute_names(person)), critical=False)
        .add_extension(_crl_point(authority, person), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def issue_authentication_certificate(
    authority: CertifiedKey, key: PrivateKey, now: datetime, end: datetime | None = None
) -> x509.Certificate:
    """Issue a certificate shaped like a 利用者証明用電子証明書: no attributes, digitalSignature alone.

    It is valid to ``end``; without one, for five years.
    """
    subject = _name((NameOID.COUNTRY_NAME, "JP"), (NameOID.COMMON_NAME, secrets.token_hex(13).upper()))
    return (
        _leaf_builder(authority, subject, key, now, end)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(_policy(POLICY_AUTHENTICATION), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def issue_organisation_certificate(
    authority: CertifiedKey, common_name: str, organisation: str | None, key: PrivateKey, now: datetime
) -> x509.Certificate:
    """Issue a certificate for a professional or an organisation that signs with a key file."""
    own = [(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    subject = _name((NameOID.COUNTRY_NAME, "JP"), *own, (NameOID.COMMON_NAME, common_name))
    return (
        _leaf_builder(authority, subject, key, now)
        .add_extension(_key_usage(digital_signature=True, content_commitment=True), critical=True)
        .sign(authority.key, hashes.SHA256())
    )


def issue_company_certificate(
    authority: CertifiedKey, company: CompanyRegistration, key: PrivateKey, now: datetime, *, before_2026: bool = False
) -> x509.Certificate:
    """Issue a certificate shaped like a 商業登記電子証明書, with a CRL distribution point and KeyUsage.

    ``before_2026``: as issued until 2026-02: with neither.
    """
    subject = _name((NameOID.COUNTRY_NAME, "JP"), (NameOID.COMMON_NAME, f"Rehearsal company {secrets.token_hex(4)}"))
    builder = _leaf_builder(authority, subject, key, now, now + timedelta(days=_COMPANY_DAYS))
    if not before_2026:
        usage = _key_usage(digital_signature=True, content_commitment=True)
        builder = builder.add_extension(usage, critical=True).add_extension(
            _company_crl_point(authority), critical=False
        )
    for oid, value in (
        (OID_REGISTRAR, _utf8_string("リハーサル登記官")),
        (OID_REGISTRATION, _registration(company)),
    ):
        builder = builder.add_extension(x509.UnrecognizedExtension(ObjectIdentifier(oid), value), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def issue_timestamp_certificate(authority: CertifiedKey, key: PrivateKey, now: datetime) -> x509.Certificate:
    """Issue a TSA certificate (RFC 3161 2.3: the one, critical extended key usage)."""
    subject = _name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, REHEARSAL_ORGANISATION),
        (NameOID.COMMON_NAME, "SignKit Rehearsal Timestamp Service"),
    )
    return (
        _leaf_builder(authority, subject, key, now)
        .add_extension(_key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(authority.key, hashes.SHA256())
    )


def _leaf_builder(
    authority: CertifiedKey, subject: x509.Name, key: PrivateKey, now: datetime, end: datetime | None = None
) -> x509.CertificateBuilder:
    return _builder(
        subject, authority.certificate.subject, key, now - timedelta(hours=1), end or _leaf_end(now)
    ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(31) | 1 << 24)  # four bytes, as in JPKI's certificates
        .not_valid_before(start.astimezone(UTC))
        .not_valid_after(end.astimezone(UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _leaf_end(now: datetime) -> datetime:
    """Return 23:59:59 in Japan, five years on less a day."""
    day = (now + timedelta(days=365 * _LEAF_YEARS)).astimezone(JST)
    return day.replace(hour=23, minute=59, second=59, microsecond=0)


def _name(*parts: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _policy(identifier: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(identifier), None)])


def _crl_point(authority: CertifiedKey, person: FictionalResident) -> x509.CRLDistributionPoints:
    base = list(authority.certificate.subject)
    more = [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "CRL Distribution Points"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, person.prefecture),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{person.municipality} CRLDP"),
    ]
    directory = x509.DirectoryName(x509.Name([*base, *more]))
    return x509.CRLDistributionPoints([x509.DistributionPoint([directory], None, None, None)])


def _company_crl_point(authority: CertifiedKey) -> x509.CRLDistributionPoints:
    """All companies of a registrar share one list."""
    unit = x509.NameAttribute(NameOID.COMMON_NAME, "CRL Distribution Points")
    directory = x509.DirectoryName(x509.Name([*authority.certificate.subject, unit]))
    return x509.CRLDistributionPoints([x509.DistributionPoint([directory], None, None, None)])


def _registration(company: CompanyRegistration) -> bytes:
    """RegisteredCorporationInfoSyntax: explicitly tagged DirectoryStrings, those that are not known left out."""
    texts = {tag: getattr(company, name) for tag, name in TAGS.items()}
    members = b"".join(_tag(0xA0 | tag, _utf8_string(text)) for tag, text in texts.items() if text)
    return _tag(0x30, members)


def _tag(tag: int, content: bytes) -> bytes:
    from asn1crypto.parser import emit

    der: bytes = emit(tag >> 6, (tag >> 5) & 1, tag & 0x1F, content)
    return der


def _attribute_names(person: FictionalResident) -> Sequence[x509.GeneralName]:
    """Return the otherNames in the order seen on real certificates: .1 .4 .3 .5 .2 .6."""
    values = (
        (jpki_attributes.OID_NAME, person.name),
        (jpki_attributes.OID_BIRTH_DATE, person.birth_date),
        (jpki_attributes.OID_SEX, person.sex),
        (jpki_attributes.OID_ADDRESS, person.address),
        (jpki_attributes.OID_NAME_SUBSTITUTES, person.name_flags()),
        (jpki_attributes.OID_ADDRESS_SUBSTITUTES, person.address_flags()),
    )
    return [x509.OtherName(ObjectIdentifier(oid), _utf8_string(value)) for oid, value in values]


def _utf8_string(value: str) -> bytes:
    from asn1crypto.core import UTF8String

    der: bytes = UTF8String(value).dump()
    return der


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
