"""Who does the jobs: threads beside the requests, in each server process.

What waits for somebody outside has threads of its own: the work of one tenant waits for no other's receivers.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from signkit.errors import ServiceError, SignKitError
from signkit.web.api import batches
from signkit.web.api.calls import Refusal
from signkit.web.api.events import DELIVERY, tell
from signkit.web.api.jobs import (
    ATTEMPTS,
    EVERY,
    Job,
    RetryLater,
    WantedJobs,
    Worker,
    finish_job,
    given_up,
    lease_job,
    problem_of,
    renew_lease,
)
from signkit.web.api.leases import RENEW_SECONDS
from signkit.web.api.outward import OutwardPlaces
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
        threads: so many at the same time, beside those that lead outside.
        on_end: told the kind and the end (``done``, ``failed``, ``again``) of each.
        outward: the kinds of jobs that wait for somebody outside.
    """

    def __init__(
        self,
        service: Service,
        workers: Mapping[str, Worker],
        threads: int,
        on_end: Callable[[str, str], object],
        outward: Collection[str] = (),
    ) -> None:
        self._service = service
        self._workers = workers
        self._on_end = on_end
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._more = threading.Condition()
        self._holder = secrets.token_hex(8)
        self._renewer = threading.Thread(target=self._renew, daemon=True, name="signkit-leases")
        self._inward = WantedJobs(tuple(outward)) if outward else EVERY
        self._threads = [
            threading.Thread(target=self._run, args=(self.run_one,), daemon=True, name="signkit-jobs")
            for _ in range(threads)
        ]
        self._outward = OutwardPlaces(outward)
        self._sent: set[threading.Thread] = set()
        self._sender = threading.Thread(target=self._run, args=(self._send_one,), daemon=True, name="signkit-sender")
        self._looking = [*self._threads, *([self._sender] if outward else [])]

    def start(self) -> None:
        """Begin."""
        for each in [*self._looking, self._renewer]:
            each.start()

    def stop(self, seconds: float) -> None:
        """Take no further job, and wait for those under way; what does not end is done by the next run."""
        until = time.monotonic() + seconds
        self._stopping.set()
        self.wake()
        for each in self._looking:
            each.join(max(0.0, until - time.monotonic()))
        for each in list(self._sent):
            each.join(max(0.0, until - time.monotonic()))
        self._ended.set()
        self._renewer.join()

    def wake(self) -> None:
        """Say that there is a job."""
        with self._more:
            self._more.notify_all()

    def _run(self, take_one: Callable[[Tenant], bool]) -> None:
        while not self._stopping.is_set():
            if not self._round(take_one):
                with self._more:
                    self._more.wait(_LOOK_SECONDS)

    def _round(self, take_one: Callable[[Tenant], bool]) -> bool:
        """Take one job of each tenant, in turn; tell whether there was any."""
        try:
            found = [take_one(tenant) for tenant in self._service.tenants.all()]
            return any(found)
        except SignKitError:  # the database is away for a moment
            return False

    def run_one(self, tenant: Tenant) -> bool:
        """Do one job of a tenant; tell whether there was one."""
        job = self._lease(tenant, self._inward)
        if job is not None:
            self._work(tenant, job)
        return job is not None

    def _send_one(self, tenant: Tenant) -> bool:
        """Begin one job of a tenant that leads outside, where there is room for it; tell whether there was one."""
        for wanted in self._outward.wanted(tenant.id):
            job = self._lease(tenant, wanted)
            if job is not None:
                thread = threading.Thread(target=self._sending, args=(tenant, job), daemon=True, name="signkit-sending")
                self._outward.begin(tenant.id, job)
                self._sent.add(thread)
                thread.start()
                return True
        return False

    def _sending(self, tenant: Tenant, job: Job) -> None:
        try:
            self._work(tenant, job)
        finally:
            self._outward.end(tenant.id, job)
            self._sent.discard(threading.current_thread())
            self.wake()

    def _lease(self, tenant: Tenant, wanted: WantedJobs) -> Job | None:
        try:
            return lease_job(tenant.store, self._holder, wanted)
        except SignKitError:  # a full disk, a tenant that is being deleted
            return None

    def _work(self, tenant: Tenant, job: Job) -> None:
        try:
            with self._service.leases.hold(lambda: renew_lease(tenant.store, job, self._holder)):
                end = self._do(tenant, job)
        except SignKitError:  # the store is away: nothing was kept, and the lease runs out
            end = "again"
        self._on_end(job.kind, end)

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
