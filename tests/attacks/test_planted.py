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


def missed_by(judge: hunt.Judge, *, kind: str | None = None, count: int = 200, seed: int = 1) -> hunt.Findings:
    """Hunt a judge with a fault; the whole run, or one class of mutations."""
    return hunt.hunt(judge, cases=hunt.cases(count, seed, kind), shrink=False)


def permissive(data: bytes) -> Report:
    """A judge who permits all changes."""
    report = hunt.product(data)
    signatures = [replace(item, changes_permitted=True, intact=True) for item in report.signatures]
    return replace(report, error=None, signatures=tuple(signatures))


@pytest.mark.parametrize("kind", sorted({item.kind for item in MUTATIONS.values()} - {"cover", "cause to rebuild"}))
def test_a_judge_who_permits_everything_is_found_out_in_every_class(kind):
    findings = missed_by(permissive, kind=kind, count=12)
    assert findings.total()["findings"] >= 1
