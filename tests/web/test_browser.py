"""The desk in Chromium: the sale from the first page to the archive, on every screen no accessibility fault.

With ``SIGNKIT_PICTURES=FOLDER`` the screens are kept there, as docs/guides/desk.md shows them.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from signkit.archive.adding import add_file
from signkit.archive.entries import TransactionFacts
from signkit.archive.judging import Judged
from signkit.archive.store import open_archive
from signkit.demo import forge_price
from tests.web.browser import follow, make_pinentry
from tests.web.running import running_desk
from tests.web.test_desk import signed_sale  # noqa: F401  a fixture
from tests.web.test_repair import tear

pytestmark = pytest.mark.slow

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: What dark colours can break of a page that is right in light ones.
_COLOUR_RULES = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


class Screens:
    """Looks at a screen: axe finds nothing, nothing is wider than the window, and a picture is kept."""

    def __init__(self, page) -> None:
        from axe_playwright_python.sync_playwright import Axe

        self._page = page
        self._axe = Axe()

    def look(self, name: str) -> None:
        self.check(name)
        if folder := os.environ.get("SIGNKIT_PICTURES"):
            self._keep(Path(folder), name)

    def check(self, name: str, rules: Mapping[str, object] = _RULES) -> None:
        """Find nothing wrong with the page as it is."""
        page = self._page
        page.wait_for_load_state("networkidle")
        found = self._axe.run(page, options=rules).response["violations"]
        told = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]
        assert told == [], name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name

    def _keep(self, folder: Path, name: str) -> None:
        """Keep a picture; where this test's files lie is shown as a person's folder would be."""
        folder.mkdir(parents=True, exist_ok=True)
        self._page.evaluate(_NAME_FOLDER, [re.escape(tempfile.gettempdir()) + _TEST_FOLDER, _SHOWN_FOLDER])
        whole = bool(os.environ.get("SIGNKIT_WHOLE"))
        self._page.screenshot(path=str(folder / f"{name}.png"), full_page=whole)


#: What pytest makes below the folder for temporary files, with SignKit's home in it.
_TEST_FOLDER = r"/pytest-of-[^/]+/pytest-\d+/[^/\s]+(/home)?"
_SHOWN_FOLDER = "/home/hanako/signkit"
_NAME_FOLDER = """([folder, shown]) => {
  const there = new RegExp(folder, 'g');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(there, shown);
  for (const field of document.querySelectorAll('input, textarea'))
    if (field.type !== 'file') field.value = field.value.replace(there, shown);
}"""


class DeskScreens(Screens):
    """Looks at a screen of the desk in both languages, each light and dark, and turns back."""

    def look(self, name: str) -> None:
        super().look(name)
        page, back = self._page, page_language(self._page)
        self._check_dark(f"{name}, dark")
        self._speak({"ja": "en", "en": "ja"}[back])
        self.check(f"{name}, in the other language")
        self._check_dark(f"{name}, in the other language and dark")
        self._speak(back)
        page.wait_for_load_state("networkidle")

    def _check_dark(self, name: str) -> None:
        """Find nothing wrong with the same page in dark colours."""
        self._page.emulate_media(color_scheme="dark")
        self.check(name, _COLOUR_RULES)
        self._page.emulate_media(color_scheme="light")

    def _speak(self, language: str) -> None:
        if page_language(self._page) != language:
            follow(self._page, f"header button[lang={language}]")
            assert page_language(self._page) == language


def page_language(page) -> str:
    return page.get_attribute("html", "lang")


@contextmanager
def at_desk(chromium, desk, **context):
    from playwright.sync_api import Error as PlaywrightError

    # axe is put into the page by the test: the policy, which forbids that, has tests of its own.
    opened = chromium.new_context(locale="ja-JP", bypass_csp=True, viewport={"width": 1180, "height": 900}, **context)
    page = opened.new_page()
    page.set_default_timeout(90_000)
    page.goto(desk.start_uri)
    page.wait_for_selector("h1:has-text('今日の仕事')")
    try:
        yield page
    except PlaywrightError as error:
        raise AssertionError(f"{error}\nWhat {page.url} shows instead:\n{page.inner_text('body')}") from error
    finally:
        opened.close()


def test_a_sale_from_the_first_page_to_the_archive(chromium, laid_out, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(laid_out, home)
    pinentry = make_pinentry(tmp_path, "SIGNKIT1")
    with running_desk(home, "--demo", "--pinentry", str(pinentry.program)) as desk, at_desk(chromium, desk) as page:
        screens = DeskScreens(page)
        assert not desk.start_page.exists()
        screens.look("today")
        follow(page, "a:has-text('不動産売買契約書')")
        for role in ("売主", "買主", "宅地建物取引士"):
            follow(page, f"a:has-text('{role}として署名する')")
            screens.look("sign")
            page.click("button:has-text('署名する')")
            page.wait_for_selector("text=署名しました")
        screens.look("contract")
        page.reload()
        assert page.locator(".parties .state.signed").count() == 3
        page.emulate_media(media="print")
        assert page.locator(".rehearsal").is_visible()
        assert [page.locator(each).first.is_visible() for each in ("nav", ".button", "#next")] == [False] * 3
        page.emulate_media(media="screen")
        with page.expect_download() as downloading:
            page.click("#downloads + p a")
        signed = Path(downloading.value.path()).read_bytes()
        forged, good = tmp_path / "偽造.pdf", tmp_path / "contract.pdf"
        forged.write_bytes(forge_price(signed, 58_000_000))
        good.write_bytes(signed)
        follow(page, "nav >> text=ファイルを確かめる")
        screens.look("check")
        page.set_input_files("#files", [str(good), str(forged)])
        page.click("button:has-text('検証する')")
        page.wait_for_selector("h1:has-text('検証の結果')")
        assert page.locator(".verdict.good").count() == 1
        assert page.locator(".verdict.bad").count() == 1
        screens.look("checked")
        page.click("nav >> text=契約書 >> nth=0")
        page.fill("#q-party", "吉田")
        page.keyboard.press("Enter")
        page.wait_for_selector("td:has-text('58,000,000')")
        screens.look("contracts")


def test_making_a_contract_and_every_other_screen_in_both_schemes_and_on_a_phone(chromium, laid_out, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(laid_out, home)
    with running_desk(home, "--demo") as desk, at_desk(chromium, desk) as page:
        screens = DeskScreens(page)
        for name in ("health", "nothing"):
            page.goto("/".join([*page.url.split("/", 3)[:3], name]))
            screens.look(name)
        follow(page, "nav >> text=新しい契約書")
        screens.look("new")
        page.click("section:has-text('雇用契約書') >> button:has-text('見本から')")
        page.wait_for_selector("[name='item:contract_date']")
        page.click("button[value='card:employee']")
        page.wait_for_selector("h1:has-text('カードから入れる')")
        screens.look("from-card")
        page.click("main a")
        page.fill("[name='item:contract_date']", "令和8年13月1日")
        page.fill("[name='item:employee.name']", "𠮷田 辻󠄀子")
        page.wait_for_selector("[data-kept]:has-text('入力を保存しました')")
        page.reload()  # nothing was sent
        assert page.input_value("[name='item:employee.name']") == "𠮷田 辻󠄀子"
        page.fill("[name='item:contract_date']", "令和8年13月2日")
        page.click(
            "button:has-text('確認してプレビュー')"
        )  # at once: what is being kept does not make the form an old one
        page.wait_for_selector(".summary")
        screens.look("problems")
        page.set_viewport_size({"width": 375, "height": 720})
        screens.look("phone-form")
        page.fill("[name='item:contract_date']", "令和8年3月16日")
        page.click("button:has-text('確認してプレビュー')")
        page.wait_for_selector("button:has-text('署名の準備')")
        screens.look("phone-preview")
        page.click("button:has-text('署名の準備')")
        page.wait_for_selector("b:has-text('𠮷田 辻󠄀子')")
        screens.look("phone-contract")


def test_what_comes_after_signing_wide_on_a_phone_and_in_the_dark(chromium, signed_sale, tmp_path):  # noqa: F811
    signed_home, sha256, *_ = signed_sale
    home = tmp_path / "home"
    shutil.copytree(signed_home, home)
    with open_archive(home / "rehearsal-desk" / "archive") as archive:  # something whose period is over
        facts = TransactionFacts(kind="invoice", title="古い請求書", date=date(2010, 1, 31))
        add_file(archive, b"old", "old.png", Judged("scan", "unsigned"), facts)
    with running_desk(home, "--demo") as desk, at_desk(chromium, desk) as page:
        screens, origin = DeskScreens(page), "/".join(page.url.split("/", 3)[:3])
        assert page.locator(".notice").count() == 1  # nothing was backed up yet
        screens.look("reminder")
        follow(page, "nav >> text=保管庫")
        screens.look("archive")
        page.click("button:has-text('検証を始める')")
        page.wait_for_selector("text=すべて保管したときのままです")
        screens.look("verified")
        page.goto(f"{origin}/archive/export?party=吉田")
        screens.look("export")
        page.click("button:has-text('ZIP ファイルを作る')")
        page.wait_for_selector("a:has-text('ZIP ファイルを保存する')")
        screens.look("exported")
        page.goto(f"{origin}/archive/backup")
        page.fill("#folder", str(tmp_path / "usb"))
        page.keyboard.press("Enter")  # the keyboard is enough
        page.wait_for_selector("text=このフォルダーはありません")
        screens.check("backup-asked")
        page.click("button:has-text('フォルダーを作って')")
        page.wait_for_selector("text=バックアップしました")
        screens.look("backed-up")
        page.goto(f"{origin}/documents/{sha256}/delivery")
        screens.look("delivery")
        page.goto(f"{origin}/documents/{sha256}/extend")
        screens.look("extend")
        page.click("button:has-text('延長する')")
        page.wait_for_selector("text=証拠を延長しました")
        screens.look("extended")
        forged = tmp_path / "偽造.pdf"
        forged.write_bytes(forge_price((signed_sale[4].path_of(sha256)).read_bytes(), 58_000_000))
        page.click("nav >> text=ファイルを確かめる")
        page.set_input_files("#files", str(forged))
        page.click("button:has-text('検証する')")
        page.click("a:has-text('文書を見る')")
        page.click("a:has-text('違いを見る')")
        page.wait_for_selector(".sides img")
        screens.look("changes")
        page.set_viewport_size({"width": 375, "height": 900})
        for name in ("", "/journal", "/export", "/renewal", "/purge", "/backup", "/repair"):
            page.goto(f"{origin}/archive{name}")
            screens.look(f"phone-archive{name.replace('/', '-')}")
        page.goto(f"{origin}/documents/{sha256}/delivery")
        screens.look("phone-delivery")
        page.goto(f"{origin}/contracts/1")
        screens.look("phone-kept-contract")
        page.goto(f"{origin}/new")
        screens.look("phone-templates")
        tear(home / "rehearsal-desk" / "archive")
        page.click("nav >> text=契約書 >> nth=0")
        page.wait_for_selector("text=台帳が壊れています")
        screens.look("archive-torn")
        page.click("button:has-text('作り直す')")
        page.wait_for_selector("text=台帳を作り直しました")
        screens.look("archive-rebuilt")
