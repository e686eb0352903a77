"""Whose signer was revoked since: the day's lists against the signers of running contracts (異動の把握).

The ledger knows a signer by a keyed hash of the certificate's number and by the day on which the certificate ends,
nothing else; the key lies outside the archive and its backups (numbers are short: a hash beside its key is none).
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from signkit.archive.entries import entry_digest
from signkit.archive.journal import append_record
from signkit.archive.store import Archive
from signkit.errors import SignKitError
from signkit.jpki.keyed_number import keyed_numbers
from signkit.pki.chains import build_chain
from signkit.pki.revocation.crl_index import CrlIndex
from signkit.pki.revocation.crl_scope import issuer_digests
from signkit.signing.embedded import embedded_in
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf

if TYPE_CHECKING:
    from asn1crypto import x509

_T = TypeVar("_T")
#: Entries that are written in one go.
_AT_ONCE = 200


@dataclass(frozen=True)
class Watched:
    """What became of the search for signers.

    Attributes:
        signers: how many signers of running contracts are known now.
        unread: entries whose file or whose signers cannot be read, or whose authority is not known.
    """

    signers: int
    unread: tuple[int, ...] = ()


@dataclass(frozen=True)
class SignerChange:
    """Something about a signer of a running contract.

    Attributes:
        field: the signature field, which is the role in a contract of SignKit's.
        revoked_at: since when the certificate is revoked; None: it ends soon.
        ends: the certificate's last day.
        is_new: it was not told before.
    """

    entry: int
    field: str
    revoked_at: datetime | None
    ends: date
    is_new: bool = True


def watch(archive: Archive, key: bytes, authorities: Sequence[x509.Certificate], today: date) -> Watched:
    """Look for the signers of running contracts in the files that came since the last time.

    Args:
        key: see `signkit.jpki.keyed_number`.
        authorities: certificates among which issuers are looked for, beside those in the files.

    Raises:
        ArchiveError("archive-read-only", "archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
    """
    unread: list[int] = []
    with archive.reading() as connection:
        fresh = connection.execute(_UNWATCHED, {"today": today.isoformat()}).fetchall()
    for rows in _batches(fresh):
        found = []
        for number, sha256 in rows:
            try:
                signers, complete = _signers_of(archive.blobs.read(sha256), key, authorities)
            except SignKitError:
                signers, complete = [], False
            found.append((number, sha256, signers))
            unread += [] if complete else [number]
        _write(archive, found)
    with archive.reading() as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM ({_RUNNING})", {"today": today.isoformat()}).fetchone()  # noqa: S608
    return Watched(count, tuple(unread))


def revoked_by_lists(archive: Archive, key: bytes, files: Iterable[Path], today: date) -> list[SignerChange]:
    """Return the signers of running contracts whom a list names; each list is gone through once.

    Args:
        files: indexes of imported lists (`signkit.pki.revocation.crl_import`).

    Raises:
        CrlIndexDamaged, InputUnreadable: an index cannot be relied on.
    """
    signers: dict[str, list[tuple[int, str, str | None, str]]] = {}
    with archive.reading() as connection:
        for entry, field, number, ends, told in connection.execute(_RUNNING, {"today": today.isoformat()}):
            signers.setdefault(number, []).append((entry, field, told, ends))
    found: dict[tuple[int, str], SignerChange] = {}
    for file in files if signers else ():
        with CrlIndex.open(file) as index:
            number_of = numbers_of(key, index.header.issuer_key_sha256, index.header.issuer_name_sha256)
            for serial, revoked in index.revocations():
                for entry, field, told, ends in signers.get(number_of(serial), ()):
                    found[entry, field] = SignerChange(
                        entry, field, revoked.date, date.fromisoformat(ends), told is None
                    )
    return [found[place] for place in sorted(found)]


def revoked_by_sources(archive: Archive, options: ValidationOptions, today: date) -> Iterator[SignerChange]:
    """Ask ``options.revocation`` about every running contract, by the one judgement of its file."""
    with archive.reading() as connection:
        rows = connection.execute(_RUNNING, {"today": today.isoformat()}).fetchall()
        kept = dict(connection.execute("SELECT entry, sha256 FROM watched"))
    known = {(entry, field): (told, ends) for entry, field, _, ends, told in rows}
    for entry in sorted({entry for entry, _ in known}):
        try:
            report = validate_pdf(archive.blobs.read(kept[entry]), name="", options=options)
        except SignKitError:
            continue  # `signkit archive verify` says what is wrong with it
        for signature in report.signatures:
            since, place = signature.revocation.revoked_at, (entry, signature.field or "")
            if since is not None and place in known:
                told, ends = known[place]
                yield SignerChange(entry, place[1], since, date.fromisoformat(ends), told is None)


def ending_soon(archive: Archive, today: date, days: int = 90) -> list[SignerChange]:
    """Return the signers of running contracts whose certificates end within so many days."""
    last = (today + timedelta(days=days)).isoformat()
    with archive.reading() as connection:
        rows = connection.execute(
            f"SELECT entry, field, end_date FROM ({_RUNNING})"  # noqa: S608
            " WHERE end_date BETWEEN :today AND :last AND revoked_at IS NULL ORDER BY end_date, entry, field",
            {"today": today.isoformat(), "last": last},
        ).fetchall()
    return [SignerChange(entry, field, None, date.fromisoformat(ends)) for entry, field, ends in rows]


def note_told(archive: Archive, changes: Iterable[SignerChange]) -> None:
    """Note what was told, so that it is not told as new again."""
    fresh = [change for change in changes if change.is_new and change.revoked_at is not None]
    for some in _batches(fresh):
        with archive.writing() as connection:
            for change in some:
                assert change.revoked_at is not None
                at = change.revoked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                connection.execute(
                    "UPDATE signer SET revoked_at = ? WHERE entry = ? AND field = ?", (at, change.entry, change.field)
                )
            _record(archive, connection, sorted({change.entry for change in some}))


@dataclass(frozen=True)
class _Signer:
    field: str
    number: str
    ends: date


def _signers_of(pdf: bytes, key: bytes, authorities: Sequence[x509.Certificate]) -> tuple[list[_Signer], bool]:
    """Return the signers, and whether all of them are known again by their authority's lists."""
    inside = embedded_in(pdf)
    found: list[_Signer] = []
    for field, certificate in inside.signed_by:
        # Of one name the trusted ones are tried first: what a file brings may be anybody's, and any number.
        chain = build_chain(certificate, [*authorities, *inside.certificates])
        if len(chain) > 1:
            number = numbers_of(key, *issuer_digests(chain[1]))(certificate.serial_number)
            found.append(_Signer(field, number, certificate.not_valid_after.date()))
    return found, len(found) == len(inside.signed_by)


def numbers_of(key: bytes, authority_key: str, authority_name: str) -> Callable[[int], str]:
    """Return what hashes the numbers of one authority: generations of JPKI's CA share a name, not a key."""
    from asn1crypto import x509

    name = x509.Name.build({"common_name": authority_name})
    return keyed_numbers(hmac.digest(key, bytes.fromhex(authority_key), "sha256"), name)


def _write(archive: Archive, found: Sequence[tuple[int, str, Sequence[_Signer]]]) -> None:
    with archive.writing() as connection:
        for number, sha256, signers in found:
            told = dict(connection.execute("SELECT number, revoked_at FROM signer WHERE entry = ?", (number,)))
            connection.execute("DELETE FROM signer WHERE entry = ?", (number,))
            connection.executemany(
                "INSERT OR IGNORE INTO signer (entry, field, number, end_date, revoked_at) VALUES (?, ?, ?, ?, ?)",
                [(number, each.field, each.number, each.ends.isoformat(), told.get(each.number)) for each in signers],
            )
            connection.execute("INSERT OR REPLACE INTO watched (entry, sha256) VALUES (?, ?)", (number, sha256))
        _record(archive, connection, [number for number, _, signers in found if signers])


def _record(archive: Archive, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    for number in numbers:
        append_record(connection, "watched", number, entry_digest(connection, number), archive.clock())


def _batches(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


#: The signers of contracts that have not ended.
_RUNNING = """
    SELECT s.entry, s.field, s.number, s.end_date, s.revoked_at FROM signer s JOIN entry e ON e.id = s.entry
    WHERE e.end_date IS NULL OR e.end_date >= :today
"""
#: Running contracts whose newest file was not looked into yet.
_UNWATCHED = """
    SELECT e.id, r.sha256 FROM entry e JOIN revision r ON r.id = (
        SELECT id FROM revision WHERE entry = e.id ORDER BY size DESC, id DESC LIMIT 1)
    WHERE e.form = 'file' AND (e.end_date IS NULL OR e.end_date >= :today)
    AND NOT EXISTS (SELECT 1 FROM watched w WHERE w.entry = e.id AND w.sha256 = r.sha256) ORDER BY e.id
"""
