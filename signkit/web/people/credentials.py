"""What a person comes in with, as a whole: when it changes, sessions end."""

from __future__ import annotations

from signkit.web.api.database import StoreConnection
from signkit.web.people.accounts import Person
from signkit.web.people.identities import list_identities, remove_identities
from signkit.web.people.passkeys import list_passkeys
from signkit.web.people.passwords import find_password, remove_password
from signkit.web.people.sessions import end_sessions_of


def has_credentials(connection: StoreConnection, person: str) -> bool:
    """Tell whether a person came in already, and needs no first link."""
    return bool(list_identities(connection, person)) or can_come_in(connection, person, None)


def can_come_in(connection: StoreConnection, person: str, issuer: str | None) -> bool:
    """Tell whether something is left that a person comes in with now.

    Args:
        issuer: the operator's provider; what links with another one lets nobody in.
    """
    if list_passkeys(connection, person) or find_password(connection, person) is not None:
        return True
    return any(each.issuer == issuer for each in list_identities(connection, person))


def remove_credentials(connection: StoreConnection, person: Person) -> None:
    """Let nothing be good any more that a person came in with."""
    connection.execute("DELETE FROM passkey WHERE person = ?", (person.id,))
    remove_password(connection, person.id)
    remove_identities(connection, person.id)
    end_sessions_of(connection, person)
