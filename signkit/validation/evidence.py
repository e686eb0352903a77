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
from signkit.pki.chains import build_chain
from signkit.pki.paths.judge import Anchors
from signkit.pki.paths.pool import KnownStatus, Pool
from signkit.pki.revocation.crl_index import Revoked
from signkit.pki.revocation.indexed import IndexedRevocation
from signkit.pki.revocation.sources import (
    CrlEvidence,
    FolderRevocation,
    IndexedStatus,
    OcspEvidence,
    RevocationAnswer,
    RevocationSource,
    first_evidence,
)

_SEQUENCE = b"\x30"
_OCSP_RESPONSE = bytes.fromhex("06082b06010505071002")
_BASIC_OCSP_RESPONSE = bytes.fromhex("06092b0601050507300101")
_ADOBE_ARCHIVAL = "1.2.840.113583.1.1.8"
_CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"
_REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"


def signed_data_pool(signed_data: Any) -> Pool:
    """Return what a SignedData brings: certificates, CRLs, and evidence in the attributes of its signers."""
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


_MAX_QUESTIONS = 40


def fetched_pool(pool: Pool, trust: Anchors, sources: Sequence[RevocationSource], now: datetime) -> Pool:
    """Ask ``sources`` about every certificate that leads to an anchor.

    What lies on this machine is always asked: it may tell of a revocation that the document does not know.  The network
    is asked only where the document says nothing.  Certificates that lead nowhere are not asked about: their addresses
    are a stranger's choice.
    """
    local = [source for source in sources if is_local(source)]
    distant = [source for source in sources if not is_local(source)]
    anchors = [*trust.certificates("signature"), *trust.certificates("timestamp")]
    found, asked = Pool(), 0
    brought = [item.certificate for item in pool.distinct().certificates]
    for certificate in brought:
        chain = build_chain(certificate, [*brought, *anchors])
        if chain[-1] not in anchors or len(chain) < 2:
            continue
        known = sum((_asked(source, certificate, chain[1], now) for source in local), Pool())
        found += known
        if asked < _MAX_QUESTIONS and not known.evidence and not known.statuses and not pool.speaks_of(certificate):
            asked += 1
            found += _asked_in_turn(distant, certificate, chain[1])
    return found


def is_local(source: RevocationSource) -> bool:
    """Whether a source reads files of this machine and so may be asked offline."""
    return isinstance(source, FolderRevocation | IndexedRevocation)


def _asked(source: RevocationSource, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> Pool:
    """What one local source says.  An index that cannot be read might name the certificate: nothing shows it good."""
    try:
        answer = source.look_up(certificate, issuer)
    except SignKitError:
        return Pool(statuses=(KnownStatus(certificate.dump(), issuer.public_key.dump(), None),))
    if not isinstance(answer, IndexedStatus):
        return _answered(answer)
    if now > issuer.not_valid_after:
        return Pool()  # after its end an authority answers for nothing
    revoked = answer.status.date if isinstance(answer.status, Revoked) else None
    key = issuer.public_key.dump()
    return Pool(statuses=(KnownStatus(certificate.dump(), key, answer.this_update, answer.next_update, revoked),))


def _asked_in_turn(
    sources: Sequence[RevocationSource], certificate: x509.Certificate, issuer: x509.Certificate
) -> Pool:
    return _answered(first_evidence(sources, certificate, issuer)) if sources else Pool()


def _answered(answer: RevocationAnswer) -> Pool:
    if isinstance(answer, OcspEvidence):
        return Pool.from_der((), [answer.der], ())
    return Pool.from_der((), (), [answer.der]) if isinstance(answer, CrlEvidence) else Pool()
