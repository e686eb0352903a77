"""The delivery pack: one folder with the contract as it is, and all that its recipient needs beside it.

The folder appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from signkit.contracts.fonts import FontSet, font_set
from signkit.delivery.certificate import completion_certificate, require_complete
from signkit.delivery.check import Answer, DeliveryCheck
from signkit.delivery.how_to_check import how_to_check
from signkit.delivery.receipt import ANYBODY, receipt
from signkit.delivery.sheet import JST
from signkit.errors import (
    CompletionRefused,
    DeliveryError,
    InputUnreadable,
    UsageProblem,
)
from signkit.output import write_folder
from signkit.plain_data import item_at
from signkit.words import Text

SUMS = "SHA256SUMS"
HOW_TO_CHECK = "how-to-check.pdf"
CERTIFICATE = "completion-certificate.pdf"

_ANOTHER_FILE = Text("it is not the file that was checked", "確認したファイルではありません")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True)
class Pack:
    """What goes into the folder, by file name; the contract first, the digests last."""

    files: Mapping[str, bytes]
    no_certificate: Text | None


def make_pack(
    check: DeliveryCheck,
    contract: bytes,
    consents: Sequence[tuple[str, bytes]],
    *,
    allow_indeterminate: bool = False,
    fonts: FontSet | None = None,
) -> Pack:
    """Return the files of a pack.

    Args:
        check: the document, held against the consents.
        contract: the document's bytes, copied as they are.
        consents: name and bytes of each consent, copied as they are.
        allow_indeterminate: make it although consents or signatures are not proven.

    Raises:
        DeliveryError("delivery-refused"): a consent is missing or does not hold.
        DeliveryError("delivery-not-proven"): a consent is not proven.
        InputUnreadable: ``contract`` is not the file that was checked.
        UsageProblem: two files would bear one name.
    """
    require_in_order(check, allow_indeterminate=allow_indeterminate)
    if hashlib.sha256(contract).hexdigest() != check.status.report.sha256:
        raise InputUnreadable(check.status.file, _ANOTHER_FILE)
    fonts = fonts or font_set()
    day = check.status.report.validation_time.astimezone(JST).date()
    certificate, why_not = _certificate(check, allow_indeterminate, fonts)
    files = [
        (PurePath(check.status.file).name, contract),
        (HOW_TO_CHECK, how_to_check(check.status, day, fonts)),
        *([(CERTIFICATE, certificate)] if certificate is not None else []),
        *((PurePath(name).name, content) for name, content in consents),
        *_receipts(check, fonts),
    ]
    _require_different_names([*(name for name, _ in files), SUMS])
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files)
    return Pack({**dict(files), SUMS: sums.encode()}, why_not)


def require_in_order(check: DeliveryCheck, *, allow_indeterminate: bool = False) -> None:
    """Check that the document may be handed over electronically; raises as ``make_pack`` does."""
    points = tuple(
        Text(f"{recipient.label.en}: {point.text.en}", f"{recipient.label.ja}: {point.text.ja}")
        for recipient in check.recipients
        for point in recipient.points
    ) + tuple(point.text for point in check.points)
    if check.answer is Answer.MISSING:
        raise DeliveryError("delivery-refused", points=points)
    if check.answer is Answer.NOT_PROVEN and not allow_indeterminate:
        raise DeliveryError("delivery-not-proven", points=points)


def _certificate(check: DeliveryCheck, allow_indeterminate: bool, fonts: FontSet) -> tuple[bytes | None, Text | None]:
    """Return the completion certificate, or why there is none: a pack is handed over before all have signed, too."""
    try:
        require_complete(check.status, allow_indeterminate=allow_indeterminate)
    except CompletionRefused as refused:
        return None, refused.cause
    return completion_certificate(check.status, allow_indeterminate=allow_indeterminate, fonts=fonts), None


def _receipts(check: DeliveryCheck, fonts: FontSet) -> list[tuple[str, bytes]]:
    """Return a receipt a recipient; one for anybody where the document does not say who receives it."""
    status, day = check.status, check.status.report.validation_time.astimezone(JST).date()
    data = status.contract.data if status.contract is not None else {}
    provider = _text(item_at(data, check.rule.provider_item)) if check.rule is not None else None
    if check.rule is None:
        page = receipt(status, ANYBODY, Text("recipient", "受領者"), None, None, day, fonts)
        return [("receipt.pdf", page)]
    names = {recipient.role: _text(item_at(data, recipient.name_item)) for recipient in check.rule.recipients}
    return [
        (f"receipt-{each.role}.pdf", receipt(status, each.role, each.label, names[each.role], provider, day, fonts))
        for each in check.recipients
        if _ROLE.fullmatch(each.role)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _require_different_names(names: Sequence[str]) -> None:
    seen = set()
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen or "\n" in name:
            raise UsageProblem(
                Text(f"Two files of the pack would be called {name}", f"同じ名前 {name} のファイルが2つあります"),
                Text("Rename one of them.", "どちらかの名前を変えてください。"),
            )
        seen.add(folded)


def write_pack(folder: Path, pack: Pack) -> None:
    """Write the pack as ``folder``: beside it first, then by one renaming.

    Raises:
        OutputExists: ``folder`` exists.
        FileUnusable("output-not-written"): the disk or the permissions do not allow it.
    """
    write_folder(folder, pack.files)
