"""Jobs: work that outlives its request, the server and its workers.

A job is leased, done, and deleted in the transaction that keeps its result.  Whoever does it renews the lease; one
that runs out (its server was killed) makes it ready again, for any node.  Leases are short, for all nodes go by one
clock (`signkit.web.api.shared_tenants`); one that ran out by mistake costs the work twice, and its result is kept once.
What fails is kept with its cause, seen, and tried again by a person: nothing stays "pending" for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from signkit.errors import SignKitError
from signkit.web.api import problems
from signkit.web.api.calls import Refusal
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.leases import LEASE
from signkit.web.api.store import Store, moment
from signkit.web.api.tenants import Tenant
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.web.api.service import Service

#: How often a job is begun by itself whose worker process ends.
ATTEMPTS = 3
_RUNS = 5


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        content: what is to be done, plain.
        problem: why it failed.
        is_given_up: it ended five runs, its leases ran out one after the other: it is not begun again by itself.
    """

    id: str
    kind: str
    content: dict[str, Any]
    state: str
    attempts: int
    problem: dict[str, Any] | None = None
    is_given_up: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the job as the API shows it."""
        return {
            "id": self.id, "kind": self.kind, "state": self.state, "attempts": self.attempts, "problem": self.problem,
            "resource": self.content.get("resource"),
        }  # fmt: skip


@dataclass(frozen=True)
class WantedJobs:
    """Which jobs somebody takes.

    Attributes:
        kinds: these alone, or with ``but`` all others.
        passed_over: jobs that lead to one of these are not taken now (`receiver_of`).
    """

    kinds: Collection[str] = ()
    but: bool = True
    passed_over: Collection[str] = ()

    def condition(self) -> tuple[str, list[str]]:
        """Return what a row has to fulfil, and the values of it."""
        marks = ", ".join("?" for _ in self.kinds)
        told = [f"kind {'NOT ' if self.but else ''}IN ({marks})"] if self.kinds else []
        told += ["kind <> ? AND content NOT LIKE ?" for _ in self.passed_over]
        values = [*self.kinds, *(value for each in self.passed_over for value in (each, f'%"{_WEBHOOK}": "{each}"%'))]
        return "".join(f" AND {each}" for each in told), values


#: All there are.
EVERY = WantedJobs()


def receiver_of(job: Job) -> str:
    """Return whom a job leads to outside: one webhook, or what all jobs of its kind speak with."""
    return str(job.content.get(_WEBHOOK, job.kind))


#: Does a job outside any transaction and returns what keeps its result inside one.
Worker: TypeAlias = Callable[["Service", Tenant, Job], Callable[[StoreConnection], object]]

#: The member of a job's content that names the webhook it is for.
_WEBHOOK = "webhook"
_COLUMNS = "id, kind, content, state, attempts, problem"


def add_job(
    connection: StoreConnection,
    store: Store,
    kind: str,
    content: dict[str, Any],
    delay: float = 0,
    result: str | None = None,
) -> str:
    """Have something done; return the job's id.

    Args:
        content: plain; ``resource`` is the address at which the result will be.
        delay: seconds before which it is not begun.
        result: the id that its result will have; the job has the same one, so that who looks for it finds the job.
    """
    id_ = result or new_id()
    due = moment(store.clock() + timedelta(seconds=delay))
    connection.execute(
        "INSERT INTO job (id, kind, content, state, due_at) VALUES (?, ?, ?, 'ready', ?)",
        (id_, kind, json.dumps(content, ensure_ascii=False), due),
    )
    return id_


def find_job(connection: StoreConnection, id_: str) -> Job | None:
    """Return a job; None where it is done, or never was."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    return _job(row) if row else None


def missing(connection: StoreConnection, kind: str, id_: str, what: str) -> Refusal:
    """Return what is said of a result that is not there: it is still being made, could not be, or is none."""
    job = find_job(connection, id_)
    if job is None or job.kind != kind:
        return problems.unknown(what)
    return problems.still_to_be_made(what, job.to_json())


def list_jobs(connection: StoreConnection, state: str | None, after: str | None, limit: int) -> list[Job]:
    """Return jobs from the oldest on, behind the id ``after``."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM job WHERE id > ? AND (? IS NULL OR state = ?) ORDER BY id LIMIT ?",  # noqa: S608
        (after or "", state, state, limit),
    )
    return [_job(row) for row in rows]


def retry_job(connection: StoreConnection, store: Store, id_: str) -> bool:
    """Let a failed job be tried again; tell whether there was one."""
    retried = connection.execute(
        "UPDATE job SET state = 'ready', attempts = 0, problem = NULL, due_at = ? WHERE id = ? AND state = 'failed'",
        (store.now(), id_),
    )
    return retried.rowcount > 0


def cancel_job(connection: StoreConnection, store: Store, id_: str) -> bool:
    """Delete a job that is not to be done; what is under way ends without a result.  Tell whether there was one."""
    cancelled = connection.execute("DELETE FROM job WHERE id = ?", (id_,)).rowcount > 0
    if cancelled:
        store.release_files(connection, id_)
    return cancelled


def lease_job(store: Store, holder: str, wanted: WantedJobs = EVERY) -> Job | None:
    """Take the next job that is ready, or whose lease ran out (the last time to be given up); None: there is none."""
    fit, values = wanted.condition()
    with store.reading() as connection:  # mostly there is none, and nobody is kept from writing for that
        due = connection.execute(
            f"SELECT 1 FROM job WHERE state != 'failed' AND due_at <= ?{fit} LIMIT 1",  # noqa: S608
            (store.now(), *values),
        )
        if due.fetchone() is None:
            return None
    with store.writing() as connection:
        now = store.clock()  # not before: others may have written for a while
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM job WHERE state != 'failed' AND due_at <= ?{fit} ORDER BY due_at LIMIT 1",  # noqa: S608
            (moment(now), *values),
        ).fetchone()
        if row is None:
            return None
        is_given_up = row[3] == "leased" and row[4] >= _RUNS
        attempts = row[4] + (not is_given_up)
        connection.execute(
            "UPDATE job SET state = 'leased', holder = ?, due_at = ?, attempts = ? WHERE id = ?",
            (holder, moment(now + LEASE), attempts, row[0]),
        )
    return replace(_job((*row[:3], "leased", attempts, row[5])), is_given_up=is_given_up)


def renew_lease(store: Store, job: Job, holder: str) -> bool:
    """Say that a job is still being done; tell whether it is still ours."""
    with store.writing() as connection:
        return bool(
            connection.execute(
                "UPDATE job SET due_at = ? WHERE id = ? AND holder = ? AND state = 'leased'",
                (moment(store.clock() + LEASE), job.id, holder),
            ).rowcount
        )


def release_leases(store: Store) -> None:
    """Let the leases of a run that is over run out now."""
    with store.writing() as connection:
        connection.execute("DELETE FROM turn")
        connection.execute("UPDATE job SET due_at = ?, holder = NULL WHERE state = 'leased'", (store.now(),))


def finish_job(store: Store, job: Job, holder: str, keep: Callable[[StoreConnection], object]) -> bool:
    """Keep a job's result and delete it, in one; tell whether it was still ours to finish."""
    with store.writing() as connection:
        done = connection.execute("DELETE FROM job WHERE id = ? AND holder = ?", (job.id, holder)).rowcount
        if done:
            keep(connection)
            store.release_files(connection, job.id)
        return bool(done)


class RetryLater(Exception):
    """A job did not succeed, and may after some seconds; None: only if a person tries it again."""

    def __init__(self, problem: dict[str, Any], seconds: float | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.seconds = seconds


def _job(row: Any) -> Job:
    return Job(row[0], row[1], json.loads(row[2]), row[3], row[4], json.loads(row[5]) if row[5] else None)


def problem_of(error: Exception) -> dict[str, Any]:
    """Return why work failed, as it is kept and shown."""
    if isinstance(error, WorkerLost):
        return problem("worker-lost", LOST.filled(detail=error.detail))
    if isinstance(error, SignKitError):
        return problem(error.code, Text(error.message("en"), error.message("ja")))
    if isinstance(error, Refusal):
        return problem(error.code, error.title)
    return problem("fault", _FAULT.filled(kind=type(error).__name__))


def given_up() -> dict[str, Any]:
    """Return why a job that is given up failed."""
    return problem("run-ended", _RUN_ENDED)


def problem(code: str, text: Text) -> dict[str, Any]:
    """Return a cause as it is kept and shown."""
    return {"code": code, "en": text.en, "ja": text.ja}


_RUN_ENDED = Text(
    "the service was ended in the midst of it, again and again",
    "処理の途中でサービスが繰り返し終了しました",
)
LOST = Text("the process that worked on it ended ({detail})", "処理していたプロセスが異常終了しました ({detail})")
_FAULT = Text("something went wrong inside SignKit ({kind})", "SignKit の内部エラーです ({kind})")
