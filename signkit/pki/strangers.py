"""A stranger's certificate, read to its last part before anything relies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asn1crypto import x509


def read_whole(der: bytes) -> x509.Certificate:
    """Return the certificate in ``der``, nothing behind it, every part of which was read.

    asn1crypto reads late: a broken part would show in the middle of a judgement, and as any exception at all (an
    ObjectDescriptor in a name is an AttributeError).

    Raises:
        ValueError: it is none.
    """
    from asn1crypto import x509

    try:
        certificate = x509.Certificate.load(der, strict=True)
        certificate.native  # noqa: B018  parses every part
    except MemoryError:
        raise
    except Exception as error:  # the parser has no root of errors
        raise ValueError("not a certificate that can be read") from error
    return certificate
