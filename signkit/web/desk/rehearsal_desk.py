"""A desk for trying everything: its own folder, authority, cards and archive, and a contract that waits for signatures.

Nothing real can be signed at it, and nothing of it lies with what is real.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from signkit.archive.store import LEDGER
from signkit.contracts.data import load_contract_data
from signkit.contracts.template import EXAMPLE, find_template
from signkit.rehearsal.pki import AUTHENTICATION_TRUST_FILE, kept_rehearsal, trust_file
from signkit.settings import Settings
from signkit.web.desk.office import DeskOptions, Office
from signkit.words import Language

_TEMPLATE = "real-estate-sale"
_FOLDER = "rehearsal-desk"


def rehearsal_options(settings: Settings, language: Language) -> DeskOptions:
    """Return the options of a rehearsal's desk; its authority is made where there is none yet.

    Raises:
        FileUnusable("output-not-written"): its folder cannot be written.
    """
    home = settings.home_folder() / _FOLDER
    own = replace(Settings(), home=home, font_folders=settings.font_folders)
    kept_rehearsal(home / "rehearsal")
    trust, holders = trust_file(home / "rehearsal"), home / "rehearsal" / AUTHENTICATION_TRUST_FILE
    return DeskOptions(
        own, home / "desk", language, offline=True, rehearsal=True, tsa=("rehearsal",), trust=(str(trust),),
        holder_trust=(str(holders),),
    )  # fmt: skip


def lay_out(office: Office) -> None:
    """Make the archive, and the sale between three parties, where they are not there yet."""
    if not office.has_archive():
        office.make_archive()
    if not office.shelf.listed("prepared") and not _has_contracts(office.settings.archive_folder()):
        template = find_template(_TEMPLATE)
        rendered = office.render(template.folder, load_contract_data(template.folder / EXAMPLE))
        office.shelf.put(rendered.pdf, f"{template.title.ja}.pdf", "prepared")


def _has_contracts(folder: Path) -> bool:
    from signkit.archive.finding import Query, find
    from signkit.archive.store import open_archive

    if not (folder / LEDGER).is_file():
        return False
    with open_archive(folder) as archive:
        return bool(find(archive, Query(), limit=1).entries)
