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

from signkit.errors import ServiceError
from signkit.web.api.database import Connection
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
    """

    id: str
    person: Person
    csrf: str
    language: Language


def begin_session(
    connection: Connection, tenant: Tenant, person: Person, language: Language = "ja"
) -> tuple[PersonSession, str]:
    """Begin a session of somebody who has shown who they are; return it with the cookie's text, told this once."""
    secret, session = secrets.token_urlsafe(32), PersonSession(new_id(), person, secrets.token_urlsafe(32), language)
    now = tenant.store.now()
    connection.execute(
        "INSERT INTO person_session (id, person, hash, csrf, language, begun_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (session.id, person.id, _hash(secret), session.csrf, language, now, now),
    )
    return session, f"sp_{tenant.id}_{session.id}_{secret}"


def admit_person(tenants: Tenants, cookie: str) -> tuple[Tenant, PersonSession] | None:
    """Return whose session it is, which thereby stays awake; None where it is none, or is over."""
    match = _COOKIE.fullmatch(cookie)
    if match is None:
        return None
    try:
        tenant = tenants.get(match[1])
    except ServiceError as error:
        if error.code != "tenant-unknown":
            raise
        return None
    now = tenant.store.clock()
    with tenant.store.reading() as connection:
        row = connection.execute(
            "SELECT person, hash, csrf, language, seen_at FROM person_session"
            " WHERE id = ? AND seen_at > ? AND begun_at > ?",
            (match[2], moment(now - IDLE), moment(now - LONGEST)),
        ).fetchone()
        person = find_person(connection, row[0]) if row else None
    if person is None or person.disabled_at is not None or not hmac.compare_digest(row[1], _hash(match[3])):
        return None
    if row[4] <= moment(now - _STEP):
        with tenant.store.writing() as connection:
            connection.execute("UPDATE person_session SET seen_at = ? WHERE id = ?", (moment(now), match[2]))
    return tenant, PersonSession(match[2], person, row[2], row[3])


def end_session(connection: Connection, session: PersonSession) -> None:
    """End a session: its cookie is worth nothing from now on."""
    connection.execute("DELETE FROM person_session WHERE id = ?", (session.id,))


def end_sessions_of(connection: Connection, person: Person) -> None:
    """End every session of a person: their role, their credentials or their place here changed."""
    connection.execute("DELETE FROM person_session WHERE person = ?", (person.id,))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
