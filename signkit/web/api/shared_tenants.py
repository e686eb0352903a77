"""Tenants in PostgreSQL: a row says that there is one; their files are in folders that all nodes use."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path

from signkit.archive.store import utc_now
from signkit.errors import ServiceError, SignKitError
from signkit.web.api.folders import COMMON
from signkit.web.api.identifiers import ID, new_id
from signkit.web.api.kept_files import ObjectStore
from signkit.web.api.places import LeasedPlace
from signkit.web.api.postgres import NOBODY, PostgresDatabase, PostgresServer
from signkit.web.api.store import Store, make_folders, open_shared_store
from signkit.web.api.tenants import Tenant, Tenants

_HOUR = 3600.0


class SharedTenants(Tenants):
    """The tenants of several nodes.  Their times are the database's, whatever a node's clock says.

    Args:
        files: the folder in which the tenants' files are, the same on every node.
        url: of the database; see `PostgresServer`.
        objects: where the files are that rows name; None: in the tenants' folders.

    Raises:
        ServiceError("store-unusable", "database-old", "database-role", "store-newer"): see `PostgresServer.open`.
    """

    is_shared = True

    def __init__(
        self,
        files: Path,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        objects: ObjectStore | None = None,
    ) -> None:
        self._server = PostgresServer(url, clock)
        super().__init__(files, self._server.now)
        #: The folder of this run's files on their way.
        self._node = secrets.token_hex(8)
        self._objects = objects
        self._server.open()

    @cached_property
    def common(self) -> Store:
        """The store of what is no tenant's yet: the rows of nobody."""
        database = PostgresDatabase(self._server, NOBODY)
        with database.writing() as connection:
            connection.execute("INSERT INTO tenant (id, name) VALUES (?, '') ON CONFLICT DO NOTHING", (NOBODY,))
        return open_shared_store(self._folder.parent / COMMON, database, None, self._node, self._clock)

    def close(self) -> None:
        """Let go of the places and of the connections."""
        for each in self._open.values():
            with contextlib.suppress(SignKitError):
                each.place.leave()
        self._server.close()

    def add(self, name: str) -> Tenant:
        """Make a tenant with nothing in it."""
        id_ = new_id()
        make_folders(self._folder / id_)
        with PostgresDatabase(self._server, id_).writing() as connection:
            connection.execute("INSERT INTO tenant (id, name) VALUES (?, ?)", (id_, name))
        return self.get(id_)

    def get(self, id_: str) -> Tenant:
        """Return a tenant."""
        known = self._open.get(id_)
        if known is not None and known.store.spool.is_dir():
            return known
        name = self._server.tenant_name(id_) if ID.fullmatch(id_) else None
        if name is None:
            self._open.pop(id_, None)
            raise ServiceError("tenant-unknown", tenant=id_)
        return self._keep_open(id_, name)

    def all(self) -> list[Tenant]:
        """Return every tenant, in the order in which they came."""
        found = self._server.tenants()
        for id_ in self._open.keys() - {id_ for id_, _ in found}:
            self._open.pop(id_, None)  # another node deleted it
        return [self._open.get(id_) or self._keep_open(id_, name) for id_, name in found]

    def delete(self, id_: str) -> None:
        """Delete a tenant with all that it has: its rows at once, then its files."""
        tenant = self.get(id_)
        tenant.store.files.remove_all()  # most of them, while others may still write
        with tenant.store.writing() as connection:
            tenant.store.files.remove_all()
            connection.execute("DELETE FROM tenant WHERE id = ?", (id_,))
        self._open.pop(id_, None)
        self._remove(tenant.store.folder)
        tenant.key_file.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the folders of tenants that were being deleted, or added, when a node ended."""
        super().clear()
        known = {id_ for id_, _ in self._server.tenants()}
        for each in self._folder.iterdir() if self._folder.is_dir() else ():
            # One that is being added has its folder before its row.
            if ID.fullmatch(each.name) and each.name not in known and each.stat().st_mtime < time.time() - _HOUR:
                self._remove(each)

    def _remove(self, folder: Path) -> None:
        going = folder.with_name(f".going-{folder.name}")
        folder.rename(going)
        shutil.rmtree(going)

    def _keep_open(self, id_: str, name: str) -> Tenant:
        database = PostgresDatabase(self._server, id_)
        store = open_shared_store(self._folder / id_, database, self._objects, self._node, self._clock)
        return self._open.setdefault(id_, Tenant(id_, name, store, LeasedPlace(store, self._node)))
