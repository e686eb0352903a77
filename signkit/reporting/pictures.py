"""Pictures for the HTML report: pages of signatures and of changes, drawn where a hostile file can do no harm.

Drawing (PDFium, C++) happens in a process of its own with bounded memory and time; a file that breaks it costs its
picture.  Only the very bytes that were judged are drawn: the file is read again and must have the report's digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from signkit.errors import SignKitError
from signkit.incoming import FileProblem, read_location
from signkit.limits import PICTURED_BYTES
from signkit.preview import SignaturePage, signature_pages
from signkit.reporting.change_pictures import ChangedPages, changed_pages
from signkit.reporting.inputs import SUFFIXES
from signkit.reporting.packed_inputs import ARCHIVE_SUFFIXES, members
from signkit.validation.report import Report, SignatureReport
from signkit.workers import WorkerLost, WorkerPool

_SECONDS = 20.0
_MEMORY = 2 * 1024 * 1024 * 1024
#: Changes that a page shows, as far as they are permitted.
_SHOWN_CHANGES = ("form", "annotations", "other")


@dataclass(frozen=True)
class Pictures:
    """What was drawn, or why nothing was: ``gone``, ``failed``, ``enough`` (of pictures in this run).

    Attributes:
        changes: the pages that look different than when ``since`` was signed.
        since: the signature whose state the changes are told from; None where nothing came after one.
        changes_missing: why no changes are shown.
    """

    pages: tuple[SignaturePage, ...] = ()
    missing: str | None = None
    changes: ChangedPages = field(default_factory=ChangedPages)
    since: SignatureReport | None = None
    changes_missing: str | None = None


class Draughtsman:
    """Draws for one run, at most ``files`` files; ``password`` opens encrypted ones."""

    def __init__(self, files: int = 200, *, password: str | None = None) -> None:
        self._left = files
        self._password = password
        self._pool = WorkerPool(1, seconds=_SECONDS, memory=_MEMORY)

    def draw(self, report: Report) -> Pictures:
        """Draw the pages with signature fields of a PDF that has a signature, and what changed after one."""
        if report.kind != "pdf" or not report.signatures:
            return Pictures()
        if self._left <= 0:
            return Pictures(missing="enough")
        self._left -= 1
        pages, missing = self._ask(signature_pages, report)
        since = compared_signature(report)
        if since is None:
            return Pictures(tuple(pages or ()), missing)
        changes, lost = self._ask(changed_pages, report, since.field)
        return Pictures(tuple(pages or ()), missing, changes or ChangedPages(), since, lost)

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()

    def _ask(self, draw: Callable[..., Any], report: Report, *arguments: Any) -> tuple[Any, str | None]:
        """Return what ``draw`` makes of the file, or why it makes nothing."""
        job = self._pool.submit(_draw, draw, report.file, report.sha256, arguments, self._password)
        try:
            return job.result()  # type: ignore[no-any-return]
        except (WorkerLost, RuntimeError, MemoryError):  # it ended, or had no room even for its answer
            return None, "failed"


def compared_signature(report: Report) -> SignatureReport | None:
    """Return the signature since which changes are shown.

    Where something forbidden came, the last one that it came after: what honest signers added before is not in the
    way.  Else the first one after which something came that pages show.
    """
    forbidden = [item for item in report.signatures if item.changes_permitted is False]
    if forbidden:
        return forbidden[-1]
    return next((item for item in report.signatures if item.changes_after in _SHOWN_CHANGES), None)


def _draw(
    draw: Callable[..., Any], name: str, sha256: str, arguments: tuple[Any, ...], password: str | None
) -> tuple[Any, str | None]:
    try:
        pdf = _read_file(name)
        if hashlib.sha256(pdf).hexdigest() != sha256:
            return None, "gone"
        return draw(pdf, *arguments, password=password), None
    except (FileProblem, SignKitError):
        return None, "gone"
    except Exception:  # PDFium's and Pillow's, for pages that cannot be drawn
        return None, "failed"


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
