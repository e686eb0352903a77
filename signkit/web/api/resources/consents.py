"""Consents to have the latest attributes told (同意), and the asking itself; what is told is shown and kept nowhere.

A consent is bound to a company and a customer by their numbers, and to the customer's certificate by a keyed hash: with
one person's consent nobody asks about another.
"""

from __future__ import annotations

from typing import Any

from signkit.japan_time import JST
from signkit.jpki.attribute_sources import attribute_sources
from signkit.jpki.attributes import PersonAttributes
from signkit.jpki.consent_payload import ConsentNumbers, read_payload
from signkit.jpki.corporate_number import corporate_number_fits
from signkit.jpki.party_match import PartyClaim, SignerIdentity, match_person
from signkit.pki.paths.known_certificates import KnownCertificate, known_certificate
from signkit.validation.certificate_status import issuer_of
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, Refusal, etag_of
from signkit.web.api.identifiers import new_id
from signkit.web.api.listing import check_if_match, page
from signkit.web.api.monitored import Numbered, numbered
from signkit.web.api.resources.certificates import authorities, der_in
from signkit.web.api.store import (
    StoredDocument,
    add_document,
    change_document,
    documents_holding,
    find_document,
    list_documents,
)
from signkit.web.api.unfit import UnfitPart
from signkit.words import Text

_TO_COME = Text("is still to come", "まだ来ていない日付です")
_NO_QR = Text("is no QR code of such a consent", "この同意書の QR コードの内容ではありません")
_CHECK_DIGIT = Text("has a check digit that does not fit", "法人番号の検査用数字が合いません")
KIND = "consent"
_WHAT = "consent"


def record(call: Call) -> Answer:
    """Note that a customer consented."""
    numbers = _numbers(call.body)
    if call.body["given_on"] > call.tenant.store.clock().astimezone(JST).date().isoformat():
        raise problems.unfit_request(UnfitPart("/given_on", _TO_COME))
    number = _number_of(call)
    id_ = new_id()
    content = {
        "company": numbers.company, "customer": numbers.customer, "given_on": call.body["given_on"],
        "document_sha256": call.body.get("document_sha256"), "number": number.number, "withdrawn_at": None,
    }  # fmt: skip
    with call.tenant.store.writing() as connection:
        add_document(connection, KIND, id_, content, call.tenant.store.now())
        shown = _shown(_found(find_document(connection, KIND, id_)))
    where = f"/api/v1/consents/{id_}"
    return Answer(201, shown, headers={"location": where}, subject=id_, etag=etag_of(shown))


def list_all(call: Call) -> Answer:
    """Answer with a page of consents, withdrawn ones too."""
    with call.tenant.store.reading() as connection:
        return page(call, lambda after, most: list_documents(connection, KIND, after, most), lambda one: one.id, _shown)


def get(call: Call) -> Answer:
    """Answer with a consent."""
    with call.tenant.store.reading() as connection:
        shown = _shown(_found(find_document(connection, KIND, call.values["id"])))
    return Answer(200, shown, subject=shown["id"], etag=etag_of(shown))


def withdraw(call: Call) -> Answer:
    """Note that the customer withdrew it: it stays listed, and nothing is asked by it any more.

    What the customer withdraws is that the company asks, however often the consent was recorded.
    """
    with call.tenant.store.writing() as connection:
        found = _found(find_document(connection, KIND, call.values["id"]))
        check_if_match(call, _shown(found))
        for each in documents_holding(connection, KIND, found.content["number"]):
            alike = all(each.content[name] == found.content[name] for name in ("company", "customer", "number"))
            if alike and each.content["withdrawn_at"] is None:
                change_document(connection, KIND, each.id, each.content | {"withdrawn_at": call.tenant.store.now()})
        shown = _shown(_found(find_document(connection, KIND, found.id)))
    return Answer(200, shown, subject=found.id, etag=etag_of(shown))


def ask_attributes(call: Call) -> Answer:
    """Ask for a customer's latest attributes, and say how they differ from the contract's party."""
    with call.tenant.store.reading() as connection:
        consent = _found(find_document(connection, KIND, call.body["consent"]))
    if consent.content["withdrawn_at"] is not None:
        raise Refusal(409, "consent-withdrawn", _WITHDRAWN)
    if _number_of(call).number != consent.content["number"]:
        raise Refusal(409, "consent-other", _OTHER)
    latest = _ask(call)
    party = call.body["party"]
    signer = SignerIdentity(
        latest.name, latest.address, latest.name_substitutes, latest.address_substitutes, kind="jpki"
    )
    match = match_person(signer, PartyClaim(party["name"], party.get("address")))
    told = {
        "consent": consent.id,
        "latest": _attributes_json(latest),
        "party": {
            "verdict": match.verdict,
            "reasons": [{"code": each.code, "en": each.text.en, "ja": each.text.ja} for each in match.reasons],
        },
    }
    return Answer(200, told, subject=consent.id)


def _ask(call: Call) -> PersonAttributes:
    sources = attribute_sources() if call.service.attributes is None else call.service.attributes
    if not sources:
        raise Refusal(501, "attributes-unavailable", _NO_SOURCE, hint=_NO_SOURCE_HINT)
    certificate, issuer = _certificate_of(call)
    why = _NO_SOURCE
    for each in sources:
        answer = each.latest(certificate.certificate, issuer.certificate)
        if isinstance(answer, PersonAttributes):
            return answer
        why = answer
    raise Refusal(502, "attributes-not-told", why)


def _certificate_of(call: Call) -> tuple[KnownCertificate, KnownCertificate]:
    """Return the certificate of a request with the trusted authority that made it."""
    certificate = known_certificate(der_in(call.body["certificate"], "/certificate"))
    trust = call.service.judgement().trust
    issuer = None if certificate is None else issuer_of(certificate, authorities(trust))
    if certificate is None or issuer is None:
        raise Refusal(422, "certificate-unknown", _NO_CERTIFICATE)
    return certificate, issuer


def _number_of(call: Call) -> Numbered:
    certificate, issuer = _certificate_of(call)
    return numbered(call.tenant, certificate.certificate, issuer.certificate)


def _numbers(body: dict[str, Any]) -> ConsentNumbers:
    if "payload" in body:
        found = read_payload(body["payload"])
        if found is None:
            raise problems.unfit_request(UnfitPart("/payload", _NO_QR))
        return found
    if not corporate_number_fits(body["company"]):
        raise problems.unfit_request(UnfitPart("/company", _CHECK_DIGIT))
    return ConsentNumbers(body["company"], body["customer"])


def _found(document: StoredDocument | None) -> StoredDocument:
    if document is None:
        raise problems.unknown(_WHAT)
    return document


def _shown(found: StoredDocument) -> dict[str, Any]:
    content = {name: value for name, value in found.content.items() if name != "number"}
    payload = ConsentNumbers(content["company"], content["customer"]).payload()
    return {"id": found.id, "created_at": found.created_at, **content, "payload": payload}


def _attributes_json(latest: PersonAttributes) -> dict[str, Any]:
    born = latest.birth_date
    return {
        "name": latest.name, "address": latest.address, "sex": latest.sex,
        "birth_date": born.iso() if born is not None else None,
        "birth_date_in_era_years": born.in_era_years() if born is not None else None,
        "name_substitutes": list(latest.name_substitutes), "address_substitutes": list(latest.address_substitutes),
    }  # fmt: skip


_WITHDRAWN = Text("The customer withdrew this consent.", "この同意は撤回されています。")
_OTHER = Text("The consent is of another certificate's holder.", "この同意は別の証明書の名義人のものです。")
_NO_SOURCE = Text(
    "No source of latest attributes is installed in this service.",
    "このサービスには、最新の基本4情報の取得元が組み込まれていません。",
)
_NO_SOURCE_HINT = Text(
    "Its operator installs a plug-in of the group signkit.attributes.",
    "運用者が signkit.attributes グループのプラグインを組み込む必要があります。",
)
_NO_CERTIFICATE = Text(
    "The certificate cannot be read, or none of the authorities that are trusted here made it.",
    "証明書を読み取れないか、ここで信頼する認証局が発行したものではありません。",
)

HANDLERS = {
    "listConsents": list_all,
    "recordConsent": record,
    "getConsent": get,
    "withdrawConsent": withdraw,
    "askAttributes": ask_attributes,
}
