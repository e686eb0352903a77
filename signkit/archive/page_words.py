"""The text of a PDF's pages, for the full-text index.  PDFium reads it, in a process that may be lost."""

from __future__ import annotations

from collections.abc import Callable

from signkit.archive.index import sought_form
from signkit.drawing import open_document
from signkit.workers import WorkerLost, WorkerPool, kept_pool

_SECONDS = 20.0
_MEMORY = 2 * 1024 * 1024 * 1024
_MAX_PAGES = 300
_MAX_CHARACTERS = 200_000


def begin_reading(pdf: bytes, password: str | None = None) -> Callable[[], str]:
    """Begin to read the pages, and return what waits for their text in `sought_form`: the judge has work meanwhile.

    A file that PDFium cannot read, or not in time, has no text.
    """
    job = _pool().submit(read_words, pdf, password)

    def answer() -> str:
        try:
            found: str = job.result()
        except (WorkerLost, RuntimeError, ValueError, MemoryError):
            return ""
        return found

    return answer


def read_words(pdf: bytes, password: str | None) -> str:
    """Return the text of the pages in `sought_form`; runs in the worker.

    Raises:
        ValueError: PDFium cannot open it.
    """
    document = open_document(pdf, password)
    found: list[str] = []
    try:
        for number in range(min(len(document), _MAX_PAGES)):
            page = document[number]
            words = page.get_textpage()
            found.append(words.get_text_range(0, words.count_chars()))
            words.close()
            page.close()
            if sum(map(len, found)) > _MAX_CHARACTERS:
                break
    finally:
        document.close()
    return sought_form("\n".join(found)[:_MAX_CHARACTERS])


def _pool() -> WorkerPool:
    return kept_pool("words of pages", seconds=_SECONDS, memory=_MEMORY)
