"""The seal: what stands in it, and what is refused."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest

from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import new_rehearsal
from signkit.signers.p12 import open_pkcs12
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from signkit.signing.seals import Seal
from signkit.signing.terms import SignatureTerms, request_maker
from tests.refusals import refused_as
from tests.validation import pdfs


def test_the_seal_is_drawn_red_with_embedded_fonts(blank, person_signer, services):
    from pypdf import PdfReader

    appearance = seal_appearance("𠮷田 美咲", utc_now())
    signed = sign(blank, SignatureRequest("seller", "𠮷田 美咲", utc_now(), appearance=appearance), person_signer,
                  Level.B_B, services).pdf  # fmt: skip
    reader = PdfReader(BytesIO(signed))
    field = next(f for f in reader.root_object["/AcroForm"]["/Fields"] if f.get_object()["/T"] == "seller")
    form = field.get_object()["/AP"]["/N"].get_object()
    fonts = form["/Resources"]["/Font"].get_object()
    descriptors = [f.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for f in fonts.values()]
    assert descriptors
    assert all("/FontFile3" in d.get_object() or "/FontFile2" in d.get_object() for d in descriptors)


def test_a_name_that_no_font_draws_is_refused():
    with refused_as("seal-not-drawable", match=r"U\+1F600"):
        seal_appearance("😀 太郎", utc_now())


@pytest.mark.parametrize(
    ("image", "cause"),
    [
        (b"GIF89a", "neither PNG nor JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(400_000), "larger than 300 KB"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
    ids=["gif", "large", "damaged"],
)
def test_an_unusable_seal_image_is_refused(image, cause):
    with refused_as("seal-image-unusable", match=cause):
        seal_appearance("番号　花子", utc_now(), image=image)


@pytest.mark.slow
def test_a_picture_takes_the_place_of_the_seal(blank, person_signer, services):
    from PIL import Image

    picture = BytesIO()
    Image.new("RGBA", (64, 64), (200, 40, 40, 128)).save(picture, "PNG")
    appearance = seal_appearance("番号　花子", utc_now(), image=picture.getvalue())
    request = SignatureRequest("seller", "番号　花子", utc_now(), appearance=appearance)
    signed = sign(blank, request, person_signer, Level.B_B, services).pdf
    assert signed[len(blank) :].count(b"/Subtype /Image") or signed[len(blank) :].count(b"/Subtype/Image")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_seal_of_rehearsal_keys_says_so(language, blank, person_signer, services):
    request = request_maker(SignatureTerms("seller", language=language), person_signer)(False)
    signed = sign(blank, request, person_signer, Level.B_B, services).pdf
    assert "リハーサル" in drawn_text(signed)


@pytest.mark.slow
def test_a_seal_of_another_key_does_not(blank, person_signer, services):
    request = SignatureRequest("seller", "番号　花子", utc_now(), appearance=seal_appearance("番号　花子", utc_now()))
    assert "リハーサル" not in drawn_text(sign(blank, request, person_signer, Level.B_B, services).pdf)


@pytest.mark.slow
def test_a_company_that_bears_no_legal_form_has_its_whole_name_in_its_seal(tmp_path):
    file = tmp_path / "works.p12"
    file.write_bytes(new_rehearsal().key_file("Kakuu Works", "Kakuu Works", b"secret", utc_now()))
    with open_pkcs12(file, lambda _: bytearray(b"secret")) as signer:
        appearance = request_maker(SignatureTerms("seller"), signer)(False).appearance
    assert appearance is not None
    assert appearance.seal == Seal("Kakuu Works", "square")


def drawn_text(pdf):
    """Return what the last page's annotations and content show, as a viewer reads it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    for page in document:
        pypdfium2.raw.FPDFPage_Flatten(page.raw, pypdfium2.raw.FLAT_NORMALDISPLAY)
    buffer = BytesIO()
    document.save(buffer)
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(buffer.getvalue()))


_DRAWN = b"0 0 20 20 re f"


@pytest.mark.parametrize(
    ("waiting", "box", "compressed", "kept"),
    [
        (b"/BBox[0 0 70.004 19.996]", [70.004, 19.996], False, []),
        (b"/BBox[0 0 70 20]/FormType 1", [70.0, 20.0], False, ["/FormType"]),
        (b"/BBox[0 0 70 20]/Filter/FlateDecode", [70.0, 20.0], True, []),
        (b"/BBox[0 0 35 10]", [70.0, 20.0], False, []),
        (b"", [70.0, 20.0], False, []),
    ],
    ids=["rounding", "form-type", "compressed", "another-size", "no-box"],
)
def test_a_seal_takes_over_the_form_of_the_empty_appearance(waiting, box, compressed, kept, person_signer, services):
    data = zlib.compress(b"") if b"Flate" in waiting else b""
    seal = _seal_over(waiting, data, person_signer, services)
    assert [float(side) for side in seal["/BBox"]] == [0, 0, *box]
    assert ("/Filter" in seal) == compressed
    assert [key for key in ("/FormType",) if key in seal] == kept
    assert b"re" in seal.get_data() or b" m" in seal.get_data()


def test_an_appearance_that_cannot_be_decoded_hinders_no_signature(person_signer, services):
    seal = _seal_over(b"/BBox[0 0 70.004 19.996]/Filter/FlateDecode", b"no zlib", person_signer, services)
    assert [float(side) for side in seal["/BBox"]] == [0, 0, 70, 20]


def test_an_appearance_that_draws_is_no_waiting_one(person_signer, services):
    seal = _seal_over(b"/BBox[0 0 70.004 19.996]", _DRAWN, person_signer, services)
    assert "/Filter" in seal
    assert [float(side) for side in seal["/BBox"]] == [0, 0, 70, 20]


def _seal_over(entries: bytes, data: bytes, signer, services):
    """Sign a field of 70 by 20 points whose appearance is a form XObject with ``entries``; return the new one."""
    from pypdf import PdfReader

    head = b"<</Type/XObject/Subtype/Form/Resources<<>>" + entries
    field = (
        pdfs.OBJECTS[pdfs.SELLER].replace(b"[20 20 120 60]", b"[10 10 80 30]").replace(b">>", b"/AP << /N 11 0 R >> >>")
    )
    looks = head + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"
    pdf = pdfs.build(pdfs.OBJECTS | {pdfs.SELLER: field, 11: looks})
    request = SignatureRequest("seller", "番号　花子", utc_now(), appearance=seal_appearance("番号　花子", utc_now()))
    signed = sign(pdf, request, signer, Level.B_B, services).pdf
    field = PdfReader(BytesIO(signed)).root_object["/AcroForm"]["/Fields"][0].get_object()
    return field["/AP"]["/N"].get_object()
