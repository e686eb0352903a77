"""Judgements: of a file that is sent, now or later; the file goes, the report stays for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, Upload
from signkit.web.api.database import StoreConnection
from signkit.web.api.events import tell
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import Job, add_job, cancel_job, find_job, missing
from signkit.web.api.limits import require_quota
from signkit.web.api.listing import page
from signkit.web.api.service import Service
from signkit.web.api.store import (
    StoredDocument,
    add_document,
    delete_document,
    find_document,
    list_documents,
    moment,
)
from signkit.web.api.tenants import Tenant
from signkit.words import Language

if TYPE_CHECKING:
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report

KIND = "validation"
_WHAT = "validation"
#: How many processes one file may break while its sender waits.
_TRIES = 3
_MEDIA_TYPES = {"html": "text/html", "etsi": "application/xml", "text": "text/plain", "csv": "text/csv"}


def validate(call: Call) -> Answer:
    """Judge a file, or note that it is to be judged."""
    options, file = (call.body or {}).get("options", {}), call.uploads["file"]
    with call.tenant.store.reading() as connection:
        require_quota(connection, call.tenant.store.now(), call.service.own.validations_a_month)
    name = options.get("name") or call.values.get("name") or file.name
    if call.wants_async:
        return _postpone(call, file, name, options)
    content = call.uploads.get("content")
    report = judge(call.service, file.path, name, options, content.path if content else None)
    id_ = new_id()
    with call.tenant.store.writing() as connection:
        keep_report(connection, call.service, call.tenant, id_, report)
        kept = find_document(connection, KIND, id_)
    assert kept is not None
    return Answer(201, _shown(kept), headers={"location": _address(id_)}, subject=file.sha256)


def judge(
    service: Service,
    path: Path,
    name: str,
    wishes: Mapping[str, Any],
    content: Path | None = None,
    *,
    tries: int = _TRIES,
) -> dict[str, Any]:
    """Judge a file in a worker and return the report's JSON; a file that breaks ``tries`` workers is UNREADABLE.

    A process that died once, the machine may have ended: for want of memory, say.

    Raises:
        WorkerLost: no process could be started, or with one try it died: whose job it is does it again.
    """
    from signkit.validation.api import not_judged
    from signkit.workers import WorkerLost

    options = options_of(service, wishes)
    for left in reversed(range(tries)):
        try:
            report: dict[str, Any] = service.pool.submit(
                judge_file, str(path), name, options, content and str(content), bool(wishes.get("beside"))
            ).result()
        except WorkerLost as lost:
            if lost.cause == "start" or (lost.cause == "died" and tries == 1):
                raise
            if lost.cause == "died" and left:
                continue
            return not_judged(name, lost, options).to_json()
        return report
    raise AssertionError("the last try returns or raises")


def options_of(service: Service, wishes: Mapping[str, Any]) -> ValidationOptions:
    """Return how a file is judged: as the service judges, with a caller's wishes, which loosen nothing."""
    from signkit.pki.policy import shipped_policy
    from signkit.validation.options import TemplateCheck

    options = service.judgement()
    chosen: dict[str, Any] = {name: wishes[name] for name in ("expect", "profile", "pictures") if name in wishes}
    if "policy" in wishes:
        chosen["policy"] = shipped_policy(wishes["policy"])
    if "at" in wishes:
        chosen["at"] = datetime.fromisoformat(wishes["at"])
    if wishes.get("check_template"):
        settings = service.settings
        chosen["template_check"] = TemplateCheck((), settings.template_folders, settings.font_folders)
    return replace(options, **chosen)


def judge_file(
    path: str, name: str, options: ValidationOptions, content: str | None, is_beside: bool = False
) -> dict[str, Any]:
    """Judge a file; called in a worker."""
    from signkit.incoming import read_file
    from signkit.validation.api import validate_data

    # By a URL's name no content of a detached signature is looked for in any folder.
    came = Path(content) if content is not None else None
    report: Report = validate_data(
        read_file(Path(path), options.limits.bytes), f"memory://{name}", options,
        content=None if is_beside else came, beside=came if is_beside else None,
    )  # fmt: skip
    return report.with_name(name).to_json()


def keep_report(
    connection: StoreConnection, service: Service, tenant: Tenant, id_: str, report: Mapping[str, Any]
) -> None:
    """Keep a report for as long as the operator set."""
    ends = moment(tenant.store.clock() + timedelta(days=service.own.keep_days))
    add_document(connection, KIND, id_, dict(report), tenant.store.now(), ends)
    tell(connection, tenant.store, "validation.done", {"id": id_, "verdict": report["verdict"]})


def _postpone(call: Call, file: Upload, name: str, options: Mapping[str, Any]) -> Answer:
    store, id_ = call.tenant.store, new_id()
    content = call.uploads.get("content")
    work = {
        "id": id_, "resource": _address(id_), "file": file.sha256, "name": name, "options": dict(options),
        "content": content.sha256 if content else None,
    }  # fmt: skip
    with store.writing() as connection:
        job = add_job(connection, store, KIND, work, result=id_)
        for each in (file, content):
            if each is not None:
                store.keep_file(connection, each.path, each.sha256, job)
    call.service.wake()
    return Answer(202, {"id": id_, "job": job}, headers={"location": _address(id_)}, subject=file.sha256)


def work_off(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Judge what was postponed."""
    wanted, store = job.content, tenant.store
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(store.files.at_hand(wanted["file"]))
        content = stack.enter_context(store.files.at_hand(wanted["content"])) if wanted["content"] else None
        report = judge(service, file, wanted["name"], wanted["options"], content, tries=1)
    return lambda connection: keep_report(connection, service, tenant, wanted["id"], report)


def list_all(call: Call) -> Answer:
    """Answer with a page of judgements."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_documents(connection, KIND, after, most), lambda each: each.id, _summary
        )


def get(call: Call) -> Answer:
    """Answer with a judgement."""
    with call.tenant.store.reading() as connection:
        found = find_document(connection, KIND, call.values["id"])
        if found is None:
            raise missing(connection, KIND, call.values["id"], _WHAT)
    chosen, subject = call.values.get("format", "json"), found.content["sha256"] or found.id
    if chosen == "json":
        return Answer(200, _shown(found), subject=subject)
    headers = {"content-language": call.language, "vary": "accept-language"}
    body = written(found.content, chosen, call.language)
    return Answer(200, body, _MEDIA_TYPES[chosen], headers, subject)


def written(report: Mapping[str, Any], format_: str, language: Language) -> bytes:
    """Return a kept report as ``signkit validate --format`` writes it; without pictures, for the file is gone."""
    from signkit.reporting.formats.choice import open_writer
    from signkit.reporting.formats.writer import Pictured, ReportFormat
    from signkit.validation.report_reading import read_report

    pieces: list[str] = []
    writer = open_writer(ReportFormat(format_), pieces.append, language, Pictured(wanted=False))
    writer.add(read_report(report))
    writer.finish()
    return "".join(pieces).encode("utf-8", "backslashreplace")


def delete(call: Call) -> Answer:
    """Keep a judgement no longer; one that is still to be made is not made."""
    id_, store = call.values["id"], call.tenant.store
    with store.writing() as connection:
        if not delete_document(connection, KIND, id_):
            job = find_job(connection, id_)
            if job is None or job.kind != KIND:
                raise problems.unknown(_WHAT)
            cancel_job(connection, store, id_)
    return Answer(204, subject=id_)


def _shown(found: StoredDocument) -> dict[str, Any]:
    return {"id": found.id, "created_at": found.created_at, "report": found.content}


def _summary(found: StoredDocument) -> dict[str, Any]:
    report = found.content
    return {
        "id": found.id, "created_at": found.created_at, "name": report["file"], "sha256": report["sha256"],
        "verdict": report["verdict"],
    }  # fmt: skip


def _address(id_: str) -> str:
    return f"/api/v1/validations/{id_}"


HANDLERS = {
    "listValidations": list_all,
    "validateDocument": validate,
    "getValidation": get,
    "deleteValidation": delete,
}
WORKERS = {KIND: work_off}
