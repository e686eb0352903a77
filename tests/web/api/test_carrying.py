"""A tenant leaves, comes back and goes elsewhere: all of it, once, as it was, and without what lets anybody in."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from signkit.errors import NOT_REGULAR, FileUnusable, OutputExists, ServiceError, system_cause
from signkit.web.api import carrying, operation_log, schema
from signkit.web.api.access import add_key, admit_key
from signkit.web.api.carrying import back_up_service, export_tenant, import_tenant, restore_service
from signkit.web.api.service_settings import create_service
from signkit.web.api.tenants import Tenants
from signkit.web.api.work import kept_bytes
from tests.web.api.conftest import key_client

PDF = b"%PDF-1.7 exported"


@pytest.fixture
def filled(tried):
    """A tenant with a result, an entry in its archive, a webhook, and work that waits."""
    kept = {"headers": {"content-type": "application/pdf"}}
    answer = tried.client.post("/api/v1/validations", content=PDF, **kept)
    assert answer.status_code in (200, 201), answer.text
    tried.location = answer.headers["location"]
    waiting = tried.client.post(
        "/api/v1/validations", content=PDF + b"2", headers=kept["headers"] | {"prefer": "respond-async"}
    )
    assert waiting.status_code == 202
    hook = tried.client.post("/api/v1/webhooks", json={"url": "https://example.jp/hook", "events": ["batch.done"]})
    assert hook.status_code == 201, hook.text
    tried.secret = hook.json()["secret"]
    return tried


def moved(filled, tmp_path, *, with_secrets=False):
    """Export a tenant and take it into another service."""
    target = tmp_path / "tenant.zip"
    export_tenant(filled.tenant, target, with_secrets=with_secrets)
    create_service(tmp_path / "other")
    tenants = Tenants(tmp_path / "other")
    return target, tenants, import_tenant(tenants, target)


def documents(tenant):
    with tenant.store.reading() as connection:
        rows = connection.execute("SELECT kind, id, content FROM document WHERE kind <> 'webhook' ORDER BY id")
        return rows.fetchall(), connection.execute("SELECT id, kind FROM job ORDER BY id").fetchall()


def test_what_a_tenant_has_is_there_again(filled, tmp_path):
    _, _, found = moved(filled, tmp_path)
    assert (found.id, found.name) == (filled.tenant.id, filled.tenant.name)
    assert documents(found) == documents(filled.tenant)
    assert len(documents(found)[1]) == 1
    with found.store.reading() as connection:
        assert list(operation_log.breaks(connection)) == []
        files = [sha256 for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM file")]
    assert files
    assert [kept_bytes(found.store, each) for each in files] == [PDF + b"2"]


def test_nothing_that_lets_somebody_in_goes_along(filled, tmp_path):
    with filled.tenant.store.reading() as connection:
        hashes = [bytes(row[0]) for row in connection.execute("SELECT hash FROM api_key")]
    target, _, found = moved(filled, tmp_path)
    content = target.read_bytes()
    assert hashes
    assert not any(each in content for each in hashes)
    assert filled.secret.encode() not in content
    with found.store.reading() as connection:
        assert all(row[0] for row in connection.execute("SELECT revoked_at FROM api_key"))
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if {"hash", "credential", "session", "totp", "csrf"} & columns and table not in ("operation", "api_key"):
                assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table


def test_a_backup_lets_the_same_keys_in(filled, tmp_path):
    target = tmp_path / "backup"
    with filled.tenant.store.writing() as connection:
        _, text = add_key(connection, filled.tenant, "kept", filled.service.document.permissions)
    filled.tenant.key_file.parent.mkdir(exist_ok=True)
    filled.tenant.key_file.write_bytes(b"k" * 32)
    assert back_up_service(filled.service.folder, filled.service.tenants, target) == 1
    restored = tmp_path / "restored"
    assert restore_service(target, restored) == 1
    tenants = Tenants(restored)
    admitted = admit_key(tenants, text, "127.0.0.1")
    assert admitted is not None
    assert admitted[0].key_file.read_bytes() == b"k" * 32
    assert not (admitted[0].store.folder / "monitor.key").exists()
    assert documents(admitted[0]) == documents(filled.tenant)
    assert {path.stat().st_mode & 0o077 for path in [target, *target.iterdir(), *restored.rglob("*.sqlite")]} == {0}


def test_a_crash_on_the_way_in_leaves_no_key_without_a_tenant_and_no_tenant_without_its_key(
    filled, tmp_path, monkeypatch
):
    filled.tenant.key_file.parent.mkdir(exist_ok=True)
    filled.tenant.key_file.write_bytes(b"k" * 32)
    back_up_service(filled.service.folder, filled.service.tenants, tmp_path / "backup")
    [exported] = (tmp_path / "backup").glob("*.zip")
    for crash in ("rename", "replace"):  # before the tenant is there, and before its key is where it belongs
        folder = tmp_path / crash
        with monkeypatch.context() as patched:
            patched.setattr(Path, crash, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                import_tenant(Tenants(folder), exported)
        tenants = Tenants(folder)
        tenants.clear()
        assert [tenant.key_file.read_bytes() for tenant in tenants.all()] == [b"k" * 32] * (crash == "replace")
        assert [path.read_bytes() for path in folder.rglob("*.key")] == [b"k" * 32] * (crash == "replace")


def test_what_a_deletion_left_of_a_key_is_removed_at_the_next_start(filled, tmp_path):
    other = filled.service.tenants.add("別会社")
    for tenant in (other, filled.tenant):
        tenant.key_file.parent.mkdir(exist_ok=True)
        tenant.key_file.write_bytes(b"k" * 32)
    shutil.rmtree(other.store.folder)
    filled.service.tenants.clear()
    assert filled.tenant.key_file.exists()
    assert not other.key_file.exists()


def test_work_that_waited_is_done_after_a_restore(filled, tmp_path):
    target = tmp_path / "backup"
    back_up_service(filled.service.folder, filled.service.tenants, target)
    filled.service.tenants.delete(filled.tenant.id)
    filled.tenant = import_tenant(filled.service.tenants, next(target.glob("*.zip")))
    assert [end for _, end in filled.do_jobs()] == ["done"]
    client = key_client(filled.service, filled.tenant, filled.client.app)
    assert client.get(filled.location).status_code == 200
    assert len(client.get("/api/v1/validations").json()["items"]) == 2


def test_a_tenant_is_taken_in_once(filled, tmp_path):
    target, tenants, _ = moved(filled, tmp_path)
    with pytest.raises(ServiceError) as caught:
        import_tenant(tenants, target)
    assert caught.value.code == "tenant-exists"
    assert list((tmp_path / "other" / "tenants").glob(".*")) == []


@pytest.mark.parametrize("place", ["backup", "tenants/backup", "."])
def test_no_backup_lies_in_what_it_is_of(filled, place):
    folder = filled.service.folder
    before = sorted(folder.rglob("*"))
    with pytest.raises(FileUnusable) as caught:
        back_up_service(folder, filled.service.tenants, folder / place)
    assert caught.value.code == "output-not-written"
    assert sorted(folder.rglob("*")) == before


def test_a_file_in_its_place_is_not_replaced(filled, tmp_path):
    target = tmp_path / "tenant.zip"
    target.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        export_tenant(filled.tenant, target, with_secrets=False)
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine").touch()
    with pytest.raises(FileUnusable):
        back_up_service(filled.service.folder, filled.service.tenants, tmp_path / "backup")
    assert target.read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.fixture
def exported(filled, tmp_path):
    target = tmp_path / "tenant.zip"
    export_tenant(filled.tenant, target, with_secrets=False)
    create_service(tmp_path / "other")
    return target, Tenants(tmp_path / "other")


def refused(tenants, path):
    with pytest.raises(ServiceError) as caught:
        import_tenant(tenants, path)
    assert caught.value.code == "export-damaged"
    assert tenants.all() == []
    assert list(tenants.folder_of("x").parent.glob(".*")) == []


def test_what_was_cut_short_or_changed_is_not_taken_in(exported, tmp_path):
    target, tenants = exported
    whole = target.read_bytes()
    places = range(0, len(whole), max(1, len(whole) // 40))
    for place in places:
        changed = tmp_path / "changed.zip"
        changed.write_bytes(whole[:place])
        refused(tenants, changed)
    data = whole.index(PDF)
    changed.write_bytes(whole[:data] + b"X" + whole[data + 1 :])
    refused(tenants, changed)


@pytest.mark.parametrize(
    "name", ["../outside", "files/../../outside", "/etc/x", "files/a\\..\\b", "other/x", "files", "C:/x", "files//x"]
)
def test_no_member_leads_anywhere_else(exported, tmp_path, name):
    target, tenants = exported
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(changed, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for each, _, _ in manifest["files"]:
            new.writestr(each, old.read(each))
        new.writestr(name, b"")
        empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        manifest["files"].append([name, 0, empty])
        new.writestr("manifest.json", json.dumps(manifest))
    refused(tenants, changed)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"x" * 1000])
def test_what_is_no_export_is_said(tried, tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(ServiceError) as caught:
        import_tenant(tried.service.tenants, path)
    assert caught.value.code == "export-damaged"
    with pytest.raises(ServiceError) as caught:
        restore_service(tmp_path, tmp_path / "new")
    assert caught.value.code == "export-damaged"


def test_a_disk_that_refuses_leaves_nothing(filled, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(carrying, "_write", full)
    with pytest.raises(FileUnusable):
        export_tenant(filled.tenant, tmp_path / "tenant.zip", with_secrets=False)
    assert [path.name for path in tmp_path.iterdir() if "tenant" in path.name] == []
    assert [path.name for path in filled.tenant.store.folder.parent.iterdir()] == [filled.tenant.id]


def test_a_store_of_a_newer_version_is_not_taken_in(exported, tmp_path):
    target, tenants = exported
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(changed, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        (tmp_path / "s").write_bytes(old.read("store.sqlite"))
        with sqlite3.connect(tmp_path / "s") as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        store = (tmp_path / "s").read_bytes()
        for row in manifest["files"]:
            data = store if row[0] == "store.sqlite" else old.read(row[0])
            row[1:] = [len(data), hashlib.sha256(data).hexdigest()]
            new.writestr(row[0], data)
        new.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(ServiceError) as caught:
        import_tenant(tenants, changed)
    assert caught.value.code == "store-newer"
    assert tenants.all() == []


def test_an_upgrade_keeps_all_and_the_way_back_is_the_backup(filled, tmp_path, monkeypatch):
    """As docs/guides/service.md says: back up, start the new version; back: the old version restores that backup."""
    folder, before = filled.service.folder, documents(filled.tenant)
    with filled.tenant.store.writing() as connection:
        _, key = add_key(connection, filled.tenant, "kept", filled.service.document.permissions)
    back_up_service(folder, filled.service.tenants, tmp_path / "backup")
    filled.service.tenants.close()
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE later (a TEXT) STRICT;"))
        newer.setattr(schema, "VERSION", len(schema.MIGRATIONS))
        upgraded = Tenants(folder)
        tenant, _ = admit_key(upgraded, key, "127.0.0.1")
        assert documents(tenant) == before
        with tenant.store.writing() as connection:
            assert list(operation_log.breaks(connection)) == []
            connection.execute("INSERT INTO later VALUES ('of the new version')")
        upgraded.close()
    for _ in range(2):  # refused, and not harmed by it
        with pytest.raises(ServiceError) as caught:
            Tenants(folder).get(filled.tenant.id)
        assert caught.value.code == "store-newer"
    assert restore_service(tmp_path / "backup", tmp_path / "back") == 1
    tenant, _ = admit_key(Tenants(tmp_path / "back"), key, "127.0.0.1")
    assert documents(tenant) == before
    with tenant.store.reading() as connection:
        assert list(operation_log.breaks(connection)) == []


def test_a_backup_of_which_a_part_is_missing_and_a_services_own_folder_are_no_backups(filled, tmp_path):
    filled.service.tenants.add("別会社")
    backup = tmp_path / "backup"
    back_up_service(filled.service.folder, filled.service.tenants, backup)
    max(backup.glob("*.zip")).unlink()
    restored = tmp_path / "restored"
    for source in (backup, filled.service.folder):
        with pytest.raises(ServiceError) as caught:
            restore_service(source, restored)
        assert caught.value.code == "export-damaged"
        assert list(restored.glob("tenants/*")) == []
        assert not (restored / "service.toml").exists()


def test_a_service_that_starts_leaves_what_a_console_is_writing(filled, tmp_path):
    with carrying._staged(filled.tenant, with_secrets=True) as staging:
        Tenants(filled.service.folder).clear()
        assert (staging / "store.sqlite").is_file()


def test_a_device_or_a_folder_is_said_to_be_no_file(tried, tmp_path):
    for path, cause in ((tmp_path, system_cause(IsADirectoryError(21, "Is a directory"))), (os.devnull, NOT_REGULAR)):
        with pytest.raises(ServiceError) as caught:
            import_tenant(tried.service.tenants, Path(path))
        assert (caught.value.code, caught.value.cause) == ("export-damaged", cause)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damage_at_any_byte_of_what_is_compressed_is_said(tried, tmp_path, kind):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("manifest.json", b"{" * 500)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(ServiceError) as caught:
            import_tenant(tried.service.tenants, path)
        assert caught.value.code == "export-damaged"
