"""Passwords, each with one-time codes (RFC 6238): neither comes in without the other.

The password is kept as Argon2id (RFC 9106), the secret of the codes under a key that lies outside the tenant's folder,
recovery codes as hashes.  What is answered, and how long it takes, is the same for an account that there is not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from signkit.web.api.database import StoreConnection
from signkit.web.api.sealing import seal, unseal
from signkit.web.api.tenants import Tenant
from signkit.web.people.accounts import Person, find_person
from signkit.web.people.declining import Declined
from signkit.web.people.tries import Tried

#: NIST SP 800-63B asks 8 characters of a password that is not alone.
SHORTEST, _LONGEST = 12, 200
_LOGIN = range(3, 81)
_SECONDS = 30
_PURPOSE = "one-time codes"
_RECOVERY_CODES = 8
# RFC 9106 4: the second recommended option, with one lane.
_MEMORY_KIB, _ROUNDS = 65_536, 3
#: Checked where there is no account: what nobody typed.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$un+Ypjl+i95lD3PURT6VqA$VGcAwSfnRC6JX+o2xPk8kRKzCN3lJNO7TiLe6kxXTi4"
#: So many at a time, for each takes 64 MB.
_HASHING = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Typed:
    """What somebody typed who wants to come in."""

    login: str
    password: str
    code: str


@dataclass(frozen=True)
class Password:
    """A person's password and codes, without any secret.

    Attributes:
        recovery: how many recovery codes are left.
    """

    login: str
    changed_at: str
    recovery: int


def new_totp_secret() -> str:
    """Return a new secret of one-time codes, in base 32, as authenticators take it (RFC 4226 4: 160 bits)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp_uri(secret: str, person: Person, tenant: Tenant) -> str:
    """Return what an authenticator reads from a QR code."""
    return _totp(base64.b32decode(secret)).get_provisioning_uri(person.name, tenant.name.replace(":", " "))


def set_password(connection: StoreConnection, tenant: Tenant, person: Person, typed: Typed, secret: str) -> None:
    """Give a person a password with one-time codes, instead of the ones they had; the recovery codes go.

    Args:
        secret: of the codes (`new_totp_secret`); ``typed.code`` shows that the person's device has it.

    Raises:
        Declined("login_length", "login_taken", "password_short", "password_long", "password_simple", "code_wrong")
    """
    login = plain_login(typed.login)
    _require_fit(login, typed.password)
    raw = base64.b32decode(secret)
    step = _step_of(raw, typed.code, tenant.store.clock(), -1)
    if step is None:
        raise Declined("code_wrong")
    taken = connection.execute("SELECT person FROM person_password WHERE login = ?", (login,)).fetchone()
    if taken is not None and taken[0] != person.id:
        raise Declined("login_taken")
    remove_password(connection, person.id)
    connection.execute(
        "INSERT INTO person_password (person, login, hash, totp, step, changed_at) VALUES (?, ?, ?, ?, ?, ?)",
        (person.id, login, _hashed(typed.password), _sealed(tenant, person.id, raw), step, tenant.store.now()),
    )


def new_recovery_codes(connection: StoreConnection, person: str) -> list[str]:
    """Return a person's recovery codes, told this once; those from before are good no more."""
    connection.execute("DELETE FROM recovery_code WHERE person = ?", (person,))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(_RECOVERY_CODES)]
    connection.executemany(
        "INSERT INTO recovery_code (person, hash) VALUES (?, ?)", [(person, _code_hash(each)) for each in codes]
    )
    return ["-".join(each[at : at + 4] for at in range(0, 16, 4)) for each in codes]


def find_password(connection: StoreConnection, person: str) -> Password | None:
    """Return what is told of a person's password; None where there is none."""
    row = connection.execute("SELECT login, changed_at FROM person_password WHERE person = ?", (person,)).fetchone()
    [count] = connection.execute("SELECT COUNT(*) FROM recovery_code WHERE person = ?", (person,)).fetchone()
    return Password(row[0], row[1], count) if row else None


def remove_password(connection: StoreConnection, person: str) -> bool:
    """Remove a person's password with its codes; tell whether there was one."""
    connection.execute("DELETE FROM recovery_code WHERE person = ?", (person,))
    return connection.execute("DELETE FROM person_password WHERE person = ?", (person,)).rowcount > 0


def person_by_password(tenant: Tenant, typed: Typed, address: str) -> Person:
    """Return who typed their password with a code that was not used before.

    Raises:
        Declined("too_many_tries"): wait first; nothing was looked at.
        Declined("sign_in_wrong"): something of it is wrong; what, is not told.
    """
    login = plain_login(typed.login)
    tried = Tried(login, address)
    with tenant.store.writing() as connection:
        wait = tried.take(connection, tenant.store.clock())
        row = connection.execute("SELECT hash FROM person_password WHERE login = ?", (login,)).fetchone()
    if wait:
        raise Declined("too_many_tries", 429, seconds=wait)
    is_right = _is_right(typed.password, row[0] if row else _NOBODYS)
    with tenant.store.writing() as connection:
        person = _person_with_code(connection, tenant, login, typed.code, row[0]) if is_right and row else None
        if person is not None:
            tried.succeed(connection, tenant.store.clock())
    if person is None:
        raise Declined("sign_in_wrong", 401)
    return person


def plain_login(text: str) -> str:
    """Return an account's name as it is compared: typed full-width or in capitals it is the same."""
    return unicodedata.normalize("NFKC", text).casefold().strip().encode("utf-8", "replace").decode()


def _person_with_code(connection: StoreConnection, tenant: Tenant, login: str, code: str, known: str) -> Person | None:
    """Return whose account it is, if the code is good, which it is never again.

    Args:
        known: the password's hash that was compared; another one by now: the password was changed meanwhile.
    """
    row = connection.execute(
        "SELECT person, totp, step FROM person_password WHERE login = ? AND hash = ?", (login, known)
    ).fetchone()
    person = find_person(connection, row[0]) if row else None
    if person is None or person.disabled_at is not None:
        return None
    step = _step_of(_opened(tenant, person.id, row[1]), code, tenant.store.clock(), row[2])
    if step is not None:
        connection.execute("UPDATE person_password SET step = ? WHERE person = ?", (step, person.id))
        return person
    used = connection.execute(
        "DELETE FROM recovery_code WHERE person = ? AND hash = ?", (person.id, _code_hash(code))
    ).rowcount
    return person if used else None


def _require_fit(login: str, password: str) -> None:
    if len(login) not in _LOGIN:
        raise Declined("login_length", shortest=_LOGIN.start, longest=_LOGIN.stop - 1)
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise Declined("password_short", shortest=SHORTEST)
    if len(plain) > _LONGEST:
        raise Declined("password_long", longest=_LONGEST)
    rest = plain.casefold().replace(login, "")
    if len(set(rest)) < SHORTEST // 2:
        raise Declined("password_simple")


def _step_of(secret: bytes, code: str, now: datetime, last: int) -> int | None:
    """Return the time step of a code, one step early or late too (RFC 6238 5.2), behind the last that was used."""
    typed = "".join(unicodedata.normalize("NFKC", code).split()).encode()
    here = int(now.timestamp()) // _SECONDS
    totp = _totp(secret)
    good = [step for step in (here - 1, here, here + 1) if hmac.compare_digest(totp.generate(step * _SECONDS), typed)]
    return next((step for step in good if step > last), None)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), _SECONDS)  # noqa: S303  what authenticators have; HMAC needs no collisions kept away


def _hashed(password: str) -> str:
    with _HASHING:
        kdf = Argon2id(salt=os.urandom(16), length=32, iterations=_ROUNDS, lanes=1, memory_cost=_MEMORY_KIB)
        return kdf.derive_phc_encoded(_plain(password).encode("utf-8", "replace"))


def _is_right(password: str, known: str) -> bool:
    with _HASHING:
        try:
            Argon2id.verify_phc_encoded(_plain(password)[: _LONGEST + 1].encode("utf-8", "replace"), known)
        except InvalidKey:
            return False
    return True


def _plain(password: str) -> str:
    """One keyboard composes what another does not (NIST SP 800-63B 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _code_hash(code: str) -> bytes:
    """A recovery code has 80 bits: its plain hash tells nothing."""
    return hashlib.sha256("".join(_letters(code)).encode("utf-8", "replace")).digest()


def _letters(code: str) -> Iterator[str]:
    return (each for each in unicodedata.normalize("NFKC", code).casefold() if each.isalnum())


def _sealed(tenant: Tenant, person: str, secret: bytes) -> bytes:
    return seal(tenant, _PURPOSE, person.encode(), secret)


def _opened(tenant: Tenant, person: str, sealed: bytes) -> bytes:
    return unseal(tenant, _PURPOSE, person.encode(), sealed)
