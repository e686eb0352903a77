"""Filled forms whose values a viewer is to draw (/NeedAppearances): said by name, and left alone after a signature."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from signkit.pdf.writing.opening import may_hold
from signkit.pdf.writing.written_fields import fields_to_be_drawn
from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests.signing import formats

FLAG = b" /NeedAppearances true"


def asked(field: str) -> SignatureRequest:
    return SignatureRequest(field, "番号　花子", utc_now())


def test_values_that_only_a_viewer_draws_are_named():
    assert fields_to_be_drawn(formats.filled_form()) == ("tenant.name", "tenant.note")


def test_where_viewers_are_not_told_to_draw_signing_changes_nothing():
    assert fields_to_be_drawn(formats.filled_form().replace(FLAG, b" " * len(FLAG))) == ()


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (b"/V (x)", True),
        (b"/V ()", False),
        (b"", False),
        (b"/V (x) /AP << /N 9 0 R >>", False),
        (b"/V (x) /F 2", False),
    ],
    ids=["not drawn", "empty", "no value", "drawn", "hidden"],
)
def test_only_what_is_filled_seen_and_not_drawn_is_named(value, named):
    note = b"<< /FT /Tx /T (note) /Type /Annot /Subtype /Widget /P 3 0 R /Rect [150 20 280 60] " + value + b" >>"
    pdf = formats.by_hand(b"<< /Fields [6 0 R 8 0 R] /NeedAppearances true >>", o8=note)
    assert fields_to_be_drawn(pdf) == (("note",) if named else ())


def two_empty_fields() -> bytes:
    buyer = b"<< /FT /Sig /T (buyer)" + formats.WIDGET + b" /Rect [150 20 280 60] >>"
    return formats.by_hand(b"<< /Fields [6 0 R 8 0 R] /NeedAppearances true >>", o8=buyer)


@pytest.mark.slow
def test_a_further_signature_leaves_alone_what_an_earlier_one_is_on(person_signer, services, trust_pem, monkeypatch):
    """Another program kept the flag when it signed: to clear it afterwards would alter what was signed."""
    with monkeypatch.context() as patch:
        patch.setattr("pyhanko.sign.signers.cms_embedder.ensure_sig_flags", lambda *_, **__: None)
        first = sign(two_empty_fields(), asked("seller"), person_signer, Level.B_B, services).pdf
    assert fields_to_be_drawn(first) == ()
    both = sign(first, asked("buyer"), person_signer, Level.B_LTA, services).pdf
    assert bool(PdfReader(BytesIO(both)).root_object["/AcroForm"]["/NeedAppearances"])
    options = ValidationOptions(trust=default_trust_store((trust_pem,)), offline=True)
    found = validate_pdf(both, name="x.pdf", options=options).signatures
    assert [(each.field, each.changes_permitted) for each in found] == [("seller", True), ("buyer", True)]


@pytest.mark.parametrize(
    ("pdf", "found"),
    [
        (b"<< /SV 3 0 R >>", True),
        (b"<< /S#56 3 0 R >>", True),
        (b"<< /Type /ObjStm >> stream", True),
        (b"<< /V 3 0 R /Sv true /Subtype /application#2Fjson >>", False),
    ],
)
def test_a_key_is_ruled_out_only_where_it_cannot_stand(pdf, found):
    assert may_hold(pdf, b"/SV") is found
