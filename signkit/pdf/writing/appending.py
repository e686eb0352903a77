"""Appending an update to a PDF that comes from anywhere (ISO 32000-2 7.5.6).

pyHanko writes; whether it may, and that an update leaves everything else as it was, is decided here.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.errors import PdfForbidsSigning, PdfNotSignable
from signkit.pdf.fields import open_pdf
from signkit.pdf.reading.unlocking import Password
from signkit.pdf.writing.agreement import refuse_two_readings
from signkit.pdf.writing.opening import open_reader, open_with_access, reading_errors
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.crypt import AuthResult
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader

_LINE_ENDS = (b"\n", b"\r")


def open_writer(pdf: bytes, password: Password = None) -> IncrementalPdfFileWriter:
    """Return what appends an update to ``pdf``, encrypted as ``pdf`` is.

    Raises:
        PdfForbidsSigning: it is encrypted, may not be signed by those who open it, and the password is not its owner's.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong: see `open_reader`.
    """
    # ISO 32000-2 7.3.10: an object begins on a line of its own, and not every file ends its last line.
    ended = pdf if pdf.endswith(_LINE_ENDS) else pdf + b"\n"
    reader, access = open_with_access(ended, password)
    if access is not None:
        _refuse_forbidden(reader, access)
    refuse_two_readings(open_pdf(ended, password), reader)
    return _update_class().from_reader(reader)


def refuse_locked(pdf: bytes, password: Password, *, to_sign: bool) -> None:
    """Refuse a file that ``password`` does not open, or (``to_sign``) does not permit to sign, before a key is used.

    Raises:
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: see `open_writer`.
    """
    with reading_errors():
        if to_sign:
            open_writer(pdf, password)
        else:
            open_reader(pdf, password)


def whole_file(writer: IncrementalPdfFileWriter) -> bytes:
    """Return the whole file: the one that was opened, and the update."""
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _update_class() -> type[IncrementalPdfFileWriter]:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Update(IncrementalPdfFileWriter):
        """An update that leaves the document's information and XMP alone.

        To write a strangers' XMP anew loses what the writer does not know of (extension schemas of PDF/A, Factur-X),
        and signing must not change what a document says about itself.
        """

        def _update_meta(self) -> None:
            """Change nothing."""

    return Update


def _refuse_forbidden(reader: PdfFileReader, access: AuthResult) -> None:
    """Refuse what the document's owner forbids (ISO 32000-2 table 22), and what would not be a proper update."""
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.crypt.permissions import StandardPermissions

    handler: Any = reader.security_handler
    # ISO/TS 32004: the MAC is over the whole file; to append without renewing it breaks it.
    if handler.pdf_mac_enabled:
        raise PdfNotSignable(
            Text("a PDF MAC protects it (ISO/TS 32004)", "PDF MAC (ISO/TS 32004) で保護されています"),
        )
    # 7.5.5: an update repeats /Encrypt; only a reference stays the same dictionary.
    if not hasattr(reader.trailer.raw_get("/Encrypt"), "idnum"):
        raise PdfNotSignable(
            Text("its encryption dictionary is no object of its own", "暗号化辞書が間接オブジェクトではありません")
        )
    # Table 22: bit 6 allows forms, bit 9 (revision 3 and later) filling them and signing, whatever bit 6 says.
    allowed = StandardPermissions.ALLOW_ANNOTS_FORM_FILLING
    if handler.revision.value >= 3:  # the older handler knows no bit 9
        allowed |= StandardPermissions.ALLOW_FORM_FILLING
    # 7.6.4.1: who opens it as owner may do everything.
    if access.status is AuthStatus.USER and not allowed & handler.perms:
        raise PdfForbidsSigning()
