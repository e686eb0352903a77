"""Touch without a PIN (かざし利用): is the card on the reader one that was registered, and is it still good?

A touch reads the authentication certificate, which anybody may read and copy: it tells which card is meant, not that
its holder is there.  Good for counters and gates where a lost card is the worst that happens; for more, authenticate.

The registry never holds a certificate or its number (発行番号): each card stands there as HMAC-SHA256 of its
certificate under a salt of the registry's own, so that two registries cannot be joined.  So do the signing certificates
that were bound to a card at a counter (`signkit.holder.binding`).  It is one SQLite file that only its owner reads;
writes are atomic, and several gates may use it at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from signkit.errors import CardError, OutputExists, system_cause
from signkit.holder.card_certificate import judge_certificate
from signkit.holder.judgement import CardJudgement, Conclusion, Finding, bad_finding, good_finding
from signkit.output import write_checked
from signkit.pki.anchors import Anchor
from signkit.pki.revocation.sources import RevocationSource
from signkit.words import Text

_VERSION = 3
_SALT_SIZE = 32
_BUSY_SECONDS = 5.0

#: A signing certificate lies on one card; a card has one after another, and what was signed with the old stays signed.
_BINDINGS = """
CREATE TABLE binding (
    signing_key BLOB PRIMARY KEY, key BLOB NOT NULL REFERENCES card (key), bound_at TEXT NOT NULL
) WITHOUT ROWID;
"""
_TABLES = f"""
CREATE TABLE salt (value BLOB NOT NULL);
CREATE TABLE card (
    key BLOB PRIMARY KEY, registered_at TEXT NOT NULL, checked_at TEXT, revoked_at TEXT, customer TEXT
) WITHOUT ROWID;
{_BINDINGS}
"""


@dataclass(frozen=True)
class RegisteredCard:
    """A registered card.

    Attributes:
        registered_at: when its holder authenticated for it.
        checked_at: when revocation evidence last called it good; None for never.
        revoked_at: when revocation was first learned of; None for never.  It is never taken back.
        customer: the number under which its holder is a customer, as given at registration; None for none.
        bound_at: when a signing certificate was last bound to it at a counter; None for never.
    """

    registered_at: datetime
    checked_at: datetime | None
    revoked_at: datetime | None
    customer: str | None = None
    bound_at: datetime | None = None


class TouchRegistry:
    """The registered cards; see ``open_registry``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._salt: bytes = connection.execute("SELECT value FROM salt").fetchone()[0]

    def find(self, certificate: bytes) -> RegisteredCard | None:
        """Return the entry of the card with this certificate (DER)."""
        query = """
            SELECT registered_at, checked_at, revoked_at, customer,
                (SELECT max(bound_at) FROM binding WHERE binding.key = card.key)
            FROM card WHERE key = ?
        """
        row = self._connection.execute(query, (self._key(certificate),)).fetchone()
        if row is None:
            return None
        return RegisteredCard(datetime.fromisoformat(row[0]), _time(row[1]), _time(row[2]), row[3], _time(row[4]))

    def bound_at(self, certificate: bytes, signing: bytes) -> datetime | None:
        """Return when this signing certificate (DER) was bound to the card; None where it was not."""
        query = "SELECT bound_at FROM binding WHERE signing_key = ? AND key = ?"
        row = self._connection.execute(query, (self._key(signing), self._key(certificate))).fetchone()
        return _time(row[0]) if row else None

    def register(self, certificate: bytes, now: datetime, customer: str | None = None) -> None:
        """Add a card; one that is there already keeps its entry, with the customer number that is given now, if any."""
        self._write(_REGISTER, self._key(certificate), now.isoformat(), customer)

    def bind(self, certificate: bytes, signing: bytes, now: datetime, customer: str | None = None) -> None:
        """Add a card as `register` does, and bind a signing certificate (DER) to it and to no other."""
        key = self._key(certificate)
        with self._connection:
            self._connection.execute(_REGISTER, (key, now.isoformat(), customer))
            binding = (self._key(signing), key, now.isoformat())
            self._connection.execute("INSERT OR REPLACE INTO binding VALUES (?, ?, ?)", binding)

    def forget(self, certificate: bytes) -> bool:
        """Remove a card and what is bound to it; return whether it was there."""
        key = self._key(certificate)
        with self._connection:
            self._connection.execute("DELETE FROM binding WHERE key = ?", (key,))
            return self._connection.execute("DELETE FROM card WHERE key = ?", (key,)).rowcount > 0

    def note_checked(self, certificate: bytes, now: datetime) -> None:
        """Keep that revocation evidence called the certificate good."""
        self._write("UPDATE card SET checked_at = ? WHERE key = ?", now.isoformat(), self._key(certificate))

    def note_revoked(self, certificate: bytes, now: datetime) -> None:
        """Keep that the certificate was found revoked."""
        # The first time counts: from then on the card was known to be bad.
        statement = "UPDATE card SET revoked_at = coalesce(revoked_at, ?) WHERE key = ?"
        self._write(statement, now.isoformat(), self._key(certificate))

    def _write(self, statement: str, *values: object) -> int:
        """Return how many rows changed."""
        with self._connection:
            return self._connection.execute(statement, values).rowcount

    def _key(self, certificate: bytes) -> bytes:
        # HMAC (RFC 2104) under the registry's own salt: two registries cannot be compared.
        return hmac.digest(self._salt, certificate, hashlib.sha256)


_REGISTER = """
    INSERT INTO card (key, registered_at, customer) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET customer = coalesce(excluded.customer, customer)
"""


_ABSENT = Text("no such file", "ファイルがありません")
_FOLDER = Text("it is a folder", "ファイルではなくフォルダーです")
_NO_REGISTRY = Text("it is no registry", "台帳のファイルではありません")
_OTHER_VERSION = Text("not a registry of this version", "この版の台帳ではありません")


@contextmanager
def open_registry(path: Path, *, create: bool = False) -> Iterator[TouchRegistry]:
    """Open the registry in ``path``; with ``create``, make it where there is none.

    Raises:
        CardError("touch-registry-unusable"): it is not there, is no registry, or cannot be read or written; also from
            within.
    """
    try:
        if create and not path.exists():
            _create(path)
        if not path.is_file():
            raise CardError("touch-registry-unusable", path=str(path), cause=_FOLDER if path.is_dir() else _ABSENT)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
        try:
            _bring_up_to_date(connection)
            if _version(connection) != _VERSION:
                raise CardError("touch-registry-unusable", path=str(path), cause=_OTHER_VERSION)
            yield TouchRegistry(connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        cause = (
            _NO_REGISTRY if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB else system_cause(error)
        )
        raise CardError("touch-registry-unusable", path=str(path), cause=cause) from error
    except (OSError, sqlite3.Error) as error:
        raise CardError("touch-registry-unusable", path=str(path), cause=system_cause(error)) from error


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Give a registry of an earlier version what it lacks, whole or not at all."""
    if _version(connection) not in _STEPS:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # another gate may do the same at this moment
        while (version := _version(connection)) in _STEPS:
            connection.execute(_STEPS[version])
            connection.execute(f"PRAGMA user_version = {version + 1}")


#: What makes a registry of one version one of the next: customer numbers, bindings.
_STEPS = {1: "ALTER TABLE card ADD COLUMN customer TEXT", 2: _BINDINGS}


def _create(path: Path) -> None:
    """Make the whole registry in memory and write it at once, so that nobody ever sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")
        with connection:
            connection.execute("INSERT INTO salt VALUES (?)", (secrets.token_bytes(_SALT_SIZE),))
        registry = connection.serialize()
    finally:
        connection.close()
    with suppress(OutputExists):  # another gate was quicker: then its salt counts
        write_checked(path, registry, private=True)


def judge_touch(
    registry: TouchRegistry,
    certificate: bytes,
    anchors: Sequence[Anchor],
    sources: Sequence[RevocationSource],
    now: datetime,
) -> CardJudgement:
    """Say whether the card is known, valid and unrevoked, and keep what was learned about its revocation.

    An unknown card is not looked into any further.
    """
    entry = registry.find(certificate)
    if entry is None:
        return CardJudgement((bad_finding("known", "this card is not registered", "このカードは登録されていません"),))
    known = good_finding(
        "known", f"registered on {entry.registered_at:%Y-%m-%d}", f"{entry.registered_at:%Y-%m-%d} に登録済みです"
    )
    findings = tuple(judge_certificate(certificate, anchors, sources, now))
    for finding in findings:
        if finding.question == "revocation" and finding.conclusion is Conclusion.PASSED:
            registry.note_checked(certificate, now)
        if finding.question == "revocation" and finding.conclusion is Conclusion.FAILED:
            registry.note_revoked(certificate, now)
    return CardJudgement((known, *_remembered_revocation(entry), *findings))


def _remembered_revocation(entry: RegisteredCard) -> Iterator[Finding]:
    """Hold a revocation once learned of against the card, though no evidence is at hand today."""
    if entry.revoked_at is not None:
        when = f"{entry.revoked_at:%Y-%m-%d}"
        yield bad_finding("revocation", f"found revoked on {when}", f"{when} に失効を確認しています")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
