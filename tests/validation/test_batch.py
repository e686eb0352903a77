"""Many files at once: every file gets one report, whatever happens to the process that judges it."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from signkit.limits import Limits
from signkit.pki.revocation.sources import NOT_PUBLISHED
from signkit.reporting import batch
from signkit.reporting.batch import validate_many
from signkit.validation.options import ValidationOptions
from tests.refusals import refused_as
from tests.validation import pdfs, pki


@dataclass(frozen=True)
class Trap:
    """A revocation source (as a plug-in may be one) with a defect: some names kill or hang the process that asks."""

    def look_up(self, certificate, issuer):
        name = certificate.subject.native["common_name"]
        if name == "Killer":
            os._exit(7)
        if name == "Sleeper":
            threading.Event().wait()
        return NOT_PUBLISHED


def signed_by(world, name: str) -> bytes:
    signer = pki.issue(world.ca, name)
    return pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, signer))


@pytest.fixture(scope="session")
def killer(world) -> bytes:
    return signed_by(world, "Killer")


@pytest.fixture(scope="session")
def sleeper(world) -> bytes:
    return signed_by(world, "Sleeper")


@pytest.fixture
def trapped(world):
    """Options under which some files kill or hang their worker."""
    return replace(world.options, offline=False, revocation=(Trap(),))


def verdicts(reports) -> dict[str, str]:
    found = [(os.path.basename(report.file), str(report.verdict)) for report in reports]  # noqa: PTH119
    assert len(found) == len(dict(found)), "a file was reported twice"
    return dict(found)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [0, 2])
def test_reports_come_by_name(world, signed, tmp_path, jobs):
    for name in ("b.pdf", "a.pdf", "c.pdf"):
        (tmp_path / name).write_bytes(signed)
    reports = list(validate_many([tmp_path], world.options, jobs=jobs))
    assert [report.file for report in reports] == [str(tmp_path / name) for name in ("a.pdf", "b.pdf", "c.pdf")]


@pytest.mark.slow
def test_processes_give_the_same_reports_as_one(world, signed, tmp_path):
    for number in range(12):
        (tmp_path / f"{number:02}.pdf").write_bytes(signed if number % 3 else pdfs.build())
    here = list(validate_many([tmp_path], world.options, jobs=0))
    there = list(validate_many([tmp_path], world.options, jobs=2))
    assert there == here


@pytest.mark.slow
def test_threads_are_an_executor_too(world, signed, tmp_path):
    for number in range(6):
        (tmp_path / f"{number}.pdf").write_bytes(signed)
    with ThreadPoolExecutor(2) as executor:
        found = verdicts(validate_many([tmp_path], world.options, executor=executor, jobs=2))
    assert len(found) == 6


@pytest.mark.slow
def test_a_file_that_kills_its_worker_costs_itself_alone(trapped, signed, killer, tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.pdf").write_bytes(killer if number in (2, 5) else signed)
    reports = list(validate_many([tmp_path], trapped, jobs=2))
    found = verdicts(reports)
    assert [name for name, verdict in sorted(found.items()) if verdict == "UNREADABLE"] == ["2.pdf", "5.pdf"]
    assert len(found) == 10
    error = next(report.error for report in reports if report.error)
    assert error.code == "worker-died"
    assert error.message.en == "The worker process ended while judging it (exit code 7)."


@pytest.mark.slow
def test_a_file_that_hangs_its_worker_costs_itself_alone(trapped, signed, sleeper, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "MARGIN_SECONDS", 1.0)
    monkeypatch.setattr("signkit.workers.WAITING", 1)
    options = replace(trapped, limits=Limits(seconds=2))
    for number in range(6):
        (tmp_path / f"{number}.pdf").write_bytes(sleeper if number == 1 else signed)
    reports = list(validate_many([tmp_path], options, jobs=2))
    assert list(verdicts(reports)) == [f"{number}.pdf" for number in range(6)], "by name, whichever was done first"
    assert Counter(verdicts(reports).values())["UNREADABLE"] == 1
    (lost,) = [report for report in reports if report.error]
    assert (lost.error.code, lost.error.message.en) == ("worker-hung", "It was not judged within 3 s.")
    assert lost.sha256 == "", "so that --resume tries it again"


def test_a_foreign_executor_that_never_answers_is_given_up(world, signed, tmp_path, monkeypatch):
    class Silent(ThreadPoolExecutor):
        def submit(self, *_arguments):
            return Future()

    monkeypatch.setattr(batch, "_patience", lambda _options: 0.01)
    (tmp_path / "a.pdf").write_bytes(signed)
    with Silent() as executor:
        (report,) = validate_many([tmp_path / "a.pdf"], world.options, executor=executor)
    assert report.error.code == "worker-hung"


def test_an_executor_that_is_gone_ends_the_run(world, signed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(signed)
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with refused_as("engine-failed"):
        list(validate_many([tmp_path / "a.pdf"], world.options, executor=executor))


def test_options_that_cannot_travel_are_refused(world, signed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(signed)
    options = replace(world.options, revocation=(threading.Lock(),))
    with refused_as("options-not-portable") as refused:
        list(validate_many([tmp_path], options, jobs=1))
    assert "--jobs 0" in refused.value.hint()


@pytest.mark.slow
def test_an_endless_list_is_read_no_further_than_the_work_needs(world, signed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(signed)
    asked = 0

    def names():
        nonlocal asked
        while True:
            asked += 1
            yield tmp_path / "a.pdf"

    reports = validate_many(names(), world.options, jobs=2)
    for _ in range(10):
        next(reports)
    assert asked <= 10 + 2 * (batch._AHEAD + batch._WAITING)
    reports.close()


@pytest.mark.slow
def test_files_judged_before_are_passed_over_unless_they_changed(world, signed, tmp_path):
    (tmp_path / "same.pdf").write_bytes(signed)
    (tmp_path / "changed.pdf").write_bytes(signed)
    digest = hashlib.sha256(signed).hexdigest()
    done = {str(tmp_path / "same.pdf"): digest, str(tmp_path / "changed.pdf"): hashlib.sha256(b"old").hexdigest()}
    passed_over: list[str] = []
    for jobs in (0, 2):
        reports = validate_many([tmp_path], world.options, jobs=jobs, done=done, on_unchanged=passed_over.append)
        assert list(verdicts(reports)) == ["changed.pdf"]
    assert passed_over == [str(tmp_path / "same.pdf")] * 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFO in folders")
def test_what_is_no_regular_file_is_unreadable_and_never_waited_for(world, signed, tmp_path):
    os.mkfifo(tmp_path / "fifo.pdf")
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.pdf").symlink_to(tmp_path / "self.pdf")
    (tmp_path / "good.pdf").write_bytes(signed)
    reports = list(validate_many([tmp_path, tmp_path / "missing.pdf"], world.options, jobs=2))
    found = verdicts(reports)
    assert {name for name, verdict in found.items() if verdict == "UNREADABLE"} == {
        "fifo.pdf", "gone.pdf", "self.pdf", "missing.pdf",
    }  # fmt: skip
    assert next(r.error.message.en for r in reports if "fifo" in r.file) == (
        "The file cannot be read: not a regular file."
    )
    assert found["good.pdf"] != "UNREADABLE"


def test_a_file_larger_than_allowed_is_not_read(world, signed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(signed)
    options = replace(world.options, limits=Limits(bytes=100))
    (report,) = validate_many([tmp_path / "a.pdf"], options)
    assert (report.verdict, report.error.code) == ("UNREADABLE", "limit")


def test_a_password_goes_to_no_executor_of_others(tmp_path):
    """Where a cluster's workers run, and who reads their memory, nobody here knows."""
    with ThreadPoolExecutor(1) as executor, refused_as("password-stays-here"):
        list(validate_many([tmp_path], ValidationOptions(password="secret"), executor=executor))
