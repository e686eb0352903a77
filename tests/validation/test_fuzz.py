"""Mutated files of every level, briefly; ``python tests/validation/fuzz.py --seconds N`` goes on for longer."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from signkit.validation.report import Verdict
from tests.examples import HealthCheck, given, settings
from tests.validation import fuzz


@pytest.fixture(scope="module")
def made():
    return fuzz.make_seeds()


@pytest.mark.slow
def test_every_seed_passes_and_looks_like_itself(made):
    seeds, options = made
    assert [fuzz.judge(seed, seed.data, options).verdict for seed in seeds] == [Verdict.PASSED] * 6
    levels = [fuzz.judge(seed, seed.data, options).signatures[0].level for seed in seeds]
    assert levels == ["PAdES-B-B", "PAdES-B-T", "PAdES-B-LT", "PAdES-B-LTA", "PKCS7-B", "CAdES-B-B"]


def test_the_check_itself_finds_a_wrong_pass(made, monkeypatch):
    """What passes with other page contents is told: here by a judge who passes everything."""
    seeds, options = made
    good = fuzz.judge(seeds[0], seeds[0].data, options)
    monkeypatch.setattr(fuzz, "judge", lambda *_: good)
    changed = fuzz.pdfs.update(seeds[0].data, {4: b"<< /Length 4 >>\nstream\n0 g \nendstream"})
    with pytest.raises(fuzz.Broken, match="pages differ"):
        fuzz.examine(seeds[0], changed, options)
    with pytest.raises(fuzz.Broken, match="signed bytes"):
        fuzz.examine(seeds[0], seeds[0].data.replace(b"Pay 100", b"Pay 900"), options)


@pytest.mark.slow
@settings(
    max_examples=150,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_mutation_breaks_the_judge_or_passes_wrongly(made, data):
    seeds, options = made
    seed = seeds[data.draw(st.integers(0, len(seeds) - 1))]
    mutated = seed.data
    for _ in range(data.draw(st.integers(1, 3))):
        mutated = fuzz.mutate(mutated, lambda below: data.draw(st.integers(0, max(below, 1) - 1)))
    fuzz.examine(seed, mutated, options)
