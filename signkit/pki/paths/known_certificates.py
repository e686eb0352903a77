"""What certificates say, read once and shared between the documents of a batch.

Everything here is read with asn1crypto, as the engine reads it, so that two readers cannot differ about one object.
Names are kept in the form in which they are compared (RFC 5280 7.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from asn1crypto import x509

from signkit.pki.algorithms import SignatureAlgorithm, allows, digest_of, public_key, signature_algorithm, verify
from signkit.pki.distinguished_names import UNDECODED, comparable_name
from signkit.pki.one_reading import has_own_fields_only
from signkit.pki.paths.use import Use, stated_use
from signkit.pki.sharing import kept_by_thread

_MAX_CERTIFICATE = 100_000
#: What is larger is read anew for each document: read, an object can take a hundred times its size in memory, and a
#: stranger's files must not fill it.
_MAX_KEPT_CERTIFICATE = 4 * 1024
#: Signers that one object is remembered to fit or not; more are no honest batch.
_MAX_SIGNERS = 16
# Policies multiply along a path (RFC 5280 6.1.3 d); a certificate with many of them is made to cost time.
_MAX_POLICIES = 10
#: Extensions of certificates that may be critical; unknown ones that are not critical say nothing here.
#: An unknown critical extension makes a certificate unusable (RFC 5280 4.2, 6.1.4 o); the engine then says which.
_USUAL = {
    "basic_constraints", "key_usage", "extended_key_usage", "certificate_policies", "authority_key_identifier",
    "key_identifier", "subject_alt_name", "crl_distribution_points", "authority_information_access",
}  # fmt: skip
#: Extensions that change what a path means, critical or not.
#: RFC 5280 6.1.2 to 6.1.4 keep state for these from certificate to certificate; only the engine does so.
_CONSTRAINING = {"name_constraints", "policy_constraints", "policy_mappings", "inhibit_any_policy", "aa_controls"}

#: Extensions that are a SEQUENCE of fields and are weighed: what stands in them, and is no field, hides what follows.
_READ = {"basic_constraints", "authority_key_identifier", "name_constraints", "policy_constraints"}


class SignedObject:
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
            # The key's own restriction first: an id-RSASSA-PSS key makes no PKCS#1 v1.5 signature (RFC 4055 1.2).
            meant = self.names_one_algorithm and allows(signer.certificate.public_key, self.algorithm)
            known = meant and verify(signer.key, self.algorithm, signature, content)
            if len(self._fitting) < _MAX_SIGNERS:
                self._fitting[signer.der] = known
        return known

    @property
    def names_one_algorithm(self) -> bool:
        """Whether the algorithm that is signed with it, where there is one, is the one beside the signature."""
        return True

    @cached_property
    def _fitting(self) -> dict[bytes, bool]:
        return {}

    def _parts(self) -> tuple[Any, bytes, bytes]:
        """Return the algorithm, the signature and the bytes that it is over."""
        raise NotImplementedError


class Names(NamedTuple):
    """Whose a certificate is, and whose who issued it."""

    subject: str
    issuer: str


@dataclass(frozen=True, eq=False)
class KnownCertificate(SignedObject):
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
            # Of the BIT STRING's contents, without tag, length and the count of unused bits (RFC 6960 4.1.1).
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
        # The signature is over the tbsCertificate as it stands in the file; encoded anew it might be other bytes (RFC
        # 5280 4.1.1.3).
        return item["signature_algorithm"], item["signature_value"].native, item["tbs_certificate"].dump()

    @cached_property
    def names_one_algorithm(self) -> bool:
        """RFC 5280 4.1.1.2: the field beside the signature is not signed, and must be the one that is."""
        item = self.certificate
        return bool(item["signature_algorithm"].dump() == item["tbs_certificate"]["signature"].dump())

    @cached_property
    def has_one_reading(self) -> bool:
        """Whether all programs read the same from it: where an extension stands twice each takes another one.

        Extensions are of version 3 alone (RFC 5280 4.1.2.1, 4.2); older readers do not look at them.
        """
        names = [name for name, _ in self.extensions]
        inside = self.certificate["tbs_certificate"]
        # An element that a certificate has no field for hides the optional ones behind it from some programs.
        if not has_own_fields_only(self.certificate, inside, *self._extension_values()):
            return False
        is_new = not names or inside["version"].native == "v3"
        return is_new and len(set(names)) == len(names) and self.names_one_algorithm

    def _extension_values(self) -> Iterator[Any]:
        for item in self.certificate["tbs_certificate"]["extensions"] or ():
            yield item
            # None where no type is known for it.
            yield item["extn_value"].parsed if item["extn_id"].native in _READ else None

    @cached_property
    def extensions(self) -> tuple[tuple[str, bool], ...]:
        """The names of its extensions, and whether they are critical."""
        found = self.certificate["tbs_certificate"]["extensions"]
        return tuple((item["extn_id"].native, bool(item["critical"].native)) for item in found or ())

    @cached_property
    def stated_use(self) -> Use:
        """What an anchor is asked for where it signs."""
        return stated_use(self.certificate)

    @cached_property
    def is_plain(self) -> bool:
        """It says nothing that needs more than the plain rules of a path."""
        names = {name for name, _ in self.extensions}
        if self.certificate["tbs_certificate"]["version"].native != "v3" or not self.has_one_reading:
            return False
        if _CONSTRAINING & names or any(critical and name not in _USUAL for name, critical in self.extensions):
            return False
        return len(self.certificate.certificate_policies_value or ()) <= _MAX_POLICIES

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
        # Without keyUsage the key may do all; with it, keyCertSign must be set (RFC 5280 4.2.1.3, 6.1.4 k, n).
        return states_it and (usage is None or "key_cert_sign" in usage.native)

    @cached_property
    def may_issue(self) -> bool:
        """Below an anchor: an authority that all programs read as one (RFC 5280 6.1.4 k)."""
        try:
            return self.has_one_reading and self.is_authority
        except (ValueError, TypeError, KeyError):  # what cannot be read makes nobody an authority
            return False

    @cached_property
    def engine_names(self) -> Names:
        """Its names in the form in which pyHanko's validator looks for them; of what is decoded only."""
        return Names(self.certificate.subject.hashable, self.certificate.issuer.hashable)

    @property
    def is_decoded(self) -> bool:
        """Its names can be read."""
        return not self.subject.startswith(UNDECODED) and not self.issuer.startswith(UNDECODED)

    @cached_property
    def may_be_issuer(self) -> bool:
        """As an anchor: an authority, or one of the first version, which cannot say (RFC 5280 4.2.1.9)."""
        return self.is_authority or self.certificate["tbs_certificate"]["version"].native == "v1"

    @cached_property
    def signs_lists(self) -> bool:
        """Its key may sign revocation lists."""
        usage = self.certificate.key_usage_value
        # RFC 5280 6.3.3 f: cRLSign, where keyUsage is there at all.
        return usage is None or "crl_sign" in usage.native

    @cached_property
    def declares_revocation(self) -> bool:
        """It names a CRL or an OCSP service."""
        return declares_revocation(self.certificate)

    @cached_property
    def no_check(self) -> bool:
        """An OCSP responder whose own revocation is not asked about (RFC 6960 4.2.2.2.1)."""
        return self.certificate.ocsp_no_check_value is not None

    @cached_property
    def answers_ocsp(self) -> bool:
        """Its key may sign OCSP responses for its issuer: both usages must fit (RFC 5280 4.2.1.12)."""
        purposes, usage = self.certificate.extended_key_usage_value, self.certificate.key_usage_value
        # A responder's key signs responses, so that either bit of signing fits; keyEncipherment alone does not.
        signs = usage is None or bool({"digital_signature", "non_repudiation"} & usage.native)
        # anyExtendedKeyUsage is no appointment: id-kp-OCSPSigning must stand there by name (RFC 6960 4.2.2.2).
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
        start, end = zoned(item.not_valid_before), zoned(item.not_valid_after)
        if start is None or end is None:
            return None
        return KnownCertificate(
            der, item, comparable_name(item.subject), comparable_name(item.issuer), start, end, item.serial_number
        )
    except Exception:  # hostile ASN.1
        return None


_kept_certificate = kept_by_thread(maxsize=500)(_read_certificate)


def fits(item: SignedObject, signer: KnownCertificate) -> bool:
    """Whether an object was signed with the key of ``signer``; what cannot be checked does not fit."""
    try:
        return item.fits(signer)
    except Exception:  # an unknown algorithm, or hostile ASN.1
        return False


def zoned(moment: Any) -> datetime | None:
    """Return a time of ASN.1 that was read, in UTC; None for one that names no zone, or is of no year that dates have.

    Others than these cannot be compared: asn1crypto gives them as they stand (X.690 11.7, RFC 5280 4.1.2.5.2).
    """
    try:
        return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None
    except OverflowError:  # in the first or the last hours of all years
        return None


def utc(moment: Any) -> datetime | None:
    """As `zoned`; a time that names no zone is taken for UTC."""
    is_plain = isinstance(moment, datetime) and moment.tzinfo is None
    return zoned(moment.replace(tzinfo=UTC) if is_plain else moment)
