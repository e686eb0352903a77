"""Who does the jobs: threads beside the requests, in each server process."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from signkit.errors import ServiceError, SignKitError
from signkit.web.api import batches
from signkit.web.api.calls import Refusal
from signkit.web.api.events import DELIVERY, tell
from signkit.web.api.jobs import (
    ATTEMPTS,
    Job,
    RetryLater,
    Worker,
    finish_job,
    given_up,
    lease_job,
    problem_of,
    renew_lease,
)
from signkit.web.api.leases import RENEW_SECONDS
from signkit.web.api.places import ELSEWHERE
from signkit.web.api.store import Store, moment
from signkit.web.api.tenants import Tenant
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from signkit.web.api.service import Service

_LOOK_SECONDS = 0.5


class JobRunner:
    """Threads that do the jobs of all tenants, in turn.

    Args:
        workers: what does a job, by its kind.
        on_end: told the kind and the end (``done``, ``failed``, ``again``) of each.
    """

    def __init__(
        self, service: Service, workers: Mapping[str, Worker], threads: int, on_end: Callable[[str, str], object]
    ) -> None:
        self._service = service
        self._workers = workers
        self._on_end = on_end
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._more = threading.Condition()
        self._holder = secrets.token_hex(8)
        self._renewer = threading.Thread(target=self._renew, daemon=True, name="signkit-leases")
        self._threads = [threading.Thread(target=self._run, daemon=True, name="signkit-jobs") for _ in range(threads)]

    def start(self) -> None:
        """Begin."""
        for each in [*self._threads, self._renewer]:
            each.start()

    def stop(self, seconds: float) -> None:
        """Take no further job, and wait for those under way; what does not end is done by the next run."""
        self._stopping.set()
        self.wake()
        for each in self._threads:
            each.join(seconds)
        self._ended.set()
        self._renewer.join()

    def wake(self) -> None:
        """Say that there is a job."""
        with self._more:
            self._more.notify_all()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._run_round():
                with self._more:
                    self._more.wait(_LOOK_SECONDS)

    def _run_round(self) -> bool:
        """Do one job of each tenant, in turn; tell whether there was any."""
        try:
            found = [self.run_one(tenant) for tenant in self._service.tenants.all()]
            return any(found)
        except SignKitError:  # the database is away for a moment
            return False

    def run_one(self, tenant: Tenant) -> bool:
        """Do one job of a tenant; tell whether there was one."""
        try:
            job = lease_job(tenant.store, self._holder)
        except SignKitError:  # a full disk, a tenant that is being deleted
            return False
        if job is None:
            return False
        try:
            with self._service.leases.hold(lambda: renew_lease(tenant.store, job, self._holder)):
                end = self._do(tenant, job)
        except SignKitError:  # the store is away: nothing was kept, and the lease runs out
            end = "again"
        self._on_end(job.kind, end)
        return True

    def _renew(self) -> None:
        """Renew leases, of requests too, until the last job under way has ended, also beyond `stop`'s word."""
        while not self._ended.wait(RENEW_SECONDS):
            self._service.tenants.renew_places()
            self._service.leases.renew()

    def _do(self, tenant: Tenant, job: Job) -> str:
        try:
            if job.is_given_up and job.kind != batches.JOB:  # a batch goes on without the file, and says why
                raise RetryLater(given_up(), None)
            keep = self._workers[job.kind](self._service, tenant, job)
            return "done" if finish_job(tenant.store, job, self._holder, keep) else "cancelled"
        except RetryLater as later:
            fail_job(tenant.store, job, self._holder, later.problem, later.seconds)
            return "again" if later.seconds is not None else "failed"
        except WorkerLost as lost:
            again = 1.0 if job.attempts < ATTEMPTS else None
            fail_job(tenant.store, job, self._holder, problem_of(lost), again)
            return "again" if again else "failed"
        except Exception as error:
            if isinstance(error, ServiceError) and error.code == "store-unusable":
                raise
            # Another node works on the archive: it may take the job up, or let go.
            again = RENEW_SECONDS if isinstance(error, Refusal) and error.code == ELSEWHERE else None
            fail_job(tenant.store, job, self._holder, problem_of(error), again)
            return "again" if again else "failed"


def fail_job(store: Store, job: Job, holder: str, problem: dict[str, Any], retry_seconds: float | None) -> None:
    """Note why a job failed; it is tried again by itself after ``retry_seconds``, or by a person."""
    state = "failed" if retry_seconds is None else "ready"
    due = moment(store.clock() + timedelta(seconds=retry_seconds or 0))
    with store.writing() as connection:
        connection.execute(
            "UPDATE job SET state = ?, due_at = ?, problem = ?, holder = NULL WHERE id = ? AND holder = ?",
            (state, due, json.dumps(problem, ensure_ascii=False), job.id, holder),
        )
        if state == "failed" and job.kind != DELIVERY:  # else a receiver that is down would hear of nothing else
            tell(connection, store, "job.failed", {"id": job.id, "kind": job.kind, "code": problem["code"]})
