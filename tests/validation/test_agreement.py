"""Whoever judges a file says the same: verdict, status, comparison, certificate and delivery."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from signkit.delivery.certificate import require_complete
from signkit.delivery.check import check_delivery
from signkit.delivery.pack import require_in_order
from signkit.errors import PdfNotSignable, PdfPasswordNeeded, SignKitError, ValidationRefused
from signkit.history.diff import diff_pdf
from signkit.history.differences import Diff
from signkit.progress.contract import ContractStatus, Stage, contract_status
from signkit.validation.api import validate_data, validate_file
from signkit.validation.report import Report, Verdict
from tests.attacks import honest, hunt
from tests.validation import pdfs
from tests.validation.test_trust import add_document_timestamp

NAME = "case.pdf"
#: A comparison tells of these what came, not whether it was to come.
_ADDED = ("signature", "timestamp", "evidence", "metadata")


def disagreements(data: bytes, options) -> Iterator[str]:
    """Yield in what somebody says something else than the verdict."""
    report = validate_data(data, NAME, options)
    try:
        status = contract_status(data, NAME, options)
    except (PdfNotSignable, PdfPasswordNeeded):
        if report.verdict is not Verdict.UNREADABLE:
            yield f"status reads nothing of what is {report.verdict}"
    else:
        if status.report.to_json() != report.to_json():
            yield "status judges otherwise"
        yield from _of_status(status, report)
        yield from _of_making(status, report)
    if doubtful := [each.field for each in report.signatures if each.changes_permitted is not True and each.intact]:
        try:
            diff = diff_pdf(data, NAME)
        except ValidationRefused:
            return
        if not _tells(diff):
            yield f"diff is silent about what came after {doubtful}"


def _of_status(status: ContractStatus, report: Report) -> Iterator[str]:
    if status.complete and report.verdict is not Verdict.PASSED:
        yield "complete, and not passed"
    if report.verdict is Verdict.FAILED and status.stage is not Stage.BROKEN:
        yield f"failed, and {status.stage}"
    told = {id(party.signature) for party in status.parties} | {id(each) for each in status.other_signatures}
    if {id(each) for each in status.report.signatures} - told:
        yield "a signature that status does not name"
    if "Nobody has signed: everything" in status.may_still_change().en and report.verdict is not Verdict.NOT_SIGNED:
        yield "everything may change of a signed file"


def _of_making(status: ContractStatus, report: Report) -> Iterator[str]:
    check = check_delivery(status, [])
    for allowed in (False, True):
        holds = {Verdict.PASSED, Verdict.INDETERMINATE} if allowed else {Verdict.PASSED}
        if not _refuses(require_complete, status, allowed) and report.verdict not in holds:
            yield "a certificate of what does not hold"
        signed = report.signatures and report.verdict in (Verdict.PASSED, Verdict.INDETERMINATE)
        if not _refuses(require_in_order, check, allowed) and not signed:
            yield "what nobody signed, or does not hold, is delivered"


def _refuses(require, of: object, allowed: bool) -> bool:
    try:
        require(of, allow_indeterminate=allowed)
    except SignKitError:
        return True
    return False


def _tells(diff: Diff) -> bool:
    items = [item for revision in diff.revisions for item in revision.items]
    more = any(item.kind not in _ADDED or "looks different" in item.text.en for item in items)
    return more or any(revision.not_compared for revision in diff.revisions)


@pytest.mark.slow
def test_of_a_changed_file_all_say_the_same():
    options = hunt._options()
    found = {
        str(case): told for case, made in hunt.cases(130, seed=4242) if (told := [*disagreements(made.after, options)])
    }
    assert found == {}


@pytest.mark.slow
def test_of_an_honest_file_all_say_the_same_and_none_doubts():
    options = hunt._options()
    for case in honest.cases(60, seed=31, quick=True):
        assert [*disagreements(case.after, options)] == [], case
        unseen = [text.en for revision in diff_pdf(case.after, NAME).revisions for text in revision.not_compared]
        assert not any(text.startswith("Something was changed") for text in unseen), case


def only_in_no_field(world) -> bytes:
    """Its widget lies on the page; the form does not know the field."""
    objects = {**pdfs.OBJECTS, pdfs.FORM: b"<< /Fields [8 0 R] /SigFlags 3 >>"}
    return pdfs.sign(pdfs.build(objects), world.cms)


def timestamp_alone(world) -> bytes:
    return add_document_timestamp(pdfs.build(), world.tsa)


def timestamp_over_other_data(world) -> bytes:
    return add_document_timestamp(world.sign(pdfs.build()), world.tsa, over=b"other")


def evidence_and_a_script(world) -> bytes:
    """Whoever tells of the evidence tells of nothing else in its revision."""
    added = {1: pdfs.OBJECTS[1][:-2] + b"/DSS << /Certs [] >> /OpenAction << /S /JavaScript /JS (1) >> >>"}
    return pdfs.update(world.sign(pdfs.build()), added)


@pytest.mark.parametrize(
    ("make", "stage", "said", "delivered"),
    [
        pytest.param(only_in_no_field, Stage.BROKEN, "not good", False, id="a signature in no field"),
        pytest.param(timestamp_over_other_data, Stage.BROKEN, "not good", False, id="a wrong document timestamp"),
        pytest.param(timestamp_alone, Stage.OPEN, "breaks the timestamp", False, id="a document timestamp alone"),
        pytest.param(evidence_and_a_script, Stage.BROKEN, "not good", False, id="evidence and a script"),
    ],
)
def test_what_is_in_no_partys_field_counts_for_all(world, make, stage, said, delivered):
    pdf = make(world)
    assert [*disagreements(pdf, world.options)] == []
    status = contract_status(pdf, NAME, world.options)
    assert status.stage is stage
    assert said in status.may_still_change().en
    assert _refuses(require_in_order, check_delivery(status, []), allowed=False) is not delivered


@pytest.mark.slow
def test_of_a_damaged_file_all_say_the_same(world):
    signed, chance = world.sign(pdfs.build()), random.Random(17)
    words = [b"trailer", b"startxref", b"xref\n", b"%%EOF", b"/Root", b"/Size", b"/Pages", b"/AcroForm", b"endobj"]
    damaged = [signed.replace(word, b"x" * len(word)) for word in words]
    damaged += [signed[: chance.randrange(len(signed))] for _ in range(20)]
    damaged += [signed[:at] + bytes([chance.randrange(256)]) + signed[at + 1 :] for at in random_places(chance, signed)]
    judged = [each for each in damaged if validate_data(each, NAME, world.options).verdict is Verdict.FAILED]
    assert [told for each in damaged for told in disagreements(each, world.options)] == []
    assert len(judged) > 10


def random_places(chance: random.Random, of: bytes) -> list[int]:
    return [chance.randrange(len(of)) for _ in range(60)]


@pytest.mark.parametrize("name", ["a.pdf", "a.p7m", "a.p7s", "a.asice", "a"])
def test_what_is_empty_is_called_so_whether_it_came_as_a_file_or_as_bytes(world, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    told = [validate_file(tmp_path / name, world.options), validate_data(b"", name, world.options)]
    assert [each.error.code for each in told if each.error is not None] == ["empty", "empty"]
    assert told[0].sha256 == told[1].sha256
