"""The identity record says what the signature proves, is a draft where that is too little, and keeps no number."""

from __future__ import annotations

import copy
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from signkit.contracts.data import load_contract_data
from signkit.delivery.identity_record import IdentityRecord, identity_record
from signkit.errors import ContractDataUnreadable, ContractRefused
from signkit.jpki.keyed_number import kept_key, keyed_number
from signkit.pdf.embedded_contract import read_contract
from signkit.progress.contract import contract_status
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from tests.delivery.conftest import now
from tests.delivery.test_certificate import text_of
from tests.refusals import refused_as

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def options(rehearsal, tmp_path_factory) -> ValidationOptions:
    from signkit.pki.anchors import default_trust_store

    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    path.write_bytes(rehearsal.trust_pem())
    return ValidationOptions(trust=default_trust_store([path]), offline=True, identity=True)


@pytest.fixture(scope="module")
def proven(employment, employee, services) -> bytes:
    """The employee has signed, with evidence inside that the certificate was good."""
    return sign(employment, SignatureRequest("employee", "employee", now()), employee, Level.B_LT, services).pdf


@pytest.fixture(scope="module")
def unproven(employment, employee) -> bytes:
    request = SignatureRequest("employee", "employee", now())
    return sign(employment, request, employee, Level.B_B, Services()).pdf


@pytest.fixture
def asked(repository):
    data = load_contract_data(repository / "samples" / "identity-check.yaml")
    return copy.deepcopy(dict(data))


def record(pdf: bytes, options: ValidationOptions, asked: dict, role: str = "employee") -> IdentityRecord:
    return identity_record(pdf, contract_status(pdf, "agreement.pdf", options), role, asked, KEY)


def title_of(made: IdentityRecord) -> str:
    contract = read_contract(made.pdf)
    assert contract is not None
    assert contract.title is not None
    return contract.title.ja


@pytest.mark.slow
def test_a_proven_signature_makes_a_record_of_its_holder(proven, options, asked, employment_data):
    made = record(proven, options, asked)
    text = text_of(made.pdf)
    assert made.draft_because == ()
    assert title_of(made) == "取引時確認記録"
    assert employment_data["employee"]["address"] in text
    assert "平成2年（1990年）4月1日" in text
    assert "TOTAL-PASSED" in text
    assert hashlib.sha256(proven).hexdigest() in "".join(text.split())
    assert "リハーサル" in text


@pytest.mark.slow
def test_without_a_word_on_the_certificate_it_is_a_draft_and_its_title_says_so(unproven, options, asked):
    made = record(unproven, options, asked)
    assert made.draft_because
    assert title_of(made) == "確認記録の下書き"
    assert "確認記録の下書き" in "".join(text_of(made.pdf).split())
    assert "取引時確認記録" not in "".join(text_of(made.pdf).split())


@pytest.mark.slow
def test_no_number_of_a_certificate_stands_in_it(unproven, options, asked, employee):
    from asn1crypto import x509

    certificate = x509.Certificate.load(employee.certificate)
    made = record(unproven, options, asked)
    contract = read_contract(made.pdf)
    said = text_of(made.pdf) + str(contract.data)
    for number in (str(certificate.serial_number), f"{certificate.serial_number:x}"):
        assert number not in said.lower()
        assert number.encode() not in made.pdf.lower()
    assert keyed_number(KEY, certificate.issuer, certificate.serial_number) in said


@pytest.mark.slow
def test_a_transaction_that_needs_the_stricter_check_is_refused_with_what_it_needs(unproven, options, asked):
    with pytest.raises(ContractRefused) as caught:
        record(unproven, options, asked | {"high_risk": True})
    assert "厳格な確認" in caught.value.message("ja")
    assert caught.value.exit_code == 10


@pytest.mark.parametrize("missing", ["purpose", "occupation", "checker", "high_risk", "not_checked"])
def test_what_is_not_told_is_asked_for(unproven, options, asked, missing):
    del asked[missing]
    with pytest.raises(ContractRefused) as caught:
        record(unproven, options, asked)
    assert missing in {problem.path.split(".")[0] for problem in caught.value.problems}


@pytest.mark.parametrize("item", ["check", "made_on"])
def test_nobody_tells_what_only_the_judgement_knows(unproven, options, asked, item):
    with pytest.raises(ContractDataUnreadable):
        record(unproven, options, asked | {item: {"verdict": "TOTAL-PASSED"}})


@pytest.mark.slow
def test_the_holders_name_cannot_be_told_otherwise(unproven, options, asked, employment_data):
    made = record(unproven, options, asked | {"customer": {"kind": "個人", "name": "別人 太郎"}})
    contract = read_contract(made.pdf)
    assert contract.data["customer"]["name"].replace("\u3000", " ") == employment_data["employee"]["name"]


@pytest.mark.slow
def test_for_a_company_the_holder_is_who_acts_for_it(unproven, options, asked, employment_data):
    company = {
        "customer": {"kind": "法人", "name": "株式会社架空製作所", "address": "大阪府架空市港町三丁目7番8号"},
        "business": {"content": "部品の製造", "document": "登記事項証明書"},
        "beneficial_owners": [{"name": "架空 太郎", "address": "大阪府架空市", "relation": "議決権の60%を有する"}],
        "representative": {"relation": "代表取締役", "authority": "登記事項証明書に代表者として記載がある"},
    }
    contract = read_contract(record(unproven, options, asked | company).pdf)
    assert contract.data["customer"]["name"] == "株式会社架空製作所"
    assert contract.data["representative"]["name"].replace("\u3000", " ") == employment_data["employee"]["name"]


def test_an_altered_document_makes_none(unproven, options, asked):
    at = unproven.index(b"/MediaBox")
    with refused_as("identity-impossible"):
        record(unproven[:at] + b"/MediaBax" + unproven[at + 9 :], options, asked)


def test_nobody_there_makes_none(employment, options, asked):
    with refused_as("identity-not-shown"):
        record(employment, options, asked)


def test_an_unknown_issuer_shows_nobody(unproven, options, asked):
    stranger = replace(options, trust=ValidationOptions().trust)
    with refused_as("identity-not-shown", match="issuer"):
        record(unproven, stranger, asked)


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-21", "2026-11-21T10:00:00"])
def test_a_time_without_its_zone_is_refused(unproven, options, asked, moment):
    with pytest.raises(ContractDataUnreadable, match="zone"):
        record(unproven, options, asked | {"received_at": moment})


def test_the_key_is_made_once_for_this_user_alone(tmp_path: Path):
    path = tmp_path / "apart" / "identity.key"
    key = kept_key(path)
    assert kept_key(path) == key
    assert len(set(key)) > 8
    if os.name != "nt":
        assert path.stat().st_mode & 0o077 == 0
        path.chmod(0o644)
        with refused_as("input-unreadable", match="chmod"):
            kept_key(path)


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_another_file_is_no_key(tmp_path: Path, content: bytes):
    path = tmp_path / "identity.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with refused_as("input-unreadable", match="32"):
        kept_key(path)
