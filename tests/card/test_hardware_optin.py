"""The tests on hardware, tried on the emulated card: they run on the card that is named only, and spend nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from signkit.card.emulator import EmulatedCard
from signkit.holder.card_certificate import fingerprint
from tests.card.faults import VERIFY, FaultyCard, answer

pytestmark = pytest.mark.slow  # each test runs pytest

HARDWARE = Path(__file__).resolve().parent.parent / "hardware"


@pytest.fixture
def emulated(seller_card):
    """Records what it is sent; the fault never comes, for no command begins so."""
    return FaultyCard(EmulatedCard(seller_card), b"\xff\xff\xff\xff", answer(b""))


def pytest_on_hardware(*options: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-q",
        str(HARDWARE),
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=HARDWARE.parent.parent, timeout=120, check=False)


def test_they_run_on_the_card_that_is_named_and_send_no_secret(bench, emulated, seller_card):
    with bench.card(emulated):
        run = pytest_on_hardware("--card-serial", fingerprint(seller_card.auth.certificate))
    assert run.returncode == 0, run.stdout
    assert "5 passed, 1 skipped" in run.stdout
    assert not [wire for wire in emulated.sent if wire.startswith(VERIFY) and len(wire) > len(VERIFY)]


def test_another_card_ends_the_run_before_any_test(bench, emulated):
    with bench.card(emulated):
        run = pytest_on_hardware("--card-serial", "0123456789ab")
    assert run.returncode == 4
    assert "another card lies on the reader; nothing was tested" in run.stdout + run.stderr
    assert "passed" not in run.stdout


def test_without_the_option_they_are_skipped():
    run = pytest_on_hardware()
    assert run.returncode == 0
    assert "6 skipped" in run.stdout
