"""The first sheet of an Excel workbook (.xlsx) as rows of texts, through openpyxl.

A workbook is a ZIP of XML: sizes are bounded by what the ZIP declares (Python's ``zipfile`` gives out no more than
that), and a document type, which entity bombs need, is refused.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from signkit.errors import MissingExtra, SignKitError, TableUnreadable
from signkit.unpacking import ZipBounds, ZipRefused, open_zip
from signkit.words import Text

_BOUNDS = ZipBounds(members=1_000, member_bytes=150_000_000, total_bytes=300_000_000)
#: Of any sheet, by the format.
_MOST_ROWS = 1_048_576
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


def sheet_rows(raw: bytes, name: str, *, most_columns: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the sheet's first row and those that are used, with their numbers, each cell as the text of a CSV file.

    What lies beyond ``most_columns`` is not looked at.

    Raises:
        TableUnreadable: the sheet is broken.
    """
    with _first_sheet(raw, name) as sheet:
        sheet.reset_dimensions()  # what the sheet says of its own size is not believed
        cells = sheet.iter_rows(max_row=_MOST_ROWS, max_col=most_columns, values_only=True)
        unused: object = None
        for number, values in enumerate(cells, 1):
            if values is unused:  # one and the same stands for each row that is not there: a million, at the worst
                continue
            texts = tuple(map(_as_text, _without_empty_end(values)))
            if number == 1 or any(texts):
                yield number, texts
            elif not any(values):
                unused = values


def _without_empty_end(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values up to the last that is there: openpyxl fills rows up to the widest allowed."""
    used = len(values)
    while used and values[used - 1] is None:
        used -= 1
    return values[:used]


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
        raise MissingExtra(Text("Reading .xlsx", ".xlsx の読み取り"), "excel") from error
    book = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it does not support (styles, validation) is no data
            book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise TableUnreadable(name, Text("it has no visible sheet", "表示されているシートがありません"))
        yield sheets[0]
    except SignKitError:
        raise
    except Exception as error:  # zlib.error, BadZipFile, SyntaxError of the XML, NotImplementedError, EOFError, …
        raise TableUnreadable(name, _broken_words(error)) from error
    finally:
        if book is not None:
            book.close()


def _broken_words(error: Exception | None) -> Text:
    """Say that it cannot be read, and what the parser calls it: its words could repeat a cell."""
    kind = f" ({type(error).__name__})" if error is not None else ""
    return Text(f"it is not a workbook that can be read{kind}", f"ブックとして読めません{kind}")


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
        raise TableUnreadable(name, _REFUSALS.get(refused.code, _broken_words(None))) from refused


def _declares_type(pieces: Iterable[bytes]) -> bool:
    seen = b""
    for piece in pieces:
        seen = seen[-32:] + piece
        if any(word in seen for word in _FORBIDDEN):
            return True
    return False


_TOO_MUCH = Text("it unpacks to too much", "展開後の大きさが限度を超えています")
_REFUSALS = {
    "members": _TOO_MUCH,
    "size": _TOO_MUCH,
    "encrypted": Text("it is encrypted", "暗号化されています"),
    "method": Text("it is compressed in a way that is not supported", "対応していない圧縮方式です"),
}
