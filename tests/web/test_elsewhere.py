"""A signature that is made elsewhere: prepared at the desk, brought back with a signature that it never made."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signkit.validation.report import Verdict
from tests.web.browser import text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def seller(office):
    """The seller's certificate, and what signs with the key."""
    from signkit.rehearsal.cards import kept_contents

    return kept_contents(office.settings.home_folder() / "rehearsal", "takahashi").sign


@pytest.fixture
def path(prepared):
    return f"/documents/{prepared}/elsewhere/seller"


def prepare(browser, path, certificate):
    return browser.follow(browser.post(path, files=[("certificate", ("c.pem", certificate))]))


def test_a_request_is_taken_away_and_the_signature_brought_back(browser, path, seller, prepared):
    assert "依頼ファイルをダウンロード" in text_of(prepare(browser, path, seller.certificate))
    request = json.loads(browser.get(f"{path}/request").content)
    key = load_der_private_key(seller.private_key, None)
    signature = key.sign(b64decode(request["to_sign"]["attributes"]), PKCS1v15(), SHA256())
    page = browser.follow(browser.post(f"{path}/finish", files=[("signature", ("s.bin", signature))]))
    assert "署名しました" in text_of(page)
    assert browser.get(path).status_code == 404  # the document is another now
    with browser.office.archive() as archive, archive.reading() as connection:
        from signkit.archive.entries import load_entry

        sha256 = load_entry(connection, 1).current.sha256
    report = browser.office.judge(sha256, "sale.pdf")
    assert (report.verdict, [each.field for each in report.signatures]) == (Verdict.PASSED, ["seller"])


def test_another_signature_is_refused_and_the_request_stays(browser, path, seller):
    prepare(browser, path, seller.certificate)
    page = browser.post(f"{path}/finish", files=[("signature", ("s.bin", bytes(256)))])
    assert page.status_code == 400
    assert "依頼ファイルをダウンロード" in text_of(page)


def test_what_is_no_certificate_is_told(browser, path):
    page = prepare(browser, path, b"no certificate")
    assert page.status_code == 400
    assert 'id="error"' in page.text


def test_a_request_can_be_given_up(browser, path, seller):
    prepare(browser, path, seller.certificate)
    assert "依頼ファイルを作る" in text_of(browser.follow(browser.post(f"{path}/discard")))
    assert browser.get(f"{path}/request").status_code == 404


@pytest.mark.parametrize("role", ["buyer", "nobody", "..%2f..", "a%2fb"])
def test_only_who_is_next_signs_elsewhere(browser, prepared, role):
    assert browser.get(f"/documents/{prepared}/elsewhere/{role}").status_code == 404
    assert browser.get(f"/documents/{prepared}/elsewhere/{role}/request").status_code == 404
