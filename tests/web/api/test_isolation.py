"""Tenants are apart: every operation of the document, with what is another's; the document says which there are."""

from __future__ import annotations

import re

import pytest

from signkit.web.api.document import load_document
from tests.web.api.conftest import key_client, start
from tests.web.api.owned import MARK
from tests.web.api.owned import REQUESTS as OWNED
from tests.web.api.owned_operator import REQUESTS as OPERATORS

REQUESTS = OWNED | OPERATORS

OPERATIONS = [each for each in load_document().operations if each.permission is not None]


@pytest.fixture(scope="module")
def owner(tmp_path_factory, database):
    folder = tmp_path_factory.mktemp("two")
    made = start(folder / "service", folder / "home", fetch_hosts=("files.example.com",), **database())
    yield made
    made.service.close()


@pytest.fixture
def other(owner):
    """Another tenant of the same service, and a client of it."""
    tenant = owner.service.tenants.add("別会社")
    return tenant, key_client(owner.service, tenant, owner.client.app)


def test_every_operation_is_tried():
    assert {each.name for each in OPERATIONS} == set(REQUESTS)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_another_tenant_reaches_nothing(owner, other, operation):
    tenant, client = other
    owned = REQUESTS[operation.name](owner)
    path = re.sub(r"\{(\w+)\}", lambda place: str(owned.places[place[1]]), operation.path)
    as_other = client.request(operation.method, path, **owned.sent)
    if owned.places and not owned.of_operator:
        assert as_other.status_code == 404, (as_other.status_code, as_other.text)
        assert as_other.json()["code"] == "not-found"
        assert holding_mark(tenant) == []
    elif operation.method == "GET" or operation.name.startswith("search"):
        assert MARK not in as_other.text
        assert holding_mark(tenant) == []
    as_owner = owner.client.request(operation.method, path, **owned.sent)
    if owned.refused:
        assert as_owner.status_code == as_other.status_code == 422, as_owner.text
    else:
        assert as_owner.is_success, as_owner.text


def holding_mark(tenant):
    """Return the files and the documents of a tenant in which something of the owner's lies."""
    files = [path for path in tenant.store.folder.rglob("*") if path.is_file()]
    with tenant.store.reading() as connection:  # nothing says whose: what it shows is this tenant's
        rows = connection.execute("SELECT content FROM document UNION ALL SELECT content FROM job").fetchall()
    return [path for path in files if MARK.encode() in path.read_bytes()] + [row for row in rows if MARK in row[0]]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_nobody_and_the_unprivileged_are_refused_before_anything_is_read(owner, operation):
    path = re.sub(r"\{\w+\}", "x", operation.path)
    nobody = owner.client.request(operation.method, path, headers={"authorization": ""})
    assert nobody.status_code == 401, nobody.text
    weak = owner.as_other([each for each in owner.service.document.permissions if each != operation.permission])
    refused = weak.request(operation.method, path)
    assert (refused.status_code, refused.json()["needs"]) == (403, operation.permission)
