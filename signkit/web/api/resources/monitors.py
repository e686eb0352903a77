"""Monitors: certificates watched against the imported lists; nothing of them is kept but keyed hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.pki.paths.known_certificates import known_certificate
from signkit.validation.certificate_status import issuer_of
from signkit.web.api import problems
from signkit.web.api.calls import Answer, Call, Refusal
from signkit.web.api.database import StoreConnection
from signkit.web.api.events import tell
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import Job, add_job
from signkit.web.api.listing import page, read_cursor, write_cursor
from signkit.web.api.monitored import Numbered, found_on_lists, numbered, tenant_key
from signkit.web.api.resources.certificates import authorities, der_in, list_indexes
from signkit.web.api.store import (
    StoredDocument,
    add_document,
    change_document,
    delete_document,
    find_document,
    list_documents,
    moment,
)
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.web.api.service import Service
    from signkit.web.api.tenants import Tenant

KIND = "monitor"
CHANGE = "monitor-change"
_JOB = "monitor-lists"
#: Which lists were gone through the last time (`setting`).
_SEEN = "monitor-lists"
_WHAT = "monitor"


def add(call: Call) -> Answer:
    """Watch certificates from now on; one whose authority is not known is refused with all the others."""
    wanted = [
        (_numbered(call, one["der"], place), one.get("reference"))
        for place, one in enumerate(call.body["certificates"])
    ]
    items = [_monitor(number, reference) for number, reference in wanted]
    with call.tenant.store.writing() as connection:
        for id_, content in items:
            add_document(connection, KIND, id_, content, call.tenant.store.now())
        _forget_lists(connection)  # the lists at hand may name them already
        made = [_shown(_found(find_document(connection, KIND, id_))) for id_, _ in items]
    return Answer(201, {"items": made})


def list_all(call: Call) -> Answer:
    """Answer with a page of what is watched."""
    with call.tenant.store.reading() as connection:
        return page(call, lambda after, most: list_documents(connection, KIND, after, most), lambda one: one.id, _shown)


def delete(call: Call) -> Answer:
    """Watch it no more."""
    with call.tenant.store.writing() as connection:
        if not delete_document(connection, KIND, call.values["id"]):
            raise problems.unknown(_WHAT)
    return Answer(204, subject=call.values["id"])


def list_changes(call: Call) -> Answer:
    """Answer with what was found since a cursor, the oldest first; where lists came since, a search begins.

    The cursor is given where there is no more as well: with it one asks the next time.
    """
    after, limit = read_cursor(call.values.get("cursor")), call.values.get("limit", 50)
    with call.tenant.store.writing() as connection:
        rows = connection.execute(
            "SELECT id, created_at, content FROM document WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
            (CHANGE, after or "", limit),
        ).fetchall()
        found = [_found(find_document(connection, CHANGE, row[0])) for row in rows]
        under_way = _search_if_due(connection, call)
    last = found[-1].id if found else after
    items = [{"created_at": each.created_at, **each.content} for each in found]
    answer = {"items": items, "next": write_cursor(last) if last else None, "search_under_way": under_way}
    return Answer(200, answer)


def _search_if_due(connection: StoreConnection, call: Call) -> bool:
    """Have the lists gone through, where they are others than the last time; tell whether that is still to be done."""
    pending = connection.execute("SELECT 1 FROM job WHERE kind = ? AND state != 'failed'", (_JOB,)).fetchone()
    if pending is not None:
        return True
    seen = connection.execute("SELECT value FROM setting WHERE name = ?", (_SEEN,)).fetchone()
    if seen is not None and seen[0] == _state_of(list_indexes(call.service)):
        return False
    if connection.execute("SELECT 1 FROM document WHERE kind = ?", (KIND,)).fetchone() is None:
        return False
    connection.execute("DELETE FROM job WHERE kind = ?", (_JOB,))  # one that failed is done again by this
    add_job(connection, call.tenant.store, _JOB, {"resource": "/api/v1/monitors/changes"})
    call.service.wake()
    return True


def search(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:  # noqa: ARG001
    """Go through the imported lists for what is watched."""
    files = list_indexes(service)
    state = _state_of(files)  # before: a list that comes meanwhile is gone through the next time
    wanted: dict[str, list[str]] = {}
    today = tenant.store.clock().date().isoformat()
    with tenant.store.reading() as connection:
        for id_, text in connection.execute("SELECT id, content FROM document WHERE kind = ?", (KIND,)):
            content = json.loads(text)
            if content["ends"] >= today and content["revoked_at"] is None:
                wanted.setdefault(content["number"], []).append(id_)
    found = dict(found_on_lists(tenant_key(tenant), files, wanted))
    times = {id_: moment(since) for id_, since in found.items()}
    return lambda connection: _keep(connection, tenant, times, state)


def _keep(connection: StoreConnection, tenant: Tenant, found: dict[str, str], state: str) -> None:
    now = tenant.store.now()
    for id_, since in sorted(found.items()):
        monitor = find_document(connection, KIND, id_)
        if monitor is None or monitor.content["revoked_at"] is not None:
            continue  # it was deleted meanwhile, or is told already
        change_document(connection, KIND, id_, monitor.content | {"revoked_at": since})
        change = {"monitor": id_, "reference": monitor.content["reference"], "revoked_at": since}
        add_document(connection, CHANGE, new_id(), change, now)
        tell(connection, tenant.store, "monitor.changed", {"id": id_})
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_SEEN, state),
    )


def _forget_lists(connection: StoreConnection) -> None:
    connection.execute("DELETE FROM setting WHERE name = ?", (_SEEN,))


def _state_of(files: Sequence[Path]) -> str:
    """Return what changes whenever a list is imported."""
    stated = [(file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr(stated).encode()).hexdigest()


def _numbered(call: Call, text: str, place: int) -> Numbered:
    certificate = known_certificate(der_in(text, f"/certificates/{place}/der"))
    trust = call.service.judgement().trust
    issuer = None if certificate is None else issuer_of(certificate, authorities(trust))
    if certificate is None or issuer is None:
        raise Refusal(422, "certificate-unknown", _NO_CERTIFICATE, members={"at": f"/certificates/{place}"})
    return numbered(call.tenant, certificate.certificate, issuer.certificate)


def _monitor(number: Numbered, reference: str | None) -> tuple[str, dict[str, Any]]:
    content = {"number": number.number, "ends": number.ends.isoformat(), "reference": reference, "revoked_at": None}
    return new_id(), content


def _found(document: StoredDocument | None) -> StoredDocument:
    if document is None:
        raise problems.unknown(_WHAT)
    return document


def _shown(found: StoredDocument) -> dict[str, Any]:
    shown = {name: found.content[name] for name in ("reference", "ends", "revoked_at")}
    return {"id": found.id, "created_at": found.created_at, **shown}


_NO_CERTIFICATE = Text(
    "A certificate cannot be read, or none of the authorities that are trusted here made it.",
    "証明書を読み取れないか、ここで信頼する認証局が発行したものではありません。",
)

HANDLERS = {
    "listMonitors": list_all,
    "addMonitors": add,
    "deleteMonitor": delete,
    "listMonitorChanges": list_changes,
}
WORKERS = {_JOB: search}
