"""When evidence can prove something: a list issued before the signature cannot speak of its moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import kept_rehearsal
from tests.cli.conftest import PASSWORD

SIGN = ("--as", "seller", "--signer", "card:virtual:takahashi", "--level", "B-LT", "--tsa", "rehearsal", "--pin-stdin")


@pytest.mark.slow
def test_the_signer_is_told_when_the_evidence_is_older_than_the_signature(signkit, tmp_path, blank):
    (tmp_path / "contract.pdf").write_bytes(blank)
    pki = kept_rehearsal(tmp_path / "home/rehearsal")
    morning = utc_now() - timedelta(hours=3)
    (tmp_path / "lists").mkdir()
    crl = pki.revocation(clock=lambda: morning).crl(pki.signature_ca)
    (tmp_path / "lists/today.crl").write_bytes(crl)

    with_list = signkit("sign", "contract.pdf", *SIGN, "--evidence", "lists", "-o", "by-list.pdf", stdin=PASSWORD)
    assert with_list.returncode == 0, with_list.stderr
    assert f"issued at {morning:%Y-%m-%d %H:%M} UTC, before the signature" in with_list.stderr

    with_ocsp = signkit("sign", "contract.pdf", *SIGN, "-o", "by-ocsp.pdf", stdin=PASSWORD)
    assert with_ocsp.returncode == 0
    assert "before the signature" not in with_ocsp.stderr
