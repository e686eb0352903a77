"""Judgements over the API are the judgements of the command line."""

from __future__ import annotations

import json

import pytest

from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.writer import Pictured, ReportFormat
from signkit.validation.api import validate_data
from signkit.validation.options import ValidationOptions
from signkit.validation.report_reading import read_report
from signkit.web.api.resources import WORKERS

PDF = {"content-type": "application/pdf"}


@pytest.mark.slow
def test_the_report_is_that_of_the_library(shared):
    data = b"%PDF-1.7 broken"
    answer = shared.client.post("/api/v1/validations?name=a.pdf", content=data, headers=PDF)
    assert answer.status_code == 201
    report = answer.json()["report"]
    same = validate_data(data, "a.pdf", ValidationOptions(offline=True)).to_json()
    assert {**report, "validation_time": ""} == {**same, "validation_time": ""}
    assert shared.client.get(answer.headers["location"]).json() == answer.json()


@pytest.mark.slow
def test_postponed_work_is_done_once_and_its_file_goes(tried):
    wait = PDF | {"prefer": "respond-async"}
    answer = tried.client.post("/api/v1/validations", content=b"%PDF-1.7 later", headers=wait)
    assert answer.status_code == 202
    where, job = answer.headers["location"], answer.json()["job"]
    early = tried.client.get(where)
    assert (early.status_code, early.json()["code"], early.json()["job"]["state"]) == (404, "not-yet", "ready")
    assert early.headers["retry-after"] == "1"
    assert tried.client.get(f"/api/v1/jobs/{job}").json()["resource"] == where
    assert tried.do_jobs() == [("validation", "done")]
    assert tried.client.get(where).json()["report"]["verdict"] == "UNREADABLE"
    assert tried.client.get(f"/api/v1/jobs/{job}").status_code == 404
    tried.tenant.store.sweep()
    assert list((tried.tenant.store.folder / "files").iterdir()) == []
    assert list(tried.tenant.store.spool.iterdir()) == []


@pytest.mark.slow
def test_what_is_deleted_before_it_is_judged_is_not_judged(tried):
    wait = PDF | {"prefer": "respond-async"}
    where = tried.client.post("/api/v1/validations", content=b"%PDF-1.7 unwanted", headers=wait).headers["location"]
    assert tried.client.delete(where).status_code == 204
    assert tried.do_jobs() == []
    for each in (tried.client.get(where), tried.client.delete(where)):
        assert (each.status_code, each.json()["code"]) == (404, "not-found")
    tried.tenant.store.sweep()
    assert list((tried.tenant.store.folder / "files").iterdir()) == []


@pytest.mark.slow
def test_what_could_not_be_judged_says_so_until_it_is_tried_again(tried, monkeypatch):
    wait = PDF | {"prefer": "respond-async"}
    with monkeypatch.context() as broken:
        broken.setitem(WORKERS, "validation", _fail)
        where = tried.client.post("/api/v1/validations", content=b"%PDF-1.7 odd", headers=wait).headers["location"]
        assert tried.do_jobs() == [("validation", "failed")]
    told = tried.client.get(where).json()
    assert (told["code"], told["job"]["state"]) == ("job-failed", "failed")
    assert tried.client.post(f"/api/v1/jobs/{told['job']['id']}/retry").status_code == 202
    assert tried.do_jobs() == [("validation", "done")]
    assert tried.client.get(where).status_code == 200


def _fail(*_: object) -> object:
    raise ValueError("odd")


@pytest.mark.slow
def test_a_form_brings_content_and_options(shared):
    files = {"file": ("契約.pdf", b"%PDF-1.7 form", "application/pdf")}
    answer = shared.client.post("/api/v1/validations", files=files, data={"options": json.dumps({"policy": "strict"})})
    assert answer.status_code == 201
    assert (answer.json()["report"]["file"], answer.json()["report"]["policy"]) == ("契約.pdf", "strict")
    wrong = shared.client.post("/api/v1/validations", files=files, data={"options": '{"trust": "mine"}'})
    assert wrong.status_code == 400


@pytest.mark.slow
def test_the_list_goes_from_page_to_page(tried):
    for number in range(5):
        tried.client.post("/api/v1/validations", content=f"%PDF-1.7 {number}".encode(), headers=PDF)
    seen, cursor = [], ""
    while cursor is not None:
        page = tried.client.get(f"/api/v1/validations?limit=2{cursor and '&cursor=' + cursor}").json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


@pytest.mark.slow
def test_the_quota_of_a_month(tmp_path):
    from tests.web.api.conftest import start

    tried = start(tmp_path / "service", tmp_path / "home", validations_a_month=2)
    try:
        answers = [tried.client.post("/api/v1/validations", content=b"%PDF-1.7", headers=PDF) for _ in range(3)]
        assert [each.status_code for each in answers] == [201, 201, 429]
        assert answers[2].headers["ratelimit"].startswith('"validations";r=0;t=')
        assert 0 < int(answers[2].headers["retry-after"]) <= 31 * 24 * 3600
    finally:
        tried.service.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chosen", "kind"),
    [("html", "text/html"), ("etsi", "application/xml"), ("text", "text/plain"), ("csv", "text/csv")],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_report_in_every_format_and_language(shared, chosen, kind, language):
    made = shared.client.post("/api/v1/validations?name=a.pdf", content=b"%PDF-1.7 broken", headers=PDF).json()
    address = f"/api/v1/validations/{made['id']}?format={chosen}"
    answer = shared.client.get(address, headers={"accept-language": language})
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["content-language"] == language
    pieces: list[str] = []
    writer = open_writer(ReportFormat(chosen), pieces.append, language, Pictured(wanted=False))
    writer.add(read_report(made["report"]))
    writer.finish()
    assert answer.content == "".join(pieces).encode()
    assert chosen == "etsi" or ("ません" in answer.text) == (language == "ja")


@pytest.mark.slow
def test_an_unknown_format_is_refused(shared):
    made = shared.client.post("/api/v1/validations", content=b"%PDF-1.7 broken", headers=PDF).json()
    assert shared.client.get(f"/api/v1/validations/{made['id']}?format=xls").status_code == 400
