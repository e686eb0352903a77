"""A run that is killed leaves no half file, and what it leaves is gone after the next run (see `tests.killing`)."""

from __future__ import annotations

import os

import pytest

from tests.killing import COMMANDS, sweep

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the child is a copy of this process"),
]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_no_half_file_and_the_next_run_no_litter(name, tmp_path):
    tally = sweep(name, 5, tmp_path)
    assert tally.kills >= 4
    assert (tally.half, tally.litter) == (0, 0)
