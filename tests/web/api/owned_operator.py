"""The requests of `tests.web.api.owned` to the platform operator's services."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO, new_rehearsal
from signkit.web.api.rehearsal import RehearsalAttributes
from tests.web.api.owned import MARK, Owned, after, made, of_id, with_etag


@cache
def _rehearsal() -> tuple[bytes, str]:
    pki = new_rehearsal()
    certificate = pki.identities(HANAKO, utc_now())[0].certificate
    return pki.trust_pem(), base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def certificate(owner: Any) -> str:
    """A certificate of an authority that the service trusts from now on."""
    pem, text = _rehearsal()
    file = owner.service.folder / "rehearsal.pem"
    if not file.exists():
        file.write_bytes(pem)
        owner.service.settings = replace(owner.service.settings, trust_folders=(file,))
        owner.service._judgement = None
        owner.service.attributes = [RehearsalAttributes()]
    return text


def new_consent(owner: Any) -> dict[str, Any]:
    payload = f"jpki-consent:1:1180301018771:{MARK}"
    return {"payload": payload, "given_on": "2026-11-28", "certificate": certificate(owner)}


def consent(owner: Any) -> str:
    return made(owner.client.post("/api/v1/consents", json=new_consent(owner)))["id"]


def new_monitor(owner: Any) -> dict[str, Any]:
    return {"certificates": [{"der": certificate(owner), "reference": MARK}]}


def monitor(owner: Any) -> str:
    return made(owner.client.post("/api/v1/monitors", json=new_monitor(owner)))["items"][0]["id"]


def inquiry(owner: Any) -> dict[str, Any]:
    return {"consent": consent(owner), "certificate": certificate(owner), "party": {"name": HANAKO.name}}


def sending(body: Callable[[Any], dict[str, Any]]) -> Callable[[Any], Owned]:
    return lambda owner: Owned({}, {"json": body(owner)})


REQUESTS: dict[str, Callable[[Any], Owned]] = {
    "askCertificates": sending(lambda owner: {"certificates": [{"der": certificate(owner)}]}),
    "askEvidence": sending(lambda owner: {"certificate": certificate(owner)}),
    "recordConsent": sending(new_consent),
    "listConsents": after(consent),
    "getConsent": of_id(consent),
    "withdrawConsent": with_etag(consent, "/api/v1/consents/{id}"),
    "askAttributes": sending(inquiry),
    "addMonitors": sending(new_monitor),
    "listMonitors": after(monitor),
    "listMonitorChanges": after(monitor),
    "deleteMonitor": of_id(monitor),
}
