"""Typesetting by itself, as the signing room uses it for a small page."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from signkit.contracts import typesetting
from signkit.contracts.escaping import string_literal
from signkit.contracts.fonts import MINCHO
from signkit.contracts.plain_pdf import NotOurs
from signkit.contracts.signature_fields import add_signature_fields
from signkit.contracts.typesetting import typeset
from signkit.output import scratch_folder
from tests.refusals import refused_as

DAY = date(2026, 11, 21)
PAGE = f'#set page(width: 60mm, height: 20mm, margin: 2mm)\n#set text(font: "{MINCHO}")\n'


def test_small_page_that_is_no_archive() -> None:
    pdf = typeset(PAGE + f"#{string_literal('𠮷田 #1')};", day=DAY, standard="1.7")

    (page,) = PdfReader(BytesIO(pdf)).pages
    assert "𠮷田 #1" in page.extract_text()
    assert float(page.mediabox.width) == pytest.approx(60 * 72 / 25.4, abs=0.01)
    assert b"pdfaid" not in pdf


def test_same_source_same_bytes_whatever_the_clock() -> None:
    assert typeset(PAGE, day=DAY, standard="1.7") == typeset(PAGE, day=DAY, standard="1.7")
    assert typeset(PAGE, day=DAY, standard="1.7") != typeset(PAGE, day=date(2026, 11, 22), standard="1.7")


def test_without_a_root_only_the_given_files_are_read() -> None:
    pdf = typeset(PAGE + '#read("note.txt")', day=DAY, files={"note.txt": b"given"}, standard="1.7")

    assert "given" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    with refused_as("typesetting-failed", match="file not found"):
        typeset(PAGE + '#read("other.txt")', day=DAY)


def test_error_names_the_document() -> None:
    with refused_as("typesetting-failed", match="The text of seal could not be typeset: unknown variable: nowhere"):
        typeset("#nowhere", name="seal", day=DAY)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\nxref\n0 1\nstartxref\n0\n%%EOF"])
def test_fields_are_added_to_nothing_but_what_was_typeset(pdf: bytes) -> None:
    with pytest.raises(NotOurs):
        add_signature_fields(pdf, {})


@pytest.mark.slow
def test_threads_that_typeset_first_share_one_empty_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each made its own once; the one that the cache forgot was deleted under the compiler that used it."""
    made: list[AbstractContextManager[Path]] = []
    other_thread = threading.Barrier(2)

    def make() -> AbstractContextManager[Path]:
        with suppress(threading.BrokenBarrierError):
            other_thread.wait(timeout=0.2)  # a second maker would meet the first one here
        made.append(scratch_folder())
        return made[-1]

    monkeypatch.setattr(typesetting, "_kept_folder", cache(typesetting._kept_folder.__wrapped__))
    monkeypatch.setattr(typesetting, "scratch_folder", make)
    with ThreadPoolExecutor(2) as pool:
        pages = [pool.submit(typeset, PAGE, day=DAY, standard="1.7") for _ in range(2)]
        assert len({page.result() for page in pages}) == 1

    assert len(made) == 1
