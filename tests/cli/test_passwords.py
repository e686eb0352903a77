"""The password of an encrypted PDF on the command line: typed or piped, never an argument, never shown."""

from __future__ import annotations

import pytest

from tests.cli.conftest import PASSWORD
from tests.signing.encrypted import OWNER, USER, encrypted

CARD = ("--as", "seller", "--signer", "card:virtual", "--pin-stdin")


@pytest.fixture
def locked(tmp_path):
    (tmp_path / "locked.pdf").write_bytes(encrypted("aes-256"))
    return "locked.pdf"


@pytest.mark.slow
def test_a_locked_file_is_signed_shown_extended_and_judged(signkit, locked):
    signed = signkit("sign", locked, *CARD, "--password-stdin", "--level", "B-T", "--tsa", "rehearsal",
                     stdin=f"{USER}\n{PASSWORD}")  # fmt: skip
    assert signed.returncode == 0, signed.stderr
    status = signkit("status", "locked-seller.pdf", "--password-stdin", stdin=f"{USER}\n")
    assert "[!] seller" in status.stdout
    assert "leads to no trusted authority" in status.stdout
    extended = signkit("extend", "locked-seller.pdf", "--password-stdin", "--tsa", "rehearsal", stdin=f"{USER}\n")
    assert extended.returncode == 0, extended.stderr
    judged = signkit("validate", "--offline", "--password-stdin", "--format", "csv", "locked-seller-B-LTA.pdf",
                     stdin=f"{USER}\n")  # fmt: skip
    assert "PAdES-B-LTA" in judged.stdout
    for answer in (signed, status, extended, judged):
        assert USER not in answer.stdout + answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("sign", *CARD), ("extend", "--tsa", "rehearsal")], ids=lambda given: given[0])
def test_without_its_password_the_file_is_named(arguments, signkit, locked):
    answer = signkit(arguments[0], locked, *arguments[1:])
    assert answer.returncode == 12
    assert answer.stderr.count("\n") == 2
    assert "locked.pdf is encrypted and opens only with a password." in answer.stderr
    assert "--password-stdin" in answer.stderr


@pytest.mark.slow
def test_the_status_goes_on_past_a_file_that_needs_a_password(signkit, locked, tmp_path):
    (tmp_path / "open.pdf").write_bytes(encrypted("open"))
    answer = signkit("status", ".")
    assert answer.returncode == 4
    assert "locked.pdf is encrypted and opens only with a password." in answer.stdout
    assert "[>] seller" in answer.stdout


@pytest.mark.slow
def test_a_wrong_password_is_said_before_the_pin_is_spent(signkit, locked):
    answer = signkit("sign", locked, *CARD, "--password-stdin", stdin=f"secret123\n{PASSWORD}")
    assert answer.returncode == 12
    assert "The password does not open locked.pdf." in answer.stderr
    assert "secret123" not in answer.stderr
    assert "tries left" not in answer.stderr


def test_a_wrong_password_is_said_in_japanese(signkit, locked):
    answer = signkit("extend", locked, "--password-stdin", stdin="x\n", lang="ja")
    assert "パスワードが違うため locked.pdf を開けません。" in answer.stderr


@pytest.mark.slow
def test_what_the_owner_forbids_needs_the_owners_password(signkit, tmp_path):
    (tmp_path / "restricted.pdf").write_bytes(encrypted("restricted"))
    refused = signkit("sign", "restricted.pdf", *CARD, stdin=PASSWORD)
    assert refused.returncode == 2
    assert "The owner of restricted.pdf forbids filling it in and signing it." in refused.stderr
    signed = signkit("sign", "restricted.pdf", *CARD, "--password-stdin", stdin=f"{OWNER}\n{PASSWORD}")
    assert signed.returncode == 0, signed.stderr


@pytest.mark.slow
def test_one_password_serves_a_whole_batch(signkit, tmp_path):
    for kind in ("aes-256", "rc4-128", "aes-256-japanese", "open"):
        (tmp_path / f"{kind}.pdf").write_bytes(encrypted(kind))
    answer = signkit("validate", "--offline", "--password-stdin", "--jobs", "1", "--format", "csv", ".",
                     stdin=f"{USER}\n")  # fmt: skip
    rows = [line.split(",") for line in answer.stdout.splitlines()[1:]]
    verdicts = {row[0]: row[3] for row in rows}
    assert verdicts == {
        "aes-256.pdf": "NOT-SIGNED",
        "rc4-128.pdf": "NOT-SIGNED",
        "aes-256-japanese.pdf": "UNREADABLE",
        "open.pdf": "NOT-SIGNED",
    }
    assert answer.returncode == 4


def test_names_may_follow_the_password_on_stdin(signkit, locked):
    answer = signkit("validate", "--offline", "--password-stdin", "--jobs", "0", "-", stdin=f"{USER}\n{locked}\n")
    assert "NOT-SIGNED" in answer.stdout


def test_a_password_is_not_sent_to_a_cluster(signkit, locked):
    answer = signkit("validate", "--password-stdin", "--engine", "dask://host:8786", locked, stdin=f"{USER}\n")
    assert answer.returncode == 2
    assert "A password is not sent to a cluster." in answer.stderr


def test_a_password_is_asked_for_at_a_terminal_only(signkit, locked):
    answer = signkit("validate", "--ask-password", locked)
    assert answer.returncode == 2
    assert "no terminal to type it at" in answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", [("complete",), ("deliver", "check")], ids=" ".join)
def test_what_the_hint_says_is_taken(command, signkit, locked):
    """Who is told to give the password with --password-stdin may do so; what is then said is about the contract."""
    refused = signkit(*command, locked)
    assert refused.returncode == 12
    assert "locked.pdf is encrypted" in refused.stderr
    assert "--password-stdin" in refused.stderr
    opened = signkit(*command, locked, "--password-stdin", stdin=f"{USER}\n")
    assert "encrypted" not in opened.stderr
    assert opened.returncode in (1, 3, 10)
