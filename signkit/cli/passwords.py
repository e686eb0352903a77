"""The password of encrypted PDFs: one for all files of a run, typed by its owner at most once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.terminal import secret_reader

if TYPE_CHECKING:
    from signkit.pdf.reading.unlocking import Password


class DocumentPassword:
    """What opens the encrypted PDFs of this run; a file that opens with the empty password needs none.

    Attributes:
        value: the password; None until somebody gave one.
    """

    def __init__(self, *, ask: bool, from_stdin: bool) -> None:
        self._from_stdin = from_stdin
        self.value: Password = self._ask("PDF") if ask or from_stdin else None

    def check(self, pdf: bytes, path: Path, *, to_sign: bool) -> None:
        """Make sure that a file opens, and may be signed; ask at the terminal where a password is needed.

        Raises:
            PdfPasswordNeeded, PdfPasswordWrong, PdfForbidsSigning: it does not; the error names it.
            PdfNotSignable: it is encrypted in a way that is not supported.
        """
        from signkit.errors import PdfForbidsSigning, PdfPasswordNeeded, PdfPasswordWrong
        from signkit.pdf.writing.appending import refuse_locked

        if b"/Encrypt" not in pdf:
            return
        try:
            refuse_locked(pdf, self.value, to_sign=to_sign)
        except PdfPasswordNeeded:
            if not sys.stdin.isatty():
                raise PdfPasswordNeeded(str(path)) from None
            self.value = self._ask(path.name)
            self.check(pdf, path, to_sign=to_sign)
        except (PdfPasswordWrong, PdfForbidsSigning) as refusal:
            raise type(refusal)(str(path)) from None

    def _ask(self, of: str) -> str | None:
        from signkit.signers.base import SecretRequest, wipe

        secret = secret_reader(from_stdin=self._from_stdin)(SecretRequest("document-password", of))
        typed = secret.decode("utf-8", "replace")
        wipe(secret)
        return typed or None
