"""Accounts: a person of a tenant, with one role.  They are never deleted, for the operation log names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from signkit.web.api.access import Principal
from signkit.web.api.database import StoreConnection
from signkit.web.api.document import ApiDocument
from signkit.web.api.identifiers import new_id
from signkit.web.api.roles import Role, permissions_of

_COLUMNS = "id, name, role, created_at, disabled_at"


@dataclass(frozen=True)
class Person:
    """Somebody who may come in.

    Attributes:
        name: as colleagues see it.
        created_at, disabled_at: as `signkit.web.api.store.moment` writes them; disabled: may come in no more.
    """

    id: str
    name: str
    role: Role
    created_at: str
    disabled_at: str | None = None

    def principal(self, document: ApiDocument) -> Principal:
        """Return who calls, when this person does."""
        return Principal("person", self.id, frozenset(permissions_of(self.role, document)))


def add_person(connection: StoreConnection, name: str, role: Role, now: str) -> Person:
    """Make an account; nobody can come in with it before a credential is added."""
    person = Person(new_id(), name, role, now)
    connection.execute(
        f"INSERT INTO person ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
        (person.id, person.name, person.role, person.created_at, None),
    )
    return person


def find_person(connection: StoreConnection, id_: str) -> Person | None:
    """Return an account, also a disabled one; None where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM person WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    return _person(row) if row else None


def list_people(connection: StoreConnection) -> list[Person]:
    """Return all accounts, in the order in which they were made."""
    return [_person(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM person ORDER BY id")]  # noqa: S608


def set_role(connection: StoreConnection, id_: str, role: Role) -> None:
    """Give an account another role."""
    connection.execute("UPDATE person SET role = ? WHERE id = ?", (role, id_))


def disable_person(connection: StoreConnection, id_: str, now: str) -> None:
    """Let somebody come in no more; the account stays, for the log names it."""
    connection.execute("UPDATE person SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL", (now, id_))


def _person(row: Sequence[Any]) -> Person:
    return Person(*row)
