"""Signatures that parties are to agree to on their phones, from the asking until the browser comes back.

The browser may come back to another process than the one that asked, or after a restart: what it takes lies in the
store of no tenant (the browser names a state and nobody), what is secret of it sealed under the tenant's key, and the
prepared file in the tenant's office.  Each is taken once, and is over after a quarter of an hour.
"""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64decode
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from signkit.errors import SignKitError
from signkit.incoming import read_file
from signkit.limits import PDF_BYTES
from signkit.output import make_folder, write_checked
from signkit.web.api.sealing import seal, unseal
from signkit.web.api.store import moment
from signkit.web.api.tenants import Tenant, Tenants

_LIFE = timedelta(minutes=15)
_MOST = 5000
_PURPOSE = "signatures on phones"


@dataclass(frozen=True)
class AskedPhone:
    """A signature that somebody is to agree to on their phone.

    Attributes:
        sha256: of the document.
        request: the signing request, as JSON.
        consent: what finishes it (`signkit.signers.auth_app_client.resume`).
    """

    sha256: str
    role: str
    request: str
    consent: dict[str, Any]

    @property
    def to_sign(self) -> bytes:
        """What the phone signs."""
        return b64decode(json.loads(self.request)["to_sign"]["attributes"])


class PhoneAskings:
    """Those of a service."""

    def __init__(self, tenants: Tenants) -> None:
        self._store = tenants.common

    def keep(self, tenant: Tenant, link: str, state: str, asked: AskedPhone, prepared: bytes) -> None:
        """Keep one until its browser comes back; too many are not kept: the oldest go."""
        store, key = self._store, _key(state)
        _sweep(_folder(tenant))
        make_folder(_folder(tenant))
        write_checked(_file(tenant, key), prepared, private=True)
        sealed = seal(tenant, _PURPOSE, key, json.dumps(asdict(asked)).encode())
        with store.writing() as connection:
            connection.execute("DELETE FROM phone_asking WHERE ends_at <= ?", (store.now(),))
            connection.execute(
                "DELETE FROM phone_asking WHERE state NOT IN"
                " (SELECT state FROM phone_asking ORDER BY ends_at DESC LIMIT ?)",
                (_MOST - 1,),
            )
            connection.execute(
                "INSERT INTO phone_asking (state, tenant_id, link, sealed, ends_at) VALUES (?, ?, ?, ?, ?)",
                (key, tenant.id, link, sealed, moment(store.clock() + _LIFE)),
            )

    def whose(self, state: str) -> str | None:
        """Return the link whose signature a browser comes back with; None where none was asked for, or long ago."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT link FROM phone_asking WHERE state = ? AND ends_at > ?", (_key(state), self._store.now())
            ).fetchone()
        return row[0] if row else None

    def take(self, tenant: Tenant, state: str) -> tuple[AskedPhone, bytes] | None:
        """Return what was kept with the prepared file, once; None where it was taken, is over, or is no tenant's."""
        store, key = self._store, _key(state)
        with store.writing() as connection:
            row = connection.execute(
                "SELECT sealed FROM phone_asking WHERE state = ? AND tenant_id = ? AND ends_at > ?",
                (key, tenant.id, store.now()),
            ).fetchone()
            connection.execute("DELETE FROM phone_asking WHERE state = ? AND tenant_id = ?", (key, tenant.id))
        path = _file(tenant, key)
        try:
            if row is None:
                return None
            plain = json.loads(unseal(tenant, _PURPOSE, key, bytes(row[0])))
            return AskedPhone(**plain), read_file(path, PDF_BYTES)
        except (InvalidTag, SignKitError):  # the folder or the key is another by now
            return None
        finally:
            path.unlink(missing_ok=True)


def _key(state: str) -> bytes:
    """Return by what one is found: the state itself stands nowhere in the open."""
    return hashlib.sha256(state.encode("utf-8", "replace")).digest()


def _folder(tenant: Tenant) -> Path:
    return tenant.office_folder / "phones"


def _file(tenant: Tenant, key: bytes) -> Path:
    return _folder(tenant) / f"{key.hex()}.pdf"


def _sweep(folder: Path) -> None:
    """Take away the files of those that are over."""
    oldest = time.time() - 2 * _LIFE.total_seconds()
    for path in folder.glob("*.pdf"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
