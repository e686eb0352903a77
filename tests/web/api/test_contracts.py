"""Contracts over the API are those of the library."""

from __future__ import annotations

import base64
import json

import pytest

from signkit.contracts.data import load_contract_data
from signkit.contracts.template import find_template
from signkit.library.making import fields
from tests.web.api.test_calls import problem

TEMPLATE = "real-estate-sale"
PDF = {"content-type": "application/pdf"}


@pytest.fixture(scope="module")
def data():
    return load_contract_data(find_template(TEMPLATE).folder / "example.yaml")


def wishes(data, **changes):
    return {"template": TEMPLATE, "data": data, **changes}


def one_page():
    """Return a PDF of one empty page."""
    from io import BytesIO

    import pypdfium2

    document, written = pypdfium2.PdfDocument.new(), BytesIO()
    document.new_page(200, 200)
    document.save(written)
    return written.getvalue()


@pytest.mark.slow
def test_a_rendered_contract_is_the_librarys(shared, data, blank):
    answer = shared.client.post("/api/v1/contracts/render", json=wishes(data))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == blank
    whole = shared.client.post("/api/v1/contracts/render?as=json", json=wishes(data)).json()
    assert base64.b64decode(whole["pdf"]) == blank
    assert [each["role"] for each in whole["fields"]] == list(fields(blank).empty)
    assert int(answer.headers["signkit-warnings"]) == len(whole["warnings"])


@pytest.mark.slow
def test_what_refuses_a_contract_is_told_by_its_place_and_clause(shared, data):
    wrong = {**data, "price": -1}
    del wrong["seller"]
    found = shared.client.post("/api/v1/contracts/check", json=wishes(wrong)).json()
    assert not found["fits"]
    assert {"seller", "price"} <= {each["path"] for each in found["problems"]}
    refused = shared.client.post(
        "/api/v1/contracts/render", json=wishes(wrong), headers={"accept-language": "ja"}
    )  # fmt: skip
    told = problem(refused, 422, "contract-refused")
    assert [each["path"] for each in told["errors"]] == [each["path"] for each in found["problems"]]
    assert all(each["clause"] for each in told["errors"] if each["path"] == "price")
    assert all("-1" not in each["detail"] for each in told["errors"])


@pytest.mark.slow
def test_data_that_fit_are_said_to(shared, data):
    found = shared.client.post("/api/v1/contracts/check", json=wishes(data)).json()
    assert (found["fits"], found["problems"]) == (True, [])


@pytest.mark.parametrize("name", ["no-such", "..", "/etc", "real-estate-sale/", "./real-estate-sale", "a b"])
def test_a_template_is_named_and_never_a_path(shared, data, name, tmp_path, monkeypatch):
    monkeypatch.chdir(find_template(TEMPLATE).folder.parent)
    answer = shared.client.post("/api/v1/contracts/render", json={"template": name, "data": data})
    assert answer.status_code == (404 if name == "no-such" else 400)


def test_a_folder_where_the_service_was_started_is_no_template(shared, data, tmp_path, monkeypatch):
    """Tenants bring no template: not even by a name that is a folder by chance."""
    import shutil

    shutil.copytree(find_template(TEMPLATE).folder, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    problem(shared.client.post("/api/v1/contracts/render", json={"template": "mine", "data": data}), 404, "not-found")


@pytest.mark.slow
def test_files_go_with_a_contract(shared, data, blank):
    from signkit.pdf.embedded_contract import read_contract

    plan = one_page()
    parts = {
        "attachment_2": ("二.txt", b"two", "text/plain"),
        "attachment_1": ("一.txt", b"one", "text/plain"),
        "appended_1": ("plan.pdf", plan, "application/pdf"),
    }
    form = {"options": json.dumps(wishes(data))}
    answer = shared.client.post("/api/v1/contracts/render", files=parts, data=form)
    assert answer.status_code == 200, answer.text
    contract = read_contract(answer.content)
    assert [each.name for each in contract.attachments] == ["一.txt", "二.txt"]
    refused = shared.client.post(
        "/api/v1/contracts/render", files={"appended_1": ("f.pdf", blank, "application/pdf")}, data=form
    )  # fmt: skip
    problem(refused, 422, "attachment-refused")


@pytest.mark.slow
def test_wishes_may_come_as_a_file_and_a_file_not_as_a_text(shared, data, blank):
    sent = {"options": ("wishes.json", json.dumps(wishes(data)).encode(), "application/json")}
    assert shared.client.post("/api/v1/contracts/render", files=sent).content == blank
    odd = {"options": (None, json.dumps(wishes(data))), "attachment_1": (None, "a text")}
    problem(shared.client.post("/api/v1/contracts/render", files=odd), 400, "request-invalid")


@pytest.mark.slow
def test_pages_are_shown(shared, blank):
    answer = shared.client.post("/api/v1/contracts/preview?page=1&width=480", content=blank, headers=PDF)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")
    pages = int(answer.headers["signkit-pages"])
    last = shared.client.post(f"/api/v1/contracts/preview?page={pages}", files={"file": ("契約.pdf", blank)})
    assert last.status_code == 200
    beyond = shared.client.post(f"/api/v1/contracts/preview?page={pages + 1}", content=blank, headers=PDF)
    problem(beyond, 422, "page-unknown")


@pytest.mark.slow
def test_pages_that_cannot_be_drawn_are_refused(shared, blank):
    broken = blank.replace(b"/Type/Page/", b"/Type/Pogo/")
    assert broken != blank
    answer = shared.client.post("/api/v1/contracts/preview?name=mine.pdf", content=broken, headers=PDF)
    told = problem(answer, 422, "input-unreadable")
    assert "mine.pdf" in told["title"]


@pytest.mark.slow
def test_fields_status_and_history_of_an_unsigned_contract(shared, blank):
    seen = shared.client.post("/api/v1/contracts/fields", content=blank, headers=PDF).json()
    assert (tuple(seen["empty"]), seen["signed"]) == (fields(blank).empty, [])
    assert seen["contract"]["template"]["id"] == TEMPLATE
    status = shared.client.post("/api/v1/contracts/status?name=a.pdf", content=blank, headers=PDF).json()
    assert (status["file"], status["complete"], status["next"]) == ("a.pdf", False, ["seller"])
    assert status["template_match"]["verdict"] == "unaltered"
    plain = {"options": json.dumps({"check_template": False})}
    status = shared.client.post("/api/v1/contracts/status", files={"file": ("b.pdf", blank)}, data=plain).json()
    assert status["template_match"] is None
    history = shared.client.post("/api/v1/contracts/diff", content=blank, headers=PDF).json()
    assert len(history["revisions"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("resource", ["preview", "fields", "status", "diff"])
@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b"not a pdf"])
def test_what_is_no_pdf_is_refused_and_no_path_of_ours_is_told(shared, resource, content):
    answer = shared.client.post(f"/api/v1/contracts/{resource}?name=mine.pdf", content=content, headers=PDF)
    # The history of a file that nobody can read is that: it is told, not refused.
    assert answer.status_code == 422 or (resource, answer.status_code) == ("diff", 200), answer.text
    assert str(shared.service.folder) not in answer.text
