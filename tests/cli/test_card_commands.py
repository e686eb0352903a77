"""``signkit card``: status, certificates, PINs, and what no command may reach."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from asn1crypto import pem, x509

from signkit.card import surface
from signkit.errors import CardLocked, OutputExists, PinNeeded, PinWrong, ReaderNotFound, UsageProblem
from tests.card.test_surface import _FORBIDDEN as FORBIDDEN
from tests.card.test_surface import _files_reached as files_reached
from tests.cli.cards import BIRTH_DATE, CODE_B, PASSWORD, PIN, SURFACE_PIN
from tests.command import run_signkit
from tests.refusals import has_code, is_expected

FRESH = {"signature": 5, "authentication": 3, "surface": 3, "code-b": 15, "birth-date": 15}


# Status.


def test_the_status_tells_kind_certificates_and_tries(cards):
    shown = cards.run("status").stdout
    assert "plastic card (JPKIAPICCTOKEN2)" in shown
    assert "signature password          5 tries left" in shown
    assert "authentication certificate  valid 20" in shown
    assert "signing certificate         opens after its secret" in shown


@pytest.mark.slow
def test_a_certificate_that_ends_soon_is_told_of_where_it_is_read(cards, monkeypatch):
    """The card's certificates run for years; here that counts as soon."""
    assert "ends in" not in cards.run("status").stdout
    assert cards.json("status")["certificates"]["auth"]["ends_in_days"] is None
    monkeypatch.setattr("signkit.pki.ending.ENDS_SOON", timedelta(days=3650))
    assert "ends in 18" in cards.run("status").stdout  # five years and some days
    assert "、残り18" in cards.run("status", lang="ja").stdout
    assert cards.json("status")["certificates"]["auth"]["ends_in_days"] > 1800
    read = cards.run("certificate", "--kind", "sign", typed=f"{PASSWORD}\n")
    assert "days left" in read.stderr


@pytest.mark.slow
def test_the_status_spends_no_try(cards):
    assert cards.tries() == FRESH
    assert cards.tries() == FRESH


@pytest.mark.slow
def test_the_status_shows_neither_serial_number_nor_attributes(cards):
    shown = cards.run("status").stdout + cards.run("status", "--format", "json").stdout
    certificate = cards.run("certificate", "--kind", "sign", typed=f"{PASSWORD}\n").stdout
    serial = x509.Certificate.load(pem.unarmor(certificate.encode())[2]).serial_number
    for private in (str(serial), f"{serial:x}", f"{serial:X}", "番号", "花子", "霞が関", "1993", "fingerprint"):
        assert private not in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "kind", "tries"),
    [
        ("locked", "plastic", {"signature": 0}),
        ("last-try", "plastic", {"signature": 1}),
        ("no-signing-certificate", "plastic", {"signature": None}),
        ("android", "android", {"surface": None, "code-b": None, "birth-date": None}),
        ("iphone", "iphone", {"signature": 5, "surface": None}),
        ("next-generation", "plastic", {"signature": 5}),
    ],
)
def test_the_status_of_each_profile(cards, profile, kind, tries):
    status = cards.json("status", reader=f"virtual:{profile}")
    assert status["token"]["kind"] == kind
    assert {key: status["tries_left"][key] for key in tries} == tries


def test_an_expired_certificate_is_called_so(cards):
    assert "(expired)" in cards.run("status", reader="virtual:expired").stdout


@pytest.mark.slow
def test_a_fingerprint_tells_cards_apart_when_asked_for(cards):
    first, again = (cards.json("status", "--fingerprint")["fingerprint"] for _ in range(2))
    other = cards.json("status", "--fingerprint", reader="virtual:expired")["fingerprint"]
    assert first == again != other
    assert len(first) == 12


def test_an_unknown_profile_lists_those_there_are(cards):
    error = cards.run("status", reader="virtual:gold").error
    assert isinstance(error, ReaderNotFound)
    assert "virtual:last-try" in error.hint("en")


# Certificates.


@pytest.mark.parametrize(("kind", "typed"), [("sign", PASSWORD), ("auth", ""), ("sign-ca", ""), ("auth-ca", "")])
def test_each_certificate_is_written_as_pem(cards, kind, typed):
    result = cards.run("certificate", "--kind", kind, typed=typed and f"{typed}\n")
    certificate = x509.Certificate.load(pem.unarmor(result.stdout.encode())[2], strict=True)
    assert certificate.ca == kind.endswith("-ca") or certificate.ca is None
    assert "valid 20" in result.stderr


def test_a_smartphone_asks_for_the_pin_first(cards, tmp_path):
    target = tmp_path / "auth.der"
    arguments = ("certificate", "--kind", "auth", "--encoding", "der", "-o", str(target))
    result = cards.run(*arguments, typed=f"{PIN}\n", reader="virtual:android")
    assert result.stdout.strip() == str(target)
    assert "3 tries left." in result.stderr
    x509.Certificate.load(target.read_bytes(), strict=True)


def test_a_certificate_file_is_not_overwritten(cards, tmp_path):
    (tmp_path / "auth.pem").write_bytes(b"mine")
    result = cards.run("certificate", "--kind", "auth", "-o", str(tmp_path / "auth.pem"))
    assert isinstance(result.error, OutputExists)
    assert (tmp_path / "auth.pem").read_bytes() == b"mine"


def test_a_card_without_signing_certificate_says_so(cards):
    result = cards.run("certificate", "--kind", "sign", typed="SIGNKIT1\n", reader="virtual:no-signing-certificate")
    assert has_code(result.error, "no-signing-certificate")


@pytest.mark.slow
def test_a_wrong_password_spends_one_try_and_says_what_remains(cards):
    result = cards.run("certificate", "--kind", "sign", typed="WRONG123\n")
    assert isinstance(result.error, PinWrong)
    assert result.error.tries_left == 4
    assert cards.tries()["signature"] == 4


# Changing a PIN.


@pytest.mark.slow
def test_a_changed_pin_opens_and_the_old_one_no_longer_does(cards):
    changed = cards.run("change-pin", "--pin", "authentication", typed="1234\n4321\n")
    assert "Changed: authentication PIN." in changed.stderr
    assert isinstance(cards.run("authenticate", typed="1234\n").error, PinWrong)
    assert cards.run("authenticate", typed="4321\n").returncode == 0


@pytest.mark.slow
def test_the_text_input_support_pin_is_changed(cards):
    changed = cards.run("change-pin", "--pin", "surface", typed="5678\n8765\n")
    assert "3 tries left." in changed.stderr
    assert "Changed: text input support PIN." in changed.stderr
    assert isinstance(cards.run("identity", "--from", "surface", typed="5678\n").error, PinWrong)
    assert cards.run("identity", "--from", "surface", typed="8765\n").returncode == 0


@pytest.mark.slow
def test_a_lower_case_password_is_set_in_upper_case(cards):
    assert cards.run("change-pin", "--pin", "signature", typed="signkit1\nnewpass9\n").returncode == 0
    assert cards.run("certificate", "--kind", "sign", typed="NEWPASS9\n").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pin", "typed"),
    [("signature", "SIGNKIT1\nshort\n"), ("authentication", "1234\n12a4\n"), ("surface", "5678\n567\n")],
)
def test_a_new_pin_of_the_wrong_form_spends_no_try_and_changes_nothing(cards, pin, typed):
    assert has_code(cards.run("change-pin", "--pin", pin, typed=typed).error, "pin-format-invalid")
    assert cards.tries() == FRESH
    assert cards.run("certificate", "--kind", "sign", typed=f"{PASSWORD}\n").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "error"), [("locked", CardLocked), ("last-try", "pin-last-try")])
def test_nobody_is_asked_where_no_try_may_be_used(cards, profile, error):
    reader = f"virtual:{profile}"
    before = cards.tries(reader)
    for arguments in (("change-pin", "--pin", "signature"), ("certificate", "--kind", "sign"), ("identity",)):
        result = cards.run(*arguments, typed="SIGNKIT1\nSIGNKIT2\n", reader=reader)
        assert is_expected(result.error, error)
        assert "tries left." not in result.stderr
    assert cards.tries(reader) == before


@pytest.mark.slow
def test_the_last_try_is_used_when_insisted_on(cards):
    arguments = ("certificate", "--kind", "sign", "--use-last-try")
    assert cards.run(*arguments, typed="SIGNKIT1\n", reader="virtual:last-try").returncode == 0
    assert cards.tries("virtual:last-try")["signature"] == 5


# What no command reaches.


@pytest.mark.slow
def test_no_command_reaches_the_individual_number(cards, tmp_path):
    """番号法: 券面入力補助AP EF 0001 and 0003, 券面事項確認AP EF 0005, 照合番号A."""
    proof = str(tmp_path / "proof.json")
    fragment = ("identity", "--for", "real-estate-sale:seller", "-o", str(tmp_path / "seller.yaml"))
    commands = [
        (("status", "--fingerprint"), ""),
        *((("certificate", "--kind", kind), PASSWORD if kind == "sign" else "") for kind in KINDS),
        (("change-pin", "--pin", "signature"), f"{PASSWORD}\n{PASSWORD}"),
        (("change-pin", "--pin", "authentication"), f"{PIN}\n{PIN}"),
        (("change-pin", "--pin", "surface"), f"{SURFACE_PIN}\n{SURFACE_PIN}"),
        (("identity",), PASSWORD),
        (("identity", "--from", "surface"), SURFACE_PIN),
        (("identity", "--from", "code-b"), CODE_B),
        (fragment, PASSWORD),
        (("authenticate", "-o", proof), PIN),
        (("touch", "--register", *cards.trust), PIN),
        (("touch", *cards.trust), ""),
        (("touch", "--forget"), ""),
        (("bind", *cards.trust), f"{PASSWORD}\n{PIN}"),
        (("genuine",), BIRTH_DATE),
    ]
    for arguments, typed in commands:
        before = len(cards.exchanges)
        result = cards.run(*arguments, typed=typed and f"{typed}\n")
        assert result.returncode in (0, 3), (arguments, result.error, result.stderr)
        assert len(cards.exchanges) > before, arguments
    reached = files_reached(cards.exchanges)
    assert {aid for aid, _ in reached} >= set(FORBIDDEN), "the applications were not used at all"
    assert not [(aid, file) for aid, file in reached if file in FORBIDDEN.get(aid, ())]


KINDS = ("sign", "auth", "sign-ca", "auth-ca")


def test_the_list_above_holds_every_command_that_speaks_to_a_card():
    from signkit.cli.card import app

    without_card = {"readers", "challenge", "verify-authentication", "emulate"}
    speaking = {"status", "certificate", "change-pin", "identity", "authenticate", "touch", "bind", "genuine"}
    assert {command.name for command in app.registered_commands} == without_card | speaking


def test_the_doctor_reaches_no_forbidden_file_either(cards):
    result = run_signkit("doctor", "--reader", "virtual", home=cards.home)
    assert result.returncode == 0, result.stdout
    reached = files_reached(cards.exchanges)
    assert surface.TEXT_AID in {aid for aid, _ in reached}
    assert not [(aid, file) for aid, file in reached if file in FORBIDDEN.get(aid, ())]


# Identity.


@pytest.mark.slow
@pytest.mark.parametrize(("source", "typed"), [("certificate", PASSWORD), ("surface", SURFACE_PIN), ("code-b", CODE_B)])
def test_the_four_attributes_read_three_ways(cards, source, typed):
    found = cards.json("identity", "--from", source, typed=f"{typed}\n")
    assert (found["name"], found["address"]) == ("番号　花子", "東京都千代田区霞が関二丁目１番２号")
    assert (found["birth_date"], found["birth_date_in_era"]) == ("1993-04-01", "平成5年4月1日")
    assert (found["sex"], found["source"]) == ("female", source)


@pytest.mark.slow
def test_a_rehearsals_identity_is_believed_only_when_its_ca_is_named(cards):
    told = cards.run("identity", typed=f"{PASSWORD}\n").stderr
    assert "not issued by a CA that is trusted here" in told
    named = cards.run("identity", "--trust", str(cards.rehearsal / "rehearsal-ca.pem"), typed=f"{PASSWORD}\n")
    assert "not issued by" not in named.stderr


@pytest.mark.slow
def test_substitute_characters_are_shown_and_flagged(cards, monkeypatch):
    from dataclasses import replace

    from signkit.rehearsal import cards as rehearsal_cards

    for profile in cards.rehearsal.glob("card-*.pem"):
        profile.unlink()
    person = replace(
        rehearsal_cards.HANAKO, name="高橋　花子", name_substitutes="10000", address_substitutes="0" * 10 + "1"
    )
    monkeypatch.setattr(rehearsal_cards, "HANAKO", person)
    result = cards.run("identity", typed=f"{PASSWORD}\n")
    assert "高橋　花子" in result.stdout
    assert "stand in the name for ones the register writes otherwise: no. 1 “高”" in result.stderr
    assert "stand in the address for ones the register writes otherwise: no. 11 “二”" in result.stderr
    assert cards.json("identity", typed=f"{PASSWORD}\n")["name_substitutes"] == [0]


@pytest.mark.slow
def test_nobody_types_a_name_or_an_address(cards, repository, tmp_path, signkit):
    """入力レス: the seller's name and address go from the card into the contract."""
    from signkit.contracts.data import load_contract_data

    made = signkit(
        "card", "identity", "--for", "real-estate-sale:seller", "-o", "seller.yaml", "--reader", "virtual",
        "--pin-stdin", stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert (made.returncode, made.stdout) == (0, "seller.yaml\n"), made.stderr
    sample = (repository / "samples/real-estate-sale/01-existing-house.yaml").read_text()
    own = load_contract_data(repository / "samples/real-estate-sale/01-existing-house.yaml")["seller"]
    lines = [line for line in sample.splitlines() if own["name"] not in line and own["address"] not in line]
    (tmp_path / "data.yaml").write_text("\n".join(lines))
    refused = signkit("render", "real-estate-sale", "data.yaml")
    assert refused.returncode == 10
    rendered = signkit("render", "real-estate-sale", "data.yaml", "--with", "seller=seller.yaml", "-o", "c.pdf")
    assert rendered.returncode == 0, rendered.stderr
    import pypdf

    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "c.pdf").pages)
    assert "霞が関二丁目" in text
    assert "花子" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--for", "real-estate-sale"), "not TEMPLATE:ROLE"),
        (("--for", "real-estate-sale:tenant"), "has no party 'tenant'"),
        (("--for", "no-such:seller"), "no-such"),
        (("-o", "x.yaml"), "for which party is missing"),
    ],
)
def test_a_wrong_party_is_refused_before_any_secret_is_asked(cards, arguments, words):
    result = cards.run("identity", *arguments, typed=f"{PASSWORD}\n")
    assert words in result.error.message("en")
    assert cards.exchanges == []


# Genuine.


@pytest.mark.parametrize("typed", [BIRTH_DATE, "19930401"])
def test_a_card_is_no_copy_but_its_issuer_stays_open(cards, typed):
    result = cards.run("genuine", typed=f"{typed}\n")
    assert result.returncode == 3
    assert "18 or over: yes" in result.stdout
    assert "undecided: the key that certifies the record's issuer is not published" in result.stdout
    assert "1993" not in result.stdout


def test_a_card_is_genuine_where_the_issuers_key_is_known(cards):
    key = str(cards.rehearsal / "rehearsal-face-ca.pem")
    judged = cards.json("genuine", "--ca-key", key, typed=f"{BIRTH_DATE}\n")
    assert judged["conclusion"] == "PASSED"
    assert judged["at_least"] == {"18": True, "20": True, "65": False}


@pytest.mark.parametrize(("age", "code", "answer"), [(20, 0, "yes"), (33, 0, "yes"), (34, 1, "no"), (65, 1, "no")])
def test_one_age_is_asked_for_and_nothing_else_is_told(cards, monkeypatch, age, code, answer):
    """番号 花子 was born on 1993-04-01: 33 on the day that the test pretends it is."""
    from datetime import date

    monkeypatch.setattr("signkit.cli.card.genuine._today", lambda: date(2026, 11, 28))
    key = str(cards.rehearsal / "rehearsal-face-ca.pem")
    result = cards.run("genuine", "--over", str(age), "--ca-key", key, typed=f"{BIRTH_DATE}\n")
    assert result.returncode == code
    assert f"{age} or over: {answer}" in result.stdout
    assert [line for line in result.stdout.splitlines() if "or over: " in line] == [f"{age} or over: {answer}"]
    assert "1993" not in result.stdout + result.stderr


def test_one_age_of_a_card_whose_issuer_stays_open_is_undecided(cards):
    judged = cards.json("genuine", "--over", "20", typed=f"{BIRTH_DATE}\n")
    assert (judged["conclusion"], judged["at_least"]) == ("INDETERMINATE", {"20": True})


@pytest.mark.slow
@pytest.mark.parametrize("age", ["0", "151", "-1", "x"])
def test_what_is_no_age_is_refused_before_the_card_is_asked(cards, age):
    assert cards.run("genuine", "--over", age, typed=f"{BIRTH_DATE}\n").returncode == 2
    assert cards.tries()["birth-date"] == 15


def test_a_copy_of_a_cards_files_is_bad(cards, monkeypatch):
    from signkit.errors import CardNotGenuine

    def copy(*_, **__):
        raise CardNotGenuine("challenge")

    monkeypatch.setattr(surface, "prove_genuine", copy)
    judged = cards.run("genuine", typed=f"{BIRTH_DATE}\n")
    assert judged.returncode == 1
    assert "bad: the card does not have the key" in judged.stdout


@pytest.mark.slow
def test_a_birth_date_that_is_none_is_refused_unsent(cards):
    assert has_code(cards.run("genuine", typed="19930230\n").error, "pin-format-invalid")
    assert cards.tries()["birth-date"] == 15


# Both languages, exit codes, a person at a terminal.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "typed", "english", "japanese"),
    [
        (("status",), "", "plastic card", "プラスチックのカード"),
        (
            ("identity",),
            "SIGNKIT1\n",
            "not issued by a CA that is trusted",
            "信頼する認証局が発行した証明書ではありません",
        ),
        (("genuine",), "050401\n", "is not published", "公開されておらず"),
        (("change-pin", "--pin", "authentication"), "1234\n1234\n", "3 tries left.", "残り3回です。"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_messages_in_both_languages(cards, arguments, typed, english, japanese):
    for lang, words in (("en", english), ("ja", japanese)):
        result = cards.run(*arguments, typed=typed, lang=lang)
        assert words in result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "words"), [("en", "Tries left: 4."), ("ja", "残り4回です。")])
def test_a_wrong_password_as_a_person_meets_it(kept_home, tmp_path, signkit, lang, words):
    shutil.copytree(kept_home, tmp_path / "home")
    run = signkit("card", "identity", "--reader", "virtual", "--pin-stdin", stdin="WRONG123\n", lang=lang)
    assert (run.returncode, run.stdout) == (12, "")
    assert words in run.stderr


def test_a_secret_is_not_asked_of_a_pipe_without_leave(cards):
    result = cards.run("identity")
    assert isinstance(result.error, UsageProblem)
    assert "no terminal to type it at" in result.error.message("en")


@pytest.mark.slow
def test_touching_a_smartphone_needs_its_pin(cards):
    cards.run("touch", "--register", *cards.trust, typed=f"{PIN}\n")
    assert isinstance(cards.run("touch", reader="virtual:android").error, PinNeeded)
