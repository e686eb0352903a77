"""Draws files with PDFium for whoever reads the pipe: a process that a hostile file may kill.

Asked with four bytes of length and the file; answers the same way with a PPM of every page, one after the other.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import pypdfium2

DPI = 40
MAX_PAGES = 40


def draw(pdf: bytes) -> bytes:
    """Return all pages with annotations and form fields; nothing for a file that cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return b""
    try:
        document.init_forms()
        return b"".join(_page(document, number) for number in range(min(len(document), MAX_PAGES)))
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int) -> bytes:
    try:
        image = document[number].render(scale=DPI / 72).to_pil().convert("RGB")
    except pypdfium2.PdfiumError:
        return b"P6\n1 1\n255\n\0\0\0"
    return b"P6\n%d %d\n255\n" % image.size + image.tobytes()


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    while size := source.read(4):
        answer = draw(source.read(int.from_bytes(size, "big")))
        sink.write(len(answer).to_bytes(4, "big") + answer)
        sink.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
