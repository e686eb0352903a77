"""Worker processes of which each may die or hang at the cost of one job.

`concurrent.futures.ProcessPoolExecutor` breaks as a whole when one process dies, and cannot stop one that hangs.  Here
every process has one job at a time and a thread of ours that waits for it: what the process does not answer within its
time, or does not survive, is that job's failure alone, and a fresh process takes the next.  Its time is what the
processor works for it: on a busy machine, where a job waits for its turn, it is the same job with the same result.

The processes are started by name (``python -c``), not forked and not by `multiprocessing`: nothing of the parent's
state or ``__main__`` is run again, so a script without ``if __name__ == "__main__"`` works on every system.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from functools import cache
from typing import IO, Any, Literal

_LENGTH = struct.Struct(">Q")
_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from signkit.workers import serve; serve()"
_FAREWELL_SECONDS = 5.0
_START_SECONDS = 60.0
#: By the clock a job may take this many times as long as of the processor: then it waits for what never comes.
WAITING = 10 if sys.platform != "win32" else 1  # Windows bounds no processor time
_STARTS = 3
_PAUSE_SECONDS = 0.2
_FIRST_USE = threading.Lock()


class WorkerLost(Exception):
    """The process with this job ``died`` (``detail`` says how), ``hung``, or could not ``start``."""

    def __init__(self, cause: Literal["died", "hung", "start"], detail: str) -> None:
        super().__init__(cause, detail)
        self.cause = cause
        self.detail = detail


class WorkerPool(Executor):
    """An executor over processes; functions, arguments and results must be picklable.

    Args:
        workers: how many processes; each starts with its first job.
        seconds: processor time that one job may take before its process is killed; by the clock `WAITING` times that.
        initializer: called once in each process, with ``arguments``, before its first job.
        memory: bytes of address space a process may have; None: no bound (and none on Windows).
    """

    def __init__(
        self,
        workers: int,
        *,
        seconds: float,
        initializer: Callable[..., object] | None = None,
        arguments: tuple[Any, ...] = (),
        memory: int | None = None,
    ) -> None:
        self._workers = workers
        self._seconds = seconds
        self._hello = pickle.dumps((memory, seconds, initializer, arguments))
        self._jobs: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running: set[_Process] = set()
        self._lock = threading.Lock()
        self._stopped = False
        self._killed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See `concurrent.futures.Executor.submit`.  The future fails with `WorkerLost` where the process does."""
        job = pickle.dumps((fn, args, kwargs))
        future: Future[Any] = Future()
        with self._lock:
            if self._stopped:
                raise RuntimeError("the pool was shut down")
            self._jobs.put((future, job))
            if len(self._threads) < self._workers:
                thread = threading.Thread(target=self._attend, daemon=True, name="signkit-worker")
                self._start_thread(thread)
        return future

    def _start_thread(self, thread: threading.Thread) -> None:
        """Start a thread; where there is no memory for it, those that run must do, if any do."""
        try:
            thread.start()
        except RuntimeError as error:
            if not self._threads:
                raise MemoryError(str(error)) from error
        else:
            self._threads.append(thread)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the jobs end; with ``cancel_futures`` forget those waiting and kill the processes of those running."""
        with self._lock:
            self._stopped = True
            self._killed = self._killed or cancel_futures
            processes = list(self._running) if cancel_futures else []
            for _ in self._threads:
                self._jobs.put(None)
        for process in processes:
            process.kill()
        if wait:
            for thread in self._threads:
                thread.join()

    def _attend(self) -> None:
        """Give one process job after job, and a successor when it is lost."""
        process: _Process | None = None
        while (job := self._jobs.get()) is not None:
            future, data = job
            if self._killed:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if process is None or not process.usable():
                    self._forget(process)
                    process = self._start()
                succeeded, value = process.call(data, self._seconds)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(value) if succeeded else future.set_exception(value)
        self._forget(process)

    def _start(self) -> _Process:
        """Start a process.  One that died on the way, which memory or a stranger's kill may have done, is replaced."""
        for tries_left in reversed(range(_STARTS)):
            try:
                return self._start_once()
            except WorkerLost as lost:
                if lost.cause != "died" or self._killed or not tries_left:
                    raise WorkerLost("start", lost.detail) from lost
            time.sleep(_PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _start_once(self) -> _Process:
        try:
            process = _Process()
        except OSError as error:  # no room for another process at this moment
            raise WorkerLost("died", str(error)) from error
        with self._lock:
            self._running.add(process)
            if self._killed:
                process.kill()
        try:
            process.greet(self._hello, _START_SECONDS)
        except WorkerLost:
            process.kill()
            self._forget(process)
            raise
        return process

    def _forget(self, process: _Process | None) -> None:
        if process is not None:
            process.close()
            with self._lock:
                self._running.discard(process)


def kept_pool(use: str, *, seconds: float, memory: int | None) -> WorkerPool:
    """Return the pool of one process for a use, kept as long as this process lives: what a job loads is loaded once."""
    with _FIRST_USE:
        return _kept_pool(use, seconds, memory)


@cache
def _kept_pool(_use: str, seconds: float, memory: int | None) -> WorkerPool:
    pool = WorkerPool(1, seconds=seconds, memory=memory)
    atexit.register(pool.shutdown, cancel_futures=True)
    return pool


class _Process:
    """One worker process, as its parent sees it."""

    def __init__(self) -> None:
        with _interrupts_blocked():
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._inbox: IO[bytes] = self._process.stdin
        self._outbox: IO[bytes] = self._process.stdout
        self._late = False

    def usable(self) -> bool:
        return not self._late and self._process.poll() is None

    def greet(self, hello: bytes, seconds: float) -> None:
        """Send what is common to all jobs; wait until the process is ready."""
        succeeded, value = self.call(hello, seconds)
        if not succeeded:
            raise WorkerLost("start", f"{type(value).__name__}: {value}")

    def call(self, job: bytes, seconds: float) -> tuple[bool, Any]:
        """Send a job; return whether it succeeded, and its result or exception.

        Raises:
            WorkerLost: no answer came.
        """
        watch = threading.Timer(seconds * WAITING, self._run_out)
        watch.daemon = True
        watch.start()
        try:
            _send(self._inbox, job)
            answer: tuple[bool, Any] = pickle.loads(_receive(self._outbox))  # noqa: S301  from our own process
            return answer
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise self._loss_after(seconds) from error
        finally:
            watch.cancel()

    def _run_out(self) -> None:
        self._late = True
        self.kill()

    def _loss_after(self, seconds: float) -> WorkerLost:
        self.kill()
        code = self._process.wait()
        if self._late or -code == getattr(signal, "SIGXCPU", None):
            return WorkerLost("hung", f"{seconds:g} s")
        return WorkerLost("died", _signal_name(-code) if code < 0 else f"exit code {code}")

    def kill(self) -> None:
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End the process: politely, since it is idle, else by force."""
        with suppress(OSError):
            self._inbox.close()
        try:
            self._process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._outbox.close()


def serve() -> None:
    """Be a worker: read jobs from stdin, write answers to what was stdout, until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand between the answers
    memory, seconds, initializer, arguments = pickle.loads(_receive(inbox))  # noqa: S301  from our own parent
    _bound_memory(memory)
    answer = _answer(initializer or _nothing, arguments, {})
    _send(outbox, pickle.dumps((True, None) if answer[0] else answer))
    while True:
        try:
            job = _receive(inbox)
        except EOFError:
            return
        _bound_time(seconds)
        _send(outbox, _do(job))


def _do(job: bytes) -> bytes:
    try:
        return pickle.dumps(_answer(*pickle.loads(job)))  # noqa: S301  from our own parent
    except Exception as error:  # it, or its result, cannot be pickled
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[bool, Any]:
    try:
        return True, function(*arguments, **named)
    except Exception as error:
        return False, error


def _nothing() -> None:
    return None


def _bound_memory(memory: int | None) -> None:
    if memory is not None and sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _bound_time(seconds: float) -> None:
    """Let the system end this process (SIGXCPU) when it has worked for ``seconds`` more."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        end = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (end if hard == resource.RLIM_INFINITY else min(end, hard), hard))


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes:
    length = _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Let a process that starts now inherit a blocked SIGINT: the terminal sends Ctrl-C to it as well."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
