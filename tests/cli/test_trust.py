"""``signkit trust`` as a person types it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.command import run_signkit
from tests.trust.crls import DAY, Authority, leaf, make_list, new_authority


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def ca(tmp_path) -> Authority:
    """An authority whose certificate lies in ca.pem."""
    made = new_authority("Example CA")
    (tmp_path / "ca.pem").write_bytes(made.certificate.public_bytes(Encoding.PEM))
    return made


@pytest.fixture
def write(tmp_path):
    def run(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return name

    return run


def fingerprint(ca: Authority) -> str:
    return asn1_x509.Certificate.load(ca.certificate.public_bytes(Encoding.DER)).sha256.hex(":").upper()


# --- add -----------------------------------------------------------------------------------------------------


def test_a_ca_is_believed_once_it_was_added(signkit, ca, tmp_path):
    run = signkit("trust", "add", "ca.pem", "--yes")
    assert run.returncode == 0, run.stderr
    assert f"SHA-256 {fingerprint(ca)}" in run.stderr
    assert run.stdout.strip() == str(next((tmp_path / "home/trust").glob("*.pem")))
    listed = signkit("trust", "list").stdout
    assert "user\tExample CA, JP\t" in listed
    again = signkit("trust", "add", "ca.pem")
    assert (again.returncode, again.stdout) == (0, "")
    assert "trusted already" in again.stderr


def test_nothing_is_believed_without_confirmation(signkit, ca, tmp_path):
    run = signkit("trust", "add", "ca.pem", stdin="y\n")
    assert run.returncode == 2
    assert fingerprint(ca) in run.stderr
    assert "only after a confirmation" in run.stderr
    assert not (tmp_path / "home/trust").exists()


def test_a_person_at_a_terminal_is_asked(ca, tmp_path, monkeypatch, capsys):
    from signkit.cli import trust

    monkeypatch.setenv("SIGNKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: "n")
    with pytest.raises(KeyboardInterrupt):
        trust.add([tmp_path / "ca.pem"])
    assert not (tmp_path / "home/trust").exists()
    monkeypatch.setattr("builtins.input", lambda: "y")
    trust.add([tmp_path / "ca.pem"])
    assert len(list((tmp_path / "home/trust").iterdir())) == 1
    assert "[y/N]" in capsys.readouterr().err


def test_a_certificate_that_is_no_ca_is_not_added(signkit, ca, write, tmp_path):
    write("leaf.der", leaf(5, ca).dump())
    run = signkit("trust", "add", "leaf.der", "--yes")
    assert run.returncode == 2
    assert "Common Name: leaf, Country: JP in leaf.der is not the certificate of a CA" in run.stderr
    assert not (tmp_path / "home/trust").exists()


def test_a_file_without_certificate_is_not_added(signkit, write):
    run = signkit("trust", "add", write("odd.pem", b"garbage"), "--yes")
    assert run.returncode == 2
    assert "odd.pem holds no certificate" in run.stderr


# --- import-crl ----------------------------------------------------------------------------------------------


def test_a_list_is_imported_and_told(signkit, ca, write, now, tmp_path):
    write("today.crl", make_list([5, 6], by=ca, issued=now, due=now + DAY))
    run = signkit("trust", "import-crl", "today.crl", "--issuer", "ca.pem")
    assert run.returncode == 0, run.stderr
    issuer, entries, issued, due, partition, seconds = run.stdout.rstrip("\n").split("\t")
    assert (issuer, entries, partition) == ("Common Name: Example CA, Country: JP", "2", "-")
    assert (issued, due) == (f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now + DAY:%Y-%m-%dT%H:%M:%SZ}")
    assert float(seconds) < 60
    assert "Imported today.crl: 2 revoked certificates" in run.stderr
    assert len(list((tmp_path / "home/crl").glob("*.crlindex"))) == 1


def test_the_issuer_may_be_a_ca_that_was_added(signkit, ca, write, now):
    signkit("trust", "add", "ca.pem", "--yes")
    run = signkit("trust", "import-crl", write("today.crl", make_list(by=ca, issued=now, due=now + DAY)))
    assert run.returncode == 0, run.stderr


def test_a_delta_named_before_its_base_is_taken_after_it(signkit, ca, write, now):
    delta = write("a-delta.crl", make_list([6], by=ca, number=2, delta_of=1, issued=now, due=now + DAY))
    base = write("base.crl", make_list([5], by=ca, number=1, issued=now - DAY, due=now + DAY))
    run = signkit("trust", "import-crl", delta, base, "--issuer", "ca.pem")
    assert run.returncode == 0, run.stderr
    assert [line.split("\t")[1] for line in run.stdout.splitlines()] == ["1", "2"]


def test_a_bad_list_does_not_keep_the_others_away(signkit, ca, write, now):
    good = write("good.crl", make_list(by=ca, issued=now, due=now + DAY))
    run = signkit("trust", "import-crl", write("bad.crl", b"garbage"), good, "--issuer", "ca.pem")
    assert run.returncode == 2
    assert run.stderr.count("Error:") == 1
    assert "Imported good.crl" in run.stderr


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("garbage", 2, "it is not a revocation list"),
        ("missing", 2, "Cannot read list.crl"),
        ("cut", 2, "it is cut off"),
        ("unknown issuer", 13, "The issuer of list.crl is not known: Common Name: Stranger, Country: JP"),
        ("name-alike", 13, "The signature of list.crl does not hold"),
        ("stale", 13, "list.crl is out of date"),
        ("delta", 13, "a delta list that adds to list number 1"),
    ],
)
def test_a_bad_list_gives_one_error(signkit, ca, write, now, tmp_path, kind, code, words):
    fresh = {"issued": now, "due": now + DAY}
    content = {
        "garbage": b"garbage",
        "cut": make_list(by=ca, **fresh)[:-5],
        "unknown issuer": make_list(by=new_authority("Stranger"), **fresh),
        "name-alike": make_list(by=new_authority("Example CA"), **fresh),
        "stale": make_list(by=ca, issued=now - 2 * DAY, due=now - DAY),
        "delta": make_list(by=ca, number=2, delta_of=1, **fresh),
    }.get(kind)
    if content is not None:
        write("list.crl", content)
    run = signkit("trust", "import-crl", "list.crl", "--issuer", "ca.pem")
    assert (run.returncode, run.stdout) == (code, ""), run.stderr
    assert words in run.stderr
    assert run.stderr.count("Error:") == 1
    assert not list(tmp_path.rglob("*.crlindex"))


def test_errors_come_in_japanese(signkit, write):
    run = signkit("trust", "import-crl", write("list.crl", b"garbage"), lang="ja")
    assert "list.crl を失効リストとして読めません: 失効リストではありません。" in run.stderr


# --- list ----------------------------------------------------------------------------------------------------


def test_a_list_that_has_become_stale_is_told(signkit, ca, tmp_path, now):
    from signkit.pki.revocation.crl_import import import_crl

    (tmp_path / "old.crl").write_bytes(make_list(by=ca, issued=now - 9 * DAY, due=now - 8 * DAY))
    import_crl(tmp_path / "old.crl", tmp_path / "home/crl", [ca.candidate], now - 9 * DAY)
    run = signkit("trust", "list")
    assert run.returncode == 0
    due = f"{now - 8 * DAY:%Y-%m-%dT%H:%M:%SZ}"
    assert f"Common Name: Example CA, Country: JP is out of date: issued {now - 9 * DAY:%Y-%m-%d}" in run.stderr
    assert f"the next one was due {due}" in run.stderr


def test_a_damaged_index_is_told(signkit, tmp_path):
    (tmp_path / "home/crl").mkdir(parents=True)
    (tmp_path / "home/crl/x.crlindex").write_bytes(b"damaged")
    run = signkit("trust", "list")
    assert "x.crlindex of a revocation list is damaged: it is not an index" in run.stderr
    assert "sign-ca-2023" in run.stdout


@pytest.mark.slow
def test_a_rehearsal_that_was_not_made_yet_is_told_and_the_hint_makes_it(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    command = ("validate", "a.pdf", "--trust", "rehearsal")
    refused = run_signkit(*command, home=tmp_path / "home", folder=tmp_path)
    assert (refused.returncode, "no rehearsal to trust yet" in refused.stderr) == (2, True)
    hint = refused.stderr.rstrip().rpartition("signkit ")[2].split()
    assert run_signkit(*hint, home=tmp_path / "home", folder=tmp_path).returncode == 0
    assert run_signkit(*command, home=tmp_path / "home", folder=tmp_path).returncode == 4
