"""Signatures and timestamps that rest on an imported list: what for, when, and whose they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signkit.pki.anchors import Anchor, AnchorLabel, TrustStore
from signkit.pki.policy import shipped_policy
from signkit.pki.trust_lists.values import ListedService, Period
from signkit.reporting.formats.text import write_text
from signkit.validation.report import Verdict
from tests.validation import pki
from tests.validation.test_trust import add_document_timestamp, sign

NOW, DAY, YEAR = pki.NOW, pki.DAY, pki.YEAR
SIGN, SEAL, STAMP = frozenset({"sign"}), frozenset({"seal"}), frozenset({"timestamp"})
BOTH = SIGN | SEAL


def listed(holder, *periods, until=NOW + 30 * DAY, **facts) -> Anchor:
    """An anchor of a list; ``periods``: (start, status, purposes), oldest first."""
    service = ListedService(
        "試験リスト (JP)", "Example KK", "CA 1", (holder.der,), tuple(Period(*each) for each in periods), until, **facts
    )
    return Anchor(holder.der, AnchorLabel("trust-list", "Example KK: CA 1"), service.purposes, service)


def granted(holder, purposes=BOTH, **facts) -> Anchor:
    return listed(holder, (NOW - 3 * YEAR, "granted", purposes), **facts)


def only(world, pdf, *anchors, **changes):
    return world.only(pdf, trust=TrustStore(anchors), **changes)


def found(report) -> tuple:
    return report.verdict, report.sub_indication, [item.code for item in report.reasons]


def test_a_signature_under_a_granted_service_is_valid_and_says_whose_it_is(world):
    report = only(world, sign(world), granted(world.ca))
    assert (report.verdict, report.signer.trusted_by, report.signer.key_kind) == (
        Verdict.PASSED, "trust-list", "organisation",
    )  # fmt: skip
    assert report.signer.service.to_json() == {"provider": "Example KK", "name": "CA 1", "list": "試験リスト (JP)"}


def test_a_withdrawn_service_is_believed_for_what_was_signed_before(world):
    withdrawn = listed(world.ca, (NOW - 3 * YEAR, "granted", BOTH), (NOW - 10 * DAY, "withdrawn", frozenset()))
    own = Anchor(world.tsa.der, AnchorLabel("user", "TSA"), STAMP)
    now = only(world, sign(world), withdrawn, own)
    assert found(now) == (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND", ["service-not-granted"])
    assert "withdrawn" in now.reasons[0].text.ja
    assert now.signer.trusted_by is None
    before = only(world, sign(world, tsa=world.tsa, time=NOW - 20 * DAY), withdrawn, own)
    assert (before.verdict, before.best_time) == (Verdict.PASSED, NOW - 20 * DAY)
    after = only(world, sign(world, tsa=world.tsa, time=NOW - 5 * DAY), withdrawn, own)
    assert found(after)[2] == ["service-not-granted"]


def test_nothing_is_believed_that_was_signed_before_the_service_was_listed(world):
    late = listed(world.ca, (NOW + DAY, "granted", BOTH))
    assert found(only(world, sign(world), late))[2] == ["service-not-yet-listed"]


def test_a_list_that_is_out_of_date_says_nothing_of_today(world):
    report = only(world, sign(world), granted(world.ca, until=NOW - DAY))
    assert found(report) == (Verdict.INDETERMINATE, "TRY_LATER", ["trust-list-stale"])


def test_what_the_user_named_holds_beside_what_a_list_says(world):
    withdrawn = listed(world.ca, (NOW - YEAR, "withdrawn", frozenset()))
    named = Anchor(world.ca.der, AnchorLabel("user", "Test"), BOTH)
    assert only(world, sign(world), withdrawn, named).verdict is Verdict.PASSED
    assert only(world, sign(world), named, withdrawn).verdict is Verdict.PASSED


def test_an_intermediate_that_is_withdrawn_is_no_end_where_its_root_is_believed(world):
    middle = pki.issue(world.ca, "Middle", usage={"key_cert_sign": True}, authority=True)
    pdf = sign(world, pki.issue(middle), certificates=[middle])
    withdrawn = listed(middle, (NOW - YEAR, "withdrawn", frozenset()))
    assert found(only(world, pdf, withdrawn))[2] == ["service-not-granted"]
    assert only(world, pdf, withdrawn, granted(world.ca)).verdict is Verdict.PASSED


# --- signing and sealing -------------------------------------------------------------------------------------


def holder(ca, *names, qc_type=None) -> pki.Holder:
    """A signer with these names in the subject, and a QcType where one is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in names])
    builder = pki._builder(subject, ca.certificate.subject, key, NOW - YEAR, NOW + YEAR)
    builder = builder.add_extension(pki._usage(digital_signature=True, content_commitment=True), True)
    if qc_type is not None:
        der = (
            bytes.fromhex("3015301306")
            + b"\x06"
            + bytes.fromhex("04008e460106")
            + bytes.fromhex("3009060704008e460106")
        )
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), der + bytes([qc_type])), False
        )
    return pki.Holder(builder.sign(ca.key, hashes.SHA256()), key)


PERSON = [(NameOID.GIVEN_NAME, "Hanako"), (NameOID.SURNAME, "Bango"), (NameOID.COMMON_NAME, "Hanako Bango")]
COMPANY = [
    (NameOID.ORGANIZATION_NAME, "Example KK"),
    (NameOID.ORGANIZATION_IDENTIFIER, "NTRJP-1"),
    (NameOID.COMMON_NAME, "x"),
]
EITHER = [(NameOID.ORGANIZATION_NAME, "Example KK"), (NameOID.COMMON_NAME, "Hanako Bango")]


@pytest.mark.parametrize(
    ("names", "qc_type", "believed"),
    [
        (PERSON, None, SIGN),
        (COMPANY, None, SEAL),
        (EITHER, None, BOTH),
        (EITHER, 1, SIGN),
        (EITHER, 2, SEAL),
        (COMPANY, 1, SIGN),
    ],
)
def test_a_service_for_signatures_is_believed_for_persons_and_one_for_seals_for_organisations(
    world, names, qc_type, believed
):
    pdf = sign(world, holder(world.ca, *names, qc_type=qc_type))
    for purpose in ("sign", "seal"):
        report = only(world, pdf, granted(world.ca, frozenset({purpose})))
        expected = [] if purpose in believed else ["anchor-other-purpose"]
        assert [item.code for item in report.reasons] == expected, purpose


# --- timestamps ----------------------------------------------------------------------------------------------

ACCREDITED = shipped_policy("accredited-tsa")


def test_an_accredited_timestamp_is_told_with_its_service(world):
    pdf = sign(world, tsa=world.tsa)
    report = only(world, pdf, granted(world.ca, BOTH | STAMP), policy=ACCREDITED)
    assert found(report) == (Verdict.PASSED, None, [])
    (stamp,) = report.timestamps
    assert stamp.service.to_json() == {"provider": "Example KK", "name": "CA 1", "list": "試験リスト (JP)"}
    whole = world.judge(pdf, trust=TrustStore((granted(world.ca, BOTH | STAMP),)), policy=ACCREDITED)
    assert "Test TSA, Test (Example KK" not in write_text(whole, "ja")
    assert "試験リスト (JP)" in write_text(whole, "ja")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_timestamp_of_anybody_else_is_not_enough(world, language):
    named = Anchor(world.ca.der, AnchorLabel("user", "Test"), BOTH | STAMP)
    pdf = sign(world, tsa=world.tsa)
    report = only(world, pdf, named, policy=ACCREDITED)
    assert found(report) == (
        Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", ["accredited-timestamp-missing"],
    )  # fmt: skip
    assert [item.code for item in report.timestamps[0].reasons] == ["timestamp-not-accredited"]
    assert "Test TSA" in getattr(report.timestamps[0].reasons[0].text, language)
    text = write_text(world.judge(pdf, trust=TrustStore((named,)), policy=ACCREDITED), language)
    assert getattr(report.timestamps[0].reasons[0].text, language) in text
    assert only(world, pdf, named).verdict is Verdict.PASSED


def test_a_signature_without_a_timestamp_is_below_the_policy(world):
    report = only(world, sign(world), granted(world.ca, BOTH | STAMP), policy=ACCREDITED)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.sub_indication == "SIG_CONSTRAINTS_FAILURE"


def test_an_accredited_document_timestamp_serves_as_well(world):
    pdf = add_document_timestamp(sign(world, tsa=world.tsa), world.tsa)
    named = Anchor(world.ca.der, AnchorLabel("user", "Test"), BOTH)
    whole = world.judge(pdf, trust=TrustStore((named, granted(world.tsa, STAMP))), policy=ACCREDITED)
    assert whole.verdict is Verdict.PASSED
    assert whole.document_timestamps[0].service.provider == "Example KK"


def test_a_timestamp_counts_by_what_its_service_was_when_it_was_made(world):
    """Services end in honour: what they stamped while they were accredited stays."""
    ended = listed(world.tsa, (NOW - 3 * YEAR, "granted", STAMP), (NOW - 10 * DAY, "withdrawn", frozenset()))
    named = Anchor(world.ca.der, AnchorLabel("user", "Test"), BOTH)
    before = only(world, sign(world, tsa=world.tsa, time=NOW - 20 * DAY), named, ended, policy=ACCREDITED)
    after = only(world, sign(world, tsa=world.tsa, time=NOW - 5 * DAY), named, ended, policy=ACCREDITED)
    assert (before.verdict, after.verdict) == (Verdict.PASSED, Verdict.INDETERMINATE)
    assert [item.code for item in after.timestamps[0].reasons] == ["service-not-granted"]


def test_a_service_for_signatures_is_not_believed_for_timestamps(world):
    report = only(world, sign(world, tsa=world.tsa), granted(world.ca))
    assert [item.code for item in report.timestamps[0].reasons] == ["anchor-other-purpose"]


# --- services that sign for others ---------------------------------------------------------------------------


def test_a_services_key_is_told_as_that(world):
    anchor = granted(world.ca, SEAL, signs_for_others=True, holders=("Test",))
    report = world.judge(sign(world), trust=TrustStore((anchor,)))
    (signature,) = report.signatures
    assert (signature.verdict, signature.signer.key_kind, signature.signing_kind) == (
        Verdict.PASSED, "service", "witness",
    )  # fmt: skip
    assert [item.code for item in signature.reasons] == ["service-key"]
    assert [item.code for item in signature.party_match.reasons] == ["witness-listed"]
    assert "立会人型" in write_text(report, "ja")
    assert report.next == ()


def test_a_service_s_key_is_nobody_of_a_customer_table(world):
    from signkit.validation.customers import Customer, CustomerTable

    table = CustomerTable((Customer(2, "Test"),))
    anchor = granted(world.ca, SEAL, signs_for_others=True, holders=("ＴＥＳＴ",))
    found = only(world, sign(world), anchor, customers=table).customer
    assert (found.result, found.row, found.codes) == ("no-identity", None, ("witness-listed",))


def test_the_keys_of_others_under_the_same_authority_are_not_the_services(world):
    anchor = granted(world.ca, SEAL, signs_for_others=True, holders=("Somebody Else KK",))
    report = only(world, sign(world), anchor)
    assert (report.signer.key_kind, report.signing_kind, report.reasons) == ("organisation", None, ())


def test_without_the_services_list_the_next_step_is_said(world):
    report = world.judge(sign(world), trust=TrustStore(()))
    assert [item.code for item in report.signatures[0].reasons] == ["no-anchor"]
    assert [step.code for step in report.next] == ["name-service"]
    assert "--service-of" in report.next[0].text.ja


def test_who_must_have_signed_is_held_against_a_services_key_all_the_same(world):
    anchor = granted(world.ca, SEAL, signs_for_others=True)
    report = only(world, sign(world), anchor, expect={"seller": "番号　花子"})
    assert report.verdict is not Verdict.PASSED


def test_a_company_of_the_register_is_told_as_its_certificate_says(world, repository):
    import json

    from jsonschema import Draft202012Validator

    from signkit.jpki.company import CompanyRegistration
    from signkit.rehearsal.authority import CertifiedKey, issue_company_certificate

    company = CompanyRegistration("株式会社架空製作所", "東京都千代田区1-1", "廣瀨渚", "代表取締役", "010001000001")
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = CertifiedKey(world.ca.certificate, world.ca.key)
    made = issue_company_certificate(issuer, company, key, NOW, before_2026=True)
    whole = world.judge(sign(world, pki.Holder(made, key)), trust=TrustStore((granted(world.ca),)))
    (signature,) = whole.signatures
    assert (signature.verdict, signature.signer.key_kind, signature.signer.company) == (
        Verdict.PASSED, "organisation", company,
    )  # fmt: skip
    assert "株式会社架空製作所 代表取締役 廣瀨渚" in write_text(whole, "ja")
    schema = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(whole.to_json()))


def test_options_with_a_list_are_portable(world):
    import pickle

    store = TrustStore((granted(world.ca),))
    options = replace(world.options, trust=store)
    assert pickle.loads(pickle.dumps(options)).trust == store
