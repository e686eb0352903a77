"""Passkeys: WebAuthn with the person verified by their own device, bound to the one origin of the office.

A key belongs to one person of one tenant and lies in that tenant's store: another tenant knows nothing of it, though
the browser offers it there (the RP ID is the same).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from signkit.archive.exporting import moment_in_words
from signkit.web.api.database import StoreConnection
from signkit.web.api.tenants import Tenant
from signkit.web.people.accounts import Person, find_person
from signkit.web.people.challenges import keep_challenge, take_challenge
from signkit.web.people.declining import Declined
from signkit.words import printable

_COLUMNS = "id, person, name, credential, sign_count, created_at, used_at"
_SIGN_IN = "passkey-sign-in"
_MOST_NAME = 60
_REQUIRED = UserVerificationRequirement.REQUIRED
#: What the library throws at an answer that is none, or not right.
_WRONG = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    AssertionError,
    NotImplementedError,
    RecursionError,
)


@dataclass(frozen=True)
class Passkey:
    """A key of a person.

    Attributes:
        name: as the person knows it.
        credential: the authenticator's id of it and its public key (WebAuthn 6.5.1).
        sign_count: the counter of its last use; 0: it does not count.
    """

    id: str
    person: str
    name: str
    credential: bytes
    sign_count: int
    created_at: str
    used_at: str | None = None


class PasskeyOffice:
    """Adds passkeys and asks for them, in one tenant.

    Args:
        origin: of the office's pages; its host is the RP ID.
    """

    def __init__(self, tenant: Tenant, origin: str) -> None:
        self._tenant = tenant
        rp = PublicKeyCredentialRpEntity(id=urlsplit(origin).hostname or "", name=tenant.name)
        # The library alone would take any subdomain, and any port of it.
        self._server = Fido2Server(rp, AttestationConveyancePreference.NONE, verify_origin=lambda sent: sent == origin)

    def ask_new(self, person: Person) -> tuple[str, dict[str, Any]]:
        """Ask a person's device for a new key; return the challenge's id, and what the browser is told."""
        with self._tenant.store.writing() as connection:
            known = [AttestedCredentialData(each.credential) for each in list_passkeys(connection, person.id)]
            user = PublicKeyCredentialUserEntity(id=person.id.encode(), name=person.name, display_name=person.name)
            options, state = self._server.register_begin(user, known, ResidentKeyRequirement.REQUIRED, _REQUIRED)
            return keep_challenge(connection, self._tenant.store, _adding(person), state), dict(options)

    def read_new(self, person: Person, challenge: str, response: str, name: str) -> Passkey:
        """Return the key that a person's device made for a challenge; it is not kept yet.

        Raises:
            Declined("challenge", "passkey_wrong")
        """
        state = take_challenge(self._tenant.store, _adding(person), challenge)
        try:
            made = self._server.register_complete(state, json.loads(response))
        except _WRONG as error:
            raise Declined("passkey_wrong") from error
        data, now = made.credential_data, self._tenant.store.now()
        if data is None:
            raise Declined("passkey_wrong")
        id_, named = websafe_encode(data.credential_id), printable(name).strip()[:_MOST_NAME] or moment_in_words(now)
        return Passkey(id_, person.id, named, bytes(data), made.counter, now)

    def ask_known(self) -> tuple[str, dict[str, Any]]:
        """Ask whoever sits there for a key; nothing tells which there are."""
        options, state = self._server.authenticate_begin(user_verification=_REQUIRED)
        with self._tenant.store.writing() as connection:
            return keep_challenge(connection, self._tenant.store, _SIGN_IN, state), dict(options)

    def recognise(self, challenge: str, response: str) -> Person:
        """Return whose key signed a challenge.

        Raises:
            Declined("challenge"): it was answered before, or is none.
            Declined("sign_in_passkey"): not known here, not right, or somebody else has a copy of the key.
        """
        state = take_challenge(self._tenant.store, _SIGN_IN, challenge)
        try:
            answer = AuthenticationResponse.from_dict(json.loads(response))
            with self._tenant.store.writing() as connection:
                return self._person_of(connection, state, answer)
        except _WRONG as error:
            raise Declined("sign_in_passkey", 401) from error

    def _person_of(self, connection: StoreConnection, state: Any, answer: AuthenticationResponse) -> Person:
        id_, now = websafe_encode(answer.raw_id), self._tenant.store.now()
        row = connection.execute(f"SELECT {_COLUMNS} FROM passkey WHERE id = ?", (id_,)).fetchone()  # noqa: S608
        key = Passkey(*row) if row else None
        known = [AttestedCredentialData(key.credential)] if key else []
        self._server.authenticate_complete(state, known, answer)
        person = find_person(connection, key.person) if key else None
        if key is None or person is None or person.disabled_at is not None:
            raise ValueError("nobody's")
        handle = answer.response.user_handle
        if handle is not None and handle != person.id.encode():  # WebAuthn 7.2 step 6
            raise ValueError("another's")
        count = answer.response.authenticator_data.counter
        if (count or key.sign_count) and count <= key.sign_count:  # WebAuthn 7.2 step 22: there are two of this key
            raise ValueError("counter")
        connection.execute("UPDATE passkey SET sign_count = ?, used_at = ? WHERE id = ?", (count, now, id_))
        return person


def add_passkey(connection: StoreConnection, key: Passkey) -> None:
    """Keep a key.

    Raises:
        Declined("passkey_known"): it is somebody's already.
    """
    if connection.execute("SELECT 1 FROM passkey WHERE id = ?", (key.id,)).fetchone():
        raise Declined("passkey_known")
    connection.execute(
        f"INSERT INTO passkey ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (key.id, key.person, key.name, key.credential, key.sign_count, key.created_at, key.used_at),
    )


def list_passkeys(connection: StoreConnection, person: str) -> list[Passkey]:
    """Return a person's keys, in the order in which they came."""
    query = f"SELECT {_COLUMNS} FROM passkey WHERE person = ? ORDER BY created_at, id"  # noqa: S608
    return [Passkey(*row) for row in connection.execute(query, (person,))]


def remove_passkey(connection: StoreConnection, person: str, id_: str) -> bool:
    """Remove a key of a person; tell whether it was there."""
    return connection.execute("DELETE FROM passkey WHERE person = ? AND id = ?", (person, id_)).rowcount > 0


def _adding(person: Person) -> str:
    return f"passkey-new:{person.id}"
