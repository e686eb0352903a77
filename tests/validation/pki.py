"""Keys, certificates, CMS and timestamps for tests, each defect by an argument."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signkit.trust.anchors import Anchor, AnchorLabel, TrustStore

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
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def authority(common_name: str = "Test CA", *, start: datetime = NOW - 5 * YEAR, end: datetime = NOW + 5 * YEAR) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name(common_name), name(common_name), key, start, end)
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
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> Holder:
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name(common_name), ca.certificate.subject, key, start, end)
    builder = builder.add_extension(_usage(**(usage or {"digital_signature": True, "content_commitment": True})), True)
    if extended is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([extended]), True)
    if declares_crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://127.0.0.1/ca.crl")], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), False)
    return Holder(builder.sign(ca.key, hashes.SHA256()), key)


def timestamp_authority(ca: Holder, **changes: datetime) -> Holder:
    return issue(ca, "Test TSA", usage={"digital_signature": True}, extended=ExtendedKeyUsageOID.TIME_STAMPING, **changes)


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
    purposes = frozenset({"signature", "timestamp"})
    return TrustStore(tuple(Anchor(ca.der, AnchorLabel(source, "Test"), purposes) for ca in authorities))


# --- revocation ----------------------------------------------------------------------------------------------


def revocation_list(
    ca: Holder, revoked: dict[int, datetime] | None = None, *, issued: datetime = NOW - timedelta(hours=12), good_for: timedelta = DAY
) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.certificate.subject)
    builder = builder.last_update(issued).next_update(issued + good_for)
    for serial, when in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(Encoding.DER)


def status_response(ca: Holder, holder: Holder, *, issued: datetime = NOW, revoked_at: datetime | None = None) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=holder.certificate,
        issuer=ca.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
        this_update=issued,
        next_update=issued + DAY,
        revocation_time=revoked_at,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ca.certificate)
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(Encoding.DER)


# --- CMS -----------------------------------------------------------------------------------------------------


def signed_data(
    content: bytes,
    *signers: Holder,
    certificates: tuple[Holder, ...] = (),
    digest: str = "sha256",
    ess: Holder | None | bool = True,
    encapsulate: bytes | None = None,
    content_type: str = "data",
    timestamp: bytes | None = None,
) -> bytes:
    """A DER ContentInfo; ``ess``: True names the signer, False leaves it out, a holder names another one."""
    infos = [_signer_info(content, signer, digest, ess, content_type, timestamp) for signer in signers]
    encapsulated = {"content_type": content_type}
    if encapsulate is not None:
        encapsulated["content"] = encapsulate
    value = cms.SignedData(
        {
            "version": "v3" if content_type != "data" else "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": encapsulated,
            "certificates": [item.asn1 for item in dict.fromkeys((*signers, *certificates))],
            "signer_infos": infos,
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": value}).dump()


def _signer_info(content, signer, digest, ess, content_type, timestamp) -> cms.SignerInfo:
    attributes = [
        cms.CMSAttribute({"type": "content_type", "values": [content_type]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.new(digest, content).digest()]}),
    ]
    if ess is not False:
        named = signer if ess is True else ess
        entry = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(named.der).digest()})
        value = tsp.SigningCertificateV2({"certs": [entry]})
        attributes.append(cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]}))
    signed = cms.CMSAttributes(attributes)
    algorithm = f"{digest}_rsa" if isinstance(signer.key, rsa.RSAPrivateKey) else f"{digest}_ecdsa"
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": signer.asn1.issuer, "serial_number": signer.asn1.serial_number},
        ),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": signed,
        "signature_algorithm": {"algorithm": algorithm},
        "signature": signer.sign(b"\x31" + signed.dump()[1:], digest),
    }
    if timestamp is not None:
        token = cms.ContentInfo.load(timestamp)
        info["unsigned_attrs"] = [cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})]
    return cms.SignerInfo(info)


def timestamp_token(covered: bytes, tsa: Holder, *, time: datetime = NOW, extra: tuple[Holder, ...] = ()) -> bytes:
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(covered).digest()},
            "serial_number": secrets.randbits(60),
            "gen_time": core.GeneralizedTime(time),
        }
    ).dump()
    return signed_data(info, tsa, certificates=extra, encapsulate=info, content_type="tst_info")


def with_timestamp(make_signature, tsa: Holder, *, time: datetime = NOW, over: bytes | None = None) -> bytes:
    """Add a signature timestamp to a CMS with one signer; ``over``: what it covers instead of the signature value."""
    content = cms.ContentInfo.load(make_signature)
    info = content["content"]["signer_infos"][0]
    token = timestamp_token(info["signature"].native if over is None else over, tsa, time=time)
    info["unsigned_attrs"] = [
        cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]})
    ]
    return content.dump(force=True)
