"""Judging many files: any number of them in bounded memory, on one machine's cores or on a cluster.

The engine needs no more than `concurrent.futures.Executor`: its own worker processes, threads, or Dask's
``Client.get_executor()``.  A file that kills or hangs its worker is UNREADABLE with the cause; no other file notices.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from signkit.errors import SignKitError, ValidationRefused
from signkit.incoming import FileProblem, read_location, too_large
from signkit.limits import exhaustion
from signkit.reporting.arrivals import Arrivals
from signkit.reporting.inputs import FileSource, sources
from signkit.validation.api import not_judged, not_read, validate_data, validate_streamed
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report
from signkit.workers import WAITING, WorkerLost, WorkerPool

#: Seconds that a worker gets on top of what a file may take (``Limits.seconds``), which it counts itself.
MARGIN_SECONDS = 15.0

#: Address space of a worker, bytes.  The largest honest PDF (512 MB) takes two and a half times its size, and what
#: libraries reserve; the processes that draw for a worker have a bound of their own below this.
_MEMORY = 4 * 1024 * 1024 * 1024

#: Files handed out at once, per worker: one being judged, one waiting, so that no worker waits for us.
_AHEAD = 2
#: Reports that wait, per worker, for one before them that is not done: then no more files are handed out.
_WAITING = 50


def validate_many(
    paths: Iterable[str | os.PathLike[str]],
    options: ValidationOptions | None = None,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    done: Mapping[str, str] | None = None,
    on_unchanged: Callable[[str], object] | None = None,
    as_they_come: bool = False,
    may_be_empty: bool = False,
) -> Iterator[Report]:
    """Judge files, folders, globs, archives and URLs; yield the reports in the order of ``paths``, by name in a folder.

    ``paths`` may be endless: a few files a worker are under way, and reports wait for a slower one before them only as
    far as `_WAITING` a worker goes.  Closing the iterator ends the workers.

    Args:
        paths: what to judge; see :func:`signkit.reporting.inputs.sources`.
        options: see :class:`ValidationOptions`; sent to each worker once, so it must be picklable unless ``jobs`` is 0.
        executor: who does the work, instead of own worker processes; it is not shut down.  What it does not answer
            within some minutes is given up, but only own worker processes are stopped.
        jobs: how many workers; 0: this process alone; None: one a core, or for a single file this process.
            With ``executor``: how many workers it has.
        done: SHA-256 of files judged before, by name: a file that is still the same is passed over.
        on_unchanged: told the name of each file passed over.
        as_they_come: the next path may be long in coming: a thread waits for it, and no report waits with it.
        may_be_empty: a folder or archive without a file to judge is no report, where it otherwise is one unreadable.

    Raises:
        ValidationRefused("options-not-portable"): the options cannot be sent to a worker.
        ValidationRefused("password-stays-here"): with ``executor``: who knows where it runs.
        ValidationRefused("engine-failed"): the workers cannot be started, or the executor gave up.
        MissingExtra: a URL is named, and fsspec is not installed.
    """
    options = options or ValidationOptions()
    todo = sources(paths, offline=options.offline, may_be_empty=may_be_empty)
    if executor is None and jobs is None and as_they_come:
        jobs = os.cpu_count() or 1
    elif executor is None and jobs is None:
        first = list(islice(todo, 2))
        todo, jobs = chain(first, todo), 0 if len(first) < 2 else os.cpu_count() or 1
    done = done or {}
    if executor is not None:
        if options.password is not None:
            raise ValidationRefused("password-stays-here")
        run = _Run(_Sender(options), executor, jobs or os.cpu_count() or 1, _patience(options))
        found = run.reports(Arrivals(todo, elsewhere=as_they_come), done)
    elif jobs:
        found = _in_processes(Arrivals(todo, elsewhere=as_they_come), done, options, jobs)
    else:
        found = ((source.name, _judge(source, options, done.get(source.name))) for source in todo)
    for name, report in found:
        if report is not None:
            yield report
        elif on_unchanged is not None:
            on_unchanged(name)


def _judge(source: FileSource, options: ValidationOptions, known: str | None) -> Report | None:
    """Judge one file; None where it is ``known`` by its SHA-256."""
    try:
        if source.problem is not None:
            raise source.problem
        limit = options.limits.bytes
        if source.data is None and (streamed := validate_streamed(source.name, options)) is not None:
            return None if known is not None and streamed.sha256 == known else streamed
        data = source.data if source.data is not None else read_location(source.name, limit, offline=options.offline)
        if len(data) > limit:
            raise too_large(limit)
    except FileProblem as problem:
        return not_read(source.name, problem, options)
    except MemoryError as error:
        return not_read(source.name, FileProblem("limit", exhaustion(error)), options)
    if known is not None and hashlib.sha256(data).hexdigest() == known:
        return None
    return validate_data(data, source.name, options)


# --- in workers ------------------------------------------------------------------------------------------

#: The options that this worker has unpacked, by their digest: what they hold parsed is shared by all its files.
_unpacked: dict[str, ValidationOptions] = {}


def _unpack(digest: str, packed: bytes | None) -> ValidationOptions:
    if digest not in _unpacked:
        if packed is None:
            raise RuntimeError("this worker was not told the options")
        _unpacked.clear()
        _unpacked[digest] = pickle.loads(packed)  # noqa: S301  packed by validate_many
    return _unpacked[digest]


def _judge_elsewhere(digest: str, packed: bytes | None, source: FileSource, known: str | None) -> Report | None:
    return _judge(source, _unpack(digest, packed), known)


class _Sender:
    """The options as they travel; ``once`` they are with every worker from its start."""

    def __init__(self, options: ValidationOptions, *, once: bool = False) -> None:
        self.options = options
        try:
            self.packed = pickle.dumps(replace(options))  # a fresh copy: without what was parsed here
        except Exception as error:  # a plug-in's source may hold anything
            raise ValidationRefused("options-not-portable", cause=type(error).__name__) from error
        self.digest = hashlib.sha256(self.packed).hexdigest()
        self._with_job = None if once else self.packed

    def submit(self, executor: Executor, source: FileSource, known: str | None) -> Future[Report | None]:
        try:
            return executor.submit(_judge_elsewhere, self.digest, self._with_job, source, known)
        except RuntimeError as error:  # shut down, or broken
            raise ValidationRefused("engine-failed", cause=str(error)) from error


# --- in the parent ---------------------------------------------------------------------------------------


def _patience(options: ValidationOptions) -> float:
    """How long a foreign executor may keep a file: it may have begun others before."""
    return (_AHEAD + 1) * WAITING * (options.limits.seconds + MARGIN_SECONDS)


def _in_processes(
    todo: Arrivals[FileSource], done: Mapping[str, str], options: ValidationOptions, jobs: int
) -> Iterator[tuple[str, Report | None]]:
    sender = _Sender(options, once=True)
    seconds = options.limits.seconds + MARGIN_SECONDS
    pool = WorkerPool(
        jobs, seconds=seconds, initializer=_unpack, arguments=(sender.digest, sender.packed), memory=_MEMORY
    )
    finished = False
    try:
        yield from _Run(sender, pool, jobs, None).reports(todo, done)
        finished = True
    finally:
        pool.shutdown(cancel_futures=not finished)


@dataclass(frozen=True)
class _Job:
    """A file under way: its place in the order, and since when."""

    number: int
    source: FileSource
    since: float


class _Run:
    """One batch on an executor."""

    def __init__(self, sender: _Sender, executor: Executor, jobs: int, patience: float | None) -> None:
        self._sender = sender
        self._executor = executor
        self._room = _AHEAD * jobs
        self._most_waiting = _WAITING * jobs
        self._patience = patience
        self._pending: dict[Future[Report | None], _Job] = {}
        self._finished: dict[int, tuple[str, Report | None]] = {}
        self._handed_out = self._told = 0

    def reports(self, todo: Arrivals[FileSource], done: Mapping[str, str]) -> Iterator[tuple[str, Report | None]]:
        """Yield name and report of each file in their order; the report is None where it is the same as before."""
        try:
            while True:
                while self._free_room() and (source := todo.take()) is not None:
                    future = self._sender.submit(self._executor, source, done.get(source.name))
                    self._pending[future] = _Job(self._handed_out, source, time.monotonic())
                    self._handed_out += 1
                if not self._pending and todo.ended:
                    return
                self._wait(todo)
                self._take_finished()
                yield from self._in_order()
        finally:
            todo.forget()
            for future in self._pending:
                future.cancel()

    def _wait(self, todo: Arrivals[FileSource]) -> None:
        """Wait until a file is done, or the next has come and there is room for it."""
        awaited: set[Future[Any]] = set(self._pending)
        if self._free_room() and not todo.ended:
            awaited.add(todo.next())
        wait(awaited, timeout=self._patience, return_when=FIRST_COMPLETED)

    def _free_room(self) -> int:
        return max(0, min(self._room - len(self._pending), self._most_waiting - len(self._finished)))

    def _in_order(self) -> Iterator[tuple[str, Report | None]]:
        """Yield what no file before is missing for."""
        while self._told in self._finished:
            told = self._finished.pop(self._told)
            self._told += 1
            yield told

    def _take_finished(self) -> None:
        for future in [each for each in self._pending if each.done()]:
            job = self._pending.pop(future)
            self._finished[job.number] = job.source.name, self._outcome(future, job.source)
        for future, job in list(self._pending.items()):
            if self._patience is not None and time.monotonic() - job.since > self._patience:
                del self._pending[future]  # whatever it may still answer, nobody hears it: nothing is reported twice
                future.cancel()
                lost = WorkerLost("hung", f"{self._patience:g} s")
                self._finished[job.number] = job.source.name, not_judged(job.source.name, lost, self._sender.options)

    def _outcome(self, future: Future[Report | None], source: FileSource) -> Report | None:
        try:
            return future.result()
        except WorkerLost as lost:
            if lost.cause == "start":
                raise ValidationRefused("engine-failed", cause=lost.detail) from lost
            return not_judged(source.name, lost, self._sender.options)
        except SignKitError:
            raise
        except (CancelledError, RuntimeError) as error:  # not ours: the executor itself has ended
            raise ValidationRefused("engine-failed", cause=f"{type(error).__name__}: {error}".rstrip(": ")) from error
        except Exception as error:  # the executor's own words for a lost worker, such as Dask's KilledWorker
            return not_judged(source.name, WorkerLost("died", type(error).__name__), self._sender.options)
