"""veraPDF as witness: a stranger's PDF/A of every part stays that through every signature and extension."""

from __future__ import annotations

from io import BytesIO

from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, extend, sign
from signkit.signing.places import Place
from signkit.signing.request import SignatureRequest
from tests.signing.formats import document, typeset
from tests.witnesses.test_pdfa import verapdf  # noqa: F401

NAME = "番号　花子"
#: What the typesetter calls a conformance level, and what veraPDF calls it.
FLAVOURS = {"a-1a": "1a", "a-1b": "1b", "a-2b": "2b", "a-2u": "2u", "a-3a": "3a", "a-3b": "3b", "a-4": "4"}


def translucent_png() -> bytes:
    from PIL import Image

    output = BytesIO()
    Image.new("RGBA", (40, 40), (200, 50, 40, 90)).save(output, "PNG")
    return output.getvalue()


def test_every_part_stays_what_it_is(verapdf, person_signer, services, tmp_path):  # noqa: F811
    files = {}
    for standard, flavour in FLAVOURS.items():
        pdf = typeset(standard)
        files[f"{standard}.pdf"] = flavour, pdf
        for level in Level:
            seal = seal_appearance(NAME, utc_now())
            signed = sign(
                pdf, SignatureRequest("seller", NAME, utc_now(), appearance=seal), person_signer, level, services
            )
            files[f"{standard}-{level}.pdf"] = flavour, signed.pdf
        renewed = extend(signed.pdf, Level.B_LTA, services).pdf
        files[f"{standard}-renewed.pdf"] = flavour, renewed
    spoiled = files["a-1b-B-LTA.pdf"][1].replace(b"/FontFile", b"/FontFilx")
    files["spoiled.pdf"] = "1b", spoiled
    expected = {name: "FAIL" if name == "spoiled.pdf" else "PASS" for name in files}
    assert _verdicts(verapdf, files, tmp_path) == expected


def test_every_part_takes_a_field_that_is_made_with_its_signature(
    verapdf,  # noqa: F811
    person_signer,
    services,
    tmp_path,
):
    files = {}
    for standard, flavour in FLAVOURS.items():
        for name, seal in (("seal", seal_appearance(NAME, utc_now())), ("plain", None)):
            place = Place(1, 30, 60, 50, 20)
            request = SignatureRequest("seller", NAME, utc_now(), appearance=seal, place=place)
            signed = sign(document(standard), request, person_signer, Level.B_B, services)
            files[f"{standard}-{name}.pdf"] = flavour, signed.pdf
    assert _verdicts(verapdf, files, tmp_path) == dict.fromkeys(files, "PASS")


def test_a_translucent_seal_is_laid_on_white_where_the_part_knows_no_transparency(
    verapdf,  # noqa: F811
    person_signer,
    services,
    tmp_path,
):
    seal = seal_appearance(NAME, utc_now(), image=translucent_png())
    request = SignatureRequest("seller", NAME, utc_now(), appearance=seal)
    files = {
        f"{standard}.pdf": (
            FLAVOURS[standard],
            sign(typeset(standard), request, person_signer, Level.B_B, services).pdf,
        )
        for standard in ("a-1b", "a-2b")
    }
    assert _verdicts(verapdf, files, tmp_path) == dict.fromkeys(files, "PASS")


def _verdicts(verapdf, files, folder):  # noqa: F811
    for name, (_, content) in files.items():
        (folder / name).write_bytes(content)
    return verapdf(*(f"{flavour}={folder / name}" for name, (flavour, _) in files.items()))
