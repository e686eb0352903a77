"""Where the files are that a store names by their digests: a folder, or an object store behind fsspec.

Both are told of one digest at a time and look nowhere else.  What is put is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from signkit.archive.blobs import sync_file, sync_folder
from signkit.errors import InputUnreadable, ServiceError
from signkit.words import Text

#: Object stores: what is put there appears whole, under its name, or not at all.  (A folder is named by ``files``.)
SCHEMES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECE = 1024 * 1024
_ADDRESS = re.compile(r"([a-z0-9]+)://[A-Za-z0-9._@/-]+")


class KeptFiles(Protocol):
    """Files of one tenant, by their SHA-256."""

    def put(self, files: Iterable[tuple[Path, str]]) -> None:
        """Take files from this machine, each with its SHA-256; they are there, durably, when this returns.

        Raises:
            OSError, ServiceError("store-unusable"): they cannot be.
        """
        ...

    def at_hand(self, sha256: str) -> contextlib.AbstractContextManager[Path]:
        """Give a path of this machine at which the file is to be read; nothing is there where it is gone.

        Raises:
            InputUnreadable: there are other bytes under this name.
            ServiceError("store-unusable"): they cannot be had now.
        """
        ...

    def digests(self) -> set[str]:
        """Return what is there."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is there."""
        ...

    def remove_all(self) -> None:
        """Remove every file: the tenant is going."""
        ...


@dataclass(frozen=True)
class FolderFiles:
    """Files in a folder.

    Attributes:
        is_shared: other machines write there too.
    """

    folder: Path
    is_shared: bool = False

    def put(self, files: Iterable[tuple[Path, str]]) -> None:
        """See `KeptFiles.put`; the sources are moved."""
        for source, sha256 in files:
            target = self.folder / sha256
            # On a shared folder "it is there" may be what was true a moment ago; another node may have swept it since.
            if self.is_shared or not target.exists():
                sync_file(source)
                source.replace(target)
        sync_folder(self.folder)

    @contextlib.contextmanager
    def at_hand(self, sha256: str) -> Iterator[Path]:
        """See `KeptFiles.at_hand`."""
        yield self.folder / sha256

    def digests(self) -> set[str]:
        """See `KeptFiles.digests`."""
        return {path.name for path in self.folder.iterdir()}

    def remove(self, sha256: str) -> None:
        """See `KeptFiles.remove`."""
        (self.folder / sha256).unlink(missing_ok=True)

    def remove_all(self) -> None:
        """Nothing: they go with the tenant's folder."""


@dataclass(frozen=True)
class ObjectFiles:
    """Files in an object store.

    Attributes:
        system: of fsspec.
        prefix: below which this tenant's are, and nothing else.
        spool: where they lie on this machine while they are read.
        limit: bytes of a file.
    """

    system: Any
    prefix: str
    spool: Path
    limit: int

    def put(self, files: Iterable[tuple[Path, str]]) -> None:
        """See `KeptFiles.put`."""
        with self._told():
            for source, sha256 in files:
                self.system.put_file(str(source), self._name(sha256))

    @contextlib.contextmanager
    def at_hand(self, sha256: str) -> Iterator[Path]:
        """See `KeptFiles.at_hand`; what comes is bounded, and looked at before it is given."""
        path = self.spool / secrets.token_hex(16)
        try:
            with contextlib.suppress(FileNotFoundError):
                self._fetch(sha256, path)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _fetch(self, sha256: str, path: Path) -> None:
        hasher, left = hashlib.sha256(), self.limit
        with self._told(), self.system.open(self._name(sha256), "rb") as stream, path.open("xb") as target:
            while left > 0 and (piece := stream.read(min(_PIECE, left))):
                hasher.update(piece)
                target.write(piece)
                left -= len(piece)
        if hasher.hexdigest() != sha256:
            raise InputUnreadable(sha256[:16], _OTHER_BYTES)

    def digests(self) -> set[str]:
        """See `KeptFiles.digests`."""
        with self._told(), contextlib.suppress(FileNotFoundError):
            names = {str(each).rpartition("/")[2] for each in self.system.ls(self.prefix, detail=False)}
            return {each for each in names if _DIGEST.fullmatch(each)}
        return set()

    def remove(self, sha256: str) -> None:
        """See `KeptFiles.remove`."""
        with self._told(), contextlib.suppress(FileNotFoundError):
            self.system.rm_file(self._name(sha256))

    def remove_all(self) -> None:
        """See `KeptFiles.remove_all`."""
        for sha256 in self.digests():
            self.remove(sha256)

    def _name(self, sha256: str) -> str:
        if not _DIGEST.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return f"{self.prefix}/{sha256}"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, InputUnreadable):
            raise
        except Exception as error:  # every file system behind fsspec has errors of its own
            raise ServiceError("store-unusable", path=self.prefix, cause=type(error).__name__) from error


@dataclass(frozen=True)
class ObjectStore:
    """The place of all tenants' files in an object store; see `open_object_store`."""

    system: Any
    path: str
    limit: int

    def of_tenant(self, tenant: str, spool: Path) -> ObjectFiles:
        """Return the files of one tenant."""
        return ObjectFiles(self.system, f"{self.path}/{tenant}", spool, self.limit)


def open_object_store(url: str, limit: int) -> ObjectStore:
    """Return the object store at ``s3://bucket/prefix``; who may, and where, is its own settings' (``AWS_…``).

    Args:
        limit: bytes of a file.

    Raises:
        MissingExtra: fsspec is not installed.
        ServiceError("service-settings"): the package behind it is not, or it cannot be used so.
    """
    from signkit.incoming import fsspec

    module = fsspec()
    try:
        # Listings are asked for anew: other nodes write as well.
        system, path = module.core.url_to_fs(url, use_listings_cache=False)
    except Exception as error:  # every file system behind fsspec has errors of its own
        cause = str(error) if isinstance(error, ImportError) else type(error).__name__
        raise ServiceError("service-settings", path=url, cause=f"objects: {cause}") from error
    return ObjectStore(system, path.rstrip("/"), limit)


def is_object_store(url: str) -> bool:
    """Tell an address that names a store of objects, and neither a secret nor another place behind it."""
    found = _ADDRESS.fullmatch(url)
    return found is not None and found[1] in SCHEMES and ".." not in url


_OTHER_BYTES = Text("it holds other bytes than were put there", "保存した内容と異なります")
