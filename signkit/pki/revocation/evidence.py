"""What revocation lists and OCSP responses say, read once and shared between the documents of a batch.

Nothing here is believed yet: :mod:`signkit.pki.revocation.acceptance` decides whether it speaks for a certificate.
Names are kept in the form in which they are compared (RFC 5280 7.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from asn1crypto import core, crl, ocsp
from cryptography import x509 as rust_x509

from signkit.pki.distinguished_names import comparable_name
from signkit.pki.one_reading import has_own_fields_only
from signkit.pki.paths.known_certificates import KnownCertificate, SignedObject, known_certificate, utc, zoned
from signkit.pki.revocation.crl_scope import ALL_REASONS, covered_reasons
from signkit.pki.sharing import kept_by_thread

#: What is larger is read anew for each document: read, an object can take a hundred times its size in memory, and a
#: stranger's files must not fill it.
_MAX_KEPT_LIST = 32 * 1024
_MAX_KEPT_RESPONSE = 8 * 1024
#: Digests by which an OCSP response may name the issuer.
_KEY_DIGESTS = ("sha1", "sha224", "sha256", "sha384", "sha512")
#: Certificates of an OCSP response, and certificates that it speaks of.
_MAX_EMBEDDED = 20
_MAX_ANSWERS = 100
#: expiredCertsOnCRL (X.509 8.5.2.12): from when on certificates stay on the list after their end.
_EXPIRED_ON_LIST = "2.5.29.60"
#: Extensions of lists and of their entries that are understood; others must not be critical (RFC 5280 5.2, 5.3).
#: RFC 5280 5.2.1 to 5.2.7; freshestCRL and the addresses only point elsewhere and change nothing in this list.
_LIST_EXTENSIONS = {
    "authority_key_identifier", "crl_number", "issuer_alt_name", "issuing_distribution_point", "delta_crl_indicator",
    "freshest_crl", "authority_information_access", _EXPIRED_ON_LIST,
}  # fmt: skip
_ENTRY_EXTENSIONS = {"2.5.29.21", "2.5.29.23", "2.5.29.24"}  # reasonCode, holdInstructionCode, invalidityDate
_CERTIFICATE_ISSUER = "2.5.29.29"
#: Extensions of OCSP responses that are understood (RFC 6960 4.4); an answer may carry a list entry's (4.4.5).
_RESPONSE_EXTENSIONS = {"nonce", "archive_cutoff", "crl", "extended_revoke"}
_ANSWER_EXTENSIONS = {*_RESPONSE_EXTENSIONS, "crl_reason", "invalidity_date", "hold_instruction_code"}
#: No certificate is older (RFC 5280 4.1.2.5.1): since when one is invalid that has a date for it which nobody can read.
_OLDEST = datetime(1950, 1, 1, tzinfo=UTC)
#: DER of a critical extension's mark.
_CRITICAL = b"\x01\x01\xff"


@dataclass(frozen=True)
class ListedCertificate:
    """That a certificate is on a list: since when, and why (asn1crypto's or cryptography's name for the reason)."""

    since: datetime
    reason: str | None = None

    @property
    def is_hold(self) -> bool:
        """Suspended only (certificateHold)."""
        return self.reason == "certificate_hold"

    @property
    def is_removal(self) -> bool:
        """Taken off the list again (removeFromCRL, on delta lists)."""
        # Only a delta list may say so; in a complete one it is malformed, and reads as an entry (RFC 5280 5.3.1).
        return self.reason == "remove_from_crl"

    def invalid_since(self, date: datetime | None) -> ListedCertificate:
        """Return it with its invalidityDate, if it has one: what ends a certificate for good ended it then already.

        RFC 5280 5.3.2: the date on which the key is known or suspected to have been compromised, or the certificate
        became invalid otherwise; the revocation date is the one on which the authority got to it.  What a hold holds
        back it does since it was put on the list.
        """
        is_final = not (self.is_hold or self.is_removal)
        return replace(self, since=date) if is_final and date is not None and date < self.since else self


@dataclass(frozen=True, eq=False)
class RevocationList(SignedObject):
    """A revocation list.

    Attributes:
        issued: its thisUpdate.
        due: its nextUpdate.
    """

    der: bytes
    parsed: crl.CertificateList
    issuer: str
    issued: datetime
    due: datetime | None

    @cached_property
    def is_readable(self) -> bool:
        """Whether its own extensions can be read; what it is about is else not known."""
        try:
            # asn1crypto fails only where something is asked for: so all is asked for.
            _ = self.point, self.is_indirect, self.number, self.base_number, self._stated_key, self._lists_ended_since
            return True
        except Exception:  # hostile ASN.1
            return False

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
    def number(self) -> int | None:
        """Its CRL number (RFC 5280 5.2.3)."""
        value = self.parsed.crl_number_value
        return None if value is None else int(value.native)

    @cached_property
    def base_number(self) -> int | None:
        """Of a delta list, the number of the list that it adds to (RFC 5280 5.2.4); None: it is no delta list."""
        value = self.parsed.delta_crl_indicator_value
        return None if value is None else int(value.native)

    @cached_property
    def authority_key(self) -> bytes | None:
        """The identifier of the key that signed it, as it states it."""
        return self._stated_key if self.is_readable else None

    @cached_property
    def _stated_key(self) -> bytes | None:
        value = self.parsed.authority_key_identifier
        return None if value is None else bytes(value)

    @cached_property
    def is_understood(self) -> bool:
        """No extension twice, none critical that is not known here, and no field that a list has not."""
        try:
            inside = self.parsed["tbs_cert_list"]
            plain = self.is_readable and has_own_fields_only(
                self.parsed, inside, self.parsed.issuing_distribution_point_value
            )
            return plain and self._extensions_known() and self._entries_known()
        except (ValueError, TypeError, KeyError):
            return False

    def _extensions_known(self) -> bool:
        found = self.parsed["tbs_cert_list"]["crl_extensions"] or ()
        names = [item["extn_id"].native for item in found]
        # RFC 5280 5.2: a critical extension that cannot be processed makes the list unusable for any certificate.
        critical = [item["extn_id"].native for item in found if item["critical"].native]
        is_known = self.parsed["tbs_cert_list"]["version"].native in (None, "v1", "v2")
        return is_known and len(set(names)) == len(names) and set(critical) <= _LIST_EXTENSIONS

    def _entries_known(self) -> bool:
        """Look at the entries' extensions one by one only where something in the list may be marked critical."""
        found = self.parsed["tbs_cert_list"]["crl_extensions"] or ()
        marked = sum(bytes(item.dump()).count(_CRITICAL) for item in found)
        entries = self.parsed["tbs_cert_list"]["revoked_certificates"] or ()
        if (self._quick is None or self.is_indirect) and not all(_is_whole_entry(item) for item in entries):
            return False
        # A million entries are not walked for nothing: 01 01 FF appears in the bytes wherever critical is TRUE.
        if self.der.count(_CRITICAL) <= marked:
            return True
        # certificateIssuer is always critical, and belongs to indirect lists (RFC 5280 5.3.3).
        known = _ENTRY_EXTENSIONS | ({_CERTIFICATE_ISSUER} if self.is_indirect else set())
        return all(
            not item["critical"].native or item["extn_id"].dotted in known
            for entry in entries
            for item in entry["crl_entry_extensions"] or ()
        )

    @cached_property
    def names_one_algorithm(self) -> bool:
        """RFC 5280 5.1.1.2, as in certificates."""
        return bool(self.parsed["signature_algorithm"].dump() == self.parsed["tbs_cert_list"]["signature"].dump())

    def _parts(self) -> tuple[Any, bytes, bytes]:
        item = self.parsed
        # RFC 5280 5.1.1.3: over the DER tbsCertList as it stands.
        return item["signature_algorithm"], item["signature"].native, item["tbs_cert_list"].dump()

    def reasons_for(self, certificate: KnownCertificate) -> frozenset[str]:
        """The reasons of revocation that it tells of a certificate; none: it is not about it (RFC 5280 6.3.3 b)."""
        # Of one that cannot be read it is not known which; whoever signed it, it says nothing (`is_understood`).
        if not self.is_readable:
            return ALL_REASONS if self.issuer == certificate.issuer else frozenset()
        if self.point is None and self.issuer == certificate.issuer:
            return ALL_REASONS  # the ordinary list: of the issuer, of all its certificates
        return covered_reasons(self.point, self.issuer, certificate.certificate)

    def speaks_of(self, certificate: KnownCertificate) -> bool:
        """Whether it is about the certificate."""
        return bool(self.reasons_for(certificate))

    def is_silent_on(self, certificate: KnownCertificate) -> bool:
        """Whether it may have left a certificate out because that had ended (RFC 5280 3.3)."""
        # Without expiredCertsOnCRL an ended certificate may be dropped from the next list but one.
        if self.issued <= certificate.not_after:
            return False
        return self._lists_ended_since is None or self._lists_ended_since > certificate.not_after

    @cached_property
    def _lists_ended_since(self) -> datetime | None:
        for item in self.parsed["tbs_cert_list"]["crl_extensions"] or ():
            if item["extn_id"].dotted == _EXPIRED_ON_LIST:
                return utc(core.GeneralizedTime.load(item["extn_value"].native).native)
        return None

    def entry(self, certificate: KnownCertificate) -> ListedCertificate | None:
        """Return what it lists of a certificate; None: it does not name it."""
        # cryptography looks up by serial number only; an indirect list needs the entry's issuer as well.
        if self.is_indirect or self._quick is None or certificate.serial < 0:
            return self._walk_entries(certificate)
        if self._quick.get_revoked_certificate_by_serial_number(certificate.serial) is None:
            return None
        same = (item for item in self._quick if item.serial_number == certificate.serial)
        return _gravest(
            ListedCertificate(item.revocation_date_utc, _reason(item)).invalid_since(_invalidity(item)) for item in same
        )

    def _walk_entries(self, certificate: KnownCertificate) -> ListedCertificate | None:
        """An entry without certificateIssuer is of the same issuer as the entry before it (RFC 5280 5.3.3)."""
        found: list[ListedCertificate] = []
        # RFC 5280 5.3.3: absent on the first entry, the issuer is the list's own.
        issuer = self.issuer
        for entry in self.parsed["tbs_cert_list"]["revoked_certificates"] or ():
            if self.is_indirect and (named := entry.issuer_name) is not None:
                issuer = comparable_name(named)
            if entry["user_certificate"].native == certificate.serial and issuer == certificate.issuer:
                since, reason = utc(entry["revocation_date"].native), entry.crl_reason_value
                if since is not None:
                    listed = ListedCertificate(since, None if reason is None else str(reason.native))
                    found.append(listed.invalid_since(_stated_invalidity(entry)))
        return _gravest(found)

    @cached_property
    def _quick(self) -> rust_x509.CertificateRevocationList | None:
        """The list for looking up serial numbers: asn1crypto needs seconds for a million entries."""
        try:
            return rust_x509.load_der_x509_crl(self.der)
        except (ValueError, rust_x509.InvalidVersion):
            return None


def _is_whole_entry(entry: Any) -> bool:
    """Whether an entry has its own fields only; raises ValueError where what is asked of it cannot be read."""
    _ = entry["user_certificate"].native, entry["revocation_date"].native, entry.crl_reason_value, entry.issuer_name
    return has_own_fields_only(entry)


def _gravest(entries: Iterable[ListedCertificate]) -> ListedCertificate | None:
    """Of several lines on one certificate the one that nothing undoes, and of these the oldest."""
    return min(entries, key=lambda item: (item.is_removal, item.is_hold, item.since), default=None)


def _reason(entry: rust_x509.RevokedCertificate) -> str | None:
    try:
        flag = entry.extensions.get_extension_for_class(rust_x509.CRLReason).value.reason
    except (ValueError, rust_x509.ExtensionNotFound, rust_x509.DuplicateExtension):
        return None  # a reason that cannot be read makes the revocation none the less
    # A hold is told apart because it may end; every other reason is final (RFC 5280 5.3.1).
    held = {rust_x509.ReasonFlags.certificate_hold: "certificate_hold"}
    return held.get(flag, "remove_from_crl" if flag is rust_x509.ReasonFlags.remove_from_crl else flag.name)


def _invalidity(entry: rust_x509.RevokedCertificate) -> datetime | None:
    try:
        return entry.extensions.get_extension_for_class(rust_x509.InvalidityDate).value.invalidity_date_utc
    except rust_x509.ExtensionNotFound:
        return None
    except (ValueError, rust_x509.DuplicateExtension):
        return _OLDEST


def _stated_invalidity(item: Any) -> datetime | None:
    """As `_invalidity`, for asn1crypto's RevokedCertificate or SingleResponse."""
    try:
        stated = item.invalidity_date_value
        return None if stated is None else zoned(stated.native) or _OLDEST
    except (ValueError, TypeError, KeyError):
        return _OLDEST


def revocation_list(der: bytes) -> RevocationList | None:
    """Read a revocation list, or return None."""
    return _kept_list(der) if len(der) <= _MAX_KEPT_LIST else _read_list(der)


def _read_list(der: bytes) -> RevocationList | None:
    try:
        item = crl.CertificateList.load(der)
        content = item["tbs_cert_list"]
        issued, due = utc(content["this_update"].native), utc(content["next_update"].native)
        return RevocationList(der, item, comparable_name(item.issuer), issued, due) if issued else None
    except Exception:  # hostile ASN.1
        return None


_kept_list = kept_by_thread(maxsize=64)(_read_list)


@dataclass(frozen=True, eq=False)
class OcspAnswer(SignedObject):
    """What an OCSP response says of one certificate.

    Attributes:
        der: the whole response.
        place: which of the response's answers this is.
        key_digest: the digest that names the issuer: sha1, sha256, ….
        name_hash, key_hash: of the issuer's name and key.
        status: good, revoked or unknown.
        issued: its thisUpdate.
        due: its nextUpdate.
        produced: when the response was signed.
        entry: the revocation that it tells of, in the form in which a list tells it.
        certificates: those that the response brings.
    """

    der: bytes
    basic: ocsp.BasicOCSPResponse
    place: int
    key_digest: str
    name_hash: bytes
    key_hash: bytes
    serial: int
    status: str
    issued: datetime
    due: datetime | None
    produced: datetime
    entry: ListedCertificate | None
    certificates: tuple[KnownCertificate, ...]

    @cached_property
    def is_understood(self) -> bool:
        """No critical extension that is not known here (RFC 6960 4.4, RFC 5280 4.2)."""
        try:
            content = self.basic["tbs_response_data"]
            single = content["responses"][self.place]
            inner, outer = single["single_extensions"], content["response_extensions"]
            plain = has_own_fields_only(self.basic, content, single, single["cert_id"], single["cert_status"].chosen)
            return plain and _knows_all(outer, _RESPONSE_EXTENSIONS) and _knows_all(inner, _ANSWER_EXTENSIONS)
        except (ValueError, TypeError, KeyError):
            return False

    @cached_property
    def responder(self) -> tuple[str, Any]:
        """Who answers: ``("by_key", hash)`` or ``("by_name", name in comparable form)``."""
        responder = self.basic["tbs_response_data"]["responder_id"]
        by_key = responder.name == "by_key"
        return responder.name, responder.native if by_key else comparable_name(responder.chosen)

    def is_silent_on(self, certificate: KnownCertificate) -> bool:
        """Whether the responder may have forgotten a certificate that had ended (RFC 6960 4.4.4)."""
        # Good says no more than "not revoked" (RFC 6960 2.2): of an ended certificate perhaps only "forgotten".
        if self.issued <= certificate.not_after:
            return False
        return self._remembers_since is None or self._remembers_since > certificate.not_after

    @cached_property
    def _remembers_since(self) -> datetime | None:
        single: Any = self.basic["tbs_response_data"]["responses"][self.place]
        for item in single["single_extensions"] or ():
            if item["extn_id"].native == "archive_cutoff":
                return utc(item["extn_value"].parsed.native)
        return None

    def speaks_of(self, certificate: KnownCertificate) -> bool:
        """Whether it may be about the certificate: as far as the serial number tells."""
        return self.serial == certificate.serial

    def names(self, certificate: KnownCertificate) -> bool:
        """Whether the responder that it names may be the holder of ``certificate``."""
        kind, value = self.responder
        # KeyHash is always SHA-1, whatever digest the CertID uses (RFC 6960 4.2.1).
        return bool(value == (certificate.key_hash("sha1") if kind == "by_key" else certificate.subject))

    def _parts(self) -> tuple[Any, bytes, bytes]:
        item = self.basic
        # Signed is the tbsResponseData; responseStatus and the certs outside it are not (RFC 6960 4.2.1).
        return item["signature_algorithm"], item["signature"].native, item["tbs_response_data"].dump()


def _knows_all(extensions: Any, names: set[str]) -> bool:
    found = [item["extn_id"].native for item in extensions or ()]
    # RFC 5280 4.2 allows an extension once; a second one would let two readers disagree.
    critical = {item["extn_id"].native for item in extensions or () if item["critical"].native}
    return len(set(found)) == len(found) and critical <= names


def ocsp_answers(der: bytes) -> tuple[OcspAnswer, ...]:
    """Read an OCSP response: one value for each certificate that it speaks of; none where it cannot be read."""
    return _kept_answers(der) if len(der) <= _MAX_KEPT_RESPONSE else _read_answers(der)


def _read_answers(der: bytes) -> tuple[OcspAnswer, ...]:
    try:
        response = ocsp.OCSPResponse.load(der)
        # Other states carry no response and are not signed: anybody on the way can make one (RFC 6960 2.3).
        if response["response_status"].native != "successful":
            return ()
        basic = response.basic_ocsp_response
        # A response may cover many certificates; hundreds are made to cost time.
        if not 0 < len(basic["tbs_response_data"]["responses"]) <= _MAX_ANSWERS:
            return ()
        embedded = _embedded_certificates(basic)
        return tuple(_answers(der, basic, embedded))
    except Exception:  # hostile ASN.1
        return ()


_kept_answers = kept_by_thread(maxsize=128)(_read_answers)


def _answers(der: bytes, basic: ocsp.BasicOCSPResponse, embedded: tuple[KnownCertificate, ...]) -> Iterator[OcspAnswer]:
    produced = utc(basic["tbs_response_data"]["produced_at"].native)
    for place, single in enumerate(basic["tbs_response_data"]["responses"]):
        named, status = single["cert_id"], single["cert_status"]
        issued, due = utc(single["this_update"].native), utc(single["next_update"].native)
        digest = named["hash_algorithm"]["algorithm"].native
        # A CertID by a digest that is not known names nobody.
        if digest not in _KEY_DIGESTS or issued is None or produced is None:
            continue
        entry = None
        if status.name == "revoked":
            since, reason = utc(status.chosen["revocation_time"].native), status.chosen["revocation_reason"].native
            # revocationTime is mandatory in RevokedInfo (RFC 6960 4.2.1); without one it cannot be weighed.
            if since is None:
                continue
            # RFC 6960 4.4.5: what a list's entry has, an answer has among its extensions.
            entry = ListedCertificate(since, reason).invalid_since(_stated_invalidity(single))
        answer = OcspAnswer(
            der, basic, place, digest, named["issuer_name_hash"].native, named["issuer_key_hash"].native,
            named["serial_number"].native, status.name, issued, due, produced, entry, embedded,
        )  # fmt: skip
        answer.responder  # noqa: B018  read now: who names nobody answers nothing
        yield answer


def _embedded_certificates(basic: Any) -> tuple[KnownCertificate, ...]:
    """Return the certificates of a response; one that cannot be read is left out: it can have signed nothing."""
    embedded = basic["certs"]
    count = 0 if isinstance(embedded, core.Void) else len(embedded)
    if count > _MAX_EMBEDDED:
        raise ValueError("certificates of an OCSP response")
    read = [known_certificate(item.dump()) for item in embedded] if count else []
    return tuple(item for item in read if item is not None)
