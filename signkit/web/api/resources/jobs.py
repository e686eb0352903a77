"""Work under way, and work that failed."""

from __future__ import annotations

from signkit.web.api import batches, problems
from signkit.web.api.calls import Answer, Call
from signkit.web.api.jobs import Job, cancel_job, find_job, list_jobs, retry_job
from signkit.web.api.listing import page

_WHAT = "job"


def list_all(call: Call) -> Answer:
    """Answer with a page of jobs."""
    with call.tenant.store.reading() as connection:
        state = call.values.get("state")
        return page(
            call, lambda after, most: list_jobs(connection, state, after, most), lambda job: job.id, Job.to_json
        )


def get(call: Call) -> Answer:
    """Answer with a job."""
    with call.tenant.store.reading() as connection:
        job = find_job(connection, call.values["id"])
    if job is None:
        raise problems.unknown(_WHAT)
    return Answer(200, job.to_json(), subject=job.id)


def cancel(call: Call) -> Answer:
    """Delete a job; a batch goes on without its file."""
    store = call.tenant.store
    with store.writing() as connection:
        job = find_job(connection, call.values["id"])
        if job is None or not cancel_job(connection, store, job.id):
            raise problems.unknown(_WHAT)
        if job.kind == batches.JOB:
            batches.settle(connection, store, job.content["batch"], call.service.own.abreast)
    return Answer(204, subject=call.values["id"])


def retry(call: Call) -> Answer:
    """Let a failed job be tried again."""
    store = call.tenant.store
    with store.writing() as connection:
        is_retried = retry_job(connection, store, call.values["id"])
        job = find_job(connection, call.values["id"])
    if job is None:
        raise problems.unknown(_WHAT)
    if not is_retried:
        raise problems.job_not_failed()
    return Answer(202, job.to_json(), subject=job.id)


HANDLERS = {"listJobs": list_all, "getJob": get, "cancelJob": cancel, "retryJob": retry}
