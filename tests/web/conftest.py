"""A desk with a rehearsal's authority and cards, an archive, and a prepared sale: made once, copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from signkit.web.desk.office import Office
from signkit.web.desk.rehearsal_desk import lay_out, rehearsal_options
from tests.made_once import lay_rehearsal
from tests.requirements import require
from tests.web.browser import Browser, make_pinentry

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory):
    """The home of a rehearsal's desk."""
    from signkit.settings import Settings

    home = tmp_path_factory.mktemp("desk") / "home"
    lay_rehearsal(home / "rehearsal-desk" / "rehearsal", "takahashi", "yoshida", "tsujimoto")
    options = rehearsal_options(Settings(home=home), "ja")
    office = Office(options)
    lay_out(office)
    office.close()
    return home


@pytest.fixture
def pinentry(tmp_path):
    return make_pinentry(tmp_path, "SIGNKIT1")


@pytest.fixture
def office(laid_out, tmp_path, pinentry):
    from signkit.settings import Settings

    home = tmp_path / "home"
    shutil.copytree(laid_out, home)
    options = replace(rehearsal_options(Settings(home=home), "ja"), program=str(pinentry.program))
    opened = Office(options)
    yield opened
    opened.close()


@pytest.fixture
def browser(office):
    return Browser(office)


@pytest.fixture
def prepared(office):
    """The digest of the sale that waits for signatures."""
    return office.shelf.listed("prepared")[0].sha256


@pytest.fixture(scope="session")
def chromium():
    require(CHROMIUM, "Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
