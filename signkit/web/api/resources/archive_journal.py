"""The journal of a tenant's archive: its head, its daily timestamp, and the verification of all that is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from signkit.errors import TimestampUnavailable
from signkit.web.api.archives import opened
from signkit.web.api.calls import Answer, Call
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import Job, RetryLater, add_job, missing
from signkit.web.api.listing import page
from signkit.web.api.service import Service
from signkit.web.api.store import StoredDocument, add_document, find_document, list_documents, moment
from signkit.web.api.tenants import Tenant

if TYPE_CHECKING:
    from signkit.archive.verifying import Trouble

KIND = "archive-verification"
_STAMP = "archive-stamp"
_STAMP_AGAIN_SECONDS = 600.0
_WHAT = "verification"


def get_journal(call: Call) -> Answer:
    """Answer with the journal's head, to be kept elsewhere."""
    from signkit.archive.checkpoints import checkpoint

    with opened(call.tenant) as archive:
        return Answer(200, checkpoint(archive).to_json())


def verify(call: Call) -> Answer:
    """Note that the archive is to be verified."""
    store, id_ = call.tenant.store, new_id()
    with store.writing() as connection:
        job = add_job(connection, store, KIND, {"id": id_, "resource": _address(id_)}, result=id_)
    call.service.wake()
    return Answer(202, {"id": id_, "job": job}, headers={"location": _address(id_)}, subject=id_)


def verify_archive(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Look at all that the archive holds, however long that takes: in no worker, which would have to end."""
    from signkit.archive.checkpoints import verify_stamps
    from signkit.archive.verifying import verify

    with opened(tenant) as archive:
        verified = verify(archive)
        troubles = dict.fromkeys([*verified.troubles, *verify_stamps(archive, service.judgement())])
    content = {
        "whole": not troubles, "entries": verified.entries, "files": verified.files, "records": verified.records,
        "troubles": [_trouble(each) for each in troubles],
    }  # fmt: skip
    ends = moment(tenant.store.clock() + timedelta(days=service.own.keep_days))
    return lambda connection: add_document(connection, KIND, job.content["id"], content, tenant.store.now(), ends)


def stamp_later(call: Call) -> None:
    """Have the journal's head timestamped beside the requests, once a day, where the operator named a service."""
    store = call.tenant.store
    if not call.service.settings.tsa_urls:
        return
    with store.writing() as connection:
        if connection.execute("SELECT 1 FROM job WHERE kind = ?", (_STAMP,)).fetchone() is None:
            add_job(connection, store, _STAMP, {"resource": "/api/v1/archive/journal"})
    call.service.wake()


def stamp_journal(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Timestamp the journal's head; a service that does not answer is asked again later."""
    from signkit.archive.checkpoints import stamp_day
    from signkit.signing.services import available_services

    del job
    try:
        with opened(tenant) as archive:
            stamp_day(archive, available_services(service.settings, online=False).timestamps)
    except TimestampUnavailable as error:
        problem = {"code": error.code, "en": error.message("en"), "ja": error.message("ja")}
        raise RetryLater(problem, _STAMP_AGAIN_SECONDS) from error
    return lambda _: None


def _trouble(found: Trouble) -> dict[str, str]:
    return {"code": found.code, "name": found.name, "en": found.text.en, "ja": found.text.ja}


def list_verifications(call: Call) -> Answer:
    """Answer with a page of verifications."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_documents(connection, KIND, after, most), lambda each: each.id, _verification
        )


def get_verification(call: Call) -> Answer:
    """Answer with what a verification found."""
    with call.tenant.store.reading() as connection:
        found = find_document(connection, KIND, call.values["id"])
        if found is None:
            raise missing(connection, KIND, call.values["id"], _WHAT)
    return Answer(200, _verification(found), subject=found.id)


def _verification(found: StoredDocument) -> dict[str, Any]:
    return {"id": found.id, "created_at": found.created_at, **found.content}


def _address(id_: str) -> str:
    return f"/api/v1/archive/verifications/{id_}"


HANDLERS = {
    "getArchiveJournal": get_journal,
    "listArchiveVerifications": list_verifications,
    "verifyArchive": verify,
    "getArchiveVerification": get_verification,
}
WORKERS = {KIND: verify_archive, _STAMP: stamp_journal}
