"""Certificates and revocation evidence: what a signature brings along, and what sources add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import core, ocsp, parser, x509
from asn1crypto import pdf as asn1_pdf

from signkit.errors import SignKitError
from signkit.limits import LimitExceeded
from signkit.pki.paths.issuers import issuers_below
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.pki.paths.pool import KnownStatus, Pool, Unheard
from signkit.pki.revocation.acceptance import Examination
from signkit.pki.revocation.crl_index import Revoked
from signkit.pki.revocation.indexed import is_local
from signkit.pki.revocation.sources import (
    CrlEvidence,
    IndexedStatus,
    NoEvidence,
    OcspEvidence,
    RevocationAnswer,
    RevocationSource,
    all_answers,
)
from signkit.validation.options import ValidationOptions

_SEQUENCE = b"\x30"
# id-ri-ocsp-response (RFC 5940 2.1).
_OCSP_RESPONSE = bytes.fromhex("06082b06010505071002")
# id-pkix-ocsp-basic (RFC 6960 4.2.1): not what RFC 5940 asks for, but written by some signers.
_BASIC_OCSP_RESPONSE = bytes.fromhex("06092b0601050507300101")
# ISO 32000-2 12.8.3.3.2.
_ADOBE_ARCHIVAL = "1.2.840.113583.1.1.8"
# RFC 5126 6.3.3 and 6.3.4.
_CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
_REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"


def signed_data_pool(signed_data: Any) -> Pool:
    """Return what a SignedData brings: certificates, CRLs, and evidence in the attributes of its signers."""
    # RFC 5652 10.2.2: a certificate is a bare SEQUENCE, all other choices are tagged.
    certificates = [der for der in _choices(signed_data, "certificates") if der[:1] == _SEQUENCE]
    ocsps, crls = split_revocation(_choices(signed_data, "crls"))
    for info in _items(signed_data, "signer_infos"):
        for attribute in (*_items(info, "signed_attrs"), *_items(info, "unsigned_attrs")):
            _read_attribute(attribute, certificates, ocsps, crls)
    return Pool.from_der(certificates, ocsps, crls)


def _items(holder: Any, name: str) -> list[Any]:
    try:
        value = holder[name]
        return [] if isinstance(value, core.Void) else list(value)
    except Exception:  # hostile ASN.1
        return []


def _choices(signed_data: Any, name: str) -> list[bytes]:
    """Return the DER of each member, whatever kind it is of; one that cannot be read is left out."""
    found = []
    for choice in _items(signed_data, name):
        try:
            found.append(bytes(choice.dump()))
        except Exception:  # noqa: S112  hostile ASN.1
            continue
    return found


def split_revocation(choices: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return the OCSP responses and CRLs among RevocationInfoChoices (RFC 5652 10.2.1, RFC 5940 2)."""
    ocsps, crls = [], []
    for choice in choices:
        try:
            # RFC 5652 10.2.1: so is a CRL.
            if choice[:1] == _SEQUENCE:
                crls.append(choice)
                continue
            kind, value = _sequence_items(choice)
            if kind == _OCSP_RESPONSE:
                ocsps.append(value)
            elif kind == _BASIC_OCSP_RESPONSE:
                ocsps.append(_full_response(value))
        except (ValueError, TypeError):  # evidence that cannot be read is no evidence
            continue
    return ocsps, crls


def _read_attribute(attribute: Any, certificates: list[bytes], ocsps: list[bytes], crls: list[bytes]) -> None:
    try:
        kind = attribute["type"].dotted
        for value in attribute["values"] if kind in (_ADOBE_ARCHIVAL, _CERTIFICATE_VALUES, _REVOCATION_VALUES) else ():
            der = value.dump()
            if kind == _ADOBE_ARCHIVAL:
                archival = asn1_pdf.RevocationInfoArchival.load(der)
                ocsps += [item.dump() for item in archival["ocsp"] or ()]
                crls += [item.dump() for item in archival["crl"] or ()]
            elif kind == _CERTIFICATE_VALUES:
                certificates += [item.chosen.dump() for item in asn1_cms.CertificateSet.load(der)]
            else:
                _read_revocation_values(der, ocsps, crls)
    except LimitExceeded:
        raise
    except Exception:  # hostile ASN.1; evidence that cannot be read is no evidence
        return


def _read_revocation_values(der: bytes, ocsps: list[bytes], crls: list[bytes]) -> None:
    """RFC 5126 6.3.4: [0] CRLs, [1] BasicOCSPResponses."""
    for number, contents in _explicit_parts(der):
        for item in _sequence_items(contents):
            if number == 0:
                crls.append(item)
            elif number == 1:  # BasicOCSPResponse: dress it as a full response
                ocsps.append(_full_response(item))


def _explicit_parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    for item in _sequence_items(der):
        yield item[0] & 0x1F, parser.parse(item)[4]


def _sequence_items(der: bytes) -> Iterable[bytes]:
    contents = parser.parse(der)[4]
    position = 0
    while position < len(contents):
        size = parser.peek(contents[position:])
        yield contents[position : position + size]
        position += size


def _full_response(basic: bytes) -> bytes:
    response = ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": ocsp.BasicOCSPResponse.load(basic),
            },
        }
    )
    return bytes(response.dump())


#: The reasons of an imported list that change what is concluded from it, as lists that are read themselves name them.
REASONS = {
    "keyCompromise": "key_compromise",
    "cACompromise": "ca_compromise",
    "aACompromise": "aa_compromise",
    "certificateHold": "certificate_hold",
}
# A document with hundreds of certificates beside its signers' must not make this machine ask hundreds of services.
_MAX_QUESTIONS = 40


def fetched_pool(
    pool: Pool, options: ValidationOptions, sources: Sequence[RevocationSource], signing: Iterable[x509.Certificate]
) -> Pool:
    """Ask ``sources`` about every certificate that leads to an anchor; the ``signing`` ones and those above them first.

    What lies on this machine is always asked: it may tell of a revocation that the document does not know.  So may the
    network, which is asked unless what is at hand settles the matter: whoever made the document chose the evidence in
    it.  Certificates that lead nowhere are not asked about: their addresses are a stranger's choice.
    """
    local = [source for source in sources if is_local(source)]
    distant = [source for source in sources if not is_local(source)]
    trust, now = options.trust, options.moment()
    found, asked = Pool(), 0
    brought = pool.distinct().certificates
    # Only what leads to an anchor is asked about: other addresses are where an attacker wants this machine to call.
    trusted = map(known_certificate, (*trust.ders("signature"), *trust.ders("timestamp")))
    issuers = issuers_below([item for item in trusted if item is not None], brought)
    needed = {der: None for each in signing for der in _upwards(each.dump(), issuers)}
    # What somebody else's certificates cost must not be missing for the signers': anybody can put any number in.
    for item in sorted(brought, key=lambda each: each.der not in needed):
        if (issuer := issuers.get(item.der)) is None:
            continue
        found += said_on_machine(local, item.certificate, issuer.certificate, now)
        may_ask = item.der in needed or asked < _MAX_QUESTIONS
        if distant and may_ask and not _is_settled(pool + found, item, issuer, options):
            asked += 1
            found += said_by_distant(distant, item.certificate, issuer.certificate, now)
    return found


def _upwards(der: bytes, issuers: dict[bytes, KnownCertificate]) -> Iterator[bytes]:
    while (issuer := issuers.get(der)) is not None:
        yield der
        der = issuer.der


def said_by_distant(
    sources: Sequence[RevocationSource], certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Pool:
    """Return what sources beyond this machine say: evidence, an operator's word, or that the operator gave none."""
    answers, der = all_answers(sources, certificate, issuer), certificate.dump()
    words = [item for item in answers if isinstance(item, IndexedStatus) and item.said_by == "operator"]
    unheard = [item for item in answers if isinstance(item, NoEvidence) and item.kind == "operator"]
    ended = now > issuer.not_valid_after  # after its end nobody answers for an authority
    statuses = () if ended else tuple(_status(item, der, issuer.public_key.dump()) for item in words)
    return _pool_of(answers) + Pool(statuses=statuses, unheard=tuple(Unheard(der, item.reason) for item in unheard))


def _is_settled(
    pool: Pool, certificate: KnownCertificate, issuer: KnownCertificate, options: ValidationOptions
) -> bool:
    """Whether nothing newer could change what the evidence at hand says, as far as it counts by the one rule for it.

    A revocation is never undone.  A good word is settled if it was issued no earlier than the latest moment that the
    certificate may be judged at; an earlier one, also within its time (nextUpdate), may precede a revocation.  Which
    earlier moment is proven is not known yet: the stamps that say so are judged with what is gathered here.
    """
    latest = options.moment()
    # An unreadable index settles it: the network could only soften that.  So does a revocation, as on any other list.
    if any(status.certificate == certificate.der and status.issued is None for status in pool.statuses):
        return True
    heard = Examination(pool, options.policy.algorithms, latest).hear(certificate, issuer)
    return any(word.is_final or (word.entry is None and word.issued >= latest) for word in heard.words)


def said_on_machine(
    sources: Sequence[RevocationSource], certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Pool:
    """What local sources say.  An index that cannot be read might name the certificate: nothing shows it good."""
    found, key = Pool(), issuer.public_key.dump()
    for source in sources:
        try:
            answers = all_answers([source], certificate, issuer)
        except SignKitError:
            found += Pool(statuses=(KnownStatus(certificate.dump(), key, None),))
            continue
        found += _pool_of(answers)
        if now > issuer.not_valid_after:
            continue  # after its end an authority answers for nothing
        imported = [answer for answer in answers if isinstance(answer, IndexedStatus)]
        found += Pool(statuses=tuple(_status(answer, certificate.dump(), key) for answer in imported))
    return found


def _status(answer: IndexedStatus, certificate: bytes, key: bytes) -> KnownStatus:
    status = answer.status
    since, reason = (status.date, REASONS.get(status.reason)) if isinstance(status, Revoked) else (None, None)
    return KnownStatus(certificate, key, answer.this_update, answer.next_update, since, answer.said_by, reason)


def _pool_of(answers: Sequence[RevocationAnswer]) -> Pool:
    ocsps = [answer.der for answer in answers if isinstance(answer, OcspEvidence)]
    return Pool.from_der((), ocsps, [answer.der for answer in answers if isinstance(answer, CrlEvidence)])
