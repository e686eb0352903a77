"""Tenants: each a folder with a store and an archive of its own; a tenant's id is its folder's name.

There is no table of tenants, and no store holds anything of two: whoever holds a `Tenant` reaches nothing else.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from signkit.archive.store import utc_now
from signkit.errors import ServiceError, SignKitError
from signkit.leftovers import remove_leftovers
from signkit.web.api.folders import ARCHIVE, COMMON, DATABASE, KEY, KEYS, OFFICE, TENANTS
from signkit.web.api.identifiers import ID, new_id
from signkit.web.api.places import ArchivePlace
from signkit.web.api.store import Store, create_store, open_store

_GOING = re.compile(r"\.going-.*")


@dataclass(frozen=True)
class Tenant:
    """One tenant (SP事業者).

    Attributes:
        name: as the operator knows it.
        place: on which node its archive and office are.
    """

    id: str
    name: str
    store: Store
    place: ArchivePlace = field(default_factory=ArchivePlace, compare=False)

    @property
    def archive_folder(self) -> Path:
        """Where its archive is (not created here)."""
        return self.store.folder / ARCHIVE

    @property
    def office_folder(self) -> Path:
        """Where its office keeps what is under way (not created here)."""
        return self.store.folder / OFFICE

    @property
    def key_file(self) -> Path:
        """Where the key of its hashes is: beside all tenants, so that no copy of a tenant's folder holds it."""
        return _key_file(self.store.folder)


class Tenants:
    """The tenants of a service; each store is opened, and brought up to date, once.

    With SQLite a tenant is a folder, and that is all.
    """

    #: Whether other nodes serve them as well.
    is_shared = False

    def __init__(self, service_folder: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._folder = service_folder / TENANTS
        self._clock = clock
        self._open: dict[str, Tenant] = {}

    @cached_property
    def common(self) -> Store:
        """The store of what is no tenant's yet.

        Raises:
            ServiceError("store-newer", "store-unusable"), FileUnusable("output-not-written"): it cannot be used.
        """
        folder = self._folder.parent / COMMON
        if not (folder / DATABASE).is_file():
            create_store(folder, {})
        return open_store(folder, self._clock)

    def close(self) -> None:
        """Let go of what is open."""
        stores = [each.store for each in self._open.values()]
        if "common" in vars(self):
            stores.append(self.common)
        for store in stores:
            store.database.let_go()

    def renew_places(self) -> None:
        """Say where this node is still needed (`signkit.web.api.places`); called every few seconds."""
        for each in list(self._open.values()):
            with contextlib.suppress(SignKitError):  # the database is away for a moment
                each.place.renew()

    def add(self, name: str) -> Tenant:
        """Make a tenant with nothing in it.

        Raises:
            FileUnusable("output-not-written"): its folder cannot be made.
        """
        id_ = new_id()
        create_store(self._folder / id_, {"name": name})
        return self.get(id_)

    def get(self, id_: str) -> Tenant:
        """Return a tenant.

        Raises:
            ServiceError("tenant-unknown"): there is none of that id.
            ServiceError("store-newer", "store-unusable"): its store cannot be used.
        """
        known = self._open.get(id_)
        if known is not None and known.store.folder.is_dir():
            return known
        self._open.pop(id_, None)
        folder = self._folder / id_
        if not ID.fullmatch(id_) or not (folder / DATABASE).is_file():
            raise ServiceError("tenant-unknown", tenant=id_)
        store = open_store(folder, self._clock)
        _take_key(folder)
        with store.reading() as connection:
            name = connection.execute("SELECT value FROM setting WHERE name = 'name'").fetchone()[0]
        return self._open.setdefault(id_, Tenant(id_, name, store))

    def find(self, id_: str) -> Tenant | None:
        """Return the tenant that a key, a cookie or a link names; None where there is none.

        Raises:
            ServiceError("store-newer", "store-unusable"): see `get`.
        """
        try:
            return self.get(id_)
        except ServiceError as error:
            if error.code != "tenant-unknown":
                raise
            return None

    def all(self) -> list[Tenant]:
        """Return every tenant, by its id, which is the order in which they came."""
        if not self._folder.is_dir():
            return []
        # A folder without a store is one that is being made, or that somebody at work found gone under their hands.
        names = (each.name for each in sorted(self._folder.iterdir()) if ID.fullmatch(each.name))
        return [self.get(name) for name in names if (self._folder / name / DATABASE).is_file()]

    def folder_of(self, id_: str) -> Path:
        """Return where a tenant's folder is, or would be."""
        return self._folder / id_

    def delete(self, id_: str) -> None:
        """Delete a tenant with all that it has.  It is gone at once; what a crash leaves of it is removed by `clear`.

        Raises:
            ServiceError("tenant-unknown"): there is none of that id.
        """
        tenant = self.get(id_)
        tenant.store.database.let_go()  # Windows moves nothing that is open
        going = tenant.store.folder.with_name(f".going-{id_}")
        tenant.store.folder.rename(going)
        self._open.pop(id_, None)
        shutil.rmtree(going)
        tenant.key_file.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what is left of tenants that were being deleted, taken in or written out by whoever is gone."""
        if not self._folder.is_dir():
            return
        remove_leftovers(self._folder)
        for each in self._folder.iterdir():
            if _GOING.fullmatch(each.name):
                shutil.rmtree(each)
        there = {each.name for each in self._folder.iterdir()}
        for key in (self._folder.parent / KEYS).glob("*.key"):
            if key.stem not in there:  # a tenant has its folder before its key
                key.unlink(missing_ok=True)


def _key_file(folder: Path) -> Path:
    return folder.parent.parent / KEYS / f"{folder.name}.key"


def _take_key(folder: Path) -> None:
    """Put the key with which a tenant was brought in where it belongs, before anybody asks for it.

    It came in the tenant's folder, which appeared whole: a crash before this leaves it there, for the next one.
    """
    source, target = folder / KEY, _key_file(folder)
    if source.exists():
        target.parent.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):  # another process did
            source.replace(target)
