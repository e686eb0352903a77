"""Does a password open an encrypted PDF (ISO 32000-2 7.6.4, standard security handler)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pyhanko.pdf_utils.crypt import AuthResult, StandardSecurityHandler

#: A document's password, user's or owner's, as typed; None where nobody gave one.
Password: TypeAlias = str | None


def unlock(handler: StandardSecurityHandler, first_id: bytes, password: Password) -> AuthResult | None:
    """Give ``handler`` the password, or the empty one, which opens files that merely restrict what may be done.

    Text is prepared as the handler's revision wants it (SASLprep; PDFDocEncoding); programs that did not care wrote
    its plain UTF-8.

    Returns:
        Whose password it is, and what it permits; None where nothing opens the file.

    Raises:
        PdfError: the file's permissions are not those that were encrypted with its key.
    """
    from pyhanko.pdf_utils.crypt import AuthStatus

    for candidate in (password, password.encode(), "") if password else ("",):
        try:
            access = handler.authenticate(candidate, first_id)
        except ValueError:  # characters that the revision does not know
            continue
        if access.status is not AuthStatus.FAILED:
            return access
    return None
