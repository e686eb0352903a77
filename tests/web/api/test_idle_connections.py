"""Connections to a tenant's tables are used again, and never where they would be wrong."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from signkit.errors import ServiceError
from signkit.web.api import database
from signkit.web.api.store import create_store, open_store


@pytest.fixture
def tables(tmp_path):
    create_store(tmp_path / "one", {"name": "one"})
    tables = open_store(tmp_path / "one").database
    yield tables
    tables.let_go()


def name(connection):
    return connection.execute("SELECT value FROM setting WHERE name = 'name'").fetchone()[0]


def test_a_connection_is_used_again_by_whichever_thread(tables):
    with tables.reading() as first:
        pass
    found = []

    def write():
        with tables.writing() as connection:
            found.append(connection)

    other = threading.Thread(target=write)
    other.start()
    other.join()
    assert found == [first]


def test_two_at_once_have_two(tables):
    with tables.reading() as one, tables.writing() as other:
        assert one is not other


def test_a_store_that_was_put_in_anothers_place_is_read(tables, tmp_path):
    with tables.reading() as connection:
        assert name(connection) == "one"
    create_store(tmp_path / "other", {"name": "other"})
    open_store(tmp_path / "other").database.let_go()
    (tmp_path / "other" / tables.path.name).replace(tables.path)
    for left in tables.path.parent.glob(f"{tables.path.name}-*"):
        left.unlink()
    with tables.reading() as connection:
        assert name(connection) == "other"


def test_a_store_that_is_gone_is_not_written_through_what_was_open(tables):
    with tables.reading():
        pass
    tables.path.unlink()
    with pytest.raises(ServiceError) as refusal, tables.writing():
        pass
    assert refusal.value.code == "store-unusable"


def test_what_was_broken_off_is_not_there_for_the_next(tables):
    with pytest.raises(ServiceError), tables.writing() as connection:  # noqa: PT012
        connection.execute("UPDATE setting SET value = 'half'")
        connection.execute("SELECT nothing FROM nowhere")
    with tables.reading() as connection:
        assert name(connection) == "one"


def test_a_transaction_that_could_not_be_ended_is_nobodys_beginning(tables):
    with tables._open() as connection:
        connection.execute("BEGIN IMMEDIATE")
    with tables.writing() as other:
        assert other is not connection


def test_few_are_kept_and_none_when_it_is_let_go(tables, tmp_path):
    with tables.reading() as connection:
        pass
    tables.let_go()
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")
    for number in range(2 * database._MOST_IDLE):
        create_store(tmp_path / f"{number}", {"name": "x"})
        with open_store(tmp_path / f"{number}").database.reading():
            pass
    kept = [file[0] for file, _ in database._idle._idle]
    assert len(kept) == database._MOST_IDLE
    assert kept[-1].parent.name == f"{number}"
    for path in kept:
        database._idle.close(path)
