"""Two runs that go on with one file of results: the second is refused, and nothing of the first is lost."""

from __future__ import annotations

import os
import sys

import pytest

from signkit.cli.results import to_results
from signkit.reporting.resume import Results, read_results
from tests.command import run_signkit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of one process do not meet there")


@pytest.fixture
def files(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(b"no PDF %d" % number)
    return tmp_path


def validate(folder, *more: str):
    return run_signkit("validate", "--jobs", "0", *more, "0.pdf", "1.pdf", "2.pdf", home=folder / "h", folder=folder)


@pytest.mark.slow
def test_a_second_run_is_refused_and_leaves_the_results_alone(files):
    path = files / "results.jsonl"
    assert validate(files, "--resume", "results.jsonl").returncode == 4
    before = path.read_bytes()
    assert before.count(b"\n") == 3
    with to_results(path, lambda stream: read_results(stream, path)) as (results, _):
        assert len(results.verdicts) == 3
        refused = validate(files, "--resume", "results.jsonl")
    assert refused.returncode == 14
    assert "Another run" in refused.stderr
    assert path.read_bytes() == before
    assert validate(files, "--resume", "results.jsonl").returncode == 4
    assert path.read_bytes() == before


def test_results_that_are_no_file_are_refused_without_waiting(files):
    os.mkfifo(files / "pipe.jsonl")
    refused = validate(files, "--resume", "pipe.jsonl")
    assert refused.returncode == 14
    assert "regular file" in refused.stderr


def test_where_there_are_no_locks_results_are_written_all_the_same(files, monkeypatch):
    monkeypatch.setattr("signkit.cli.results.try_lock", lambda _: None)
    with to_results(files / "r.jsonl", lambda _: Results()) as (_, write):
        write("x\n")
    assert (files / "r.jsonl").read_bytes() == b"x\n"
