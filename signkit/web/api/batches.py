"""Batches as they are kept: files under one name each, a few at a time under way, results in the order they came.

Each file that is under way is a job of its own, and only a few of a batch are: a large batch keeps nobody's other work
waiting.  Whatever becomes of a job, `settle` begins the next files and tells the end of the batch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signkit.web.api.calls import Refusal
from signkit.web.api.database import StoreConnection
from signkit.web.api.events import tell
from signkit.web.api.jobs import add_job
from signkit.web.api.store import Store, change_document, find_document
from signkit.words import Text

KIND = "batch"
JOB = "batch-file"
STATES = ("waiting", "running", "done", "failed", "cancelled")
MOST_FILES = 10_000
MOST_BYTES = 8 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class BatchFile:
    """A file of a batch.

    Attributes:
        number: in the order in which they came.
        sha256: None while a URL has not been fetched.
        ended: in the order in which results came; None while there is none.
    """

    batch: str
    number: int
    name: str
    sha256: str | None
    size: int
    url: str | None
    state: str
    ended: int | None = None
    report: str | None = None
    problem: str | None = None

    @property
    def owner(self) -> str:
        """Who keeps its bytes while no job does."""
        return f"{self.batch}/{self.number}"

    def to_json(self) -> dict[str, Any]:
        """Return the file as the API shows it."""
        return {
            "number": self.number, "name": self.name, "sha256": self.sha256, "size": self.size, "url": self.url,
            "state": self.state,
        }  # fmt: skip

    def result(self) -> dict[str, Any]:
        """Return what came of it, as the API shows it."""
        return self.to_json() | {
            "cursor": str(self.ended),
            "report": json.loads(self.report) if self.report else None,
            "problem": json.loads(self.problem) if self.problem else None,
        }


_COLUMNS = "batch, number, name, sha256, size, url, state, ended, report, problem"


def find_file(connection: StoreConnection, batch: str, *, name: str = "", number: int = 0) -> BatchFile | None:
    """Return a file by its name or its number; None where there is none."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM batch_file WHERE batch = ? AND (name = ? OR number = ?)",  # noqa: S608
        (batch, name, number),
    ).fetchone()
    return BatchFile(*row) if row else None


def list_files(connection: StoreConnection, batch: str, after: int, limit: int) -> list[BatchFile]:
    """Return files behind a number."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM batch_file WHERE batch = ? AND number > ? ORDER BY number LIMIT ?",  # noqa: S608
        (batch, after, limit),
    )
    return [BatchFile(*row) for row in rows]


def list_results(connection: StoreConnection, batch: str, state: str | None, after: int, limit: int) -> list[BatchFile]:
    """Return files with a result, in the order in which results came, behind a place in it."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM batch_file WHERE batch = ? AND ended > ? AND (? IS NULL OR state = ?) "  # noqa: S608
        "ORDER BY ended LIMIT ?",
        (batch, after, state, state, limit),
    )
    return [BatchFile(*row) for row in rows]


def count_files(connection: StoreConnection, batch: str) -> dict[str, int]:
    """Return how many files are in which state."""
    rows = connection.execute("SELECT state, COUNT(*) FROM batch_file WHERE batch = ? GROUP BY state", (batch,))
    return dict.fromkeys(STATES, 0) | dict(rows.fetchall())


def require_room(connection: StoreConnection, batch: str, count: int, size: int = 0) -> None:
    """Refuse more files, or bytes, than a batch takes.

    Raises:
        Refusal("batch-full"): it has no room for them.
    """
    files, total = connection.execute(
        "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM batch_file WHERE batch = ?", (batch,)
    ).fetchone()
    if files + count > MOST_FILES or total + size > MOST_BYTES:
        raise Refusal(422, "batch-full", _FULL)


def add_file(
    connection: StoreConnection,
    batch: str,
    name: str,
    *,
    sha256: str | None = None,
    size: int = 0,
    url: str | None = None,
) -> BatchFile:
    """Take a file into an open batch that has room (`require_room`).

    Raises:
        Refusal("batch-file-exists"): there is one of this name.
    """
    if find_file(connection, batch, name=name) is not None:
        raise Refusal(409, "batch-file-exists", _EXISTS.filled(name=name))
    (last,) = connection.execute("SELECT COALESCE(MAX(number), 0) FROM batch_file WHERE batch = ?", (batch,)).fetchone()
    connection.execute(
        "INSERT INTO batch_file (batch, number, name, sha256, size, url, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
        (batch, last + 1, name, sha256, size, url),
    )
    return BatchFile(batch, last + 1, name, sha256, size, url, "waiting")


def keep_result(
    connection: StoreConnection,
    file: BatchFile,
    job: str,
    *,
    report: Mapping[str, Any] | None = None,
    problem: Mapping[str, Any] | None = None,
) -> None:
    """Keep what came of a file; `settle` comes after.  The bytes of one that failed stay, to be tried again."""
    if problem is not None:
        connection.execute("UPDATE file SET owner = ? WHERE owner = ?", (file.owner, job))
    sha256 = report.get("sha256") if report else None
    connection.execute(
        "UPDATE batch_file SET state = ?, ended = ?, sha256 = COALESCE(?, sha256), report = ?, problem = ?, job = NULL "
        "WHERE batch = ? AND number = ?",
        ("done" if problem is None else "failed", _next_end(connection, file.batch), sha256, _plain(report),
         _plain(problem), file.batch, file.number),
    )  # fmt: skip


def settle(connection: StoreConnection, store: Store, batch: str, abreast: int) -> None:
    """Begin files, so that ``abreast`` are under way; tell the end where there is nothing left to do."""
    found = find_document(connection, KIND, batch)
    if found is None or found.content["state"] != "running":
        return
    _note_cancelled(connection, batch)
    counts = count_files(connection, batch)
    waiting = connection.execute(
        f"SELECT {_COLUMNS} FROM batch_file WHERE batch = ? AND state = 'waiting' ORDER BY number LIMIT ?",  # noqa: S608
        (batch, max(0, abreast - counts["running"])),
    ).fetchall()
    for row in waiting:
        _begin(connection, store, BatchFile(*row))
    if not waiting and not counts["running"]:
        content = found.content | {"state": "done", "ended": _ended(connection, batch)}
        change_document(connection, KIND, batch, content)
        told = {name: counts[name] for name in ("done", "failed", "cancelled")}
        tell(connection, store, "batch.done", {"id": batch, "counts": told})


def cancel(connection: StoreConnection, store: Store, batch: str) -> None:
    """Let no further file be judged; what is under way ends without a result."""
    jobs = connection.execute("SELECT job FROM batch_file WHERE batch = ? AND state = 'running'", (batch,)).fetchall()
    connection.executemany("DELETE FROM job WHERE id = ?", jobs)
    for (job,) in jobs:
        store.release_files(connection, job)
    connection.execute("DELETE FROM file WHERE owner >= ? AND owner < ?", (f"{batch}/", f"{batch}0"))
    connection.execute(
        "UPDATE batch_file SET state = 'cancelled', job = NULL WHERE batch = ? AND state IN ('waiting', 'running')",
        (batch,),
    )


def retry_failed(connection: StoreConnection, batch: str) -> int:
    """Let every file that failed be judged again; return how many."""
    return connection.execute(
        "UPDATE batch_file SET state = 'waiting', ended = NULL, problem = NULL WHERE batch = ? AND state = 'failed' "
        "AND (sha256 IS NOT NULL OR url IS NOT NULL)",
        (batch,),
    ).rowcount


def _begin(connection: StoreConnection, store: Store, file: BatchFile) -> None:
    work = {"resource": f"/api/v1/batches/{file.batch}", "batch": file.batch, "number": file.number}
    job = add_job(connection, store, JOB, work)
    connection.execute("UPDATE file SET owner = ? WHERE owner = ?", (job, file.owner))
    connection.execute(
        "UPDATE batch_file SET state = 'running', job = ? WHERE batch = ? AND number = ?",
        (job, file.batch, file.number),
    )


def _note_cancelled(connection: StoreConnection, batch: str) -> None:
    """A file whose job is gone without a result: somebody cancelled the job."""
    rows = connection.execute(
        "SELECT number FROM batch_file WHERE batch = ? AND state = 'running' AND job NOT IN (SELECT id FROM job)",
        (batch,),
    ).fetchall()
    for (number,) in rows:
        connection.execute(
            "UPDATE batch_file SET state = 'cancelled', job = NULL, ended = ? WHERE batch = ? AND number = ?",
            (_next_end(connection, batch), batch, number),
        )


def _ended(connection: StoreConnection, batch: str) -> int:
    found = find_document(connection, KIND, batch)
    return int(found.content["ended"]) if found is not None else 0


def _next_end(connection: StoreConnection, batch: str) -> int:
    """Count on: kept beside the files, for a place in the order is never given twice, also not to one tried again."""
    found = find_document(connection, KIND, batch)
    assert found is not None
    ended = int(found.content["ended"]) + 1
    change_document(connection, KIND, batch, found.content | {"ended": ended})
    return ended


def _plain(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_EXISTS = Text("The batch has another file of this name: {name}.", "同じ名前の別のファイルがバッチにあります: {name}")
_FULL = Text(
    "A batch takes {files} files, {size} GiB together.", "バッチは {files} 件、合計 {size} GiB までです。"
).filled(files=f"{MOST_FILES:,}", size=MOST_BYTES >> 30)
