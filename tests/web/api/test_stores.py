"""What holds of a store, whichever database it is in; and what PostgreSQL must hold by itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")

import psycopg

from signkit.errors import ServiceError
from signkit.web.api import operation_log, schema
from signkit.web.api.access import admit_key
from signkit.web.api.jobs import add_job, finish_job, lease_job, list_jobs, renew_lease
from signkit.web.api.leases import LEASE
from signkit.web.api.log_checkpoints import SERVICE, contradicted, read_checkpoints, write_checkpoints
from signkit.web.api.postgres_schema import make_tables
from signkit.web.api.service import Service
from signkit.web.api.service_settings import ServiceSettings
from signkit.web.api.store import add_document, list_documents
from signkit.web.office.reminders import is_first_of_table
from signkit.web.people.accounts import add_person


def write(connection, number=0):
    return operation_log.write_operation(
        connection, "2026-01-01T00:00:00.000000Z", request=str(number), actor="console", origin="", action="test",
        subject=None, status=200,
    )  # fmt: skip


def test_what_is_broken_off_is_not_there(tried):
    store = tried.tenant.store
    with pytest.raises(KeyError), store.writing() as connection:  # noqa: PT012
        add_document(connection, "thing", "a", {"x": "架空"}, store.now())
        raise KeyError
    with store.reading() as connection:
        assert list_documents(connection, "thing", None, 10) == []


def test_writers_take_turns_and_the_log_stays_one_chain(tried):
    def write_some():
        for number in range(20):
            with tried.tenant.store.writing() as connection:
                write(connection, number)

    threads = [threading.Thread(target=write_some) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    with tried.tenant.store.reading() as connection:
        numbers = [each.number for each in operation_log.operations(connection)]
        assert list(operation_log.breaks(connection)) == []
    assert numbers == list(range(1, 101))


@pytest.mark.parametrize(
    "statement", ["UPDATE operation SET actor = 'x'", "DELETE FROM operation", "DELETE FROM operation WHERE number = 1"]
)
def test_the_log_is_append_only(tried, statement):
    with tried.tenant.store.writing() as connection:
        write(connection)
    with (
        pytest.raises(ServiceError, match=r"append-only|permission denied"),
        tried.tenant.store.writing() as connection,
    ):
        connection.execute(statement)
    with tried.tenant.store.reading() as connection:
        assert operation_log.head(connection).number == 1


def test_the_services_own_log_is_apart_from_its_tenants_and_outlasts_them(tried, tmp_path):
    tenants, gone = tried.service.tenants, tried.tenant.id
    with tried.tenant.store.writing() as connection:
        write(connection)
    for action in ("addTenant", "deleteTenant"):
        with tenants.common.writing() as connection:
            operation_log.write_console_act(connection, tenants.common.now(), action, gone)
    write_checkpoints(tenants, tmp_path, {})
    tenants.delete(gone)
    with pytest.raises(ServiceError, match=r"append-only|permission denied"), tenants.common.writing() as connection:
        connection.execute("DELETE FROM operation")
    with tenants.common.reading() as connection:
        assert list(operation_log.breaks(connection)) == []
        assert [each.action for each in operation_log.operations(connection)] == ["addTenant", "deleteTenant"]
        [kept] = read_checkpoints(tmp_path, SERVICE)
        assert list(contradicted(connection, [kept])) == []
    assert {each.name for each in tmp_path.glob("*.jsonl")} == {f"{SERVICE}.jsonl", f"{gone}.jsonl"}


def test_a_lease_that_is_renewed_stays_and_one_that_is_not_goes_to_another_node(tried):
    store = tried.tenant.store
    with store.writing() as connection:
        add_job(connection, store, "test", {})
    now = store.clock()
    ticking = replace(store, clock=lambda: now)
    job = lease_job(ticking, "one")
    now += LEASE / 2
    assert renew_lease(ticking, job, "one")
    now += LEASE * 0.9
    assert lease_job(ticking, "two") is None
    now += timedelta(seconds=20)
    assert lease_job(ticking, "two").id == job.id
    assert not renew_lease(ticking, job, "one")
    assert not finish_job(ticking, job, "one", lambda _: pytest.fail("it is not ours any more"))
    assert finish_job(ticking, job, "two", lambda _: None)
    with store.reading() as connection:
        assert list_jobs(connection, None, None, 10) == []


def test_a_person_hears_of_each_table_once_a_day(tried):
    store, day = tried.tenant.store, date(2026, 12, 1)
    heard = []
    with store.writing() as connection:
        one, other = (add_person(connection, name, "clerk", store.now()).id for name in "甲乙")
        for person, table, later in [
            (one, "a", 0), (one, "a", 0), (other, "a", 0), (one, "b", 0), (one, "a", 1), (one, "a", 1),
        ]:  # fmt: skip
            heard.append(is_first_of_table(connection, person, (table, "x.csv"), day + timedelta(days=later)))
    assert heard == [True, False, True, True, True, False]


def test_a_deleted_tenant_leaves_nothing(tried):
    other = tried.service.tenants.add("別会社")
    with other.store.writing() as connection:
        write(connection)
        add_document(connection, "batch", "a", {}, other.store.now())
    tried.service.tenants.delete(other.id)
    assert [each.id for each in tried.service.tenants.all()] == [tried.tenant.id]
    assert not other.store.folder.exists()
    assert admit_key(tried.service.tenants, f"sk_{other.id}_{other.id}_{'x' * 43}", "127.0.0.1") is None


@pytest.fixture
def two(cluster, tmp_path):
    """Two tenants in PostgreSQL, and the address of their database."""
    url = cluster.database()
    service = Service(tmp_path, None, ServiceSettings(workers=1, database=url))
    one, other = service.tenants.add("甲"), service.tenants.add("乙")
    yield one, other, url
    service.close()


def tables(url):
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'signkit' AND column_name = 'tenant'"
        )
        return {name for (name,) in rows}


@pytest.mark.slow
def test_no_statement_reaches_another_tenants_rows(two):
    one, other, url = two
    with one.store.writing() as connection:
        write(connection)
        add_document(connection, "thing", "a", {}, one.store.now())
        connection.execute("INSERT INTO setting (name, value) VALUES ('a', 'b')")
    assert {"document", "operation", "setting", "operation_end"} <= tables(url)
    with other.store.writing() as connection:
        for table in tables(url):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == [], table
            assert connection.execute(f"SELECT * FROM {table} WHERE tenant = ?", (one.id,)).fetchall() == [], table
        assert connection.execute("UPDATE document SET content = 'x'").rowcount == 0
        assert connection.execute("DELETE FROM document WHERE tenant = ?", (one.id,)).rowcount == 0
        assert connection.execute("DELETE FROM tenant WHERE id = ?", (one.id,)).rowcount == 0
    with pytest.raises(ServiceError, match="row-level security"), other.store.writing() as connection:
        connection.execute("INSERT INTO setting (tenant, name, value) VALUES (?, 'x', 'y')", (one.id,))
    with psycopg.connect(url) as connection:  # nobody said which tenant
        assert connection.execute("SELECT * FROM signkit.document").fetchall() == []
    with one.store.reading() as connection:
        assert len(list_documents(connection, "thing", None, 10)) == 1


def test_every_table_is_forced_under_row_level_security(cluster):
    with psycopg.connect(cluster.database()) as connection:
        rows = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class c JOIN pg_namespace n "
            "ON n.oid = relnamespace WHERE nspname = 'signkit' AND relkind = 'r'"
        )
        guarded = dict(rows.fetchall())
    assert {name for name, is_guarded in guarded.items() if not is_guarded} == {"version"}


@pytest.mark.parametrize("role", ["signkit_owner", "postgres"])
def test_a_role_that_sees_all_does_not_serve(cluster, tmp_path, role):
    url = cluster.database().replace("signkit_serve", role)
    with pytest.raises(ServiceError) as caught:
        Service(tmp_path, None, ServiceSettings(workers=1, database=url))
    assert caught.value.code == "database-role"


@pytest.mark.slow
def test_newer_tables_keep_a_running_node_and_refuse_a_new_one(two, cluster, tmp_path):
    one, _, url = two
    cluster.sql(f"UPDATE signkit.version SET number = {schema.VERSION + 1}", url.replace("signkit_serve", "postgres"))
    with one.store.writing() as connection:
        write(connection)
    with pytest.raises(ServiceError) as caught:
        Service(tmp_path, None, ServiceSettings(workers=1, database=url))
    assert caught.value.code == "store-newer"
    with pytest.raises(ServiceError) as caught:
        make_tables(url.replace("signkit_serve", "signkit_owner"), "signkit_serve")
    assert caught.value.code == "store-newer"


@pytest.mark.parametrize("url", ["postgresql://a:secret@db/x", "nonsense", "postgresql://db/x?password=y"])
def test_an_address_with_a_password_or_none_is_refused_without_showing_it(tmp_path, url):
    with pytest.raises(ServiceError) as caught:
        Service(tmp_path, None, ServiceSettings(workers=1, database=url))
    assert "secret" not in str(caught.value)
