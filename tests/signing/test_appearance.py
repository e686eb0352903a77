"""The seal: what stands in it, and what is refused."""

from __future__ import annotations

from io import BytesIO

import pytest

from signkit.rehearsal.services import utc_now
from signkit.signing.appearance import seal_appearance, seal_characters
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from tests.refusals import refused_as


@pytest.mark.parametrize(
    ("name", "seal"),
    [
        ("番号　花子", "番号"),
        ("林　太郎", "林"),
        ("辻\U000e0100本 彩", "辻\U000e0100本"),
        ("𠮷田 美咲", "𠮷田"),
        ("勅使河原 宏", "勅使河原"),
        ("Alice Smith", "Alice"),
        ("Alexander Smith", "Alexander"),
        ("架空不動産株式会社", "架空不動産株"),
    ],
)
def test_the_family_name_stands_in_the_seal(name, seal):
    assert seal_characters(name) == seal


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


def test_a_picture_takes_the_place_of_the_seal(blank, person_signer, services):
    from PIL import Image

    picture = BytesIO()
    Image.new("RGBA", (64, 64), (200, 40, 40, 128)).save(picture, "PNG")
    appearance = seal_appearance("番号　花子", utc_now(), image=picture.getvalue())
    request = SignatureRequest("seller", "番号　花子", utc_now(), appearance=appearance)
    signed = sign(blank, request, person_signer, Level.B_B, services).pdf
    assert signed[len(blank) :].count(b"/Subtype /Image") or signed[len(blank) :].count(b"/Subtype/Image")
