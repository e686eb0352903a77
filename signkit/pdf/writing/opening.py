"""Opening a PDF that comes from anywhere, to read its form or to append an update to it (ISO 32000-2 7.5.6, 7.6).

pyHanko parses and writes; what is opened at all, with which password, and that an update leaves everything else as it
was, is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from signkit.errors import PdfForbidsSigning, PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, SignKitError
from signkit.pdf.reading.unlocking import Password, unlock
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.crypt import AuthResult, SecurityHandler
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader

_MAX_PDF_BYTES = 1_000_000_000
#: /V of the encryption dictionary: RC4, AES-128 and AES-256, all that validation reads too.
_VERSIONS = (1, 2, 4, 5)
_LINE_ENDS = (b"\n", b"\r")
#: A name with a letter written by its number (7.3.5): it may be another than it looks like.
_ESCAPED_NAME = re.compile(rb"/[!-~]{0,30}#(?:[46][1-9A-Fa-f]|[57][0-9Aa])")


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn pyHanko's many ways to fail on a bad PDF into one `PdfNotSignable`.

    It asserts, recurses, and raises what its decoders raise: there is no list of them, so all but our own errors count.
    """
    try:
        yield
    except SignKitError:
        raise
    except Exception as error:
        cause = Text(
            f"it is damaged or uses a structure that is not supported ({_told(error)})",
            f"壊れているか、対応していない構造です ({_told(error)})",
        )
        raise PdfNotSignable(cause) from error


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def entry(dictionary: Any, key: str) -> Any:
    """Return ``dictionary[key]`` with references followed, or None; ``get`` of pyHanko follows none."""
    return dictionary[key] if dictionary is not None and key in dictionary else None


def open_reader(pdf: bytes, password: Password = None) -> PdfFileReader:
    """Return pyHanko's reader on ``pdf``, decrypted where it is encrypted.

    Raises:
        PdfNotSignable: it is larger than 1 GB, or encrypted in a way that is not supported.
        PdfPasswordNeeded, PdfPasswordWrong: it is encrypted, and no password or a wrong one was given.
    """
    return _opened(pdf, password)[0]


def open_writer(pdf: bytes, password: Password = None) -> IncrementalPdfFileWriter:
    """Return what appends an update to ``pdf``, encrypted as ``pdf`` is.

    Raises:
        PdfForbidsSigning: it is encrypted, may not be signed by those who open it, and the password is not its owner's.
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong: see `open_reader`.
    """
    # ISO 32000-2 7.3.10: an object begins on a line of its own, and not every file ends its last line.
    reader, access = _opened(pdf if pdf.endswith(_LINE_ENDS) else pdf + b"\n", password)
    if access is not None:
        _refuse_forbidden(reader, access)
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


def written(writer: IncrementalPdfFileWriter) -> bytes:
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


def _opened(pdf: bytes, password: Password) -> tuple[PdfFileReader, AuthResult | None]:
    """Return the reader, and what the password gives access to (None: the file is not encrypted)."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    if len(pdf) > _MAX_PDF_BYTES:
        raise PdfNotSignable(Text("it is larger than 1 GB", "1 GB を超えています"))
    reader = PdfFileReader(BytesIO(pdf), strict=False)
    handler = reader.security_handler
    return reader, None if handler is None else _unlock(reader, handler, password)


def _unlock(reader: PdfFileReader, handler: SecurityHandler, password: Password) -> AuthResult:
    from pyhanko.pdf_utils.crypt import StandardSecurityHandler

    if not isinstance(handler, StandardSecurityHandler):
        raise PdfNotSignable(
            Text(
                "it is encrypted for the holders of certificates, not with a password",
                "パスワードではなく証明書で暗号化されています",
            )
        )
    if handler.version.value not in _VERSIONS or handler.revision.value is None:
        raise PdfNotSignable(Text("it is encrypted in an unknown way", "対応していない方式で暗号化されています"))
    access = unlock(handler, reader.document_id[0], password)
    if access is None:
        raise PdfPasswordWrong() if password else PdfPasswordNeeded()
    return access


def _refuse_forbidden(reader: PdfFileReader, access: AuthResult) -> None:
    """Refuse what the document's owner forbids (ISO 32000-2 table 22), and what would not be a proper update."""
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.crypt.permissions import StandardPermissions

    handler: Any = reader.security_handler
    if handler.pdf_mac_enabled:
        raise PdfNotSignable(
            Text("a PDF MAC protects it (ISO/TS 32004)", "PDF MAC (ISO/TS 32004) で保護されています"),
        )
    if not hasattr(reader.trailer.raw_get("/Encrypt"), "idnum"):
        raise PdfNotSignable(
            Text("its encryption dictionary is no object of its own", "暗号化辞書が間接オブジェクトではありません")
        )
    allowed = StandardPermissions.ALLOW_ANNOTS_FORM_FILLING
    if handler.revision.value >= 3:  # the older handler knows no bit 9
        allowed |= StandardPermissions.ALLOW_FORM_FILLING
    if access.status is AuthStatus.USER and not allowed & handler.perms:
        raise PdfForbidsSigning()


def may_hold(pdf: bytes, name: bytes) -> bool:
    """Tell cheaply whether a key may stand in a PDF: not where neither it, an object stream nor an escaped name does.

    Args:
        name: the key with its slash.
    """
    return name in pdf or b"/ObjStm" in pdf or _ESCAPED_NAME.search(pdf) is not None
