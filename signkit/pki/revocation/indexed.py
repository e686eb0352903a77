"""Revocation status from imported lists: one small lookup, whatever the list's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.errors import CrlIndexDamaged
from signkit.pki.revocation.crl_index import CrlIndex, Good, IndexHeader, Revoked
from signkit.pki.revocation.crl_scope import certificate_kind, certificate_points, index_name, issuer_digests
from signkit.pki.revocation.sources import (
    FolderRevocation,
    IndexedStatus,
    NoEvidence,
    RevocationAnswer,
    RevocationSource,
)
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import x509

_NOT_IMPORTED = NoEvidence(
    "not-published",
    Text(
        "no revocation list that covers this certificate was imported",
        "この証明書を対象とする失効リストは取り込まれていません",
    ),
)
_NO_LONGER_NAMED = NoEvidence(
    "not-published",
    Text(
        "the certificate had expired when the imported list was issued: such a list need not name it any more",
        "取り込んだ失効リストの発行時点で証明書の有効期間が過ぎており、リストに載らなくなっている可能性があります",
    ),
)


def index_folder(home: Path) -> Path:
    """Return where indexes are kept in the user's home."""
    return home / "crl"


class IndexedRevocation:
    """Answers from the indexes in ``folder``; see `signkit.pki.revocation.sources.RevocationSource`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look_up(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Sequence[RevocationAnswer]:
        """Return what the imported lists of the certificate's own distribution points say.

        Lists that are not partitioned speak of every certificate of their issuer.  A revocation on any list counts,
        else the newest list does, also a stale one (`IndexedStatus.stale_at`); all of them are handed over.

        Raises:
            CrlIndexDamaged: an index is cut off or altered; it never counts as "not revoked".
            InputUnreadable: an index cannot be read.
        """
        try:
            files = list(self._files(certificate, issuer))
            serial, end = certificate.serial_number, certificate.not_valid_after
        except (ValueError, TypeError, KeyError):
            return [_NOT_IMPORTED]
        answers = [self._ask(file, serial) for file in files if file.exists()]
        # An ended certificate that is not listed: silence, not "good".
        found = [item for item in answers if not (isinstance(item.status, Good) and item.this_update > end)]
        if answers and not found:
            return [_NO_LONGER_NAMED]  # RFC 5280 3.3
        order = sorted(found, key=lambda item: (isinstance(item.status, Revoked), item.this_update), reverse=True)
        return order or [_NOT_IMPORTED]

    def _files(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Iterator[Path]:
        # The issuer's name must be the certificate's; a renewed key has an index of its own.
        if certificate.issuer != issuer.subject:
            return
        key, name = issuer_digests(issuer)
        # A list without a point is for all; one with a point only for certificates that name it (RFC 5280 6.3.3 b 2).
        for point in (None, *certificate_points(certificate)):
            for kind in ("all", certificate_kind(certificate)):
                yield self._folder / index_name(key, name, kind, point)

    def _ask(self, file: Path, serial: int) -> IndexedStatus:
        with CrlIndex.open(file) as index:
            header = index.header
            # Renamed by hand or swapped: the name of the file is derived from what the header says.
            if file.name not in _names(header):
                raise CrlIndexDamaged(
                    str(file), Text("it is the index of another list", "別のリストのインデックスです")
                )
            return IndexedStatus(
                index.status(serial),
                header.this_update,
                header.next_update,
                header.crl_sha256,
                self._folder / Path(header.kept).name if header.kept else None,
            )


def _names(header: IndexHeader) -> set[str]:
    key, name, kind = header.issuer_key_sha256, header.issuer_name_sha256, header.certificates
    return {index_name(key, name, kind, point) for point in header.names or (None,)}


def is_local(source: RevocationSource) -> bool:
    """Whether a source reads files of this machine and so may be asked offline, and before any other."""
    return isinstance(source, FolderRevocation | IndexedRevocation)


def imported_lists(folder: Path) -> list[IndexHeader]:
    """Return the header of every index in ``folder``, those of one list once; none where the folder is missing.

    Raises:
        CrlIndexDamaged: one is cut off or altered.
    """
    found: dict[str, IndexHeader] = {}
    for file in sorted(folder.glob("*.crlindex")):
        with CrlIndex.open(file) as index:
            found[index.header.crl_sha256] = index.header
    return list(found.values())
