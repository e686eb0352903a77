"""A field made and signed in one update, in PDFs that have none; and what forbids it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from signkit.pdf.fields import signature_fields
from signkit.pki.anchors import default_trust_store
from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.appearance import seal_appearance
from signkit.signing.deferred import DeferredKey, complete, prepare, read_request
from signkit.signing.levels import Level, Services, sign
from signkit.signing.pades import refuse_unwanted
from signkit.signing.places import LAST_PAGE, Place
from signkit.signing.request import SignatureRequest
from signkit.signing.turn import check_turn
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from tests import witness
from tests.refusals import refused_as
from tests.signing import formats
from tests.validation import pdfs

NAME = "番号　花子"
#: formats.document has one page of 300 points, 105.8 mm.
HERE = Place(1, 30, 60, 50, 20)
#: The same in points from below, as pyHanko writes it: whole points.
BOX = [85, 73, 227, 130]


def request(role="seller", place=HERE, **changes) -> SignatureRequest:
    asked = SignatureRequest(role, NAME, utc_now(), appearance=seal_appearance(NAME, utc_now()), place=place)
    return replace(asked, **changes)


@pytest.fixture(scope="module")
def signed_by(person_signer, services):
    def of(pdf: bytes, asked: SignatureRequest, level: Level = Level.B_B) -> bytes:
        return sign(pdf, asked, person_signer, level, services).pdf

    return of


@pytest.fixture
def report_of(trust_pem):
    options = ValidationOptions(trust=default_trust_store((trust_pem,)), offline=True)
    return lambda pdf: validate_pdf(pdf, name="x.pdf", options=options)


def widget(pdf: bytes, page: int = 0):
    from pypdf import PdfReader

    return PdfReader(BytesIO(pdf)).pages[page]["/Annots"][-1].get_object()


def turned(pdf: bytes, degrees: int) -> bytes:
    return formats.qpdf(pdf, f"--rotate=+{degrees}")


@pytest.mark.slow
@pytest.mark.parametrize("standard", ["1.4", "1.7", "2.0", "a-1b", "a-2a", "a-4"])
@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_a_pdf_without_a_field_is_signed_in_one_update(standard, level, signed_by, report_of, tmp_path):
    pdf = formats.document(standard)
    signed = signed_by(pdf, request(), level)
    assert signed.startswith(pdf)
    assert signature_fields(signed).signed[0] == "seller"
    made = widget(signed) if level is Level.B_B else None
    if made is not None:
        assert [round(float(number)) for number in made["/Rect"]] == BOX
        assert (made["/TU"], made["/F"] & 0b110) == ("seller", 0b100)
        assert made["/AP"]["/N"].get_object().get_data()
    signature = report_of(signed).signatures[0]
    assert (signature.field, signature.intact, signature.changes_permitted) == ("seller", True, True)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    witness.check_structure(path)
    assert witness.valid_signatures(path) == 1


@pytest.mark.parametrize(
    ("degrees", "box"), [(90, [170, 85, 227, 227]), (180, [73, 170, 215, 227]), (270, [73, 73, 130, 215])]
)
def test_on_a_turned_page_the_seal_stands_upright_where_a_viewer_shows_the_place(degrees, box, signed_by):
    made = widget(signed_by(turned(formats.document("1.7"), degrees), request()))
    assert [round(float(number)) for number in made["/Rect"]] == box
    assert made["/MK"]["/R"] == degrees
    x, y = made["/AP"]["/N"].get_object()["/Matrix"][:2]  # the drawing's own x axis points so on the page
    assert {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees] == (x, y)


def test_what_a_viewer_crops_is_not_counted(signed_by):
    page = pdfs.OBJECTS[pdfs.PAGE].replace(b"/Type /Page ", b"/Type /Page /CropBox [10 20 250 190] ")
    assert b"/CropBox" in page
    made = widget(signed_by(formats.by_hand(o3=page), request("third", Place(1, 0, 0, 20, 10))))
    assert [round(float(number)) for number in made["/Rect"]][::3] == [10, 190]


@pytest.mark.slow
def test_the_last_page_is_named_without_its_number(signed_by):
    import typst

    pdf = typst.compile(b"one #pagebreak() two #pagebreak() three", format="pdf")
    signed = signed_by(pdf, request(place=replace(HERE, page=LAST_PAGE)))
    assert widget(signed, 2)["/T"] == "seller"


@pytest.mark.slow
def test_without_a_seal_the_field_has_an_empty_appearance(signed_by):
    made = widget(signed_by(formats.document("a-2b"), request(appearance=None)))
    assert made["/AP"]["/N"].get_object().get_data() == b""


@pytest.mark.slow
def test_two_parties_sign_one_after_the_other(signed_by, report_of, tmp_path):
    first = signed_by(formats.document("1.7"), request())
    both = signed_by(first, request("buyer", Place(1, 30, 30, 50, 20)))
    assert [(each.field, each.intact, each.changes_permitted) for each in report_of(both).signatures] == [
        ("seller", True, True),
        ("buyer", True, True),
    ]
    path = tmp_path / "both.pdf"
    path.write_bytes(both)
    witness.check_structure(path)
    assert witness.valid_signatures(path) == 2


def test_a_first_signature_with_a_field_of_its_own_can_certify(signed_by, report_of):
    signed = signed_by(formats.document("1.7"), request(certify=True))
    [signature] = report_of(signed).signatures
    assert (signature.type, signature.intact) == ("certification", True)
    with refused_as("field-not-added", match="certified"):
        signed_by(signed, request("buyer"))


def test_a_field_is_made_for_a_signature_from_elsewhere_too(person_signer, report_of):
    key = DeferredKey.of([person_signer.certificate, *person_signer.chain], "signer.pem")
    names = ("lease.pdf", "prepared.pdf")
    asked, prepared = prepare(formats.document("1.7"), names, request(), key, Level.B_B, Services())
    asked = read_request(asked.to_json(), "request.json")
    signature = person_signer.sign(asked.attributes)
    signed = complete(asked, prepared, key, signature, Services(), now=utc_now()).pdf
    [found] = report_of(signed).signatures
    assert (found.field, found.intact) == ("seller", True)


# --- refused ---


def refusal(pdf: bytes, role: str = "third", place: Place = HERE) -> str:
    """What is said before a key is opened."""
    with refused_as("field-not-added") as refused:
        refuse_unwanted(pdf, request(role, place), timestamped=False)
    assert refused.value.exit_code == 2
    assert refused.value.message("ja")
    return refused.value.cause.en


@pytest.mark.parametrize(
    "lock",
    [
        b"/Action /All",
        b"/Action /Exclude /Fields [(note)]",
        b"/Action /Include /Fields [(third)]",
        b"/Action /Include /Fields [(note)] /P 2",
    ],
)
def test_a_signature_that_locks_the_form_forbids_it(lock, signed_by):
    field = pdfs.OBJECTS[pdfs.SELLER][:-2] + b"/Lock << /Type /SigFieldLock " + lock + b" >> >>"
    signed = signed_by(formats.by_hand(o6=field), request(place=None))
    assert refusal(signed) == "the signature 'seller' locks the form"
    with refused_as("field-not-added"):
        signed_by(signed, request("third"))


@pytest.mark.slow
def test_a_signature_that_locks_other_fields_does_not(signed_by, report_of):
    signed = signed_by(formats.locking(), request(place=None))
    both = signed_by(signed, request("third", Place(1, 10, 10, 50, 20)))
    assert [each.changes_permitted for each in report_of(both).signatures] == [True, True]


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        (Place(2, 30, 60, 50, 20), "there is no page 2 of 1"),
        (Place(1, 60, 60, 50, 20), "the page shows only 106 × 106 mm"),
        (Place(1, 30, 90, 50, 20), "the page shows only 106 × 106 mm"),
    ],
)
def test_a_place_beside_the_paper_is_refused(place, cause):
    assert refusal(formats.document("1.7"), "seller", place) == cause


@pytest.mark.parametrize("role", ["", "party.seller", "a\x1b[31m"])
def test_what_is_no_name_of_a_field_is_refused(role):
    assert refusal(formats.document("1.7"), role) == "a field's name has no periods or control characters"


@pytest.mark.parametrize(
    ("pdf", "role"), [(formats.by_hand, "seller"), (formats.nested_signature, "party"), (formats.filled_form, "tenant")]
)
def test_a_name_that_is_taken_is_refused(pdf, role):
    assert refusal(pdf(), role).startswith("the form has a field of that name")


def test_a_contract_takes_no_further_field(blank):
    with refused_as("field-not-added", match="its template says who signs where"):
        check_turn(blank, "witness", adds_field=True)


def test_who_misnames_a_role_is_told_the_roles_with_their_titles(blank):
    with refused_as("field-missing") as missing:
        check_turn(blank, "landlord")
    assert "seller (売主)" in missing.value.message("ja")
    assert "seller (Seller)" in missing.value.message("en")


def test_without_a_place_the_way_out_is_said():
    with refused_as("field-missing") as missing:
        check_turn(formats.document("1.7"), "seller")
    assert "--field-at 1:120,240,70,25" in missing.value.hint("en")
    assert "--field-at" in missing.value.hint("ja")
    with refused_as("field-missing") as misnamed:
        check_turn(formats.by_hand(), "broker")
    assert "--field-at" not in misnamed.value.hint("en")
