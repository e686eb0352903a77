"""The ledger's tables, as numbered forward migrations: step n brings a file of version n to version n + 1.

A step, once released, is never changed; what comes later is a further step.  `journal` is append-only by its triggers;
whoever goes around them breaks the chain of hashes, which `signkit.archive.verifying` finds.
"""

from __future__ import annotations

#: SQLite's application_id of a ledger ("SKLG").
APPLICATION_ID = 0x534B4C47

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    -- One contract, record or paper.  `salt` keys the digests of the journal and goes with the entry.
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        salt BLOB NOT NULL,
        kind TEXT NOT NULL,
        form TEXT NOT NULL,
        state TEXT NOT NULL,
        title TEXT,
        date TEXT,
        amount INTEGER,
        end_date TEXT,
        notice_date TEXT,
        renewal_date TEXT,
        place TEXT,
        note TEXT,
        template TEXT,
        level TEXT,
        verdict TEXT,
        evidence_until TEXT,
        named INTEGER NOT NULL DEFAULT 0,
        said TEXT NOT NULL,
        record TEXT,
        added_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_by_date ON entry (date, amount);
    CREATE INDEX entry_by_amount ON entry (amount, date);
    CREATE INDEX entry_by_end ON entry (end_date) WHERE end_date IS NOT NULL;
    CREATE INDEX entry_by_notice ON entry (notice_date) WHERE notice_date IS NOT NULL;
    CREATE INDEX entry_by_evidence ON entry (evidence_until) WHERE evidence_until IS NOT NULL;
    CREATE INDEX entry_without_party ON entry (id) WHERE named = 0;
    CREATE INDEX entry_by_kind ON entry (kind);
    CREATE INDEX entry_by_state ON entry (state);

    CREATE TABLE party (
        entry INTEGER NOT NULL REFERENCES entry (id),
        number INTEGER NOT NULL,
        role TEXT,
        name TEXT NOT NULL,
        sought TEXT NOT NULL,
        counterparty INTEGER NOT NULL,
        PRIMARY KEY (entry, number)
    ) STRICT, WITHOUT ROWID;

    -- The files of an entry: each later one begins with the bytes of an earlier one.
    CREATE TABLE revision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry INTEGER NOT NULL REFERENCES entry (id),
        sha256 TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        name TEXT NOT NULL,
        state TEXT NOT NULL,
        level TEXT,
        verdict TEXT,
        evidence_until TEXT,
        report TEXT,
        added_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX revision_by_entry ON revision (entry, size);

    -- Digests of what a file's bytes were at the ends of its earlier revisions, so that those are known when they come.
    CREATE TABLE beginning (
        sha256 TEXT NOT NULL,
        revision INTEGER NOT NULL REFERENCES revision (id),
        PRIMARY KEY (sha256, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX beginning_by_revision ON beginning (revision);

    CREATE TABLE correction (
        entry INTEGER NOT NULL REFERENCES entry (id),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        item TEXT NOT NULL,
        before TEXT,
        after TEXT,
        PRIMARY KEY (entry, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        action TEXT NOT NULL,
        entry INTEGER,
        digest TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX journal_by_entry ON journal (entry, number);
    CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
        BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER journal_is_never_cut BEFORE DELETE ON journal
        BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;

    -- The journal's head as a timestamp service saw it: one row a day.
    CREATE TABLE stamp (
        day TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        hash TEXT NOT NULL,
        token BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- 廃棄記録: what was deleted, when and why; no names.
    CREATE TABLE disposal (
        entry INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        rule TEXT NOT NULL,
        kept_until TEXT NOT NULL,
        files INTEGER NOT NULL
    ) STRICT;

    -- Files whose entries are gone and that are still to be unlinked.
    CREATE TABLE doomed (sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

    -- Entries were deleted of which files, free pages and the write-ahead log may still hold something.
    CREATE TABLE undisposed (since TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

    -- Bigrams of folded text (signkit.archive.index).
    CREATE VIRTUAL TABLE words USING fts5 (names, body, tokenize = 'ascii');
    """,
    """
    -- Who signed a file, known again by a keyed hash of the certificate's number (signkit.jpki.keyed_number); the key
    -- lies outside.  `revoked_at`: what `signkit monitor` told already.
    CREATE TABLE signer (
        entry INTEGER NOT NULL REFERENCES entry (id),
        field TEXT NOT NULL,
        number TEXT NOT NULL,
        end_date TEXT NOT NULL,
        revoked_at TEXT,
        PRIMARY KEY (entry, field)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX signer_by_end ON signer (end_date);

    -- The newest file of an entry whose signers are in `signer`.
    CREATE TABLE watched (
        entry INTEGER PRIMARY KEY REFERENCES entry (id),
        sha256 TEXT NOT NULL
    ) STRICT;
    """,
    """
    -- What was done at a desk (signkit.archive.operations): the words of a journal's record ``operated``.  `who` and
    -- `sha256` go with an entry that is deleted.
    CREATE TABLE operation (
        record INTEGER PRIMARY KEY REFERENCES journal (number),
        act TEXT NOT NULL,
        who TEXT,
        sha256 TEXT
    ) STRICT;
    CREATE INDEX operation_by_act ON operation (act, record);
    CREATE INDEX operation_by_file ON operation (sha256) WHERE sha256 IS NOT NULL;
    """,
    """
    -- What need not be kept any longer is found by the last day of a contract (signkit.archive.purging).
    CREATE INDEX entry_by_last_day
        ON entry (kind, end_date IS NULL, max(coalesce(date, end_date), coalesce(end_date, date)));
    """,
)

VERSION = len(MIGRATIONS)
