"""Keys, certificates, CMS and timestamps for tests, each defect by an argument."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signkit.pki.anchors import Anchor, AnchorLabel, TrustStore

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, data: bytes, digest: str = "sha256") -> bytes:
        algorithm = getattr(hashes, digest.upper())()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), algorithm)
        return self.key.sign(data, ec.ECDSA(algorithm))


def name(common_name: str, organisation: str = "Test") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def authority(
    common_name: str = "Test CA",
    *,
    start: datetime = NOW - 5 * YEAR,
    end: datetime = NOW + 5 * YEAR,
    organisation: str = "Test",
) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    own = name(common_name, organisation)
    builder = _builder(own, own, key, start, end)
    builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), True)
    return Holder(builder.sign(key, hashes.SHA256()), key)


def issue(
    ca: Holder,
    common_name: str = "Hanako",
    *,
    start: datetime = NOW - YEAR,
    end: datetime = NOW + YEAR,
    usage: dict[str, bool] | None = None,
    extended: x509.ObjectIdentifier | None = None,
    declares_crl: bool = False,
    partition: str | None = None,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
    authority: bool = False,
    digest: hashes.HashAlgorithm | None = None,
) -> Holder:
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name(common_name), ca.certificate.subject, key, start, end)
    builder = builder.add_extension(_usage(**(usage or {"digital_signature": True, "content_commitment": True})), True)
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    if extended is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([extended]), True)
    if declares_crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://127.0.0.1/ca.crl")], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), False)
    if partition is not None:
        point = x509.DistributionPoint([directory(ca, partition)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), False)
    return Holder(builder.sign(ca.key, digest or hashes.SHA256()), key)


def directory(ca: Holder, partition: str) -> x509.DirectoryName:
    """A CRL distribution point as JPKI names it: an entry of the CA's directory for one municipality."""
    part = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, partition)])
    return x509.DirectoryName(x509.Name([*ca.certificate.subject.rdns, part]))


def timestamp_authority(ca: Holder, *, start: datetime = NOW - 5 * YEAR, **changes: object) -> Holder:
    use = {"usage": {"digital_signature": True}, "extended": ExtendedKeyUsageOID.TIME_STAMPING}
    return issue(ca, "Test TSA", start=start, **use, **changes)


def _builder(subject, issuer, key, start, end) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(64))
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _usage(**on: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{item: on.get(item, False) for item in names})


def trust(*authorities: Holder, source: str = "user") -> TrustStore:
    purposes = frozenset({"sign", "seal", "timestamp"})
    return TrustStore(tuple(Anchor(ca.der, AnchorLabel(source, "Test"), purposes) for ca in authorities))


# --- revocation ----------------------------------------------------------------------------------------------


def revocation_list(
    ca: Holder,
    revoked: dict[int, datetime] | None = None,
    *,
    issued: datetime = NOW - timedelta(hours=12),
    good_for: timedelta = DAY,
    digest: hashes.HashAlgorithm | None = None,
    partition: str | None = None,
    keeps_ended_since: datetime | None = None,
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    builder = builder.last_update(issued).next_update(issued + good_for)
    for serial, when in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
        builder = builder.add_revoked_certificate(entry)
    if partition is not None:
        point = x509.IssuingDistributionPoint([directory(ca, partition)], None, False, False, None, False, False)
        builder = builder.add_extension(point, True)
    if keeps_ended_since is not None:
        value = core.GeneralizedTime(keeps_ended_since).dump()
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.60"), value), False)
    return builder.sign(ca.key, digest or hashes.SHA256()).public_bytes(Encoding.DER)


def status_response(
    ca: Holder,
    holder: Holder,
    *,
    issued: datetime = NOW,
    revoked_at: datetime | None = None,
    named_by: hashes.HashAlgorithm | None = None,
) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.certificate,
        issuer=ca.certificate,
        algorithm=named_by or hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
        this_update=issued,
        next_update=issued + DAY,
        revocation_time=revoked_at,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ca.certificate)
    return produced(builder.sign(ca.key, hashes.SHA256()).public_bytes(Encoding.DER), ca, issued)


def produced(
    response: bytes, responder: Holder, when: datetime, altered: Callable[[bytes], bytes] = lambda tbs: tbs
) -> bytes:
    """The same response, altered and signed again as produced at ``when``: cryptography knows no time but now."""
    whole = asn1_ocsp.OCSPResponse.load(response)
    basic = whole["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    data["produced_at"] = core.GeneralizedTime(when)
    tbs = altered(data.dump(force=True))
    certificates = [] if isinstance(basic["certs"], core.Void) else [basic["certs"].dump()]
    signature = b"\x00" + responder.sign(tbs)
    body = sequence(tbs, basic["signature_algorithm"].dump(), tagged(0x03, signature), *certificates)
    return sequence(
        b"\x0a\x01\x00", explicit(0, sequence(asn1_ocsp.ResponseType("basic_ocsp_response").dump(), octets(body)))
    )


# --- CMS -----------------------------------------------------------------------------------------------------


def signed_data(
    content: bytes,
    *signers: Holder,
    certificates: tuple[Holder, ...] = (),
    digest: str = "sha256",
    ess: Holder | bool | None = True,
    encapsulate: bytes | None = None,
    content_type: str = "data",
    stamp: Callable[[bytes], bytes] | None = None,
    signed_with: str | None = None,
    added: tuple[bytes, ...] = (),
    brings: bool = True,
) -> bytes:
    """A DER ContentInfo.

    ``ess``: True names the signer, False leaves it out, a holder names another one; ``stamp`` makes a timestamp token
    over the signature value; ``signed_with``: the signature's digest where it is another than the content's; ``added``:
    more signed attributes; ``brings``: it holds the signers' certificates.
    """
    kind = cms.ContentType(content_type).dump()
    content_info = sequence(kind, explicit(0, octets(encapsulate))) if encapsulate is not None else sequence(kind)
    holders = dict.fromkeys(item.der for item in ((*signers, *certificates) if brings else certificates))
    body = sequence(
        core.Integer(3 if content_type != "data" else 1).dump(),
        set_of(_digest_algorithm(digest)),
        content_info,
        *([tagged(0xA0, *holders)] if holders else []),
        set_of(
            *(
                _signer_info(content, signer, (digest, signed_with or digest), ess, content_type, stamp, added)
                for signer in signers
            )
        ),
    )
    return sequence(cms.ContentType("signed_data").dump(), explicit(0, body))


def _signer_info(content, signer, digests, ess, content_type, stamp, added) -> bytes:
    digest, signed_with = digests
    attributes = [
        *added,
        _attribute("content_type", cms.ContentType(content_type).dump()),
        _attribute("message_digest", octets(hashlib.new(digest, content).digest())),
    ]
    if ess is not False:
        named = signer if ess is True else ess
        entry = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(named.der).digest()})
        attributes.append(_attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [entry]}).dump()))
    signed = set_of(*attributes)
    family = "rsa" if isinstance(signer.key, rsa.RSAPrivateKey) else "ecdsa"
    signature = signer.sign(signed, signed_with)
    unsigned = [] if stamp is None else [tagged(0xA1, _attribute("signature_time_stamp_token", stamp(signature)))]
    return sequence(
        core.Integer(1).dump(),
        sequence(signer.asn1.issuer.dump(), core.Integer(signer.asn1.serial_number).dump()),
        _digest_algorithm(digest),
        b"\xa0" + signed[1:],
        algos.SignedDigestAlgorithm({"algorithm": f"{signed_with}_{family}"}).dump(),
        octets(signature),
        *unsigned,
    )


def _attribute(name: str, value: bytes) -> bytes:
    return sequence(cms.CMSAttributeType(name).dump(), set_of(value))


def _digest_algorithm(digest: str) -> bytes:
    return algos.DigestAlgorithm({"algorithm": digest}).dump()


# DER by hand: asn1crypto takes exponential time to encode a CMS inside a CMS.


def tagged(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body


def sequence(*parts: bytes) -> bytes:
    return tagged(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tagged(0x31, *sorted(parts))


def octets(value: bytes) -> bytes:
    return tagged(0x04, value)


def explicit(number: int, value: bytes) -> bytes:
    return tagged(0xA0 | number, value)


def timestamp_token(
    covered: bytes,
    tsa: Holder,
    *,
    time: datetime = NOW,
    extra: tuple[Holder, ...] = (),
    version: int = 1,
    extensions: tuple[tsp.Extension, ...] = (),
    accuracy: dict[str, int] | None = None,
    **changes: object,
) -> bytes:
    info = tsp.TSTInfo(
        {
            "version": version,
            "policy": "1.2.3.4",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": hashlib.sha256(covered).digest(),
            },
            "serial_number": secrets.randbits(60),
            "gen_time": core.GeneralizedTime(time),
            **({"accuracy": accuracy} if accuracy is not None else {}),
            **({"extensions": tsp.Extensions(extensions)} if extensions else {}),
        }
    ).dump()
    return signed_data(info, tsa, certificates=extra, encapsulate=info, content_type="tst_info", **changes)
