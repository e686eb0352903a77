"""Planted faults: with a judge that lets something through, the hunt must find it.

``missed_by`` is for the rules of the judge: switch one off (monkeypatch), and the hunt finds a permitted, visibly
changed file.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from signkit.validation.report import Report
from tests.attacks import hunt
from tests.attacks.mutations import MUTATIONS

pytestmark = pytest.mark.slow  # each rule is switched off, and the hunt run


def missed_by(
    judge: hunt.Judge = hunt.product, *, kind: str | None = None, count: int = 2000, seed: int = 1
) -> str | None:
    """Return the first case that a judge with a fault misses, of all classes or of one; None: the fault is not seen."""
    found = hunt.hunt(judge, cases=hunt.cases(count, seed, kind), shrink=False, enough=1).found
    return str(found[0].case) if found else None


def permissive(data: bytes) -> Report:
    """A judge who permits all changes."""
    report = hunt.product(data)
    signatures = [replace(item, changes_permitted=True, intact=True) for item in report.signatures]
    return replace(report, error=None, signatures=tuple(signatures))


def suspicious(data: bytes) -> Report:
    """A judge who permits nothing but a file as it was signed."""
    report = hunt.product(data)
    signatures = [
        replace(item, changes_permitted=item.changes_permitted if item.coverage == "whole-file" else False)
        for item in report.signatures
    ]
    return replace(report, signatures=tuple(signatures))


@pytest.mark.parametrize("kind", sorted({item.kind for item in MUTATIONS.values()} - {"cover"}))
def test_a_judge_who_permits_everything_is_found_out_in_every_class(kind):
    assert missed_by(permissive, kind=kind, count=60) is not None


def test_a_judge_who_permits_nothing_has_no_findings():
    assert missed_by(suspicious, count=60) is None
