"""Batches: many files judged with the same wishes, put one by one, as an archive, or fetched from allowed hosts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from signkit.archive.blobs import sync_file
from signkit.errors import ServiceError
from signkit.incoming import FileProblem, read_file
from signkit.pki.http import AddressNotAsked, AnswerTooLong, HttpFailure, fetch, may_pass
from signkit.reporting.packed_inputs import ArchiveMember, members
from signkit.web.api import batches, problems
from signkit.web.api.batches import JOB, KIND, BatchFile
from signkit.web.api.calls import Answer, Call, Refusal, pieces
from signkit.web.api.database import StoreConnection
from signkit.web.api.engine import AWAY, EngineAway
from signkit.web.api.fetching import require_allowed
from signkit.web.api.identifiers import new_id
from signkit.web.api.jobs import ATTEMPTS, Job, RetryLater, given_up, problem, problem_of
from signkit.web.api.limits import count_usage, require_quota
from signkit.web.api.listing import page, read_cursor, write_cursor
from signkit.web.api.resources.validations import judge_file, options_of
from signkit.web.api.service import Service
from signkit.web.api.store import (
    Store,
    StoredDocument,
    add_document,
    change_document,
    delete_document,
    find_document,
    list_documents,
    moment,
)
from signkit.web.api.tenants import Tenant
from signkit.web.api.unfit import NO_CURSOR, UnfitPart
from signkit.words import Text, printable
from signkit.workers import WorkerLost

#: What the quota and the usage count a file of a batch as (`signkit.web.api.limits.COUNTED`).
_COUNTED_AS = "validateBatchDocument"
_FETCH_SECONDS = 60.0
_PAUSE = 5.0
_ARCHIVES = {"application/zip": ".zip", "application/x-tar": ".tar", "application/gzip": ".tar.gz"}
_MOST_NAME = 250
_LONGEST_NUMBER = 18


def create(call: Call) -> Answer:
    """Open a batch."""
    body, id_ = call.body or {}, new_id()
    options_of(call.service, body.get("options", {}))  # refused now, not with each file
    content = {"name": body.get("name", ""), "options": body.get("options", {}), "state": "open", "ended": 0}
    store = call.tenant.store
    ends = moment(store.clock() + timedelta(days=call.service.own.keep_days))
    with store.writing() as connection:
        add_document(connection, KIND, id_, content, store.now(), ends)
        shown = _shown(connection, _find(connection, id_))
    return Answer(201, shown, headers={"location": _address(id_)}, subject=id_)


def list_all(call: Call) -> Answer:
    """Answer with a page of batches."""
    with call.tenant.store.reading() as connection:
        return page(
            call, lambda after, most: list_documents(connection, KIND, after, most), lambda each: each.id, _summary
        )


def get(call: Call) -> Answer:
    """Answer with a batch and how many of its files are in which state."""
    with call.tenant.store.reading() as connection:
        return Answer(200, _shown(connection, _find(connection, call.values["id"])), subject=call.values["id"])


def delete(call: Call) -> Answer:
    """Delete a batch with its files, its work and its results."""
    with call.tenant.store.writing() as connection:
        if not delete_document(connection, KIND, call.values["id"]):
            raise problems.unknown(KIND)
    return Answer(204, subject=call.values["id"])


def put_file(call: Call) -> Answer:
    """Take a file under a name; the same bytes once more change nothing."""
    upload, name, store = call.uploads["file"], _name(call.values["name"]), call.tenant.store
    with store.writing() as connection:
        batch = _find_open(connection, call.values["id"])
        known = batches.find_file(connection, batch.id, name=name)
        if known is not None and known.sha256 == upload.sha256:
            return Answer(200, known.to_json(), subject=upload.sha256)
        batches.require_room(connection, batch.id, 1, upload.size)
        file = batches.add_file(connection, batch.id, name, sha256=upload.sha256, size=upload.size)
        store.keep_file(connection, upload.path, upload.sha256, file.owner)
    return Answer(201, file.to_json(), subject=upload.sha256)


def add_archive(call: Call) -> Answer:
    """Take every file of an archive; a member that cannot be read is a file that failed, with its cause."""
    upload, store = call.uploads["file"], call.tenant.store
    path = upload.path.with_suffix(_ARCHIVES[upload.media_type])
    upload.path.rename(path)
    try:
        with _spooled(store.spool) as spool:
            read = [_unpacked(each, spool) for each in _bounded(members(str(path), ("",)))]
            with store.writing() as connection:
                batch = _find_open(connection, call.values["id"])
                batches.require_room(connection, batch.id, len(read), sum(each.size for each in read))
                files = [_added(connection, batch.id, each) for each in read]
                kept = [
                    (each.path, each.sha256, file.owner) for each, file in zip(read, files, strict=True) if each.path
                ]
                store.keep_files(connection, kept)
    finally:
        path.unlink(missing_ok=True)
    return Answer(201, {"items": [each.to_json() for each in files]}, subject=upload.sha256)


def add_urls(call: Call) -> Answer:
    """Take files that are fetched when their turn comes."""
    for each in call.body["urls"]:
        require_allowed(each["url"], call.service.own.fetch_hosts)
    with call.tenant.store.writing() as connection:
        batch = _find_open(connection, call.values["id"])
        batches.require_room(connection, batch.id, len(call.body["urls"]))
        files = [
            batches.add_file(connection, batch.id, _name(each.get("name") or _last_part(each["url"])), url=each["url"])
            for each in call.body["urls"]
        ]
    return Answer(201, {"items": [each.to_json() for each in files]}, subject=batch.id)


def list_files(call: Call) -> Answer:
    """Answer with a page of a batch's files, in the order in which they came."""
    with call.tenant.store.reading() as connection:
        batch = _find(connection, call.values["id"])
        return page(
            call,
            lambda after, most: batches.list_files(connection, batch.id, _place(after), most),
            lambda each: str(each.number),
            BatchFile.to_json,
        )


def start(call: Call) -> Answer:
    """Take no further file, and begin."""
    store = call.tenant.store
    with store.writing() as connection:
        batch = _find_open(connection, call.values["id"])
        if not any(batches.count_files(connection, batch.id).values()):
            raise Refusal(422, "batch-empty", _EMPTY)
        require_quota(connection, store.now(), call.service.own.validations_a_month)
        return _run(call, connection, batch)


def retry(call: Call) -> Answer:
    """Judge every file that failed once more."""
    with call.tenant.store.writing() as connection:
        batch = _find(connection, call.values["id"])
        if batch.content["state"] not in ("running", "done"):
            raise _state_unfit(batch)
        batches.retry_failed(connection, batch.id)
        return _run(call, connection, batch)


def cancel(call: Call) -> Answer:
    """Begin no further file; the results that there are stay."""
    with call.tenant.store.writing() as connection:
        batch = _find(connection, call.values["id"])
        if batch.content["state"] not in ("open", "running"):
            raise _state_unfit(batch)
        batches.cancel(connection, call.tenant.store, batch.id)
        change_document(connection, KIND, batch.id, batch.content | {"state": "cancelled"})
        return Answer(200, _shown(connection, _find(connection, batch.id)), subject=batch.id)


def read_results(call: Call) -> Answer:
    """Answer with results, one a line, in the order in which they came; the last line's cursor leads on."""
    after, limit = _place(read_cursor(call.values.get("cursor"))), call.values.get("limit", 50)
    with call.tenant.store.reading() as connection:
        batch = _find(connection, call.values["id"])
        found = batches.list_results(connection, batch.id, call.values.get("state"), after, limit)
    lines = b"".join(pieces({**each.result(), "cursor": write_cursor(str(each.ended))} for each in found))
    return Answer(200, lines, "application/jsonl", subject=batch.id)


def work_off(service: Service, tenant: Tenant, job: Job) -> Callable[[StoreConnection], object]:
    """Judge one file, and begin the next; what fails for good is the file's failure, and the batch goes on."""
    with tenant.store.reading() as connection:
        batch = find_document(connection, KIND, job.content["batch"])
        file = batches.find_file(connection, job.content["batch"], number=job.content["number"])
    if batch is None or file is None:
        return lambda _: None
    report, failed = None, given_up() if job.is_given_up else None
    try:
        report = None if failed else _report(service, tenant, batch, file)
    except HttpFailure as error:
        failed = problem("not-fetched", _why_not_fetched(error))
        if may_pass(error) and job.attempts < ATTEMPTS:
            raise RetryLater(failed, _PAUSE * 4**job.attempts) from error
    except EngineAway as error:
        raise RetryLater(problem("engine-away", AWAY), _PAUSE) from error
    except Exception as error:
        if isinstance(error, WorkerLost) and job.attempts < ATTEMPTS:
            raise
        if isinstance(error, ServiceError) and error.code == "store-unusable":  # it is away: another time
            raise
        failed = problem_of(error)

    def keep(connection: StoreConnection) -> None:
        if report is not None:
            count_usage(connection, _COUNTED_AS, tenant.store.now())
        batches.keep_result(connection, file, job.id, report=report, problem=failed)
        batches.settle(connection, tenant.store, batch.id, service.own.abreast)

    return keep


def _report(service: Service, tenant: Tenant, batch: StoredDocument, file: BatchFile) -> dict[str, Any]:
    with tenant.store.reading() as connection:
        require_quota(connection, tenant.store.now(), service.own.validations_a_month)
    options = options_of(service, batch.content["options"])
    with _at_hand(service, tenant.store, file) as path:
        if service.engine is not None:
            return service.engine.judge(read_file(path, options.limits.bytes), file.name, options)
        report: dict[str, Any] = service.pool.submit(judge_file, str(path), file.name, options, None).result()
    return report


@contextmanager
def _at_hand(service: Service, store: Store, file: BatchFile) -> Iterator[Path]:
    """Give the file's bytes as a file of this machine, fetched where it has a URL."""
    with ExitStack() as stack:
        if file.url is None and file.sha256:
            yield stack.enter_context(store.files.at_hand(file.sha256))
        else:
            yield _fetched(service, file, stack.enter_context(_spooled(store.spool)))


def _fetched(service: Service, file: BatchFile, spool: Path) -> Path:
    """Fetch a file: from a host that is allowed now, at a public address, without a redirect."""
    url = file.url or ""
    require_allowed(url, service.own.fetch_hosts)
    limit = service.own.most_bytes
    data = fetch(url, timeout=_FETCH_SECONDS, limit=limit, secret_headers={}, rule=service.rule)
    return _written(spool, data)


def _why_not_fetched(failure: HttpFailure) -> Text:
    """Tell the host's own status, and of what is between us and it no more than that: it is the operator's network."""
    if failure.status is not None:
        return _NOT_FETCHED.filled(status=failure.status)
    if isinstance(failure, AnswerTooLong):
        return _TOO_LONG
    return _NOT_ASKED if isinstance(failure, AddressNotAsked) else _NO_ANSWER


def _run(call: Call, connection: StoreConnection, batch: StoredDocument) -> Answer:
    change_document(connection, KIND, batch.id, batch.content | {"state": "running"})
    batches.settle(connection, call.tenant.store, batch.id, call.service.own.abreast)
    call.service.wake()
    shown = _shown(connection, _find(connection, batch.id))
    return Answer(202, shown, headers={"location": _address(batch.id)}, subject=batch.id)


class Unpacked(NamedTuple):
    """A member of an archive: where it lies on the disk, or why it could not be read."""

    name: str
    path: Path | None = None
    sha256: str = ""
    size: int = 0
    problem: FileProblem | None = None


def _unpacked(member: ArchiveMember, spool: Path) -> Unpacked:
    if member.name is None:
        raise _archive_refused(member.problem)
    name, data = _name(member.name), member.data
    if data is None:
        return Unpacked(name, problem=member.problem)
    return Unpacked(name, _written(spool, data), hashlib.sha256(data).hexdigest(), len(data))


def _added(connection: StoreConnection, batch: str, member: Unpacked) -> BatchFile:
    file = batches.add_file(connection, batch, member.name, sha256=member.sha256 or None, size=member.size)
    if member.problem is None:
        return file
    told = problem(member.problem.code, member.problem.detail or _MEMBER)
    batches.keep_result(connection, file, "", problem=told)
    kept = batches.find_file(connection, batch, number=file.number)
    assert kept is not None
    return kept


def _bounded(found: Iterable[ArchiveMember]) -> Iterator[ArchiveMember]:
    """Yield an archive's members while a batch could take them."""
    total = 0
    for count, member in enumerate(found, 1):
        total += len(member.data or b"")
        if count > batches.MOST_FILES or total > batches.MOST_BYTES:
            raise _archive_refused(None)
        yield member


def _archive_refused(found: FileProblem | None) -> Refusal:
    detail = (found and found.detail) or _TOO_MUCH
    return Refusal(422, "archive-refused", Text(_ARCHIVE.en + detail.en, _ARCHIVE.ja + detail.ja))


@contextmanager
def _spooled(spool: Path) -> Iterator[Path]:
    """Give a folder of the spool for files on their way; what is left in it goes."""
    folder = spool / f"batch-{secrets.token_hex(16)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        for each in folder.iterdir():
            each.unlink(missing_ok=True)
        folder.rmdir()


def _written(spool: Path, data: bytes) -> Path:
    path = spool / secrets.token_hex(16)
    path.write_bytes(data)
    sync_file(path)  # before anybody waits for the store
    return path


def _place(cursor: str | None) -> int:
    """Return the number that a cursor of ours holds."""
    if cursor is not None and not (cursor.isdecimal() and len(cursor) < _LONGEST_NUMBER):
        raise problems.unfit_request(UnfitPart("cursor", NO_CURSOR))
    return int(cursor or 0)


def _name(name: str) -> str:
    return printable(name)[-_MOST_NAME:].strip() or "document"


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _find(connection: StoreConnection, id_: str) -> StoredDocument:
    found = find_document(connection, KIND, id_)
    if found is None:
        raise problems.unknown(KIND)
    return found


def _find_open(connection: StoreConnection, id_: str) -> StoredDocument:
    found = _find(connection, id_)
    if found.content["state"] != "open":
        raise _state_unfit(found)
    return found


def _state_unfit(batch: StoredDocument) -> Refusal:
    state = batch.content["state"]
    hint = _START.filled(address=_address(batch.id)) if state == "open" else _ANOTHER
    return Refusal(409, "batch-state", _STATES[state], hint=hint, members={"state": state})


def _summary(found: StoredDocument) -> dict[str, Any]:
    content = found.content
    return {"id": found.id, "created_at": found.created_at, "name": content["name"], "state": content["state"]}


def _shown(connection: StoreConnection, found: StoredDocument) -> dict[str, Any]:
    counts = batches.count_files(connection, found.id)
    return {**_summary(found), "options": found.content["options"], "counts": counts}


def _address(id_: str) -> str:
    return f"/api/v1/batches/{id_}"


_EMPTY = Text("The batch has no file.", "バッチにファイルがありません。")
_STATES = {
    "open": Text("The batch has not been started.", "バッチはまだ開始されていません。"),
    "running": Text("The batch is running.", "バッチは処理中です。"),
    "done": Text("The batch is done.", "バッチは完了しています。"),
    "cancelled": Text("The batch was cancelled.", "バッチは取り消されています。"),
}
_START = Text("Start it: POST {address}/start", "開始してください: POST {address}/start")
_ANOTHER = Text(
    "For further files make another: POST /api/v1/batches",
    "ほかのファイルには新しいバッチを作成してください: POST /api/v1/batches",
)
_NOT_FETCHED = Text(
    "the file could not be fetched (HTTP status {status})", "ファイルを取得できません (HTTP ステータス {status})"
)
_NOT_ASKED = Text(
    "the file was not fetched: its address is not one of the public internet",
    "ファイルを取得しません (インターネット上の公開アドレスではありません)",
)
_TOO_LONG = Text("the file is larger than the service takes", "ファイルがサービスの上限より大きいため取得できません")
_NO_ANSWER = Text(
    "the file could not be fetched: there is no whole answer", "ファイルを取得できません (最後まで応答がありません)"
)
_ARCHIVE = Text("Nothing of the archive was taken: ", "アーカイブから何も取り込みませんでした: ")
_TOO_MUCH = Text("more than a batch takes, or damaged", "大きすぎるか、破損しています")
_MEMBER = Text("the member cannot be read", "アーカイブの中のファイルを読み取れません")

HANDLERS = {
    "listBatches": list_all,
    "createBatch": create,
    "getBatch": get,
    "deleteBatch": delete,
    "putBatchFile": put_file,
    "addBatchArchive": add_archive,
    "addBatchUrls": add_urls,
    "listBatchFiles": list_files,
    "startBatch": start,
    "retryBatch": retry,
    "cancelBatch": cancel,
    "readBatchResults": read_results,
}
WORKERS = {JOB: work_off}
