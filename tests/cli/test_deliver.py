"""Attaching, certifying and delivering, as a person types it."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.delivery.conftest import (  # noqa: F401  fixtures of the room
    bare,
    blank_consent,
    complete,
    consent_pdf,
    employee,
    employer,
    employment,
    employment_data,
    half_signed,
    make_consent,
    rehearsal,
    services,
    today,
)

TRUST = ("--trust", "rehearsal-ca.pem", "--offline")


@pytest.fixture
def agreement(complete, consent_pdf, trust_pem, tmp_path):  # noqa: F811
    (tmp_path / "agreement.pdf").write_bytes(complete)
    (tmp_path / "consent.pdf").write_bytes(consent_pdf)
    return "agreement.pdf"


@pytest.mark.slow
def test_the_check_is_in_order_with_consent(signkit, agreement):
    run = signkit("deliver", "check", agreement, "--consent", "consent.pdf", *TRUST)
    assert run.returncode == 0, run.stderr
    assert "consent is in order" in run.stdout
    assert f"Employee (employee): consented on {today()}" in run.stdout


@pytest.mark.slow
def test_the_check_refuses_without_consent(signkit, agreement):
    run = signkit("deliver", "check", agreement, *TRUST, lang="ja")
    assert run.returncode == 10
    assert "電磁的方法による提供の要件がそろっていません (労働基準法施行規則5条4項)" in run.stdout
    assert "労働者 (employee): 承諾なし" in run.stdout


@pytest.mark.slow
def test_the_check_says_what_is_not_proven(signkit, agreement):
    run = signkit("deliver", "check", agreement, "--consent", "consent.pdf", "--offline", "--format", "json")
    assert run.returncode == 3
    answer = json.loads(run.stdout)
    assert answer["answer"] == "not-proven"
    assert answer["recipients"][0]["points"][0]["code"] == "consent-not-proven"


@pytest.mark.slow
def test_the_check_says_nothing_of_other_documents(signkit, agreement):
    run = signkit("deliver", "check", "consent.pdf", *TRUST)
    assert run.returncode == 3
    assert "knows no rule of consent" in run.stdout


@pytest.mark.slow
def test_a_day_that_is_none_is_refused(signkit, agreement):
    run = signkit("deliver", "check", agreement, "--on", "yesterday", *TRUST)
    assert run.returncode == 2
    assert "'yesterday' is no date" in run.stderr


@pytest.mark.slow
def test_the_pack_is_one_folder(signkit, agreement, tmp_path):
    arguments = ("deliver", "pack", agreement, "--consent", "consent.pdf", "-o", "out", *TRUST)
    run = signkit(*arguments)
    assert run.returncode == 0, run.stderr
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "雇用契約書兼労働条件通知書.pdf", "承諾書（労働者）.pdf", "電子契約書の確かめ方.pdf", "合意締結証明書.pdf",
        "受領書（労働者）.pdf", "SHA256SUMS", "送付メール.txt",
    }  # fmt: skip
    assert signkit(*arguments).returncode == 14
    assert signkit(*arguments, "--overwrite").returncode == 0


@pytest.mark.slow
def test_no_pack_without_consent(signkit, agreement, tmp_path):
    run = signkit("deliver", "pack", agreement, "-o", "out", *TRUST)
    assert run.returncode == 10
    assert "Employee: there is no consent of this recipient" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_consent_is_withdrawn_by_a_document_to_be_signed(signkit, agreement, tmp_path):
    run = signkit("deliver", "withdraw", "consent.pdf", "--on", today().isoformat())
    assert run.returncode == 0, run.stderr
    assert "recipient" in signkit("status", "consent-withdrawal.pdf").stdout
    consents = ("--consent", "consent.pdf", "--consent", "consent-withdrawal.pdf")
    assert signkit("deliver", "check", agreement, *consents, *TRUST).returncode == 10


@pytest.mark.slow
def test_the_certificate_is_made_of_a_complete_contract(signkit, agreement, tmp_path):
    run = signkit("complete", agreement, "-o", "certificate.pdf", "--language", "en", *TRUST)
    assert run.returncode == 0, run.stderr
    assert len(PdfReader(BytesIO((tmp_path / "certificate.pdf").read_bytes())).pages) == 1


@pytest.mark.slow
def test_the_certificate_is_refused_where_something_is_not_proven(signkit, agreement, bare, tmp_path):  # noqa: F811
    untrusted = signkit("complete", agreement, "--offline", "--allow-indeterminate")
    assert untrusted.returncode == 1
    assert "a signature is not good" in untrusted.stderr
    (tmp_path / "bare.pdf").write_bytes(bare)
    run = signkit("complete", "bare.pdf", *TRUST)
    assert run.returncode == 3
    assert "not every signature is proven" in run.stderr
    assert not (tmp_path / "bare-certificate.pdf").exists()
    assert signkit("complete", "bare.pdf", "--allow-indeterminate", *TRUST).returncode == 0
    assert (tmp_path / "bare-certificate.pdf").exists()


@pytest.mark.slow
def test_the_certificate_is_refused_for_a_forgery(signkit, agreement, complete, tmp_path):  # noqa: F811
    altered = bytearray(complete)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    (tmp_path / "forged.pdf").write_bytes(altered)
    run = signkit("complete", "forged.pdf", *TRUST, "--allow-indeterminate")
    assert run.returncode == 1
    assert "a signature is not good" in run.stderr


@pytest.mark.slow
def test_attachments_go_in_when_the_contract_is_made(signkit, repository, tmp_path):
    (tmp_path / "plan.txt").write_text("a plan", encoding="utf-8")
    (tmp_path / "a=b.csv").write_text("1,2", encoding="utf-8")
    data = str(repository / "templates" / "employment-agreement" / "example.yaml")
    attach = ("--attach", "就業規則=plan.txt", "--attach", "a=b.csv")
    run = signkit("render", "employment-agreement", data, *attach, "-o", "agreement.pdf")
    assert run.returncode == 0, run.stderr
    root = PdfReader(BytesIO((tmp_path / "agreement.pdf").read_bytes())).root_object
    described = {file.get_object()["/UF"]: file.get_object()["/Desc"] for file in root["/AF"]}
    assert described["plan.txt"] == "就業規則"
    assert described["a=b.csv"] == "a=b"


def test_what_cannot_be_attached_is_named(signkit, repository, tmp_path):
    (tmp_path / "setup.exe").write_bytes(b"MZ")
    data = str(repository / "templates" / "employment-agreement" / "example.yaml")
    run = signkit("render", "employment-agreement", data, "--attach", "setup.exe", "-o", "agreement.pdf")
    assert run.returncode == 10
    assert "setup.exe is refused: this kind of file is not attached" in run.stderr
    assert not (tmp_path / "agreement.pdf").exists()
