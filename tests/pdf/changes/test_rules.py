"""Every rule on later changes is needed: with it a file is refused, and without it the same file is permitted."""

from __future__ import annotations

import pytest

from signkit.pdf.changes.changes_judge import Changes
from signkit.pdf.changes.role_rules import RULES, breach
from signkit.pdf.changes.values import Gravity
from signkit.validation.reasons import change_words
from tests.pdf.changes.samples import SAMPLES
from tests.validation.conftest import codes

#: Permitted, and told: without the rule it would not be.
TOLD = {name for name, rule in RULES.items() if rule.level <= Gravity.EVIDENCE}
NAMES = sorted(RULES)


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch) -> None:
    """Without the other two locks, one reading and pictures: each of them stops many of the samples too."""
    monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])
    monkeypatch.setattr(Changes, "_doubts_about", lambda *_: [])


def test_every_rule_has_a_sample_and_every_sample_a_rule():
    assert SAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in TOLD])
def test_a_rule_that_is_switched_off_is_missed(world, monkeypatch, name):
    attacked = SAMPLES[name](world)
    report = world.only(attacked)
    assert report.intact
    assert report.changes_permitted is not True
    monkeypatch.delitem(RULES, name)
    assert world.only(attacked).changes_permitted is True


@pytest.mark.parametrize("name", sorted(TOLD))
def test_what_is_told_is_not_told_without_its_rule(world, monkeypatch, name):
    attacked = SAMPLES[name](world)
    report = world.only(attacked)
    assert (report.changes_permitted, codes(report)) == (True, ["changes-told"])
    monkeypatch.delitem(RULES, name)
    assert codes(world.only(attacked)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_words_in_both_languages(name):
    (change,) = breach(name)
    words = change_words([change])
    assert words.en
    assert words.ja


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("page", ("page 1, object 3", "1 ページ、オブジェクト 3")),
        ("annotation-added", ("page 1, object 30", "1 ページ、オブジェクト 30")),
        ("field-overwritten", ("page 1, object 8", "1 ページ、オブジェクト 8")),
        ("page-tree", ("object 2", "オブジェクト 2")),
        ("structure-tree", ("object 51", "オブジェクト 51")),
    ],
)
def test_the_report_names_page_and_object(world, name, place):
    (reason,) = world.only(SAMPLES[name](world)).reasons
    assert place[0] in reason.text.en
    assert place[1] in reason.text.ja
