"""What was done to a log by somebody who could do anything to it, and not to its heads elsewhere."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from signkit.errors import FileUnusable, InputUnreadable, ServiceError
from signkit.web.api import operation_log
from signkit.web.api.folders import DATABASE
from signkit.web.api.log_checkpoints import contradicted, read_checkpoints, write_checkpoints
from signkit.web.api.tenants import Tenants
from tests.command import run_signkit


@pytest.fixture
def tenants(tmp_path):
    return Tenants(tmp_path / "service")


@pytest.fixture
def heads(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def act(tenant, count=1, action="readValidation"):
    with tenant.store.writing() as connection:
        for number in range(count):
            operation_log.write_operation(
                connection, tenant.store.now(), request=str(number), actor="key:x", origin="192.0.2.1", action=action,
                subject=None, status=200,
            )  # fmt: skip


@pytest.fixture
def tenant(tenants, heads):
    """A tenant whose log has ten records, of which the fifth and the tenth are kept elsewhere."""
    tenant, known = tenants.add("A"), {}
    for _ in range(2):
        act(tenant, 5)
        write_checkpoints(tenants, heads, known)
        write_checkpoints(tenants, heads, known)  # nothing happened: nothing is written
    return tenant


def found(tenant, heads):
    with tenant.store.reading() as connection:
        assert list(operation_log.breaks(connection)) == []  # the chain itself tells nothing
        return [each.number for each in contradicted(connection, read_checkpoints(heads, tenant.id))]


def go_around(tenant, statement):
    """Change the log as whoever has the file can."""
    with sqlite3.connect(tenant.store.folder / DATABASE) as connection:
        connection.execute("DROP TRIGGER IF EXISTS operation_stays")
        connection.execute("DROP TRIGGER IF EXISTS operation_is_kept")
        connection.execute(statement)
    connection.close()


def test_an_honest_log_holds_every_head(tenant, heads):
    assert [each.number for each in read_checkpoints(heads, tenant.id)] == [5, 10]
    assert found(tenant, heads) == []
    act(tenant, 3)
    assert found(tenant, heads) == []


def test_an_end_that_was_cut_off_is_seen(tenant, heads):
    go_around(tenant, "DELETE FROM operation WHERE number > 7")
    go_around(tenant, "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'operation'")
    assert found(tenant, heads) == [10]
    act(tenant, 10)  # and grown over
    assert found(tenant, heads) == [10]


@pytest.mark.parametrize(("kept", "seen"), [(0, [5, 10]), (4, [5, 10]), (5, [10]), (9, [10])])
def test_a_log_that_was_written_anew_is_seen(tenant, heads, kept, seen):
    go_around(tenant, f"DELETE FROM operation WHERE number > {kept}")
    go_around(tenant, f"UPDATE sqlite_sequence SET seq = {kept} WHERE name = 'operation'")
    act(tenant, 10 - kept, action="otherAction")
    assert found(tenant, heads) == seen


def test_the_log_of_another_tenant_is_seen(tenants, tenant, heads):
    other = tenants.add("B")
    act(other, 10)
    (heads / f"{other.id}.jsonl").write_bytes((heads / f"{tenant.id}.jsonl").read_bytes())
    with pytest.raises(ServiceError) as caught:
        read_checkpoints(heads, other.id)
    assert caught.value.code == "checkpoints-damaged"


@pytest.mark.parametrize("line", [b"x", b"{}", b"[]", b'{"tenant": 1}', b"[" * 5000, b"\xff"])
def test_damaged_heads_are_said(tenant, heads, line):
    path = heads / f"{tenant.id}.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(ServiceError) as caught:
        read_checkpoints(heads, tenant.id)
    assert caught.value.code == "checkpoints-damaged"
    path.write_bytes(b"")
    with pytest.raises(ServiceError) as caught:
        read_checkpoints(heads, tenant.id)
    assert caught.value.code == "checkpoints-damaged"
    path.unlink()
    with pytest.raises(InputUnreadable):
        read_checkpoints(heads, tenant.id)


def test_a_place_that_is_not_there_is_said_before_there_is_anything_to_keep(tenants, tmp_path):
    with pytest.raises(FileUnusable):
        write_checkpoints(tenants, tmp_path / "nowhere", {})


def test_a_place_that_is_gone_is_said(tenants, tenant, heads):
    shutil.rmtree(heads)
    with pytest.raises(FileUnusable):
        write_checkpoints(tenants, heads, {})
    assert tenant


@pytest.mark.slow
def test_the_command_tells_both(tenant, heads, tmp_path):
    (tmp_path / "service" / "service.toml").touch()
    about = ["service", "log", "verify", str(tmp_path / "service"), tenant.id, "--checkpoints", str(heads)]
    good = run_signkit(*about, home=tmp_path)
    assert good.returncode == 0, good.stderr
    assert "All 2 heads" in good.stderr
    go_around(tenant, "DELETE FROM operation WHERE number > 7")
    go_around(tenant, "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'operation'")
    bad = run_signkit(*about, home=tmp_path)
    assert bad.returncode == 1
    assert "Record 10" in bad.stderr
    assert json.loads((heads / f"{tenant.id}.jsonl").read_text().splitlines()[0])["number"] == 5
