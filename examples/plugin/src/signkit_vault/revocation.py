"""Revocation data from the folder in SIGNKIT_VAULT_LISTS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.pki.revocation.sources import CrlEvidence, NoEvidence, RevocationAnswer
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

_NONE = NoEvidence("unreachable", Text("the folder of lists is empty", "失効リストのフォルダーが空です"))


class CrlFolder:
    """All lists of a folder.  SignKit judges which speaks for a certificate, and takes the worst proven word."""

    def look_up(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Sequence[RevocationAnswer]:
        """Return every list, whoever issued it."""
        folder = os.environ.get("SIGNKIT_VAULT_LISTS")
        lists = sorted(Path(folder).glob("*.crl")) if folder else []
        return [CrlEvidence(file.read_bytes()) for file in lists] or [_NONE]
