"""The folder that is handed over: whole, unchanged, never over another."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signkit.delivery.check import check_delivery
from signkit.delivery.consent import read_consent
from signkit.delivery.pack import make_pack, write_pack
from signkit.delivery.pack_names import CERTIFICATE, HOW_TO_CHECK, MAIL, SUMS
from signkit.errors import InputUnreadable, OutputExists
from signkit.progress.contract import contract_status
from signkit.validation.options import ValidationOptions
from signkit.words import Text
from tests.refusals import refused_as

from .conftest import signed

CONTRACT, CONSENT, RECEIPT = "雇用契約書兼労働条件通知書.pdf", "承諾書（労働者）.pdf", "受領書（労働者）.pdf"


@pytest.fixture(scope="module")
def pack(status, consent, complete, consent_pdf):
    return make_pack(check_delivery(status, [consent]), complete, [("in/consent.pdf", consent_pdf)])


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert all(abs(page.get_width() - 595.28) < 1 for page in document)  # A4
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.slow
def test_it_holds_contract_and_consent_unchanged_and_the_sheets(pack, complete, consent_pdf):
    assert list(pack.files) == [CONTRACT, HOW_TO_CHECK, CERTIFICATE, CONSENT, RECEIPT, SUMS, MAIL]
    assert pack.files[CONTRACT] == complete
    assert pack.files[CONSENT] == consent_pdf
    assert pack.no_certificate is None


def test_the_digests_are_those_of_the_files(pack):
    lines = pack.files[SUMS].decode().splitlines()
    assert len(lines) == len(pack.files) - 2
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(pack.files[name]).hexdigest() == digest


def test_the_sheet_tells_how_to_check_in_acrobat_and_with_signkit(pack, complete):
    text = text_of(pack.files[HOW_TO_CHECK])
    for words in ("署名パネル", "signkit validate", "certutil", "印刷", hashlib.sha256(complete).hexdigest()):
        assert words in text


@pytest.mark.slow
def test_the_receipt_can_be_signed_by_its_recipient(pack, employee, services, options):
    page = pack.files[RECEIPT]
    assert [name for name, _, _ in enumerate_sig_fields(PdfFileReader(BytesIO(page)))] == ["employee"]
    assert "株式会社架空製作所" in text_of(page)
    report = contract_status(signed(page, "employee", employee, services), "receipt.pdf", options).report
    assert report.verdict == "TOTAL-PASSED"


def test_without_consent_no_pack_is_made(status, complete):
    with refused_as("delivery-refused", match="Employee: there is no consent of this recipient"):
        make_pack(check_delivery(status, []), complete, [], allow_indeterminate=True)


@pytest.mark.slow
def test_with_a_consent_that_is_not_proven_only_when_allowed(status, complete, consent_pdf):
    check = check_delivery(status, [read_consent(consent_pdf, "consent.pdf", ValidationOptions(offline=True))])
    consents = [("consent.pdf", consent_pdf)]
    with refused_as("delivery-not-proven", match="is not proven"):
        make_pack(check, complete, consents)
    assert CERTIFICATE in make_pack(check, complete, consents, allow_indeterminate=True).files


@pytest.mark.slow
def test_before_all_have_signed_it_has_no_certificate_and_says_why(half_signed, consent, options):
    check = check_delivery(contract_status(half_signed, "a.pdf", options), [consent])
    pack = make_pack(check, half_signed, [])
    assert CERTIFICATE not in pack.files
    assert pack.no_certificate.en == "not signed yet: Employee"


@pytest.mark.slow
def test_a_document_without_a_rule_gets_one_receipt_for_anybody(consent, consent_pdf):
    pack = make_pack(check_delivery(consent.status, []), consent_pdf, [])
    assert "受領書.pdf" in pack.files


def test_a_broken_document_is_never_packed(consent_pdf, options):
    altered = bytearray(consent_pdf)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    check = check_delivery(contract_status(bytes(altered), "a.pdf", options), [])
    with refused_as("delivery-refused", "completion-impossible", match="does not hold"):
        make_pack(check, bytes(altered), [], allow_indeterminate=True)


def test_other_bytes_than_were_checked_are_refused(status, consent, half_signed):
    with pytest.raises(InputUnreadable, match="not the file that was checked"):
        make_pack(check_delivery(status, [consent]), half_signed, [])


def test_no_two_files_bear_one_name(status, consent, complete, consent_pdf):
    others = [
        "a/雇用契約書兼労働条件通知書.pdf",
        "b/SHA256SUMS.pdf",
        "c/sha256sums.PDF",
        "d/con.pdf",
        "e/送付メール.txt",
    ]
    consents = [("consent.pdf", consent_pdf), *((name, b"%PDF") for name in others)]
    pack = make_pack(check_delivery(status, [consent]), complete, consents)
    assert len(pack.files) == 6 + len(consents)
    assert len({name.casefold() for name in pack.files}) == len(pack.files)
    assert not any(name.startswith("con.") for name in pack.files)


@pytest.mark.slow
@pytest.mark.parametrize("title", ["../../etc/passwd", "NUL", "a\nb", "", "x" * 300])
def test_a_title_that_is_no_file_s_name_is_none(status, consent, complete, title):
    contract = replace(status.contract, title=Text(title, title))
    check = check_delivery(replace(status, contract=contract), [consent])
    assert next(iter(make_pack(check, complete, []).files)) == "agreement.pdf"


def test_the_sheets_name_the_contract_as_the_folder_does(pack):
    for name in (HOW_TO_CHECK, CERTIFICATE, RECEIPT):
        assert CONTRACT in text_of(pack.files[name]).replace("\n", "").replace("\r", "")


def test_the_mail_s_text_names_recipient_sender_files_and_digest(pack, complete):
    text = pack.files[MAIL].decode()
    assert text.splitlines()[0] == "件名: 「雇用契約書兼労働条件通知書」の電子ファイルの送付"
    assert text.count("\r\n") == text.count("\n")
    for words in ("様", "株式会社架空製作所です。", CONTRACT, RECEIPT, hashlib.sha256(complete).hexdigest()):
        assert words in text
    assert f"・{MAIL}" not in text


def test_a_former_pack_is_replaced_where_it_is_asked_for(pack, tmp_path):
    target = tmp_path / "out"
    write_pack(target, replace(pack, files={**pack.files, RECEIPT: b"old"}))
    with pytest.raises(OutputExists):
        write_pack(target, pack)
    write_pack(target, pack, overwrite=True)
    assert (target / RECEIPT).read_bytes() == pack.files[RECEIPT]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_no_pack_is_never_replaced(pack, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    with refused_as("pack-not-replaced"):
        write_pack(target, pack, overwrite=True)
    target.rmdir()
    write_pack(target, pack)
    (target / "my-notes.txt").write_text("mine")
    with refused_as("pack-not-replaced", match="my-notes"):
        write_pack(target, pack, overwrite=True)
    assert (target / "my-notes.txt").read_text() == "mine"
    (target / "my-notes.txt").unlink()
    (tmp_path / "link").symlink_to("out")
    with refused_as("pack-not-replaced"):
        write_pack(tmp_path / "link", pack, overwrite=True)


def test_a_former_pack_is_there_again_where_the_new_one_cannot_be_written(pack, tmp_path, monkeypatch):
    target = tmp_path / "out"
    write_pack(target, pack)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with refused_as("output-not-written"):
        write_pack(target, pack, overwrite=True)
    assert {path.name for path in target.iterdir()} == set(pack.files)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_it_is_written_whole(pack, tmp_path):
    write_pack(tmp_path / "out", pack)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == pack.files
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_nothing_is_overwritten(pack, tmp_path, kind):
    target = tmp_path / "out"
    {"folder": target.mkdir, "file": target.touch, "dangling link": lambda: target.symlink_to("gone")}[kind]()
    with pytest.raises(OutputExists):
        write_pack(target, pack)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_leaves_nothing(pack, tmp_path, monkeypatch):
    written = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with refused_as("output-not-written", match="No space left on device"):
        write_pack(tmp_path / "out", pack)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_parent_is_named(pack, tmp_path):
    with refused_as("output-not-written", match="No such file"):
        write_pack(tmp_path / "gone" / "out", pack)
