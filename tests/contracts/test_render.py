"""A rendered contract: the same bytes every time, PDF/A-3b, a signature field a party, its data inside."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pypdf import PdfReader

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import Rendered, render_contract
from signkit.contracts.template import Template, find_template, list_templates
from signkit.pdf.embedded_contract import read_contract
from signkit.plain_data import Data
from signkit.shipped import shipped_folder
from tests.refusals import refused_as
from tests.witness import check_structure

from .conftest import DESCRIPTION, MakeTemplate

SAMPLES = sorted(
    path
    for path in shipped_folder("samples").glob("*/*")
    if path.suffix in {".yaml", ".json", ".toml"} and path.stem != "base"
)
A4 = (595.2756, 841.8898)


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    template = find_template("real-estate-sale")
    return render_contract(template, load_contract_data(template.folder / "example.yaml"))


@pytest.fixture(scope="module")
def reader(rendered: Rendered) -> PdfReader:
    return PdfReader(BytesIO(rendered.pdf))


@pytest.mark.slow
def test_three_samples_of_each_template_in_all_formats() -> None:
    assert len(SAMPLES) >= 6
    assert {path.suffix for path in SAMPLES} == {".yaml", ".json", ".toml"}
    assert all(
        sum(path.parent.name == name for path in SAMPLES) >= 3 for name in ("real-estate-sale", "employment-agreement")
    )
    assert {path.parent.name for path in SAMPLES} == {template.id for template in list_templates()}


@pytest.mark.slow
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sample_renders(path: Path, tmp_path) -> None:
    template, data = find_template(path.parent.name), load_contract_data(path)

    rendered = render_contract(template, data)

    (tmp_path / "a.pdf").write_bytes(rendered.pdf)
    check_structure(tmp_path / "a.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(rendered.pdf)).pages)
    assert "None" not in text
    assert "#" not in text
    assert {block.role for block in rendered.blocks} == {party.role for party in template.parties_of(data)}
    assert read_contract(rendered.pdf).data == data


@pytest.mark.parametrize("name", ["real-estate-sale", "employment-agreement", "real-estate-explanation", "consent"])
def test_text_claims_no_legal_force(name: str) -> None:
    template = find_template(name)
    words = "".join(path.read_text(encoding="utf-8") for path in template.folder.iterdir())

    assert not re.search(r"legally (valid|binding)|法的に有効|法的効力", words)


@pytest.mark.slow
def test_same_data_same_bytes_here(sale: Template, sale_data: Data, rendered: Rendered) -> None:
    assert render_contract(sale, sale_data).pdf == rendered.pdf


@pytest.mark.slow
def test_same_data_in_another_order_same_bytes(sale: Template, sale_data: Data, rendered: Rendered) -> None:
    assert render_contract(sale, dict(reversed(sale_data.items()))).pdf == rendered.pdf


@pytest.mark.slow
def test_same_data_same_bytes_in_another_process(rendered: Rendered) -> None:
    script = (
        "import hashlib; from signkit.contracts.data import load_contract_data\n"
        "from signkit.contracts.template import find_template\n"
        "from signkit.contracts.render import render_contract\n"
        "t = find_template('real-estate-sale'); d = load_contract_data(t.folder / 'example.yaml')\n"
        "print(hashlib.sha256(render_contract(t, d).pdf).hexdigest())"
    )

    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == hashlib.sha256(rendered.pdf).hexdigest()


@pytest.mark.slow
def test_other_data_other_identifier(sale: Template, sale_data: Data, reader: PdfReader) -> None:
    sale_data["jurisdiction"] = "横浜地方裁判所"
    other = PdfReader(BytesIO(render_contract(sale, sale_data).pdf))

    assert other.trailer["/ID"] != reader.trailer["/ID"]


@pytest.mark.slow
def test_one_revision(rendered: Rendered) -> None:
    assert rendered.pdf.count(b"%%EOF") == 1
    assert rendered.pdf.count(b"startxref") == 1


@pytest.mark.slow
def test_document_is_dated_by_its_data(reader: PdfReader) -> None:
    info = reader.metadata

    assert info.title == "不動産売買契約書"
    assert info.author is None
    assert info["/CreationDate"] == info["/ModDate"] == "D:20261121000000Z"
    assert reader.root_object["/Lang"] == "ja"
    assert (
        b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        in reader.xmp_metadata.stream.get_data()
    )


def test_a_signature_field_a_party_in_signing_order(rendered: Rendered, reader: PdfReader) -> None:
    fields = [field.get_object() for field in reader.root_object["/AcroForm"]["/Fields"]]

    assert [field["/T"] for field in fields] == ["seller", "buyer", "broker"]
    assert [field["/TU"] for field in fields] == ["売主の署名", "買主の署名", "宅地建物取引士の署名"]
    for field, block in zip(fields, rendered.blocks, strict=True):
        page = reader.pages[block.page]
        assert field["/FT"] == "/Sig"
        assert field["/F"] == 4
        assert "/V" not in field
        assert "/A" not in field
        assert field.raw_get("/P") == page.indirect_reference
        assert [entry.get_object() for entry in page["/Annots"]].count(field) == 1
        assert tuple(float(number) for number in field["/Rect"]) == pytest.approx(block.rectangle, abs=1e-3)
        assert field["/AP"]["/N"]["/Subtype"] == "/Form"


@pytest.mark.slow
def test_blocks_lie_on_the_page_of_their_caption(rendered: Rendered, reader: PdfReader) -> None:
    for block, label in zip(rendered.blocks, ("売主", "買主", "宅地建物取引士"), strict=True):
        left, bottom, right, top = block.rectangle
        assert 0 < left < right < A4[0]
        assert 0 < bottom < top < A4[1]
        assert f"電子署名欄（{label}）" in reader.pages[block.page].extract_text()
        assert top - bottom == pytest.approx(26 * 72 / 25.4, abs=0.01)


def test_the_structure_tree_names_the_fields_and_does_not_refer_to_them(reader: PdfReader) -> None:
    """Signing updates a field; an object that the structure tree refers to may not change in pyHanko's eyes."""
    forms = [
        element
        for number in range(1, reader.trailer["/Size"])
        if isinstance(element := reader.get_object(number), dict) and element.get("/S") == "/Form"
    ]

    assert sorted(form["/Alt"] for form in forms) == sorted(["売主の署名", "買主の署名", "宅地建物取引士の署名"])
    assert all("/K" not in form for form in forms)


def test_pyhanko_finds_the_fields_empty(rendered: Rendered) -> None:
    found = list(enumerate_sig_fields(PdfFileReader(BytesIO(rendered.pdf))))

    assert [(name, value) for name, value, _ in found] == [("seller", None), ("buyer", None), ("broker", None)]


def test_data_travel_as_an_associated_file(rendered: Rendered, reader: PdfReader, sale_data: Data) -> None:
    (file,) = (entry.get_object() for entry in reader.root_object["/AF"])

    assert (file["/UF"], file["/AFRelationship"]) == ("contract.json", "/Data")
    contract = read_contract(rendered.pdf)
    assert (contract.template_id, contract.template_version) == (
        "real-estate-sale",
        find_template("real-estate-sale").version,
    )
    assert contract.data == sale_data


BLOCKS = {
    "none": ("本文", "0 signing blocks for issuer"),
    "two": ("{{ signing_block('issuer') }}{{ signing_block('issuer') }}", "2 signing blocks for issuer"),
}


@pytest.mark.parametrize(("text", "cause"), BLOCKS.values(), ids=BLOCKS.keys())
def test_each_party_needs_one_signing_block(make_template: MakeTemplate, data: Data, text: str, cause: str) -> None:
    with refused_as("template-invalid", match=cause):
        render_contract(make_template(text), data)


def test_own_link_with_the_scheme_of_blocks_is_no_field(make_template: MakeTemplate, data: Data) -> None:
    template = make_template('#link("signkit-block:nobody")[x] {{ signing_block("issuer") }}')

    with refused_as("template-invalid", match="nobody"):
        render_contract(template, data)


def test_document_without_a_date_is_refused(make_template: MakeTemplate, data: Data) -> None:
    template = make_template(description=DESCRIPTION.replace('date = "day"', 'date = "name"'))

    with refused_as("template-invalid", match="does not date the document"):
        render_contract(template, data)


def test_faulty_markup_is_named(make_template: MakeTemplate, data: Data) -> None:
    with refused_as("typesetting-failed", match="unknown variable: nowhere") as caught:
        render_contract(make_template("#nowhere"), data)

    assert caught.value.exit_code == 10


def test_english_template(make_template: MakeTemplate, data: Data) -> None:
    template = make_template(description=DESCRIPTION.replace('language = "ja"', 'language = "en"'))

    reader = PdfReader(BytesIO(render_contract(template, data).pdf))

    assert reader.root_object["/Lang"] == "en"
    assert reader.root_object["/AcroForm"]["/Fields"][0].get_object()["/TU"] == "Signature of Issuer"
    assert "Electronic signature: Issuer" in reader.pages[0].extract_text()


def longest(schema: Mapping[str, Any], value: Any) -> Any:
    """Fill every free text with as many characters as the schema allows."""
    if isinstance(value, dict):
        return {name: longest(schema["properties"][name], item) for name, item in value.items()}
    if isinstance(value, list):
        return [longest(schema["items"], item) for item in value]
    free = isinstance(value, str) and not {"enum", "format", "pattern"} & schema.keys()
    return "鬱" * schema["maxLength"] if free else value


@pytest.mark.slow
@pytest.mark.parametrize("name", ["real-estate-sale", "employment-agreement"])
def test_longest_texts_stay_on_the_pages(name: str) -> None:
    template = find_template(name)
    data = longest(template.schema, load_contract_data(template.folder / "example.yaml"))
    if "buyer" in data:  # nobody buys from themselves
        data["buyer"]["name"] = data["buyer"]["name"][1:] + "𠮷"
    heights: list[float] = []

    def note(text: str, at: list[float], inner: list[float], *_: object) -> None:
        if text.strip():
            heights.append(inner[4] * at[1] + inner[5] * at[3] + at[5])

    rendered = render_contract(template, data)
    for page in PdfReader(BytesIO(rendered.pdf)).pages:
        page.extract_text(visitor_text=note)

    assert len(heights) > 100
    assert min(heights) > 40
    assert max(heights) < A4[1]
    assert all(0 < block.rectangle[1] < block.rectangle[3] < A4[1] for block in rendered.blocks)
