"""What certificates, revocation lists and OCSP responses say, read once and shared between the documents of a batch.

Everything here is read with asn1crypto, as the engine reads it, so that two readers cannot differ about one object.
Names are kept in the form in which they are compared (RFC 5280 7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from asn1crypto import core, x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from cryptography import x509 as rust_x509

from signkit.pki.algorithms import SignatureAlgorithm, digest_of, public_key, signature_algorithm, verify
from signkit.pki.revocation.crl_scope import covers

if TYPE_CHECKING:
    from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

_MAX_CERTIFICATE = 100_000
#: What is larger is read anew for each document: read, an object can take a hundred times its size in memory, and a
#: stranger's files must not fill it.
_MAX_KEPT_CERTIFICATE = 4 * 1024
_MAX_KEPT_LIST = 32 * 1024
_MAX_KEPT_ANSWER = 8 * 1024
#: Signers that one object is remembered to fit or not; more are no honest batch.
_MAX_SIGNERS = 16
#: Digests by which an OCSP response may name the issuer.
_KEY_DIGESTS = ("sha1", "sha224", "sha256", "sha384", "sha512")
#: Certificates of an OCSP response, and certificates that it speaks of.
_MAX_EMBEDDED = 20
_MAX_ANSWERS = 100
#: expiredCertsOnCRL (X.509 8.5.2.12): from when on certificates stay on the list after their end.
_EXPIRED_ON_LIST = "2.5.29.60"


class Signed:
    """What certificates, lists and answers have in common: a signature."""

    @cached_property
    def algorithm(self) -> SignatureAlgorithm:
        """How it was signed; raises UnknownAlgorithm."""
        return signature_algorithm(self._parts()[0], None)

    def fits(self, signer: KnownCertificate) -> bool:
        """Whether it was signed with the key of ``signer``; found out once for the same two objects."""
        known = self._fitting.get(signer.der)
        if known is None:
            _, signature, content = self._parts()
            known = verify(signer.key, self.algorithm, signature, content)
            if len(self._fitting) < _MAX_SIGNERS:
                self._fitting[signer.der] = known
        return known

    @cached_property
    def _fitting(self) -> dict[bytes, bool]:
        return {}

    def _parts(self) -> tuple[Any, bytes, bytes]:
        """Return the algorithm, the signature and the bytes that it is over."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class KnownCertificate(Signed):
    """A certificate with what is asked of it again and again."""

    der: bytes
    certificate: x509.Certificate
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    serial: int

    def key_hash(self, digest: str) -> bytes:
        """The hash of the public key by which OCSP names it (RFC 6960 4.1.1)."""
        if digest not in self._key_hashes:
            self._key_hashes[digest] = digest_of(digest, bytes(self.certificate.public_key["public_key"]))
        return self._key_hashes[digest]

    @cached_property
    def _key_hashes(self) -> dict[str, bytes]:
        return {}

    @cached_property
    def key_der(self) -> bytes:
        """DER of the SubjectPublicKeyInfo."""
        return bytes(self.certificate.public_key.dump())

    @cached_property
    def key(self) -> Any:
        """The public key; raises UnknownAlgorithm."""
        return public_key(self.certificate)

    def _parts(self) -> tuple[Any, bytes, bytes]:
        item = self.certificate
        return item["signature_algorithm"], item["signature_value"].native, item["tbs_certificate"].dump()

    @cached_property
    def extensions(self) -> tuple[tuple[str, bool], ...]:
        """The names of its extensions, and whether they are critical."""
        found = self.certificate["tbs_certificate"]["extensions"]
        return tuple((item["extn_id"].native, bool(item["critical"].native)) for item in found or ())

    @cached_property
    def path_length(self) -> int | None:
        """How many authorities may stand below this one; None: any number."""
        length: int | None = self.certificate.max_path_length
        return length

    @cached_property
    def is_authority(self) -> bool:
        """An authority's certificate with which certificates may be signed."""
        constraints, usage = self.certificate.basic_constraints_value, self.certificate.key_usage_value
        states_it = constraints is not None and bool(constraints["ca"].native)
        return states_it and (usage is None or "key_cert_sign" in usage.native)

    @cached_property
    def signs_lists(self) -> bool:
        """Its key may sign revocation lists."""
        usage = self.certificate.key_usage_value
        return usage is None or "crl_sign" in usage.native

    @cached_property
    def declares_revocation(self) -> bool:
        """It names a CRL or an OCSP service."""
        return declares_revocation(self.certificate)

    @cached_property
    def names_list_issuer(self) -> bool:
        """It says that another authority issues the list that names it (RFC 5280 4.2.1.13)."""
        points = self.certificate.crl_distribution_points_value or ()
        return any(point["crl_issuer"].native is not None for point in points)

    @cached_property
    def no_check(self) -> bool:
        """An OCSP responder whose own revocation is not asked about (RFC 6960 4.2.2.2.1)."""
        return self.certificate.ocsp_no_check_value is not None

    @cached_property
    def answers_ocsp(self) -> bool:
        """Its key may sign OCSP responses for its issuer: both usages must fit (RFC 5280 4.2.1.12)."""
        purposes, usage = self.certificate.extended_key_usage_value, self.certificate.key_usage_value
        signs = usage is None or bool({"digital_signature", "non_repudiation"} & usage.native)
        return signs and purposes is not None and "ocsp_signing" in purposes.native


def declares_revocation(certificate: x509.Certificate) -> bool:
    """Whether a certificate names a CRL or an OCSP service."""
    return certificate.crl_distribution_points_value is not None or bool(certificate.ocsp_urls)


def known_certificate(der: bytes) -> KnownCertificate | None:
    """Read a certificate, or return None."""
    if len(der) > _MAX_CERTIFICATE:
        return None
    return _kept_certificate(der) if len(der) <= _MAX_KEPT_CERTIFICATE else _read_certificate(der)


def _read_certificate(der: bytes) -> KnownCertificate | None:
    try:
        item = x509.Certificate.load(der)
        item.key_identifier_value, item.public_key.sha1  # noqa: B018  parse now: a broken one is left out
        return KnownCertificate(
            der, item, item.subject.hashable, item.issuer.hashable, item.not_valid_before, item.not_valid_after,
            item.serial_number,
        )  # fmt: skip
    except Exception:  # hostile ASN.1
        return None


_kept_certificate = lru_cache(maxsize=500)(_read_certificate)


@dataclass(frozen=True, eq=False)
class KnownList(Signed):
    """A revocation list.

    Attributes:
        issued: its thisUpdate.
        due: its nextUpdate.
    """

    der: bytes
    container: CRLContainer
    issuer: str
    issued: datetime
    due: datetime | None

    @property
    def parsed(self) -> CertificateList:
        """The list as asn1crypto has it."""
        return self.container.crl_data

    @cached_property
    def point(self) -> bytes | None:
        """DER of its issuingDistributionPoint."""
        value = self.parsed.issuing_distribution_point_value
        return None if value is None else bytes(value.dump())

    @cached_property
    def is_indirect(self) -> bool:
        """It speaks of certificates of other issuers (RFC 5280 5.2.5)."""
        value = self.parsed.issuing_distribution_point_value
        return value is not None and bool(value["indirect_crl"].native)

    @cached_property
    def extensions(self) -> tuple[tuple[str, bool], ...]:
        """The names of its extensions, and whether they are critical."""
        found = self.parsed["tbs_cert_list"]["crl_extensions"]
        return tuple((item["extn_id"].native, bool(item["critical"].native)) for item in found or ())

    def _parts(self) -> tuple[Any, bytes, bytes]:
        item = self.parsed
        return item["signature_algorithm"], item["signature"].native, item["tbs_cert_list"].dump()

    def speaks_of(self, certificate: KnownCertificate) -> bool:
        """Whether it is its issuer's list, and not that of a partition to which the certificate does not belong."""
        return self.issuer == certificate.issuer and (self.point is None or covers(self.point, certificate.certificate))

    def is_silent_on(self, certificate: KnownCertificate) -> bool:
        """Whether it may have left a certificate out because that had ended (RFC 5280 3.3)."""
        if self.issued <= certificate.not_after:
            return False
        return self._lists_ended_since is None or self._lists_ended_since > certificate.not_after

    @cached_property
    def _lists_ended_since(self) -> datetime | None:
        for item in self.parsed["tbs_cert_list"]["crl_extensions"] or ():
            if item["extn_id"].dotted == _EXPIRED_ON_LIST:
                return utc(core.GeneralizedTime.load(item["extn_value"].native).native)
        return None

    def revoked_at(self, serial: int) -> datetime | None:
        """Return since when a certificate is revoked; None: it is not on the list."""
        if self._quick is not None and serial >= 0:
            found = self._quick.get_revoked_certificate_by_serial_number(serial)
            return None if found is None else found.revocation_date_utc
        for entry in self.parsed["tbs_cert_list"]["revoked_certificates"]:
            if entry["user_certificate"].native == serial:
                return utc(entry["revocation_date"].native)
        return None

    @cached_property
    def _quick(self) -> rust_x509.CertificateRevocationList | None:
        """The list for looking up serial numbers: asn1crypto needs seconds for a million entries."""
        try:
            return rust_x509.load_der_x509_crl(self.der)
        except ValueError:
            return None


def known_list(der: bytes) -> KnownList | None:
    """Read a revocation list, or return None."""
    return _kept_list(der) if len(der) <= _MAX_KEPT_LIST else _read_list(der)


def _read_list(der: bytes) -> KnownList | None:
    from pyhanko_certvalidator.revinfo.archival import CRLContainer

    try:
        item = CertificateList.load(der)
        content = item["tbs_cert_list"]
        issued, due = content["this_update"].native, content["next_update"].native
        return KnownList(der, CRLContainer(item), item.issuer.hashable, issued, due) if issued else None
    except Exception:  # hostile ASN.1
        return None


_kept_list = lru_cache(maxsize=64)(_read_list)


@dataclass(frozen=True, eq=False)
class KnownAnswer(Signed):
    """What an OCSP response says of one certificate.

    Attributes:
        key_digest: the digest that names the issuer: sha1, sha256, ….
        name_hash, key_hash: of the issuer's name and key.
        status: good, revoked or unknown.
        issued: its thisUpdate.
        due: its nextUpdate.
        revoked: since when the certificate is revoked.
        certificates: those that the response brings.
    """

    der: bytes
    container: OCSPContainer
    key_digest: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    status: str
    issued: datetime
    due: datetime | None
    revoked: datetime | None
    certificates: tuple[KnownCertificate, ...]

    @property
    def basic(self) -> Any:
        """The BasicOCSPResponse as asn1crypto has it."""
        return self.container.extract_basic_ocsp_response()

    @cached_property
    def is_plain(self) -> bool:
        """One answer in the response, and no critical extension."""
        content = self.basic["tbs_response_data"]
        inner = content["responses"][0]["single_extensions"]
        critical = any(
            item["critical"].native for part in (content["response_extensions"], inner) for item in part or ()
        )
        return len(content["responses"]) == 1 and not critical

    @cached_property
    def responder(self) -> tuple[str, Any]:
        """Who answers: ``("by_key", hash)`` or ``("by_name", name in comparable form)``."""
        responder = self.basic["tbs_response_data"]["responder_id"]
        by_key = responder.name == "by_key"
        return responder.name, responder.native if by_key else responder.chosen.hashable

    def is_silent_on(self, certificate: KnownCertificate) -> bool:
        """Whether the responder may have forgotten a certificate that had ended (RFC 6960 4.4.4)."""
        if self.issued <= certificate.not_after:
            return False
        return self._remembers_since is None or self._remembers_since > certificate.not_after

    @cached_property
    def _remembers_since(self) -> datetime | None:
        single: Any = self.container.extract_single_response()
        for item in single["single_extensions"] or ():
            if item["extn_id"].native == "archive_cutoff":
                return utc(item["extn_value"].parsed.native)
        return None

    def speaks_of(self, certificate: KnownCertificate) -> bool:
        """Whether it may be about the certificate: as far as the serial number tells."""
        return self.serial == certificate.serial

    def revoked_at(self, serial: int) -> datetime | None:
        """Return since when the certificate of this serial number is revoked; None: it is not, or is not meant."""
        return self.revoked if serial == self.serial else None

    def names(self, certificate: KnownCertificate) -> bool:
        """Whether the responder that it names may be the holder of ``certificate``."""
        kind, value = self.responder
        return bool(value == (certificate.key_hash("sha1") if kind == "by_key" else certificate.subject))

    def _parts(self) -> tuple[Any, bytes, bytes]:
        item = self.basic
        return item["signature_algorithm"], item["signature"].native, item["tbs_response_data"].dump()


def known_answers(der: bytes) -> tuple[KnownAnswer, ...]:
    """Read an OCSP response: one value for each certificate that it speaks of; none where it cannot be read."""
    return _kept_answers(der) if len(der) <= _MAX_KEPT_ANSWER else _read_answers(der)


def _read_answers(der: bytes) -> tuple[KnownAnswer, ...]:
    from pyhanko_certvalidator.revinfo.archival import OCSPContainer

    try:
        containers = list(islice(OCSPContainer.load_multi(OCSPResponse.load(der)), _MAX_ANSWERS + 1))
        if not 0 < len(containers) <= _MAX_ANSWERS:
            return ()
        embedded = _embedded(containers[0])
    except Exception:  # hostile ASN.1
        return ()
    found = [_answer(der, container, embedded) for container in containers]
    return tuple(item for item in found if item is not None)


_kept_answers = lru_cache(maxsize=128)(_read_answers)


def _answer(der: bytes, container: OCSPContainer, embedded: tuple[KnownCertificate, ...]) -> KnownAnswer | None:
    try:
        single = container.extract_single_response()
        if single is None:
            return None
        named, status = single["cert_id"], single["cert_status"]
        issued, due = single["this_update"].native, single["next_update"].native
        digest = named["hash_algorithm"]["algorithm"].native
        if digest not in _KEY_DIGESTS or issued is None:
            return None
        revoked = status.chosen["revocation_time"].native if status.name == "revoked" else None
        return KnownAnswer(
            der, container, digest, named["issuer_name_hash"].native, named["issuer_key_hash"].native,
            named["serial_number"].native, status.name, issued, due, utc(revoked), embedded,
        )  # fmt: skip
    except Exception:  # hostile ASN.1
        return None


def _embedded(container: OCSPContainer) -> tuple[KnownCertificate, ...]:
    """Return the certificates of a response; raises ValueError where one is broken: the engine stumbles over it."""
    response: Any = container.extract_basic_ocsp_response()
    embedded = response["certs"]
    count = 0 if isinstance(embedded, core.Void) else len(embedded)
    if count > _MAX_EMBEDDED:
        raise ValueError("certificates of an OCSP response")
    read = [known_certificate(item.dump()) for item in embedded] if count else []
    found = tuple(item for item in read if item is not None)
    if len(found) != count:
        raise ValueError("certificates of an OCSP response")
    return found


def utc(moment: Any) -> datetime | None:
    """Return a time that was read with its zone (UTC where it names none), or None for anything else."""
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
