"""Files that go with a contract: embedded, listed with their digests, harmless in name and kind."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from signkit.contracts import attachments
from signkit.contracts.attachments import attachment, safe_name
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.pdf.embedded_contract import read_contract
from tests.refusals import refused_as
from tests.witness import check_structure

from .conftest import DATA


def blank_pdf(password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def plan():
    return attachment("図面/間取図 1.pdf", blank_pdf(), "間取図")


@pytest.fixture(scope="module")
def notes():
    return attachment("notes.txt", b"\xff\x00 not text at all")


@pytest.fixture(scope="module")
def sale(plan, notes) -> bytes:
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    return render_contract(template, data, attachments=[plan, notes]).pdf


@pytest.mark.slow
def test_each_file_is_embedded_byte_for_byte_with_kind_and_description(sale, plan, notes, tmp_path):
    (tmp_path / "sale.pdf").write_bytes(sale)
    check_structure(tmp_path / "sale.pdf")
    files = [entry.get_object() for entry in PdfReader(BytesIO(sale)).root_object["/AF"]]
    found = {file["/UF"]: file for file in files}
    assert set(found) == {"contract.json", "間取図 1.pdf", "notes.txt"}
    assert found["間取図 1.pdf"]["/AFRelationship"] == "/Supplement"
    assert found["間取図 1.pdf"]["/Desc"] == "間取図"
    assert found["間取図 1.pdf"]["/EF"]["/F"]["/Subtype"] == "/application/pdf"
    for each in (plan, notes):
        assert found[each.name]["/EF"]["/F"].get_data() == each.content


@pytest.mark.slow
def test_an_annex_lists_them_with_their_digests_behind_the_signing_blocks(sale, plan, notes):
    document = pypdfium2.PdfDocument(sale)
    annex = document[len(document) - 1].get_textpage().get_text_range()
    assert "別紙 添付書類の一覧" in annex.replace("　", " ")
    for each in (plan, notes):
        assert hashlib.sha256(each.content).hexdigest() in annex
        assert each.name in annex
    document.close()


def test_the_contract_still_says_who_signs(sale):
    contract = read_contract(sale)
    assert [party.role for party in contract.parties] == ["seller", "buyer", "broker"]


def test_the_same_attachments_give_the_same_bytes(make_template, plan, notes):
    template = make_template()
    one, other = (render_contract(template, DATA, attachments=[plan, notes]).pdf for _ in range(2))
    assert one == other


def test_no_value_becomes_markup(make_template):
    hostile = attachment("#panic().txt", b"x", '"], eval("1") #pagebreak() [')
    pdf = render_contract(make_template(), DATA, attachments=[hostile]).pdf
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 2
    assert 'eval("1") #pagebreak() [' in document[1].get_textpage().get_text_range()
    document.close()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        (r"C:\Users\hanako\図面.pdf", "図面.pdf"),
        ("..", ""),
        ("a<b>:c|d?.pdf", "a_b__c_d_.pdf"),
        ("con.pdf", "_con.pdf"),
        ("か\u3099.pdf", "が.pdf"),
        (".pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 117 + ".pdf"),
    ],
)
def test_names_are_safe_on_every_system(path, name):
    assert safe_name(path) == name


@pytest.mark.parametrize(
    ("path", "content", "description", "cause"),
    [
        ("setup.exe", b"MZ", None, "this kind of file is not attached"),
        ("plan", b"x", None, "this kind of file is not attached"),
        ("empty.txt", b"", None, "it is empty"),
        ("large.txt", bytes(attachments.MAX_FILE_BYTES + 1), None, "larger than 20 MB"),
        ("plan\u202efdp.txt", b"x", None, "characters that a reader would not see"),
        ("plan.txt", b"x", "間取図\u200b", "characters that a reader would not see"),
        ("plan.txt", b"x", "間取図\nその2", "characters that a reader would not see"),
        ("plan.txt", b"x", "個人番号の写し", "個人番号"),
        ("123456789018.txt", b"x", None, "個人番号"),
        ("plan.txt", b"x", "図" * 201, "longer than 200 characters"),
        ("plan.pdf", b"%PDF-1.7 nothing more", None, "cannot be opened as a PDF"),
        ("plan.pdf", blank_pdf("secret"), None, "cannot be opened as a PDF without a password"),
    ],
)
def test_refused_before_anything_is_made(path, content, description, cause):
    with refused_as("attachment-refused") as caught:
        attachment(path, content, description)
    assert cause in str(caught.value)


def test_a_my_number_in_a_name_is_not_repeated():
    with refused_as("attachment-refused") as caught:
        attachment("123456789018.txt", b"x")
    assert "123456789018" not in str(caught.value)


def test_the_name_of_the_contracts_own_data_is_refused(make_template):
    spoof = attachment("Contract.JSON", b"{}")
    with refused_as("attachment-refused", match="that name is the contract data's own"):
        render_contract(make_template(), DATA, attachments=[spoof])


def test_two_files_of_one_name_are_refused(make_template, notes):
    other = attachment("NOTES.txt", b"other")
    with refused_as("attachment-refused", match="another attachment bears the same name"):
        render_contract(make_template(), DATA, attachments=[notes, other])


def test_too_many_files_are_refused(make_template):
    many = [attachment(f"{number}.txt", b"x") for number in range(attachments.MAX_FILES + 1)]
    with refused_as("attachment-refused", match="more than 20 attachments"):
        render_contract(make_template(), DATA, attachments=many)


def test_too_much_together_is_refused(make_template):
    large = bytes(attachments.MAX_FILE_BYTES)
    files = [attachment(f"{number}.txt", large) for number in range(3)]
    with refused_as("attachment-refused", match="together are larger than 50 MB"):
        render_contract(make_template(), DATA, attachments=files)


def test_a_name_that_no_font_can_draw_is_refused(make_template):
    with refused_as("attachment-refused", match=r"the fonts cannot draw 😀 U\+1F600"):
        render_contract(make_template(), DATA, attachments=[attachment("plan.txt", b"x", "図面😀")])
