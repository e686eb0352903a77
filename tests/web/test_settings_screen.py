"""Settings at the desk: written into the user's file, everything else in it left; CAs believed by their fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signkit.settings import load_settings
from signkit.web.desk.office import DeskOptions, Office
from tests.web.browser import Browser, text_of

OLD = """# 事務所の設定
network_timeout = 20  # 遅い回線
tsa_urls = [
  "https://old.example/",  # 前の局
]
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "config" / "signkit.toml"
    monkeypatch.setenv("SIGNKIT_SETTINGS", str(path))
    monkeypatch.setenv("SIGNKIT_HOME", str(tmp_path / "own"))
    path.parent.mkdir()
    path.write_text(OLD, encoding="utf-8")
    return path


@pytest.fixture
def desk(file, tmp_path):
    office = Office(DeskOptions(load_settings(), tmp_path / "own" / "desk"))
    yield Browser(office)
    office.close()


def save(browser, **typed):
    usual = {
        "tsa_urls": "https://old.example/",
        "template_folders": "",
        "archive": "",
        "pkcs11_module": "",
        "desk_language": "",
    }
    return browser.post("/settings", usual | typed)


def certificate(laid_out):
    from signkit.rehearsal.pki import trust_file

    pem = trust_file(laid_out / "rehearsal-desk" / "rehearsal").read_bytes()
    first = x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.PEM)
    return first, x509.load_pem_x509_certificate(first).public_bytes(Encoding.DER)


@pytest.mark.slow
def test_what_is_typed_is_saved_and_the_rest_of_the_file_stays(desk, file):
    assert str(file) in desk.get("/settings").text
    answer = save(desk, tsa_urls="https://tsa.example.jp/\nhttp://second.example/tsa\n", desk_language="en")
    assert answer.headers["location"] == "/settings?saved=1"
    written = file.read_text(encoding="utf-8")
    assert written.startswith("# 事務所の設定\nnetwork_timeout = 20  # 遅い回線\n")
    assert load_settings().tsa_urls == ("https://tsa.example.jp/", "http://second.example/tsa")
    assert (load_settings().network_timeout, load_settings().desk_language) == (20, "en")


def test_it_counts_at_once(desk):
    save(desk, tsa_urls="https://tsa.example.jp/")
    assert desk.office.settings.tsa_urls == ("https://tsa.example.jp/",)


def test_what_is_left_as_it_is_is_not_written(desk, file):
    save(desk)
    assert file.read_text(encoding="utf-8") == OLD


def test_what_is_emptied_is_taken_out(desk, file):
    save(desk, tsa_urls="")
    assert "tsa_urls" not in file.read_text(encoding="utf-8")


def test_a_file_is_made_where_there_is_none(desk, file):
    file.unlink()
    desk.office.options = replace(
        desk.office.options, settings=load_settings(file) if file.exists() else desk.office.settings
    )
    save(desk, archive=str(file.parent / "保管庫"))
    assert load_settings().archive == file.parent / "保管庫"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("tsa_urls", "tsa.example.jp"),
        ("tsa_urls", "https://good.example/\nfile:///etc/passwd"),
        ("tsa_urls", "https://["),
        ("template_folders", "/there/is/none"),
        ("template_folders", "."),
        ("archive", "archive"),
        ("pkcs11_module", "/there/is/none.so"),
        ("desk_language", "fr"),
    ],
)
def test_what_cannot_be_set_stands_at_its_field_and_nothing_is_written(desk, file, name, typed):
    answer = save(desk, **{name: typed})
    assert answer.status_code == 400
    assert f'id="e-{name}"' in answer.text
    assert typed.splitlines()[-1] in text_of(answer) or name == "desk_language"
    assert file.read_text(encoding="utf-8") == OLD


@pytest.mark.slow
def test_a_file_that_cannot_be_changed_safely_is_left(desk, file):
    file.write_text('"network\\u005ftimeout" = 20\nfont_folders = """\ntsa_urls = 1\n"""\n', encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    assert save(desk, tsa_urls="https://tsa.example.jp/").status_code == 400
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_a_ca_is_believed_by_its_fingerprint(desk, laid_out):
    pem, der = certificate(laid_out)
    digest = hashlib.sha256(der).hexdigest()
    shown = ":".join(digest[start : start + 2] for start in range(0, 64, 2)).upper()
    answer = desk.post("/settings/trust", {"fingerprint": shown}, files=[("certificate", ("ca.pem", pem))])
    assert answer.headers["location"] == "/settings?believed=1"
    assert digest in desk.get("/settings").text


@pytest.mark.slow
@pytest.mark.parametrize("fingerprint", ["", "0" * 64, "はい"])
def test_another_fingerprint_believes_nobody(desk, laid_out, fingerprint):
    pem, der = certificate(laid_out)
    answer = desk.post("/settings/trust", {"fingerprint": fingerprint}, files=[("certificate", ("ca.pem", pem))])
    assert answer.status_code == 400
    assert hashlib.sha256(der).hexdigest() not in answer.text  # who compares with the page would compare nothing
    assert not (desk.office.settings.home_folder() / "trust").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_told_at_its_field(desk, content):
    answer = desk.post("/settings/trust", {"fingerprint": "0" * 64}, files=[("certificate", ("ca.pem", content))])
    assert answer.status_code == 400
    assert 'id="e-certificate"' in answer.text


@pytest.mark.slow
def test_a_rehearsals_settings_are_not_changed(browser):
    assert "リハーサルの設定" in text_of(browser.get("/settings"))
    assert browser.post("/settings", {"tsa_urls": "https://tsa.example.jp/"}).status_code == 404
