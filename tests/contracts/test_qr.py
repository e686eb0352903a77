"""QR codes on a page are those that segno makes."""

from __future__ import annotations

import re

import pytest
import yaml

from signkit.contracts.markup import typst_source
from signkit.contracts.qr import MOST_BYTES, SIZE, qr_modules
from signkit.contracts.template import load_template
from signkit.jpki.consent_payload import ConsentNumbers, read_payload

segno = pytest.importorskip("segno", reason="the extra 'phone' is not installed")


@pytest.mark.parametrize("text", ["a", "jpki-consent:1:1180301018771:C-001", "x" * MOST_BYTES, "同意" * 14])
def test_every_module_is_where_another_maker_puts_it(monkeypatch, text):
    # segno adds a whole zero byte where the stream ends at a byte, which 7.4.10 does not ask for and readers skip.
    monkeypatch.setattr("segno.encoder.write_padding_bits", lambda *_: None)
    other = segno.make(text.encode(), error="m", version=5, mode="byte", mask=0, boost_error=False)
    assert qr_modules(text) == [[bool(each) for each in row] for row in other.matrix]


def test_what_is_too_long_is_refused():
    with pytest.raises(ValueError, match="84 bytes"):
        qr_modules("x" * (MOST_BYTES + 1))


def test_the_code_on_the_consent_is_what_the_service_reads(repository):
    """The template writes the payload by itself: the two must not come apart."""
    folder = repository / "templates" / "attributes-consent"
    data = yaml.safe_load((folder / "example.yaml").read_text(encoding="utf-8"))
    numbers = ConsentNumbers(data["company"]["corporate_number"], data["customer_number"])
    assert read_payload(numbers.payload()) == numbers
    drawn = re.findall(r"M(\d+) (\d+)h1v1h-1z", typst_source(load_template(folder), data))
    dark = {(int(row), int(column)) for column, row in drawn}
    assert [[(row, column) in dark for column in range(SIZE)] for row in range(SIZE)] == qr_modules(numbers.payload())
