"""Encrypted PDFs as qpdf and pyHanko make them, each with one empty signature field."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from tests.signing.formats import qpdf, typeset

USER, OWNER = "user password", "owner password"
JAPANESE = "契約書の鍵"
#: What qpdf is told for each kind.
KINDS: dict[str, tuple[str, ...]] = {
    "aes-256": (USER, OWNER, "256"),
    "aes-256-cleartext-metadata": (USER, OWNER, "256", "--cleartext-metadata"),
    "aes-256-japanese": (JAPANESE, OWNER, "256"),
    "aes-128": (USER, OWNER, "128", "--use-aes=y"),
    "aes-128-cleartext-metadata": (USER, OWNER, "128", "--use-aes=y", "--cleartext-metadata"),
    "rc4-128": (USER, OWNER, "128", "--use-aes=n"),
    "rc4-40": (USER, OWNER, "40"),
    "open": ("", OWNER, "256"),
    "restricted": ("", OWNER, "256", "--modify=none", "--annotate=n", "--form=n"),
    "form-filling-only": ("", OWNER, "256", "--modify=form"),
    "revision-5": (USER, OWNER, "256", "--force-R5"),
}


@cache
def encrypted(kind: str, *, streams: bool = False) -> bytes:
    """Return a file of the kind; with ``streams`` its objects lie in encrypted object streams."""
    objects = "--object-streams=generate" if streams else "--object-streams=disable"
    return qpdf(typeset("1.7"), "--allow-weak-crypto", "--encrypt", *KINDS[kind], "--", objects)


def password_of(kind: str) -> str | None:
    """Return the user's password, None for the empty one."""
    return KINDS[kind][0] or None


def for_certificate(certificate: bytes) -> bytes:
    """Return a file encrypted for the holder of a certificate (ISO 32000-2 7.6.5)."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.crypt.pubkey import RecipientEncryptionPolicy
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(typeset("1.7"))))
    policy = RecipientEncryptionPolicy(ignore_key_usage=True)
    writer.encrypt_pubkey([x509.Certificate.load(certificate)], policy=policy)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def with_mac() -> bytes:
    """Return a file with a PDF MAC (ISO/TS 32004)."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(typeset("2.0"))))
    writer.encrypt(owner_pass=OWNER, user_pass=USER, pdf_mac=True)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
