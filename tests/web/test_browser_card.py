"""Cards on a reader (PC/SC, vpcd) and a desk of no rehearsal, in Chromium: what goes wrong, and what must not be lost.

Each flow ends with the files judged outside the desk.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from signkit.card.emulator import CardVanished
from signkit.rehearsal.cards import fresh_emulated_card
from signkit.rehearsal.pki import trust_file
from signkit.settings import load_settings
from signkit.validation.api import validate_data
from signkit.validation.options import validation_options
from signkit.validation.report import Verdict
from signkit.web.desk.office import DeskOptions, Office
from tests.card.bench import until
from tests.card.faults import SIGN, FaultyCard, vanish
from tests.web.browser import follow, make_pinentry
from tests.web.native import native_screen, type_into_window
from tests.web.running import running_desk
from tests.web.test_browser import at_desk
from tests.web.test_many import table_of

pytestmark = pytest.mark.slow

PIN = "SIGNKIT1"
#: More stops than any page has.
_MOST_TABS = 150


@dataclass(frozen=True)
class RealDesk:
    """The home of a desk that takes the card in the reader, whose CA is the rehearsal's."""

    home: Path
    settings_file: Path
    cards: Path

    @property
    def settings(self):
        return load_settings(self.settings_file, {"SIGNKIT_HOME": str(self.home)})

    @contextmanager
    def office(self):
        opened = Office(DeskOptions(self.settings, self.settings.home_folder() / "desk", offline=True))
        yield opened
        opened.close()

    def running(self, *options, **environment):
        return running_desk(self.home, "--offline", *options, SIGNKIT_SETTINGS=str(self.settings_file), **environment)

    def card(self, holder):
        return fresh_emulated_card(self.cards, holder)

    def judge(self, data):
        """Judge a file outside the desk: every signature holds; return the fields that carry one."""
        options = validation_options(self.settings, offline=True)
        report = validate_data(data, "contract.pdf", options)
        assert report.verdict is not Verdict.FAILED, report
        assert all(each.intact for each in report.signatures), report
        return [each.field for each in report.signatures]


@pytest.fixture
def real_desk(laid_out, blank, tmp_path):
    """A desk with an archive and the sale that waits for its three signatures."""
    cards = tmp_path / "cards"
    shutil.copytree(laid_out / "rehearsal-desk" / "rehearsal", cards)
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    shutil.copy(trust_file(cards), trusted)
    file = tmp_path / "signkit.toml"
    file.write_text(f'trust_folders = ["{trusted.as_posix()}"]\n', encoding="utf-8")
    desk = RealDesk(tmp_path / "home", file, cards)
    with desk.office() as office:
        office.make_archive()
        office.shelf.put(blank, "不動産売買契約書.pdf", "prepared")
    return desk


class Keyboard:
    """A person without a mouse."""

    def __init__(self, page) -> None:
        self._page = page

    def press(self, words: str) -> None:
        """Go to the link or button with these words by the Tab key alone, and press it."""
        self._page.wait_for_selector(f"a:has-text('{words}'), button:has-text('{words}')")
        for _ in range(_MOST_TABS):
            self._page.keyboard.press("Tab")
            reached, is_shown = self._page.evaluate(_FOCUSED)
            assert is_shown, f"nobody sees that the focus is on {reached!r}"
            if words in reached:
                self._page.keyboard.press("Enter")
                return
        raise AssertionError(f"no way to {words!r} by the keyboard on {self._page.url}")


_FOCUSED = """() => {
  const at = document.activeElement, look = getComputedStyle(at);
  const told = at.tagName === 'BODY' || look.outlineStyle !== 'none' || look.boxShadow !== 'none';
  return [at.innerText || at.value || '', told];
}"""


def test_a_sale_is_signed_at_one_table_with_three_cards_and_no_mouse(chromium, real_desk, bench):
    with (
        native_screen() as display,
        real_desk.running("--prompt", "window", DISPLAY=display) as desk,
        at_desk(chromium, desk) as page,
    ):
        keyboard = Keyboard(page)
        keyboard.press("不動産売買契約書")
        for role, holder in (("売主", "takahashi"), ("買主", "yoshida"), ("宅地建物取引士", "tsujimoto")):
            with bench.card(real_desk.card(holder)):
                keyboard.press(f"{role}として署名する")
                page.wait_for_selector("dd:has-text('5 回')")
                keyboard.press("署名する")
                page.wait_for_selector("text=小さな窓に暗証番号を入力してください")
                assert page.locator("input[type=password]").count() == 0
                type_into_window(display, PIN)
                page.wait_for_selector("text=署名しました")
        with page.expect_download() as downloading:
            keyboard.press("不動産売買契約書.pdf")
        signed = Path(downloading.value.path()).read_bytes()
    assert real_desk.judge(signed) == ["seller", "buyer", "broker"]


def test_wrong_pin_pulled_card_and_locked_card_are_told_and_cost_nothing_more(chromium, real_desk, bench, tmp_path):
    pinentry = make_pinentry(tmp_path, "WRONG123")
    card = real_desk.card("takahashi")
    with real_desk.running("--pinentry", str(pinentry.program)) as desk, at_desk(chromium, desk) as page:
        follow(page, "a:has-text('不動産売買契約書')")
        contract = page.url

        def try_to_sign(told):
            page.goto(contract)
            page.click("a:has-text('売主として署名する')")
            page.click("button:has-text('署名する')")
            page.wait_for_selector(f"text={told}")

        try_to_sign("カードがありません")
        with bench.card(card):
            try_to_sign("残り4回")
            page.goto(f"{contract}/sign/seller")
            page.wait_for_selector("dd:has-text('4 回')")
        pinentry.secret.write_text(PIN)
        with bench.card(FaultyCard(card, SIGN, vanish)):
            try_to_sign("カードとの通信が途切れました")
        assert card.state.tries["signature"] == 5  # the PIN was right, and the card says so
        pinentry.asked.unlink()
        assert list((real_desk.home / "desk" / "signed").iterdir()) == []
        locked = real_desk.card("takahashi")
        locked.state.tries["signature"] = 0
        with bench.card(locked):
            try_to_sign("ロック")
        assert not pinentry.asked.exists()
        with bench.card(card):
            try_to_sign("署名しました")
        with page.expect_download() as downloading:
            page.click("#downloads + p a")
        signed = Path(downloading.value.path()).read_bytes()
    assert real_desk.judge(signed) == ["seller"]


def test_a_desk_that_is_killed_amid_many_signatures_goes_on_with_the_rest(chromium, real_desk, bench, tmp_path):
    pinentry = make_pinentry(tmp_path, PIN)
    table = tmp_path / "people.csv"
    table.write_bytes(table_of())
    killed, signing = threading.Event(), []

    def wait_at_the_second(card, wire):
        signing.append(wire)
        if len(signing) == 2:
            assert killed.wait(60)
            raise CardVanished
        return card.process(wire)

    options = ("--pinentry", str(pinentry.program))
    with real_desk.running(*options) as desk, at_desk(chromium, desk) as page:
        page.click("nav >> text=まとめて")
        page.select_option("#template", "employment-agreement")
        page.set_input_files("#table", str(table))
        page.click("button:has-text('表を確かめる')")
        page.click("button:has-text('契約書 3 件を作る')")
        page.click("a:has-text('使用者として 3 件に署名する')")
        with bench.card(FaultyCard(real_desk.card("takahashi"), SIGN, wait_at_the_second)):
            page.click("button:has-text('署名する')")
            until(lambda: len(signing) == 2 and len(_signed(real_desk)) == 1, "first file, second signature", 60)
            desk.process.kill()
            desk.process.wait()
            killed.set()
    before = {path.name: path.read_bytes() for path in _signed(real_desk)}
    assert len(before) == 1
    counted = FaultyCard(real_desk.card("takahashi"), b"none", vanish)
    with bench.card(counted), real_desk.running(*options) as desk, at_desk(chromium, desk) as page:
        page.click("nav >> text=まとめて")
        page.click("a:has-text('people.csv')")
        page.click("a:has-text('使用者として')")
        page.click("button:has-text('署名する')")
        page.wait_for_selector("text=うち署名済み 3 件")
    assert sum(wire.startswith(SIGN) for wire in counted.sent) == 2  # nothing is signed twice
    after = {path.name: path.read_bytes() for path in _signed(real_desk)}
    assert before.items() <= after.items()
    assert [real_desk.judge(data) for data in after.values()] == [["employer"]] * 3


def _signed(real_desk):
    return sorted((real_desk.home / "desk" / "batches").glob("*/signed/*.pdf"))
