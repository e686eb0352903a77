"""``signkit archive renew`` and ``signkit monitor`` as a back office types them."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def kept(signkit, tmp_path, blank, person_signer, services):
    """An archive with the sample sale, signed by the seller, and the command to run on it."""
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.levels import Level, sign
    from signkit.signing.request import SignatureRequest

    signed = sign(blank, SignatureRequest("seller", "番号　花子", utc_now()), person_signer, Level("B-T"), services).pdf
    (tmp_path / "売買.pdf").write_bytes(signed)
    assert signkit("archive", "init", "kept").returncode == 0

    def run(*command, lang="ja"):
        return signkit(*command, "--archive", "kept", lang=lang)

    return run


@pytest.fixture
def trust(tmp_path, rehearsal):
    (tmp_path / "ca.pem").write_bytes(rehearsal.trust_pem())
    return ["--trust", "ca.pem"]


@pytest.mark.slow
def test_what_is_due_is_found_and_what_cannot_be_renewed_is_told(kept, trust):
    assert kept("archive", "add", "売買.pdf", *trust, "--offline").returncode == 0
    assert kept("archive", "find", "--due", "90d").stdout == ""
    assert kept("archive", "find", "--due", "9999日").stdout.startswith("1\t")
    assert kept("archive", "renew", "--due", "9999d", "--dry-run").stdout == "1\n"
    run = kept("archive", "renew", "--due", "9999d", *trust, "--format", "json")
    assert run.returncode == 13
    told = json.loads(run.stdout)
    assert (told["entry"], told["outcome"]) == (1, "refused")
    assert told["why"]["ja"]
    assert "更新できず 1 件" in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("due", ["soon", "90x", "-3d", "999999999d", ""])
def test_what_is_no_day_is_refused(kept, due):
    run = kept("archive", "renew", "--due", due)
    assert run.returncode == 2
    assert "--due" in run.stderr


@pytest.mark.slow
def test_extend_leaves_alone_what_is_not_due(kept, signkit, trust, tmp_path):
    run = signkit("extend", "売買.pdf", "--due", "90d", *trust, "--tsa", "rehearsal", lang="ja")
    assert (run.returncode, run.stdout) == (0, "")
    assert "期限内です" in run.stderr
    assert [path.name for path in tmp_path.glob("*.pdf")] == ["売買.pdf"]
    assert signkit("extend", "売買.pdf", "--due", "soon", *trust, "--tsa", "rehearsal").returncode == 2


@pytest.mark.slow
def test_nothing_due_is_no_fault(kept, trust):
    kept("archive", "add", "売買.pdf", *trust, "--offline")
    run = kept("archive", "renew", *trust)
    assert (run.returncode, run.stderr.count("更新 0 件")) == (0, 1)


@pytest.mark.slow
def test_a_certificate_about_to_end_is_told_by_role_and_name(kept, trust):
    kept("archive", "add", "売買.pdf", *trust, "--offline")
    run = kept("monitor", *trust, "--days", "9999")
    assert run.returncode == 0
    assert "seller 髙橋 祐一郎\t証明書の有効期間が" in run.stdout
    assert "署名者 1 人" in run.stderr
    assert kept("monitor", *trust).stdout == ""


@pytest.mark.slow
def test_a_revoked_signer_is_told_once(kept, trust, tmp_path, rehearsal, person_signer):
    from asn1crypto import x509

    from signkit.rehearsal.evidence_services import utc_now

    kept("archive", "add", "売買.pdf", *trust, "--offline")
    serial = x509.Certificate.load(person_signer.certificate).serial_number
    listed = rehearsal.revocation(revoked={serial: utc_now()}).crl(rehearsal.signature_ca)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "today.crl").write_bytes(listed)
    run = kept("monitor", *trust, "--evidence", "lists", "--format", "json")
    assert run.returncode == 1, run.stderr
    told = json.loads(run.stdout)
    assert (told["role"], told["party"], told["new"]) == ("seller", "髙橋 祐一郎", True)
    again = kept("monitor", *trust, "--evidence", "lists")
    assert (again.returncode, again.stdout) == (0, "")
    assert "失効しています" in kept("monitor", *trust, "--evidence", "lists", "--all").stdout


@pytest.mark.slow
def test_the_key_does_not_lie_in_the_archive(kept):
    run = kept("monitor", "--hash-key", "kept/signers.key")
    assert run.returncode == 2
    assert "鍵" in run.stderr
