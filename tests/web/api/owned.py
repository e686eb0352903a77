"""For each operation of the document a request that its owner's key succeeds with, on something that exists.

`test_isolation` sends each with another tenant's key first.  An operation without an entry here fails it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

from signkit.library.making import render
from signkit.rehearsal.pki import kept_rehearsal
from signkit.web.api.identifiers import new_id
from tests.web.api.rehearsing import TEMPLATE, persons_key, prepare, sales_data

PDF = {"content-type": "application/pdf"}
#: Stands in everything that the owner makes: whoever else reads it reads what is not theirs.
MARK = "owned-by-a"


@dataclass(frozen=True)
class Owned:
    """A request: ``places`` fill the path, ``sent`` goes to the client as it is.

    Attributes:
        of_operator: what it reads is the operator's, and the same for all tenants.
        refused: it keeps nothing, and is refused here (422), the same for both: what it would take is long to make.
    """

    places: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    of_operator: bool = False
    refused: bool = False


#: How an operation is called; the function gets the owner (`tests.web.api.conftest.Tried`).
REQUESTS: dict[str, Callable[[Any], Owned]] = {}


def made(response: Any) -> dict[str, Any]:
    assert response.is_success, response.text
    return response.json()


def validation(owner: Any) -> str:
    sent = owner.client.post(f"/api/v1/validations?name={MARK}.pdf", content=b"%PDF-1.7 a", headers=PDF)
    return made(sent)["id"]


def job(owner: Any) -> str:
    headers = PDF | {"prefer": "respond-async"}
    return made(owner.client.post(f"/api/v1/validations?name={MARK}", content=b"%PDF-1.7 b", headers=headers))["job"]


def failed_job(owner: Any) -> str:
    made_id = job(owner)
    with owner.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET state = 'failed' WHERE id = ?", (made_id,))
    return made_id


def key(owner: Any) -> str:
    return made(owner.client.post("/api/v1/keys", json={"name": MARK, "permissions": ["keys:read"]}))["id"]


def of_id(make: Callable[[Any], str], **sent: Any) -> Callable[[Any], Owned]:
    return lambda owner: Owned({"id": make(owner)}, sent)


def with_etag(make: Callable[[Any], str], address: str) -> Callable[[Any], Owned]:
    def build(owner: Any) -> Owned:
        id_ = make(owner)
        etag = owner.client.get(address.format(id=id_)).headers["etag"]
        return Owned({"id": id_}, {"headers": {"if-match": etag}})

    return build


def after(make: Callable[[Any], str], **sent: Any) -> Callable[[Any], Owned]:
    """A list that shows at least what ``make`` made."""

    def build(owner: Any) -> Owned:
        make(owner)
        return Owned({}, sent)

    return build


REQUESTS |= {
    "validateDocument": lambda _: Owned({}, {"content": b"%PDF-1.7 " + new_id().encode(), "headers": PDF}),
    "listValidations": after(validation),
    "getValidation": of_id(validation),
    "deleteValidation": of_id(validation),
    "listJobs": after(job),
    "getJob": of_id(job),
    "cancelJob": of_id(job),
    "retryJob": of_id(failed_job),
    "listKeys": after(key),
    "addKey": lambda _: Owned({}, {"json": {"name": MARK, "permissions": ["keys:read"]}}),
    "getKey": of_id(key),
    "revokeKey": with_etag(key, "/api/v1/keys/{id}"),
    "readLog": after(validation),
    "getLogHead": after(validation),
    "getUsage": after(validation),
}


def batch(owner: Any) -> str:
    return made(owner.client.post("/api/v1/batches", json={"name": MARK}))["id"]


def filled_batch(owner: Any) -> str:
    id_ = batch(owner)
    made(owner.client.put(f"/api/v1/batches/{id_}/files/{MARK}.pdf", content=b"%PDF-1.7 c", headers=PDF))
    return id_


def started_batch(owner: Any) -> str:
    id_ = filled_batch(owner)
    made(owner.client.post(f"/api/v1/batches/{id_}/start"))
    return id_


def failed_batch(owner: Any) -> str:
    id_ = started_batch(owner)
    with owner.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET state = 'failed' WHERE kind LIKE 'batch%'")
        connection.execute("UPDATE batch_file SET state = 'failed', job = NULL WHERE batch = ?", (id_,))
    return id_


def a_zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(f"{MARK}.pdf", b"%PDF-1.7 d")
    return written.getvalue()


REQUESTS |= {
    "listBatches": after(batch),
    "createBatch": lambda _: Owned({}, {"json": {"name": MARK}}),
    "getBatch": of_id(batch),
    "deleteBatch": of_id(batch),
    "listBatchFiles": of_id(filled_batch),
    "putBatchFile": lambda owner: Owned(
        {"id": batch(owner), "name": "a.pdf"}, {"content": b"%PDF-1.7", "headers": PDF}
    ),
    "addBatchArchive": of_id(batch, content=a_zip(), headers={"content-type": "application/zip"}),
    "addBatchUrls": of_id(batch, json={"urls": [{"url": "https://files.example.com/a.pdf"}]}),
    "startBatch": of_id(filled_batch),
    "retryBatch": of_id(failed_batch),
    "cancelBatch": of_id(started_batch),
    "readBatchResults": of_id(started_batch),
}


def webhook(owner: Any) -> str:
    body = {"url": f"https://hooks.example.com/{MARK}", "events": ["validation.done"]}
    return made(owner.client.post("/api/v1/webhooks", json=body))["id"]


def delivery(owner: Any) -> Owned:
    id_ = webhook(owner)
    validation(owner)
    items = made(owner.client.get(f"/api/v1/webhooks/{id_}/deliveries"))["items"]
    with owner.tenant.store.writing() as connection:
        connection.execute("UPDATE job SET state = 'failed' WHERE kind = 'webhook-delivery'")
    return Owned({"id": id_, "delivery": items[0]["id"]})


REQUESTS |= {
    "listWebhooks": after(webhook),
    "addWebhook": lambda _: Owned({}, {"json": {"url": f"https://hooks.example.com/{MARK}", "events": ["job.failed"]}}),
    "getWebhook": of_id(webhook),
    "deleteWebhook": with_etag(webhook, "/api/v1/webhooks/{id}"),
    "changeWebhook": lambda owner: replaced(
        with_etag(webhook, "/api/v1/webhooks/{id}")(owner), json={"events": ["job.failed"]}
    ),
    "replaceWebhookSecret": of_id(webhook),
    "listDeliveries": of_id(webhook),
    "getDelivery": delivery,
    "sendDeliveryAgain": delivery,
}


def replaced(owned: Owned, **sent: Any) -> Owned:
    return replace(owned, sent={**owned.sent, **sent})


def entry(owner: Any) -> int:
    return made(owner.client.post("/api/v1/archive/entries", json={"facts": {"title": MARK}}))["entry"]["number"]


def file_entry(owner: Any) -> int:
    parts = {"file": (f"{MARK}.pdf", b"%PDF-1.7 " + new_id().encode())}
    sent = owner.client.post("/api/v1/archive/entries", files=parts, data={"options": '{"as_scan": true}'})
    return made(sent)["entry"]["number"]


def correction(owner: Any) -> Owned:
    number = entry(owner)
    etag = owner.client.get(f"/api/v1/archive/entries/{number}").headers["etag"]
    return Owned({"number": number}, {"headers": {"if-match": etag}, "json": {"note": "x"}})


def verification(owner: Any) -> str:
    entry(owner)
    location = owner.client.post("/api/v1/archive/verifications").headers["location"]
    owner.do_jobs()
    return str(location.rpartition("/")[2])


REQUESTS |= {
    "listArchiveEntries": after(entry),
    "addArchiveEntry": lambda _: Owned({}, {"json": {"facts": {"title": MARK}}}),
    "searchArchive": after(entry, json={"limit": 50}),
    "getArchiveEntry": lambda owner: Owned({"number": entry(owner)}),
    "correctArchiveEntry": correction,
    "downloadArchiveFile": lambda owner: Owned({"number": file_entry(owner)}),
    "getArchiveJournal": after(entry),
    "listArchiveVerifications": after(verification),
    "verifyArchive": after(entry),
    "getArchiveVerification": of_id(verification),
}


_NUMBERS = count()


def due_entry(owner: Any) -> int:
    """A contract that ended long ago, another one each time: an entry waits to be deleted once."""
    facts = {"title": f"{MARK} {next(_NUMBERS)}", "kind": "contract", "date": "2001-02-03", "end_date": "2001-12-31"}
    return made(owner.client.post("/api/v1/archive/entries", json={"facts": facts}))["entry"]["number"]


def purge(owner: Any) -> str:
    return made(owner.client.post("/api/v1/purges", json={"entries": [due_entry(owner)]}))["id"]


REQUESTS |= {
    "listDueEntries": after(due_entry),
    "proposePurge": lambda owner: Owned({}, {"json": {"entries": [due_entry(owner)]}}),
    "listPurges": after(purge),
    "getPurge": of_id(purge),
}


@cache
def contract() -> bytes:
    return render(TEMPLATE, sales_data()).pdf


def task(owner: Any) -> str:
    return made(prepare(owner, contract(), None, profile="pkcs7", level="B-B"))["id"]


def signing(owner: Any) -> tuple[str, str]:
    """Return a task, and the signature that completes it."""
    key = persons_key(kept_rehearsal(owner.service.settings.home / "rehearsal"))
    open_task = made(prepare(owner, contract(), key, level="B-B"))
    return open_task["id"], key.signature(open_task)


def completion(owner: Any) -> Owned:
    id_, signature = signing(owner)
    return Owned({"id": id_}, {"json": {"signature": signature}})


def signed_task(owner: Any) -> str:
    id_, signature = signing(owner)
    made(owner.client.put(f"/api/v1/signing-tasks/{id_}/signature", json={"signature": signature}))
    return id_


def of_template(_: Any) -> Owned:
    return Owned({"name": TEMPLATE}, of_operator=True)


def of_file(**more: Any) -> Callable[[Any], Owned]:
    return lambda _: Owned({}, {"content": contract(), "headers": PDF}, **more)


REQUESTS |= {
    "listTemplates": lambda _: Owned(of_operator=True),
    "getTemplate": of_template,
    "getTemplateSchema": of_template,
    "getTemplateLaw": of_template,
    "checkContract": lambda _: Owned({}, {"json": {"template": TEMPLATE, "data": sales_data()}}),
    "renderContract": lambda _: Owned({}, {"json": {"template": TEMPLATE, "data": sales_data()}}),
    "previewContract": of_file(),
    "getContractFields": of_file(),
    "getContractStatus": of_file(),
    "getContractDiff": of_file(),
    "makePack": of_file(refused=True),
    "checkDelivery": of_file(),
    "makeCompletionCertificate": of_file(refused=True),
    "listSigningTasks": after(task),
    "prepareSigningTask": lambda _: Owned(
        {},
        {
            "files": {"file": (f"{MARK}.pdf", contract())},
            "data": {"options": '{"role": "seller", "profile": "pkcs7", "level": "B-B"}'},
        },
    ),
    "getSigningTask": of_id(task),
    "deleteSigningTask": of_id(task),
    "completeSigningTask": completion,
    "downloadSigningTask": of_id(signed_task),
}
