"""A tenant comes and goes whole."""

from __future__ import annotations

import shutil

import pytest

from signkit.errors import ServiceError
from signkit.web.api.app import _Door
from signkit.web.api.identifiers import new_id
from signkit.web.api.tenants import Tenants
from tests.command import run_signkit
from tests.refusals import has_code
from tests.web.api.conftest import key_client


@pytest.mark.slow
def test_a_deleted_tenant_leaves_nothing_and_its_keys_are_good_no_more(tried):
    other = tried.service.tenants.add("別会社")
    client = key_client(tried.service, other, tried.client.app)
    client.post("/api/v1/validations", content=b"%PDF-1.7 x", headers={"content-type": "application/pdf"})
    other.key_file.parent.mkdir(exist_ok=True)
    other.key_file.write_bytes(b"key")
    tried.service.tenants.delete(other.id)
    assert client.get("/api/v1/keys").status_code == 401
    assert [path for path in tried.service.folder.rglob("*") if other.id in str(path)] == []
    assert tried.client.get("/api/v1/keys").status_code == 200


@pytest.mark.parametrize("operation", ["listKeys", "listValidations", "validateDocument"])
def test_a_request_under_way_while_its_tenant_goes_is_told_as_those_after_it(tried, monkeypatch, caplog, operation):
    """Nothing is wrong with the service: no fault is told, and none stands in its journal."""
    other = tried.service.tenants.add("別会社")
    client = key_client(tried.service, other, tried.client.app)
    known = _Door._known

    def known_then_gone(self, request, origin):
        found = known(self, request, origin)
        if other.store.folder.is_dir():
            tried.service.tenants.delete(other.id)
        return found

    monkeypatch.setattr(_Door, "_known", known_then_gone)
    called = next(each for each in tried.service.document.operations if each.name == operation)
    answer = client.request(
        called.method, called.path, content=b"%PDF-1.7" if called.method == "POST" else None,
        headers={"content-type": "application/pdf"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (401, "credentials-needed")
    assert "Traceback" not in caplog.text
    assert [each.id for each in tried.service.tenants.all()] == [tried.tenant.id]


def test_a_tenants_folder_that_is_being_made_or_was_left_is_no_tenant(tried):
    (tried.tenant.store.folder.parent / new_id() / "archive").mkdir(parents=True)
    assert [each.id for each in tried.service.tenants.all()] == [tried.tenant.id]


def test_a_deletion_that_was_cut_short_is_finished_by_the_next_start(tried):
    folder = tried.tenant.store.folder
    shutil.copytree(folder, folder.with_name(f".going-{tried.tenant.id}"))
    tenants = Tenants(tried.service.folder)
    assert [each.id for each in tenants.all()] == [tried.tenant.id]
    tenants.clear()
    assert [path.name for path in folder.parent.iterdir()] == [tried.tenant.id]


@pytest.mark.parametrize("name", ["", ".", "..", "../tenants", "x", "01a2200c-36d6-7fec-bac7-ddd3071e24c2"])
def test_an_unknown_tenant_is_said(tried, name):
    with pytest.raises(ServiceError) as caught:
        tried.service.tenants.get(name)
    assert caught.value.code == "tenant-unknown"


def test_a_name_that_cannot_be_shown_or_typed_again_makes_no_tenant(tried, tmp_path):
    """A deletion asks for the name to be typed: an empty one would be typed by whoever types nothing."""
    before = [each.id for each in tried.service.tenants.all()]
    for name in ("", " ", "甲 ", "a\x1b[31mb", "a\nb", "\u202eb", "x" * 201):
        refused = run_signkit("service", "tenant", "add", str(tried.service.folder), name, home=tmp_path)
        assert has_code(refused.error, "tenant-name"), (name, refused)
    assert [each.id for each in tried.service.tenants.all()] == before


def test_no_name_steers_the_terminal_of_the_list(tried, tmp_path):
    tried.service.tenants.add("a\x1b[2Jb")  # of a tenant that was imported from elsewhere
    listed = run_signkit("service", "tenant", "list", str(tried.service.folder), home=tmp_path)
    assert "\x1b" not in listed.stdout
    assert "a\ufffd[2Jb" in listed.stdout
