"""The signers of files against a customer table: which row each is, how surely, and that nothing else is kept."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.errors import TableUnreadable
from signkit.jpki.company import CompanyRegistration
from signkit.pki.anchors import AnchorLabel
from signkit.pki.paths.trust_judge import PathJudgement
from signkit.rehearsal.authority import (
    FictionalResident,
    issue_company_certificate,
    issue_signing_certificate,
    new_authority,
    new_ec_key,
)
from signkit.rehearsal.evidence_services import utc_now
from signkit.validation.customer_table import read_customers
from signkit.validation.customers import Customer, CustomerTable
from tests.command import run_signkit
from tests.validation import pdfs, pki

NOW = utc_now()
AUTHORITY, KEY = new_authority("Rehearsal for digital signature", NOW), new_ec_key()
TRUSTED = PathJudgement(None, label=AnchorLabel("jpki", "sign-ca"))
NAME, ADDRESS, BORN = "髙橋　花子", "東京都千代田区霞が関二丁目１番２号", "419930401"
HANAKO = FictionalResident(NAME, ADDRESS, BORN, "2", "Tokyo-to", "Chiyoda-ku")


def certificate(person=HANAKO):
    made = issue_signing_certificate(AUTHORITY, person, KEY, NOW)
    return x509.Certificate.load(made.public_bytes(Encoding.DER))


def find(*customers: Customer, person=HANAKO, path=TRUSTED):
    return CustomerTable(customers).find(certificate(person), path)


ROW = Customer(2, "高橋 花子", "C-1", "東京都千代田区霞が関2-1-2", "1993-04-01")


@pytest.mark.parametrize(
    ("customer", "result", "code"),
    [
        (ROW, "match", "name-variant-form"),
        (replace(ROW, birth_date=None), "match", "address-equal"),
        (replace(ROW, address=None), "match", "birth-date-equal"),
        (replace(ROW, address=None, birth_date=None), "match", "name-variant-form"),
        (replace(ROW, address="大阪府大阪市北区中之島1-3-20"), "moved?", "address-prefecture"),
        (replace(ROW, address="大阪府大阪市北区中之島1-3-20", birth_date=None), "moved?", "address-prefecture"),
        (replace(ROW, address="大阪市北区1-1", old_addresses=("横浜市1-1", ADDRESS)), "moved?", "address-old"),
        (replace(ROW, address=f"{ADDRESS}　霞ビル５０１"), "match", "address-building-one-side"),
        (replace(ROW, birth_date="1993-04-02"), "mismatch", "birth-date-other"),
        (replace(ROW, name="高橋 華子"), "unknown", None),
        (replace(ROW, name="鈴木 一郎"), "unknown", None),
        (replace(ROW, name="たかはし はなこ"), "cannot-tell", "name-script"),
        (replace(ROW, name="タカハシ　ハナコ", birth_date=None), "unknown", None),
    ],
)
def test_a_row_is_the_signer_s_by_name_birth_date_and_address(customer, result, code):
    found = find(customer)
    assert found.result == result
    assert found.row == (None if result == "unknown" else 2)
    assert code is None or code in found.codes


def test_a_former_family_name_finds_its_row():
    person = replace(HANAKO, name="髙橋［架空］　花子")
    assert find(replace(ROW, name="架空　花子"), person=person).result == "match"
    assert find(ROW, person=person).result == "match"


def test_a_birth_date_of_which_a_part_is_unknown_is_compared_by_the_rest():
    person = replace(HANAKO, birth_date="419930400")
    assert find(ROW, person=person).codes[-2] == "birth-date-equal"
    assert find(replace(ROW, birth_date="1993-05-01"), person=person).result == "mismatch"


def test_namesakes_are_told_apart_by_birth_date_or_address_or_not_at_all():
    other = replace(ROW, row=3, birth_date="1960-01-01", address="横浜市西区1-1")
    assert (find(ROW, other).result, find(ROW, other).row) == ("match", 2)
    twin = replace(ROW, row=3)
    assert (find(ROW, twin).result, find(ROW, twin).row) == ("cannot-tell", None)
    bare = replace(ROW, row=3, birth_date=None)
    assert find(ROW, bare).row == 2


@pytest.mark.parametrize(
    ("born", "result", "row"),
    [("1993-04-01", "match", 302), ("1993-04-02", "unknown", None), (None, "cannot-tell", None)],
)
def test_of_hundreds_of_namesakes_the_birth_date_tells(born, result, row):
    """The right row is the last of them; none is taken for the signer because it happens to come first."""
    others = [replace(ROW, row=number, birth_date="1950-01-01", address=None) for number in range(2, 302)]
    if born is None:
        others = [replace(each, birth_date=None) for each in others]
    found = find(*others, replace(ROW, row=302, birth_date=born))
    assert (found.result, found.row) == (result, row)


def test_what_no_believed_authority_says_is_not_compared():
    assert find(ROW, path=PathJudgement("NO_CERTIFICATE_CHAIN_FOUND", "no-anchor")).result == "not-trusted"
    assert find(ROW, path=None).result == "not-trusted"


def test_a_company_is_found_by_its_registered_name():
    company = CompanyRegistration("株式会社架空製作所", ADDRESS, "髙橋花子", "代表取締役")
    made = issue_company_certificate(AUTHORITY, company, KEY, NOW)
    table = CustomerTable((Customer(2, "鈴木 一郎"), Customer(3, "株式会社架空製作所", address="大阪市北区1-1")))
    found = table.find(x509.Certificate.load(made.public_bytes(Encoding.DER)), TRUSTED)
    assert (found.result, found.row, found.codes[-1]) == ("moved?", 3, "head-office-other")


# --- the table -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("born", ["1993-04-01", "1993/4/1", "19930401", "平成5年4月1日", "1993年4月1日"])
def test_tables_of_spreadsheets_are_read(tmp_path, encoding, born):
    text = f"顧客番号,氏名,住所,生年月日,旧住所,旧住所,備考\r\nC-1,番号 花子,東京都1-1,{born},大阪市1-1,,x\r\n\r\n"
    (tmp_path / "c.csv").write_bytes(text.encode(encoding))
    (customer,) = read_customers(tmp_path / "c.csv").customers
    assert customer == Customer(2, "番号 花子", "C-1", "東京都1-1", "1993-04-01", ("大阪市1-1",))


def test_a_row_with_a_number_and_no_name_has_its_result_too(tmp_path):
    (tmp_path / "c.csv").write_text("顧客番号,氏名\nC-1,\n,\nC-3,花子\n", encoding="utf-8")
    table = read_customers(tmp_path / "c.csv")
    assert [(customer.row, customer.key) for customer in table.customers] == [(2, "C-1"), (4, "C-3")]
    bracketed = replace(HANAKO, name="（　）")
    assert table.find(certificate(bracketed), TRUSTED).result == "unknown"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("(" * 201, "201|200"), ("(a" * 30_000, "200"), ('花子,"' + "東京都1-1\n" * 51 + '"', "50"),
    ],
    ids=["a name too long", "brackets without end", "addresses"],
)  # fmt: skip
def test_a_row_that_nobody_is_is_refused_at_once(tmp_path, row, words):
    (tmp_path / "c.csv").write_text(f"氏名,旧住所\n{row}\n", encoding="utf-8")
    with pytest.raises(TableUnreadable, match=words):
        read_customers(tmp_path / "c.csv")


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("個人番号", "1"),
        ("マイナンバー", ""),
        ("123456789018", ""),
        ("備考", "1234 5678 9018"),
        ("住所", "一二三四五六七八九〇一八"),
    ],
)
def test_a_table_with_an_individual_number_is_refused_and_not_repeated(tmp_path, heading, cell):
    (tmp_path / "c.csv").write_text(f"氏名,{heading}\n花子,{cell}\n", encoding="utf-8")
    with pytest.raises(TableUnreadable, match="個人番号") as refused:
        read_customers(tmp_path / "c.csv")
    assert "123456789018" not in str(refused.value)


@pytest.mark.parametrize("heading", ["顧客番号", "番号", "電話番号", "口座番号"])
def test_a_number_that_its_heading_calls_another_is_read(tmp_path, heading):
    (tmp_path / "c.csv").write_text(f"氏名,{heading}\n花子,123456789018\n", encoding="utf-8")
    assert len(read_customers(tmp_path / "c.csv").customers) == 1


@pytest.mark.parametrize(
    "text",
    ["", "id,address\n1,x\n", "name,氏名\na,b\n", "name,birth_date\na,1993-13-01\n", "name,birth_date\na,=1+1\n"],
)
def test_a_table_that_says_too_little_or_two_things_is_refused(tmp_path, text):
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableUnreadable):
        read_customers(tmp_path / "c.csv")


# --- the command ---------------------------------------------------------------------------------------------

PEOPLE = {
    "a.pdf": HANAKO,
    "b.pdf": FictionalResident(
        "番号　太郎", "大阪府大阪市北区中之島一丁目３番２０号", "319600101", "1", "Osaka-fu", "Osaka-shi"
    ),
    "c.pdf": FictionalResident("無名　次郎", ADDRESS, "319700101", "1", "Tokyo-to", "Chiyoda-ku"),
}
TABLE = """顧客番号,氏名,住所,生年月日,file
=C1,高橋花子,東京都千代田区霞が関2-1-2,平成5年4月1日,
C2,番号 太郎,東京都港区芝公園4-2-8,1960-01-01,b.pdf
C3,来ない 三郎,,,
"""


def signed(person: FictionalResident) -> bytes:
    made = issue_signing_certificate(AUTHORITY, person, KEY, NOW)
    return pdfs.sign(pdfs.build(), lambda content: pki.signed_data(content, pki.Holder(made, KEY)))


@pytest.fixture
def office(tmp_path) -> Path:
    for name, person in PEOPLE.items():
        (tmp_path / name).write_bytes(signed(person))
    (tmp_path / "customers.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "ca.pem").write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    return tmp_path


def run(office: Path, *more: str, files=("a.pdf", "b.pdf", "c.pdf")):
    arguments = ("--expect-table", "customers.csv", "--trust", "ca.pem", "--offline", "--jobs", "0", *more)
    return run_signkit("validate", *files, *arguments, home=office / "home", folder=office)


@pytest.mark.slow
def test_every_row_has_its_result_and_nothing_of_the_certificates_is_written(office):
    answer = run(office)
    rows = list(csv.DictReader(io.StringIO(answer.stdout.removeprefix("\ufeff"))))
    assert [(row["row"], row["customer"], row["result"], row["file"]) for row in rows] == [
        ("2", "'=C1", "match", "a.pdf"),
        ("3", "C2", "moved?", "b.pdf"),
        ("4", "C3", "no-signature", ""),
        ("", "", "unknown", "c.pdf"),
    ]
    assert answer.returncode == 1
    for word in ("髙橋", "花子", "太郎", "霞が関", "大阪", "1993", "無名"):
        assert word not in answer.stdout + answer.stderr


@pytest.mark.slow
def test_json_lines_say_the_same(office):
    rows = [json.loads(line) for line in run(office, "--format", "jsonl").stdout.splitlines()]
    assert rows[1]["row"] == 3
    assert rows[1]["reasons"][-1] == "address-prefecture"


@pytest.mark.slow
def test_a_row_that_names_its_file_is_held_to_it(office):
    (office / "customers.csv").write_text(
        "氏名,file\n高橋花子,b.pdf\n番号太郎,\n無名次郎,missing.pdf\n", encoding="utf-8"
    )
    rows = list(csv.DictReader(io.StringIO(run(office).stdout.removeprefix("\ufeff"))))
    assert [(row["row"], row["result"], row["file"]) for row in rows] == [
        ("2", "other-file", "a.pdf"),
        ("2", "other-customer", "b.pdf"),
        ("3", "no-signature", ""),
        ("4", "other-file", "c.pdf"),
    ]


def test_a_file_that_nobody_signed_is_told(office):
    (office / "d.pdf").write_bytes(pdfs.build())
    rows = list(csv.DictReader(io.StringIO(run(office, files=("d.pdf",)).stdout.removeprefix("\ufeff"))))
    assert [(row["result"], row["verdict"]) for row in rows if row["file"]] == [("no-signature", "NOT-SIGNED")]


@pytest.mark.parametrize("more", [("--format", "html"), ("--resume", "r.jsonl")])
def test_other_forms_of_output_are_refused(office, more):
    assert run(office, *more).returncode == 2


@pytest.mark.slow
def test_the_table_travels_to_workers(office):
    answer = run(office, "--jobs", "2")
    assert answer.stdout == run(office).stdout
