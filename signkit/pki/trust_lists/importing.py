"""Taking a list in: who may sign it, which issue follows which, and where it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from signkit.errors import TrustError
from signkit.output import make_folder, write_checked
from signkit.pki.trust_lists.stored import list_bytes, read_stored_list, stored_path
from signkit.pki.trust_lists.values import TrustList


def check_signer(found: TrustList, before: TrustList | None, named: Sequence[bytes]) -> bool:
    """Return whether somebody must still say that the signer may sign this list.

    He may where the user named his certificate, or where nobody is named and he signed the issue imported before.

    Raises:
        TrustError("trust-list-signer-unknown"): certificates are named, or an issue was imported before, and he is
            another.
    """
    known = named or ([before.signer] if before is not None and before.signer is not None else [])
    if known and found.signer not in known:
        raise TrustError("trust-list-signer-unknown", path=found.source, name=found.name)
    return not known


def check_sequence(found: TrustList, before: TrustList | None) -> bool:
    """Return whether ``found`` is a newer issue than the one imported before; False: it is the very same file.

    Raises:
        TrustError("trust-list-older"): it is older, or another file of the same number (TS 119 612 5.3.2).
    """
    if before is None or found.kind == "bundle":
        return True
    if before.sha256 == found.sha256:
        return False
    if found.sequence <= before.sequence or found.issued < before.issued:
        raise TrustError("trust-list-older", path=found.source, sequence=found.sequence, imported=before.sequence)
    return True


def imported_before(folder: Path, found: TrustList) -> TrustList | None:
    """Return the issue of this list that was imported before; None where there is none.

    Raises:
        TrustError("trust-list-damaged"): what was kept cannot be read.
    """
    path = stored_path(folder, found.kind, found.name)
    return read_stored_list(path) if path.exists() else None


def keep_list(folder: Path, found: TrustList) -> Path:
    """Keep a list in place of its earlier issue; return where.

    Raises:
        FileUnusable("output-not-written"): it cannot be written.
    """
    make_folder(folder)
    target = stored_path(folder, found.kind, found.name)
    write_checked(target, list_bytes(found), overwrite=True)
    return target


def services_at(found: TrustList, moment: datetime) -> tuple[int, int]:
    """Return how many services are believed for something at a moment, and how many are listed."""
    believed = sum(bool(period and period.purposes) for period in (item.at(moment) for item in found.services))
    return believed, len(found.services)
