"""Planted faults: with a judge that lets something through, the hunt must find it.

``missed_by`` is for the rules of the judge: switch one off (monkeypatch), and the hunt finds a permitted, visibly
changed file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest

from signkit.pdf.changes import covering, field_text
from signkit.pdf.reading import doubts
from signkit.pdf.reading.encryption import Decryption
from signkit.validation.report import Report
from tests.attacks import hunt
from tests.attacks.hunt import Case, Made
from tests.attacks.mutations import MUTATIONS
from tests.attacks.test_hunt import CASES

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


# --- one rule at a time ----------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """A rule switched off, and what the hunt must find then; ``unseen``: without pictures too, which see it."""

    operation: str
    rule: str
    without: object
    unseen: bool = False


def _placing_what_it_can(step: Callable) -> Callable:
    """An operator with as many numbers as none has was passed over once."""
    return lambda state, operator, operands: (
        None if operator == b"cm" and len(operands) != 6 else step(state, operator, operands)
    )


def _of_objects_alone(find: Callable) -> Callable:
    return lambda file, last: (each for each in find(file, last) if each.where != "trailer")


def _taking_padding_off(decrypt: Callable) -> Callable:
    """Without a word about what it was."""

    def take(self: Decryption, key: bytes, data: bytes, ref: object) -> bytes:
        known = set(self.flaws)
        plain = decrypt(self, key, data, ref)
        self.flaws.intersection_update(known)
        return plain

    return take


_CHANGES, _READING = "signkit.pdf.changes.", "signkit.pdf.reading."
FAULTS = [
    Fault("widget_below_what_is_no_field", _CHANGES + "field_changes.Fields._is_said_once", lambda *_: True),
    Fault("box_that_draws_more_than_its_tick", _CHANGES + "field_changes.draws_when_off", lambda *_: False),
    Fault("blank_that_shows", _CHANGES + "field_changes.is_filled", lambda *_: False, unseen=True),
    Fault(
        "border_stated_at_last", _CHANGES + "field_changes._is_said_at_last", lambda key, *_: key in ("/BS", "/Type")
    ),
    Fault("name_that_streams_cut_in_two", _CHANGES + "unused_names._may_go_on_as", lambda *_: False),
    Fault(
        "text_that_viewers_place_differently",
        _CHANGES + "covering.operate",
        _placing_what_it_can(covering.operate),
        unseen=True,
    ),
    Fault("box_drawn_anew_as_something_else", _CHANGES + "field_changes.is_same_box", lambda *_: True),
    Fault("info_that_is_missing", _READING + "doubts.followed_in_trailer", lambda _: iter(())),
    Fault("first_page_of_a_linearised_file", _READING + "doubts._knows_its_pages", lambda *_: True),
    Fault("seal_by_a_name_that_some_spell", _CHANGES + "annotations.is_orderly", lambda *_: True),
    Fault("output_intent_of_another_profile", _CHANGES + "output_intents._is_plain", lambda *_: True),
    Fault("info_of_another_generation", _READING + "doubts._of_generations", _of_objects_alone(doubts._of_generations)),
    Fault("padding_that_some_leave", _READING + "encryption.Decryption._aes", _taking_padding_off(Decryption._aes)),
    Fault("field_filled_that_nobody_sees", _CHANGES + "annotations.Annotations._judge_value", lambda *_: iter(())),
    Fault("field_filled_that_nobody_sees", "signkit.validation.viewing._entered_values", lambda *_: {}),
    Fault("box_ticked_that_shows_nothing", "signkit.validation.viewing._entered_values", lambda *_: {}),
    Fault("film_or_model_exchanged", _CHANGES + "annotations.Annotations._is_comment", lambda *_: True),
    Fault("flat_link", _CHANGES + "covering._is_bar", lambda *_: False),
    Fault("links_with_borders", _CHANGES + "link_borders.LinkBorders.close_to", lambda *_: []),
    Fault("comment_whose_place_is_none", _CHANGES + "annotations.has_place", lambda *_: True),
    Fault("sheet_of_other_colours", _CHANGES + "annotations.hands_down_colours", lambda *_: False),
    Fault("sheet_of_other_units", _CHANGES + "annotations.is_measured_in_points", lambda *_: True),
    Fault("sheet_below_a_seal", _CHANGES + "annotations.is_large", lambda *_: False, unseen=True),
    Fault("mark_in_a_layer", _CHANGES + "covering.is_opaque", lambda *_: False, unseen=True),
    Fault("lock_of_nothing", "signkit.validation.pdf._Pdf._left_open", lambda *_: lambda _: True),
    Fault("letters_that_programs_read_otherwise", _CHANGES + "field_fonts._agreeing_reader", lambda reader, _: reader),
    Fault(
        "looks_that_lead_elsewhere", _CHANGES + "field_text._OF_LOOKS", field_text._OF_LOOKS | {"/Ref", "/AF", "/OPI"}
    ),
    Fault("default_that_nobody_reads", _CHANGES + "shown_values.ShownValue.asks_for_legible_letters", lambda _: True),
    Fault("structure_that_a_search_misses", _CHANGES + "structure.is_searchable", lambda *_: True),
    Fault("looks_that_some_decrypt", _READING + "written._named_in_plain", lambda *_: iter(())),
]


@pytest.fixture(scope="module")
def prepared() -> list[tuple[Case, Made]]:
    """What the hunt in CI makes of these operations."""
    kinds = {MUTATIONS[fault.operation].kind for fault in FAULTS}
    return list(hunt.cases(CASES, seed=1, among=kinds))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.operation)
def test_the_hunt_finds_what_a_rule_that_is_switched_off_lets_pass(prepared, monkeypatch, fault):
    monkeypatch.setattr(fault.rule, fault.without)
    if fault.unseen:
        monkeypatch.setattr("signkit.validation.pdf.compare_looks", lambda _, judged, __: [each for _, each in judged])
    made = [(case, files) for case, files in prepared if fault.operation in {step.name for step in case.steps}]
    assert made
    found = hunt.hunt(cases=made).found
    assert [str(each.case) for each in found if fault.operation in each.what] != []
