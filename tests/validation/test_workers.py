"""Worker processes: a job that dies or hangs is that job's failure alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from signkit.workers import WorkerLost, WorkerPool


def own_number() -> int:
    return os.getpid()


def hang() -> None:
    threading.Event().wait()


def die_by_signal() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def give_what_cannot_travel() -> object:
    return lambda: None


def refuse() -> None:
    raise ValueError("no such option")


@pytest.mark.slow
def test_jobs_run_in_other_processes_and_keep_their_results():
    with WorkerPool(2, seconds=60) as pool:
        numbers = [pool.submit(own_number) for _ in range(20)]
        powers = [pool.submit(pow, 2, exponent) for exponent in range(20)]
        assert [job.result() for job in powers] == [2**exponent for exponent in range(20)]
        found = {job.result() for job in numbers}
    assert os.getpid() not in found
    assert len(found) <= 2


@pytest.mark.slow
def test_an_exception_comes_back_as_it_is():
    with WorkerPool(1, seconds=60) as pool, pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "x").result()


@pytest.mark.slow
def test_a_process_that_ends_costs_its_job_alone():
    with WorkerPool(1, seconds=60) as pool:
        jobs = [pool.submit(abs, -1), pool.submit(os._exit, 3), pool.submit(abs, -2)]
        with pytest.raises(WorkerLost) as lost:
            jobs[1].result()
        assert (lost.value.cause, lost.value.detail) == ("died", "exit code 3")
        assert (jobs[0].result(), jobs[2].result()) == (1, 2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_signal_is_named():
    with WorkerPool(1, seconds=60) as pool, pytest.raises(WorkerLost) as lost:
        pool.submit(die_by_signal).result()
    assert lost.value.detail == "SIGKILL"


@pytest.mark.slow
def test_a_process_that_hangs_is_stopped_at_the_deadline(monkeypatch):
    monkeypatch.setattr("signkit.workers.WAITING", 1)
    with WorkerPool(1, seconds=1) as pool:
        stuck, after = pool.submit(hang), pool.submit(abs, -1)
        with pytest.raises(WorkerLost) as lost:
            stuck.result()
        assert (lost.value.cause, lost.value.detail) == ("hung", "1 s")
        assert after.result() == 1


def turn() -> None:
    while True:
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no processor time")
def test_a_job_has_its_time_of_the_processor_and_each_job_anew():
    with WorkerPool(1, seconds=1) as pool:
        before = [pool.submit(work, 0.7) for _ in range(3)]
        busy, after = pool.submit(turn), pool.submit(abs, -1)
        assert [job.result() for job in before] == [None] * 3
        with pytest.raises(WorkerLost) as lost:
            busy.result()
        assert (lost.value.cause, lost.value.detail) == ("hung", "1 s")
        assert after.result() == 1


def work(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no processor time")
def test_a_job_that_waits_for_its_turn_is_not_late():
    """What a busy machine does to a process: it stands still for longer than the job's time."""
    with WorkerPool(1, seconds=0.1) as pool:
        number = pool.submit(own_number).result()
        os.kill(number, signal.SIGSTOP)
        waiting, clock = pool.submit(own_number), threading.Timer(0.4, os.kill, (number, signal.SIGCONT))
        clock.start()
        assert waiting.result() == number
        clock.join()


@pytest.mark.slow
def test_what_a_job_prints_does_not_stand_between_the_answers():
    with WorkerPool(1, seconds=60) as pool:
        assert pool.submit(print, "noise").result() is None
        assert pool.submit(os.write, 1, b"noise").result() == 5


@pytest.mark.slow
def test_a_result_that_cannot_travel_is_an_error():
    with WorkerPool(1, seconds=60) as pool, pytest.raises(RuntimeError, match="lambda"):
        pool.submit(give_what_cannot_travel).result()


@pytest.mark.slow
def test_a_start_that_fails_is_told_apart_from_a_job_that_does():
    with WorkerPool(1, seconds=60, initializer=refuse) as pool, pytest.raises(WorkerLost) as lost:
        pool.submit(abs, -1).result()
    assert (lost.value.cause, lost.value.detail) == ("start", "ValueError: no such option")


def die_at_first(folder: Path) -> None:
    """Die in the first processes that start, and not in those after them."""
    died = len(list(folder.iterdir()))
    if died < 2:
        (folder / str(died)).touch()
        os._exit(9)


@pytest.mark.slow
def test_a_process_that_dies_while_it_starts_is_replaced(tmp_path):
    with WorkerPool(1, seconds=60, initializer=die_at_first, arguments=(tmp_path,)) as pool:
        assert pool.submit(abs, -1).result() == 1


@pytest.mark.slow
def test_processes_that_all_die_while_they_start_are_told():
    with WorkerPool(1, seconds=60, initializer=os._exit, arguments=(9,)) as pool, pytest.raises(WorkerLost) as lost:
        pool.submit(abs, -1).result()
    assert (lost.value.cause, lost.value.detail) == ("start", "exit code 9")


@pytest.mark.slow
def test_where_no_process_can_be_started_it_is_tried_again(monkeypatch):
    popen, refused = subprocess.Popen, []

    def refuse(*arguments, **named):
        if len(refused) < 2:
            refused.append(1)
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return popen(*arguments, **named)

    monkeypatch.setattr("signkit.workers.subprocess.Popen", refuse)
    with WorkerPool(1, seconds=60) as pool:
        assert pool.submit(abs, -1).result() == 1


@pytest.mark.slow
def test_shutdown_with_cancel_ends_what_hangs():
    pool = WorkerPool(1, seconds=600)
    pool.submit(own_number).result()
    stuck, waiting = pool.submit(hang), pool.submit(abs, -1)
    while not stuck.running():
        pass
    pool.shutdown(cancel_futures=True)
    with pytest.raises(WorkerLost):
        stuck.result()
    with pytest.raises(CancelledError):
        waiting.result()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(abs, -1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux")
def test_memory_is_bounded():
    with WorkerPool(1, seconds=60, memory=512 * 1024 * 1024) as pool, pytest.raises(MemoryError):
        pool.submit(bytearray, 1024 * 1024 * 1024).result()
