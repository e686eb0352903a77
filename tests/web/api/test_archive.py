"""A tenant's archive over the API."""

from __future__ import annotations

import json

import pytest

from signkit.archive.kinds import kind_names
from signkit.archive.store import open_archive
from signkit.rehearsal.pki import kept_rehearsal
from signkit.settings import Settings
from tests.web.api.conftest import start
from tests.web.api.rehearsing import rehearsing_service
from tests.web.api.test_calls import problem

ENTRIES, SEARCH = "/api/v1/archive/entries", "/api/v1/archive/search"
PDF = {"content-type": "application/pdf"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    tried = rehearsing_service(tmp_path_factory.mktemp("archive"))
    tried.pki = kept_rehearsal(tried.service.settings.home / "rehearsal")
    yield tried
    tried.service.close()


@pytest.fixture(scope="module")
def entry(kept, blank):
    return kept.client.post(f"{ENTRIES}?name=契約.pdf", content=blank, headers=PDF)


def paper(tried, **facts):
    return tried.client.post(ENTRIES, json={"facts": facts})


@pytest.mark.slow
def test_a_contract_is_judged_and_kept_with_what_its_data_say(kept, entry, blank):
    assert entry.status_code == 201, entry.text
    taken = entry.json()
    assert (taken["outcome"], taken["entry"]["state"], taken["entry"]["kind"]) == ("added", "open", "sale")
    assert taken["entry"]["amount"] > 0
    assert kept.client.get(entry.headers["location"]).json() == taken["entry"]
    file = kept.client.get(f"{entry.headers['location']}/file")
    assert file.content == blank
    assert "%E5%A5%91%E7%B4%84.pdf" in file.headers["content-disposition"]
    again = kept.client.post(ENTRIES, files={"file": ("other.pdf", blank)})
    assert (again.status_code, again.json()["outcome"]) == (200, "known")


@pytest.mark.slow
def test_the_archive_is_the_command_lines(kept, entry):
    with open_archive(kept.tenant.archive_folder) as archive:
        assert archive.connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 1


@pytest.mark.slow
def test_what_was_said_counts_and_a_correction_stays_in_the_history(kept, blank):
    made = paper(kept, title="覚書", date="2026-04-01", amount=1200, parties=[{"name": "株式会社架空"}], kind="契約書")
    assert made.status_code == 201, made.text
    where, body = made.headers["location"], {"amount": 1300}
    problem(kept.client.patch(where, json=body), 428, "if-match-needed")
    tag = kept.client.get(where).headers["etag"]
    done = kept.client.patch(where, json=body, headers={"if-match": tag})
    assert (done.status_code, done.json()["amount"]) == (200, 1300)
    assert done.json()["corrections"][-1] | {"at": ""} == {
        "at": "",
        "item": "amount",
        "before": "1200",
        "after": "1300",
    }
    assert [each["action"] for each in done.json()["journal"]] == ["added", "corrected"]
    problem(kept.client.patch(where, json=body, headers={"if-match": tag}), 412, "if-match-other")
    problem(kept.client.get(f"{where}/file"), 404, "not-found")


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        ({"date": "2026-02-30"}, "/facts/date"),
        ({"end_date": "2026-13-01"}, "/facts/end_date"),
        ({"kind": "no such kind"}, "/facts/kind"),
        ({"title": "a\u202eb"}, "/facts/title"),
        ({"parties": [{"name": "a\u0000"}]}, "/facts/party"),
        ({"amount": -1}, "/facts/amount"),
        ({}, "/facts"),
    ],
)
def test_what_cannot_stand_in_a_ledger_is_refused_at_its_place(kept, facts, at):
    told = problem(paper(kept, **facts), 400, "request-invalid")
    assert [each["at"] for each in told["errors"]] == [at]


@pytest.mark.slow
def test_my_numbers_and_keys_stay_outside(kept):
    problem(paper(kept, title="個人番号 123456789018"), 422, "facts-refused")
    parts = {"file": ("employer.p12", b"0\x82")}
    problem(kept.client.post(ENTRIES, files=parts), 422, "key-refused")
    problem(kept.client.post(f"{ENTRIES}?name=a.pdf", content=b"%PDF-1.7 x", headers=PDF), 422, "file-unreadable")
    scan = kept.client.post(ENTRIES, files={"file": ("a.pdf", b"%PDF-1.7 x")}, data={"options": '{"as_scan": true}'})
    assert (scan.status_code, scan.json()["entry"]["form"]) == (201, "scan")


@pytest.fixture(scope="module")
def many(kept):
    for month in range(1, 10):
        assert paper(kept, date=f"2020-0{month}-15", amount=month * 100, parties=[{"name": f"検索{month}"}]).is_success
    assert paper(kept, title="日付なし", parties=[{"name": "検索0"}]).is_success


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"date_from": "2020-03-01", "date_to": "2020-05-31"}, 3),
        ({"date_from": "2020-03-01", "amount_to": 500, "date_to": "2020-12-31"}, 3),
        ({"party": "検索"}, 10),
        ({"party": "検索", "missing": ["date"]}, 1),
        ({"party": "検索", "missing": ["date", "amount", "file"]}, 1),
        ({"party": "検索7", "state": "unsigned"}, 1),
        ({"party": "検索7", "kind": "sale"}, 0),
    ],
)
def test_entries_are_found_page_by_page(kept, many, query, count):
    found, cursor = [], {}
    while cursor is not None:
        answer = kept.client.post(SEARCH, json={**query, **cursor, "limit": 2})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) <= 2
        found += [each["number"] for each in answer.json()["items"]]
        cursor = {"cursor": answer.json()["next"]} if answer.json()["next"] else None
    assert found == sorted(set(found), reverse=True)
    assert len(found) == count


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": "LTE"}, {"missing": ["all"]}, {"date_from": "2020-02-31"}, {"limit": 0}]
)
def test_odd_searches_are_refused(kept, many, query):
    problem(kept.client.post(SEARCH, json=query), 400, "request-invalid")


@pytest.mark.slow
def test_all_kinds_can_be_said(kept):
    for kind in kind_names():
        assert paper(kept, kind=kind, title=f"種類 {kind}").json()["entry"]["kind"] == kind


@pytest.mark.slow
def test_a_damaged_file_is_found_by_verifying_and_never_handed_out(kept, entry):
    assert verification(kept)["whole"]
    sha256 = entry.json()["entry"]["revisions"][0]["sha256"]
    path = kept.tenant.archive_folder / "files" / sha256[:2] / sha256
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(good[:-1] + b"!")
    try:
        found = verification(kept)
        assert not found["whole"]
        assert any(sha256 in each["name"] for each in found["troubles"])
        told = problem(kept.client.get(f"{entry.headers['location']}/file"), 503, "unavailable")
        assert str(kept.service.folder) not in json.dumps(told)
    finally:
        path.write_bytes(good)


def test_a_torn_ledger_is_the_operators_to_mend_and_no_path_is_told(tried, caplog):
    paper(tried, title="一")
    (tried.tenant.archive_folder / "ledger.sqlite").write_bytes(b"torn" * 1000)
    told = problem(tried.client.get(ENTRIES), 503, "unavailable")
    answer = tried.client.post("/api/v1/archive/verifications")
    assert tried.do_jobs() == [("archive-verification", "failed")]
    (job,) = tried.client.get("/api/v1/jobs").json()["items"]
    assert job["id"] == answer.json()["job"]
    assert job["problem"]["code"] == "unavailable"
    assert str(tried.service.folder) not in json.dumps([told, job])
    assert str(tried.service.folder) in caplog.text


def verification(tried):
    answer = tried.client.post("/api/v1/archive/verifications")
    assert answer.status_code == 202
    assert ("archive-verification", "done") in tried.do_jobs()
    return tried.client.get(answer.headers["location"]).json()


@pytest.mark.slow
def test_the_journal_is_timestamped_once_a_day_beside_the_requests(kept, entry):
    kept.do_jobs()
    paper(kept, title="刻印")
    assert kept.do_jobs() == [("archive-stamp", "done")]
    with open_archive(kept.tenant.archive_folder) as archive:
        assert archive.connection.execute("SELECT count(*) FROM stamp").fetchone()[0] == 1
    assert verification(kept)["whole"]


@pytest.mark.slow
def test_a_timestamp_service_that_does_not_answer_is_asked_again_and_that_is_seen(tmp_path):
    settings = Settings(tsa_urls=("http://127.0.0.1:9/",), network_timeout=0.5)
    tried = start(tmp_path / "service", tmp_path / "home", settings)
    try:
        assert paper(tried, title="一").status_code == paper(tried, title="二").status_code == 201
        assert tried.do_jobs() == [("archive-stamp", "again")]
        (job,) = tried.client.get("/api/v1/jobs").json()["items"]
        assert (job["state"], job["problem"]["code"]) == ("ready", "timestamp-unavailable")
    finally:
        tried.service.close()


@pytest.mark.slow
def test_the_journals_head_moves_on(kept, entry):
    before = kept.client.get("/api/v1/archive/journal").json()
    paper(kept, title="もう一つ")
    after = kept.client.get("/api/v1/archive/journal").json()
    assert (after["archive"], after["number"]) == (before["archive"], before["number"] + 1)


@pytest.mark.slow
def test_an_archive_is_made_once_and_holds_nothing_of_another_tenant(kept, entry):
    from tests.web.api.conftest import key_client

    other = kept.service.tenants.add("別会社")
    client = key_client(kept.service, other, kept.client.app)
    assert client.get(ENTRIES).json() == {"items": [], "next": None}
    problem(client.get(entry.headers["location"]), 404, "not-found")
    assert (
        client.get("/api/v1/archive/journal").json()["archive"]
        != kept.client.get("/api/v1/archive/journal").json()["archive"]
    )


@pytest.mark.slow
def test_two_first_uses_at_once_make_one_archive(tried):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: paper(tried, title=f"件名 {number}"), range(8)))
    assert [each.status_code for each in answers] == [201] * 8
    assert len(tried.client.get(ENTRIES).json()["items"]) == 8
