"""Strangers' files with the verdicts of their own test suites.  They are no part of the project (``SIGNKIT_CORPUS``).

Only cryptography and structure are judged there.  A file counts as accepted when every signature is intact and nothing
that is not permitted was done after it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from signkit.validation.api import validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report

CORPUS = Path(os.environ.get("SIGNKIT_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
EXPECTATIONS = CORPUS / "expectations.jsonl"
NO_CORPUS = f"corpus: there is no corpus of signed files at {CORPUS} (set SIGNKIT_CORPUS)"


def accepted(report: Report) -> bool:
    return bool(report.signatures) and all(item.intact and item.changes_permitted for item in report.signatures)


@pytest.fixture(scope="module")
def judged():
    if not EXPECTATIONS.is_file():
        pytest.skip(NO_CORPUS)
    options = ValidationOptions(offline=True)
    lines = EXPECTATIONS.read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if not entry["disputed"]]
    return [(entry, validate_file(CORPUS / entry["file"], options)) for entry in entries]


def test_nothing_is_accepted_that_its_makers_refuse(judged):
    wrong = [e["file"] for e, report in judged if e["file_verdict"] == "not_clean" and accepted(report)]
    assert wrong == []


def test_nothing_is_refused_that_its_makers_accept(judged):
    wrong = [e["file"] for e, report in judged if e["file_verdict"] == "clean" and not accepted(report)]
    assert wrong == []


def test_no_file_ends_in_a_defect_of_ours(judged):
    wrong = [e["file"] for e, report in judged if report.error and report.error.code == "internal"]
    assert wrong == []


def test_every_signature_is_found(judged):
    wrong = [
        entry["file"]
        for entry, report in judged
        if entry["n_signatures"] is not None
        and not entry["error_ok"]
        and len(report.signatures) != entry["n_signatures"]
    ]
    assert wrong == []


def test_every_signature_is_intact_or_broken_as_stated(judged):
    wrong = [
        entry["file"]
        for entry, report in judged
        if len(report.signatures) == len(entry["signatures"])
        for found, stated in zip(report.signatures, entry["signatures"], strict=True)
        if stated["intact"] is not None and "intact_ok" not in stated and found.intact != stated["intact"]
    ]
    assert wrong == []
