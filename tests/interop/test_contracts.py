"""The European Commission's DSS on contracts of three parties: it passes them, and warns of no change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing import appearance
from signkit.signing.levels import Level, extend, sign
from signkit.signing.request import SignatureRequest
from tests.interop.workshop import Workshop

pytestmark = pytest.mark.slow
_LEVELS = (Level.B_B, Level.B_T, Level.B_LT, Level.B_LTA)
_NAME = "番号　花子"
#: The rehearsal's certificates name no server to ask, for there is none.
_OF_REHEARSALS = {"BBB_XCV_AIA_PRES_ANS", "BBB_XCV_REVOC_PRES_ANS"}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("contracts")) as opened:
        yield opened


@pytest.mark.parametrize("level", _LEVELS)
@pytest.mark.parametrize("looks", ["none", "seal", "picture"])
def test_dss_passes_a_contract_of_three_and_warns_of_nothing(level, looks, workshop):
    found = workshop.pades_dss.signatures(_contract(workshop, level, looks))
    assert found is not None
    assert [item.field_name for item in found] == ["seller", "buyer", "broker"]
    for item in found:
        assert item.indication == "TOTAL_PASSED", item
        assert item.level == f"PAdES-BASELINE-{level.removeprefix('B-')}"
        assert (item.errors, set(item.warnings) - _OF_REHEARSALS, item.changes) == ([], set(), [])


def test_dss_passes_a_contract_that_was_renewed(workshop):
    renewed = extend(_contract(workshop, Level.B_LTA, "seal"), Level.B_LTA, workshop.services).pdf
    found = workshop.pades_dss.signatures(renewed)
    assert found is not None
    assert all(item.permits_changes and not set(item.warnings) - _OF_REHEARSALS for item in found)


def test_dss_would_warn_of_a_seal_in_another_form_than_the_empty_field(workshop, monkeypatch):
    monkeypatch.setattr(appearance, "take_form_of", lambda waiting, form: None)
    found = workshop.pades_dss.signatures(_contract(workshop, Level.B_B, "seal"))
    assert found is not None
    assert "BBB_FC_DSCNUOM_ANS" in found[0].warnings
    assert {change.rsplit("/", 1)[1] for change in found[0].changes} == {"BBox", "Filter"}


def _contract(workshop: Workshop, level: Level, looks: str) -> bytes:
    pdf, first = _blank(), level if level is Level.B_B else Level.B_T
    for number, role in enumerate(("seller", "buyer", "broker")):
        request = SignatureRequest(role, _NAME, utc_now(), certify=number == 0, appearance=_looks(looks))
        pdf = sign(pdf, request, workshop.person, first, workshop.services).pdf
    return extend(pdf, level, workshop.services).pdf if level in (Level.B_LT, Level.B_LTA) else pdf


@cache
def _blank() -> bytes:
    template = find_template("real-estate-sale")
    return render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf


def _looks(kind: str) -> appearance.Appearance | None:
    if kind == "none":
        return None
    return appearance.seal_appearance(_NAME, utc_now(), image=_picture() if kind == "picture" else None)


@cache
def _picture() -> bytes:
    from PIL import Image

    picture = BytesIO()
    Image.new("RGBA", (64, 64), (200, 40, 40, 128)).save(picture, "PNG")
    return picture.getvalue()
