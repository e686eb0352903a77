"""More of the desk in Chromium: a table of people, the card, settings, the first start; axe finds nothing anywhere.

With ``SIGNKIT_PICTURES=FOLDER`` the screens are kept there, as docs/guides/desk.md shows them.
"""

from __future__ import annotations

import shutil
import zipfile
from contextlib import contextmanager

import pytest

from signkit.validation.api import validate_data
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Verdict
from tests.web.browser import follow, make_pinentry
from tests.web.running import running_desk
from tests.web.test_browser import DeskScreens, Screens, at_desk
from tests.web.test_many import table_of

pytestmark = pytest.mark.slow

PHONE = {"width": 375, "height": 720}
WIDE = {"width": 1180, "height": 900}


class BothScreens(DeskScreens):
    """Looks at a screen as it is on a desk and on a phone."""

    def look(self, name: str) -> None:
        super().look(name)
        self._page.set_viewport_size(PHONE)
        Screens.look(self, f"phone-{name}")
        self._page.set_viewport_size(WIDE)


@contextmanager
def rehearsal(chromium, laid_out, tmp_path, **context):
    home = tmp_path / "home"
    shutil.copytree(laid_out, home)
    pinentry = make_pinentry(tmp_path, "SIGNKIT1")
    with (
        running_desk(home, "--demo", "--pinentry", str(pinentry.program)) as desk,
        at_desk(chromium, desk, **context) as page,
    ):
        yield page


def go(page, path):
    page.goto("/".join([*page.url.split("/", 3)[:3], path.lstrip("/")]))


def test_a_table_of_people_from_the_drop_to_the_folders(chromium, laid_out, tmp_path):
    table = tmp_path / "新入社員.csv"
    table.write_bytes(table_of().replace(b"2026-04-01", "令和8年13月1日".encode()))
    with rehearsal(chromium, laid_out, tmp_path) as page:
        screens = BothScreens(page)
        follow(page, "nav >> text=まとめて")
        screens.look("many")
        page.select_option("#template", "employment-agreement")
        page.set_input_files("#table", str(table))
        page.click("button:has-text('表を確かめる')")
        page.wait_for_selector("text=直すところがあります")
        screens.look("many-mend")
        for field in page.locator("main input[aria-invalid]").all():
            field.fill("令和8年4月1日")
        page.click("button:has-text('表に反映')")
        page.wait_for_selector("text=3 行すべて問題ありません")
        screens.look("many-good")
        page.click("button:has-text('契約書 3 件を作る')")
        page.wait_for_selector("a:has-text('使用者として 3 件に署名する')")
        page.reload()
        screens.look("many-made")
        follow(page, "a:has-text('使用者として 3 件に署名する')")
        screens.look("many-sign")
        page.click("button:has-text('署名する')")
        page.wait_for_selector("text=うち署名済み 3 件")
        screens.look("many-signed")
        page.click("button:has-text('3 件を保管庫に入れる')")
        page.wait_for_selector("text=保管庫の 3 番です")
        with page.expect_download() as downloading:
            page.click("button:has-text('ZIP をダウンロード')")
        packed = zipfile.ZipFile(downloading.value.path())
        assert len(packed.namelist()) == 3
        for name in packed.namelist():  # outside the desk
            report = validate_data(packed.read(name), name, ValidationOptions(offline=True))
            assert report.verdict is not Verdict.FAILED
            assert [each.intact for each in report.signatures] == [True]


def test_card_and_settings(chromium, laid_out, tmp_path):
    with rehearsal(chromium, laid_out, tmp_path) as page:
        screens = BothScreens(page)
        for name in ("card", "settings"):
            go(page, name)
            screens.look(name if name == "card" else "settings-rehearsal")
        go(page, "/card")
        page.click("button[name=secret][value=signature]")
        page.wait_for_selector(".verdict.good, .verdict.bad")
        screens.look("card-pin")
        go(page, "/new")
        page.click("section:has-text('秘密保持契約書') >> button:has-text('記入を始める') >> nth=0")
        page.click("button[value^='card:'] >> nth=0")
        page.click("button:has-text('読み取る')")
        page.wait_for_selector("text=カードを読み取りました")
        screens.look("card-read")
        go(page, "/")
        for step in ("main a[href^='/documents/']", "a[href$='/sign/seller']", "a[href$='/elsewhere/seller']"):
            follow(page, step)
        screens.look("elsewhere")


def test_the_first_start(chromium, tmp_path, monkeypatch):
    file = tmp_path / "signkit.toml"
    file.touch()
    monkeypatch.setenv("SIGNKIT_SETTINGS", str(file))
    with running_desk(tmp_path / "home") as desk:
        opened = chromium.new_context(locale="ja-JP", bypass_csp=True, viewport=WIDE)
        page = opened.new_page()
        page.goto(desk.start_uri)
        page.wait_for_selector("h1:has-text('はじめに')")
        screens = BothScreens(page)
        screens.look("welcome")
        page.keyboard.press("Tab")
        page.fill("#tsa_urls", "https://tsa.example.jp/")
        page.click("button:has-text('保存して次へ')")
        page.wait_for_selector("h1:has-text('一度試してみる')")
        screens.look("welcome-rehearsal")
        assert 'tsa_urls = ["https://tsa.example.jp/"]' in file.read_text(encoding="utf-8")
        follow(page, "nav >> text=設定")
        screens.look("settings")
        opened.close()
