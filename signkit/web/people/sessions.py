"""Sessions of people: each browser's cookie, kept as a hash in its tenant's store, so that a restart ends none.

A cookie is ``sp_TENANT_ID_SECRET``: it leads to its tenant's store and to no other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant, Tenants
from signkit.web.people.accounts import Person, find_person
from signkit.words import Language

_COOKIE = re.compile(r"sp_([0-9a-f-]{36})_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")
#: After so long without a request nobody is there any more; and nobody stays longer than a day's work.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
#: How often it is written down that somebody is still there.
_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class PersonSession:
    """One browser of one person.

    Attributes:
        csrf: what each form carries, so that only our own pages can send one.
        language: in which pages are shown.
        begun_at: when the person showed who they are, as `signkit.web.api.store.moment` writes it.
    """

    id: str
    person: Person
    csrf: str
    language: Language
    begun_at: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """A session as it is listed to its person."""

    id: str
    begun_at: str
    seen_at: str


def begin_session(
    connection: StoreConnection,
    tenant: Tenant,
    person: Person,
    language: Language = "ja",
    begun_at: str | None = None,
) -> tuple[PersonSession, str]:
    """Begin a session of somebody who has shown who they are; return it with the cookie's text, told this once.

    Args:
        begun_at: of the session that this one goes on with; None: it begins now.
    """
    secret, now = secrets.token_urlsafe(32), tenant.store.now()
    session = PersonSession(new_id(), person, secrets.token_urlsafe(32), language, begun_at or now)
    connection.execute(
        "INSERT INTO person_session (id, person, hash, csrf, language, begun_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (session.id, person.id, _hash(secret), session.csrf, language, session.begun_at, now),
    )
    return session, f"sp_{tenant.id}_{session.id}_{secret}"


def admit_person(tenants: Tenants, cookie: str) -> tuple[Tenant, PersonSession] | None:
    """Return whose session it is, which thereby stays awake; None where it is none, or is over."""
    match = _COOKIE.fullmatch(cookie)
    if match is None:
        return None
    tenant = tenants.find(match[1])
    if tenant is None:
        return None
    with tenant.store.reading() as connection:
        found = _live_session(connection, tenant, match[2])
    if found is None or not hmac.compare_digest(found[1], _hash(match[3])):
        return None
    session, _, seen_at = found
    now = tenant.store.clock()
    if seen_at <= moment(now - _STEP):
        with tenant.store.writing() as connection:
            connection.execute("UPDATE person_session SET seen_at = ? WHERE id = ?", (moment(now), session.id))
    return tenant, session


def find_session(connection: StoreConnection, tenant: Tenant, id_: str) -> PersonSession | None:
    """Return a session that began something and is not over: its cookie was shown then."""
    found = _live_session(connection, tenant, id_)
    return found[0] if found else None


def _live_session(connection: StoreConnection, tenant: Tenant, id_: str) -> tuple[PersonSession, bytes, str] | None:
    """Return a session that is not over, the hash of its cookie's secret, and when it was last seen."""
    now = tenant.store.clock()
    row = connection.execute(
        "SELECT person, hash, csrf, language, seen_at, begun_at FROM person_session"
        " WHERE id = ? AND seen_at > ? AND begun_at > ?",
        (id_, moment(now - IDLE), moment(now - LONGEST)),
    ).fetchone()
    person = find_person(connection, row[0]) if row else None
    if person is None or person.disabled_at is not None:
        return None
    return PersonSession(id_, person, row[2], row[3], row[5]), row[1], row[4]


def set_language(connection: StoreConnection, session: PersonSession, language: Language) -> None:
    """Show a session's pages in that language from now on."""
    connection.execute("UPDATE person_session SET language = ? WHERE id = ?", (language, session.id))


def end_session(connection: StoreConnection, session: PersonSession) -> None:
    """End a session: its cookie is worth nothing from now on."""
    connection.execute("DELETE FROM person_session WHERE id = ?", (session.id,))


def list_sessions(connection: StoreConnection, tenant: Tenant, person: Person) -> list[Elsewhere]:
    """Return a person's sessions that are not over, the newest first."""
    now = tenant.store.clock()
    rows = connection.execute(
        "SELECT id, begun_at, seen_at FROM person_session WHERE person = ? AND seen_at > ? AND begun_at > ?"
        " ORDER BY begun_at DESC, id DESC",
        (person.id, moment(now - IDLE), moment(now - LONGEST)),
    )
    return [Elsewhere(*row) for row in rows]


def end_other_sessions(connection: StoreConnection, session: PersonSession) -> None:
    """End a person's sessions but this one."""
    connection.execute("DELETE FROM person_session WHERE person = ? AND id != ?", (session.person.id, session.id))


def end_sessions_of(connection: StoreConnection, person: Person) -> None:
    """End every session of a person: their role, their credentials or their place here changed."""
    connection.execute("DELETE FROM person_session WHERE person = ?", (person.id,))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
