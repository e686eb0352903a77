"""商業登記電子証明書: what it says, and whether it is the contract's company."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.jpki.company import CompanyRegistration, read_registration
from signkit.jpki.party_match import PartyClaim, match_person, signer_identity
from signkit.rehearsal.authority import _tag, issue_company_certificate, new_authority, new_ec_key
from signkit.rehearsal.evidence_services import utc_now

COMPANY = CompanyRegistration(
    "株式会社架空製作所", "東京都千代田区霞が関一丁目１番１号", "廣瀨渚", "代表取締役", "010001000001", "東京法務局"
)
NOW = utc_now()
AUTHORITY = new_authority("Registrar", NOW)
KEY = new_ec_key()


def certificate(company=COMPANY, **facts) -> x509.Certificate:
    made = issue_company_certificate(AUTHORITY, company, KEY, NOW, **facts)
    return x509.Certificate.load(made.public_bytes(Encoding.DER))


@pytest.mark.parametrize("before_2026", [False, True])
def test_the_register_s_words_are_read_from_the_extension(before_2026):
    made = certificate(before_2026=before_2026)
    assert read_registration(made) == COMPANY
    assert (made.key_usage_value is None, made.crl_distribution_points_value is None) == (before_2026, before_2026)


def test_fields_that_may_be_missing_may_be_missing():
    bare = replace(COMPANY, number=None, registry_office=None)
    assert read_registration(certificate(bare)) == bare


@pytest.mark.parametrize("field", ["name", "head_office", "representative", "title"])
def test_without_what_must_be_there_nothing_is_read(field):
    assert read_registration(certificate(replace(COMPANY, **{field: ""}))) is None


def text(tag: int, value: str, kind: int = 0x0C, codec: str = "utf-8") -> bytes:
    return _tag(0xA0 | tag, _tag(kind, value.encode(codec)))


def whole(*more: bytes, kind=0x0C, codec="utf-8") -> bytes:
    members = [text(tag, value, kind, codec) for tag, value in ((0, "会社"), (2, "本店"), (3, "氏名"), (4, "資格"))]
    return _tag(0x30, b"".join((*members, *more)))


def read(der: bytes, monkeypatch):
    from signkit.rehearsal import authority

    monkeypatch.setattr(authority, "_registration", lambda _: der)
    return read_registration(certificate())


def test_strings_of_other_kinds_are_read(monkeypatch):
    assert read(whole(kind=0x1E, codec="utf-16-be"), monkeypatch).name == "会社"


def test_fields_that_are_not_known_are_passed_over(monkeypatch):
    assert read(whole(text(5, "営業所"), text(9, "x")), monkeypatch).title == "資格"


@pytest.mark.parametrize(
    "der",
    [
        b"", b"\x30", b"\x0c\x01a", b"\x30\x80", whole(text(0, "別の会社")), whole(b"\x02\x01\x05"), whole() + b"\x00",
        _tag(0x30, text(0, "会社")), whole(_tag(0xA1, b"\x04\x01a")), whole(_tag(0xA1, b"\x0c\x01\xff")),
        whole(_tag(0xA1, b"\x0c\x01a\x0c\x01b")),
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_or_in_none_says_nothing(der, monkeypatch):
    assert read(der, monkeypatch) is None


# --- the contract's company ----------------------------------------------------------------------------------

NAME, OFFICE = "株式会社架空製作所", "東京都千代田区霞が関1-1-1"


@pytest.mark.parametrize(
    ("claim", "verdict", "code"),
    [
        (PartyClaim("廣瀨　渚", OFFICE, "organization", NAME), "match", "registered-representative"),
        (PartyClaim("広瀬 渚", OFFICE, "organization", "(株)架空製作所"), "match", "name-variant-form"),
        (PartyClaim(NAME, OFFICE, "organization"), "match", "address-equal"),
        (PartyClaim(NAME), "match", "registered-representative"),
        (PartyClaim("廣瀨渚", None, "organization"), "match", "registered-representative"),
        (PartyClaim("架空　太郎", OFFICE, "organization", NAME), "cannot-tell", "organization-other-person"),
        (PartyClaim("廣瀨　渚", OFFICE, "organization", "株式会社別会社"), "mismatch", "organization-different"),
        (PartyClaim("株式会社別会社", OFFICE, "organization"), "mismatch", "organization-different"),
        (PartyClaim("有限会社架空製作所"), "mismatch", "organization-form-different"),
        (PartyClaim("廣瀨渚", "大阪府大阪市北区1-1", "organization", NAME), "cannot-tell", "head-office-other"),
        (PartyClaim("廣瀨　渚", OFFICE), "cannot-tell", "company-for-person"),
        (PartyClaim("別人　花子", OFFICE), "mismatch", "name-different"),
        (PartyClaim(NAME, corporate_number="6010001000001"), "match", "corporate-number-equal"),
        (PartyClaim(NAME, corporate_number="2011101000002"), "mismatch", "corporate-number-other"),
        (PartyClaim("", None, "organization", NAME), "cannot-tell", "name-empty"),
    ],
)
def test_the_company_its_representative_and_its_head_office_are_compared(claim, verdict, code):
    match = match_person(signer_identity(certificate()), claim)
    assert (match.verdict, code in [reason.code for reason in match.reasons]) == (verdict, True), match.reasons


def test_who_stands_for_a_company_that_cannot_be_told_is_not_said():
    """The company's name may be the contract's in another script: then the certificate is not called the company's."""
    match = match_person(
        signer_identity(certificate()), PartyClaim("架空　太郎", None, "organization", "株式会社カクウ製作所")
    )
    assert (match.verdict, [reason.code for reason in match.reasons]) == ("cannot-tell", ["name-script"])


def test_a_representative_is_known_in_the_forms_of_a_surname():
    tsuchiya = replace(COMPANY, representative="土屋　隆")
    claim = PartyClaim("𡈽屋 隆", OFFICE, "organization", NAME)
    assert match_person(signer_identity(certificate(tsuchiya)), claim).verdict == "match"


def test_no_reason_repeats_a_name():
    match = match_person(signer_identity(certificate()), PartyClaim("架空　太郎", OFFICE, "organization", NAME))
    assert not any(word in reason.text.ja for reason in match.reasons for word in ("架空", "廣瀨", "霞"))
