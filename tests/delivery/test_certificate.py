"""The completion certificate says what the validation found, and nothing where nothing is proven."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from signkit.contracts.fonts import font_set
from signkit.delivery.certificate import REPORT_NAME, completion_certificate
from signkit.delivery.sheet import drawable
from signkit.errors import CompletionRefused, ExitCode, InputUnreadable
from signkit.progress.contract import contract_status
from signkit.validation.options import ValidationOptions
from signkit.words import Text
from tests.refusals import refused_as


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def embedded_report(pdf: bytes) -> dict:
    file = PdfReader(BytesIO(pdf)).root_object["/AF"][0].get_object()
    assert file["/UF"] == REPORT_NAME
    return json.loads(file["/EF"]["/F"].get_data())


@pytest.fixture(scope="module")
def page(status) -> bytes:
    return completion_certificate(status)


@pytest.mark.slow
def test_it_names_parties_times_keys_and_digest_on_one_page(page, complete):
    text = text_of(page)
    assert pages_of(page) == 1
    assert hashlib.sha256(complete).hexdigest() in text
    assert "合意締結証明書" in "".join(text.split())  # the heading is set wide
    for words in ("agreement.pdf", "使用者", "労働者", "廣瀨 渚", "PAdES-B-LTA", "TOTAL-PASSED"):
        assert words in text
    assert "申告: " in text
    assert "証明: " in text


@pytest.mark.slow
def test_the_folder_of_the_file_is_not_told(page):
    assert "out/" not in text_of(page)
    assert embedded_report(page)["file"] == "agreement.pdf"


@pytest.mark.slow
def test_a_rehearsal_is_called_one(page):
    assert "リハーサル" in text_of(page)
    assert "証明力はありません" in text_of(page)


def test_the_report_inside_is_the_validations_own(page, status):
    inside, own = embedded_report(page), status.report.to_json()
    for signature in (*inside["signatures"], *own["signatures"]):
        signature["signer"]["common_name"] = None
    assert inside == {**own, "file": "agreement.pdf"}


def test_nothing_of_a_persons_certificate_stands_in_it(page, employee):
    from asn1crypto import x509

    certificate = x509.Certificate.load(employee.certificate)
    everything = text_of(page) + json.dumps(embedded_report(page), ensure_ascii=False)
    assert certificate.subject.native["common_name"] not in everything
    assert str(certificate.serial_number) not in everything
    assert all(item["signer"]["identity"] is None for item in embedded_report(page)["signatures"])


def test_the_same_judgement_gives_the_same_bytes(status, page):
    assert completion_certificate(status) == page


def test_it_can_be_had_in_english(status):
    page = completion_certificate(status, language="en")
    text = text_of(page)
    assert pages_of(page) == 1
    for words in (
        "REHEARSAL",
        "Signatures (names as written in the contract)",
        "Employer",
        "does not judge the legal effect",
    ):
        assert words in text
    assert "legally valid" not in text


def test_it_is_refused_before_all_have_signed(half_signed, options):
    with pytest.raises(CompletionRefused, match="not signed yet: Employee") as caught:
        completion_certificate(contract_status(half_signed, "a.pdf", options), allow_indeterminate=True)
    assert caught.value.exit_code == ExitCode.INDETERMINATE


@pytest.mark.slow
def test_it_is_refused_for_an_altered_contract_whatever_is_allowed(complete, options):
    altered = bytearray(complete)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    with refused_as("completion-impossible", match="a signature is not good") as caught:
        completion_certificate(contract_status(bytes(altered), "a.pdf", options), allow_indeterminate=True)
    assert caught.value.exit_code == ExitCode.FAILED


@pytest.mark.slow
def test_it_is_refused_where_a_certificate_leads_to_no_trusted_authority(complete):
    status = contract_status(complete, "a.pdf", ValidationOptions(offline=True))
    with refused_as("completion-impossible", match="a signature is not good"):
        completion_certificate(status, allow_indeterminate=True)


@pytest.fixture(scope="module")
def unproven(bare, options):
    return contract_status(bare, "a.pdf", options)


@pytest.mark.slow
def test_it_is_refused_where_a_signature_is_not_proven(unproven):
    assert (unproven.all_signed, unproven.complete) == (True, False)
    with pytest.raises(CompletionRefused, match="not every signature is proven"):
        completion_certificate(unproven)


@pytest.mark.slow
def test_allowed_all_the_same_it_says_in_large_letters_what_is_not_proven(unproven):
    page = completion_certificate(unproven, allow_indeterminate=True)
    text = text_of(page)
    assert pages_of(page) == 1
    assert "証明されていません" in text
    assert "手元の情報だけでは" in text
    assert "有効 (TOTAL-PASSED)" not in text


def test_a_file_that_cannot_be_judged_is_refused(status):
    from signkit.validation.judge import unreadable

    report = unreadable(status.report, "limit", detail="pages")
    with pytest.raises(InputUnreadable):
        completion_certificate(replace(status, report=report))


def test_a_contract_without_parties_is_refused(status):
    with pytest.raises(CompletionRefused, match="it has no party that signs"):
        completion_certificate(replace(status, parties=()))


def test_signatures_beside_the_parties_are_listed_too(status):
    extra = replace(status.report.signatures[0], field="Signature7")
    report = replace(status.report, signatures=(*status.report.signatures, extra))
    assert "Signature7" in text_of(completion_certificate(replace(status, report=report)))


def test_a_witness_and_a_mismatch_are_named(status):
    from signkit.jpki.match_reasons import match_of

    parties = list(status.parties)
    signature = replace(parties[0].signature, signing_kind="witness", party_match=match_of(["name-different"]))
    parties[0] = replace(parties[0], signature=signature)
    text = text_of(completion_certificate(replace(status, parties=tuple(parties))))
    assert "立会人型" in text
    assert "名義: 契約書と不一致" in text


def test_hostile_names_neither_become_markup_nor_stop_the_page(status):
    hostile = '#panic("x") 😀\u202e\n' + "長" * 1000
    parties = tuple(replace(party, name=hostile, label=Text("]#", "]#")) for party in status.contract.parties)
    contract = replace(status.contract, parties=parties, title=Text(hostile, hostile))
    states = tuple(replace(party, label=Text("]#", "]#")) for party in status.parties)
    page = completion_certificate(replace(status, contract=contract, parties=states))
    assert '#panic("x") 〓〓〓' in text_of(page)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("髙橋 祐一郎", "髙橋 祐一郎"),
        ("辻\U000e0100本", "辻\U000e0100本"),
        ("a\u202eb", "a〓b"),
        ("😀", "〓"),
        ("a\nb", "a〓b"),
        ("x" * 11, "x" * 9 + "…"),
    ],
)
def test_what_cannot_be_drawn_is_shown_as_a_geta(value, shown):
    assert drawable(value, font_set(), 10) == shown
