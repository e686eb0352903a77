"""Who calls, and what they may: API keys.

A key is ``sk_TENANT_ID_SECRET``: it leads to its tenant's store and to no other.  The secret has 256 bits and is kept
as its SHA-256 alone; it is shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from signkit.errors import ServiceError
from signkit.web.api.database import StoreConnection
from signkit.web.api.identifiers import new_id
from signkit.web.api.tenants import Tenant, Tenants
from signkit.words import is_name

_MOST_NAME = 100
_KEY = re.compile(r"sk_([0-9a-f-]{36})_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True)
class Principal:
    """Who calls.

    Attributes:
        id: of the key or the person; empty for nobody.
        permissions: what was granted; ``x-permission`` of the API document.
    """

    kind: Literal["key", "person", "nobody"] = "nobody"
    id: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


@dataclass(frozen=True)
class ApiKey:
    """A key as it is listed: without its secret.

    Attributes:
        networks: from where it may be used; none: from everywhere.
        expires_at, revoked_at: as `signkit.web.api.store.moment` writes them.
    """

    id: str
    name: str
    permissions: tuple[str, ...]
    networks: tuple[str, ...]
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the key as the API shows it."""
        return {
            "id": self.id, "name": self.name, "permissions": list(self.permissions), "networks": list(self.networks),
            "created_at": self.created_at, "expires_at": self.expires_at, "revoked_at": self.revoked_at,
        }  # fmt: skip

    def grants_network(self, network: str) -> bool:
        """Tell whether all of a network is one from which it may be used itself.

        Raises:
            ServiceError("network-invalid"): it is none.
        """
        wanted: Any = _network(network)
        own = [each for each in map(_network, self.networks) if each.version == wanted.version]
        return not self.networks or any(wanted.subnet_of(each) for each in own)

    def allows(self, now: str, origin: str) -> bool:
        """Tell whether it is good now, and from there."""
        if self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now):
            return False
        return not self.networks or any(_is_in(origin, each) for each in self.networks)


_COLUMNS = "id, name, permissions, networks, created_at, expires_at, revoked_at"


def add_key(
    connection: StoreConnection,
    tenant: Tenant,
    name: str,
    permissions: Iterable[str],
    *,
    networks: Sequence[str] = (),
    expires_at: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return it with the text that its holder sends, which is shown this once.

    Raises:
        ServiceError("network-invalid", "key-name"): a network is none; the name cannot be one.
    """
    if not is_name(name, _MOST_NAME):
        raise ServiceError("key-name", name=name)
    for each in networks:
        _network(each)
    secret = secrets.token_urlsafe(32)
    key = ApiKey(new_id(), name, tuple(sorted(set(permissions))), tuple(networks), tenant.store.now(), expires_at)
    connection.execute(
        f"INSERT INTO api_key ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            key.id, key.name, json.dumps(key.permissions), json.dumps(key.networks), key.created_at, key.expires_at,
            None, _hash(secret),
        ),
    )  # fmt: skip
    return key, f"sk_{tenant.id}_{key.id}_{secret}"


def list_keys(connection: StoreConnection) -> list[ApiKey]:
    """Return all keys, the newest first."""
    return [_key(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM api_key ORDER BY id DESC")]  # noqa: S608


def find_key(connection: StoreConnection, id_: str) -> ApiKey | None:
    """Return a key; None where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM api_key WHERE id = ?", (id_,)).fetchone()  # noqa: S608
    return _key(row) if row else None


def revoke_key(connection: StoreConnection, id_: str, now: str) -> None:
    """Let a key be good no more; it stays listed, for the log names it."""
    connection.execute("UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (now, id_))


def admit_key(tenants: Tenants, text: str, origin: str) -> tuple[Tenant, Principal] | None:
    """Return whose key it is and what it may; None where it is no good key.

    Args:
        text: as it was sent.
        origin: the address it came from.
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    tenant = tenants.find(match[1])
    if tenant is None:
        return None
    with tenant.store.reading() as connection:
        row = connection.execute("SELECT hash FROM api_key WHERE id = ?", (match[2],)).fetchone()
        key = find_key(connection, match[2])
    if key is None or not hmac.compare_digest(row[0], _hash(match[3])) or not key.allows(tenant.store.now(), origin):
        return None
    return tenant, Principal("key", key.id, frozenset(key.permissions))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: Sequence[Any]) -> ApiKey:
    return ApiKey(row[0], row[1], tuple(json.loads(row[2])), tuple(json.loads(row[3])), *row[4:7])


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ServiceError("network-invalid", name=text) from error


def _is_in(address: str, network: str) -> bool:
    try:
        plain = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(plain, "ipv4_mapped", None) or plain) in _network(network)  # a socket of both IPs maps (RFC 4291)
