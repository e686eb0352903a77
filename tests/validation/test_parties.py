"""A valid signature by the wrong person: told in the report, failed where the policy or the caller wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.pdf.embedded_contract import read_contract
from signkit.pki.anchors import default_trust_store
from signkit.pki.policy import shipped_policy
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.signers.p12 import open_pkcs12
from signkit.signing.levels import Level, sign
from signkit.signing.party import refuse_other_person
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Verdict
from tests.refusals import refused_as


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


@pytest.mark.slow
def test_the_right_person_matches(judge):
    report = judge("番号 花子")
    [signature] = report.signatures
    assert signature.party_match.verdict == "match"
    assert report.verdict is Verdict.PASSED


@pytest.mark.slow
def test_the_wrong_person_is_told_and_fails_only_where_asked(judge):
    told = judge("田中 太郎")
    assert told.signatures[0].party_match.verdict == "mismatch"
    assert told.verdict is Verdict.PASSED
    failed = judge("田中 太郎", policy="strict")
    assert failed.verdict is Verdict.FAILED
    assert failed.signatures[0].sub_indication == "SIG_CONSTRAINTS_FAILURE"


@pytest.mark.slow
def test_an_expectation_counts_before_the_contract_and_always_binds(judge):
    assert judge("田中 太郎", expect={"seller": "番号　花子"}).verdict is Verdict.PASSED
    wrong = judge("番号 花子", expect={"seller": "田中 太郎"})
    assert wrong.verdict is Verdict.FAILED
    assert "party-mismatch" in [reason.code for reason in wrong.signatures[0].reasons]


@pytest.mark.slow
def test_a_role_that_is_named_twice_must_be_both(judge):
    """By itself and by its title, and in either order: none of the two names is passed over."""
    for names in (("番号　花子", "田中 太郎"), ("田中 太郎", "番号　花子")):
        report = judge("番号 花子", expect=dict(zip(("売主", "seller"), names, strict=True)))
        assert report.signatures[0].party_match.verdict == "mismatch"
        assert report.verdict is Verdict.FAILED
    assert judge("番号 花子", expect={"売主": "番号　花子", "seller": "番号 花子"}).verdict is Verdict.PASSED


@pytest.mark.slow
def test_what_cannot_be_told_is_indeterminate_where_it_binds(judge):
    report = judge("番号 花子", expect={"seller": "番号"})
    assert report.signatures[0].party_match.verdict == "cannot-tell"
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.slow
def test_an_expected_signature_that_is_missing_is_indeterminate(judge):
    report = judge("番号 花子", expect={"buyer": "田中 太郎"})
    assert report.verdict is Verdict.INDETERMINATE
    assert [reason.code for reason in report.reasons] == ["party-missing"]


@pytest.mark.slow
def test_the_report_never_repeats_the_attributes(judge):
    import json

    text = json.dumps(judge("田中 太郎").to_json(), ensure_ascii=False)
    assert "花子" not in text
    assert "霞が関" not in text


@pytest.mark.slow
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


# --- the page names the party, not the data beside it ---------------------------------------------------------


def otherwise(seller: str, printed: str, swap: bool = False) -> bytes:
    """Return a contract whose contract.json names ``seller`` and whose pages name ``printed``."""
    from signkit.contracts import fonts
    from signkit.contracts.embedding import contract_json
    from signkit.contracts.filled import Order
    from signkit.contracts.render import _with_fields, filled_contract
    from signkit.contracts.typesetters import TypstSource

    template = find_template("real-estate-sale")
    shown, said = ({**load_contract_data(template.folder / "example.yaml")} for _ in range(2))
    said["seller"] = said["seller"] | {"name": seller, "signer": seller, "address": HANAKO.address}
    shown["seller"] = said["seller"] | {"name": printed, "signer": printed}
    if swap:
        shown["seller"], shown["buyer"] = said["buyer"] | {"is_dealer": False}, said["seller"]
        shown["buyer"].pop("is_dealer")
    order = Order(filled_contract(template, shown), date(2026, 11, 21), contract_json(template, said))
    (compiled,) = TypstSource().typeset(template, [order], fonts.font_set())
    return _with_fields(template, said, compiled).pdf


@pytest.fixture
def judge_pdf(person_signer, services, trust_pem):
    """Sign a PDF as 番号 花子 in the seller's field and judge."""

    def run(pdf: bytes, **options):
        signed = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_LT, services).pdf
        trust = default_trust_store([trust_pem])
        return validate_pdf(signed, name="x.pdf", options=ValidationOptions(trust=trust, offline=True, **options))

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("printed", "verdict", "code"),
    [
        ("番号 花子", "match", "name-equal"),
        ("番號　花子", "match", "name-equal"),
        ("髙橋 祐一郎", "mismatch", "page-other-name"),
        ("大番号 花子", "cannot-tell", "page-name-joined"),
        ("番号 花子郎", "cannot-tell", "page-name-joined"),
    ],
)
def test_data_that_name_another_than_the_page_are_no_match(judge_pdf, printed, verdict, code):
    match = judge_pdf(otherwise("番号 花子", printed)).signatures[0].party_match
    assert match.verdict == verdict
    assert code in [reason.code for reason in match.reasons]


@pytest.mark.slow
def test_a_name_that_stands_beside_another_field_is_not_beside_this_one(judge_pdf):
    report = judge_pdf(otherwise("番号 花子", "番号 花子", swap=True))
    match = report.signatures[0].party_match
    assert [reason.code for reason in match.reasons] == ["page-other-name"]
    assert report.signatures[0].party is None


@pytest.mark.slow
def test_the_basis_of_a_match_is_said(judge_pdf, blank):
    named = judge_pdf(contract_with("番号 花子", HANAKO.address)).signatures[0]
    assert named.party_match.basis == "text"
    assert (named.party.label.ja, named.party.name) == ("売主", "番号 花子")
    married = judge_pdf(contract_with("田中 太郎", HANAKO.address), expect={"seller": "番号 花子"}).signatures[0]
    assert (married.party_match.verdict, married.party_match.basis) == ("match", "data")


@pytest.mark.slow
@pytest.mark.parametrize(("basis", "verdict"), [("text", Verdict.PASSED), ("page", Verdict.INDETERMINATE)])
def test_a_policy_may_demand_a_basis(judge_pdf, basis, verdict):
    policy = replace(shipped_policy("default"), party_basis=basis)
    pdf = otherwise("番号 花子", "番號 花子")  # as the text says, but not what the template makes of the data
    assert judge_pdf(pdf, policy=policy).verdict is verdict


@pytest.mark.slow
def test_a_natural_person_is_no_witness_and_expectations_outrank_the_word(services, trust_pem, person_signer):
    pdf = contract_with("田中 太郎", "東京都架空区一丁目1番1号")
    request = SignatureRequest("seller", "x", utc_now(), witness=True)
    pdf = sign(pdf, request, person_signer, Level.B_LT, services).pdf
    trust = default_trust_store([trust_pem])
    report = validate_pdf(pdf, name="x.pdf", options=ValidationOptions(trust=trust, offline=True))
    assert report.signatures[0].signing_kind is None
    assert report.signatures[0].party_match.verdict == "mismatch"
    options = ValidationOptions(trust=trust, offline=True, expect={"seller": "田中 太郎"})
    assert validate_pdf(pdf, name="x.pdf", options=options).verdict is Verdict.FAILED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["real-estate-sale", "real-estate-explanation", "employment-agreement", "consent"])
@pytest.mark.parametrize("organisation", [False, True])
def test_every_shipped_template_prints_its_parties_beside_their_fields(name, organisation):
    """With its example, and where somebody signs for a company without a title of their own."""
    from signkit.pdf.embedded_contract import read_contract
    from signkit.validation.page_text import PageTextQuestion, carried_beside

    template = find_template(name)
    data = load_contract_data(template.folder / "example.yaml")
    for item in data.values():
        if organisation and isinstance(item, dict) and "signer" in item:
            item["name"] = "株式会社架空商事"
    pdf = render_contract(template, data).pdf
    parties = read_contract(pdf).parties
    questions = [
        PageTextQuestion(party.role, len(pdf), frozenset({party.name, party.label.ja, party.address or party.name}))
        for party in parties
    ]
    for party, how in zip(parties, carried_beside(pdf, questions), strict=True):
        assert how[party.name] == "yes"
        assert how[party.label.ja] != "no"
        assert how[party.address or party.name] == "yes"


# --- names, not numbers -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_people_read_the_party_and_the_number_only_with_the_identity(judge_pdf):
    from signkit.reporting.formats.text import write_text

    pdf = contract_with("番号 花子", HANAKO.address)
    plain = judge_pdf(pdf)
    assert plain.signatures[0].signer.common_name is None
    assert "売主 番号 花子 の署名" in write_text(plain, "ja")
    assert 'Seller 番号 花子 signed as "seller"' in write_text(plain)
    shown = judge_pdf(pdf, identity=True)
    number = shown.signatures[0].signer.common_name
    assert f"売主 番号 花子 ({number}) の署名" in write_text(shown, "ja")


@pytest.mark.slow
def test_somebody_else_goes_by_no_partys_name(judge_pdf):
    from signkit.reporting.formats.text import write_text

    wrong = write_text(judge_pdf(contract_with("田中 太郎", HANAKO.address)), "ja")
    assert "マイナンバーカードの持ち主" in wrong
    assert "（売主 田中 太郎 の署名欄）" in wrong
    unread = write_text(judge_pdf(otherwise("番号 花子", "田中 太郎")), "ja")
    assert "番号" not in unread
    assert "田中" not in unread


@pytest.mark.slow
def test_a_diff_names_the_party(person_signer, services):
    from signkit.history.diff import diff_pdf

    pdf = contract_with("番号 花子", HANAKO.address)
    signed = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, services).pdf
    [change] = [item for item in diff_pdf(signed, "x.pdf").revisions[1].items if item.kind == "signature"]
    assert "売主 番号 花子 の証明書で署名" in change.text.ja
    other = sign(
        contract_with("田中 太郎", "x"), SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_B, services
    ).pdf
    [change] = [item for item in diff_pdf(other, "x.pdf").revisions[1].items if item.kind == "signature"]
    assert "田中" not in change.text.ja


# --- what a forger would try on the page -----------------------------------------------------------------------------


def with_data(change) -> bytes:
    """Return a contract for 番号 花子 with ``change`` made to its contract.json after everything else."""
    import json

    from signkit.contracts import fonts
    from signkit.contracts.embedding import contract_json
    from signkit.contracts.filled import Order
    from signkit.contracts.render import _with_fields, filled_contract
    from signkit.contracts.typesetters import TypstSource

    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    data["seller"] |= {"name": HANAKO.name, "signer": HANAKO.name, "address": HANAKO.address}
    content = json.loads(contract_json(template, data))
    change(content["parties"][0])
    said = json.dumps(content, ensure_ascii=False).encode()
    order = Order(filled_contract(template, data), date(2026, 11, 21), said)
    (compiled,) = TypstSource().typeset(template, [order], fonts.font_set())
    return _with_fields(template, data, compiled).pdf


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"name": None}, {"name": ""}, {"role": "nobody"}])
def test_a_contract_that_names_nobody_for_a_field_proves_nobody(judge_pdf, change):
    match = judge_pdf(with_data(lambda party: party.update(change))).signatures[0].party_match
    assert (match.verdict, [reason.code for reason in match.reasons]) == ("cannot-tell", ["contract-names-nobody"])


@pytest.mark.slow
def test_a_label_that_the_page_does_not_print_is_not_read_out(judge_pdf):
    party = judge_pdf(with_data(lambda party: party.update(label={"en": "Notary", "ja": "公証人"}))).signatures[0].party
    assert (party.label.ja, party.name) == ("seller", "番号　花子")


@pytest.mark.slow
@pytest.mark.parametrize("address", ["東京都架空区二丁目2番2号", "大阪府"])
def test_an_address_that_the_page_does_not_print_is_not_compared_as_if_it_did(judge_pdf, address):
    match = judge_pdf(with_data(lambda party: party.update(address=address))).signatures[0].party_match
    assert match.verdict != "match"
    assert "page-address-missing" in [reason.code for reason in match.reasons]


def employment_contract() -> bytes:
    template = find_template("employment-agreement")
    return render_contract(template, load_contract_data(template.folder / "example.yaml")).pdf


@pytest.fixture
def judge_company(rehearsal, services, trust_pem, tmp_path):
    """Sign as an organisation in the employer's field of the template's example, and judge."""

    def run(common_name: str, organisation: str):
        key = tmp_path / "company.p12"
        key.write_bytes(rehearsal.key_file(common_name, organisation, b"secret", utc_now()))
        with open_pkcs12(key, lambda _: bytearray(b"secret")) as signer:
            contract = employment_contract()
            refuse_other_person(read_contract(contract).parties[0], signer.certificate)
            signed = sign(contract, SignatureRequest("employer", "x", utc_now()), signer, Level.B_LT, services).pdf
        options = ValidationOptions(trust=default_trust_store([trust_pem]), offline=True)
        return validate_pdf(signed, name="x.pdf", options=options).signatures[0]

    return run


def employer() -> str:
    return str(read_contract(employment_contract()).data["employer"]["name"])


@pytest.mark.slow
def test_a_company_s_own_certificate_matches_the_company_that_the_contract_names(judge_company):
    signature = judge_company(employer(), employer())
    match = signature.party_match
    assert (match.verdict, match.basis) == ("match", "text")


@pytest.mark.slow
def test_a_company_goes_by_its_name_and_by_a_person_s_only_where_the_certificate_names_one(judge_company):
    signatory = str(read_contract(employment_contract()).data["employer"]["signer"])
    assert judge_company(employer(), employer()).party.name == employer()
    assert judge_company(signatory, employer()).party.name == f"{employer()} {signatory}"


@pytest.mark.slow
def test_another_company_s_certificate_is_refused(judge_company):
    with refused_as("signer-not-party"):
        judge_company("株式会社仮想商事", "株式会社仮想商事")


@pytest.mark.slow
def test_a_company_that_sells_is_one_although_the_template_says_person():
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    data["seller"] |= {"name": "株式会社架空製作所", "signer": "廣瀨 渚"}
    seller, buyer, *_ = read_contract(render_contract(template, data).pdf).parties
    assert (seller.kind, seller.name, seller.organization) == ("organization", "廣瀨 渚", "株式会社架空製作所")
    assert (buyer.kind, buyer.organization) == ("person", None)


@pytest.mark.slow
def test_an_organization_that_the_page_does_not_print_is_no_match(judge_pdf):
    change = {"kind": "organization", "organization": "株式会社仮想商事"}
    match = judge_pdf(with_data(lambda party: party.update(change))).signatures[0].party_match
    assert match.verdict == "cannot-tell"
    assert "page-organization-missing" in [reason.code for reason in match.reasons]
