"""Typesetting by itself, as the signing room uses it for a small page."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from signkit.contracts.escaping import string_literal
from signkit.contracts.fields import NotOurs, add_signature_fields
from signkit.contracts.fonts import MINCHO
from signkit.contracts.typesetting import typeset
from signkit.errors import TypesettingFailed

DAY = date(2026, 11, 21)
PAGE = f'#set page(width: 60mm, height: 20mm, margin: 2mm)\n#set text(font: "{MINCHO}")\n'


def test_small_page_that_is_no_archive() -> None:
    pdf = typeset(PAGE + f"#{string_literal('𠮷田 #1')};", day=DAY, archival=False)

    (page,) = PdfReader(BytesIO(pdf)).pages
    assert "𠮷田 #1" in page.extract_text()
    assert float(page.mediabox.width) == pytest.approx(60 * 72 / 25.4, abs=0.01)
    assert b"pdfaid" not in pdf


def test_same_source_same_bytes_whatever_the_clock() -> None:
    assert typeset(PAGE, day=DAY, archival=False) == typeset(PAGE, day=DAY, archival=False)
    assert typeset(PAGE, day=DAY, archival=False) != typeset(PAGE, day=date(2026, 11, 22), archival=False)


def test_without_a_root_only_the_given_files_are_read() -> None:
    pdf = typeset(PAGE + '#read("note.txt")', day=DAY, files={"note.txt": b"given"}, archival=False)

    assert "given" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    with pytest.raises(TypesettingFailed, match="file not found"):
        typeset(PAGE + '#read("other.txt")', day=DAY)


def test_error_names_the_document() -> None:
    with pytest.raises(TypesettingFailed, match="The text of seal could not be typeset: unknown variable: nowhere"):
        typeset("#nowhere", name="seal", day=DAY)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\nxref\n0 1\nstartxref\n0\n%%EOF"])
def test_fields_are_added_to_nothing_but_what_was_typeset(pdf: bytes) -> None:
    with pytest.raises(NotOurs):
        add_signature_fields(pdf, {})
