"""A run that is killed leaves no half file, and what it leaves is gone after the next run (see `tests.killing`)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.killing import COMMANDS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a copy of its process"),
]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_no_half_file_and_the_next_run_no_litter(name, repository):
    # In a process of its own: a copy of one in which the typesetter already has threads would wait for them for ever.
    run = subprocess.run(
        [sys.executable, "-m", "tests.killing", "5", name],
        cwd=repository, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    _, _, kills, half, _, litter = run.stdout.splitlines()[-1].split(" | ")
    assert int(kills) >= 4, run.stdout
    assert (half, litter) == ("0", "0"), run.stdout
