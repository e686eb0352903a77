"""Entries of the ledger as values, and how they lie in its tables."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from signkit.archive.index import index_text, sought_form
from signkit.archive.journal import salted_digest
from signkit.errors import ArchiveError

#: ``file``: signatures are judged; ``scan``: a picture or a file nobody signs; ``paper``: no file, it lies elsewhere.
Form = Literal["file", "scan", "paper"]
#: ``complete``: all have signed and all is proven; ``unproven``: signed, not proven; ``open``: somebody is still to
#: sign; ``broken``: a signature is not good; ``unsigned``: nothing to be signed is in it.
State = Literal["complete", "unproven", "open", "broken", "unsigned"]


@dataclass(frozen=True)
class TransactionParty:
    """A party as the contract, or a person, names it.

    Attributes:
        counterparty: whether the tax office's "counterparty" (取引先) is this one.
    """

    name: str
    role: str | None = None
    counterparty: bool = True


@dataclass(frozen=True)
class TransactionFacts:
    """What is known of a contract; None: not known.

    Attributes:
        kind: see `signkit.archive.kinds`.
        date: of the transaction.
        amount: in yen.
        end_date: when the contract, or its transaction, ends.
        notice_date: the last day on which notice can be given.
        renewal_date: when it goes on by itself.
        place: property or workplace.
        record: what only a report over the ledger needs (the items of 宅建業法49条), by name.
    """

    kind: str | None = None
    title: str | None = None
    date: datetime.date | None = None
    amount: int | None = None
    parties: tuple[TransactionParty, ...] = ()
    end_date: datetime.date | None = None
    notice_date: datetime.date | None = None
    renewal_date: datetime.date | None = None
    place: str | None = None
    note: str | None = None
    record: dict[str, Any] | None = None

    def by_name(self) -> dict[str, Any]:
        """Return what is known, by name."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) not in (None, ())}

    def over(self, below: TransactionFacts) -> TransactionFacts:
        """Return these facts, and those of ``below`` where these say nothing."""
        items = {**(below.record or {}), **(self.record or {})}
        return replace(below, **(self.by_name() | ({"record": items} if items else {})))


@dataclass(frozen=True)
class Revision:
    """One file of an entry.

    Attributes:
        name: what the file was called when it came.
        evidence_until: until when its evidence holds; None where nobody looked.
        report: the judgement when it came (`signkit.archive.judging`), without what certificates say of people.
    """

    sha256: str
    size: int
    name: str
    state: State
    level: str | None = None
    verdict: str | None = None
    evidence_until: datetime.date | None = None
    report: dict[str, Any] | None = field(default=None, repr=False)
    added_at: str = ""


@dataclass(frozen=True)
class LedgerEntry:
    """One entry.

    Attributes:
        facts: what counts: what people said, over what the contract's data say.
        said: what people said, and nothing else.
        template: id and version of the template that made it.
        revisions: its files, the shortest first; the last is the contract as it stands.
    """

    number: int
    form: Form
    state: State
    facts: TransactionFacts
    said: TransactionFacts
    template: str | None
    level: str | None
    verdict: str | None
    evidence_until: datetime.date | None
    added_at: str
    revisions: tuple[Revision, ...] = ()

    @property
    def current(self) -> Revision | None:
        """The contract as it stands; None for paper."""
        return self.revisions[-1] if self.revisions else None

    @property
    def counterparties(self) -> tuple[str, ...]:
        """The names of the parties that count as counterparty."""
        return tuple(party.name for party in self.facts.parties if party.counterparty)


_PLAIN = ("kind", "title", "amount", "place", "note")
_DATES = ("date", "end_date", "notice_date", "renewal_date")
_COLUMNS = (
    "id, form, state, kind, title, date, amount, end_date, notice_date, renewal_date, place, note, record, said,"
    " template, level, verdict, evidence_until, added_at"
)


def facts_to_json(facts: TransactionFacts) -> dict[str, Any]:
    """Return facts as plain data; what is not known is left out."""
    plain = {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in facts.by_name().items()
    }
    if facts.parties:
        plain["parties"] = [
            {"name": party.name, "role": party.role, "counterparty": party.counterparty} for party in facts.parties
        ]
    return plain


def facts_of_json(plain: dict[str, Any]) -> TransactionFacts:
    """Return the facts that `facts_to_json` wrote."""
    values = {**plain, **{name: datetime.date.fromisoformat(plain[name]) for name in _DATES if name in plain}}
    values["parties"] = tuple(TransactionParty(**party) for party in plain.get("parties", ()))
    return TransactionFacts(**values)


def load_entry(connection: sqlite3.Connection, number: int) -> LedgerEntry:
    """Return an entry with its files.

    Raises:
        ArchiveError("entry-unknown"): there is none of that number.
    """
    row = connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE id = ?", (number,)).fetchone()  # noqa: S608
    if row is None:
        raise ArchiveError("entry-unknown", number=number)
    return _entry_of(connection, row)


def load_entries(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[LedgerEntry]:
    """Return entries in the order of ``numbers``."""
    return [load_entry(connection, number) for number in numbers]


def _entry_of(connection: sqlite3.Connection, row: Sequence[Any]) -> LedgerEntry:
    names = [name.strip() for name in _COLUMNS.split(",")]
    values = dict(zip(names, row, strict=True))
    number = values["id"]
    parties = connection.execute(
        "SELECT name, role, counterparty FROM party WHERE entry = ? ORDER BY number", (number,)
    )
    known: dict[str, Any] = {name: values[name] for name in _PLAIN} | {name: _day(values[name]) for name in _DATES}
    record = json.loads(values["record"]) if values["record"] else None
    facts = TransactionFacts(
        **known,
        parties=tuple(TransactionParty(name, role, bool(counting)) for name, role, counting in parties),
        record=record,
    )
    return LedgerEntry(
        number, values["form"], values["state"], facts, facts_of_json(json.loads(values["said"])), values["template"],
        values["level"], values["verdict"], _day(values["evidence_until"]), values["added_at"],
        load_revisions(connection, number),
    )  # fmt: skip


def load_revisions(connection: sqlite3.Connection, number: int) -> tuple[Revision, ...]:
    """Return the files of an entry, the shortest first."""
    rows = connection.execute(
        "SELECT sha256, size, name, state, level, verdict, evidence_until, report, added_at FROM revision"
        " WHERE entry = ? ORDER BY size, id",
        (number,),
    )
    return tuple(
        Revision(
            sha256, size, name, state, level, verdict, _day(until), json.loads(report) if report else None, added_at
        )
        for sha256, size, name, state, level, verdict, until, report, added_at in rows.fetchall()
    )


def load_corrections(connection: sqlite3.Connection, number: int) -> list[dict[str, str | None]]:
    """Return what was changed of an entry: when, which item, before and after."""
    names = ("at", "item", "before", "after")
    rows = connection.execute(f"SELECT {', '.join(names)} FROM correction WHERE entry = ? ORDER BY number", (number,))  # noqa: S608
    return [dict(zip(names, row, strict=True)) for row in rows]


def insert_entry(connection: sqlite3.Connection, salt: bytes, entry: LedgerEntry, body: str) -> int:
    """Write a new entry without files; return its number.  ``body`` is the text that it is found by."""
    cursor = connection.execute(
        "INSERT INTO entry (salt, kind, form, state, said, added_at) VALUES (?, '', ?, ?, '{}', ?)",
        (salt, entry.form, entry.state, entry.added_at),
    )
    number = int(cursor.lastrowid or 0)
    names = _write_columns(connection, replace(entry, number=number))
    words = (number, names, index_text(body))
    connection.execute("INSERT INTO words (rowid, names, body) VALUES (?, ?, ?)", words)
    return number


def write_entry(connection: sqlite3.Connection, entry: LedgerEntry, body: str | None = None) -> None:
    """Write an entry's own columns, parties and words; ``body`` None leaves the text that it is found by."""
    names = _write_columns(connection, entry)
    connection.execute("UPDATE words SET names = ? WHERE rowid = ? AND names <> ?", (names, entry.number, names))
    if body is not None:
        connection.execute("UPDATE words SET body = ? WHERE rowid = ?", (index_text(body), entry.number))


def _write_columns(connection: sqlite3.Connection, entry: LedgerEntry) -> str:
    """Write an entry's columns and parties; return the words that its parties' names are found by."""
    plain = facts_to_json(entry.facts)
    until = entry.evidence_until and entry.evidence_until.isoformat()
    values = {name: plain.get(name) for name in (*_PLAIN, *_DATES)} | {
        "form": entry.form, "state": entry.state, "template": entry.template, "level": entry.level,
        "verdict": entry.verdict, "evidence_until": until, "named": int(bool(entry.facts.parties)),
        "said": json_of(facts_to_json(entry.said)),
        "record": json_of(entry.facts.record) if entry.facts.record else None,
    }  # fmt: skip
    values["kind"] = values["kind"] or "other"
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(f"UPDATE entry SET {assignments} WHERE id = :id", {**values, "id": entry.number})  # noqa: S608
    return _write_parties(connection, entry)


def _write_parties(connection: sqlite3.Connection, entry: LedgerEntry) -> str:
    sought = [sought_form(party.name) for party in entry.facts.parties]
    connection.execute("DELETE FROM party WHERE entry = ?", (entry.number,))
    connection.executemany(
        "INSERT INTO party (entry, number, role, name, sought, counterparty) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (entry.number, number, party.role, party.name, form, int(party.counterparty))
            for number, (party, form) in enumerate(zip(entry.facts.parties, sought, strict=True))
        ],
    )
    return " ".join(index_text(form) for form in sought if form)


def insert_revision(connection: sqlite3.Connection, number: int, revision: Revision, beginnings: Sequence[str]) -> None:
    """Write a file of an entry; ``beginnings`` are the digests of what it was before."""
    until = revision.evidence_until and revision.evidence_until.isoformat()
    report = json_of(revision.report) if revision.report is not None else None
    cursor = connection.execute(
        "INSERT INTO revision (entry, sha256, size, name, state, level, verdict, evidence_until, report, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, revision.sha256, revision.size, revision.name, revision.state, revision.level, revision.verdict,
            until, report, revision.added_at,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO beginning (sha256, revision) VALUES (?, ?)",
        [(beginning, cursor.lastrowid) for beginning in beginnings],
    )


def entry_digest(connection: sqlite3.Connection, number: int) -> str:
    """Return the digest of all that the ledger holds of an entry, under its salt: what the journal keeps of it."""
    salt = connection.execute("SELECT salt FROM entry WHERE id = ?", (number,)).fetchone()[0]
    state = [connection.execute(query, (number,)).fetchall() for query in _OF_ENTRY]
    if signers := connection.execute(_OF_SIGNERS, (number,)).fetchall():  # older ledgers know none
        state.append(signers)
    return salted_digest(salt, state)


#: Everything that is kept of an entry.
_OF_ENTRY = (
    f"SELECT {_COLUMNS} FROM entry WHERE id = ?",  # noqa: S608
    "SELECT number, role, name, sought, counterparty FROM party WHERE entry = ? ORDER BY number",
    "SELECT sha256, size, name, state, level, verdict, evidence_until, report, added_at FROM revision WHERE entry = ?"
    " ORDER BY sha256",
    "SELECT b.sha256, r.sha256 FROM beginning b JOIN revision r ON r.id = b.revision WHERE r.entry = ? ORDER BY 1, 2",
    "SELECT number, at, item, before, after FROM correction WHERE entry = ? ORDER BY number",
    "SELECT names, body FROM words WHERE rowid = ?",
)


_OF_SIGNERS = "SELECT field, number, end_date, revoked_at FROM signer WHERE entry = ? ORDER BY field"


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def json_of(value: object) -> str:
    """Return a plain value as the ledger's columns hold it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
