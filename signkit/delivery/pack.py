"""The delivery pack: one folder with the contract as it is, and all that its recipient needs beside it.

The folder appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from signkit.contracts.fonts import FontSet, font_set
from signkit.delivery.certificate import completion_certificate, require_complete
from signkit.delivery.check import DeliveryCheck, DeliveryJudgement
from signkit.delivery.covering_mail import covering_mail, line_for
from signkit.delivery.how_to_check import how_to_check
from signkit.delivery.pack_names import CERTIFICATE, HOW_TO_CHECK, MAIL, SUMS, PackNames
from signkit.delivery.receipt import ANYBODY, receipt
from signkit.errors import (
    CompletionRefused,
    DeliveryError,
    FileUnusable,
    InputUnreadable,
    system_cause,
)
from signkit.japan_time import JST
from signkit.output import write_folder
from signkit.plain_data import item_at
from signkit.words import Text

_ANOTHER_FILE = Text("it is not the file that was checked", "確認したファイルではありません")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True)
class Pack:
    """What goes into the folder, by file name: the contract first, the digests and the mail's text last."""

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
    """
    require_in_order(check, allow_indeterminate=allow_indeterminate)
    if hashlib.sha256(contract).hexdigest() != check.status.report.sha256:
        raise InputUnreadable(check.status.file, _ANOTHER_FILE)
    names = PackNames()
    check = _rename_files(check, names.contract(check))
    fonts = fonts or font_set()
    day = check.status.report.validation_time.astimezone(JST).date()
    certificate, why_not = _certificate(check, allow_indeterminate, fonts)
    files = [
        (check.status.file, contract),
        (HOW_TO_CHECK, how_to_check(check.status, day, fonts)),
        *([(CERTIFICATE, certificate)] if certificate is not None else []),
        *((names.consent(check, name, content), content) for name, content in consents),
        *_receipts(check, names, fonts),
    ]
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files).encode()
    files.append((SUMS, sums))
    return Pack({**dict(files), MAIL: _mail(check, [name for name, _ in files])}, why_not)


def _rename_files(check: DeliveryCheck, name: str) -> DeliveryCheck:
    """Return the check with the document called as in the pack: sheet, receipts and certificate name it so."""
    status = replace(check.status, file=name, report=replace(check.status.report, file=name))
    return replace(check, status=status)


def _mail(check: DeliveryCheck, files: Sequence[str]) -> bytes:
    recipients = _recipient_names(check)
    names = [name for each in check.recipients if (name := recipients.get(each.role))]
    return covering_mail(check, [(name, line_for(name)) for name in files], names, _provider(check))


def require_in_order(check: DeliveryCheck, *, allow_indeterminate: bool = False) -> None:
    """Check that the document may be handed over electronically; raises as ``make_pack`` does."""
    points = tuple(
        Text(f"{recipient.label.en}: {point.text.en}", f"{recipient.label.ja}: {point.text.ja}")
        for recipient in check.recipients
        for point in recipient.points
    ) + tuple(point.text for point in check.points)
    if check.answer is DeliveryJudgement.MISSING:
        raise DeliveryError("delivery-refused", points=points)
    if check.answer is DeliveryJudgement.NOT_PROVEN and not allow_indeterminate:
        raise DeliveryError("delivery-not-proven", points=points)


def _certificate(check: DeliveryCheck, allow_indeterminate: bool, fonts: FontSet) -> tuple[bytes | None, Text | None]:
    """Return the completion certificate, or why there is none: a pack is handed over before all have signed, too."""
    try:
        require_complete(check.status, allow_indeterminate=allow_indeterminate)
    except CompletionRefused as refused:
        return None, refused.cause
    return completion_certificate(check.status, allow_indeterminate=allow_indeterminate, fonts=fonts), None


def _receipts(check: DeliveryCheck, names: PackNames, fonts: FontSet) -> list[tuple[str, bytes]]:
    """Return a receipt a recipient; one for anybody where the document does not say who receives it."""
    status, day = check.status, check.status.report.validation_time.astimezone(JST).date()
    if check.rule is None:
        page = receipt(status, ANYBODY, Text("recipient", "受領者"), None, None, day, fonts)
        return [(names.receipt(None), page)]
    recipients, provider = _recipient_names(check), _provider(check)
    return [
        (
            names.receipt(each.label.ja),
            receipt(status, each.role, each.label, recipients[each.role], provider, day, fonts),
        )
        for each in check.recipients
        if _ROLE.fullmatch(each.role)
    ]


def _recipient_names(check: DeliveryCheck) -> dict[str, str | None]:
    """Return who receives the document, by role, as its data say."""
    if check.rule is None:
        return {}
    data = check.status.contract.data if check.status.contract is not None else {}
    return {recipient.role: _text(item_at(data, recipient.name_item)) for recipient in check.rule.recipients}


def _provider(check: DeliveryCheck) -> str | None:
    if check.rule is None or check.status.contract is None:
        return None
    return _text(check.rule.provider_of(check.status.contract.data))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def write_pack(folder: Path, pack: Pack, *, overwrite: bool = False) -> None:
    """Write the pack as ``folder``: beside it first, then by one renaming.

    Args:
        overwrite: whether a former pack may be replaced; a folder with anything else in it never is.

    Raises:
        OutputExists: ``folder`` exists.
        DeliveryError("pack-not-replaced"): it is no former pack.
        FileUnusable("output-not-written"): the disk or the permissions do not allow it.
    """
    if overwrite and os.path.lexists(folder):
        with _set_aside(folder):
            write_pack(folder, pack)
        return
    write_folder(folder, pack.files)


@contextmanager
def _set_aside(folder: Path) -> Iterator[None]:
    """Keep a former pack beside until the new one is there; put it back where that fails."""
    _require_pack(folder)
    former = folder.with_name(f".{folder.name[:100]}.{secrets.token_hex(4)}.former")
    try:
        folder.rename(former)
        try:
            yield
        except BaseException:
            former.rename(folder)
            raise
    except OSError as error:
        raise FileUnusable("output-not-written", path=str(folder), cause=system_cause(error)) from error
    shutil.rmtree(former, ignore_errors=True)


def _require_pack(folder: Path) -> None:
    """Refuse what is no pack: a folder of which every file is listed in its digests, or is one that a pack adds."""
    try:
        sums = (folder / SUMS).read_text(encoding="utf-8") if not folder.is_symlink() else ""
        listed = {line[66:] for line in sums.splitlines()} | {SUMS, MAIL}
        others = {each.name for each in folder.iterdir()} - listed if sums else {SUMS}
    except (OSError, ValueError):
        others = {SUMS}
    if others:
        raise DeliveryError("pack-not-replaced", path=str(folder), name=min(others))
