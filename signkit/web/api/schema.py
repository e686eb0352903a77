"""A tenant's tables, as numbered forward migrations: step n brings a file of version n to version n + 1.

Written for SQLite; `signkit.web.api.postgres_schema` derives those of PostgreSQL.  A step, once released, is never
changed, and only adds: a program of the version before serves on beside it.  ``document`` holds the resources that are
plain JSON (their kinds are named where they are made, in ``resources/``); ``operation`` is append-only by its triggers,
and its chain of hashes tells who went around them (`signkit.web.api.operation_log`).
"""

from __future__ import annotations

#: SQLite's application_id of a tenant's store ("SKSV").
APPLICATION_ID = 0x534B5356

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE document (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        content TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX document_by_end ON document (expires_at) WHERE expires_at IS NOT NULL;

    -- Which files are kept, and for which document or job.
    CREATE TABLE file (
        owner TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (owner, sha256)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX file_by_digest ON file (sha256);

    -- Work to be done: deleted in the transaction that keeps its result, never before.
    CREATE TABLE job (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'failed')),
        due_at TEXT NOT NULL,
        holder TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        problem TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX job_by_time ON job (state, due_at);

    CREATE TABLE api_key (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        hash BLOB NOT NULL,
        permissions TEXT NOT NULL,
        networks TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        revoked_at TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE person (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at TEXT NOT NULL,
        disabled_at TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE person_session (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        hash BLOB NOT NULL,
        csrf TEXT NOT NULL,
        language TEXT NOT NULL,
        begun_at TEXT NOT NULL,
        seen_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX person_session_by_person ON person_session (person);

    -- Programs on people's own PCs (signkit.web.agents), and what is asked of them.
    CREATE TABLE agent (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        name TEXT NOT NULL,
        key BLOB NOT NULL,
        paired_at TEXT NOT NULL,
        seen_at TEXT,
        revoked_at TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agent_by_person ON agent (person);
    CREATE TABLE agent_nonce (
        agent TEXT NOT NULL,
        nonce TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (agent, nonce)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agent_nonce_by_time ON agent_nonce (at);
    CREATE TABLE agent_task (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        sha256 TEXT NOT NULL,
        role TEXT NOT NULL,
        title TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'signed', 'refused', 'withdrawn')),
        result TEXT,
        reason TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agent_task_by_person ON agent_task (person, state, expires_at);

    -- How far a contract is in the office, and what was said of it; its files are those that it was, signature by
    -- signature.
    CREATE TABLE handover (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        content TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX handover_by_state ON handover (state);
    CREATE TABLE handover_file (
        sha256 TEXT PRIMARY KEY,
        handover TEXT NOT NULL REFERENCES handover (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    -- A party's way in: one contract, one role.
    CREATE TABLE party_link (
        id TEXT PRIMARY KEY,
        handover TEXT NOT NULL REFERENCES handover (id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        hash BLOB NOT NULL,
        language TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        opened_at TEXT,
        session BLOB,
        revoked_at TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX party_link_by_handover ON party_link (handover);
    -- Public keys of people (WebAuthn); the id is the authenticator's own.
    CREATE TABLE passkey (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        name TEXT NOT NULL,
        credential BLOB NOT NULL,
        sign_count INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        used_at TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX passkey_by_person ON passkey (person);

    -- A password with its one-time codes (encrypted under the tenant's key); of ``step`` and before none is good.
    CREATE TABLE person_password (
        person TEXT PRIMARY KEY REFERENCES person (id),
        login TEXT NOT NULL UNIQUE,
        hash TEXT NOT NULL,
        totp BLOB NOT NULL,
        step INTEGER NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE recovery_code (
        person TEXT NOT NULL REFERENCES person (id),
        hash BLOB NOT NULL,
        PRIMARY KEY (person, hash)
    ) STRICT, WITHOUT ROWID;

    -- What was asked of a browser, answered once.
    CREATE TABLE challenge (
        id TEXT PRIMARY KEY,
        purpose TEXT NOT NULL,
        content TEXT NOT NULL,
        expires_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX challenge_by_end ON challenge (expires_at);

    -- Tries to come in, by hashed account and address.
    CREATE TABLE sign_in_try (
        key TEXT PRIMARY KEY,
        count INTEGER NOT NULL,
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sign_in_try_by_time ON sign_in_try (at);

    CREATE TABLE person_link (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        hash BLOB NOT NULL,
        made_by TEXT NOT NULL,
        made_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT,
        revoked_at TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX person_link_by_person ON person_link (person);

    -- Who somebody is at the operator's OpenID provider: linked by themselves, never by a name or an address.
    CREATE TABLE person_identity (
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        person TEXT NOT NULL REFERENCES person (id),
        linked_at TEXT NOT NULL,
        used_at TEXT,
        PRIMARY KEY (issuer, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX person_identity_by_person ON person_identity (person);

    -- What takes two people: asked by one, decided by another.
    CREATE TABLE approval (
        id TEXT PRIMARY KEY,
        action TEXT NOT NULL,
        content TEXT NOT NULL,
        digest TEXT NOT NULL,
        asked_by TEXT NOT NULL REFERENCES person (id),
        asked_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'done', 'refused', 'withdrawn', 'lapsed')),
        decided_by TEXT REFERENCES person (id),
        decided_at TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE idempotency (
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        request TEXT NOT NULL,
        at TEXT NOT NULL,
        answer TEXT,
        PRIMARY KEY (actor, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX idempotency_by_time ON idempotency (at);

    CREATE TABLE usage (
        month TEXT NOT NULL,
        operation TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (month, operation)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE operation (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        request TEXT NOT NULL,
        actor TEXT NOT NULL,
        origin TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT,
        status INTEGER NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER operation_stays BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'append-only'); END;
    CREATE TRIGGER operation_is_kept BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'append-only'); END;

    -- The greatest number that ever was: it tells that the log's end was cut off.
    CREATE VIEW operation_end AS SELECT seq AS number FROM sqlite_sequence WHERE name = 'operation';

    -- The files of batches; ``ended`` counts within a batch in the order in which results came.
    CREATE TABLE batch_file (
        batch TEXT NOT NULL,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT,
        size INTEGER NOT NULL DEFAULT 0,
        url TEXT,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
        job TEXT,
        ended INTEGER,
        verdict TEXT,
        report TEXT,
        problem TEXT,
        PRIMARY KEY (batch, number),
        UNIQUE (batch, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX batch_file_by_state ON batch_file (batch, state);
    CREATE INDEX batch_file_by_end ON batch_file (batch, ended);
    -- On which of several machines the tenant's archive is worked on, and which archive it is.
    CREATE TABLE place (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        until TEXT NOT NULL,
        identity TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER batch_files_go AFTER DELETE ON document WHEN OLD.kind = 'batch' BEGIN
        DELETE FROM file WHERE owner IN (SELECT job FROM batch_file WHERE batch = OLD.id);
        DELETE FROM file WHERE owner >= OLD.id || '/' AND owner < OLD.id || '0';
        DELETE FROM job WHERE id IN (SELECT job FROM batch_file WHERE batch = OLD.id);
        DELETE FROM batch_file WHERE batch = OLD.id;
    END;

    -- Agents that are being paired; nobody knows yet whose they will be, so they are in the store of no tenant.
    CREATE TABLE agent_pairing (
        id TEXT PRIMARY KEY,
        code TEXT NOT NULL,
        secret BLOB NOT NULL,
        name TEXT NOT NULL,
        key BLOB NOT NULL,
        address TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        became TEXT
    ) STRICT, WITHOUT ROWID;

    -- What only one may do at a time, of all processes (signkit.web.api.turns).
    CREATE TABLE turn (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        ends_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Where people want to be written to, and where parties' links were written to.
    CREATE TABLE person_mail (
        person TEXT PRIMARY KEY REFERENCES person (id),
        address TEXT NOT NULL,
        language TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE party_mail (
        link TEXT PRIMARY KEY REFERENCES party_link (id) ON DELETE CASCADE,
        address TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Signatures that parties are to agree to on their phones. The browser that comes back names a state and no tenant,
    -- so they are in the store of no tenant; what is secret of them is sealed under the tenant's key.
    CREATE TABLE phone_asking (
        state BLOB PRIMARY KEY,
        tenant_id TEXT NOT NULL,
        link TEXT NOT NULL,
        sealed BLOB NOT NULL,
        ends_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Signatures that are asked for as one; each is a task of its own.
    CREATE TABLE agent_list (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL REFERENCES person (id),
        role TEXT NOT NULL,
        title TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        asked_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agent_list_by_person ON agent_list (person, id);
    CREATE TABLE agent_list_task (
        task TEXT PRIMARY KEY REFERENCES agent_task (id) ON DELETE CASCADE,
        list TEXT NOT NULL REFERENCES agent_list (id) ON DELETE CASCADE,
        place INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agent_list_task_by_list ON agent_list_task (list, place);

    -- When somebody was reminded of a table last: of all its contracts once a day.
    CREATE TABLE table_reminder (
        person TEXT NOT NULL REFERENCES person (id),
        batch TEXT NOT NULL,
        day TEXT NOT NULL,
        PRIMARY KEY (person, batch)
    ) STRICT, WITHOUT ROWID;
    """,
)
VERSION = len(MIGRATIONS)

#: Takes from a copy of a store what lets somebody in, or signs in the tenant's name; who did what stays.
WITHOUT_SECRETS = """
    UPDATE api_key SET hash = x'', revoked_at = COALESCE(revoked_at, created_at);
    DELETE FROM person_session;
    DELETE FROM party_mail;
    DELETE FROM party_link;
    DELETE FROM passkey;
    DELETE FROM person_password;
    DELETE FROM recovery_code;
    DELETE FROM person_identity;
    DELETE FROM challenge;
    DELETE FROM sign_in_try;
    DELETE FROM person_link;
    DELETE FROM idempotency;
    DELETE FROM document WHERE kind = 'webhook';
    UPDATE agent SET revoked_at = COALESCE(revoked_at, paired_at);
    DELETE FROM agent_nonce;
    DELETE FROM agent_pairing;
    DELETE FROM turn;
    DELETE FROM phone_asking;
"""
