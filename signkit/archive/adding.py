"""Taking in: files, later revisions of them, paper; and corrections of what is known.

The same bytes are one entry.  A file that begins with the bytes of an entry's newest file is that contract with
something appended (a signature, a renewal), and joins its history; so does one that the entry's files begin with.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Literal

from signkit.archive.blobs import Blobs
from signkit.archive.entries import (
    LedgerEntry,
    Revision,
    TransactionFacts,
    entry_digest,
    facts_to_json,
    insert_entry,
    insert_revision,
    json_of,
    load_entry,
    write_entry,
)
from signkit.archive.journal import Action, append_record
from signkit.archive.judging import Judged
from signkit.archive.store import Archive
from signkit.contracts.privacy import holds_my_number, names_my_number
from signkit.errors import ArchiveError

_MAX_ENDS = 10_000
_END = b"%%EOF"


@dataclass(frozen=True)
class Taken:
    """What became of a file.

    Attributes:
        outcome: ``known``: the same bytes were there, and nothing new was said.
        beside: the entry that begins with the same bytes and went on otherwise: a copy signed in parallel, or another
            contract on the same form.
    """

    number: int
    outcome: Literal["added", "joined", "corrected", "known"]
    beside: int | None = None


def add_file(archive: Archive, data: bytes, name: str, judged: Judged, said: TransactionFacts | None = None) -> Taken:
    """Take a judged file in.

    Args:
        name: what the file is called, without its folder.
        said: what people know and the file does not say; it counts before the file.

    Raises:
        ArchiveError("facts-refused"): what was said holds a 個人番号.
        ArchiveError("key-refused"): it is a key file.
        ArchiveError("archive-read-only", "archive-busy"), FileUnusable("output-not-written"): see `Archive.writing`.
    """
    said = said or TransactionFacts()
    _refuse_my_number(said)
    _refuse_key(data, name)
    sha256 = hashlib.sha256(data).hexdigest()
    beginnings = beginnings_of(data)
    with archive.writing() as connection:
        known = connection.execute("SELECT entry FROM revision WHERE sha256 = ?", (sha256,)).fetchone()
        if known is not None:
            return _judged_again(archive, connection, known[0], sha256, judged, said)
        revision = Revision(
            sha256, len(data), name, judged.state, judged.level, judged.verdict, judged.evidence_until, judged.report,
            _now(archive),
        )  # fmt: skip
        with _file_or_nothing(archive.blobs, sha256):
            archive.blobs.put(data, sha256)
            taken = _enter(archive, connection, revision, beginnings, judged, said)
    with suppress(OSError):  # it is there, whatever its name in staging still says
        archive.blobs.settle(sha256, keep=True)
    return taken


_KEY_ENDINGS = (".p12", ".pfx", ".key")


def _refuse_key(data: bytes, name: str) -> None:
    """A key would lie in the ledger and in every backup of it."""
    if name.lower().endswith(_KEY_ENDINGS) or b"PRIVATE KEY-----" in data[:65_536]:
        raise ArchiveError("key-refused", name=name)


@contextmanager
def _file_or_nothing(blobs: Blobs, sha256: str) -> Iterator[None]:
    """Take a file away again that the ledger did not take over: a full disk needs the room."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            blobs.settle(sha256, keep=False)
        raise


def _enter(
    archive: Archive,
    connection: sqlite3.Connection,
    revision: Revision,
    beginnings: Sequence[str],
    judged: Judged,
    said: TransactionFacts,
) -> Taken:
    number, beside = _history_of(connection, revision.sha256, beginnings)
    if number is not None and _would_spoil(load_entry(connection, number), revision):
        number, beside = None, number
    joined = number is not None
    if number is None:
        number = insert_entry(connection, secrets.token_bytes(32), _entry(archive, judged, said), judged.text)
    else:
        _join(archive, connection, load_entry(connection, number), revision, judged, said)
    insert_revision(connection, number, revision, beginnings)
    _record(archive, connection, "joined" if joined else "added", number)
    return Taken(number, "joined" if joined else "added", beside)


def add_renewal(archive: Archive, number: int, before: str, data: bytes, judged: Judged) -> bool:
    """Let a renewed file join the history of entry ``number``, whose newest file has the digest ``before``.

    Returns:
        False where another file is the newest meanwhile; nothing was changed.

    Raises:
        See `add_file`.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    with archive.writing() as connection:
        entry = load_entry(connection, number)
        if entry.current is None or entry.current.sha256 != before:
            return False
        revision = Revision(
            sha256, len(data), entry.current.name, judged.state, judged.level, judged.verdict, judged.evidence_until,
            judged.report, _now(archive),
        )  # fmt: skip
        with _file_or_nothing(archive.blobs, sha256):
            archive.blobs.put(data, sha256)
            _join(archive, connection, entry, revision, judged, TransactionFacts())
            insert_revision(connection, number, revision, beginnings_of(data))
            _record(archive, connection, "renewed", number)
    with suppress(OSError):
        archive.blobs.settle(sha256, keep=True)
    return True


def add_paper(archive: Archive, said: TransactionFacts) -> Taken:
    """Enter a contract on paper, of which only what people say is known; what is there to the letter stays one entry.

    Raises:
        See `add_file`.
    """
    _refuse_my_number(said)
    judged = Judged("paper", "unsigned")
    with archive.writing() as connection:
        entry = _entry(archive, judged, said)
        same = connection.execute(
            "SELECT id FROM entry WHERE form = 'paper' AND said = ?", (json_of(facts_to_json(said)),)
        ).fetchone()
        if same is not None:
            return Taken(same[0], "known")
        number = insert_entry(connection, secrets.token_bytes(32), entry, "")
        _record(archive, connection, "added", number)
    return Taken(number, "added")


def correct_entry(archive: Archive, number: int, said: TransactionFacts) -> Taken:
    """Change what is known of an entry; what was there before stays in its history.

    Raises:
        ArchiveError("entry-unknown"): there is none of that number.
        Others: see `add_file`.
    """
    _refuse_my_number(said)
    with archive.writing() as connection:
        changed = _say(archive, connection, load_entry(connection, number), said)
        if changed:
            _record(archive, connection, "corrected", number)
    return Taken(number, "corrected" if changed else "known")


def beginnings_of(data: bytes) -> list[str]:
    """Return the digests of a PDF's bytes up to the end of each earlier revision, the shortest first.

    A revision ends with ``%%EOF`` (ISO 32000-2 7.5.5) and, or not, an end of line.
    """
    found: list[str] = []
    digest, done = hashlib.sha256(), 0
    for end in _ends_of_revisions(data):
        digest.update(memoryview(data)[done:end])
        done = end
        found.append(digest.hexdigest())
    return found


def _ends_of_revisions(data: bytes) -> list[int]:
    ends: list[int] = []
    start = data.find(_END)
    while start >= 0 and len(ends) < _MAX_ENDS:
        end = start + len(_END)
        line_ends = {end} | {end + len(each) for each in (b"\n", b"\r", b"\r\n") if data.startswith(each, end)}
        ends += [each for each in sorted(line_ends) if each < len(data)]
        start = data.find(_END, end)
    return ends


def _history_of(
    connection: sqlite3.Connection, sha256: str, beginnings: Sequence[str]
) -> tuple[int | None, int | None]:
    """Return the entry whose history the file belongs to, or the one that it only shares a beginning with."""
    later = connection.execute(
        "SELECT r.entry FROM beginning b JOIN revision r ON r.id = b.revision WHERE b.sha256 = ?", (sha256,)
    ).fetchone()
    if later is not None:
        return later[0], None
    for beginning in reversed(beginnings):
        found = connection.execute("SELECT entry FROM revision WHERE sha256 = ?", (beginning,)).fetchone()
        if found is not None:
            current = load_entry(connection, found[0]).current
            return (found[0], None) if current and current.sha256 == beginning else (None, found[0])
    return None, None


def _would_spoil(entry: LedgerEntry, revision: Revision) -> bool:
    """Tell whether an altered file would stand for one whose signatures are good, whichever of them came first.

    Anybody can put something behind a contract: its entry would be not good from then on, and not renewed.
    """
    if entry.current is not None and entry.current.size > revision.size:
        return entry.state == "broken" and _is_good(revision)
    return revision.state == "broken" and _is_good(entry)


def _is_good(signed: LedgerEntry | Revision) -> bool:
    return signed.level is not None and signed.state != "broken"


def _entry(archive: Archive, judged: Judged, said: TransactionFacts) -> LedgerEntry:
    return LedgerEntry(
        0, judged.form, judged.state, said.over(judged.facts), said, judged.template, judged.level, judged.verdict,
        judged.evidence_until, _now(archive),
    )  # fmt: skip


def _join(
    archive: Archive,
    connection: sqlite3.Connection,
    entry: LedgerEntry,
    revision: Revision,
    judged: Judged,
    said: TransactionFacts,
) -> None:
    """Let the entry stand as its longest file does."""
    current = entry.current
    if current is not None and current.size > revision.size:
        _say(archive, connection, entry, said)
        return
    facts = said.over(entry.said).over(judged.facts.over(entry.facts))
    joined = replace(
        entry, form=judged.form, state=judged.state, facts=facts, said=said.over(entry.said), level=judged.level,
        verdict=judged.verdict, evidence_until=judged.evidence_until, template=judged.template or entry.template,
    )  # fmt: skip
    _note_corrections(archive, connection, entry, facts)
    write_entry(connection, joined, judged.text)


def _say(archive: Archive, connection: sqlite3.Connection, entry: LedgerEntry, said: TransactionFacts) -> bool:
    """Lay what is said over what is known; return whether that changes anything."""
    changed = replace(entry, facts=said.over(entry.facts), said=said.over(entry.said))
    if changed == entry:
        return False
    _note_corrections(archive, connection, entry, changed.facts)
    write_entry(connection, changed)
    return True


def _judged_again(
    archive: Archive, connection: sqlite3.Connection, number: int, sha256: str, judged: Judged, said: TransactionFacts
) -> Taken:
    """Take over what people say, and a judgement that changed, of a file that is there."""
    entry = load_entry(connection, number)
    changed = _say(archive, connection, entry, said)
    current = entry.current
    if current is not None and current.sha256 == sha256 and _stands_otherwise(current, judged):
        _note(archive, connection, number, [("state", current.state, judged.state)])
        set_judgement(connection, number, judged)
        changed = True
    if changed:
        _record(archive, connection, "corrected", number)
    return Taken(number, "corrected" if changed else "known")


def _stands_otherwise(current: Revision, judged: Judged) -> bool:
    before = (current.state, current.level, current.evidence_until)
    return before != (judged.state, judged.level, judged.evidence_until)


def set_judgement(connection: sqlite3.Connection, number: int, judged: Judged) -> None:
    """Let an entry and its newest file stand as they were judged now."""
    entry = load_entry(connection, number)
    assert entry.current is not None
    until = judged.evidence_until and judged.evidence_until.isoformat()
    values = (judged.state, judged.level, judged.verdict, until)
    connection.execute(
        "UPDATE entry SET state = ?, level = ?, verdict = ?, evidence_until = ? WHERE id = ?", (*values, number)
    )
    connection.execute(
        "UPDATE revision SET state = ?, level = ?, verdict = ?, evidence_until = ?, report = ? WHERE sha256 = ?",
        (*values, None if judged.report is None else json_of(judged.report), entry.current.sha256),
    )


def _note_corrections(
    archive: Archive, connection: sqlite3.Connection, before: LedgerEntry, after: TransactionFacts
) -> None:
    old, new = facts_to_json(before.facts), facts_to_json(after)
    items = [(item, old.get(item), new.get(item)) for item in sorted({*old, *new}) if old.get(item) != new.get(item)]
    _note(archive, connection, before.number, items)


def _note(archive: Archive, connection: sqlite3.Connection, number: int, items: Sequence[tuple[str, Any, Any]]) -> None:
    last = connection.execute("SELECT max(number) FROM correction WHERE entry = ?", (number,)).fetchone()[0] or 0
    connection.executemany(
        "INSERT INTO correction (entry, number, at, item, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, last + 1 + place, _now(archive), item, _shown_name(before), _shown_name(after))
            for place, (item, before, after) in enumerate(items)
        ],
    )


def _record(archive: Archive, connection: sqlite3.Connection, action: Action, number: int) -> None:
    append_record(connection, action, number, entry_digest(connection, number), archive.clock())


def _shown_name(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else json_of(value)


def _now(archive: Archive) -> str:
    return archive.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_my_number(said: TransactionFacts) -> None:
    """番号法: a 個人番号 is kept for social security, tax and disaster matters only, never in a ledger of contracts."""
    texts = [said.title, said.place, said.note, *(party.name for party in said.parties), *(said.record or {}).values()]
    if any(isinstance(text, str) and (holds_my_number(text) or names_my_number(text)) for text in texts):
        raise ArchiveError("facts-refused")
