"""``signkit sign`` on PDFs of other programs, as a person meets it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import PASSWORD
from tests.signing import formats

CARD = ("--signer", "card:virtual", "--pin-stdin")


@pytest.mark.slow
def test_a_pdf_without_a_field_says_how_it_is_signed_and_then_is(signkit, tmp_path):
    (tmp_path / "lease.pdf").write_bytes(formats.document("1.7"))
    refused = signkit("sign", "lease.pdf", "--as", "seller", *CARD)
    assert refused.returncode == 2
    assert "--field-at PAGE:X,Y,W,H" in refused.stderr
    signed = signkit("sign", "lease.pdf", "--as", "seller", *CARD, "--field-at", "last:30,60,50,20", stdin=PASSWORD)
    assert (signed.returncode, signed.stdout) == (0, "lease-seller.pdf\n"), signed.stderr
    status = signkit("status", "lease-seller.pdf")
    assert "[!] seller" in status.stdout
    assert "leads to no trusted authority" in status.stdout


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("1:30,60,50", "not PAGE:X,Y,W,H"),
        ("0:30,60,50,20", "not PAGE:X,Y,W,H"),
        ("1:30,60,9,20", "less than 10 × 5 mm"),
        ("1:nan,60,50,20", "not PAGE:X,Y,W,H"),
        ("7:30,60,50,20", "there is no page 7 of 1"),
        ("1:30,600,50,20", "the page shows only 106 × 106 mm"),
    ],
)
def test_a_place_that_is_none_is_said_before_the_pin(place, said, signkit, tmp_path):
    (tmp_path / "lease.pdf").write_bytes(formats.document("1.7"))
    refused = signkit("sign", "lease.pdf", "--as", "seller", *CARD, "--field-at", place)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "tries left" not in refused.stderr


@pytest.mark.slow
def test_what_a_field_demands_is_said_before_the_pin(signkit, tmp_path):
    (tmp_path / "lease.pdf").write_bytes(formats.seeded(b"/Reasons [(Lease)] /Ff 8"))
    refused = signkit("sign", "lease.pdf", "--as", "seller", *CARD)
    assert refused.returncode == 2
    assert "demands: one of these reasons (--reason): Lease." in refused.stderr
    assert "tries left" not in refused.stderr
    signed = signkit("sign", "lease.pdf", "--as", "seller", *CARD, "--reason", "Lease", stdin=PASSWORD)
    assert signed.returncode == 0, signed.stderr


@pytest.mark.slow
def test_values_that_may_look_blank_are_named_before_the_pin(signkit, tmp_path):
    (tmp_path / "form.pdf").write_bytes(formats.filled_form())
    signed = signkit("sign", "form.pdf", "--as", "seller", *CARD, stdin=PASSWORD)
    assert signed.returncode == 0, signed.stderr
    said, _, _ = signed.stderr.partition("5 tries left.")
    assert "may look blank" in said
    assert "tenant.name, tenant.note" in said
