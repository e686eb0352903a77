"""Who people are at the operator's OpenID provider: issuer and subject, which is all that is known of them there.

A link is made by the person alone, signed in or with an invitation: nobody is found by a name or by a mail address,
which a provider may give to somebody else tomorrow (OpenID Connect Core 5.7).
"""

from __future__ import annotations

from dataclasses import dataclass

from signkit.web.api.database import StoreConnection
from signkit.web.people.accounts import Person, find_person
from signkit.web.people.declining import Declined

_COLUMNS = "issuer, subject, person, linked_at, used_at"


@dataclass(frozen=True)
class Identity:
    """A person's link.

    Attributes:
        subject: what the provider calls the person; never given to anybody else there.
    """

    issuer: str
    subject: str
    person: str
    linked_at: str
    used_at: str | None = None


def add_identity(connection: StoreConnection, identity: Identity) -> None:
    """Keep a link.

    Raises:
        Declined("oidc_known"): it is somebody's already.
    """
    if _find(connection, identity.issuer, identity.subject) is not None:
        raise Declined("oidc_known", 409)
    connection.execute(
        f"INSERT INTO person_identity ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
        (identity.issuer, identity.subject, identity.person, identity.linked_at, identity.used_at),
    )


def person_of(connection: StoreConnection, issuer: str, subject: str, now: str) -> Person | None:
    """Return who that is here, if they may come in; None where nobody is."""
    identity = _find(connection, issuer, subject)
    person = find_person(connection, identity.person) if identity else None
    if person is None or person.disabled_at is not None:
        return None
    connection.execute(
        "UPDATE person_identity SET used_at = ? WHERE issuer = ? AND subject = ?", (now, issuer, subject)
    )
    return person


def list_identities(connection: StoreConnection, person: str) -> list[Identity]:
    """Return a person's links, in the order in which they were made."""
    query = f"SELECT {_COLUMNS} FROM person_identity WHERE person = ? ORDER BY linked_at, subject"  # noqa: S608
    return [Identity(*row) for row in connection.execute(query, (person,))]


def remove_identities(connection: StoreConnection, person: str) -> None:
    """Remove a person's links."""
    connection.execute("DELETE FROM person_identity WHERE person = ?", (person,))


def _find(connection: StoreConnection, issuer: str, subject: str) -> Identity | None:
    query = f"SELECT {_COLUMNS} FROM person_identity WHERE issuer = ? AND subject = ?"  # noqa: S608
    row = connection.execute(query, (issuer, subject)).fetchone()
    return Identity(*row) if row else None
