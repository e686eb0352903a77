"""The first sheet of an Excel workbook (.xlsx) as rows of texts, through openpyxl.

A workbook is a ZIP of XML: sizes are bounded by what the ZIP declares (Python's ``zipfile`` gives out no more than
that), and a document type, which entity bombs need, is refused.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from signkit.errors import MissingExtra, TableUnreadable
from signkit.unpacking import ZipBounds, ZipRefused, open_zip
from signkit.words import Text

_BOUNDS = ZipBounds(members=1_000, member_bytes=150_000_000, total_bytes=300_000_000)
_MAX_SHARED_TEXTS = 50_000_000
_FORBIDDEN = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le"))


def sheet_name(raw: bytes, name: str) -> str:
    """Return the name of the sheet that `sheet_rows` reads: the first visible one.

    Raises:
        TableUnreadable: it is no workbook, or exceeds a bound.
        MissingExtra: openpyxl is not installed.
    """
    _require_harmless(raw, name)
    with _first_sheet(raw, name) as sheet:
        return str(sheet.title)


def sheet_rows(raw: bytes, name: str, *, most_rows: int, most_columns: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the sheet's rows with their numbers, each cell as the text a CSV file would hold.

    What lies beyond ``most_rows`` and ``most_columns`` is not looked at.

    Raises:
        TableUnreadable: the sheet is broken.
    """
    with _first_sheet(raw, name) as sheet:
        sheet.reset_dimensions()  # what the sheet says of its own size is not believed
        cells = sheet.iter_rows(max_row=most_rows, max_col=most_columns, values_only=True)
        for number, values in enumerate(cells, 1):
            yield number, _without_empty_end(tuple(map(_as_text, values)))


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cells up to the last that holds something: openpyxl fills rows up to the widest allowed."""
    used = len(cells)
    while used and not cells[used - 1]:
        used -= 1
    return cells[:used]


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes" if value.second == 0 else "auto")
        case timedelta():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return str(value).strip()


@contextmanager
def _first_sheet(raw: bytes, name: str) -> Iterator[Any]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise MissingExtra("Reading .xlsx", "excel") from error
    book = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it does not support (styles, validation) is no data
            book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise TableUnreadable(name, Text("it has no visible sheet", "表示されているシートがありません"))
        yield sheets[0]
    except (zipfile.BadZipFile, SyntaxError, LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        raise TableUnreadable(name, _BROKEN) from error
    finally:
        if book is not None:
            book.close()


_BROKEN = Text("it is not a workbook that can be read", "ブックとして読めません")


def _require_harmless(raw: bytes, name: str) -> None:
    """Refuse ZIP bombs and document types before any parser sees the workbook."""
    try:
        with open_zip(io.BytesIO(raw), _BOUNDS) as archive:
            archive.require_declared()
            shared = [part for part in archive.entries if part.filename.lower().endswith("sharedstrings.xml")]
            if sum(part.file_size for part in shared) > _MAX_SHARED_TEXTS:
                raise ZipRefused("size")
            xml = [part for part in archive.entries if part.filename.lower().endswith((".xml", ".rels"))]
            if any(_declares_type(archive.pieces(part)) for part in xml):
                raise TableUnreadable(name, Text("its XML declares a document type", "XML に文書型宣言があります"))
    except ZipRefused as refused:
        raise TableUnreadable(name, _TOO_MUCH if refused.code in ("members", "size") else _BROKEN) from refused


def _declares_type(pieces: Iterable[bytes]) -> bool:
    seen = b""
    for piece in pieces:
        seen = seen[-32:] + piece
        if any(word in seen for word in _FORBIDDEN):
            return True
    return False


_TOO_MUCH = Text("it unpacks to too much", "展開後の大きさが限度を超えています")
