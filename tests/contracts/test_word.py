"""Word documents as templates: rendered like any other, and refused by name where they bring something along."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from signkit.contracts.attachments import appendix, attachment
from signkit.contracts.data import load_contract_data
from signkit.contracts.fonts import GOTHIC, MINCHO
from signkit.contracts.lint import check_template
from signkit.contracts.render import Rendered, filled_contract, render_contract, render_contracts
from signkit.contracts.template import Template, load_template
from signkit.errors import ContractRefused, LibreOfficeMissing, MissingExtra
from signkit.pdf.embedded_contract import read_contract
from signkit.plain_data import Data
from signkit.shipped import shipped_folder
from tests.refusals import refused_as
from tests.requirements import require

from .conftest import DATA, DESCRIPTION, SCHEMA

try:
    import docx
    import docxtpl
except ImportError:
    docx = docxtpl = None

MakeWord = Callable[..., Template]
TEXT = ("{{ name }}が受領した。", "[[sign:issuer]]")


@pytest.fixture(autouse=True)
def extra() -> None:
    require(docxtpl, "docxtpl is not installed (extra docx)")


@pytest.fixture(scope="module")
def libreoffice() -> None:
    require(shutil.which("soffice"), "LibreOffice is not installed")


@pytest.fixture
def make_word(tmp_path: Path) -> MakeWord:
    """Write a small Word template of these paragraphs, its parts replaced, and load it."""

    def make(*paragraphs: str, change: Callable[[object], None] | None = None, **parts: bytes) -> Template:
        document = docx.Document()
        for text in paragraphs or TEXT:
            document.add_paragraph(text)
        if change is not None:
            change(document)
        buffer = BytesIO()
        document.save(buffer)
        folder = tmp_path / "receipt"
        folder.mkdir(exist_ok=True)
        (folder / "template.toml").write_text(DESCRIPTION, encoding="utf-8")
        (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
        (folder / "contract.docx").write_bytes(with_parts(buffer.getvalue(), parts))
        return load_template(folder)

    return make


def with_parts(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Return the .docx with parts replaced or added."""
    output = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return output.getvalue()


def element(xml: str) -> object:
    from docx.oxml import parse_xml

    return parse_xml(xml.replace("/>", f' xmlns:w="{W}"/>', 1) if "xmlns" not in xml else xml)


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def field(instruction: str) -> Callable[[object], None]:
    def change(document) -> None:
        paragraph = document.add_paragraph()
        paragraph._p.append(element(f'<w:fldSimple xmlns:w="{W}" w:instr="{instruction}"/>'))

    return change


def begun_from_template(document) -> None:
    """As Word writes it: the settings name it by a relationship of their own."""
    settings = document.part._settings_part
    number = settings.relate_to("http://elsewhere.example/Form.dotm", f"{_R}/attachedTemplate", is_external=True)
    named = settings.element.makeelement(f"{{{W}}}attachedTemplate", {f"{{{_R}}}id": number})
    settings.element.insert(0, named)


def external(kind: str, target: str = "http://elsewhere.example/x") -> Callable[[object], None]:
    def change(document) -> None:
        document.part.relate_to(target, f"{_R}/{kind}", is_external=True)

    return change


def body(xml: str) -> Callable[[object], None]:
    return lambda document: document.element.body.insert(0, element(xml))


def header(name: str, xml: str) -> Callable[[object], None]:
    """Give the document a header of this name; python-docx writes an Override for its content type."""

    def change(document) -> None:
        from docx.opc.packuri import PackURI

        made = document.sections[0].header
        made.is_linked_to_previous = False
        made.part.element.append(element(xml))
        made.part.partname = PackURI(f"/word/{name}")

    return change


def picture(name: str, content: bytes, content_type: str) -> Callable[[object], None]:
    def change(document) -> None:
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        part = Part(PackURI(f"/word/media/{name}"), content_type, content, document.part.package)
        document.part.relate_to(part, f"{_R}/image")

    return change


def link_as_picture(document) -> None:
    number = document.part.relate_to("http://elsewhere.example/x.png", f"{_R}/hyperlink", is_external=True)
    document.element.body.insert(0, element(f'<a:blip xmlns:a="{_A}" xmlns:r="{_R}" r:link="{number}"/>'))


def header_as_picture(document) -> None:
    """What a header holds is XML: LibreOffice would draw an SVG inside it."""
    header("header1.xml", '<svg xmlns="http://www.w3.org/2000/svg"/>')(document)
    number = document.sections[0]._sectPr.headerReference_lst[0].rId
    document.element.body.insert(0, element(f'<a:blip xmlns:a="{_A}" xmlns:r="{_R}" r:embed="{number}"/>'))


def spread_field(*pieces: str) -> Callable[[object], None]:
    """Write a field around these pieces of XML."""
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return body(f'<w:p xmlns:w="{W}" xmlns:mc="{_MC}" xmlns:x="urn:x">{begin}{"".join(pieces)}{end}</w:p>')


def says(words: str) -> str:
    return f"<w:r><w:instrText>{words}</w:instrText></w:r>"


_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_DATE = f'<w:p xmlns:w="{W}"><w:fldSimple w:instr="DATE"/></w:p>'
_DELETED = f'<w:p xmlns:w="{W}"><w:del/></w:p>'
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/x.png"/></svg>'
_PNG = b"\x89PNG\r\n\x1a\n"


# --- the sample, rendered once -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nda() -> Template:
    return load_template(shipped_folder("samples") / "word" / "nda")


@pytest.fixture(scope="module")
def nda_data(nda: Template) -> Data:
    return load_contract_data(nda.folder / "example.yaml")


@pytest.fixture(scope="module")
def rendered(libreoffice, nda: Template, nda_data: Data) -> Rendered:
    require(docxtpl, "docxtpl is not installed (extra docx)")
    return render_contract(nda, nda_data)


@pytest.fixture(scope="module")
def reader(rendered: Rendered) -> PdfReader:
    return PdfReader(BytesIO(rendered.pdf))


def test_the_sample_has_nothing_to_mend(libreoffice, nda: Template) -> None:
    assert check_template(nda).problems == ()


def test_same_data_same_bytes(rendered: Rendered, nda: Template, nda_data: Data) -> None:
    assert render_contract(nda, nda_data).pdf == rendered.pdf


def test_every_role_has_an_empty_field_of_the_size_asked_for(rendered: Rendered, reader: PdfReader) -> None:
    fields = [field.get_object() for field in reader.root_object["/AcroForm"]["/Fields"]]

    assert [(field["/T"], field["/FT"], field["/TU"]) for field in fields] == [
        ("discloser", "/Sig", "甲(開示者)の署名"),
        ("recipient", "/Sig", "乙(受領者)の署名"),
    ]
    for block in rendered.blocks:
        left, bottom, right, top = block.rectangle
        assert (right - left, top - bottom) == pytest.approx((70 * 72 / 25.4, 24 * 72 / 25.4), abs=0.2)
    assert "[[" not in "".join(page.extract_text() for page in reader.pages)


def test_metadata_are_the_contracts_own(reader: PdfReader) -> None:
    info = reader.metadata

    assert info.title == "秘密保持契約書"
    assert info.author is None
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261121000000Z"
    assert reader.root_object["/Lang"] == "ja"
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert b"<pdfaid:part>3</pdfaid:part>" in reader.xmp_metadata.stream.get_data()


def test_only_known_fonts_are_embedded(rendered: Rendered) -> None:
    names = set(re.findall(rb"/BaseFont/[A-Z]{6}\+(\w+)", rendered.pdf))

    assert names == {b"NotoSerifJP", b"NotoSansJP"}


def test_data_travel_inside(rendered: Rendered, nda_data: Data) -> None:
    contract = read_contract(rendered.pdf)

    assert (contract.template_id, contract.data) == ("nda", nda_data)


def test_both_sign_and_it_validates(rendered: Rendered, person_signer, services, trust_pem) -> None:
    from signkit.pki.anchors import default_trust_store
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.levels import Level, sign
    from signkit.signing.request import SignatureRequest
    from signkit.validation.options import ValidationOptions
    from signkit.validation.pdf import validate_pdf

    pdf = rendered.pdf
    for role in ("discloser", "recipient"):
        request = SignatureRequest(role, "番号　花子", utc_now())
        pdf = sign(pdf, request, person_signer, Level.B_LT, services).pdf

    options = ValidationOptions(trust=default_trust_store((trust_pem,)), offline=True)
    report = validate_pdf(pdf, name="nda.pdf", options=options)
    assert [signature.field for signature in report.signatures] == ["discloser", "recipient"]
    assert all(signature.intact and signature.changes_permitted for signature in report.signatures)
    assert report.verdict == "TOTAL-PASSED"


def test_attachments_are_listed_and_appended_pages_counted(
    libreoffice, nda: Template, nda_data: Data, blank_page: bytes
) -> None:
    files = [attachment("plan.txt", b"plan", "図面")]

    pdf = render_contract(nda, nda_data, attachments=files, appended=[appendix("map.pdf", blank_page, "地図")]).pdf

    pages = PdfReader(BytesIO(pdf)).pages
    text = pages[2].extract_text()
    assert len(pages) == 4
    assert files[0].sha256 in text
    assert "4–4" in text
    assert set(PdfReader(BytesIO(pdf)).attachments) == {"contract.json", "plan.txt"}


@pytest.fixture
def blank_page() -> bytes:
    from datetime import date

    from signkit.contracts.typesetting import typeset

    return typeset("地図", day=date(2026, 11, 21))


def test_several_come_out_of_one_run_as_each_alone(
    rendered: Rendered, nda: Template, nda_data: Data, monkeypatch
) -> None:
    other = {**nda_data, "purpose": "別の目的"}

    first, second = render_contracts(nda, [nda_data, other])

    assert first.pdf == rendered.pdf
    assert "別の目的" in PdfReader(BytesIO(second.pdf)).pages[0].extract_text()


# --- values ----------------------------------------------------------------------------------------------------

HOSTILE = (
    "{{ 7 * 7 }}", "{% for x in y %}", "{_{ x }_}", "<w:p/>", "</w:t></w:r>", "&lt;&amp;", "[[sign:issuer]]", "a\nb",
    "]]>",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_printed_as_it_is(make_word: MakeWord, value: str) -> None:
    filled = filled_contract(make_word(), {**DATA, "name": value})

    assert filled.text.splitlines()[0] == value.replace("\n", " ") + "が受領した。"
    with zipfile.ZipFile(BytesIO(filled.content)) as archive:
        assert archive.read("word/document.xml").count(b"hlinkClick") == 1


@pytest.mark.slow
def test_tags_that_word_spread_over_runs_are_found(make_word: MakeWord) -> None:
    def spread(document) -> None:
        paragraph = document.add_paragraph()
        for piece in ("{", "{ na", "me }", "} [[si", "gn:iss", "uer]]了"):
            paragraph.add_run(piece).bold = piece == "gn:iss"

    filled = filled_contract(make_word("本文", change=spread), DATA)

    assert filled.text.splitlines()[1] == "髙橋 𠮷子 了"


# --- what a template may not hold ------------------------------------------------------------------------------

REFUSED = {
    "a frame": ({"change": external("frame")}, "frame"),
    "linked picture": ({"change": external("image")}, "outside itself: image"),
    "embedded object": ({"change": external("oleObject")}, "oleObject"),
    "link to a file": ({"change": external("hyperlink", "file:///etc/passwd")}, "outside itself: hyperlink"),
    "a block's own link": ({"change": external("hyperlink", "signkit-block:issuer")}, "outside itself: hyperlink"),
    "INCLUDETEXT": ({"change": field("INCLUDETEXT x.docx")}, "field INCLUDETEXT"),
    "INCLUDEPICTURE": ({"change": field("INCLUDEPICTURE http://x")}, "field INCLUDEPICTURE"),
    "DDEAUTO": ({"change": field("DDEAUTO cmd")}, "field DDEAUTO"),
    "clock": ({"change": field("DATE")}, "field DATE"),
    "tag in a field": ({"change": field("REF {{ name }}")}, "field REF"),
    "tracked changes": ({"change": body(f'<w:p xmlns:w="{W}"><w:ins/></w:p>')}, "tracked changes"),
    "another document": ({"change": body(f'<w:altChunk xmlns:w="{W}"/>')}, "altChunk"),
    "OLE element": ({"change": body(f'<w:p xmlns:w="{W}"><w:r><w:object/></w:r></w:p>')}, "OLE"),
    "entities": (
        {"word/document.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'},
        "document type",
    ),
    "not well-formed": ({"word/document.xml": b"<a>"}, "not well-formed"),
    "macros": (
        {"[Content_Types].xml": b'<T><Override ContentType="application/vnd.ms-word.document.macroEnabled.main"/></T>'},
        "macros",
    ),
    "clock in a header that is called otherwise": ({"change": header("header1.dat", _DATE)}, "field DATE"),
    "clock in a header in capitals": ({"change": header("header1.XML", _DATE)}, "field DATE"),
    "deleted text in a header": ({"change": header("header1.dat", _DELETED)}, "tracked changes"),
    "header that is no XML": (
        {"change": header("header1.dat", _DATE), "word/header1.dat": b"\x89PNG"}, "not well-formed",
    ),
    "SVG": ({"change": picture("a.svg", _SVG, "image/svg+xml")}, "an SVG picture"),
    "SVG called PNG": ({"change": picture("a.png", b"<?xml?>" + _SVG, "image/png")}, "an SVG picture"),
    "SVG with the beginning of a bitmap": ({"change": picture("a.bmp", b"BM" + _SVG, "image/bmp")}, "an SVG picture"),
    "EMF": ({"change": picture("a.emf", b"\1\0\0\0", "image/x-emf")}, "an EMF or WMF picture"),
    "WMF": ({"change": picture("a.wmf", b"\xd7\xcd\xc6\x9a", "image/x-wmf")}, "an EMF or WMF picture"),
    "PDF as a picture": ({"change": picture("a.pdf", b"%PDF-1.7", "application/pdf")}, "a kind that is not taken"),
    "PNG called SVG": ({"change": picture("a.svg", _PNG, "image/svg+xml")}, "not what it is called (image/svg+xml)"),
    "link as a picture": ({"change": link_as_picture}, "blip in it refers to another thing than its kind: hyperlink"),
    "header as a picture": ({"change": header_as_picture}, "blip in it refers to another thing than its kind: header"),
    "field with a word in a branch": (
        {"change": spread_field(
            f'<mc:AlternateContent><mc:Choice Requires="x">{says("PAGE ")}</mc:Choice></mc:AlternateContent>',
            says(" FILENAME "),
        )},
        "one thing or another (AlternateContent)",
    ),
    "field with a word in an unknown element": (
        {"change": spread_field(f"<x:skipped>{says('PAGE ')}</x:skipped>", says(" FILENAME "))},
        "begins in one place and goes on in another",
    ),
    "field with a word where none can be": (
        {"change": spread_field(f"<w:rPr>{says('PAGE ')}</w:rPr>", says(" FILENAME "))},
        "begins in one place and goes on in another",
    ),
    "field in Strict Open XML": (
        {"change": body(f'<w:p xmlns:w="{W}" xmlns:s="{_STRICT}"><s:fldSimple s:instr="FILENAME"/></w:p>')},
        "Strict Open XML",
    ),
    "field behind a comment": (
        {"change": spread_field(says("<!-- -->FILENAME "), says("PAGE "))}, "field FILENAME",
    ),
    "bomb": ({"word/media/zeros.bin": bytes(61_000_000)}, "unpacks to more than"),
    "way out": ({"../evil.xml": b""}, "leads out"),
}  # fmt: skip


def test_a_check_tells_which_fonts_are_replaced(libreoffice, nda) -> None:
    replaced = check_template(nda).replaced_fonts

    assert replaced["ＭＳ 明朝"] == MINCHO
    assert replaced["ＭＳ ゴシック"] == GOTHIC


@pytest.mark.slow
def test_the_word_template_that_a_form_was_begun_from_is_forgotten(make_word: MakeWord) -> None:
    """Nearly every form of an office names one, often by an address that leads elsewhere."""
    filled = filled_contract(make_word(change=begun_from_template), DATA)

    with zipfile.ZipFile(BytesIO(filled.content)) as archive:
        assert not [name for name in archive.namelist() if b"elsewhere" in archive.read(name)]
        assert b"attachedTemplate" not in archive.read("word/settings.xml")


@pytest.mark.slow
@pytest.mark.parametrize(("made", "cause"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_name(make_word: MakeWord, made: dict, cause: str) -> None:
    template = make_word(**made)

    with refused_as("template-invalid", match=re.escape(cause)):
        filled_contract(template, DATA)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.png", _PNG, "image/png"),
        ("a.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.gif", b"GIF89a", "image/gif"),
        ("a.bmp", b"BM\x3a\0\0\0\0\0\0\0\x36", "image/bmp"),
        ("a.tiff", b"II*\0", "image/tiff"),
    ],
    ids=["png", "jpeg", "gif", "bmp", "tiff"],
)
def test_a_picture_of_dots_is_taken(make_word: MakeWord, name: str, content: bytes, content_type: str) -> None:
    filled = filled_contract(make_word(change=picture(name, content, content_type)), DATA)

    with zipfile.ZipFile(BytesIO(filled.content)) as archive:
        assert archive.read(f"word/media/{name}") == content


@pytest.mark.slow
def test_a_field_that_lies_in_one_branch_is_taken(make_word: MakeWord) -> None:
    """As Word writes the page's number in a text box: once for itself, once for its older versions."""
    one = "".join(f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    one = one.replace("</w:r>", "</w:r>" + says(" PAGE "), 1)
    branches = f'<mc:Choice Requires="x">{one}</mc:Choice><mc:Fallback>{one}</mc:Fallback>'
    xml = f'<w:p xmlns:w="{W}" xmlns:mc="{_MC}"><mc:AlternateContent>{branches}</mc:AlternateContent></w:p>'

    assert "髙橋" in filled_contract(make_word(change=body(xml)), DATA).text


def test_no_zip_is_refused(make_word: MakeWord) -> None:
    template = make_word()
    (template.folder / "contract.docx").write_bytes(b"\xd0\xcf\x11\xe0 an old .doc")

    with refused_as("template-invalid", match=r"no \.docx"):
        filled_contract(load_template(template.folder), DATA)


FAULTS = {
    "item that is not there": (("{{ nobody }}", "[[sign:issuer]]"), "'nobody' is undefined"),
    "attribute of Python": (("{{ name.__class__ }}", "[[sign:issuer]]"), "__class__"),
    "endless text": (("{{ 'x' * 9 }}", "[[sign:issuer]]"), "for numbers"),
    "other file": (("{% include 'template.toml' %}", "[[sign:issuer]]"), "loader"),
    "raw tag": (("{{r name }}", "[[sign:issuer]]"), "not allowed"),
    "open tag": (("{{ name", "[[sign:issuer]]"), "contract.docx"),
    "no marker": (("本文",), "[[sign:issuer]] stands 0 times"),
    "marker twice": (("[[sign:issuer]]", "[[sign:issuer]]"), "[[sign:issuer]] stands 2 times"),
    "marker too small": (("[[sign:issuer 5x5]]",), "5x5 mm"),
    "marker that is none": (("[[sign issuer]]",), "not of the form"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("paragraphs", "cause"), FAULTS.values(), ids=FAULTS.keys())
def test_faults_of_the_text_are_named(make_word: MakeWord, paragraphs: tuple[str, ...], cause: str) -> None:
    with refused_as("template-invalid", match=re.escape(cause)):
        filled_contract(make_word(*paragraphs), DATA)


@pytest.mark.slow
def test_marker_in_a_header_is_refused(make_word: MakeWord) -> None:
    def header(document) -> None:
        document.sections[0].header.paragraphs[0].text = "[[sign:issuer]]"

    with refused_as("template-invalid", match="stands in a header"):
        filled_contract(make_word("本文", change=header), DATA)


@pytest.mark.slow
def test_marker_of_nobody_is_told(make_word: MakeWord) -> None:
    problems = check_template(make_word(*TEXT, "[[sign:payer]]")).problems

    assert ("unknown", "contract.docx: payer") in {(problem.code, problem.path) for problem in problems}


@pytest.mark.slow
def test_fixed_text_is_checked_for_my_number_and_glyphs(make_word: MakeWord) -> None:
    template = make_word(*TEXT, "個人番号 123456789018", "字形のない \U00010348")

    found = {(problem.code, problem.path) for problem in check_template(template).problems}

    assert {("my-number", "contract.docx:3"), ("glyph", "contract.docx:4")} <= found
    with pytest.raises(ContractRefused):
        filled_contract(template, DATA)


@pytest.mark.parametrize("text_files", [(), ("contract.typ.j2", "contract.docx")], ids=["none", "both"])
def test_a_template_has_one_text(make_word: MakeWord, text_files: tuple[str, ...]) -> None:
    folder = make_word().folder
    (folder / "contract.docx").unlink()
    for name in text_files:
        (folder / name).write_text("x")

    with refused_as("template-invalid", match=r"contract\.typ\.j2 or contract\.docx"):
        load_template(folder)


# --- LibreOffice -------------------------------------------------------------------------------------------------


def test_fonts_are_replaced_by_known_ones() -> None:
    from signkit.contracts.fonts import font_set
    from signkit.contracts.word.typefaces import replacement

    names = ("ＭＳ 明朝", "游明朝", "Century", "ＭＳ Ｐゴシック", "Meiryo UI", "Arial", "Noto Sans JP")

    found = [replacement(name, font_set()) for name in names]

    assert found == ["Noto Serif JP"] * 3 + ["Noto Sans JP"] * 4
    own = replace(font_set(), extra_families=("IPAmj Mincho",))
    assert replacement("IPAmj Mincho", own) == "IPAmj Mincho"


@pytest.mark.slow
def test_without_libreoffice_the_next_step_is_named(make_word: MakeWord, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("signkit.contracts.word.libreoffice._PLACES", {})

    with pytest.raises(LibreOfficeMissing) as caught:
        render_contract(make_word(), DATA)

    assert "apt install" in caught.value.hint("en")


def test_without_the_extra_the_next_step_is_named(make_word: MakeWord, monkeypatch) -> None:
    template = make_word()
    monkeypatch.setitem(sys.modules, "docxtpl", None)

    with pytest.raises(MissingExtra) as caught:
        render_contract(template, DATA)

    assert "[docx]" in caught.value.hint("en")


@pytest.mark.slow
def test_a_run_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch) -> None:
    import os

    from signkit.contracts.fonts import font_set
    from signkit.contracts.word import libreoffice

    if sys.platform == "win32":
        pytest.skip("hardware: process groups are POSIX")
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path}/child\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "START_SECONDS", 0.5)
    monkeypatch.setattr(libreoffice, "DOCUMENT_SECONDS", 0.0)

    with refused_as("typesetting-failed", match="longer than"):
        libreoffice.convert([b"x"], font_set(), "x", program)

    child = int((tmp_path / "child").read_text())
    assert not _runs(child), f"{os.getpid()} left {child} behind"


def _runs(process: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_document_that_it_cannot_read_is_named(libreoffice) -> None:
    from signkit.contracts.fonts import font_set
    from signkit.contracts.word.libreoffice import convert

    with refused_as("typesetting-failed", match="made no PDF"):
        convert([b"no document"], font_set(), "x")


def test_other_fonts_than_ours_are_refused(rendered: Rendered) -> None:
    from datetime import date

    from signkit.contracts.word.finishing import DocumentIdentity, finish_pdf

    with refused_as("typesetting-failed", match="NotoSansJP"):
        finish_pdf(rendered.pdf, DocumentIdentity("x", "ja", date(2026, 1, 1)), [], frozenset({"NotoSerifJP"}), "x")


# --- a form of one's own -------------------------------------------------------------------------------------------


def test_a_form_becomes_a_template_that_renders(libreoffice, make_word: MakeWord, tmp_path: Path) -> None:
    from signkit.contracts.word.form_templates import new_template_from

    form = make_word(
        "{{ seller.name }}は{{ price | yen }}で売る。{{ day | full_date }}",
        "{%p for each in rooms %}",
        "{{ each.name }}",
        "{%p endfor %}",
        "[[sign:seller]] [[sign:buyer]]",
    )

    found, _ = new_template_from(tmp_path / "sale", (form.folder / "contract.docx").read_bytes())

    assert found.roles == ("seller", "buyer")
    assert found.items == {"seller.name": "text", "price": "integer", "day": "date", "rooms[].name": "text"}
    template = load_template(tmp_path / "sale")
    assert template.date_item == "day"
    rendered = render_contract(template, load_contract_data(template.folder / "example.yaml"))
    assert [block.role for block in rendered.blocks] == ["seller", "buyer"]


@pytest.mark.slow
def test_a_form_with_a_faulty_tag_makes_no_template(make_word: MakeWord, tmp_path: Path) -> None:
    from signkit.contracts.word.form_templates import new_template_from

    form = (make_word("{{ seller. }}").folder / "contract.docx").read_bytes()

    with refused_as("template-invalid", match=r"contract\.docx"):
        new_template_from(tmp_path / "sale", form)
    assert not (tmp_path / "sale").exists()


@pytest.mark.slow
@pytest.mark.parametrize("marker", ["[[署名:]]", "[[署名者:甲]]", "[[sign seller]]", "[[署名:甲 5x5]]"])
def test_a_form_with_a_faulty_marker_makes_no_template(make_word: MakeWord, tmp_path: Path, marker: str) -> None:
    from signkit.contracts.word.form_templates import new_template_from

    form = (make_word("{{ seller.name }}", marker).folder / "contract.docx").read_bytes()
    with refused_as("template-invalid") as caught:
        new_template_from(tmp_path / "sale", form)
    assert "[[" in caught.value.message("ja")
    assert not (tmp_path / "sale").exists()


def test_a_table_printed_as_text_is_told_in_japanese(make_word: MakeWord) -> None:
    from signkit.contracts.data_faults import running_fault
    from signkit.contracts.sandbox import Sandbox

    with pytest.raises(TypeError) as caught:
        Sandbox(str, str).from_string("{{ company }}").render(company={"name": "a"})
    assert "文字と数だけ" in running_fault(caught.value).ja


@pytest.mark.slow
@pytest.mark.parametrize(
    "marker",
    [
        "[[署名:発行者]]",
        "[[署名：発行者]]",
        "［［署名：発行者］］",
        "[[sign:発行者 70x24]]",
        "[[ 署名: Issuer ]]",
        "[[署名:issuer]]",
    ],
)
def test_a_marker_may_name_the_party_as_people_call_it(make_word: MakeWord, marker: str) -> None:
    template = make_word("{{ name }}", marker)
    party = template.parties[0]
    written = marker.replace("発行者", party.label.ja).replace("Issuer", party.label.en).replace("issuer", party.role)
    filled = filled_contract(make_word("{{ name }}", written), DATA)
    with zipfile.ZipFile(BytesIO(filled.content)) as archive:
        assert f"signkit-block:{party.role}".encode() in archive.read("word/_rels/document.xml.rels")


@pytest.mark.slow
def test_a_marker_for_nobody_is_told_with_who_there_is(make_word: MakeWord) -> None:
    with refused_as("template-invalid", match="no party is called so") as caught:
        filled_contract(make_word("[[署名:買主]]"), DATA)
    assert "その名前の当事者はいません" in caught.value.message("ja")
    assert "docs/ja/guides/word.md" in caught.value.hint("ja")


@pytest.mark.slow
def test_a_fault_in_a_form_is_told_in_japanese_with_what_stands_there(make_word: MakeWord) -> None:
    with refused_as("template-invalid") as caught:
        filled_contract(make_word("前文", "金額は {{ prise | yen }} とする", "[[sign:issuer]]"), DATA)
    told = caught.value.message("ja")
    assert "「prise」という項目がデータにもひな形にもありません" in told
    assert "「金額は {{ prise | yen }} とする」の付近" in told


@pytest.mark.slow
def test_an_untagged_form_makes_no_template_and_says_what_to_do(make_word: MakeWord, tmp_path: Path) -> None:
    from signkit.contracts.word.form_templates import new_template_from

    form = (make_word("売主　＿＿＿＿＿＿", "令和　　年　　月　　日").folder / "contract.docx").read_bytes()
    with refused_as("form-untagged") as caught:
        new_template_from(tmp_path / "sale", form)
    told = caught.value.message("ja") + (caught.value.hint("ja") or "")
    for words in ("{{ seller.name }}", "{{ contract_date | full_date }}", "[[署名:売主]]", "docs/ja/guides/word.md"):
        assert words in told
    assert not (tmp_path / "sale").exists()


@pytest.mark.slow
def test_a_form_in_japanese_becomes_a_template_with_its_parties(make_word: MakeWord, tmp_path: Path) -> None:
    from signkit.contracts.word.form_templates import new_template_from

    form = make_word("{{ seller.name }}、{{ day | full_date }}", "[[署名:売主]] ［［署名：買主］］")
    found, _ = new_template_from(tmp_path / "sale", (form.folder / "contract.docx").read_bytes())
    assert found.labels == {"seller": "売主", "buyer": "買主"}
    assert [party.label.ja for party in load_template(tmp_path / "sale").parties] == ["売主", "買主"]
