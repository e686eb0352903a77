"""Making signatures: PDF, CMS, ASiC, and signatures made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.root import SignKitError
from signkit.words import Text


class SigningRefused(SignKitError):
    """No signature is made, completed or extended; nothing was written."""


@dataclass(eq=False)
class PdfNotSignable(SigningRefused):
    """The PDF cannot take a signature."""

    cause: Text
    code = "pdf-not-signable"


@dataclass(eq=False)
class PdfUnusable(PdfNotSignable):
    """The PDF cannot even be read: damaged, too large, or encrypted in an unknown way."""

    code = "pdf-unusable"


@dataclass(eq=False)
class PdfPasswordNeeded(SigningRefused):
    """An encrypted PDF does not open without its password."""

    path: str = "PDF"
    code = "pdf-password-needed"


@dataclass(eq=False)
class PdfPasswordWrong(SigningRefused):
    """A password does not open an encrypted PDF."""

    path: str = "PDF"
    code = "pdf-password-wrong"


@dataclass(eq=False)
class PdfForbidsSigning(SigningRefused):
    """An encrypted PDF's owner forbids filling in and signing to all who open it without the owner's password."""

    path: str = "PDF"
    code = "pdf-forbids-signing"
