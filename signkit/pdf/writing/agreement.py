"""Do the reader that judges and the library that writes see the same document?

pyHanko appends what we sign; it reads the file by its own rules.  Where the two differ (a key that stands twice in the
catalog, a field that only one of them reaches), what it appends could take another party's signature away, and nobody
would see it before it is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from signkit.errors import PdfNotSignable
from signkit.limits import LimitExceeded
from signkit.pdf.form import form_fields
from signkit.pdf.pages import pages
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import DUPLICATE, Ref
from signkit.pdf.writing.opening import entry
from signkit.pdf.writing.written_fields import form_fields as fields_of_writer
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader


def refuse_two_readings(file: PdfFile, reader: PdfFileReader) -> None:
    """Refuse a file whose catalog, form, fields, signatures or page count the two readers see otherwise.

    Raises:
        PdfNotSignable: they differ; the cause says in what.
    """
    try:
        ours, theirs = dict(_as_judged(file)), dict(_as_written(reader))
    except LimitExceeded as error:
        raise PdfNotSignable(error.words) from error
    for what, seen in ours.items():
        if theirs[what] != seen:
            raise PdfNotSignable(_differ(_WHAT[what]))


def _as_judged(file: PdfFile) -> Iterator[tuple[str, object]]:
    view = file.history.last
    root = view.root
    form = view.resolve(root.get("/AcroForm"))
    # 7.3.7: readers take the first or the last of two equal keys.
    if DUPLICATE in root or (isinstance(form, dict) and DUPLICATE in form):
        raise PdfNotSignable(_TWICE)
    yield "catalog", (_number(view.trailer.get("/Root")), frozenset(root))
    yield "form", (_number(root.get("/AcroForm")), frozenset(form) if isinstance(form, dict) else None)
    fields = []
    for item in form_fields(view):
        if DUPLICATE in item.entries:
            raise PdfNotSignable(_TWICE)
        if item.name:
            fields.append((item.name, item.type, view.resolve(item.value) is not None, _number(item.ref)))
    yield "fields", fields
    yield "pages", sum(1 for _ in pages(view))


def _as_written(reader: PdfFileReader) -> Iterator[tuple[str, object]]:
    root = reader.root
    form = entry(root, "/AcroForm")
    yield "catalog", (reader.root_ref.idnum, frozenset(root))
    raw = root.raw_get("/AcroForm") if "/AcroForm" in root else None
    yield "form", (getattr(raw, "idnum", None), frozenset(form) if form is not None else None)
    yield (
        "fields",
        [
            (field.name, field.kind, field.value is not None, getattr(field.dictionary.container_ref, "idnum", None))
            for field in fields_of_writer(reader)
        ],
    )
    # The writer goes by /Count, the judge by the tree (7.7.3.2).
    yield "pages", int(root["/Pages"]["/Count"])


def _number(value: object) -> int | None:
    return value.number if isinstance(value, Ref) else None


def _differ(what: Text) -> Text:
    return Text(f"readers differ about its {what.en}", f"閲覧ソフトにより{what.ja}の解釈が分かれる構造です")


_WHAT = {
    "catalog": Text("catalog", "文書カタログ"),
    "form": Text("form", "フォーム"),
    "fields": Text("fields and signatures", "入力欄と署名"),
    "pages": Text("number of pages", "ページ数"),
}
_TWICE = Text(
    "an entry of its catalog, form or fields stands twice, so that readers differ about it",
    "文書カタログ、フォーム、入力欄のいずれかに同じ項目が二度書かれており、閲覧ソフトにより解釈が分かれます",
)
