"""Whether a document may be called delivered: each missing point by its code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signkit.delivery.check import DeliveryJudgement, check_delivery
from signkit.delivery.consent import read_consent, withdrawal
from signkit.delivery.consent_rules import RULES, covers
from signkit.delivery.transaction import Transaction
from signkit.pki.anchors import default_trust_store
from signkit.progress.contract import contract_status
from signkit.validation.options import ValidationOptions
from tests.refusals import refused_as

from .conftest import DAY, person, signed, today


def codes(check) -> list[str]:
    return [point.code for each in (check, *check.recipients) for point in each.points]


@pytest.mark.slow
def test_a_signed_consent_given_before_is_in_order(status, consent):
    check = check_delivery(status, [consent])
    assert check.answer is DeliveryJudgement.IN_ORDER
    plain = check.to_json()
    assert plain["law"]["ja"] == "労働基準法施行規則5条4項"
    assert plain["delivered_on"] == today().isoformat()
    assert plain["recipients"][0]["consent"]["means"] == "電子メールに添付して送信"
    assert plain["recipients"][0]["consent"]["format"] == "PDF（PDF/A-3b）"
    assert plain["recipients"][0]["consent"]["verdict"] == "TOTAL-PASSED"


def test_without_consent_it_is_missing(status):
    check = check_delivery(status, [])
    assert check.answer is DeliveryJudgement.MISSING
    assert codes(check) == ["consent-missing"]


@pytest.mark.slow
def test_somebody_elses_consent_does_not_count(status, consent):
    assert codes(check_delivery(status, [replace(consent, recipient="番号 花子")])) == ["consent-missing"]


def test_a_consent_for_other_documents_does_not_count(status, consent):
    assert codes(check_delivery(status, [replace(consent, laws=("宅地建物取引業法37条4項",))])) == ["consent-missing"]


def test_a_consent_given_after_the_delivery_is_late(status, consent):
    assert codes(check_delivery(status, [consent], today() - DAY)) == ["consent-late"]


@pytest.mark.slow
def test_a_consent_dated_back_but_signed_after_the_delivery_is_late(status, make_consent, options):
    dated_back = read_consent(make_consent(today() - 5 * DAY), "consent.pdf", options)
    assert codes(check_delivery(status, [dated_back], today() - DAY)) == ["signed-late"]


def test_a_time_that_only_the_signer_claims_is_not_proof(status, consent):
    signature = replace(consent.signature, claimed_time=consent.signature.claimed_time - 5 * DAY)
    check = check_delivery(status, [replace(consent, day=today() - 5 * DAY, signature=signature)], today() - DAY)
    assert codes(check) == ["time-not-proven"]
    assert check.answer is DeliveryJudgement.NOT_PROVEN


def test_a_consent_to_somebody_else_does_not_serve(status, consent):
    assert codes(check_delivery(status, [replace(consent, provider="架空商事株式会社")])) == ["other-provider"]


@pytest.mark.parametrize(("item", "code"), [("means", "means-missing"), ("file_format", "format-missing")])
def test_means_and_format_must_be_stated(status, consent, item, code):
    assert codes(check_delivery(status, [replace(consent, **{item: None})])) == [code]


def test_an_unsigned_consent_is_none(status, blank_consent, options):
    unsigned = read_consent(blank_consent(), "consent.pdf", options)
    assert codes(check_delivery(status, [unsigned])) == ["consent-unsigned"]


def test_an_altered_consent_is_none(status, consent_pdf, options):
    altered = bytearray(consent_pdf)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    broken = read_consent(bytes(altered), "consent.pdf", options)
    assert codes(check_delivery(status, [broken])) == ["consent-broken"]


@pytest.mark.slow
def test_a_consent_signed_with_another_persons_key_is_none(status, make_consent, rehearsal, options):
    stranger = person(rehearsal, "番号 花子", "東京都千代田区霞が関二丁目1番2号")
    check = check_delivery(status, [read_consent(make_consent(key=stranger), "consent.pdf", options)])
    assert "other-signer" in codes(check)
    assert check.answer is DeliveryJudgement.MISSING


def test_a_consent_whose_signer_cannot_be_trusted_is_not_proven(status, consent_pdf):
    unknown = read_consent(consent_pdf, "consent.pdf", ValidationOptions(offline=True))
    check = check_delivery(status, [unknown])
    assert codes(check) == ["consent-not-proven"]
    assert check.answer is DeliveryJudgement.NOT_PROVEN


# --- the transaction -------------------------------------------------------------------------------------

EMPLOYER, EMPLOYEE = "株式会社架空製作所", "渡邉󠄂 薫"


@pytest.mark.parametrize(
    ("transaction", "code", "answer"),
    [
        (None, "transaction-not-named", DeliveryJudgement.NOT_PROVEN),
        (Transaction("不動産の売買", (EMPLOYER, EMPLOYEE)), "other-kind", DeliveryJudgement.MISSING),
        (Transaction("雇用", ("架空商事株式会社", EMPLOYEE)), "other-parties", DeliveryJudgement.MISSING),
        (Transaction("雇用", (EMPLOYER, EMPLOYEE, "番号 花子")), "other-parties", DeliveryJudgement.MISSING),
        (Transaction("雇用", (EMPLOYEE,)), "other-parties", DeliveryJudgement.MISSING),
        (Transaction("雇用", ("架空製作所株式会社", EMPLOYEE)), "parties-not-told", DeliveryJudgement.NOT_PROVEN),
    ],
    ids=["none", "kind", "employer", "one-more", "one-less", "form-elsewhere"],
)
def test_a_consent_must_be_about_this_transaction(status, consent, transaction, code, answer):
    check = check_delivery(status, [replace(consent, transaction=transaction)])
    assert codes(check) == [code]
    assert check.answer is answer


@pytest.mark.parametrize(
    ("lots", "codes_wanted"),
    [
        (("東京都架空区青葉台一丁目23番4",), []),
        (("架空区青葉台１丁目２３番地４",), []),
        (("東京都架空区青葉台一丁目23番5", "東京都架空区青葉台一丁目23番4"), []),
        (("東京都架空区青葉台一丁目23番5",), ["other-property"]),
        (("東京都架空区青葉台一丁目",), ["property-not-told"]),
        ((), ["other-property"]),
    ],
    ids=["same", "written-otherwise", "among-several", "next-door", "no-lot-number", "none"],
)
def test_a_consent_must_be_about_this_property(lots, codes_wanted):
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.template import find_template
    from signkit.delivery.transaction import differences, transaction_of_contract

    data = load_contract_data(find_template("real-estate-sale").folder / "example.yaml")
    of_contract = transaction_of_contract(data, RULES["real-estate-sale"])
    of_consent = Transaction("不動産の売買", ("高橋祐一郎", "吉田　美咲"), lots)
    points = {"mismatch": "other-{}", "cannot-tell": "{}-not-told"}
    assert [points[verdict].format(what) for what, verdict in differences(of_consent, of_contract)] == codes_wanted


def test_a_consent_for_another_transaction_does_not_hide_the_right_one(status, consent):
    other = replace(consent, transaction=Transaction("雇用", ("架空商事株式会社", EMPLOYEE)))
    assert check_delivery(status, [consent, other]).answer is DeliveryJudgement.IN_ORDER


@pytest.mark.slow
def test_the_withdrawal_for_another_transaction_does_not_stop_this_one(status, consent, withdrawn):
    other = replace(withdrawn, day=today(), transaction=Transaction("雇用", ("架空商事株式会社", EMPLOYEE)))
    assert check_delivery(status, [consent, other]).answer is DeliveryJudgement.IN_ORDER


def test_another_address_of_the_recipient_is_told(status, consent):
    check = check_delivery(status, [replace(consent, address="大阪府架空市西野田一丁目1番1号")])
    assert codes(check) == ["other-address"]
    assert check.answer is DeliveryJudgement.NOT_PROVEN


def test_the_samples_of_one_sale_fit_together(repository):
    from signkit.contracts.data import load_contract_data
    from signkit.delivery.transaction import differences, transaction_of_consent, transaction_of_contract

    consent = transaction_of_consent(load_contract_data(repository / "samples/consent/01-sale-documents.yaml"))
    for name in ("real-estate-sale", "real-estate-explanation"):
        data = load_contract_data(repository / "samples" / name / "01-existing-house.yaml")
        assert list(differences(consent, transaction_of_contract(data, RULES[name]))) == []


def test_the_explanation_to_one_of_two_buyers_is_about_the_same_sale(repository):
    from signkit.contracts.data import load_contract_data
    from signkit.delivery.transaction import differences, transaction_of_contract

    data = load_contract_data(repository / "samples/real-estate-explanation/01-existing-house.yaml")
    names, lots = ("髙橋 祐一郎", "𠮷田 美咲", "𠮷田 健太"), ("東京都架空区青葉台一丁目23番4",)
    rule = RULES["real-estate-explanation"]
    of_contract = transaction_of_contract(data, rule)
    one, other = Transaction("不動産の売買", names, lots), Transaction("不動産の売買", names[1:], lots)
    assert list(differences(one, of_contract, names_all=rule.names_all)) == []
    assert list(differences(other, of_contract, names_all=rule.names_all)) == [("parties", "mismatch")]


# --- withdrawal ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def earlier(consent):
    return replace(consent, day=today() - 2 * DAY)


@pytest.fixture(scope="module")
def withdrawn(earlier, employee, services, options):
    pdf = signed(withdrawal(earlier, today() - DAY), "recipient", employee, services)
    return read_consent(pdf, "withdrawal.pdf", options)


@pytest.mark.slow
def test_a_withdrawal_is_a_signed_document_of_its_own(withdrawn):
    assert withdrawn.state == "withdrawn"
    assert withdrawn.day == today() - DAY
    assert withdrawn.status.report.verdict == "TOTAL-PASSED"
    assert withdrawn.status.parties[0].role == "recipient"


def test_a_withdrawn_consent_does_not_serve(status, earlier, withdrawn):
    check = check_delivery(status, [withdrawn, earlier])
    assert codes(check) == ["consent-withdrawn"]
    assert check.answer is DeliveryJudgement.MISSING


def test_an_unsigned_withdrawal_stops_the_delivery_as_well(status, earlier, options):
    unsigned = read_consent(withdrawal(earlier, today()), "withdrawal.pdf", options)
    assert codes(check_delivery(status, [earlier, unsigned])) == ["consent-withdrawn"]


def test_a_withdrawal_on_the_same_day_counts(status, consent, withdrawn):
    assert codes(check_delivery(status, [consent, replace(withdrawn, day=today())])) == ["consent-withdrawn"]


def test_a_withdrawal_after_the_delivery_does_not_undo_it(status, consent, withdrawn):
    assert check_delivery(status, [consent, replace(withdrawn, day=today() + DAY)]).answer is DeliveryJudgement.IN_ORDER


def test_a_consent_given_anew_counts(status, earlier, withdrawn, consent):
    assert check_delivery(status, [earlier, withdrawn, consent]).answer is DeliveryJudgement.IN_ORDER


def test_a_withdrawal_cannot_be_withdrawn_nor_a_consent_before_it_was_given(withdrawn, consent):
    with refused_as("consent-unreadable", match="it is a withdrawal"):
        withdrawal(withdrawn, today())
    with refused_as("consent-unreadable", match="not yet given on that day"):
        withdrawal(consent, today() - DAY)


# --- the document ----------------------------------------------------------------------------------------


def test_a_document_that_nobody_signed_is_not_delivered(employment, consent, options):
    check = check_delivery(contract_status(employment, "a.pdf", options), [consent])
    assert codes(check) == ["document-unsigned"]
    assert check.answer is DeliveryJudgement.MISSING


def test_an_altered_document_is_not_delivered(complete, consent, options):
    altered = bytearray(complete)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    assert "document-broken" in codes(check_delivery(contract_status(bytes(altered), "a.pdf", options), [consent]))


@pytest.mark.slow
def test_of_a_document_that_nobody_trusted_signed_it_is_told(complete, consent, options):
    """As `status` and `complete` say of it; whoever delivers it all the same has to ask for it."""
    strangers = replace(options, trust=default_trust_store())
    check = check_delivery(contract_status(complete, "a.pdf", strangers), [consent])
    assert "document-not-good" in codes(check)
    assert check.answer is not DeliveryJudgement.IN_ORDER


def test_of_a_document_without_a_rule_nothing_is_said(consent):
    check = check_delivery(consent.status, [consent])
    assert check.answer is DeliveryJudgement.NO_RULE
    assert check.to_json()["law"] is None


def test_a_document_that_does_not_say_who_delivers_is_refused(status, consent):
    data = {**status.contract.data, "employer": {}, "contract_date": "soon"}
    check = check_delivery(replace(status, contract=replace(status.contract, data=data)), [consent])
    assert codes(check) == ["document-undated", "provider-unknown"]


def test_who_delivers_needs_no_consent_of_their_own(status, consent):
    data = {
        "contract_date": today().isoformat(),
        "seller": {"name": "架空不動産株式会社"},
        "buyer": {"name": consent.recipient},
        "broker": {"name": "架空不動産(株)"},
    }
    contract = replace(status.contract, template_id="real-estate-sale", data=data)
    sale = Transaction("不動産の売買", ("架空不動産株式会社", consent.recipient))
    theirs = replace(consent, laws=("宅建業法第37条",), provider="架空不動産株式会社", transaction=sale)
    check = check_delivery(replace(status, contract=contract), [theirs])
    assert [recipient.role for recipient in check.recipients] == ["buyer"]
    assert check.answer is DeliveryJudgement.IN_ORDER


@pytest.mark.slow
def test_every_co_owner_consents(status, consent, repository):
    from signkit.contracts.data import load_contract_data

    data = {
        **load_contract_data(repository / "samples/real-estate-sale/04-co-owners.yaml"),
        "contract_date": today().isoformat(),
    }
    names = ("髙橋 祐一郎", "髙橋 悠子", "𠮷田 美咲", "𠮷田 健太")
    sale = Transaction("不動産の売買", names, ("東京都架空区青葉台一丁目23番4",))
    theirs = [
        replace(consent, recipient=name, laws=("宅建業法第37条",), provider="架空不動産株式会社", transaction=sale)
        for name in names
    ]
    contract = replace(status.contract, template_id="real-estate-sale", data=data)
    check = check_delivery(replace(status, contract=contract), theirs[:3])
    assert [(each.role, each.answer.value) for each in check.recipients] == [
        ("seller", "in-order"), ("seller2", "in-order"), ("buyer", "in-order"), ("buyer2", "missing")
    ]  # fmt: skip
    assert check_delivery(replace(status, contract=contract), theirs).answer is DeliveryJudgement.IN_ORDER


@pytest.mark.slow
def test_other_documents_are_no_consents(complete, options):
    with refused_as("consent-unreadable", match="not made from the template 'consent'"):
        read_consent(complete, "agreement.pdf", options)


@pytest.mark.parametrize(
    ("template", "law", "answer"),
    [
        ("real-estate-sale", "宅地建物取引業法37条4項", True),
        ("real-estate-sale", "宅建業法 第37条", True),
        ("real-estate-sale", "宅地建物取引業法第三十七条", True),
        ("real-estate-sale", "宅地建物取引業法35条8項", False),
        ("real-estate-sale", "宅地建物取引業法34条の2第11項", False),
        ("real-estate-sale", "民法37条", False),
        ("real-estate-explanation", "宅地建物取引業法35条8項・9項", True),
        ("real-estate-explanation", "宅地建物取引業法37条4項", False),
        ("employment-agreement", "労働基準法施行規則5条4項", True),
        ("employment-agreement", "労基則第5条", True),
        ("employment-agreement", "労働基準法15条1項", True),
        ("employment-agreement", "労働基準法施行規則15条", False),
    ],
)
def test_a_consent_covers_the_provision_it_cites(template, law, answer):
    assert covers(RULES[template], [law]) is answer


@pytest.mark.slow
def test_every_rule_reads_items_that_its_template_has(repository):
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.template import find_template
    from signkit.plain_data import item_at

    for name, rule in RULES.items():
        template = find_template(name)
        data = load_contract_data(template.folder / "example.yaml")
        optional = {each.name_item for each in rule.recipients if each.optional}
        items = {rule.date_item, *rule.party_items, *(each.name_item for each in rule.recipients)}
        assert isinstance(rule.provider_of(data), str), name
        for item in items - optional - {"seller2.name", "buyer2.name"}:
            assert isinstance(item_at(data, item), str), (name, item)
        assert {each.role for each in rule.recipients} <= {party.role for party in template.parties}
        assert rule.date_item == template.date_item


@pytest.mark.parametrize("lots", [1, 10])
def test_the_withdrawal_names_beside_the_field_who_withdraws(earlier, lots):
    from signkit.pdf.embedded_contract import read_contract
    from signkit.validation.page_text import PageTextQuestion, carried_beside

    assert earlier.transaction is not None
    transaction = replace(earlier.transaction, properties=tuple(f"架空市{n}番" for n in range(lots)))
    pdf = withdrawal(replace(earlier, transaction=transaction), today())
    name = read_contract(pdf).parties[0].name
    assert carried_beside(pdf, [PageTextQuestion("recipient", len(pdf), frozenset({name}))]) == [{name: "yes"}]
