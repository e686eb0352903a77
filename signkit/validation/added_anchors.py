"""CA certificates that this user believes from now on: each kept once, under its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from asn1crypto import pem, x509

from signkit.errors import TrustError
from signkit.output import make_folder, write_checked
from signkit.pki.distinguished_names import labelled_name


def authority_file(folder: Path, der: bytes, source: str) -> Path:
    """Return where a certificate is kept in ``folder``.

    Args:
        source: where it came from, for the error.

    Raises:
        TrustError("not-an-authority"): it is no CA's.
    """
    certificate = x509.Certificate.load(der)
    if not certificate.ca:
        raise TrustError("not-an-authority", path=source, name=labelled_name(certificate.subject))
    return folder / f"{certificate.sha256.hex()}.pem"


def keep_authorities(folder: Path, certificates: Mapping[Path, bytes]) -> None:
    """Keep certificates (DER) as PEM files."""
    make_folder(folder)
    for target, der in certificates.items():
        write_checked(target, pem.armor("CERTIFICATE", der), overwrite=True)
