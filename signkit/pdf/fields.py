"""Opening a PDF that comes from anywhere, and the names of its signature fields: what signing and status begin with."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors import PdfPasswordNeeded, PdfPasswordWrong, PdfUnusable
from signkit.limits import LimitExceeded, Limits, Meter
from signkit.pdf.form import form_fields
from signkit.pdf.reading.document import PdfFile, Unreadable
from signkit.pdf.reading.unlocking import Password
from signkit.words import Text


@dataclass(frozen=True)
class FieldNames:
    """The signature fields of a PDF, in the document's order."""

    empty: tuple[str, ...]
    signed: tuple[str, ...]


def open_pdf(pdf: bytes, password: Password = None) -> PdfFile:
    """Return a file that one may go on with.

    Raises:
        PdfUnusable: it is damaged, or see `read_pdf`.
        PdfPasswordNeeded, PdfPasswordWrong: see `read_pdf`.
    """
    file = read_pdf(pdf, password)
    # To append to a rebuilt file would make one reading of it the only one.
    if file.damaged or not isinstance(file.history.last.root, dict):
        raise PdfUnusable(_damage(next(iter(file.problems), "no catalog")))
    return file


def read_pdf(pdf: bytes, password: Password = None) -> PdfFile:
    """Return the file, read as the judge reads it: rebuilt, where it is damaged.

    Raises:
        PdfUnusable: it is no PDF, larger than the limits allow, or encrypted in an unsupported way.
        PdfPasswordNeeded, PdfPasswordWrong: it is encrypted, and no password or a wrong one was given.
    """
    limits = Limits()
    try:
        # Before the first byte is parsed: reading is where a large file costs.
        if len(pdf) > limits.bytes:
            raise LimitExceeded("bytes", limits.bytes)
        return PdfFile(pdf, Meter(limits), password)
    except LimitExceeded as error:
        raise PdfUnusable(error.words) from error
    except Unreadable as error:
        if error.code == "encrypted":
            raise PdfPasswordNeeded() from error
        if error.code == "password-wrong":
            raise PdfPasswordWrong() from error
        raise PdfUnusable(_UNREADABLE.get(error.code, _damage(error.detail))) from error


def signature_fields(pdf: bytes, password: Password = None) -> FieldNames:
    """Return the names of the empty and the signed signature fields.

    Raises:
        PdfUnusable, PdfPasswordNeeded, PdfPasswordWrong: see `open_pdf`.
    """
    return field_names(open_pdf(pdf, password))


def field_names(file: PdfFile) -> FieldNames:
    """Return the names of the empty and the signed signature fields of the newest revision."""
    view = file.history.last
    # ISO 32000-2 12.7.5.5: a signature field whose /V is absent waits for its signature.
    fields = [(item.name, view.resolve(item.value)) for item in form_fields(view) if item.type == "/Sig" and item.name]
    return FieldNames(
        empty=tuple(name for name, value in fields if value is None),
        signed=tuple(name for name, value in fields if value is not None),
    )


def _damage(detail: str) -> Text:
    return Text(
        f"it is damaged or uses a structure that is not supported ({detail})",
        "壊れているか、対応していない構造です",
    )


_UNREADABLE = {
    "no-pdf": Text("it is no PDF", "PDF ではありません"),
    "encryption-unknown": Text(
        "it is encrypted for the holders of certificates, or in an unknown way",
        "証明書による暗号化など、対応していない方式で暗号化されています",
    ),
}
