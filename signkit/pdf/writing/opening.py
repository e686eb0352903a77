"""Opening a PDF with the library that writes (pyHanko), decrypted where it is encrypted (ISO 32000-2 7.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from signkit.errors import PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, SignKitError
from signkit.limits import Limits
from signkit.pdf.reading.unlocking import Password, unlock
from signkit.pdf.writing.quick_reader import quick_reader
from signkit.words import Text

if TYPE_CHECKING:
    from pyhanko.pdf_utils.crypt import AuthResult, SecurityHandler
    from pyhanko.pdf_utils.reader import PdfFileReader

#: /V of the encryption dictionary: RC4, AES-128 and AES-256, all that validation reads too.
_VERSIONS = (1, 2, 4, 5)
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
            f"it is damaged or uses a structure that is not supported ({_words_of(error)})",
            f"壊れているか、対応していない構造です ({_words_of(error)})",
        )
        raise PdfNotSignable(cause) from error


def _words_of(error: Exception) -> str:
    return str(error) or type(error).__name__


def entry(dictionary: Any, key: str) -> Any:
    """Return ``dictionary[key]`` with references followed, or None; ``get`` of pyHanko follows none."""
    return dictionary[key] if dictionary is not None and key in dictionary else None


def open_reader(pdf: bytes, password: Password = None) -> PdfFileReader:
    """Return pyHanko's reader on ``pdf``, decrypted where it is encrypted.

    Raises:
        PdfNotSignable: it is larger than the limits allow, or encrypted in a way that is not supported.
        PdfPasswordNeeded, PdfPasswordWrong: it is encrypted, and no password or a wrong one was given.
    """
    return open_with_access(pdf, password)[0]


def open_with_access(pdf: bytes, password: Password) -> tuple[PdfFileReader, AuthResult | None]:
    """Return the reader, and what the password gives access to (None: the file is not encrypted)."""
    if len(pdf) > Limits.bytes:
        size = f"{Limits.bytes:,}"
        raise PdfNotSignable(Text(f"it is larger than {size} bytes", f"{size} バイトを超えています"))
    reader = quick_reader(pdf)
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
    # Table 20: other /V are unpublished or of another handler.
    if handler.version.value not in _VERSIONS or handler.revision.value is None:
        raise PdfNotSignable(Text("it is encrypted in an unknown way", "対応していない方式で暗号化されています"))
    access = unlock(handler, reader.document_id[0], password)
    if access is None:
        raise PdfPasswordWrong() if password else PdfPasswordNeeded()
    return access


def may_hold(pdf: bytes, name: bytes) -> bool:
    """Tell cheaply whether a key may stand in a PDF: not where neither it, an object stream nor an escaped name does.

    Args:
        name: the key with its slash.
    """
    # Object streams are packed: what they hold cannot be seen from outside.
    return name in pdf or b"/ObjStm" in pdf or _ESCAPED_NAME.search(pdf) is not None
