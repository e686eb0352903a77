"""A valid signature by the wrong person: told in the report, failed where the policy or the caller wants it."""

from __future__ import annotations

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.pki.anchors import default_trust_store
from signkit.pki.policy import shipped_policy
from signkit.rehearsal.pki import HANAKO
from signkit.rehearsal.services import utc_now
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Verdict


def contract_with(seller: str, address: str) -> bytes:
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    data["seller"] |= {"name": seller, "signer": seller, "address": address}
    return render_contract(template, data).pdf


@pytest.fixture
def judge(person_signer, services, trust_pem):
    """Sign as 番号 花子 in the seller's field and judge."""

    def run(seller: str, address: str = HANAKO.address, policy: str = "default", expect=None):
        pdf = contract_with(seller, address)
        signed = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_LT, services).pdf
        options = ValidationOptions(
            policy=shipped_policy(policy), trust=default_trust_store([trust_pem]), offline=True, expect=expect or {}
        )
        return validate_pdf(signed, name="x.pdf", options=options)

    return run


def test_the_right_person_matches(judge):
    report = judge("番号 花子")
    [signature] = report.signatures
    assert signature.party_match.verdict == "match"
    assert report.verdict is Verdict.PASSED


def test_the_wrong_person_is_told_and_fails_only_where_asked(judge):
    told = judge("田中 太郎")
    assert told.signatures[0].party_match.verdict == "mismatch"
    assert told.verdict is Verdict.PASSED
    failed = judge("田中 太郎", policy="strict")
    assert failed.verdict is Verdict.FAILED
    assert failed.signatures[0].sub_indication == "SIG_CONSTRAINTS_FAILURE"


def test_an_expectation_counts_before_the_contract_and_always_binds(judge):
    assert judge("田中 太郎", expect={"seller": "番号　花子"}).verdict is Verdict.PASSED
    wrong = judge("番号 花子", expect={"seller": "田中 太郎"})
    assert wrong.verdict is Verdict.FAILED
    assert "party-mismatch" in [reason.code for reason in wrong.signatures[0].reasons]


def test_what_cannot_be_told_is_indeterminate_where_it_binds(judge):
    report = judge("番号 花子", expect={"seller": "番号"})
    assert report.signatures[0].party_match.verdict == "cannot-tell"
    assert report.verdict is Verdict.INDETERMINATE


def test_an_expected_signature_that_is_missing_is_indeterminate(judge):
    report = judge("番号 花子", expect={"buyer": "田中 太郎"})
    assert report.verdict is Verdict.INDETERMINATE
    assert [reason.code for reason in report.reasons] == ["party-missing"]


def test_the_report_never_repeats_the_attributes(judge):
    import json

    text = json.dumps(judge("田中 太郎").to_json(), ensure_ascii=False)
    assert "花子" not in text
    assert "霞が関" not in text


def test_a_witness_states_itself_and_is_told_apart_from_the_party(blank, services, trust_pem, rehearsal, person_signer):
    """立会人型 beside 当事者型, both in one file."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from signkit.rehearsal.authority import issue_organisation_certificate, new_rsa_key
    from signkit.signers.p12 import Pkcs12Signer
    from signkit.signers.software import SoftwareKey

    key = new_rsa_key()
    certificate = issue_organisation_certificate(rehearsal.service_ca, "立会サービス", "架空社", key, utc_now())
    service = Pkcs12Signer(SoftwareKey.of(key, "x"), certificate.public_bytes(Encoding.DER), ())
    pdf = contract_with("番号 花子", HANAKO.address)
    pdf = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_LT, services).pdf
    request = SignatureRequest("buyer", "立会サービス", utc_now(), witness=True)
    pdf = sign(pdf, request, service, Level.B_LT, services).pdf

    def judged(policy: str):
        options = ValidationOptions(policy=shipped_policy(policy), trust=default_trust_store([trust_pem]), offline=True)
        return validate_pdf(pdf, name="x.pdf", options=options)

    seller, buyer = judged("default").signatures
    assert (seller.signing_kind, seller.party_match.verdict) == ("party", "match")
    assert (buyer.signing_kind, buyer.party_match.verdict) == ("witness", "cannot-tell")
    assert judged("default").verdict is Verdict.PASSED
    assert judged("strict").signatures[1].verdict is Verdict.INDETERMINATE
