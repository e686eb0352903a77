"""``signkit trust import-list`` and ``trust add --from-card`` as a person types them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.trust.etsi_lists import GRANTED, NOW, WITHDRAWN, Service, Status, signed_list
from tests.validation import pki

DAY, YEAR = pki.DAY, pki.YEAR
OPERATOR_CA = pki.authority("List operator CA")
OPERATOR = pki.issue(OPERATOR_CA, "List operator", start=NOW - YEAR, end=NOW + YEAR)
CA = pki.authority("Listed CA", start=NOW - 3 * YEAR, end=NOW + 3 * YEAR)
SERVICE = Service("CA of persons", CA.certificate, (Status(GRANTED, NOW - YEAR),))


@pytest.fixture
def write(tmp_path):
    def run(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return name

    return run


@pytest.fixture
def operator(write) -> str:
    return write("operator.pem", OPERATOR.certificate.public_bytes(Encoding.PEM))


@pytest.mark.slow
def test_a_list_is_imported_and_kept_apart(signkit, write, operator):
    withdrawn = Service("Old CA", pki.authority("Old CA").certificate, (Status(WITHDRAWN, NOW - DAY),))
    run = signkit("trust", "import-list", write("list.xml", signed_list([SERVICE, withdrawn], OPERATOR, sequence=3)),
                  "--signer", operator)  # fmt: skip
    assert run.returncode == 0, run.stderr
    name, sequence, *_, believed, listed = run.stdout.rstrip("\n").split("\t")
    assert (name, sequence, believed, listed) == ("総務省 (試験) (JP)", "3", "1", "2")
    rows = [line.split("\t") for line in signkit("trust", "list").stdout.splitlines()]
    assert [(row[0], row[4]) for row in rows if row[0] != "jpki"] == [
        ("trust-list", "seal,sign"), ("trust-list", "(withdrawn)"),
    ]  # fmt: skip
    assert rows[-2][1:] == [
        "Example Trust Services: CA of persons", f"{NOW + 3 * YEAR:%Y-%m-%d}", hashlib.sha256(CA.der).hexdigest(),
        "seal,sign", "総務省 (試験) (JP)",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_new_signer_is_confirmed_by_his_fingerprint_and_then_the_only_one(signkit, write):
    first = write("1.xml", signed_list([SERVICE], OPERATOR, sequence=1))
    refused = signkit("trust", "import-list", first)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert hashlib.sha256(OPERATOR.der).hexdigest()[:8].upper() in refused.stderr.replace(":", "")
    assert signkit("trust", "import-list", first, "--yes").returncode == 0
    assert signkit("trust", "import-list", write("2.xml", signed_list([], OPERATOR, sequence=2))).returncode == 0
    other = pki.issue(OPERATOR_CA, "List operator", start=NOW - YEAR, end=NOW + YEAR)
    stranger = write("3.xml", signed_list([SERVICE], other, sequence=3))
    run = signkit("trust", "import-list", stranger, "--yes")
    assert (run.returncode, run.error.code) == (13, "trust-list-signer-unknown")
    other_pem = write("other.pem", other.certificate.public_bytes(Encoding.PEM))
    assert signkit("trust", "import-list", stranger, "--signer", other_pem).returncode == 0


@pytest.mark.slow
def test_an_older_issue_and_another_of_the_same_number_are_refused(signkit, write, operator):
    def take(name: str, services, sequence: int):
        return signkit("trust", "import-list", write(name, signed_list(services, OPERATOR, sequence=sequence)),
                       "--signer", operator)  # fmt: skip

    assert take("5.xml", [SERVICE], 5).returncode == 0
    again = signkit("trust", "import-list", "5.xml", "--signer", operator)
    assert (again.returncode, again.stdout) == (0, "")
    for name, sequence in (("4.xml", 4), ("5b.xml", 5)):
        run = take(name, [], sequence)
        assert (run.returncode, run.error.code) == (13, "trust-list-older"), name
    assert "CA of persons" in signkit("trust", "list").stdout
    assert take("6.xml", [], 6).returncode == 0
    assert "CA of persons" not in signkit("trust", "list").stdout


@pytest.mark.slow
def test_a_list_that_is_out_of_date_is_told_of(signkit, write, operator, monkeypatch, tmp_path):
    file = write("list.xml", signed_list([SERVICE], OPERATOR, next_update=NOW + timedelta(hours=1)))
    assert signkit("trust", "import-list", file, "--signer", operator).returncode == 0
    assert signkit("trust", "list").stderr == ""
    kept = next((tmp_path / "home/trust/lists").iterdir())
    kept.write_text(kept.read_text().replace(f"{NOW + timedelta(hours=1):%Y-%m-%dT%H}", f"{NOW - DAY:%Y-%m-%dT%H}"))
    assert "総務省 (試験) (JP)" in signkit("trust", "list", lang="ja").stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_pkcs7_bundle_is_believed_for_what_the_user_says(signkit, write, encoding):
    der = pkcs7.serialize_certificates([CA.certificate, OPERATOR_CA.certificate], encoding)
    run = signkit(
        "trust", "import-list", write("tsa.p7b", der), "--purpose", "timestamp", "--label", "認定TSA", "--yes"
    )
    assert run.returncode == 0, run.stderr
    rows = [line.split("\t") for line in signkit("trust", "list").stdout.splitlines() if line.startswith("trust-list")]
    assert [(row[4], row[5]) for row in rows] == [("timestamp", "認定TSA")] * 2


@pytest.mark.slow
def test_a_bundle_is_not_believed_for_nothing_nor_without_confirmation(signkit, write):
    bundle = write("ca.pem", CA.certificate.public_bytes(Encoding.PEM))
    assert signkit("trust", "import-list", bundle, "--yes").returncode == 2
    run = signkit("trust", "import-list", bundle, "--purpose", "seal", stdin="y\n")
    assert run.returncode == 2
    assert "trust-list" not in signkit("trust", "list").stdout


def test_a_list_takes_no_purpose_of_the_users(signkit, write, operator):
    file = write("list.xml", signed_list([SERVICE], OPERATOR))
    assert signkit("trust", "import-list", file, "--signer", operator, "--purpose", "sign").returncode == 2


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"0\x03\x02\x01\x05"])
def test_what_is_neither_is_refused(signkit, write, content):
    run = signkit("trust", "import-list", write("x.bin", content), "--purpose", "sign", "--yes")
    assert run.error.code == "trust-anchor-unreadable"


# --- from a card ---------------------------------------------------------------------------------------------


@pytest.fixture
def at_terminal(kept_home, tmp_path, monkeypatch):
    """Add from the emulated card, with a person at the terminal who types one line."""
    import shutil

    from signkit.cli import trust

    home = tmp_path / "home"
    shutil.copytree(kept_home, home)
    monkeypatch.setenv("SIGNKIT_HOME", str(home))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def run(typed: str) -> list:
        monkeypatch.setattr("builtins.input", lambda: typed)
        trust.add(None, from_card=True, reader="virtual")
        return list((home / "trust/authentication").iterdir())

    run.authority = (home / "rehearsal/rehearsal-auth-ca.pem").read_bytes()
    run.home = home
    return run


@pytest.mark.slow
def test_the_cards_authority_is_taken_with_the_fingerprint_that_is_published(at_terminal, signkit, capsys):
    digest = hashlib.sha256(pem.unarmor(at_terminal.authority)[2]).hexdigest()
    typed = " ".join(digest.upper()[i : i + 2] for i in range(0, 64, 2))
    (kept,) = at_terminal(typed)
    assert pem.unarmor(kept.read_bytes()) == pem.unarmor(at_terminal.authority)
    assert digest not in capsys.readouterr().err.replace(":", "").lower()
    rows = [line.split("\t") for line in signkit("trust", "list").stdout.splitlines()]
    assert [row[4] for row in rows if row[3] == digest] == ["authentication"]


@pytest.mark.slow
def test_what_came_from_a_card_is_believed_for_authentication_alone(at_terminal):
    from signkit.cli.card.authentication import card_anchors
    from signkit.settings import load_settings
    from signkit.validation.options import trust_store

    der = pem.unarmor(at_terminal.authority)[2]
    assert der not in [anchor.certificate for anchor in card_anchors(None)]
    at_terminal(hashlib.sha256(der).hexdigest())
    assert der in [anchor.certificate for anchor in card_anchors(None)]
    assert der not in [anchor.certificate for anchor in trust_store(load_settings()).anchors]


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["", "y", "yes", "00" * 32, "a" * 40])
def test_any_other_fingerprint_adds_nothing_and_is_not_told(at_terminal, typed, capsys):
    from signkit.errors import CardError

    with pytest.raises(CardError) as caught:
        at_terminal(typed)
    assert caught.value.code == "fingerprint-differs"
    digest = hashlib.sha256(pem.unarmor(at_terminal.authority)[2]).hexdigest()
    assert digest[:12] not in (capsys.readouterr().err + caught.value.message()).replace(":", "").lower()
    assert not (at_terminal.home / "trust").exists()


@pytest.mark.parametrize("more", [["--yes"], ["ca.pem"], []])
def test_nobody_else_than_a_person_at_a_terminal_adds_from_a_card(signkit, kept_home, more):
    digest = hashlib.sha256(pem.unarmor((kept_home / "rehearsal/rehearsal-auth-ca.pem").read_bytes())[2]).hexdigest()
    run = signkit("trust", "add", "--from-card", "--reader", "virtual", *more, stdin=f"{digest}\n")
    assert run.returncode == 2
    assert "trust" not in run.stdout


def test_a_card_whose_authority_did_not_issue_its_certificate_is_refused(monkeypatch):
    from signkit.card import session
    from signkit.errors import CardError
    from signkit.holder.card_authority import read_authority

    forged = {"auth": pki.issue(pki.authority("JPKI")).der, "auth-ca": pki.authority("JPKI").der}
    monkeypatch.setattr(session, "read_certificate", lambda _, kind: forged[str(kind)])
    with pytest.raises(CardError) as caught:
        read_authority(None)
    assert caught.value.code == "card-authority-unusable"


@pytest.mark.slow
def test_no_name_of_a_certificate_writes_over_its_fingerprint(signkit, write):
    """A name with terminal controls could show another fingerprint than its own, just before it is confirmed."""
    name = "CA\x1b[1A\x1b[2K\x9b2J\r\u202eAC"
    ca = pki.authority(name)
    file = write("ca.pem", ca.certificate.public_bytes(Encoding.PEM))
    leaf = write("leaf.pem", pki.issue(ca, name).certificate.public_bytes(Encoding.PEM))
    acts = (("add", file), ("import-list", file, "--purpose", "sign"), ("add", leaf), ("list", "--trust", file))
    for act in acts:
        run = signkit("trust", *act)
        told = run.stdout + run.stderr
        assert not set(told) & set("\x1b\x9b\r\u202e"), (act, told)
        assert "CA" in told
