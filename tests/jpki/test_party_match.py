"""Whether the signer is the party: the table of cases, the certificate, and what must hold of any text."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import strategies as st

from signkit.jpki.match_reasons import REASONS, match_of
from signkit.jpki.normalise import fold, is_unsafe, plain, table_rows, with_arabic_numerals
from signkit.jpki.party_match import (
    MAX_ADDRESS_LENGTH,
    MAX_NAME_LENGTH,
    PartyClaim,
    SignerIdentity,
    match_person,
    signer_identity,
)
from signkit.rehearsal.authority import FictionalResident, issue_signing_certificate, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from tests.examples import given

CASES = tomllib.loads((Path(__file__).parent / "party_match_cases.toml").read_text(encoding="utf-8"))
NAME = "番号　花子"


def rows(section, *groups):
    """Return the cases of a section of the table, each under its name."""
    cases = CASES[section]
    return [pytest.param(*row, id=f"{group}.{name}") for group in groups or cases for name, row in cases[group].items()]


def decided(signer, party):
    """Return the verdict, and the codes of the reasons that gave it."""
    match = match_person(signer, party)
    return match.verdict, [reason.code for reason in match.reasons if reason.verdict == match.verdict]


# --- the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("certificate", "contract", "verdict", "code"), rows("names"))
def test_names(certificate, contract, verdict, code):
    got, codes = decided(SignerIdentity(certificate, kind="jpki"), PartyClaim(contract))
    assert (got, code in codes) == (verdict, True), codes


@pytest.mark.parametrize(("certificate", "contract", "verdict", "code"), rows("addresses"))
def test_addresses(certificate, contract, verdict, code):
    got, codes = decided(SignerIdentity(NAME, certificate, kind="jpki"), PartyClaim(NAME, contract))
    assert (got, code in codes) == (verdict, True), codes


@pytest.mark.parametrize(("certificate", "contract", "flagged", "verdict", "code"), rows("substitutes", "names"))
def test_substitutes_in_names(certificate, contract, flagged, verdict, code):
    signer = SignerIdentity(certificate, name_substitutes=tuple(flagged), kind="jpki")
    got, codes = decided(signer, PartyClaim(contract))
    assert (got, code in codes) == (verdict, True), codes


@pytest.mark.parametrize(("certificate", "contract", "flagged", "verdict", "code"), rows("substitutes", "addresses"))
def test_substitutes_in_addresses(certificate, contract, flagged, verdict, code):
    signer = SignerIdentity(NAME, certificate, address_substitutes=tuple(flagged), kind="jpki")
    got, codes = decided(signer, PartyClaim(NAME, contract))
    assert (got, code in codes) == (verdict, True), codes


@pytest.mark.parametrize(("certificate", "contract", "verdict", "code"), rows("organizations"))
def test_organizations(certificate, contract, verdict, code):
    got, codes = decided(SignerIdentity(certificate), PartyClaim(contract, kind="organization"))
    assert (got, code in codes) == (verdict, True), codes


def test_half_of_the_table_must_not_match():
    verdicts = [row[-2] for section in CASES.values() for group in section.values() for row in group.values()]
    assert len(verdicts) >= 120
    assert sum(verdict != "match" for verdict in verdicts) >= len(verdicts) / 2


# --- the person and the claim ----------------------------------------------------------------------------


def jpki_certificate(rehearsal, name, address):
    person = FictionalResident(name, address, "419930401", "2", "Tokyo-to", "X-ku")
    issued = issue_signing_certificate(rehearsal.signature_ca, person, new_rsa_key(), utc_now())
    return x509.Certificate.load(issued.public_bytes(Encoding.DER))


@pytest.mark.slow
def test_a_card_s_certificate_is_matched_with_the_party_of_the_contract(rehearsal):
    signer = signer_identity(jpki_certificate(rehearsal, "番号　花子", "東京都架空区青葉台一丁目２番３号"))
    assert signer.kind == "jpki"
    party = PartyClaim("番号 花子", "東京都架空区青葉台1-2-3 架空荘101")
    assert decided(signer, party) == ("match", ["name-equal", "address-building-one-side"])


def test_the_seller_s_card_does_not_sign_for_the_buyer(rehearsal):
    signer = signer_identity(jpki_certificate(rehearsal, "番号　花子", "東京都架空区青葉台一丁目２番３号"))
    assert decided(signer, PartyClaim("通知 太郎", "東京都架空区青葉台1-2-3"))[0] == "mismatch"


def test_a_certificate_without_attributes_is_known_by_its_subject(rehearsal):
    certificate = x509.Certificate.load(rehearsal.timestamp.certificate.public_bytes(Encoding.DER))
    signer = signer_identity(certificate)
    assert signer.kind == "subject"
    assert signer.name == certificate.subject.native["common_name"]
    assert signer.address is None


def test_without_an_identity_nothing_can_be_told():
    assert decided(None, PartyClaim(NAME)) == ("cannot-tell", ["no-identity"])


def test_a_name_alone_matches_and_says_so():
    assert decided(SignerIdentity(NAME), PartyClaim(NAME, "東京都架空区")) == ("match", ["name-equal", "name-only"])


def test_another_address_outweighs_the_same_name():
    signer = SignerIdentity(NAME, "東京都架空区青葉台1-2-3", kind="jpki")
    assert decided(signer, PartyClaim(NAME, "東京都架空区青葉台1-2-4")) == ("mismatch", ["address-numbers"])


def test_of_another_name_the_address_is_not_told():
    signer = SignerIdentity(NAME, "東京都架空区青葉台1-2-3", kind="jpki")
    assert decided(signer, PartyClaim("番号 太郎", "東京都架空区青葉台1-2-3")) == ("mismatch", ["name-given-different"])


def test_a_representative_is_the_person_not_the_organization():
    party = PartyClaim("廣瀨 渚", "大阪府架空市港町三丁目7番8号", kind="organization")
    signer = SignerIdentity("広瀬　渚", "東京都架空区青葉台1-2-3", kind="jpki")
    assert decided(signer, party) == ("match", ["name-variant-form", "representative"])


def test_another_person_does_not_sign_for_the_organization():
    party = PartyClaim("廣瀨 渚", kind="organization")
    assert decided(SignerIdentity("番号　花子", kind="jpki"), party)[0] == "mismatch"


@pytest.mark.parametrize("kind", ["person", "organization"])
def test_a_person_s_card_cannot_speak_for_a_company(kind):
    signer = SignerIdentity("番号　花子", kind="jpki")
    party = PartyClaim("架空不動産株式会社", kind=kind)
    assert decided(signer, party) == ("cannot-tell", ["organization-by-person"])


def test_an_employee_s_certificate_names_the_company():
    signer = SignerIdentity("番号　花子", organization="架空不動産株式会社")
    assert decided(signer, PartyClaim("架空不動産㈱", kind="organization"))[0] == "match"
    assert decided(signer, PartyClaim("仮想不動産㈱", kind="organization"))[0] == "mismatch"


EMPLOYER = PartyClaim("廣瀨 渚", "大阪府架空市港町三丁目7番8号", "organization", "株式会社架空製作所")


@pytest.mark.parametrize(
    ("name", "organization", "verdict", "code"),
    [
        ("株式会社架空製作所", "株式会社架空製作所", "match", "name-equal"),
        ("株式会社架空製作所", "㈱架空製作所", "match", "name-variant-form"),
        ("株式会社架空製作所　人事部", "株式会社架空製作所", "match", "name-equal"),
        ("人事部", "人事部", "mismatch", "organization-different"),
        ("廣瀨 渚", "株式会社架空製作所", "match", "representative"),
        ("番号 花子", "株式会社架空製作所", "cannot-tell", "organization-other-person"),
        ("廣瀨 渚", "株式会社仮想製作所", "cannot-tell", "organization-other"),
        ("Kakuu Seisakusho", "Kakuu Seisakusho", "cannot-tell", "name-script"),
        ("株式会社仮想製作所", "株式会社仮想製作所", "mismatch", "organization-different"),
        ("有限会社架空製作所", "有限会社架空製作所", "mismatch", "organization-form-different"),
        ("架空製作所", "架空製作所", "cannot-tell", "organization-form-missing"),
        ("番号 花子", "株式会社仮想製作所", "mismatch", "organization-different"),
        ("株式会社架空製作所", "株式会社架空製作所\u200b", "cannot-tell", "name-unsafe"),
    ],
)
def test_of_an_organization_the_organization_is_compared(name, organization, verdict, code):
    got, codes = decided(SignerIdentity(name, organization=organization), EMPLOYER)
    assert (got, code in codes) == (verdict, True), codes


@pytest.mark.parametrize("invisible", "\u034f\u115f\u1160\u180b\u200b\u202e\u2060\u2800\u3164\uffa0\U000e0041")
@pytest.mark.parametrize("kind", ["jpki", "subject"])
def test_what_nobody_sees_is_in_no_name_that_is_compared(invisible, kind):
    for name in (invisible, NAME + invisible, NAME.replace("　", invisible)):
        for signer, party in ((name, NAME), (NAME, name), (name, name)):
            verdict, codes = decided(SignerIdentity(signer, kind=kind), PartyClaim(party))
            assert (verdict, "name-unsafe" in codes) == ("cannot-tell", True), (signer, party)


def test_a_remark_in_a_subject_is_no_second_name():
    signer = SignerIdentity("通知　太郎（番号　花子）")
    assert decided(signer, PartyClaim(NAME))[0] == "mismatch"
    assert decided(signer, PartyClaim("通知 太郎")) == ("cannot-tell", ["name-remark"])


def test_a_person_may_be_called_co():
    assert decided(SignerIdentity("CO JUAN", kind="jpki"), PartyClaim("Juan Co"))[0] == "match"


def test_an_address_of_substitutes_alone_says_nothing():
    signer = SignerIdentity(NAME, "■■■■■１番地", address_substitutes=tuple(range(8)), kind="jpki")
    assert decided(signer, PartyClaim(NAME, "架空市中町1番地"))[0] == "mismatch"


def test_too_long_a_name_is_not_compared():
    signer = SignerIdentity("花" * (MAX_NAME_LENGTH + 1))
    assert decided(signer, PartyClaim(NAME)) == ("cannot-tell", ["name-too-long"])


def test_too_long_an_address_is_not_compared():
    signer = SignerIdentity(NAME, "中" * (MAX_ADDRESS_LENGTH + 1))
    assert decided(signer, PartyClaim(NAME, "架空市中1")) == ("cannot-tell", ["address-too-long"])


@pytest.mark.parametrize(
    "unit", ["1-", "一", "1", "千", "第1", "a-1-", "京都市", "郡", "(", "[", "々", "〱", "通", "1 "]
)
def test_the_longest_texts_are_compared(unit):
    """Patterns that try every way to part a text would not come to an end here."""
    longest = (unit * MAX_ADDRESS_LENGTH)[:MAX_ADDRESS_LENGTH]
    name = longest[:MAX_NAME_LENGTH]
    for signer, party in ((name, name[1:]), (NAME, NAME)):
        found = match_person(SignerIdentity(signer, longest, kind="jpki"), PartyClaim(party, longest[1:]))
        assert found.reasons


def test_neither_identity_nor_reasons_show_the_attributes():
    signer = SignerIdentity(NAME, "東京都架空区青葉台1-2-3", kind="jpki")
    party = PartyClaim("番号 太郎", "東京都架空区青葉台1-2-4")
    shown = repr((signer, party, match_person(signer, party)))
    assert not {"番号", "花子", "太郎", "架空"} & {shown[i : i + 2] for i in range(len(shown))}


# --- reasons and tables ----------------------------------------------------------------------------------


def test_the_worst_reason_decides():
    assert match_of(["name-equal", "address-building", "address-room"]).verdict == "mismatch"
    assert match_of(["name-equal", "address-building"]).verdict == "cannot-tell"
    assert match_of(["name-equal", "name-equal"]).reasons == (REASONS["name-equal"],)


def test_no_reason_is_no_match():
    assert match_of([]).verdict == "cannot-tell"


def test_every_reason_but_these_is_met_in_a_case():
    in_table = {row[-1] for section in CASES.values() for group in section.values() for row in group.values()}
    elsewhere = {
        "no-identity",
        "name-too-long",
        "address-too-long",
        "representative",
        "organization-by-person",
        "witness",
        "witness-listed",
        # tests/jpki/test_company.py
        "registered-representative",
        "company-for-person",
        "head-office-other",
        "contract-unreadable",
        "contract-names-nobody",
        "basis-too-weak",
        # tests/jpki/test_corporate_number.py
        "corporate-number-equal",
        "corporate-number-other",
        # of the page: tests/validation/test_parties.py
        "page-not-read",
        "page-other-name",
        "page-name-joined",
        "page-name-between",
        "page-address-missing",
        "page-organization-missing",
        "organization-other",
        "organization-other-person",
    }
    assert set(REASONS) == in_table | elsewhere


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.code)
def test_reasons_are_sentences_in_both_languages(reason):
    assert reason.text.en.endswith(".")
    assert reason.text.ja.endswith("。")


def test_no_form_of_a_character_is_another_s_canonical_form():
    table = list(table_rows("same.tsv"))
    forms = [form for _, form, _ in table]
    assert len(forms) == len(set(forms)) > 400
    assert not set(forms) & {canonical for canonical, _, _ in table}
    assert {source for *_, source in table} == {"jouyou", "jinmeiyou", "opencc", "customary"}


def test_what_is_mixed_up_is_not_the_same():
    for one, other, _ in table_rows("mixed_up.tsv"):
        assert [fold(f"ア{one}"), fold(f"ア{other}")] == [f"ア{one}", f"ア{other}"]
        assert one != other


@pytest.mark.parametrize(("one", "other"), ["士土", "未末", "己已", "已巳", "崎埼", "荻萩", "菅管", "大太", "網綱"])
def test_characters_that_only_look_alike_are_no_forms_of_one(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二十三", "23"),
        ("二三", "23"),
        ("百五", "105"),
        ("千二百", "1200"),
        ("十", "10"),
        ("一〇", "10"),
        ("六本木", "6本木"),
    ],
)
def test_kanji_numerals(text, expected):
    assert with_arabic_numerals(text) == expected


# --- what holds of any text ------------------------------------------------------------------------------

LETTERS = (
    "番号花子斉斎齊齋高髙辺邊邉崎﨑碕神\ufa19佐々木一二三十田口ロかがゝゞさくらサクラーヶケガヵ゙abü"
    " .-ー－・　\ue000\U000e0100(株)（）[]"
)
ADDRESSES = LETTERS + "東京都府県市区郡町村大字通上る丁目番地号室階棟第の荘0123456789１２－"
names = st.text(st.sampled_from(LETTERS), max_size=12)
addresses = st.text(st.sampled_from(ADDRESSES), max_size=25)
anything = st.text(st.characters(), max_size=40)


@pytest.mark.slow
@given(anything | names | addresses)
def test_normalising_twice_changes_nothing_more(text):
    assert plain(plain(text)) == plain(text)
    assert fold(fold(text)) == fold(text)
    assert with_arabic_numerals(with_arabic_numerals(text)) == with_arabic_numerals(text)


@pytest.mark.slow
@given(anything | names, anything | addresses, anything | names, anything | addresses, st.lists(st.integers(-2, 30)))
def test_any_text_has_a_verdict(name, address, party, party_address, flagged):
    signer = SignerIdentity(name, address, tuple(flagged), tuple(flagged), kind="jpki")
    match = match_person(signer, PartyClaim(party, party_address))
    assert match.verdict == match_of(reason.code for reason in match.reasons).verdict


@pytest.mark.slow
@given(names, names)
def test_names_compare_alike_in_both_directions(one, other):
    assert decided(SignerIdentity(one), PartyClaim(other)) == decided(SignerIdentity(other), PartyClaim(one))


@pytest.mark.slow
@given(addresses, addresses)
def test_addresses_compare_alike_in_both_directions(one, other):
    there = decided(SignerIdentity(NAME, one), PartyClaim(NAME, other))
    assert there == decided(SignerIdentity(NAME, other), PartyClaim(NAME, one))


@pytest.mark.slow
@given(names, addresses)
def test_what_is_readable_matches_itself(name, address):
    verdict, codes = decided(SignerIdentity(name, address), PartyClaim(name, address))
    refused = is_unsafe(name) or is_unsafe(address) or codes in (["name-empty"], ["name-partial"])
    assert verdict == "match" or refused


@pytest.mark.slow
@given(
    st.text(st.sampled_from("番号花子高橋辺崎"), min_size=2, max_size=6),
    st.integers(0, 5),
    st.sampled_from("土美沙猫犬"),
)
def test_one_other_kanji_is_a_mismatch(name, index, other):
    changed = name[: index % len(name)] + other + name[index % len(name) + 1 :]
    assert decided(SignerIdentity(name), PartyClaim(changed))[0] == "mismatch"


def test_every_listed_form_matches_its_canonical_form():
    rows = [row for row in table_rows("same.tsv") if not unicodedata.name(row[0]).startswith("KATAKANA")]
    said = {
        (canonical, form): decided(SignerIdentity(f"番{form}　花子"), PartyClaim(f"番{canonical} 花子"))
        for canonical, form, _ in rows
    }
    assert len(said) == len(rows) > 400
    assert {pair for pair, each in said.items() if each != ("match", ["name-variant-form", "name-only"])} == set()
