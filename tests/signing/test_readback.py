"""Reading a signed file back: what a faulty writer or disk would have to hide."""

from __future__ import annotations

import re

import pytest

from signkit.rehearsal.evidence_services import utc_now
from signkit.signing.levels import Level, sign
from signkit.signing.readback import check_signed
from signkit.signing.request import SignatureRequest
from tests.refusals import refused_as


@pytest.fixture(scope="module")
def signed(blank, person_signer, services) -> bytes:
    return sign(blank, SignatureRequest("seller", "番号　花子", utc_now()), person_signer, Level.B_B, services).pdf


def test_a_good_file_passes(blank, signed, person_signer):
    check_signed(blank, signed, person_signer.certificate)


def flip(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def test_every_kind_of_damage_is_found(blank, signed, person_signer, seller_card):
    cases = {
        "the original file was changed": flip(signed, 100),
        "no byte range was written": signed.replace(b"/ByteRange", b"/ByteRangf"),
        "the byte range does not fit the file": signed[:-1],
        "the digest of the file is another than the signed one": flip(signed, len(signed) - 20),
    }
    for cause, damaged in cases.items():
        with refused_as("self-check-failed", match=cause) as refused:
            check_signed(blank, damaged, person_signer.certificate)
        assert cause not in refused.value.message("ja")  # in Japanese, whole


def test_another_certificate_does_not_fit(blank, signed, seller_card):
    with refused_as("self-check-failed"):
        check_signed(blank, signed, seller_card.auth.certificate)


def test_every_cause_is_told_in_both_languages(repository):
    """A cause is a text of both languages wherever the code is raised, not a developer's words."""
    raised = re.compile(r'"self-check-failed", cause=(?!test)["f]|"self-check-failed", cause=str\(')
    found = [path.name for path in (repository / "signkit").rglob("*.py") if raised.search(path.read_text("utf-8"))]
    assert found == []
