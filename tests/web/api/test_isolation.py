"""Tenants are apart: every operation of the document, with what is another's; the document says which there are."""

from __future__ import annotations

import re

import pytest

from signkit.web.api.access import Principal
from signkit.web.api.document import load_document
from tests.web.api.conftest import key_client, start
from tests.web.api.owned import MARK
from tests.web.api.owned import REQUESTS as OWNED
from tests.web.api.owned_operator import REQUESTS as OPERATORS

REQUESTS = OWNED | OPERATORS

OPERATIONS = [each for each in load_document().operations if each.permission is not None]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The owner, and a client of another tenant of the same service."""
    folder = tmp_path_factory.mktemp("two")
    owner = start(folder / "service", folder / "home")
    other = owner.service.tenants.add("別会社")
    yield owner, key_client(owner.service, other, owner.client.app), other
    owner.service.close()


def test_every_operation_is_tried():
    assert {each.name for each in OPERATIONS} == set(REQUESTS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_another_tenant_reaches_nothing(two, operation):
    owner, other, _ = two
    owned = REQUESTS[operation.name](owner)
    path = re.sub(r"\{(\w+)\}", lambda place: owned.places[place[1]], operation.path)
    as_other = other.request(operation.method, path, **owned.sent)
    if owned.places and any("{" in part for part in operation.path.split("/")):
        assert as_other.status_code == 404, (as_other.status_code, as_other.text)
        assert as_other.json()["code"] == "not-found"
    elif operation.method == "GET":
        assert MARK not in as_other.text
        assert all(id_ not in as_other.text for id_ in owned.places.values())
    as_owner = owner.client.request(operation.method, path, **owned.sent)
    assert as_owner.is_success, as_owner.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_nobody_and_the_unprivileged_are_refused_before_anything_is_read(two, operation):
    owner, _, _ = two
    path = re.sub(r"\{\w+\}", "x", operation.path)
    nobody = owner.client.request(operation.method, path, headers={"authorization": ""})
    assert nobody.status_code == 401, nobody.text
    weak = owner.as_other([each for each in owner.service.document.permissions if each != operation.permission])
    refused = weak.request(operation.method, path)
    assert (refused.status_code, refused.json()["needs"]) == (403, operation.permission)


def test_nothing_of_the_owner_lies_in_the_other_tenants_folder(two):
    owner, _, other = two
    for operation in OPERATIONS:
        REQUESTS[operation.name](owner)
    found = [path for path in other.store.folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]
    # What the other one sent themselves in these tests names it; nothing was sent by tests that show (GET).
    assert all(path.name.startswith("store.sqlite") for path in found)
    assert owner.tenant.store.folder not in other.store.folder.parents
    assert Principal().permissions == frozenset()
