"""One contract the whole way over the API, its keys elsewhere; looked at outside by the library and by strangers."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date, datetime

import pytest

from signkit.delivery.consent_making import ConsentTerms, consent_data
from signkit.delivery.pack_names import CERTIFICATE, SUMS
from signkit.japan_time import JST
from signkit.library.following import validate, validation_options
from signkit.library.making import read_contract
from signkit.rehearsal.authority import FictionalResident
from signkit.rehearsal.pki import kept_rehearsal
from tests import witness
from tests.web.api.rehearsing import (
    TEMPLATE,
    organisations_key,
    persons_key,
    rehearsing_service,
    sales_data,
    signed,
)
from tests.web.api.test_calls import problem

PDF = {"content-type": "application/pdf"}


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    tried = rehearsing_service(tmp_path_factory.mktemp("way"))
    tried.pki = kept_rehearsal(tried.service.settings.home / "rehearsal")
    yield tried
    tried.service.close()


@pytest.fixture(scope="module")
def data():
    return sales_data()


@pytest.fixture(scope="module")
def keys(way, data):
    buyer = FictionalResident(
        data["buyer"]["name"].replace(" ", "　"), data["buyer"]["address"], "419900401", "3", "K", "K"
    )
    return {
        "seller": persons_key(way.pki),
        "buyer": persons_key(way.pki, buyer),
        "broker": organisations_key(way.pki, data["broker"]["agent"]["name"], data["broker"]["name"]),
    }


def rendered(way, template, data):
    answer = way.client.post("/api/v1/contracts/render", json={"template": template, "data": data})
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.fixture(scope="module")
def contract(way, data, keys):
    pdf = rendered(way, TEMPLATE, data)
    for role, level in (("seller", "B-LT"), ("buyer", "B-LT"), ("broker", "B-LTA")):
        pdf = signed(way, pdf, role, keys[role], level)
    return pdf


@pytest.fixture(scope="module")
def consents(way, contract, keys):
    """The consents of both parties to electronic delivery, rendered and signed over the API too."""
    terms = ConsentTerms(date.fromisoformat("2026-11-21"))
    made = {role: consent_data(read_contract(contract), role, terms) for role in ("seller", "buyer")}
    return {
        role: signed(way, rendered(way, "consent", data), "recipient", keys[role], "B-LTA")
        for role, data in made.items()
    }


@pytest.mark.slow
def test_the_contract_passes_here_and_outside(way, contract, tmp_path):
    here = way.client.post("/api/v1/validations?name=contract.pdf", content=contract, headers=PDF).json()["report"]
    outside = validate(contract, validation_options(settings=way.service.settings, offline=True))
    assert here["verdict"] == outside.verdict == "TOTAL-PASSED"
    assert [each["field"] for each in here["signatures"]] == ["seller", "buyer", "broker"]
    status = way.client.post("/api/v1/contracts/status?name=contract.pdf", content=contract, headers=PDF).json()
    assert (status["complete"], status["next"], status["template_match"]["verdict"]) == (True, [], "unaltered")
    path = tmp_path / "contract.pdf"
    path.write_bytes(contract)
    assert witness.valid_signatures(path) == 3
    witness.check_structure(path)
    history = way.client.post("/api/v1/contracts/diff", content=contract, headers=PDF).json()
    kinds = {change["kind"] for revision in history["revisions"] for change in revision["changes"]}
    assert kinds == {"signature", "evidence", "timestamp"}


@pytest.mark.slow
def test_the_signed_contract_is_kept_as_complete_and_found(way, contract, data):
    taken = way.client.post("/api/v1/archive/entries?name=contract.pdf", content=contract, headers=PDF)
    assert taken.status_code == 201, taken.text
    entry = taken.json()["entry"]
    assert (entry["state"], entry["level"], entry["verdict"]) == ("complete", "B-LTA", "TOTAL-PASSED")
    wanted = {"party": "番号", "amount_from": data["price"]["total"], "amount_to": data["price"]["total"]}
    found = way.client.post("/api/v1/archive/search", json=wanted).json()["items"]
    assert [each["number"] for each in found] == [entry["number"]]
    file = way.client.get(f"/api/v1/archive/entries/{entry['number']}/file")
    assert file.content == contract


@pytest.mark.slow
def test_the_pack_holds_what_the_recipients_need_and_all_of_it_passes(way, contract, consents, tmp_path):
    parts = {
        "file": ("contract.pdf", contract),
        "consent_1": ("seller.pdf", consents["seller"]),
        "consent_2": ("buyer.pdf", consents["buyer"]),
    }
    today = datetime.now(JST).date().isoformat()  # the consents are signed by now
    answer = way.client.post("/api/v1/packs", files=parts, data={"options": json.dumps({"on": today})})
    assert answer.status_code == 200, answer.text
    assert answer.headers["signkit-completion-certificate"] == "yes"
    container = zipfile.ZipFile(io.BytesIO(answer.content))
    assert container.testzip() is None
    files = {name: container.read(name) for name in container.namelist()}
    for line in files[SUMS].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    options = validation_options(settings=way.service.settings, offline=True)
    signed_files = [content for content in files.values() if content in (contract, *consents.values())]
    assert len(signed_files) == 3
    assert {validate(content, options).verdict for content in signed_files} == {"TOTAL-PASSED"}
    certificate = tmp_path / "certificate.pdf"
    certificate.write_bytes(files[CERTIFICATE])
    witness.check_structure(certificate)


@pytest.mark.slow
def test_without_consents_nothing_is_called_delivered(way, contract):
    found = way.client.post("/api/v1/packs/check", content=contract, headers=PDF).json()
    assert found["answer"] == "missing"
    assert {each["role"] for each in found["recipients"]} == {"seller", "buyer"}
    problem(way.client.post("/api/v1/packs", content=contract, headers=PDF), 422, "delivery-refused")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_completion_certificate_alone(way, contract, language):
    form = {"options": json.dumps({"language": language})}
    answer = way.client.post("/api/v1/packs/certificate", files={"file": ("契約.pdf", contract)}, data=form)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")
    assert "%E5%A5%91%E7%B4%84-certificate.pdf" in answer.headers["content-disposition"]


@pytest.mark.slow
def test_no_certificate_of_what_nobody_signed_and_no_odd_day(way, blank):
    refused = way.client.post("/api/v1/packs/certificate", content=blank, headers=PDF)
    problem(refused, 422, "completion-not-proven")
    odd = {"options": json.dumps({"on": "2026-02-30"})}
    told = problem(
        way.client.post("/api/v1/packs/check", files={"file": ("a.pdf", blank)}, data=odd), 400, "request-invalid"
    )
    assert told["errors"][0]["at"] == "/options/on"


@pytest.mark.slow
def test_nothing_of_the_signers_stands_in_the_log_or_on_the_way(way, contract, consents):
    lines = way.client.get("/api/v1/log?limit=1000").text
    assert "renderContract" in lines
    assert "completeSigningTask" in lines
    for secret in ("番号", "花子", "千代田"):
        assert secret not in lines
    assert list(way.tenant.store.spool.iterdir()) == []
