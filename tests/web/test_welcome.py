"""The first start: three questions, and a rehearsal that lies apart from what is real."""

from __future__ import annotations

import re

import pytest

from signkit.settings import load_settings
from signkit.web.desk.office import DeskOptions, Office
from tests.web.browser import Browser, text_of


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk that nobody used yet."""
    monkeypatch.setenv("SIGNKIT_SETTINGS", str(tmp_path / "config" / "signkit.toml"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "signkit.toml").touch()
    monkeypatch.setenv("SIGNKIT_HOME", str(tmp_path / "own"))
    office = Office(DeskOptions(load_settings(), tmp_path / "own" / "desk"))
    yield Browser(office)
    office.close()


def answer(browser, **given):
    return browser.post("/welcome", {"business": "hr", "tsa_urls": "", "archive": ""} | given)


@pytest.mark.slow
def test_a_new_desk_asks_and_then_never_again(desk):
    assert desk.get("/").headers["location"] == "/welcome"
    assert "3 つだけうかがいます" in text_of(desk.get("/welcome"))
    assert answer(desk).headers["location"] == "/welcome/rehearsal?business=hr"
    assert desk.get("/").status_code == 200
    assert desk.office.has_archive()


@pytest.mark.slow
def test_the_answers_are_the_users_settings(desk, tmp_path):
    kept = tmp_path / "契約書の保管庫"
    answer(desk, tsa_urls="https://tsa.example.jp/", archive=str(kept))
    assert (load_settings().tsa_urls, load_settings().archive) == (("https://tsa.example.jp/",), kept)
    assert (kept / "ledger.sqlite").exists() or any(kept.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "typed"), [("tsa_urls", "tsa"), ("archive", "here")])
def test_an_answer_that_cannot_be_is_told_at_its_field(desk, name, typed):
    page = answer(desk, **{name: typed})
    assert page.status_code == 400
    assert f'id="e-{name}"' in page.text
    assert not desk.office.has_archive()


@pytest.mark.slow
def test_another_business_is_none(desk):
    assert answer(desk, business="x").status_code == 404


@pytest.mark.slow
def test_a_rehearsal_is_not_asked(browser):
    assert browser.get("/").status_code == 200
    assert browser.get("/welcome").status_code == 404
    assert answer(browser).status_code == 404


@pytest.mark.slow
def test_the_rehearsal_opens_beside_and_ends_with_the_desk(desk, tmp_path, monkeypatch):
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    program.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(program))
    answer(desk)
    desk.follow(desk.post("/welcome/rehearsal"))
    process = desk.office.rehearsal
    while not opened.exists():
        assert process.poll() is None
    page = re.sub(r"^file://", "", opened.read_text().strip())
    assert "rehearsal-desk" in page
    desk.office.close()
    assert process.poll() is not None
