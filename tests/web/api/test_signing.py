"""Signing tasks: prepared here, signed elsewhere, completed here."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest

from signkit.library.making import fields, render
from signkit.pki.addresses import AddressRule
from signkit.rehearsal.pki import kept_rehearsal
from signkit.settings import Settings
from signkit.web.api.resources.signing import signing_services
from tests import witness
from tests.web.api.rehearsing import (
    TEMPLATE,
    complete,
    organisations_key,
    persons_key,
    prepare,
    rehearsing_service,
    sales_data,
)
from tests.web.api.test_calls import problem

URL = "/api/v1/signing-tasks"


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    tried = rehearsing_service(tmp_path_factory.mktemp("signing"))
    tried.pki = kept_rehearsal(tried.service.settings.home / "rehearsal")
    yield tried
    tried.service.close()


@pytest.fixture(scope="module")
def contract():
    return render(TEMPLATE, sales_data()).pdf


@pytest.fixture(scope="module")
def hanako(rehearsed):
    return persons_key(rehearsed.pki)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["B-B", "B-LTA"])
def test_a_task_from_the_file_to_the_signed_file(rehearsed, contract, hanako, level, tmp_path):
    answer = prepare(rehearsed, contract, hanako, level=level)
    assert answer.status_code == 201, answer.text
    task = answer.json()
    assert (task["state"], task["role"], task["level"], task["result"]) == ("prepared", "seller", level, None)
    assert task["display"]["what"]["ja"].startswith("番号　花子 が 契約.pdf に")
    assert rehearsed.client.get(answer.headers["location"]).json() == task
    problem(rehearsed.client.get(f"{URL}/{task['id']}/document"), 409, "signing-task-open")
    done = complete(rehearsed, task, signature=hanako.signature(task))
    assert done.status_code == 200, done.text
    signed = rehearsed.client.get(f"{URL}/{task['id']}/document")
    assert signed.content.startswith(contract)
    assert fields(signed.content).signed[0] == "seller"
    assert "filename*=UTF-8''%E5%A5%91%E7%B4%84-seller.pdf" in signed.headers["content-disposition"]
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed.content)
    assert witness.valid_signatures(path) == 1
    witness.check_structure(path)
    again = complete(rehearsed, task, signature=hanako.signature(task))
    assert again.json() == done.json()


@pytest.mark.slow
def test_the_prepared_file_goes_when_the_signed_one_comes_and_all_with_the_task(rehearsed, contract, hanako):
    store = rehearsed.tenant.store
    before = {each.name for each in (store.folder / "files").iterdir()}
    task = prepare(rehearsed, contract, hanako).json()
    complete(rehearsed, task, signature=hanako.signature(task))
    store.sweep()
    kept = {each.name for each in (store.folder / "files").iterdir()} - before
    assert kept == {rehearsed.client.get(f"{URL}/{task['id']}").json()["result"]["sha256"]}
    assert rehearsed.client.delete(f"{URL}/{task['id']}").status_code == 204
    problem(rehearsed.client.get(f"{URL}/{task['id']}"), 404, "not-found")
    problem(rehearsed.client.get(f"{URL}/{task['id']}/document"), 404, "not-found")
    store.sweep()
    assert not kept & {each.name for each in (store.folder / "files").iterdir()}
    assert list(store.spool.iterdir()) == []


@pytest.mark.slow
def test_a_signature_that_does_not_fit_leaves_the_task_open(rehearsed, contract, hanako):
    task = prepare(rehearsed, contract, hanako).json()
    other = prepare(rehearsed, contract, hanako, reason="another").json()
    problem(complete(rehearsed, task, signature=hanako.signature(other)), 422, "request-signature-unfit")
    problem(complete(rehearsed, task, signature="%%%"), 400, "request-invalid")
    stranger = organisations_key(rehearsed.pki, "別会社")
    wrong = complete(
        rehearsed, task, signature=stranger.signature(task), certificate=stranger.certificates.decode()
    )  # fmt: skip
    problem(wrong, 422, "request-certificate-other")
    assert rehearsed.client.get(f"{URL}/{task['id']}").json()["state"] == "prepared"
    assert complete(rehearsed, task, signature=hanako.signature(task)).status_code == 200
    problem(complete(rehearsed, task, signature=base64.b64encode(b"another").decode()), 409, "signing-task-signed")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"role": "nobody"}, "field-missing"),
        ({"role": "buyer"}, "out-of-turn"),
        ({"profile": "registry", "level": "B-T"}, "usage"),
    ],
)
def test_what_the_file_does_not_take_is_refused_before_anything_is_kept(rehearsed, contract, hanako, options, code):
    problem(prepare(rehearsed, contract, hanako, **options), 422, code)


@pytest.mark.slow
def test_somebody_else_than_the_party_signs_only_where_that_is_said(rehearsed, contract):
    stranger = organisations_key(rehearsed.pki, "別会社")
    problem(prepare(rehearsed, contract, stranger), 422, "signer-not-party")
    task = prepare(rehearsed, contract, stranger, other_person=True).json()
    assert complete(rehearsed, task, signature=stranger.signature(task)).status_code == 200


@pytest.mark.slow
def test_a_key_whose_certificate_comes_with_the_signature(rehearsed, contract, hanako):
    problem(prepare(rehearsed, contract), 422, "certificate-needed")
    task = prepare(rehearsed, contract, profile="pkcs7").json()
    assert task["certificate_sha256"] is None
    signature = hanako.signature(task)
    problem(complete(rehearsed, task, signature=signature), 400, "request-invalid")
    done = complete(rehearsed, task, signature=signature, certificate=hanako.certificates.decode())
    assert done.status_code == 200, done.text
    signed = rehearsed.client.get(f"{URL}/{task['id']}/document").content
    assert fields(signed).signed == ("seller",)


@pytest.mark.slow
def test_all_that_can_be_asked_stands_in_the_signature(rehearsed, contract, tmp_path):
    """An organisation's key signs for the seller (立会人型), with its own seal, reason and place."""
    from PIL import Image
    from pyhanko.pdf_utils.reader import PdfFileReader

    picture = tmp_path / "seal.png"
    Image.new("RGB", (60, 60), "red").save(picture)
    key = organisations_key(rehearsed.pki, "立会サービス")
    terms = {"role": "売主", "reason": "合意", "location": "東京", "witness": True, "certify": False, "language": "en"}
    parts = {
        "file": ("契約.pdf", contract), "certificate": ("c.pem", key.certificates),
        "seal_image": ("seal.png", picture.read_bytes(), "image/png"),
    }  # fmt: skip
    task = rehearsed.client.post(URL, files=parts, data={"options": json.dumps(terms)}).json()
    assert (task["role"], task["witness"]) == ("seller", True)
    assert "on that party's instruction" in task["display"]["what"]["en"]
    assert complete(rehearsed, task, signature=key.signature(task)).status_code == 200
    signed = rehearsed.client.get(f"{URL}/{task['id']}/document").content
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    assert (signature.sig_object["/Reason"], signature.sig_object["/Location"]) == ("合意", "東京")
    assert signature.docmdp_level is None  # it does not certify
    parts["seal_image"] = ("seal.png", b"no picture", "image/png")
    refused = rehearsed.client.post(URL, files=parts, data={"options": json.dumps(terms)})
    problem(refused, 422, "seal-image-unusable")


@pytest.mark.slow
def test_an_encrypted_file_is_signed_with_its_password_which_is_kept_nowhere(rehearsed, hanako):
    from tests.signing.encrypted import USER, encrypted

    pdf = encrypted("aes-256")
    names = rehearsed.client.post(
        "/api/v1/contracts/fields", files={"file": ("a.pdf", pdf)}, data={"options": json.dumps({"password": USER})}
    ).json()
    role = names["empty"][0]
    problem(prepare(rehearsed, pdf, hanako, role=role), 422, "pdf-password-needed")
    problem(prepare(rehearsed, pdf, hanako, role=role, password="wrong"), 422, "pdf-password-wrong")
    answer = prepare(rehearsed, pdf, hanako, role=role, password=USER)
    task = answer.json()
    assert USER not in answer.text
    with rehearsed.tenant.store.reading() as connection:
        kept = connection.execute("SELECT content FROM document WHERE id = ?", (task["id"],)).fetchone()[0]
    assert USER not in kept
    signature = hanako.signature(task)
    problem(complete(rehearsed, task, signature=signature), 422, "pdf-password-needed")
    assert complete(rehearsed, task, signature=signature, password=USER).status_code == 200
    signed = rehearsed.client.get(f"{URL}/{task['id']}/document").content
    assert fields(signed, password=USER).signed == (role,)
    form = {"options": json.dumps({"password": USER})}
    status = rehearsed.client.post("/api/v1/contracts/status", files={"file": ("a.pdf", signed)}, data=form)
    assert status.json()["verdict"] == "INDETERMINATE"
    taken = rehearsed.client.post("/api/v1/archive/entries", files={"file": ("a.pdf", signed)}, data=form)
    assert (taken.status_code, taken.json()["entry"]["state"]) == (201, "unproven")


@pytest.mark.slow
def test_a_signature_that_comes_twice_at_once_is_put_in_once(rehearsed, contract, hanako):
    task = prepare(rehearsed, contract, hanako).json()
    signature = hanako.signature(task)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: complete(rehearsed, task, signature=signature), range(4)))
    assert [each.status_code for each in done] == [200] * 4
    assert len({each.json()["result"]["sha256"] for each in done}) == 1


def test_no_address_in_a_certificate_is_asked_unless_the_operator_lets_it():
    from signkit.pki.revocation.sources import OnlineRevocation

    asked = {
        rule: [each for each in signing_services(Settings(), rule).revocation if isinstance(each, OnlineRevocation)]
        for rule in (None, AddressRule())
    }
    assert not asked[None]
    assert [each._rule for each in asked[AddressRule()]] == [AddressRule()]


@pytest.mark.slow
def test_a_task_is_open_for_a_day(rehearsed, contract, hanako, monkeypatch):
    task = prepare(rehearsed, contract, hanako).json()
    clock = rehearsed.service.clock
    late = lambda: clock() + timedelta(hours=24, seconds=1)  # noqa: E731
    monkeypatch.setattr(rehearsed.service, "clock", late)
    problem(complete(rehearsed, task, signature=hanako.signature(task)), 422, "request-expired")
    object.__setattr__(rehearsed.tenant.store, "clock", late)
    try:
        assert rehearsed.client.get(f"{URL}/{task['id']}").json()["state"] == "expired"
        rehearsed.tenant.store.sweep()
        problem(rehearsed.client.get(f"{URL}/{task['id']}"), 404, "not-found")
    finally:
        object.__setattr__(rehearsed.tenant.store, "clock", clock)


@pytest.mark.slow
def test_a_name_in_the_address_is_no_path_and_holds_nothing_unseen(rehearsed, contract, hanako):
    parts = {"file": ("a.pdf", contract), "certificate": ("c.pem", hanako.certificates)}
    form = {"options": json.dumps({"role": "seller"})}
    task = rehearsed.client.post(f"{URL}?name=..%2Fx%1B%5B31m%2Fb%0A.pdf", files=parts, data=form).json()
    assert "/" not in task["name"]
    assert task["name"].isprintable()
    assert complete(rehearsed, task, signature=hanako.signature(task)).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a:b.pdf", "..", "x" * 300 + ".pdf", "..\\..\\a.pdf"])
def test_odd_names_harm_nothing(rehearsed, contract, hanako, name):
    task = prepare(rehearsed, contract, hanako, name=name).json()
    assert complete(rehearsed, task, signature=hanako.signature(task)).status_code == 200


@pytest.mark.slow
def test_a_field_is_made_where_it_is_asked_for(rehearsed, hanako):
    from tests.web.api.test_contracts import one_page

    place = {"page": "last", "left": 10, "top": 10, "width": 40, "height": 15}
    task = prepare(rehearsed, one_page(), hanako, role="here", place=place).json()
    assert complete(rehearsed, task, signature=hanako.signature(task)).status_code == 200
    outside = prepare(rehearsed, one_page(), hanako, role="here", place={**place, "left": 9000})
    problem(outside, 422, "field-not-added")


@pytest.mark.slow
def test_tasks_are_listed_the_newest_first_and_twice_sent_is_once_made(rehearsed, contract, hanako):
    parts = {"file": ("a.pdf", contract), "certificate": ("c.pem", hanako.certificates)}
    form, key = {"options": json.dumps({"role": "seller"})}, {"idempotency-key": "once"}
    made = [rehearsed.client.post(URL, files=parts, data=form, headers=key).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    listed = rehearsed.client.get(f"{URL}?limit=200").json()["items"]
    assert [each["id"] for each in listed] == sorted({each["id"] for each in listed}, reverse=True)
    assert listed[0]["id"] == made[0]
    assert "to_sign" not in listed[0]
