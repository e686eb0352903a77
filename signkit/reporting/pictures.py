"""Pictures for the HTML report: the pages of signatures, drawn where a hostile file can do no harm.

Drawing (PDFium, C++) happens in a process of its own with bounded memory and time; a file that breaks it costs its
picture.  Only the very bytes that were judged are drawn: the file is read again and must have the report's digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from signkit.errors import SignKitError
from signkit.incoming import FileProblem, read_location
from signkit.limits import PICTURED_BYTES
from signkit.preview import SignaturePage, signature_pages
from signkit.reporting.archives import ARCHIVE_SUFFIXES, members
from signkit.reporting.inputs import SUFFIXES
from signkit.validation.report import Report
from signkit.workers import WorkerLost, WorkerPool

_SECONDS = 20.0
_MEMORY = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class Pictures:
    """What was drawn, or why nothing was: ``gone``, ``failed``, ``enough`` (of pictures in this run)."""

    pages: tuple[SignaturePage, ...] = ()
    missing: str | None = None


class Draughtsman:
    """Draws for one run, at most ``files`` files."""

    def __init__(self, files: int = 200) -> None:
        self._left = files
        self._pool = WorkerPool(1, seconds=_SECONDS, memory=_MEMORY)

    def draw(self, report: Report) -> Pictures:
        """Draw the pages with signature fields of a PDF that has a signature."""
        if report.kind != "pdf" or not report.signatures:
            return Pictures()
        if self._left <= 0:
            return Pictures(missing="enough")
        self._left -= 1
        try:
            return self._pool.submit(_draw, report.file, report.sha256).result()  # type: ignore[no-any-return]
        except WorkerLost:
            return Pictures(missing="failed")

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()


def _draw(name: str, sha256: str) -> Pictures:
    try:
        pdf = _read_file(name)
        if hashlib.sha256(pdf).hexdigest() != sha256:
            return Pictures(missing="gone")
        return Pictures(tuple(signature_pages(pdf)))
    except (FileProblem, SignKitError):
        return Pictures(missing="gone")
    except Exception:  # PDFium's and Pillow's, for pages that cannot be drawn
        return Pictures(missing="failed")


def _read_file(name: str) -> bytes:
    """Read the file that a report calls ``name``: by path or URL, or inside an archive."""
    archive, mark, member_name = name.partition("!")
    while mark:
        if archive.lower().endswith(ARCHIVE_SUFFIXES):
            for member in members(archive, SUFFIXES):
                if member.name == member_name and member.data is not None:
                    return member.data
        more, mark, member_name = member_name.partition("!")
        archive = f"{archive}!{more}"
    return read_location(name, PICTURED_BYTES)
