"""The tables in PostgreSQL: those of `signkit.web.api.schema`, each with its tenant before every key.

They are derived, so that there is one list of tables.  The role that serves sees and writes the rows of
``app.tenant`` alone (row-level security, forced), may not change or delete a record of the operation log (it has not
the privilege, and a trigger says no to the owner too), and makes no table: the owner does (``signkit service
database``).  With its row in ``tenant`` all of a tenant goes.
"""

from __future__ import annotations

import re
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from signkit.archive.store import statements_of
from signkit.errors import ServiceError
from signkit.web.api import schema

_BASE = """
CREATE TABLE version (number bigint NOT NULL);
CREATE TABLE tenant (id text COLLATE "C" PRIMARY KEY, name text NOT NULL);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
-- Which tenants there are the service knows; it adds and deletes the one that it is at.
CREATE POLICY known ON tenant FOR SELECT USING (true);
CREATE POLICY added ON tenant FOR INSERT WITH CHECK (id = current_setting('app.tenant', true));
CREATE POLICY gone ON tenant FOR DELETE USING (id = current_setting('app.tenant', true));

CREATE TABLE operation_end (
    tenant text COLLATE "C" PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    number bigint NOT NULL
);
"""
_TENANT = "tenant text COLLATE \"C\" NOT NULL DEFAULT current_setting('app.tenant') REFERENCES tenant ON DELETE CASCADE"
_GUARD = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON {table} USING (tenant = current_setting('app.tenant', true));
"""
#: By their names in SQLite.
_TRIGGERS = {
    "operation_stays": """
        CREATE FUNCTION operation_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'append-only';
        END $$;
        CREATE TRIGGER operation_stays BEFORE UPDATE OR TRUNCATE ON operation
            FOR EACH STATEMENT EXECUTE FUNCTION operation_stays();
    """,
    "operation_is_kept": """
        CREATE FUNCTION operation_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF EXISTS (SELECT 1 FROM tenant WHERE id = OLD.tenant) THEN RAISE EXCEPTION 'append-only'; END IF;
            RETURN OLD;  -- the tenant itself is gone
        END $$;
        CREATE TRIGGER operation_is_kept BEFORE DELETE ON operation
            FOR EACH ROW EXECUTE FUNCTION operation_is_kept();
    """,
    "batch_files_go": """
        CREATE FUNCTION batch_files_go() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM file WHERE owner IN (SELECT job FROM batch_file WHERE batch = OLD.id);
            DELETE FROM file WHERE owner >= OLD.id || '/' AND owner < OLD.id || '0';
            DELETE FROM job WHERE id IN (SELECT job FROM batch_file WHERE batch = OLD.id);
            DELETE FROM batch_file WHERE batch = OLD.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER batch_files_go AFTER DELETE ON document
            FOR EACH ROW WHEN (OLD.kind = 'batch') EXECUTE FUNCTION batch_files_go();
    """,
}
#: What SQLite tells by AUTOINCREMENT: the greatest number that ever was.  It is written by the owner's right.
_VIEWS = {
    "operation_end": """
        CREATE FUNCTION operation_counts() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = signkit AS $$ BEGIN
            INSERT INTO operation_end VALUES (NEW.tenant, NEW.number)
                ON CONFLICT (tenant) DO UPDATE SET number = greatest(operation_end.number, excluded.number);
            RETURN NULL;
        END $$;
        CREATE TRIGGER operation_counts AFTER INSERT ON operation
            FOR EACH ROW EXECUTE FUNCTION operation_counts();
    """,
}
_LOCK = "SELECT pg_advisory_xact_lock(1398494038)"
_COMMENT = re.compile(r"--[^\n]*")
_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*)\)[^)]*;\s*", re.DOTALL)
_INDEX = re.compile(r"(CREATE (?:UNIQUE )?INDEX \w+ ON \w+ )\((.*)", re.DOTALL)
_NAMED = re.compile(r"CREATE (TRIGGER|VIEW) (\w+)")
_COLUMN = re.compile(r"(\w+) (TEXT|INTEGER|BLOB)\b(.*)", re.DOTALL)
_TYPES = {"TEXT": 'text COLLATE "C"', "INTEGER": "bigint", "BLOB": "bytea"}


def make_tables(url: str, role: str) -> int:
    """Make the tables, or bring them up to date, as their owner; ``role`` is the one that serves.

    Returns:
        The version that there was before.

    Raises:
        ServiceError("store-unusable"): the database does not answer, or the owner may not.
        ServiceError("store-newer"): a newer SignKit made them.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection, connection.transaction():
            connection.execute(_LOCK)
            before = _version(connection)
            for step in schema.MIGRATIONS[before:]:
                connection.execute(in_postgres(step))
            connection.execute("UPDATE version SET number = %s", (schema.VERSION,))
            _grant(connection, role)
    except psycopg.Error as error:
        raise ServiceError("store-unusable", path="postgresql", cause=" ".join(str(error).split())) from error
    return before


def _version(connection: psycopg.Connection[Any]) -> int:
    """Return the version of what is there; make the base where there is nothing."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS signkit")
    connection.execute("SET LOCAL search_path = signkit")
    if connection.execute("SELECT to_regclass('signkit.version')").fetchone() == (None,):
        connection.execute(_BASE + _GUARD.format(table="operation_end"))
        connection.execute("INSERT INTO version VALUES (0)")
    row = connection.execute("SELECT number FROM version").fetchone()
    found = int(row[0]) if row else 0
    if found > schema.VERSION:
        raise ServiceError("store-newer", path="postgresql", found=found, known=schema.VERSION)
    return found


def _grant(connection: psycopg.Connection[Any], role: str) -> None:
    """Let the role that serves do what it must, and no more."""
    statements: tuple[LiteralString, ...] = (
        "GRANT USAGE ON SCHEMA signkit TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA signkit TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON version, operation_end FROM {role}",
        "REVOKE UPDATE, DELETE ON operation FROM {role}",
        "REVOKE UPDATE ON tenant FROM {role}",
    )
    for each in statements:
        connection.execute(sql.SQL(each).format(role=sql.Identifier(role)))


def in_postgres(step: str) -> str:
    """Return a step of `signkit.web.api.schema.MIGRATIONS` as PostgreSQL understands it.

    Raises:
        KeyError: a trigger or a view that is not written for PostgreSQL.
    """
    return "".join(_statement(each.strip()) for each in statements_of(_COMMENT.sub("", step)))


def _statement(statement: str) -> str:
    if table := _TABLE.fullmatch(statement):
        return _table(table[1], table[2])
    if index := _INDEX.fullmatch(statement):
        return f"{index[1]}(tenant, {index[2]}\n"
    if named := _NAMED.match(statement):
        return (_TRIGGERS if named[1] == "TRIGGER" else _VIEWS)[named[2]]
    return re.sub(r"\b(TEXT|INTEGER|BLOB)\b", lambda found: _TYPES[found[1]], statement) + "\n"


def _table(name: str, content: str) -> str:
    parts = [part.strip() for part in re.split(r",(?![^()]*\))(?=\s*\w)", content)]
    lines = [_TENANT, *(line for part in parts for line in _part(part))]
    return f"CREATE TABLE {name} ({', '.join(lines)});" + _GUARD.format(table=name)


def _part(part: str) -> list[str]:
    """Return a column, and what is said of it alone as said of it and the tenant; or what is said of several."""
    column = _COLUMN.fullmatch(part)
    if column is None:
        return [re.sub(r"^(PRIMARY KEY|UNIQUE|FOREIGN KEY) \(|(REFERENCES \w+) \(", _with_tenant, part)]
    name, type_, rest = column.groups()
    lines = []
    for pattern, clause in _OF_ONE:
        if found := re.search(pattern, rest):
            lines.append(found.expand(clause).format(name=name))
            rest = rest.replace(found[0], " ")
    return [f"{name} {_TYPES[type_]} {' '.join(rest.split())}", *lines]


#: Said of one column.
_OF_ONE = (
    (r"PRIMARY KEY( AUTOINCREMENT)?", "PRIMARY KEY (tenant, {name})"),
    (r"\bUNIQUE\b", "UNIQUE (tenant, {name})"),
    (r"REFERENCES (\w+) \((\w+)\)((?: ON DELETE \w+)?)",
     r"FOREIGN KEY (tenant, {name}) REFERENCES \1 (tenant, \2)\3"),
)  # fmt: skip


def _with_tenant(found: re.Match[str]) -> str:
    return f"{found[1] or found[2]} (tenant, "
