"""The JPKI's CA certificates, shipped as data and pinned by their SHA-256 fingerprints.

The three generations of one CA share one distinguished name: match an issuer by name, then decide by signature.
Sources of the fingerprints: docs/reference/jpki.md.  ``auth-ca-2019`` exists and is missing here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Usage = Literal["signature", "authentication"]

#: O= of J-LIS's test hierarchy: a certificate under it is never a real person's.
TEST_ORGANISATION = "JPKI-TEST"
ORGANISATION = "JPKI"


@dataclass(frozen=True)
class CertificationAuthority:
    """One generation of a JPKI CA: its self-signed certificate (DER) and what it issues."""

    name: str
    usage: Usage
    sha256: str
    certificate: bytes


_PINNED: tuple[tuple[str, Usage, str], ...] = (
    ("sign-ca-2015", "signature", "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355"),
    ("sign-ca-2019", "signature", "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb"),
    ("sign-ca-2023", "signature", "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f"),
    ("auth-ca-2015", "authentication", "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d"),
    ("auth-ca-2023", "authentication", "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5"),
)


@cache
def certification_authorities(usage: Usage) -> tuple[CertificationAuthority, ...]:
    """Return the CAs of ``usage``, oldest first.

    Raises:
        RuntimeError: a shipped certificate is not the pinned one (a damaged or altered installation).
    """
    return tuple(_load(name, kind, pin) for name, kind, pin in _PINNED if kind == usage)


def _load(name: str, usage: Usage, pin: str) -> CertificationAuthority:
    from asn1crypto import pem

    text = files("signkit.jpki").joinpath("anchors", f"{name}.pem").read_bytes()
    der: bytes = pem.unarmor(text)[2]
    # The file and this program come the same way; the pin shows that nobody exchanged the file alone.
    if hashlib.sha256(der).hexdigest() != pin:
        raise RuntimeError(f"the shipped CA certificate {name} does not have its pinned fingerprint")
    return CertificationAuthority(name, usage, pin, der)
