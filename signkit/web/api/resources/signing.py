"""Signing tasks, for keys elsewhere: a file is prepared here, signed where the key is, and completed here.

No key and no PIN ever comes to the service.  A task is open for a day; its result is kept as long as reports are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from signkit.limits import CERTIFICATE_FILE_BYTES, SEAL_IMAGE_BYTES
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, Refusal, etag_of
from signkit.web.api.identifiers import new_id
from signkit.web.api.listing import page
from signkit.web.api.store import (
    Store,
    StoredDocument,
    add_document,
    delete_document,
    find_document,
    list_documents,
    moment,
)
from signkit.web.api.unfit import NO_BASE64, UnfitPart
from signkit.web.api.work import first_bytes, have_done, kept_bytes, name_of, options_in, read_upload, spooled
from signkit.web.common.downloads import attachment
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.pki.addresses import AddressRule
    from signkit.settings import Settings
    from signkit.signing.deferred import DeferredRequest
    from signkit.signing.levels import Services, SignedFile
    from signkit.signing.places import Place
    from signkit.signing.terms import SignatureTerms

KIND = "signing-task"
_WHAT = "signing task"


def prepare(call: Call) -> Answer:
    """Prepare a file and answer with what is to be signed."""
    file, terms, password = call.uploads["file"], _terms(call), options_in(call).get("password")
    certificate = call.uploads.get("certificate")
    key = first_bytes(certificate, CERTIFICATE_FILE_BYTES) if certificate is not None else None
    name = _file_name(name_of(call, file))
    request, prepared = have_done(
        call, prepare_file, str(file.path), name, terms, key, call.service.settings,
        call.service.asked_by_rule(), password,
    )  # fmt: skip
    content = {
        "name": name, "request": json.loads(request.to_json()), "expires_at": moment(request.expires),
        "other_person": terms.other_person, "certificate": base64.b64encode(key).decode() if key else None,
        "signature": None, "result": None,
    }  # fmt: skip
    id_, store = new_id(), call.tenant.store
    with spooled(store, prepared) as path, store.writing() as connection:
        store.keep_file(connection, path, request.sha256, id_)
        add_document(connection, KIND, id_, content, store.now(), content["expires_at"])
        task = find_document(connection, KIND, id_)
    assert task is not None
    shown = _shown(call, task)
    return Answer(201, shown, headers={"location": _address(id_)}, subject=request.original_sha256, etag=etag_of(shown))


def prepare_file(
    path: str,
    name: str,
    terms: SignatureTerms,
    certificate: bytes | None,
    settings: Settings,
    rule: AddressRule | None,
    password: str | None,
) -> tuple[DeferredRequest, bytes]:
    """Write everything of a signature but the signature; called in a worker."""
    from signkit.contracts.fonts import font_set
    from signkit.pki.anchors import certificates_in
    from signkit.signing import deferred
    from signkit.signing.terms import admit, for_role_of, request_maker

    pdf, services = read_upload(path, name), signing_services(settings, rule)
    terms = for_role_of(pdf, terms, password)
    admission = admit(pdf, terms, name, services.judgement, password)
    key = None
    if certificate is not None:
        ders = certificates_in(certificate, "certificate")
        key = deferred.DeferredKey.of(ders, "certificate", tuple(services.issuer_certificates()))
    make = request_maker(terms, key, font_set(settings.font_folders), party=admission.party)
    names = (name, _file_name(f"{PurePath(name).stem}-{terms.role}-prepared.pdf"))
    return deferred.prepare(
        pdf, names, make(admission.certify), key, terms.level, services,
        other_person=terms.other_person, password=password,
    )  # fmt: skip


def complete(call: Call) -> Answer:
    """Put a signature into its file; the same one again changes nothing."""
    task = _find(call)
    signature = _from_base64(call.body["signature"], "/signature")
    digest = hashlib.sha256(signature).hexdigest()
    if task.content["result"] is None:
        task = _completed(call, task, signature, digest)
    if task.content["signature"] != digest:
        raise Refusal(409, "signing-task-signed", _SIGNED)
    shown = _shown(call, task)
    return Answer(200, shown, subject=shown["result"]["sha256"], etag=etag_of(shown))


def _completed(call: Call, task: StoredDocument, signature: bytes, digest: str) -> StoredDocument:
    """Complete a task and return it as it is then."""
    request, store = task.content["request"], call.tenant.store
    prepared, now = kept_bytes(store, request["file"]["sha256"]), call.service.clock()
    if prepared is None:
        raise problems.unknown(_WHAT)
    signed = have_done(
        call, complete_file, json.dumps(request).encode(), prepared, _certificate(call, task), signature,
        call.service.settings, call.service.asked_by_rule(), task.content["other_person"], now,
        call.body.get("password"),
    )  # fmt: skip
    result = {
        "sha256": hashlib.sha256(signed.pdf).hexdigest(), "size": len(signed.pdf), "completed_at": moment(now),
        "evidence_issued": [moment(each) for each in signed.evidence_issued],
    }  # fmt: skip
    ends = moment(now + timedelta(days=call.service.own.keep_days))
    content = {**task.content, "certificate": None, "signature": digest, "result": result, "expires_at": ends}
    return _keep_result(store, StoredDocument(task.id, task.created_at, content), signed.pdf)


def _keep_result(store: Store, task: StoredDocument, pdf: bytes) -> StoredDocument:
    """Keep a completed task, its file in the place of the prepared one; return it as it is kept."""
    with spooled(store, pdf) as written, store.writing() as connection:
        current = find_document(connection, KIND, task.id)
        if current is None:
            raise problems.unknown(_WHAT)
        if current.content["result"] is not None:  # somebody else was faster
            return current
        delete_document(connection, KIND, task.id)
        store.keep_file(connection, written, task.content["result"]["sha256"], task.id)
        add_document(connection, KIND, task.id, task.content, task.created_at, task.content["expires_at"])
    return task


def complete_file(
    request: bytes,
    prepared: bytes,
    certificate: bytes,
    signature: bytes,
    settings: Settings,
    rule: AddressRule | None,
    other_person: bool,
    now: datetime,
    password: str | None,
) -> SignedFile:
    """Put a signature into its prepared file, raise it to its level and read it back; called in a worker."""
    from signkit.pki.anchors import certificates_in
    from signkit.signing import deferred

    services = signing_services(settings, rule)
    key = deferred.DeferredKey.of(
        certificates_in(certificate, "certificate"), "certificate", tuple(services.issuer_certificates())
    )
    return deferred.complete(
        deferred.read_request(request, "request"), prepared, key, signature, services,
        now=now, other_person=other_person, password=password,
    )  # fmt: skip


@lru_cache(maxsize=2)
def signing_services(settings: Settings, rule: AddressRule | None) -> Services:
    """Return the operator's timestamps, revocation and issuers: read once a worker, as anchors are once a run.

    Args:
        rule: which of the addresses that certificates name may be asked; None: none of them.
    """
    from signkit.signing.services import available_services

    return available_services(settings, online=rule is not None, rule=rule)


def list_all(call: Call) -> Answer:
    """Answer with a page of tasks."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_documents(connection, KIND, after, most), lambda each: each.id,
            lambda each: _summary(call, each),
        )  # fmt: skip


def get(call: Call) -> Answer:
    """Answer with a task."""
    shown = _shown(call, _find(call))
    return Answer(200, shown, subject=shown["id"], etag=etag_of(shown))


def download(call: Call) -> Answer:
    """Answer with the signed file."""
    store = call.tenant.store
    with store.reading() as connection:
        task = find_document(connection, KIND, call.values["id"])
        if task is None:
            raise problems.unknown(_WHAT)
        result, request = task.content["result"], task.content["request"]
        if result is None:
            raise Refusal(409, "signing-task-open", _OPEN)
        content = kept_bytes(store, result["sha256"])
    if content is None:
        raise problems.unknown(_WHAT)
    name = f"{PurePath(task.content['name']).stem}-{request['role']}.pdf"
    return Answer(200, content, "application/pdf", {"content-disposition": attachment(name)}, result["sha256"])


def delete(call: Call) -> Answer:
    """Keep a task no longer, nor its file."""
    with call.tenant.store.writing() as connection:
        if not delete_document(connection, KIND, call.values["id"]):
            raise problems.unknown(_WHAT)
    return Answer(204, subject=call.values["id"])


def _find(call: Call) -> StoredDocument:
    with call.tenant.store.reading() as connection:
        found = find_document(connection, KIND, call.values["id"])
    if found is None:
        raise problems.unknown(_WHAT)
    return found


def _terms(call: Call) -> SignatureTerms:
    """Return the terms that were sent; what is left out is as `SignatureTerms` has it."""
    from signkit.signing.levels import Level
    from signkit.signing.signature_formats import SignatureFormat
    from signkit.signing.terms import SignatureTerms

    asked = {name: value for name, value in options_in(call).items() if name != "password"}
    made: dict[str, Callable[[Any], Any]] = {"level": Level, "profile": SignatureFormat, "place": _place}
    terms = {name: made[name](value) if name in made else value for name, value in asked.items()}
    image = call.uploads.get("seal_image")
    return SignatureTerms(**terms, seal_image=first_bytes(image, SEAL_IMAGE_BYTES) if image is not None else None)


def _place(asked: Mapping[str, Any]) -> Place:
    from signkit.signing.places import LAST_PAGE, Place

    page = LAST_PAGE if asked["page"] == "last" else int(asked["page"])
    return Place(page, *(float(asked[name]) for name in ("left", "top", "width", "height")))


def _certificate(call: Call, task: StoredDocument) -> bytes:
    """Return the certificate that came with the signature, else the one that the task was made for."""
    given = call.body.get("certificate")
    if given is not None:
        armored: bool = given.lstrip().startswith("-----BEGIN")
        return given.encode() if armored else _from_base64(given, "/certificate")
    if task.content["certificate"] is None:
        raise problems.unfit_request(UnfitPart("/certificate", _FOR_NONE))
    return base64.b64decode(task.content["certificate"])


def _from_base64(text: str, at: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise problems.unfit_request(UnfitPart(at, NO_BASE64)) from error


def _file_name(name: str) -> str:
    """Return a name that a request may bear (`deferred.read_request`): one without a folder."""
    plain = "".join("_" if each in "/\\:\0" else each for each in name)
    return "document.pdf" if plain in (".", "..") else plain


def _summary(call: Call, task: StoredDocument) -> dict[str, Any]:
    content = task.content
    request = content["request"]
    return {
        "id": task.id, "created_at": task.created_at, "expires_at": content["expires_at"],
        "state": _state(call, content), "name": content["name"], "role": request["role"], "level": request["level"],
        "profile": request["profile"], "witness": request["witness"],
    }  # fmt: skip


def _shown(call: Call, task: StoredDocument) -> dict[str, Any]:
    request = task.content["request"]
    return {
        **_summary(call, task),
        "document": {"sha256": request["file"]["original_sha256"], "size": request["file"]["original_size"]},
        "certificate_sha256": request["certificate_sha256"],
        "to_sign": request["to_sign"],
        "display": request["display"],
        "result": task.content["result"],
    }


def _state(call: Call, content: Mapping[str, Any]) -> str:
    if content["result"] is not None:
        return "signed"
    return "expired" if call.tenant.store.now() >= content["expires_at"] else "prepared"


def _address(id_: str) -> str:
    return f"/api/v1/signing-tasks/{id_}"


_SIGNED = Text("Another signature was put into this file.", "このファイルには別の署名が取り込まれています。")
_OPEN = Text("The signature has not come yet.", "署名がまだ届いていません。")
_FOR_NONE = Text("is required: the task was made for none", "必須です。このタスクは証明書を指定せずに作られました")

HANDLERS = {
    "listSigningTasks": list_all,
    "prepareSigningTask": prepare,
    "getSigningTask": get,
    "deleteSigningTask": delete,
    "completeSigningTask": complete,
    "downloadSigningTask": download,
}
