"""Links by which somebody comes in for the first time, or again after all was lost: short-lived, used once.

A link's text is ``TENANT_ID_SECRET`` behind ``/invitation/``; its secret is kept as a hash.  Opening it changes nothing
(mail scanners open links): it is used up when a passkey or a password was made with it, which then is the only one.
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
from signkit.web.people.credentials import remove_credentials
from signkit.web.people.declining import Declined

_LINK = re.compile(r"([0-9a-f-]{36})_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")
#: How long the operator's link on the console is good, and an invitation that is sent.
FROM_CONSOLE = timedelta(hours=1)
INVITATION = timedelta(days=3)


@dataclass(frozen=True)
class Link:
    """A link that is good now.

    Attributes:
        text: what stands behind ``/invitation/``; empty where it was shown before and is gone on with.
    """

    id: str
    person: Person
    text: str


def make_link(
    connection: StoreConnection, tenant: Tenant, person: Person, made_by: str, good_for: timedelta
) -> tuple[str, str]:
    """Return a new link's text, told this once, and until when it is good; the person's earlier links are good no more.

    Args:
        made_by: as the operation log names them.
    """
    revoke_links(connection, tenant, person)
    id_, secret, now = new_id(), secrets.token_urlsafe(32), tenant.store.clock()
    ends = moment(now + good_for)
    connection.execute(
        "INSERT INTO person_link (id, person, hash, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (id_, person.id, _hash(secret), made_by, moment(now), ends),
    )
    return f"{tenant.id}_{id_}_{secret}", ends


def revoke_links(connection: StoreConnection, tenant: Tenant, person: Person) -> None:
    """Let a person's links be good no more."""
    connection.execute(
        "UPDATE person_link SET revoked_at = ? WHERE person = ? AND used_at IS NULL AND revoked_at IS NULL",
        (tenant.store.now(), person.id),
    )


def open_until(connection: StoreConnection, tenant: Tenant, person: Person) -> str | None:
    """Return until when a person's link is good; None where there is no such link."""
    row = connection.execute(
        "SELECT expires_at FROM person_link WHERE person = ? AND used_at IS NULL AND revoked_at IS NULL"
        " AND expires_at > ?",
        (person.id, tenant.store.now()),
    ).fetchone()
    return row[0] if row else None


def find_link(tenants: Tenants, text: str) -> tuple[Tenant, Link]:
    """Return whose link it is; nothing is changed.

    Raises:
        Declined("link"): it is none, was used, revoked, or is too old.
    """
    match = _LINK.fullmatch(text)
    if match is None:
        raise Declined("link", 404)
    tenant = tenants.find(match[1])
    if tenant is None:
        raise Declined("link", 404)
    with tenant.store.reading() as connection:
        return tenant, _good_link(connection, tenant, text)


def resume_link(connection: StoreConnection, tenant: Tenant, id_: str) -> Link:
    """Return a link that was shown before (`find_link`), if it is still good.

    Raises:
        Declined("link")
    """
    return Link(id_, _open_link(connection, tenant, id_)[0], "")


def use_link(connection: StoreConnection, tenant: Tenant, link: Link) -> Person:
    """Use a link up and return whose it is; all that the person came in with before is good no more.

    Raises:
        Declined("link"): somebody else was faster.
    """
    person, _ = _open_link(connection, tenant, link.id)
    connection.execute("UPDATE person_link SET used_at = ? WHERE id = ?", (tenant.store.now(), link.id))
    remove_credentials(connection, person)
    return person


def _good_link(connection: StoreConnection, tenant: Tenant, text: str) -> Link:
    _, id_, secret = text.split("_", 2)
    person, known = _open_link(connection, tenant, id_)
    if not hmac.compare_digest(known, _hash(secret)):
        raise Declined("link", 404)
    return Link(id_, person, text)


def _open_link(connection: StoreConnection, tenant: Tenant, id_: str) -> tuple[Person, bytes]:
    """Return whose link it is that nobody used yet, and the hash of its secret."""
    row = connection.execute(
        "SELECT person, hash FROM person_link WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL"
        " AND expires_at > ?",
        (id_, tenant.store.now()),
    ).fetchone()
    person = find_person(connection, row[0]) if row else None
    if row is None or person is None or person.disabled_at is not None:
        raise Declined("link", 404)
    return person, row[1]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
