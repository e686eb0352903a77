"""What the operator says of certificates: status in batches, and the evidence where it may be handed out.

No certificate that is asked about is kept, and the log knows each by a digest at the most.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.jpki.certificates import issuer_kind
from signkit.pki.anchors import TrustStore
from signkit.pki.paths.known_certificates import known_certificate
from signkit.validation.certificate_status import CertificateStatus, certificate_status, status_by_number
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call
from signkit.web.api.service import Service
from signkit.web.api.store import moment
from signkit.web.api.unfit import NO_BASE64, UnfitPart
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

    from signkit.pki.revocation.sources import RevocationSource


def tell_status(call: Call) -> Answer:
    """Say of each certificate whether it is revoked; each answer stands at its question's place."""
    answers = [_answer(call.service, named, place) for place, named in enumerate(call.body["certificates"])]
    return Answer(200, {"items": answers})


def tell_evidence(call: Call) -> Answer:
    """Hand over the OCSP responses and lists that show a certificate's status, or say why not."""
    der = der_in(call.body["certificate"], "/certificate")
    found = status_of(call.service, der)
    why = found.why or _withheld(call.service, der, found)
    evidence = [] if why else [_piece(each.source, item) for each in found.words for item in each.der]
    told = {**status_json(found), "certificate": _named(der), "evidence": evidence, "why_none": why and _why(why)}
    return Answer(200, told, subject=hashlib.sha256(der).hexdigest())


def status_of(service: Service, der: bytes) -> CertificateStatus:
    """Return what this service can say of a certificate (DER), by all its sources."""
    options = service.judgement()
    now = service.clock()
    return certificate_status(der, authorities(options.trust), sources_of(service), options.policy.algorithms, now)


def sources_of(service: Service) -> Sequence[RevocationSource]:
    """Return who is asked: imported lists and plug-ins, which the operator installed for this."""
    from signkit.validation.options import revocation_sources

    if service.revocation is None:
        service.revocation = revocation_sources(service.settings, plugins=True, online=service.own.online)
    return service.revocation


def authorities(trust: TrustStore) -> list[x509.Certificate]:
    """Return the authorities of whose certificates something may be said."""
    return [*trust.certificates("signature"), *trust.certificates("timestamp")]


def list_indexes(service: Service) -> list[Path]:
    """Return the indexes of the imported lists."""
    from signkit.pki.revocation.indexed import index_folder

    home = service.settings.known_home()
    return [] if home is None else sorted(index_folder(home).glob("*.crlindex"))


def der_in(text: str, at: str) -> bytes:
    """Return the bytes of base64.

    Raises:
        Refusal("request-invalid"): it is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise problems.unfit_request(UnfitPart(at, NO_BASE64)) from error


def _answer(service: Service, named: Mapping[str, Any], place: int) -> dict[str, Any]:
    if "der" in named:
        der = der_in(named["der"], f"/certificates/{place}/der")
        return {"certificate": _named(der), **status_json(status_of(service, der))}
    issuer = _issuer_by_hashes(service, named["issuer_name_sha256"], named["issuer_key_sha256"])
    if issuer is None:
        found = CertificateStatus("unknown", why=("issuer-unknown", _ISSUER_UNKNOWN))
    else:
        found = status_by_number(issuer, int(named["serial"], 16), list_indexes(service), service.clock())
    return {"certificate": dict(named), **status_json(found)}


def _issuer_by_hashes(service: Service, name: str, key: str) -> x509.Certificate | None:
    """RFC 6960 4.1.1 with SHA-256: the issuer's name (DER), and its key without tag, length and unused bits."""
    known = authorities(service.judgement().trust)
    return next((c for c in known if (c.subject.sha256.hex(), c.public_key.sha256.hex()) == (name, key)), None)


def status_json(found: CertificateStatus) -> dict[str, Any]:
    """Return a status as the API shows it."""
    word = found.word
    return {
        "status": found.state,
        "revoked_at": _time(found.revoked_at),
        "produced_at": _time(word.issued if word else None),
        "next_update": _time(word.due if word else None),
        "source": word.source if word else None,
        "why": found.why and _why(found.why),
    }


def _time(value: datetime | None) -> str | None:
    return None if value is None else moment(value)


def _why(why: tuple[str, Text]) -> dict[str, str]:
    code, words = why
    return {"code": code, "en": words.en, "ja": words.ja}


def _named(der: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(der).hexdigest()}


def _piece(kind: str, der: bytes) -> dict[str, str]:
    return {"kind": kind, "der": base64.b64encode(der).decode()}


def _withheld(service: Service, der: bytes, found: CertificateStatus) -> tuple[str, Text] | None:
    """Why evidence that is at hand is not handed over; None: it is."""
    known = known_certificate(der)
    is_jpki = known is not None and issuer_kind(known.certificate) is not None
    if is_jpki and not service.own.hand_out_jpki_evidence:
        return "not-permitted", _NOT_PERMITTED
    return None if any(each.der for each in found.words) else ("status-only", _STATUS_ONLY)


_ISSUER_UNKNOWN = Text(
    "no authority with these hashes is trusted here", "このハッシュ値の認証局は、ここでは信頼されていません"
)
_NOT_PERMITTED = Text(
    "this operator hands over no revocation data of JPKI: only who may have it gets it",
    "この事業者は公的個人認証サービスの失効情報を提供しません (取得を認められた者に限られます)",
)
_STATUS_ONLY = Text(
    "the status is known, the response or list that says it is not at hand",
    "状態は分かりますが、根拠となる応答や失効リストの本体がありません",
)

HANDLERS = {"askCertificates": tell_status, "askEvidence": tell_evidence}
