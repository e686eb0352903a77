"""Every item of every template's law file: it refuses (or warns of) what it is about, and lets the lawful pass."""

from __future__ import annotations

import pytest

from signkit.contracts.checking import examine
from signkit.contracts.rules.rule_list import law_list
from signkit.contracts.template import list_templates

from .law_samples import sample_data, samples

TEMPLATES = {template.id: template for template in list_templates()}
ITEMS = [
    pytest.param(template, check, id=f"{template.id}-{check.id}")
    for template in TEMPLATES.values()
    for check in template.checks
    if check.basis is not None
]


def sampled(template, check, which):
    found = samples(template).get("items", {}).get(check.id, {}).get(which, [])
    assert found, f"{template.id} {check.id} has no sample that it {which}"
    return [sample_data(template, each) for each in found]


@pytest.mark.parametrize(("template", "check"), ITEMS)
def test_each_item_finds_what_it_is_about(template, check):
    for number, data in enumerate(sampled(template, check, "refuses")):
        examined = examine(template, data)
        found = {problem.rule: problem for problem in (*examined.refused, *examined.warnings)}
        if not check.basis.confirmed:
            assert check.id not in found
            continue
        assert check.id in found, (number, [each.in_language("en") for each in examined.refused])
        problem = found[check.id]
        assert problem.severity == check.severity or problem.code == "not-known"
        assert problem.law == check.basis.law
        assert problem.clause == check.clause


@pytest.mark.parametrize(("template", "check"), ITEMS)
def test_each_item_lets_the_lawful_pass(template, check):
    for number, data in enumerate(sampled(template, check, "passes")):
        examined = examine(template, data)
        assert examined.refused == (), number
        assert check.id not in {problem.rule for problem in examined.warnings}, number


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_no_sample_is_of_an_item_that_is_not_there(template):
    known = {check.id for check in template.checks if check.basis is not None}
    assert set(samples(template).get("items", {})) <= known


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_list_holds_every_item_with_its_source(template):
    found = law_list(template)
    assert len(found["items"]) == sum(check.basis is not None for check in template.checks)
    for item in found["items"]:
        assert all((item["law"], item["clause"], item["path"]))
        assert item["confirmed"] == (item["source"] is not None)
        if item["source"] is not None:
            assert item["source"]["address"].startswith("http")
            assert item["source"]["read"] >= "2026-11-01"


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_examples_are_found_no_fault_with(template):
    examined = examine(template, sample_data(template, {}))
    assert (examined.refused, examined.warnings) == ((), ())
