"""Work that takes longer than a page may: it goes on whether or not somebody looks, and can be cancelled."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from signkit.errors import SignKitError
from signkit.web.desk.desk_hints import desk_hint
from signkit.words import Text

_MOST_KEPT = 200


class JobStopped(Exception):
    """The person cancelled the work that is under way."""


@dataclass
class DeskJob:
    """One piece of work.

    Attributes:
        title: what it is, for people.
        stage: what it is at.
        done, total: how far it is; no total: that cannot be told.
        leads_to: the page to show once it is done.
        error, hint: what stopped it, and what to do; in words, for they may come from another process.
        cancel: ends what is under way; None: it looks by itself whether it is to go on.
        result: what came of it, for the page that it leads to.
        cancelled: what is said once it was cancelled; None: the usual.
        thread: does it.
    """

    title: Text
    number: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: Literal["working", "done", "failed", "cancelled"] = "working"
    stage: Text | None = None
    done: int = 0
    total: int = 0
    leads_to: str = "/"
    leads_back: str = "/"
    error: Text | None = None
    hint: Text | None = None
    cancel: Callable[[], object] | None = None
    result: Any = field(default=None, repr=False)
    cancelled: Text | None = None
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def seen(self) -> str:
        """What a page shows of it, by name: whether it still does, the page asks."""
        stage = hashlib.sha256(self.stage.en.encode() if self.stage else b"").hexdigest()[:8]
        return f"{self.done}-{self.total}-{stage}"

    def report(self, done: int, total: int, stage: Text | None = None) -> None:
        """Say how far it is.

        Raises:
            JobStopped: nobody wants it any more.
        """
        if self.state != "working":
            raise JobStopped
        self.done, self.total, self.stage = done, total, stage or self.stage

    def fail(self, error: SignKitError) -> None:
        """Say what stopped it."""
        self.error, self.hint = Text(error.message("en"), error.message("ja")), desk_hint(error)
        self.state = "failed"

    def stop(self) -> None:
        """Cancel it."""
        if self.state == "working":
            self.state = "cancelled"
            if self.cancel is not None:
                self.cancel()


class Jobs:
    """The jobs of one desk."""

    def __init__(self) -> None:
        self._jobs: dict[str, DeskJob] = {}
        self._lock = threading.Lock()

    def start(self, job: DeskJob, work: Callable[[DeskJob], object]) -> DeskJob:
        """Begin a job in a thread of its own."""
        with self._lock:
            self._jobs[job.number] = job
            for old in list(self._jobs)[:-_MOST_KEPT]:
                del self._jobs[old]
        job.thread = threading.Thread(target=_run, args=(job, work), daemon=True, name="signkit-desk-job")
        job.thread.start()
        return job

    def find(self, number: str) -> DeskJob | None:
        """Return a job; None where it is not known (any more)."""
        return self._jobs.get(number)

    def are_working(self) -> bool:
        """Tell whether any is under way."""
        return any(job.state == "working" for job in list(self._jobs.values()))

    def failed(self) -> list[DeskJob]:
        """Return what failed, the newest first, but for what went well when it was tried again."""
        failed: dict[tuple[str, str], DeskJob] = {}
        for job in list(self._jobs.values()):
            same = job.title.en, job.leads_back
            failed.pop(same, None)
            if job.state == "failed":
                failed[same] = job
        return list(failed.values())[::-1]

    def stop_all(self) -> None:
        """Cancel whatever is under way."""
        for job in list(self._jobs.values()):
            job.stop()


def _run(job: DeskJob, work: Callable[[DeskJob], object]) -> None:
    try:
        work(job)
        if job.state == "working":
            job.state = "done"
    except SignKitError as error:
        if job.state == "working":
            job.fail(error)
    except Exception as error:
        if job.state == "working":
            job.error = _FAULT.filled(kind=type(error).__name__)
            job.state = "failed"


_FAULT = Text(
    "Something went wrong inside SignKit ({kind}). Nothing was half-written.",
    "SignKit の内部エラーです ({kind})。書きかけのファイルはありません。",
)
