"""What the files of a pack are called: by what they are, in the recipient's language, on every file system."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath

from signkit.contracts.bulk.naming import NameRefused, fold, safe_name
from signkit.delivery.check import DeliveryCheck

SUMS = "SHA256SUMS"
HOW_TO_CHECK = "電子契約書の確かめ方.pdf"
CERTIFICATE = "合意締結証明書.pdf"
MAIL = "送付メール.txt"
_CONSENT, _WITHDRAWAL, _RECEIPT = "承諾書", "承諾の撤回書", "受領書"


class PackNames:
    """The names that are taken, none twice for any file system."""

    def __init__(self) -> None:
        self._taken = {fold(name) for name in (SUMS, HOW_TO_CHECK, CERTIFICATE, MAIL)}

    def contract(self, check: DeliveryCheck) -> str:
        """Return the document's title as its file's name; its own name where it says no title that can be one."""
        contract = check.status.contract
        own = PurePath(check.status.file).stem
        return self._free(contract.title.ja if contract is not None and contract.title is not None else own, own)

    def consent(self, check: DeliveryCheck, path: str, content: bytes) -> str:
        """Return the name of a consent: whose it is; its own name where it is no recipient's."""
        own, digest = PurePath(path).stem, hashlib.sha256(content).hexdigest()
        for recipient in check.recipients:
            if recipient.consent is not None and recipient.consent.sha256 == digest:
                kind = _WITHDRAWAL if recipient.consent.state == "withdrawn" else _CONSENT
                return self._free(f"{kind}（{recipient.label.ja}）", own)
        return self._free(own)

    def receipt(self, label: str | None) -> str:
        """Return the name of a recipient's receipt; of anybody's without a label."""
        return self._free(f"{_RECEIPT}（{label}）" if label else _RECEIPT, _RECEIPT)

    def _free(self, *wanted: str) -> str:
        """Return the first of ``wanted`` that can be a file's name, numbered where it is taken."""
        stem = next(filter(None, map(_usable, wanted)), "file")
        names: Iterable[str] = (f"{stem}{f'_{number}' if number > 1 else ''}.pdf" for number in range(1, 1000))
        name = next(name for name in names if fold(name) not in self._taken)
        self._taken.add(fold(name))
        return name


def _usable(stem: str) -> str | None:
    try:
        return safe_name(stem)
    except NameRefused:
        return None
