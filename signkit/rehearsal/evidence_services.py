"""The rehearsal's services in the same process: revocation (OCSP and CRL) and time (RFC 3161)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signkit.pki.revocation.sources import CrlEvidence, NoEvidence, OcspEvidence, RevocationAnswer
from signkit.pki.sharing import own_certificate
from signkit.rehearsal.authority import CertifiedKey
from signkit.words import Text

Clock = Callable[[], datetime]

#: An OID under 2.25 (UUID-derived), so that it collides with no real service's policy.
_TSA_POLICY = "2.25.222087254416529812403174310436327127201"


def utc_now() -> datetime:
    """Return the present, to the second, as the services state it."""
    return datetime.now(UTC).replace(microsecond=0)


class RehearsalRevocation:
    """Answers for the rehearsal's authorities: OCSP for people and organisations, CRL where ``use_crl`` is set."""

    def __init__(
        self,
        authorities: Collection[CertifiedKey],
        *,
        revoked: dict[int, datetime] | None = None,
        use_crl: bool = False,
        clock: Clock = utc_now,
    ) -> None:
        self._authorities = {item.certificate.subject.public_bytes(): item for item in authorities}
        self._revoked = {} if revoked is None else revoked
        self._use_crl = use_crl
        self._clock = clock

    def look_up(self, certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> RevocationAnswer:
        """Return evidence on a certificate of the rehearsal; see `signkit.pki.revocation.sources.RevocationSource`."""
        authority = self._authorities.get(issuer.subject.dump())
        if authority is None:
            reason = Text("not a certificate of the rehearsal", "リハーサル用の証明書ではありません")
            return NoEvidence("not-published", reason)
        if self._use_crl or _is_timestamp_certificate(certificate):
            return CrlEvidence(self.crl(authority))
        return OcspEvidence(self._ocsp(certificate, authority))

    def crl(self, authority: CertifiedKey) -> bytes:
        """Return the authority's present CRL (DER), good for a day."""
        now = self._clock()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.certificate.subject)
            .last_update(now)
            .next_update(now + timedelta(days=1))
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
            )
        )
        for serial, when in self._revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _ocsp(self, certificate: asn1_x509.Certificate, authority: CertifiedKey) -> bytes:
        now = self._clock()
        when = self._revoked.get(certificate.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=x509.load_der_x509_certificate(certificate.dump()),
            issuer=authority.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303  names the issuer only; RFC 6960 clients expect it
            cert_status=ocsp.OCSPCertStatus.REVOKED if when else ocsp.OCSPCertStatus.GOOD,
            this_update=now,
            next_update=now + timedelta(days=1),
            revocation_time=when,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.certificate)
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


class RehearsalTimestamps:
    """A timestamp service (RFC 3161) with an RSA key; see `signkit.pki.timestamps.TimestampSource`."""

    name = "rehearsal"

    def __init__(self, service: CertifiedKey, issuer: x509.Certificate, *, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock
        self._certificates = [each.public_bytes(Encoding.DER) for each in (service.certificate, issuer)]

    def request(self, request: bytes) -> bytes:
        """Return a DER TimeStampResp that grants the request."""
        parsed = tsp.TimeStampReq.load(request, strict=True)
        token = self._token(parsed)
        response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        der: bytes = response.dump()
        return der

    def _token(self, request: tsp.TimeStampReq) -> cms.ContentInfo:
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": _TSA_POLICY,
                "message_imprint": request["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": self._clock(),
                "nonce": request["nonce"],
            }
        )
        content = info.dump()
        signed = {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "certificates": [own_certificate(each) for each in self._certificates],
            "signer_infos": [self._signer_info(content)],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    def _signer_info(self, content: bytes) -> cms.SignerInfo:
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [_sha256(content)]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [self._certificate_reference()]}),
            ]
        )
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    name="issuer_and_serial_number",
                    value={
                        "issuer": own_certificate(self._certificates[0]).issuer,
                        "serial_number": self._service.certificate.serial_number,
                    },
                ),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_rsa"},
                "signature": self._sign(attributes.dump()),
            }
        )

    def _certificate_reference(self) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2({"certs": [{"cert_hash": _sha256(self._certificates[0])}]})

    def _sign(self, data: bytes) -> bytes:
        key = self._service.key
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the rehearsal's timestamp service has an RSA key")
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _is_timestamp_certificate(certificate: asn1_x509.Certificate) -> bool:
    usage = certificate.extended_key_usage_value
    return usage is not None and "time_stamping" in usage.native


def _sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()
