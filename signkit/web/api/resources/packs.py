"""Handing a contract over: are the consents in order, the delivery pack, the completion certificate."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from signkit.web.api.calls import Answer, Call
from signkit.web.api.resources.validations import options_of
from signkit.web.api.work import NamedFile, have_done, name_of, numbered_files, options_in, read_upload
from signkit.web.common.downloads import attachment

if TYPE_CHECKING:
    from pathlib import Path

    from signkit.delivery.check import DeliveryCheck
    from signkit.validation.options import ValidationOptions
    from signkit.words import Language


@dataclass(frozen=True)
class HandedOver:
    """What is handed over, and how it is judged.

    Attributes:
        day: of delivery; None: the document's own.
        fonts: folders with further fonts.
    """

    contract: NamedFile
    consents: tuple[NamedFile, ...]
    day: date | None
    options: ValidationOptions
    fonts: tuple[Path, ...] = ()


def check(call: Call) -> Answer:
    """Answer with whether the document may be handed over electronically."""
    found = have_done(call, check_consents, _handed_over(call))
    return Answer(200, found, subject=call.uploads["file"].sha256)


def check_consents(given: HandedOver) -> dict[str, Any]:
    """Hold the consents against what the law asks; called in a worker."""
    return _checked(given)[0].to_json()


def pack(call: Call) -> Answer:
    """Answer with the delivery pack, a folder in a ZIP file."""
    file = call.uploads["file"]
    allowed = options_in(call).get("allow_indeterminate", False)
    content, has_certificate = have_done(call, make_zip, _handed_over(call), allow_indeterminate=allowed)
    headers = {
        "content-disposition": attachment(f"{PurePath(name_of(call, file)).stem}.zip"),
        "signkit-completion-certificate": "yes" if has_certificate else "no",
    }
    return Answer(200, content, "application/zip", headers, file.sha256)


def make_zip(given: HandedOver, *, allow_indeterminate: bool) -> tuple[bytes, bool]:
    """Return a pack as ZIP, and whether a completion certificate is in it; called in a worker."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.pack import make_pack

    checked, contract, consents = _checked(given)
    made = make_pack(
        checked, contract, consents, allow_indeterminate=allow_indeterminate, fonts=font_set(given.fonts)
    )  # fmt: skip
    return _zipped(made.files, checked.status.report.validation_time), made.no_certificate is None


def certify(call: Call) -> Answer:
    """Answer with the completion certificate."""
    file, wishes = call.uploads["file"], options_in(call)
    name, allowed = name_of(call, file), wishes.get("allow_indeterminate", False)
    content = have_done(
        call, make_certificate, str(file.path), name, _options(call, wishes, check_template=True),
        call.service.settings.font_folders, wishes.get("language", "ja"), allow_indeterminate=allowed,
    )  # fmt: skip
    headers = {"content-disposition": attachment(f"{PurePath(name).stem}-certificate.pdf")}
    return Answer(200, content, "application/pdf", headers, file.sha256)


def make_certificate(
    path: str,
    name: str,
    options: ValidationOptions,
    fonts: tuple[Path, ...],
    language: Language,
    *,
    allow_indeterminate: bool,
) -> bytes:
    """Judge a contract and write the page; called in a worker."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.certificate import completion_certificate
    from signkit.progress.contract import contract_status

    status = contract_status(read_upload(path, name), name, options)
    return completion_certificate(
        status, language=language, allow_indeterminate=allow_indeterminate, fonts=font_set(fonts)
    )


def _handed_over(call: Call) -> HandedOver:
    file, wishes = call.uploads["file"], options_in(call)
    return HandedOver(
        (name_of(call, file), str(file.path)),
        tuple(numbered_files(call, "consent_")),
        _day(wishes.get("on")),
        _options(call, wishes),
        call.service.settings.font_folders,
    )


def _options(call: Call, wishes: Mapping[str, Any], *, check_template: bool = False) -> ValidationOptions:
    named = {name: wishes[name] for name in ("policy", "at") if name in wishes}
    options = options_of(call.service, {**named, "check_template": check_template})
    return replace(options, password=wishes.get("password"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None


def _checked(given: HandedOver) -> tuple[DeliveryCheck, bytes, list[tuple[str, bytes]]]:
    from signkit.delivery.check import check_delivery
    from signkit.delivery.consent import read_consent
    from signkit.progress.contract import contract_status

    name, path = given.contract
    content = read_upload(path, name)
    consents = [(each, read_upload(place, each)) for each, place in given.consents]
    status = contract_status(content, name, given.options)
    read = [read_consent(data, each, given.options) for each, data in consents]
    return check_delivery(status, read, given.day), content, consents


def _zipped(files: Mapping[str, bytes], made: datetime) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, made.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            container.writestr(entry, content)
    return written.getvalue()


HANDLERS = {"checkDelivery": check, "makePack": pack, "makeCompletionCertificate": certify}
