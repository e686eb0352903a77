"""Pages of another PDF behind a contract: the same to the eye, real text, nothing active, nothing lost in silence."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)

from signkit.contracts import appended
from signkit.contracts.attachments import appendix, attachment
from signkit.contracts.render import render_contract
from signkit.contracts.typesetting import typeset
from signkit.pdf.embedded_contract import EmbeddedFile, read_contract
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from tests import witness
from tests.refusals import refused_as

from .conftest import DATA

WHEN = date(2026, 11, 21)


def page_of(text: str) -> bytes:
    return typeset(f"#set page(width: 120mm, height: 80mm)\n{text}", day=WHEN, standard="1.7")


def writer_of(pdf: bytes) -> PdfWriter:
    return PdfWriter(clone_from=BytesIO(pdf))


def bytes_of(writer: PdfWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def explanation() -> bytes:
    """Two pages by another program, one of them turned, with a link."""
    writer = writer_of(page_of('重要事項の説明 #link("https://example.jp")[頁] #pagebreak() 二頁目'))
    writer.pages[1].rotate(90)
    return bytes_of(writer)


@pytest.fixture
def render(make_template):
    def made(*files, **attached):
        return render_contract(make_template(), DATA, appended=files, **attached).pdf

    return made


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


@pytest.mark.slow
def test_the_pages_stand_behind_the_annex_as_real_text(render, explanation, tmp_path):
    each = appendix("説明書.pdf", explanation, "重要事項説明書")
    pdf = render(each)
    (tmp_path / "contract.pdf").write_bytes(pdf)
    witness.check_structure(tmp_path / "contract.pdf")
    pages = texts(pdf)
    assert len(pages) == 4
    assert each.sha256 in pages[1]
    assert "3–4" in pages[1]
    assert "重要事項の説明" in pages[2]
    assert "二頁目" in pages[3]
    assert PdfReader(BytesIO(pdf)).pages[3].rotation == 90


@pytest.mark.slow
def test_the_contracts_data_list_them(render, explanation):
    each, plan = appendix("説明書.pdf", explanation, "重要事項説明書"), attachment("a.txt", b"plan")
    contract = read_contract(render(each, attachments=[plan]))
    assert contract.appended == (EmbeddedFile("説明書.pdf", "重要事項説明書", each.sha256, 2, each.size),)
    assert contract.attachments == (EmbeddedFile("a.txt", "a", plan.sha256),)


@pytest.mark.slow
def test_it_no_longer_claims_to_be_pdf_a(render, explanation):
    assert b"<pdfaid:part>" in render()
    assert b"<pdfaid:part>" not in render(appendix("a.pdf", explanation))


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes(render, explanation):
    assert render(appendix("a.pdf", explanation)) == render(appendix("a.pdf", explanation))


def test_links_do_not_come_along(render, explanation):
    pdf = render(appendix("a.pdf", explanation))
    assert b"example.jp" not in pdf
    assert all("/Annots" not in page for page in PdfReader(BytesIO(pdf)).pages[2:])


@pytest.mark.slow
def test_several_files_follow_one_another(render, explanation):
    other = page_of("third")
    pdf = render(appendix("a.pdf", explanation), appendix("b.pdf", other))
    assert "third" in texts(pdf)[4]
    assert "5–5" in texts(pdf)[1]


@pytest.mark.slow
def test_every_signature_covers_them(render, explanation, person_signer, tmp_path):
    from signkit.rehearsal.evidence_services import utc_now

    pdf = render(appendix("a.pdf", explanation))
    role = read_contract(pdf).parties[0].role
    signed = sign(pdf, SignatureRequest(role, "x", utc_now(), certify=True), person_signer, Level.B_B, Services()).pdf
    (tmp_path / "signed.pdf").write_bytes(signed)
    assert witness.valid_signatures(tmp_path / "signed.pdf") == 1


# --- what is refused -------------------------------------------------------------------------------------


def with_root(**entries) -> bytes:
    writer = writer_of(page_of("x"))
    for name, value in entries.items():
        writer.root_object[NameObject(f"/{name}")] = value
    return bytes_of(writer)


def with_annotation(kind: str) -> bytes:
    writer = writer_of(page_of("x"))
    rectangle = ArrayObject([NumberObject(n) for n in (1, 1, 9, 9)])
    note = DictionaryObject({NameObject("/Subtype"): NameObject(kind), NameObject("/Rect"): rectangle})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    return bytes_of(writer)


def with_resource(kind: str, entries: dict[str, str], stream: bool = True) -> bytes:
    writer = writer_of(page_of("x"))
    made = DecodedStreamObject() if stream else DictionaryObject()
    if stream:
        made.set_data(b"")
    made.update({NameObject(key): NameObject(value) for key, value in entries.items()})
    resources = writer.pages[0]["/Resources"]
    resources[NameObject(kind)] = DictionaryObject({NameObject("/Z"): writer._add_object(made)})
    return bytes_of(writer)


def script() -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app")})


def form(**entries) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def encrypted() -> bytes:
    writer = writer_of(page_of("x"))
    writer.encrypt("", "owner", algorithm="AES-256")
    return bytes_of(writer)


def many_pages() -> bytes:
    writer = PdfWriter()
    for _ in range(appended.MAX_PAGES + 1):
        writer.add_blank_page(10, 10)
    return bytes_of(writer)


def deep() -> bytes:
    writer = writer_of(page_of("x"))
    inner = ArrayObject()
    for _ in range(200):
        inner = ArrayObject([inner])
    writer.pages[0]["/Resources"][NameObject("/Properties")] = inner
    return bytes_of(writer)


def huge() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(1e7, 1e7)
    return bytes_of(writer)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: b"%PDF-1.7 broken", "its pages cannot be read"),
        (encrypted, "it is encrypted; attach it instead"),
        (lambda: with_root(OpenAction=script()), "it holds scripts or actions"),
        (lambda: with_root(AA=form(WC=script())), "it holds scripts or actions"),
        (lambda: with_root(Names=form(JavaScript=form())), "it holds scripts or actions"),
        (lambda: with_root(Names=form(EmbeddedFiles=form())), "it holds files of its own"),
        (lambda: with_root(AF=ArrayObject()), "it holds files of its own"),
        (lambda: with_root(AcroForm=form(Fields=ArrayObject([form()]))), "it holds form fields"),
        (lambda: with_root(AcroForm=form(Fields=ArrayObject(), XFA=ArrayObject())), "it holds form fields"),
        (lambda: with_root(AcroForm=form(SigFlags=NumberObject(3))), "it bears an electronic signature"),
        (lambda: with_root(OCProperties=form(OCGs=ArrayObject([form()]))), "it holds layers"),
        (lambda: with_annotation("/Widget"), "it holds form fields"),
        (lambda: with_annotation("/FileAttachment"), "it holds files of its own"),
        (lambda: with_annotation("/FreeText"), "it holds notes or stamps"),
        (lambda: with_resource("/XObject", {"/Subtype": "/PS"}), "PostScript"),
        (lambda: with_resource("/XObject", {"/Subtype": "/Form", "/Ref": "/x"}), "not in the file"),
        (lambda: with_resource("/XObject", {"/Subtype": "/Image", "/F": "/x"}), "not in the file"),
        (lambda: with_resource("/XObject", {"/Subtype": "/Form", "/OC": "/x"}), "it holds layers"),
        (
            lambda: with_resource(
                "/Font", {"/Type": "/Font", "/Subtype": "/TrueType", "/BaseFont": "/MS-Gothic"}, stream=False
            ),
            "a font that it does not hold",
        ),
        (many_pages, "more than 200 pages"),
        (deep, "more than pages need"),
        (huge, "its pages cannot be read"),
    ],
    ids=[
        "broken", "encrypted", "script", "actions", "named-scripts", "embedded", "associated", "form", "xfa", "signed",
        "layers", "field", "file-attachment", "note", "postscript", "reference", "external", "layered-drawing", "font",
        "many-pages", "deep", "huge",
    ],
)  # fmt: skip
def test_what_would_be_lost_or_act_is_refused(make, cause):
    with refused_as("attachment-refused") as refused:
        appendix("a.pdf", make())
    assert cause in refused.value.message("en")


def referring(entries: dict[str, str], *, chain: int = 1) -> bytes:
    """Write each entry as a reference, to another reference if ``chain`` says so; pypdf follows none by itself."""
    writer = writer_of(page_of("x"))
    made = DictionaryObject()
    for key, name in entries.items():
        value = writer._add_object(NameObject(name))
        for _ in range(chain - 1):
            value = writer._add_object(value)
        made[NameObject(key)] = value
    resources = writer.pages[0]["/Resources"]
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/Z"): writer._add_object(made)})
    return bytes_of(writer)


@pytest.mark.parametrize("chain", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize(
    ("entries", "cause"),
    [
        ({"/Type": "/Font", "/BaseFont": "/MS-Gothic"}, "a font that it does not hold"),
        ({"/Subtype": "/TrueType", "/BaseFont": "/MS-Gothic"}, "a font that it does not hold"),
        ({"/Type": "/Action", "/S": "/URI"}, "it holds scripts or actions"),
        ({"/Type": "/OCG", "/Name": "/x"}, "it holds layers"),
        ({"/Type": "/OCMD"}, "it holds layers"),
        ({"/Subtype": "/PS"}, "PostScript"),
        ({"/Subtype": "/Form", "/Subtype2": "/PS"}, "PostScript"),
    ],
    ids=["font", "font-without-type", "action", "layer", "layers", "postscript", "postscript-form"],
)
def test_what_is_written_as_a_reference_is_refused_too(entries, cause, chain):
    with refused_as("attachment-refused") as refused:
        appendix("a.pdf", referring(entries, chain=chain))
    assert cause in refused.value.message("en")


def test_a_font_whose_file_is_null_does_not_lie_in_the_file():
    writer = writer_of(page_of("x"))
    null = writer._add_object(NullObject())
    descriptor = DictionaryObject({NameObject("/Type"): NameObject("/FontDescriptor"), NameObject("/FontFile2"): null})
    font = form(Type=NameObject("/Font"), Subtype=NameObject("/TrueType"), BaseFont=NameObject("/MS-Gothic"))
    font[NameObject("/FontDescriptor")] = writer._add_object(descriptor)
    writer.pages[0]["/Resources"][NameObject("/Font")] = DictionaryObject({NameObject("/Z"): writer._add_object(font)})
    with refused_as("attachment-refused", match="a font that it does not hold"):
        appendix("a.pdf", bytes_of(writer))


def test_a_signed_file_is_not_merged(person_signer, blank):
    from signkit.rehearsal.evidence_services import utc_now

    signed = sign(blank, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, Services()).pdf
    with refused_as("attachment-refused", match="electronic signature"):
        appendix("signed.pdf", signed)


def test_a_standard_font_needs_not_lie_in_the_file():
    entries = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica-Bold"}
    assert appendix("a.pdf", with_resource("/Font", entries, stream=False)).pages == 1


def test_only_a_pdf_is_appended():
    with refused_as("attachment-refused", match="only the pages of a PDF"):
        appendix("plan.png", b"\x89PNG")


# --- 個人番号 ----------------------------------------------------------------------------------------------

NUMBER = "123456789018"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.txt", f"memo\n番号 {NUMBER}".encode(), "line 2"),
        ("a.csv", f"名前,番号\n花子,{NUMBER}".encode("cp932"), "line 2"),
        ("a.txt", f"\ufeff{NUMBER}".encode("utf-16"), "line 1"),
        ("a.pdf", page_of(f"one #pagebreak() {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}"), "page 2"),
    ],
    ids=["text", "cp932", "utf-16", "pdf"],
)
def test_a_my_number_inside_is_refused_with_its_place(name, content, place):
    with refused_as("attachment-refused") as refused:
        attachment(name, content)
    assert f"({place})" in refused.value.message("en")
    assert NUMBER not in refused.value.message("en")


def test_a_my_number_on_a_page_to_append_is_refused():
    with refused_as("attachment-refused", match=r"page 1"):
        appendix("a.pdf", page_of(NUMBER))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.png", b"\x89PNG", "cannot be searched"),
        ("a.txt", b"\xff\x00\x81", "character code is not known"),
        ("rules.txt", "従業員は個人番号を届け出る。".encode(), "speaks of the"),
        ("scan.pdf", page_of("#rect() #pagebreak() text"), "page 1 holds no text"),
    ],
)
def test_what_cannot_be_searched_is_told(name, content, words):
    assert words in attachment(name, content).not_searched.en


def test_what_was_searched_needs_no_words():
    assert attachment("a.pdf", page_of("法人番号 1234567890123")).not_searched is None
