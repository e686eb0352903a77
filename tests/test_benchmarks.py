"""Each benchmark still runs, from any folder, and says what it compares with.  No time is asserted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements import require

pytestmark = pytest.mark.slow  # whole processes

SCRIPTS = sorted(Path(__file__).resolve().parent.parent.glob("benchmarks/*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_small_round_runs_and_names_its_baseline(script, tmp_path):
    if script.stem == "nodes":
        require(Path("/usr/lib/postgresql").exists(), "PostgreSQL (Debian's package postgresql) is not installed")
    run = subprocess.run(
        [sys.executable, str(script), "--smoke"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\bratio to [A-Za-z].* +-?\d+\.\d+", run.stdout), run.stdout


def test_there_are_benchmarks():
    assert {"batch", "cms", "many_signatures", "pages", "sign", "startup", "validate"} <= {
        script.stem for script in SCRIPTS
    }
