"""What workers do for the screens: each function is called in a process of its own that may be lost.

They read the file that the page named by its digest, ask the rooms below, and return plain values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.settings import Settings

if TYPE_CHECKING:
    from signkit.archive.rebuilding import Rebuilt
    from signkit.archive.renewing import Renewal
    from signkit.delivery.check import DeliveryCheck
    from signkit.delivery.consent_making import ConsentTerms
    from signkit.delivery.pack import Pack
    from signkit.history.differences import Diff
    from signkit.plain_data import Data
    from signkit.reporting.change_pictures import ChangedPages
    from signkit.signing.levels import Level, Services
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report


@dataclass(frozen=True)
class NamedOnDesk:
    """A file where it lies, with what it is called."""

    path: str
    name: str

    def read(self) -> bytes:
        """Return its bytes."""
        return read_file(Path(self.path), PDF_BYTES)


@dataclass(frozen=True)
class ActSurroundings:
    """What acts have beside the file: as ``signkit sign`` and ``signkit extend`` take them."""

    settings: Settings
    tsa: tuple[str, ...]
    trust: tuple[str, ...]

    def services(self) -> Services:
        """Return the services that there are."""
        from signkit.library.acts import services

        return services(tsa=self.tsa, trust=self.trust, settings=self.settings)


@dataclass(frozen=True)
class ExtendedFile:
    """A file with its evidence renewed, judged before and after."""

    pdf: bytes
    before: Report
    after: Report


def check_delivery_of(
    contract: NamedOnDesk, consents: Sequence[NamedOnDesk], day: date | None, options: ValidationOptions
) -> DeliveryCheck:
    """Hold consents against a contract."""
    from signkit.delivery.check import check_delivery
    from signkit.delivery.consent import read_consent
    from signkit.progress.contract import contract_status

    status = contract_status(contract.read(), contract.name, options)
    return check_delivery(status, [read_consent(each.read(), each.name, options) for each in consents], day)


def make_pack_of(
    contract: NamedOnDesk, consents: Sequence[NamedOnDesk], day: date | None, options: ValidationOptions,
    settings: Settings, *, allow_indeterminate: bool,
) -> Pack:  # fmt: skip
    """Make the pack that is handed over."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.pack import make_pack

    checked = check_delivery_of(contract, consents, day, options)
    files = [(each.name, each.read()) for each in consents]
    fonts = font_set(settings.font_folders)
    pack = make_pack(checked, contract.read(), files, allow_indeterminate=allow_indeterminate, fonts=fonts)
    return replace(pack, files=dict(pack.files))


def make_certificate(
    contract: NamedOnDesk, options: ValidationOptions, settings: Settings, *, allow_indeterminate: bool
) -> bytes:
    """Make the completion certificate."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.certificate import completion_certificate
    from signkit.progress.contract import contract_status

    status = contract_status(contract.read(), contract.name, options)
    fonts = font_set(settings.font_folders)
    return completion_certificate(status, allow_indeterminate=allow_indeterminate, fonts=fonts)


def make_consents(contract: NamedOnDesk, terms: ConsentTerms, settings: Settings) -> dict[str, bytes]:
    """Make the consents that a contract asks for, by the title of who consents."""
    from signkit.contracts.render import render_contract
    from signkit.contracts.template import find_template
    from signkit.delivery.consent_making import consent_data, roles_to_consent
    from signkit.pdf.embedded_contract import read_contract

    embedded = read_contract(contract.read())
    template = find_template("consent", settings)
    titles = {party.role: party.label.ja for party in embedded.parties} if embedded is not None else {}
    return {
        titles.get(role, role): render_contract(template, consent_data(embedded, role, terms), settings).pdf
        for role in roles_to_consent(embedded)
    }


def make_withdrawal(consent: NamedOnDesk, day: date, options: ValidationOptions, settings: Settings) -> bytes:
    """Make the document by which a consent is withdrawn."""
    from signkit.contracts.fonts import font_set
    from signkit.delivery.consent import read_consent, withdrawal

    judged = read_consent(consent.read(), consent.name, options)
    return withdrawal(judged, day, font_set(settings.font_folders))


def extend_file(file: NamedOnDesk, level: Level, around: ActSurroundings, options: ValidationOptions) -> ExtendedFile:
    """Add or renew what keeps a signed file provable."""
    from signkit.library.acts import extend
    from signkit.validation.pdf import validate_pdf

    data = file.read()
    before = validate_pdf(data, name=file.name, options=options)
    made = extend(data, level, services=around.services(), password=options.password).pdf
    return ExtendedFile(made, before, validate_pdf(made, name=file.name, options=options))


def compare_revisions(file: NamedOnDesk) -> Diff:
    """Say what changed between the revisions of a file."""
    from signkit.history.diff import diff_pdf

    return diff_pdf(file.read(), file.name)


def draw_changes(file: NamedOnDesk, field: str, password: str | None) -> ChangedPages:
    """Draw what looks different since a signature."""
    from signkit.reporting.change_pictures import changed_pages

    return changed_pages(file.read(), field, password=password)


def amendment_of(contract: NamedOnDesk, earlier: Sequence[NamedOnDesk], template_name: str, settings: Settings) -> Data:
    """Return what a contract, and the amendments of it before, say of its next amendment."""
    from signkit.contracts.amendment import amendment_data
    from signkit.contracts.template import find_template

    template = find_template(template_name, settings)
    return amendment_data(template, [contract.read(), *(each.read() for each in earlier)], settings)


def amendments_among(files: Sequence[NamedOnDesk], digests: set[str]) -> list[NamedOnDesk]:
    """Return those files that amend the contract of one of these digests, the oldest first."""
    from signkit.pdf.embedded_contract import read_contract
    from signkit.plain_data import item_at

    found: list[tuple[str, NamedOnDesk]] = []
    for each in files:
        contract = read_contract(each.read())
        if contract is not None and item_at(contract.data, "amends.sha256") in digests:
            found.append((str(contract.data.get("contract_date", "")), each))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def rebuild_archive(folder: Path, options: ValidationOptions, last_backup: Path | None) -> Rebuilt:
    """Make the ledger of an archive anew."""
    from signkit.archive.rebuilding import rebuild

    return rebuild(folder, options, last_backup)


def renew_kept(folder: Path, number: int, due: date, around: ActSurroundings, options: ValidationOptions) -> Renewal:
    """Renew an entry of the archive if it is due."""
    from signkit.archive.renewing import renew_entry
    from signkit.archive.store import open_archive

    services = replace(around.services(), judgement=replace(options, offline=True))
    with open_archive(folder) as archive:
        return renew_entry(archive, number, services, options, due)
