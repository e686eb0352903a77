"""What the operator does at the console: each act stands in a log, the tenant's or the service's own."""

from __future__ import annotations

import json

import pytest

from signkit.errors import ServiceError
from signkit.web.api.carrying import back_up_service, import_tenant, restore_service
from signkit.web.api.folders import COMMON, DATABASE
from signkit.web.api.operation_log import breaks, operations
from signkit.web.api.service_settings import create_service
from signkit.web.api.tenants import Tenants
from tests.command import run_signkit
from tests.refusals import has_code


class Machine:
    """A service's folder and the one who has a shell beside it."""

    def __init__(self, tmp_path):
        self.folder, self.home = tmp_path / "service", tmp_path / "home"
        create_service(self.folder)

    def service(self, *arguments, stdin=""):
        return run_signkit("service", *map(str, arguments), home=self.home, stdin=stdin)

    def log(self, *tenant):
        assert self.service("log", "verify", self.folder, *tenant).returncode == 0
        answer = self.service("log", "export", self.folder, *tenant)
        return [
            tuple(json.loads(line)[key] for key in ("action", "actor", "subject"))
            for line in answer.stdout.split("\n")[:-1]
        ]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.slow
def test_a_key_that_was_made_at_the_console_stands_in_the_log(machine):
    tenant = machine.service("tenant", "add", machine.folder, "架空").stdout.strip()
    assert machine.log(tenant) == []
    key = machine.service("key", "add", machine.folder, tenant, "--role", "auditor").stdout.strip()
    assert machine.log(tenant) == [("addKey", "console", key.split("_")[2])]
    assert machine.service("key", "add", machine.folder, tenant, "--network", "nowhere").returncode != 0
    for name in ("", " x", "a\x1b[31m", "\u202ex", "x" * 101):
        refused = machine.service("key", "add", machine.folder, tenant, "--name", name)
        assert has_code(refused.error, "key-name"), (name, refused)
    assert len(machine.log(tenant)) == 1


@pytest.mark.slow
def test_a_key_that_was_lost_is_listed_and_revoked_at_the_console(machine):
    tenant = machine.service("tenant", "add", machine.folder, "架空").stdout.strip()
    kept, lost = (
        machine.service("key", "add", machine.folder, tenant, "--name", name).stdout.split("_")[2]
        for name in ("予備", "会計")
    )
    assert machine.service("key", "revoke", machine.folder, tenant, lost).returncode == 0
    listed = machine.service("key", "list", machine.folder, tenant).stdout.splitlines()
    assert listed == [f"{lost}\trevoked\t会計", f"{kept}\tgood\t予備"]
    assert machine.log(tenant)[-1] == ("revokeKey", "console", lost)
    for unknown in (lost, "x", tenant):
        refused = machine.service("key", "revoke", machine.folder, tenant, unknown)
        assert has_code(refused.error, "key-unknown")
    assert len(machine.log(tenant)) == 3


@pytest.mark.slow
def test_the_services_own_log_outlasts_its_tenants(machine, tmp_path):
    tenant = machine.service("tenant", "add", machine.folder, "架空").stdout.strip()
    assert machine.service("tenant", "export", machine.folder, tenant, tmp_path / "t.zip").returncode == 0
    again = machine.service("tenant", "export", machine.folder, tenant, tmp_path / "t.zip")
    assert has_code(again.error, "output-exists")
    assert "--overwrite" not in again.stderr  # which this command has not
    [(action, actor, digest)] = machine.log(tenant)
    assert (action, actor) == ("exportTenant", "console")
    assert machine.service("tenant", "delete", machine.folder, tenant, stdin="他社\n").returncode == 1
    assert machine.service("tenant", "delete", machine.folder, tenant, stdin="架空\n").returncode == 0
    assert machine.service("tenant", "import", machine.folder, tmp_path / "t.zip").returncode == 0
    assert machine.log() == [(each, "console", tenant) for each in ("addTenant", "deleteTenant", "importTenant")]
    assert machine.log(tenant) == [("importTenant", "console", digest)]


def own_log(folder):
    with Tenants(folder).common.reading() as connection:
        assert list(breaks(connection)) == []
        return [each.hash for each in operations(connection)]


@pytest.mark.slow
def test_the_services_own_log_is_in_a_backup_whole_or_it_is_refused(machine, tmp_path):
    for name in ("架空", "仮"):
        machine.service("tenant", "add", machine.folder, name)
    assert machine.service("backup", machine.folder, tmp_path / "backup").returncode == 0
    assert machine.service("restore", tmp_path / "backup", tmp_path / "restored").returncode == 0
    assert own_log(tmp_path / "restored") == own_log(machine.folder)
    path = tmp_path / "backup" / DATABASE
    path.write_bytes(path.read_bytes().replace(b"addTenant", b"getTenant", 1))
    again = machine.service("restore", tmp_path / "backup", tmp_path / "again")
    assert again.error.code == "export-damaged"
    path.write_bytes(path.read_bytes()[:9000])
    assert machine.service("restore", tmp_path / "backup", tmp_path / "cut").error.code in (
        "export-damaged",
        "store-unusable",
    )
    path.unlink()
    (tmp_path / "backup" / "backup.json").unlink()  # as of a version before there were log and list
    assert restore_service(tmp_path / "backup", tmp_path / "old") == 2
    assert own_log(tmp_path / "old") == []


def test_what_is_taken_in_is_written_down_before_it_is_there(machine, tmp_path, monkeypatch):
    tenants = Tenants(machine.folder)
    added = tenants.add("架空")
    back_up_service(machine.folder, tenants, tmp_path / "backup")
    with added.store.reading() as connection:
        assert [each.action for each in operations(connection)] == ["backUpTenant"]
    other = Tenants(tmp_path / "other")
    monkeypatch.setattr(
        "signkit.web.api.operation_log.write_console_act",
        lambda *_: (_ for _ in ()).throw(ServiceError("store-unusable", path="x", cause="full")),
    )
    with pytest.raises(ServiceError):
        import_tenant(other, tmp_path / "backup" / f"{added.id}.zip")
    assert other.all() == []
    with pytest.raises(ServiceError):
        back_up_service(machine.folder, tenants, tmp_path / "second")
    assert not (tmp_path / "second").exists()
    assert (machine.folder / COMMON).is_dir()
