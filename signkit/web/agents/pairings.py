"""Pairing by a short code (as RFC 8628 has it): the agent shows it, its owner types it at the office's page.

Nobody knows yet whose the agent will be, so what is being paired lies in the store of no tenant
(`signkit.web.api.tenants.Tenants.common`), for minutes: any process of the service answers it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from signkit.web.api.identifiers import new_id
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenants

#: Without vowels no code is a word, and without digits nothing is mistaken (RFC 8628 6.1).
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
SECONDS = 600
_MOST = 500
_MOST_FROM_ONE = 10
_COLUMNS = "id, code, name, key, address, became"


@dataclass(frozen=True)
class Pairing:
    """One that was begun.

    Attributes:
        code: what is typed.
        name: of the PC, as it says itself.
        key: its public key.
        address: where it called from.
        became: ``TENANT.AGENT`` once its owner agreed.
    """

    id: str
    code: str
    name: str
    key: bytes
    address: str
    became: str | None = None


class Pairings:
    """Those of a service."""

    def __init__(self, tenants: Tenants) -> None:
        self._store = tenants.common  # made before there are several who could

    def begin(self, name: str, key: bytes, address: str) -> tuple[Pairing, str] | None:
        """Begin one; return it with the secret by which the agent asks what became of it, told this once.

        None where too many are under way, in all or from one address.
        """
        store, secret = self._store, secrets.token_urlsafe(32)
        pairing = Pairing(new_id(), "".join(secrets.choice(_LETTERS) for _ in range(8)), name, key, address)
        with store.writing() as connection:
            connection.execute("DELETE FROM agent_pairing WHERE ends_at <= ?", (store.now(),))
            in_all, from_one = connection.execute(
                "SELECT count(*), count(CASE WHEN became IS NULL AND address = ? THEN 1 END) FROM agent_pairing",
                (address,),
            ).fetchone()
            if in_all >= _MOST or from_one >= _MOST_FROM_ONE:
                return None
            connection.execute(
                f"INSERT INTO agent_pairing ({_COLUMNS}, secret, ends_at) VALUES (?, ?, ?, ?, ?, NULL, ?, ?)",  # noqa: S608
                (pairing.id, pairing.code, name, key, address, _hash(secret),
                 moment(store.clock() + timedelta(seconds=SECONDS))),
            )  # fmt: skip
        return pairing, secret

    def by_code(self, typed: str) -> Pairing | None:
        """Return the one whose code was typed, however it was written; None where there is none that waits."""
        code = "".join(letter for letter in typed.upper() if letter.isalpha())
        return self._find("code = ? AND became IS NULL", code)

    def by_secret(self, secret: str) -> Pairing | None:
        """Return the one of an agent that asks."""
        return self._find("secret = ?", _hash(secret))

    def take(self, pairing: Pairing, id_: str) -> bool:
        """Let an agent know who it is; False: somebody else agreed before, or it is over."""
        store = self._store
        with store.writing() as connection:
            taken = connection.execute(
                "UPDATE agent_pairing SET became = ? WHERE id = ? AND became IS NULL AND ends_at > ?",
                (id_, pairing.id, store.now()),
            )
            return taken.rowcount > 0

    def _find(self, condition: str, value: str | bytes) -> Pairing | None:
        store = self._store
        with store.reading() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM agent_pairing WHERE {condition} AND ends_at > ?",  # noqa: S608
                (value, store.now()),
            ).fetchone()
        return _pairing(row) if row else None


def _pairing(row: Sequence[Any]) -> Pairing:
    return Pairing(row[0], row[1], row[2], bytes(row[3]), row[4], row[5])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
