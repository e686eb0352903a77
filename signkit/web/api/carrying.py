"""A tenant in one file: handed over, brought to another service, backed up and put back.

The file is a ZIP whose last member, ``manifest.json``, names every other with its size and SHA-256: a file that was cut
short says so.  What is taken is one state of the store; what writers do meanwhile is not in it.  That it was exported,
backed up or taken in stands in its operation log, by the SHA-256 of the manifest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import lzma
import os
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from signkit.archive.backup import backup
from signkit.archive.blobs import disk_trouble, sync_folder
from signkit.archive.store import LEDGER, connect, open_archive
from signkit.errors import FileUnusable, InputUnreadable, ServiceError, system_cause
from signkit.incoming import open_regular, read_file
from signkit.leftovers import new_folder, remove_leftovers
from signkit.output import make_folder, refuse_target, write_checked, write_streamed
from signkit.version import __version__
from signkit.web.api import operation_log
from signkit.web.api.folders import ARCHIVE, COMMON, DATABASE, FILES, KEY, OFFICE
from signkit.web.api.identifiers import ID
from signkit.web.api.schema import WITHOUT_SECRETS
from signkit.web.api.service_settings import SETTINGS
from signkit.web.api.store import Store, make_folders, open_store
from signkit.web.api.tenants import Tenant, Tenants
from signkit.words import Text

_FORMAT, _BACKUP_FORMAT = "signkit-tenant-1", "signkit-backup-1"
#: In a tenant's file, and in a backup's folder.
_MANIFEST, _LIST = "manifest.json", "backup.json"
_MOST_SETTINGS = 1024 * 1024
_MOST_MANIFEST = 256 * 1024 * 1024
_PIECE = 1024 * 1024
#: What is a tenant's, beside its store and its archive: files that the store names, and the office's.
_FOLDERS = (FILES, OFFICE)
#: What `zipfile` raises of a file that is none, or a damaged one.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, ValueError,
)  # fmt: skip
_NAME = re.compile(r"[^/\\:\0]+(?:/[^/\\:\0]+)*")


def export_tenant(tenant: Tenant, target: Path, *, with_secrets: bool) -> int:
    """Write all that a tenant has into one file, and return how many files are in it.

    Args:
        with_secrets: what lets somebody in (keys, passwords, passkeys, sessions, links, webhooks' secrets) goes along:
            for a backup, never to be handed to anybody.

    Raises:
        OutputExists: the file is there already.
        FileUnusable("output-not-written"): the disk is full, or refuses.
        ServiceError("store-unusable"), ArchiveError: what the tenant has cannot be read.
        ServiceError("tenants-shared"): its tables are in PostgreSQL.
    """
    _refuse_shared(tenant.store.database.is_shared)
    refuse_target(target, overwrite=False)
    counts: list[int] = []

    def check(stream: IO[bytes]) -> None:
        _write_act(tenant.store, "backUpTenant" if with_secrets else "exportTenant", _check(Path(stream.name)))

    with _staged(tenant, with_secrets=with_secrets) as staging:
        write_streamed(
            target, lambda stream: counts.append(_write(stream, tenant, staging, with_secrets=with_secrets)),
            check=check, private=True,
        )  # fmt: skip
    return counts[0]


def import_tenant(tenants: Tenants, source: Path) -> Tenant:
    """Bring a tenant back, or to another service: whole and as it was written, or not at all.

    Raises:
        ServiceError("export-damaged"): it is no such file, was cut short, or holds other bytes than it says.
        ServiceError("tenant-exists"): the service has this tenant.
        ServiceError("tenants-shared"): its tables are in PostgreSQL.
        ServiceError("store-newer"): a newer SignKit wrote it.
        FileUnusable("output-not-written"): the disk is full, or refuses.
    """
    _refuse_shared(tenants.is_shared)
    with _opened(source) as archive:
        manifest, digest = _manifest(archive, source)
        id_ = manifest["tenant"]
        folder = tenants.folder_of(id_)
        if folder.exists():
            raise ServiceError("tenant-exists", tenant=id_)
        with disk_trouble(folder):
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            going = new_folder(folder, private=True)  # locked: a service that starts meanwhile leaves it
        part = going.path
        try:
            with disk_trouble(folder):
                for name, size, sha256 in manifest["files"]:
                    _extract(archive, source, name, part / name, size, sha256)
                (part / FILES).mkdir(exist_ok=True, mode=0o700)
            store = open_store(part)  # brought up to date, or refused, before it is anybody's
            _write_act(store, "importTenant", digest)
            store.database.let_go()
            with disk_trouble(folder):
                part.rename(folder)
                sync_folder(folder.parent)
        finally:
            going.discard()
    return tenants.get(id_)  # which puts its key where it belongs


def back_up_service(folder: Path, tenants: Tenants, target: Path) -> int:
    """Write every tenant, with its secrets, and the service's log and settings into a new folder; return how many.

    Raises:
        FileUnusable("output-not-written"): the folder is there already, or within the service's own; the disk is full,
            or refuses.
        Others: see `export_tenant`.
    """
    if target.resolve().is_relative_to(folder.resolve()):
        raise FileUnusable("output-not-written", path=str(target), cause=_INSIDE)
    all_ = tenants.all()
    remove_leftovers(target.parent)
    with disk_trouble(target):
        going = new_folder(target, private=True)
    part = going.path
    try:
        for each in all_:
            export_tenant(each, part / f"{each.id}.zip", with_secrets=True)
        listed = {"format": _BACKUP_FORMAT, "signkit": __version__, "tenants": [each.id for each in all_]}
        write_checked(part / _LIST, json.dumps(listed).encode(), private=True)
        with disk_trouble(target):
            _copy_database(tenants.common.folder / DATABASE, part / DATABASE, with_secrets=False)
            (part / DATABASE).chmod(0o600)
            shutil.copyfile(folder / SETTINGS, part / SETTINGS)
            (part / SETTINGS).chmod(0o600)
            os.rename(part, target)  # noqa: PTH104  a folder in its place is not replaced
            sync_folder(target.parent)
    finally:
        going.discard()
    return len(all_)


def restore_service(source: Path, folder: Path) -> int:
    """Make a service out of a backup, whole or not at all; return how many tenants it has.

    Raises:
        ServiceError("export-damaged"): it is no backup, or a tenant of it is missing.
        ServiceError("service-exists"): there is a service in the folder.
        Others: see `import_tenant`.
    """
    if (folder / SETTINGS).exists():
        raise ServiceError("service-exists", path=str(folder))
    exported = [source / f"{id_}.zip" for id_ in _tenants_of_backup(source)]
    make_folder(folder)
    tenants, taken = Tenants(folder), list[str]()
    try:
        if (source / DATABASE).exists():  # a backup of before there was a log of the service's own has none
            _restore_log(source / DATABASE, folder / COMMON)
        for each in exported:
            taken.append(import_tenant(tenants, each).id)
        settings = read_file(source / SETTINGS, _MOST_SETTINGS)
        write_checked(folder / SETTINGS, settings, private=True)  # last: it makes it a service
    except BaseException:
        for id_ in taken:
            tenants.delete(id_)
        shutil.rmtree(folder / COMMON, ignore_errors=True)
        raise
    return len(exported)


def _tenants_of_backup(source: Path) -> list[str]:
    """Return whom a backup says that it holds: a folder that was copied in part, or a service's own, is none."""
    older = sorted(path.stem for path in source.glob("*.zip")) if (source / SETTINGS).is_file() else []
    if older and not (source / _LIST).exists() and not (source / DATABASE).exists():
        return older  # backups had neither list nor log before
    try:
        listed = json.loads(read_file(source / _LIST, _MOST_MANIFEST))
        if listed["format"] == _BACKUP_FORMAT and all(map(ID.fullmatch, listed["tenants"])):
            return list(listed["tenants"])
    except (InputUnreadable, KeyError, ValueError, TypeError, RecursionError) as error:
        raise ServiceError("export-damaged", path=str(source), cause=_NO_BACKUP) from error
    raise ServiceError("export-damaged", path=str(source), cause=_NO_BACKUP)


def _restore_log(source: Path, folder: Path) -> None:
    make_folders(folder)
    with disk_trouble(folder):
        shutil.copyfile(source, folder / DATABASE)
        (folder / DATABASE).chmod(0o600)
    store = open_store(folder)
    try:
        with store.reading() as connection:
            is_whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            if not is_whole or any(operation_log.breaks(connection)):
                raise ServiceError("export-damaged", path=str(source), cause=_NO_BACKUP)
    finally:
        store.database.let_go()


def _write_act(store: Store, action: str, subject: str) -> None:
    with store.writing() as connection:
        operation_log.write_console_act(connection, store.now(), action, subject)


def _refuse_shared(is_shared: bool) -> None:
    """What several nodes write is backed up where it is: by PostgreSQL's own means."""
    if is_shared:
        raise ServiceError("tenants-shared")


@contextlib.contextmanager
def _staged(tenant: Tenant, *, with_secrets: bool) -> Iterator[Path]:
    """Give a folder with one state of the tenant; its files are linked to, for none of them ever changes."""
    folder = tenant.store.folder
    with disk_trouble(folder):
        going = new_folder(folder, private=True)  # locked: a service that starts meanwhile leaves it
    staging = going.path
    try:
        with disk_trouble(folder):
            with tenant.store.writing():  # nobody takes a file away meanwhile
                _copy_database(folder / DATABASE, staging / DATABASE, with_secrets=with_secrets)
                for name in _FOLDERS:
                    _link_files(folder / name, staging / name)
            if (tenant.archive_folder / LEDGER).exists():
                with open_archive(tenant.archive_folder) as archive:
                    backup(archive, staging / ARCHIVE)
            if with_secrets and tenant.key_file.exists():
                shutil.copyfile(tenant.key_file, staging / KEY)
        yield staging
    finally:
        going.discard()


def _copy_database(source: Path, target: Path, *, with_secrets: bool) -> None:
    try:
        with contextlib.closing(connect(source)) as there, contextlib.closing(sqlite3.connect(target)) as here:
            there.backup(here)
            if not with_secrets:
                here.executescript(WITHOUT_SECRETS)
            here.execute("PRAGMA journal_mode = DELETE")
            here.execute("VACUUM")  # no page of what was deleted goes along
    except sqlite3.Error as error:
        raise ServiceError("store-unusable", path=str(source), cause=str(error)) from error


def _link_files(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_symlink() or not path.is_file() or path.name.endswith(".part"):
            continue
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            os.link(path, place)
        except FileNotFoundError:  # a draft that was thrown away just now
            continue
        except OSError:  # a file system without links
            shutil.copyfile(path, place)


def _write(stream: IO[bytes], tenant: Tenant, staging: Path, *, with_secrets: bool) -> int:
    files: list[tuple[str, int, str]] = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path in sorted(staging.rglob("*")):
            if path.is_dir():
                continue
            name, hasher = path.relative_to(staging).as_posix(), hashlib.sha256()
            with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as member:
                while piece := source.read(_PIECE):
                    hasher.update(piece)
                    member.write(piece)
            files.append((name, path.stat().st_size, hasher.hexdigest()))
        manifest = {
            "format": _FORMAT, "signkit": __version__, "tenant": tenant.id, "name": tenant.name,
            "made_at": tenant.store.now(), "with_secrets": with_secrets, "files": files,
        }  # fmt: skip
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False))
    return len(files)


def _check(written: Path) -> str:
    """Read back what was written, every byte of it; return the SHA-256 of its manifest."""
    with _opened(written) as archive:
        manifest, digest = _manifest(archive, written)
        for name, size, sha256 in manifest["files"]:
            for _ in _pieces(archive, written, name, size, sha256):
                pass
    return digest


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with open_regular(source) as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except InputUnreadable as error:
        raise ServiceError("export-damaged", path=str(source), cause=error.cause) from error
    except OSError as error:
        raise ServiceError("export-damaged", path=str(source), cause=system_cause(error)) from error
    except _BROKEN_ZIP as error:
        raise ServiceError("export-damaged", path=str(source), cause=_NO_MANIFEST) from error


def _manifest(archive: zipfile.ZipFile, source: Path) -> tuple[dict[str, Any], str]:
    """Return what the file says of itself, and the SHA-256 of that.

    Raises:
        ServiceError("export-damaged"): a member is not one that it names, or of a name that leads elsewhere.
    """
    try:
        with archive.open(_MANIFEST) as stream:
            content = stream.read(_MOST_MANIFEST)
        manifest: dict[str, Any] = json.loads(content)
        named = [name for name, _, _ in manifest["files"]]
        wrong = manifest["format"] != _FORMAT or not ID.fullmatch(manifest["tenant"])
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise ServiceError("export-damaged", path=str(source), cause=_NO_MANIFEST) from error
    if wrong or sorted([*named, _MANIFEST]) != sorted(archive.namelist()) or DATABASE not in named:
        raise ServiceError("export-damaged", path=str(source), cause=_NO_MANIFEST)
    for name in named:
        parts = PurePosixPath(name).parts
        known = name in (DATABASE, KEY) or (parts[0] in (*_FOLDERS, ARCHIVE) and len(parts) > 1)
        if not known or ".." in parts or not _NAME.fullmatch(name):
            raise ServiceError("export-damaged", path=str(source), cause=name)
    return manifest, hashlib.sha256(content).hexdigest()


def _extract(archive: zipfile.ZipFile, source: Path, name: str, target: Path, size: int, sha256: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(target, "xb", opener=_privately) as stream:
        for piece in _pieces(archive, source, name, size, sha256):
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())


def _pieces(archive: zipfile.ZipFile, source: Path, name: str, size: int, sha256: str) -> Iterator[bytes]:
    """Yield a member that is exactly as the manifest says; it ends in an error where it is not."""
    hasher, left = hashlib.sha256(), size
    with archive.open(name) as member:
        while left > 0 and (piece := member.read(min(left, _PIECE))):
            hasher.update(piece)
            left -= len(piece)
            yield piece
        if left or member.read(1) or hasher.hexdigest() != sha256:
            raise ServiceError("export-damaged", path=str(source), cause=name)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


_NO_MANIFEST = Text(
    "it is no tenant that was exported, or was cut short", "書き出したテナントではないか、途中で切れています"
)
_INSIDE = Text(
    "it is within the service's own folder; a backup lies elsewhere, best on another disk",
    "サービス自身のフォルダーの中です。別の場所 (できれば別のディスク) を指定してください",
)
_NO_BACKUP = Text("it is no backup of a service", "サービスのバックアップではありません")
