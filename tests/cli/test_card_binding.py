"""``card bind`` at a counter, and ``--signer-of``: is this the card of who signed the file?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from signkit.errors import CardError, PinWrong, UsageProblem
from tests.cli.cards import PASSWORD, PIN
from tests.command import run_signkit
from tests.refusals import has_code

BOTH = f"{PASSWORD}\n{PIN}\n"
SELLER = "virtual:takahashi"
TRUST = ("--trust", "rehearsal")


def bind(cards, *options, typed=BOTH, reader=SELLER, **how):
    return cards.run("bind", *TRUST, *options, typed=typed, reader=reader, **how)


@pytest.fixture
def signed(cards, tmp_path, contract):
    """A contract that the seller's card has signed."""
    arguments = ("sign", contract, "--as", "seller", "--signer", f"card:{SELLER}", "--pin-stdin")
    run = run_signkit(*arguments, home=cards.home, folder=tmp_path, stdin=f"{PASSWORD}\n")
    assert run.returncode == 0, run.stderr
    return str(tmp_path / "contract-seller.pdf")


@pytest.mark.slow
def test_a_bound_card_is_that_of_who_signed_the_file(cards, signed):
    assert bind(cards, "--customer", "C-7").returncode == 0
    told = cards.json("touch", *TRUST, "--signer-of", signed, reader=SELLER)
    assert (told["customer"], told["findings"][-1]["question"]) == ("C-7", "signer")
    assert "'seller'" in told["findings"][-1]["reason"]
    # Without the CRL of the rehearsal at hand its signature is undecided, and so is the answer.
    assert told["findings"][-1]["conclusion"] == "INDETERMINATE"
    assert told["bound_at"]


@pytest.mark.slow
def test_another_card_is_not_that_of_who_signed(cards, signed):
    assert bind(cards, reader="virtual:yoshida").returncode == 0
    answer = cards.run("touch", *TRUST, "--signer-of", signed, reader="virtual:yoshida")
    assert answer.returncode == 1
    assert "none of the file's signatures is of a certificate that was bound to this card" in answer.stdout


@pytest.mark.slow
def test_an_authentication_from_elsewhere_is_held_against_the_binding(cards, signed, tmp_path):
    challenge, proof = str(tmp_path / "challenge.json"), str(tmp_path / "proof.json")
    bind(cards)
    cards.run("challenge", "-o", challenge, reader=None)
    cards.run("authenticate", "--challenge", challenge, "-o", proof, typed=f"{PIN}\n", reader=SELLER)
    answer = cards.run(
        "verify-authentication", proof, "--challenge", challenge, *TRUST, "--signer-of", signed, reader=None
    )
    assert "the signature 'seller' is by the certificate bound to this card" in answer.stdout
    nobody = str(tmp_path / "none.sqlite")
    refused = cards.run("verify-authentication", proof, "--signer-of", signed, "--registry", nobody, reader=None)
    assert has_code(refused.error, "touch-registry-unusable")


@pytest.mark.slow
def test_a_registry_that_cannot_be_used_is_told_before_a_secret_is_asked(cards, tmp_path):
    (tmp_path / "junk.sqlite").write_bytes(b"junk")
    refused = bind(cards, "--registry", str(tmp_path / "junk.sqlite"))
    assert has_code(refused.error, "touch-registry-unusable")
    assert "SignKit binding of certificates" not in refused.stderr


@pytest.mark.slow
def test_an_altered_signature_is_told(cards, signed):
    bind(cards)
    data = bytearray(Path(signed).read_bytes())
    data[data.index(b"/Contents <") + 4000] ^= 1
    altered = Path(signed).with_name("altered.pdf")
    altered.write_bytes(data)
    answer = cards.run("touch", *TRUST, "--signer-of", str(altered), reader=SELLER)
    assert answer.returncode != 0
    assert "the card's holder signed" not in answer.stdout


@pytest.mark.slow
def test_the_statement_is_shown_before_the_password_and_nothing_is_kept_of_it(cards):
    run = bind(cards, lang="ja")
    assert run.returncode == 0, run.stderr
    shown, asked = run.stderr.index("利用者証明用の鍵によって"), run.stderr.index("残り5回")
    assert shown < asked
    assert "係の方が見ていること" in run.stderr
    kept = (cards.home / "touch.sqlite").read_bytes()
    assert "利用者".encode() not in kept


@pytest.mark.slow
def test_the_answer_for_scripts(cards):
    told = json.loads(bind(cards, "--format", "json").stdout)
    assert (told["bound"], told["conclusion"]) == (True, "INDETERMINATE")


@pytest.mark.slow
def test_a_touch_without_a_binding_says_so(cards):
    cards.run("touch", "--register", *cards.trust, typed=f"{PIN}\n")
    assert cards.json("touch", *cards.trust)["bound_at"] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "error"),
    [(f"{PASSWORD}\n9999\n", PinWrong), (f"WRONG123\n{PIN}\n", PinWrong), (f"{PIN}\n{PASSWORD}\n", CardError)],
    ids=["PIN", "password", "in the wrong order"],
)
def test_a_wrong_secret_binds_nothing(cards, typed, error):
    assert isinstance(bind(cards, typed=typed).error, error)
    assert not (cards.home / "touch.sqlite").exists()


@pytest.mark.slow
def test_a_card_without_a_signing_certificate_is_asked_for_no_secret(cards):
    run = bind(cards, reader="virtual:no-signing-certificate")
    assert has_code(run.error, "no-signing-certificate")
    assert "tries left" not in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["virtual", "virtual:expired"])
def test_who_is_not_believed_or_has_expired_is_not_bound(cards, reader):
    trust = () if reader == "virtual" else TRUST
    run = cards.run("bind", *trust, typed=BOTH, reader=reader)
    assert run.returncode in (1, 3)
    assert "Not bound:" in run.stderr
    assert not (cards.home / "touch.sqlite").exists()


def test_a_customer_number_that_is_none_is_refused_before_the_card(cards):
    assert isinstance(bind(cards, "--customer", "123456789018").error, UsageProblem)
    assert cards.exchanges == []


@pytest.mark.slow
def test_what_nobody_signed_is_told_before_the_touch(cards, tmp_path, contract):
    answer = cards.run("touch", "--signer-of", str(tmp_path / contract))
    assert isinstance(answer.error, UsageProblem)
    assert cards.exchanges == []


@pytest.mark.parametrize("act", ["--register", "--forget"])
def test_who_signed_is_asked_of_a_touch_alone(cards, act):
    assert isinstance(cards.run("touch", act, "--signer-of", "x.pdf").error, UsageProblem)
