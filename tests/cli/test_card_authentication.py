"""``card challenge``, ``authenticate``, ``verify-authentication`` and ``touch`` as scripts use them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import pytest

from signkit.errors import InputUnreadable, PinWrong, UsageProblem
from tests.cli.cards import PIN
from tests.refusals import has_code


@pytest.fixture
def challenge(cards, tmp_path):
    path = str(tmp_path / "challenge.json")
    assert cards.run("challenge", "-o", path, reader=None).stdout.strip() == path
    return path


@pytest.fixture
def proof(cards, challenge, tmp_path):
    path = str(tmp_path / "proof.json")
    result = cards.run("authenticate", "--challenge", challenge, "-o", path, typed=f"{PIN}\n")
    assert result.stdout.strip() == path
    assert "3 tries left." in result.stderr
    return path


@pytest.fixture
def evidence(cards, tmp_path):
    """A folder with today's CRL of the rehearsal's authentication CA."""
    from signkit.rehearsal.pki import kept_rehearsal

    pki = kept_rehearsal(cards.rehearsal)
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "auth.crl").write_bytes(pki.revocation().crl(pki.authentication_ca))
    return str(folder)


def verify(cards, proof, *options):
    return cards.run("verify-authentication", proof, *options, reader=None)


@pytest.mark.slow
def test_a_proof_is_good_with_challenge_ca_and_evidence(cards, challenge, proof, evidence):
    result = verify(cards, proof, "--challenge", challenge, "--evidence", evidence, *cards.trust)
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith("PASSED")


@pytest.mark.slow
def test_without_evidence_it_is_undecided_and_says_why(cards, challenge, proof):
    result = verify(cards, proof, "--challenge", challenge, *cards.trust)
    assert result.returncode == 3
    assert result.stdout.count("undecided:") == 1


@pytest.mark.slow
def test_the_json_names_each_question(cards, challenge, proof):
    result = verify(cards, proof, "--challenge", challenge, "--format", "json")
    judged = json.loads(result.stdout)
    assert judged["conclusion"] == "INDETERMINATE"
    assert {finding["question"] for finding in judged["findings"]} >= {"challenge", "signature", "issuer"}


@pytest.mark.slow
def test_another_challenge_is_bad(cards, proof, tmp_path):
    other = str(tmp_path / "other.json")
    cards.run("challenge", "-o", other, reader=None)
    result = verify(cards, proof, "--challenge", other, *cards.trust)
    assert result.returncode == 1
    assert "bad: the proof answers another challenge" in result.stdout


@pytest.mark.slow
def test_a_challenge_that_waited_too_long_is_bad(cards, challenge, proof):
    from pathlib import Path

    raw = json.loads(Path(challenge).read_text())
    Path(challenge).write_text(json.dumps(raw | {"issued_at": "2026-01-01T00:00:00+00:00"}))
    assert verify(cards, proof, "--challenge", challenge, *cards.trust).returncode == 1


@pytest.mark.slow
def test_a_challenge_of_ones_own_is_told_to_prove_no_moment(cards, tmp_path):
    path = str(tmp_path / "own.json")
    result = cards.run("authenticate", "-o", path, typed=f"{PIN}\n")
    assert "no --challenge was given" in result.stderr
    judged = verify(cards, path, *cards.trust)
    assert judged.returncode == 3
    assert "undecided: the proof brought its own challenge" in judged.stdout


@pytest.mark.slow
def test_a_wrong_pin_writes_no_proof(cards, challenge, tmp_path):
    result = cards.run("authenticate", "--challenge", challenge, "-o", str(tmp_path / "p.json"), typed="9999\n")
    assert isinstance(result.error, PinWrong)
    assert not (tmp_path / "p.json").exists()


@pytest.mark.slow
def test_a_proof_in_place_of_a_challenge_is_refused_before_the_pin(cards, proof):
    cards.exchanges.clear()
    result = cards.run("authenticate", "--challenge", proof, typed=f"{PIN}\n")
    assert has_code(result.error, "authentication-file-invalid")
    assert cards.exchanges == []


@pytest.mark.slow
def test_a_proof_that_is_not_there_is_told(cards):
    assert isinstance(verify(cards, "none.json").error, InputUnreadable)


# Touch.


def register(cards, *options):
    return cards.run("touch", "--register", *cards.trust, *options, typed=f"{PIN}\n")


@pytest.mark.slow
def test_a_registered_card_is_known_and_the_time_is_shown(cards, evidence):
    assert "as a keyed hash" in register(cards).stderr
    result = cards.run("touch", *cards.trust, "--evidence", evidence)
    assert result.returncode == 0, result.stdout
    assert re.match(r"answered in [0-9.]+ ms \(the card's part: [0-9.]+ ms\)\nPASSED", result.stdout)


@pytest.mark.slow
def test_the_answer_for_scripts_holds_the_milliseconds(cards):
    register(cards)
    judged = cards.json("touch", *cards.trust)
    assert judged["milliseconds"]["total"] >= judged["milliseconds"]["card"] > 0


@pytest.mark.slow
def test_a_touch_verifies_no_pin(cards):
    register(cards)
    cards.exchanges.clear()
    cards.run("touch", *cards.trust)
    assert cards.exchanges
    assert all(exchange.header[1] != 0x20 for exchange in cards.exchanges)


@pytest.mark.slow
def test_another_card_is_not_known(cards):
    register(cards)
    result = cards.run("touch", *cards.trust, reader="virtual:expired")
    assert result.returncode == 1
    assert "bad: this card is not registered" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["virtual", "virtual:expired"])
def test_a_card_of_an_unknown_ca_or_expired_is_not_registered(cards, profile):
    trust = () if profile == "virtual" else cards.trust
    result = cards.run("touch", "--register", *trust, typed=f"{PIN}\n", reader=profile)
    assert result.returncode in (1, 3)
    assert "Not registered:" in result.stderr
    assert not (cards.home / "touch.sqlite").exists()


@pytest.mark.slow
def test_a_wrong_pin_registers_nothing(cards):
    result = cards.run("touch", "--register", *cards.trust, typed="9999\n")
    assert isinstance(result.error, PinWrong)
    assert not (cards.home / "touch.sqlite").exists()


@pytest.mark.slow
def test_a_forgotten_card_is_no_longer_known(cards):
    register(cards)
    assert "No longer in" in cards.run("touch", "--forget").stderr
    again = cards.run("touch", "--forget")
    assert (again.returncode, "was not registered" in again.stderr) == (0, True)
    assert cards.run("touch", *cards.trust).returncode == 1


@pytest.mark.slow
def test_a_registry_elsewhere(cards, tmp_path):
    own = ("--registry", str(tmp_path / "gate.sqlite"))
    register(cards, *own)
    assert (tmp_path / "gate.sqlite").exists()
    assert cards.run("touch", *cards.trust, *own).returncode == 3
    assert has_code(cards.run("touch").error, "touch-registry-unusable")


def test_register_and_forget_exclude_each_other(cards):
    assert isinstance(cards.run("touch", "--register", "--forget").error, UsageProblem)


@pytest.mark.slow
def test_a_touch_answers_the_customer_number(cards):
    register(cards, "--customer", "C-10234")
    assert "C-10234" in cards.run("touch", *cards.trust).stdout
    assert cards.json("touch", *cards.trust)["customer"] == "C-10234"


@pytest.mark.slow
def test_a_refused_card_speaks_for_no_customer(cards):
    register(cards, "--customer", "C-10234")
    with closing(sqlite3.connect(cards.home / "touch.sqlite")) as registry, registry:
        registry.execute("UPDATE card SET revoked_at = '2026-11-01T00:00:00+00:00'")
    refused = cards.run("touch", *cards.trust)
    assert refused.returncode == 1
    assert "C-10234" not in refused.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--customer", "C-1"),
        ("--register", "--customer", " "),
        ("--register", "--customer", "C" * 65),
        ("--register", "--customer", "C\x1b[2J"),
        ("--register", "--customer", "123456789018"),
    ],
    ids=["without --register", "blank", "too long", "control characters", "an Individual Number"],
)
def test_what_is_no_customer_number_is_refused_before_the_pin(cards, options):
    assert isinstance(cards.run("touch", *options).error, UsageProblem)
    assert not (cards.home / "touch.sqlite").exists()
