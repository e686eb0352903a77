"""Roles cover the document, and keep apart what is to be apart."""

from __future__ import annotations

import pytest

from signkit.web.api.document import load_document
from signkit.web.api.roles import ROLES, permissions_of

DOCUMENT = load_document()
GRANTED = {role: set(permissions_of(role, DOCUMENT)) for role in ROLES}


def test_everything_can_be_granted_by_some_role_and_nothing_else():
    assert set().union(*GRANTED.values()) == set(DOCUMENT.permissions)


def test_the_auditor_reads_all_and_changes_nothing():
    reads = {each.permission for each in DOCUMENT.operations if each.permission in GRANTED["auditor"]}
    assert not any(each.endswith(":write") for each in reads)
    everything = {each for each in DOCUMENT.permissions if each.endswith(":read")}
    assert everything - GRANTED["auditor"] == {"attributes:read"}  # asking J-LIS is an act
    changing = {"PUT", "PATCH", "DELETE"}
    assert not any(each.method in changing for each in DOCUMENT.operations if each.permission in GRANTED["auditor"])


def test_the_administrator_sees_no_contract():
    of_people = {"archive", "batches", "consents", "contracts", "packs", "signing", "validations", "attributes"}
    assert not {each for each in GRANTED["administrator"] if each.partition(":")[0] in of_people}


def test_the_supervisor_may_what_the_clerk_may_and_no_keys():
    assert GRANTED["clerk"] < GRANTED["supervisor"]
    assert not {"keys:read", "keys:write"} & GRANTED["supervisor"]


@pytest.mark.slow
def test_an_auditors_key_is_refused_every_change(shared):
    client = shared.as_other(GRANTED["auditor"])
    assert client.get("/api/v1/log").status_code == 200
    assert client.post("/api/v1/batches", json={}).status_code == 403
    assert client.post("/api/v1/keys", json={"name": "a", "permissions": ["log:read"]}).status_code == 403
