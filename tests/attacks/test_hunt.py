"""The hunt in brief, and the honest side; ``python -m tests.attacks`` hunts for longer."""

from __future__ import annotations

import random

import pytest

from tests.attacks import bases, honest, hunt, shapes, witnesses
from tests.attacks.__main__ import table
from tests.attacks.mutations import MUTATIONS
from tests.attacks.witnesses import Drawing, Picture
from tests.requirements import require

pytestmark = pytest.mark.slow  # thousands of files, each drawn by three programs
CASES, HONEST, BY_TOOLS = 2600, 1400, 600


@pytest.mark.parametrize("witness", witnesses.witnesses(), ids=lambda item: item.name)
def test_the_witnesses_are_there_and_draw(witness):
    require(witness.missing() is None, witness.missing())
    drawing = witness.draw(bases.named("outlined/classic/approval").data)
    witness.close()
    assert [(page.width, page.height) for page in drawing.pages] == [(112, 78), (112, 78)]
    assert len(set(drawing.pages[0].pixels)) > 2


def test_pdfjs_goes_by_what_a_linearised_file_says_of_its_pages():
    """The others show the page tree's first page; what is no PDF shows nothing, and ends nothing."""
    draft, witness = shapes.draft("plain", "classic"), witnesses.PdfJs()
    require(witness.missing() is None, witness.missing())
    MUTATIONS["first_page_of_a_linearised_file"].apply(draft, random.Random(1))
    pdf = bases.signed(draft, "approval")
    before, nothing, after = (witness.draw(each) for each in (pdf, b"%PDF-", pdf + b"\n"))
    witness.close()
    assert nothing.lost == "nothing drawn"
    assert witnesses.difference(before, after) is not None


def test_every_base_is_permitted_as_it_was_signed():
    names = [bases.one_of(family, random.Random(number)) for number, family in enumerate(bases.FAMILIES * 6)]
    refused = [name for name in [*names, *bases.ours()] if not hunt.all_permitted(hunt.product(bases.named(name).data))]
    assert refused == []


def test_nothing_that_a_witness_sees_is_permitted():
    findings = hunt.hunt(cases=hunt.cases(CASES, seed=1))
    print(table(findings))
    print(findings.missing or "all witnesses were asked")
    assert findings.total()["cases"] == CASES
    assert {what: str(found[0].case) for what, found in findings.by_mutation().items()} == {}


@pytest.mark.parametrize(("count", "quick"), [(HONEST, True), (BY_TOOLS, False)], ids=["plain writer", "tools"])
def test_what_people_rightly_do_stays_permitted(count, quick):
    judged = ((case, hunt.product(case.after)) for case in honest.cases(count, seed=1, quick=quick))
    refused = [(str(case), reasons_of(report)) for case, report in judged if not hunt.all_permitted(report)]
    assert refused == [], "\n".join(map(str, refused))


def reasons_of(report):
    reasons = [reason.text.en for each in report.signatures for reason in each.reasons]
    return report.error.message("en") if report.error is not None else reasons


def test_honest_updates_show_only_where_the_generator_says():
    """The areas themselves are right: no witness sees a difference outside of them."""
    gallery = hunt.Gallery()
    try:
        for case in honest.cases(80, seed=2, quick=True):
            seen, _ = gallery.differences(hunt.Made(case.before, case.after, case.areas))
            assert seen == {}, str(case)
    finally:
        gallery.close()


def test_a_seed_gives_the_same_cases():
    once, twice = ([str(case) for case, _ in hunt.cases(60, seed=5)] for _ in range(2))
    assert once == twice


def test_every_class_is_among_the_cases():
    kinds = {case.kind for case, _ in hunt.cases(60, seed=3)}
    assert kinds == {item.kind for item in MUTATIONS.values()} - {"cover"}


# --- the witnesses' own eyes ---------------------------------------------------------------------------------


def picture(*dark: tuple[int, int]) -> Drawing:
    """A white page of 72 x 72 points with dark pixels."""
    rows = bytearray(b"\xff" * (3 * 40 * 40))
    for x, y in dark:
        rows[3 * (40 * y + x)] = 0
    return Drawing((Picture(40, 40, bytes(rows)),))


def test_one_pixel_is_a_difference():
    assert witnesses.difference(picture(), picture((20, 10))) == "page 1: at 36, 54 points"


def test_a_pixel_in_a_permitted_area_is_none():
    area = witnesses.Area(0, (30, 50, 40, 60))
    assert witnesses.difference(picture(), picture((20, 10)), [area]) is None
    assert witnesses.difference(picture(), picture((20, 20)), [area]) is not None


def test_another_number_of_pages_is_a_difference():
    assert witnesses.difference(picture(), Drawing(picture().pages * 2)) == "1 pages to 2"


def test_a_witness_that_was_lost_says_nothing():
    assert witnesses.difference(picture(), Drawing(lost="crash")) is None
