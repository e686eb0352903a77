"""Whether a document may be called delivered: each missing point by its code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signkit.delivery.check import Answer, check_delivery
from signkit.delivery.consent import read_consent, withdrawal
from signkit.delivery.rules import RULES, covers
from signkit.errors import ConsentUnreadable
from signkit.validation.contract_status import contract_status
from signkit.validation.options import ValidationOptions

from .conftest import DAY, TODAY, person, signed


def codes(check) -> list[str]:
    return [point.code for each in (check, *check.recipients) for point in each.points]


def test_a_signed_consent_given_before_is_in_order(status, consent):
    check = check_delivery(status, [consent])
    assert check.answer is Answer.IN_ORDER
    plain = check.to_json()
    assert plain["law"]["ja"] == "労働基準法施行規則5条4項"
    assert plain["delivered_on"] == TODAY.isoformat()
    assert plain["recipients"][0]["consent"]["means"] == "ウェブページからダウンロード"
    assert plain["recipients"][0]["consent"]["format"] == "PDF（PDF/A-3b）"
    assert plain["recipients"][0]["consent"]["verdict"] == "TOTAL-PASSED"


def test_without_consent_it_is_missing(status):
    check = check_delivery(status, [])
    assert check.answer is Answer.MISSING
    assert codes(check) == ["consent-missing"]


def test_somebody_elses_consent_does_not_count(status, consent):
    assert codes(check_delivery(status, [replace(consent, recipient="番号 花子")])) == ["consent-missing"]


def test_a_consent_for_other_documents_does_not_count(status, consent):
    assert codes(check_delivery(status, [replace(consent, laws=("宅地建物取引業法37条4項",))])) == ["consent-missing"]


def test_a_consent_given_after_the_delivery_is_late(status, consent):
    assert codes(check_delivery(status, [consent], TODAY - DAY)) == ["consent-late"]


def test_a_consent_dated_back_but_signed_after_the_delivery_is_late(status, make_consent, options):
    dated_back = read_consent(make_consent(TODAY - 5 * DAY), "consent.pdf", options)
    assert codes(check_delivery(status, [dated_back], TODAY - DAY)) == ["signed-late"]


def test_a_time_that_only_the_signer_claims_is_not_proof(status, consent):
    signature = replace(consent.signature, claimed_time=consent.signature.claimed_time - 5 * DAY)
    check = check_delivery(status, [replace(consent, day=TODAY - 5 * DAY, signature=signature)], TODAY - DAY)
    assert codes(check) == ["time-not-proven"]
    assert check.answer is Answer.NOT_PROVEN


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


def test_a_consent_signed_with_another_persons_key_is_none(status, make_consent, rehearsal, options):
    stranger = person(rehearsal, "番号 花子", "東京都千代田区霞が関二丁目1番2号")
    check = check_delivery(status, [read_consent(make_consent(key=stranger), "consent.pdf", options)])
    assert "other-signer" in codes(check)
    assert check.answer is Answer.MISSING


def test_a_consent_whose_signer_cannot_be_trusted_is_not_proven(status, consent_pdf):
    unknown = read_consent(consent_pdf, "consent.pdf", ValidationOptions(offline=True))
    check = check_delivery(status, [unknown])
    assert codes(check) == ["consent-not-proven"]
    assert check.answer is Answer.NOT_PROVEN


# --- withdrawal ------------------------------------------------------------------------------------------


@pytest.fixture
def earlier(consent):
    return replace(consent, day=TODAY - 2 * DAY)


@pytest.fixture
def withdrawn(earlier, employee, services, options):
    pdf = signed(withdrawal(earlier, TODAY - DAY), "recipient", employee, services)
    return read_consent(pdf, "withdrawal.pdf", options)


def test_a_withdrawal_is_a_signed_document_of_its_own(withdrawn):
    assert withdrawn.state == "withdrawn"
    assert withdrawn.day == TODAY - DAY
    assert withdrawn.status.report.verdict == "TOTAL-PASSED"
    assert withdrawn.status.parties[0].role == "recipient"


def test_a_withdrawn_consent_does_not_serve(status, earlier, withdrawn):
    check = check_delivery(status, [withdrawn, earlier])
    assert codes(check) == ["consent-withdrawn"]
    assert check.answer is Answer.MISSING


def test_an_unsigned_withdrawal_stops_the_delivery_as_well(status, earlier, options):
    unsigned = read_consent(withdrawal(earlier, TODAY), "withdrawal.pdf", options)
    assert codes(check_delivery(status, [earlier, unsigned])) == ["consent-withdrawn"]


def test_a_withdrawal_on_the_same_day_counts(status, consent, withdrawn):
    assert codes(check_delivery(status, [consent, replace(withdrawn, day=TODAY)])) == ["consent-withdrawn"]


def test_a_withdrawal_after_the_delivery_does_not_undo_it(status, consent, withdrawn):
    assert check_delivery(status, [consent, replace(withdrawn, day=TODAY + DAY)]).answer is Answer.IN_ORDER


def test_a_consent_given_anew_counts(status, earlier, withdrawn, consent):
    assert check_delivery(status, [earlier, withdrawn, consent]).answer is Answer.IN_ORDER


def test_a_withdrawal_cannot_be_withdrawn_nor_a_consent_before_it_was_given(withdrawn, consent):
    with pytest.raises(ConsentUnreadable, match="it is a withdrawal"):
        withdrawal(withdrawn, TODAY)
    with pytest.raises(ConsentUnreadable, match="not yet given on that day"):
        withdrawal(consent, TODAY - DAY)


# --- the document ----------------------------------------------------------------------------------------


def test_a_document_that_nobody_signed_is_not_delivered(employment, consent, options):
    check = check_delivery(contract_status(employment, "a.pdf", options), [consent])
    assert codes(check) == ["document-unsigned"]
    assert check.answer is Answer.MISSING


def test_an_altered_document_is_not_delivered(complete, consent, options):
    altered = bytearray(complete)
    altered[altered.index(b"/StructParents") - 3] ^= 1
    assert "document-broken" in codes(check_delivery(contract_status(bytes(altered), "a.pdf", options), [consent]))


def test_of_a_document_without_a_rule_nothing_is_said(consent):
    check = check_delivery(consent.status, [consent])
    assert check.answer is Answer.NO_RULE
    assert check.to_json()["law"] is None


def test_a_document_that_does_not_say_who_delivers_is_refused(status, consent):
    data = {**status.contract.data, "employer": {}, "contract_date": "soon"}
    check = check_delivery(replace(status, contract=replace(status.contract, data=data)), [consent])
    assert codes(check) == ["document-undated", "provider-unknown"]


def test_who_delivers_needs_no_consent_of_their_own(status, consent):
    data = {
        "contract_date": TODAY.isoformat(),
        "seller": {"name": "架空不動産株式会社"},
        "buyer": {"name": consent.recipient},
        "broker": {"name": "架空不動産(株)"},
    }
    contract = replace(status.contract, template_id="real-estate-sale", data=data)
    theirs = replace(consent, laws=("宅建業法第37条",), provider="架空不動産株式会社")
    check = check_delivery(replace(status, contract=contract), [theirs])
    assert [recipient.role for recipient in check.recipients] == ["buyer"]
    assert check.answer is Answer.IN_ORDER


def test_other_documents_are_no_consents(complete, options):
    with pytest.raises(ConsentUnreadable, match="not made from the template 'consent'"):
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


def test_every_rule_reads_items_that_its_template_has(repository):
    from signkit.contracts.data import item_at, load_contract_data
    from signkit.contracts.template import find_template

    for name, rule in RULES.items():
        template = find_template(name)
        data = load_contract_data(template.folder / "example.yaml")
        for item in (rule.provider_item, rule.date_item, *(each.name_item for each in rule.recipients)):
            assert isinstance(item_at(data, item), str), (name, item)
        assert {each.role for each in rule.recipients} <= {party.role for party in template.parties}
        assert rule.date_item == template.date_item
