"""What comes after signing, at the desk: deliver, amend, extend, compare, and look after the archive."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest

from signkit.archive.adding import add_file
from signkit.archive.entries import TransactionFacts
from signkit.archive.finding import Query, find
from signkit.archive.judging import Judged
from signkit.demo import forge_price
from signkit.japan_time import JST
from signkit.validation.report import Verdict
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from tests.web.browser import Browser, make_pinentry, text_of
from tests.web.test_desk import signed_sale  # noqa: F401  a fixture


@pytest.fixture
def kept(signed_sale, tmp_path):  # noqa: F811
    """A browser at a desk whose archive holds the sale that three parties signed, and the sale's digest."""
    from signkit.settings import Settings
    from signkit.web.desk.rehearsal_desk import rehearsal_options

    home, sha256, *_ = signed_sale
    shutil.copytree(home, tmp_path / "home")
    pinentry = make_pinentry(tmp_path, "SIGNKIT1")
    options = replace(rehearsal_options(Settings(home=tmp_path / "home"), "ja"), program=str(pinentry.program))
    office = Office(options)
    yield Browser(office), sha256
    office.close()


def acts(office):
    from signkit.archive.operations import noted

    with office.archive() as archive:
        return [(each.act, each.sha256) for each in noted(archive, limit=50) if each.act]


def paper(office, kind="invoice", day=date(2010, 1, 31), title="古い請求書"):
    with office.archive() as archive:
        judged = Judged("scan", "unsigned")
        return add_file(
            archive, title.encode(), "scan.png", judged, TransactionFacts(kind=kind, date=day, title=title)
        ).number


# --- delivery ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_sale_is_delivered_once_its_recipients_have_consented(kept):
    browser, sha256 = kept
    address = f"/documents/{sha256}/delivery"
    page = browser.get(address)
    assert WORDS["delivery_missing"].ja in text_of(page)
    assert WORDS["pack_go"].ja not in text_of(page)
    refused = browser.follow(browser.post(f"{address}/pack", {}))
    assert "承諾" in text_of(refused)
    assert "signkit consent" not in refused.text

    made = browser.follow(browser.post(f"{address}/consents", {"means": "mail"}))
    assert WORDS["consents_made"].ja in text_of(made)
    consents = browser.office.shelf.listed("prepared")
    assert {each.name for each in consents} == {f"承諾書_不動産売買契約書_{who}.pdf" for who in ("売主", "買主")}
    for consent in consents:
        key = "yoshida" if "買主" in consent.name else "takahashi"
        done = browser.follow(
            browser.post(f"/documents/{consent.sha256}/sign/recipient", {"key": f"card:virtual:{key}"})
        )
        assert "署名しました" in text_of(done), text_of(done)
    page = browser.get(address)
    assert "提供する日が空欄のため" in text_of(page)
    assert f"on={datetime.now(JST).date()}" in page.text  # one click checks it for today
    page = browser.get(address + "?on=2026-12-31")
    assert page.text.count('name="consent"') >= 2  # found in the archive by themselves
    assert WORDS["delivery_missing"].ja not in text_of(browser.get(f"{address}?on=2030-01-31")), text_of(page)

    chosen = re.findall(r'type="checkbox"[^>]*name="consent" value="([0-9a-f]{64})"', page.text)
    packed = browser.follow(browser.post(f"{address}/pack", {"consent": chosen, "on": "2030-01-31", "allow": "yes"}))
    assert WORDS["pack_done"].ja in text_of(packed), text_of(packed)
    file = re.search(r'href="(/documents/[0-9a-f]{64}/file)"', packed.text)[1]
    with zipfile.ZipFile(BytesIO(browser.get(file).content)) as pack:
        names = pack.namelist()
        assert browser.office.path_of(sha256).read_bytes() in [pack.read(name) for name in names]
    assert len(names) >= 7
    done = [act for act, _ in acts(browser.office)]
    assert {"consent-made", "signed", "packed", "downloaded"} <= set(done)

    consent = browser.follow(browser.get(f"/documents/{chosen[0]}")).text  # its own page leads there, too
    assert f'action="/documents/{chosen[0]}/delivery/withdraw"' in consent
    withdrawing = browser.post(f"/documents/{chosen[0]}/delivery/withdraw", {"consent": chosen[0]})
    waiting = withdrawing.headers["location"].rpartition("/")[2]
    assert browser.office.shelf.find(waiting).name.startswith("撤回書_承諾書_")
    assert ("withdrawal-made", waiting) in acts(browser.office)
    key = "yoshida" if "買主" in browser.office.name_of(waiting) else "takahashi"
    browser.follow(browser.post(f"/documents/{waiting}/sign/recipient", {"key": f"card:virtual:{key}"}))
    with browser.office.archive() as archive:
        withdrawn = find(archive, Query(kind="consent"), limit=1).entries[0].current.sha256
    page = text_of(browser.get(f"{address}?on=2030-01-31"))
    assert "に撤回" in page, page
    assert WORDS["delivery_missing"].ja in page
    assert browser.post(f"{address}/withdraw", {"consent": "0" * 64}).status_code == 404
    for other in (sha256, withdrawn):
        refused = browser.post(f"{address}/withdraw", {"consent": other})
        assert refused.status_code == 400, text_of(refused)


@pytest.mark.slow
def test_certificate_and_report_can_be_had_from_the_contracts_page(kept):
    browser, sha256 = kept
    page = browser.get("/contracts/1")
    address = re.search(rf'href="(/documents/{sha256}/certificate[^"]*)"', page.text)[1]
    answer = browser.get(address)
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ("certified", sha256) in acts(browser.office)
    assert browser.get(f"/documents/{sha256}/report.json").json()["verdict"] == "TOTAL-PASSED"
    assert browser.get(f"/documents/{sha256}/report.xml").status_code == 404


@pytest.mark.slow
def test_no_certificate_is_made_of_what_nobody_signed(browser, prepared):
    answer = browser.get(f"/documents/{prepared}/certificate")
    assert answer.status_code == 400
    assert "未署名" in text_of(answer)
    assert "signkit validate" not in answer.text


# --- the contract's page -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_amendment_is_drawn_from_the_signed_contract(kept):
    browser, sha256 = kept
    page = browser.get("/contracts/1")
    assert "契約を変更する: 変更合意書" in text_of(page)
    answer = browser.post(f"/documents/{sha256}/amend", {"template": "amendment"})
    draft = browser.office.drafts.find(answer.headers["location"].rpartition("/")[2])
    assert draft.words["amends.sha256"] == sha256
    assert draft.words["amends.title"] == "不動産売買契約書"
    assert (draft.words["party.name"], draft.words["party2.label"]) == ("髙橋 祐一郎", "買主")
    assert draft.words["party2.address"]
    assert browser.post(f"/documents/{sha256}/amend", {"template": "nda"}).status_code == 404


@pytest.mark.slow
def test_an_unsigned_contract_is_not_amended_delivered_or_extended_by_its_page(browser, prepared):
    page = browser.get(f"/documents/{prepared}").text
    assert "/amend" not in page
    assert "/delivery" not in page
    assert "/extend" not in page


@pytest.mark.slow
def test_evidence_is_extended_and_judged_before_and_after(kept):
    browser, sha256 = kept
    assert "B-LT" in text_of(browser.get(f"/documents/{sha256}/extend"))
    page = browser.follow(browser.post(f"/documents/{sha256}/extend", {"level": "B-LTA"}))
    assert WORDS["extend_done"].ja in text_of(page), text_of(page)
    assert "署名レベル B-LT B-LTA" in text_of(page)
    extended = re.search(r"/documents/([0-9a-f]{64})\"", page.text)[1]
    assert browser.office.entry_of(extended) == 1
    assert browser.office.judge(extended, "sale.pdf").verdict is Verdict.PASSED
    assert "B-LTA" in text_of(browser.get("/contracts/1"))
    assert ("extended", extended) in acts(browser.office)
    assert browser.post(f"/documents/{sha256}/extend", {"level": "B-B"}).status_code == 404


@pytest.mark.slow
def test_what_has_no_signature_is_not_extended(browser, prepared):
    page = browser.follow(browser.post(f"/documents/{prepared}/extend", {"level": "B-LTA"}))
    assert WORDS["failed"].ja in text_of(page)
    assert "先に署名してください" in text_of(page)


@pytest.mark.slow
def test_differences_are_told_in_words_and_shown_side_by_side(kept):
    browser, sha256 = kept
    good = browser.office.path_of(sha256).read_bytes()
    assert WORDS["changes_look_same"].ja in text_of(browser.get(f"/documents/{sha256}/changes"))
    forged = browser.office.shelf.put(forge_price(good, 58_000_000), "偽造.pdf", "checked").sha256
    page = browser.get(f"/documents/{forged}/changes")
    pictures = re.findall(rf'src="(/documents/{forged}/changes/[^"]+)"', page.text)
    assert len(pictures) >= 2
    for picture in pictures:
        answer = browser.get(picture.replace("&amp;", "&"))
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
    assert browser.get(f"/documents/{forged}/changes/9-before.png?since=broker").status_code == 404
    assert browser.get(f"/documents/{forged}/changes/0-password.png?since=broker").status_code == 404
    first = browser.get(f"/documents/{forged}/changes?since=seller")
    assert 'value="seller" selected' in first.text


@pytest.mark.slow
def test_an_encrypted_file_is_opened_by_its_password_which_is_in_memory_alone(office, pinentry, tmp_path):
    from urllib.parse import quote

    from tests.signing.encrypted import JAPANESE, encrypted

    browser = Browser(office)
    sha256 = office.shelf.put(encrypted("aes-256-japanese"), "暗号.pdf", "checked").sha256
    page = browser.get(f"/documents/{sha256}")
    assert WORDS["is_closed"].ja in text_of(page)
    pinentry.secret.write_text("wrong")
    assert WORDS["failed"].ja in text_of(browser.follow(browser.post(f"/documents/{sha256}/open")))
    assert office.passwords == {}
    pinentry.secret.write_text(quote(JAPANESE))
    opened = browser.follow(browser.post(f"/documents/{sha256}/open"))
    assert WORDS["pages_not_shown"].ja not in text_of(opened)
    assert "1 / 1 ページ" in text_of(opened)
    assert browser.get(f"/pages/{sha256}/0-480.png").status_code == 200
    assert not list((office.options.home / "pictures").glob(f"{sha256}*"))
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in written if JAPANESE.encode() in path.read_bytes()] == []
    browser.post(f"/documents/{sha256}/close")
    assert WORDS["is_closed"].ja in text_of(browser.get(f"/documents/{sha256}"))


# --- the archive -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["/archive", "/archive/journal", "/archive/export", "/archive/renewal", "/archive/purge", "/archive/backup"]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_screen_of_the_archive_speaks_both_languages(browser, path, language):
    browser.session.language = language
    page = browser.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    japanese = re.search("[ぁ-ん]", text_of(page)) is not None
    assert japanese == (language == "ja")


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["journal", "export", "renewal", "purge", "backup", "calendar.ics", "ledger.csv", "disposals.csv"]
)
def test_without_an_archive_it_is_offered_and_nothing_else(browser, path):
    shutil.rmtree(browser.office.settings.archive_folder())
    assert WORDS["make_archive"].ja in text_of(browser.get("/archive"))
    assert browser.get(f"/archive/{path}").status_code == 404


@pytest.mark.slow
def test_the_journal_says_who_did_what_on_which_file(browser, prepared):
    from signkit.archive.operations import user_name

    browser.get(f"/documents/{prepared}/file")
    text = text_of(browser.get("/archive/journal"))
    assert f"画面: ダウンロード {user_name()} {prepared[:8]}" in text
    assert "保管庫を作成" in text


@pytest.mark.slow
def test_the_archive_is_verified_and_a_changed_byte_is_found(browser):
    number = paper(browser.office)
    assert WORDS["verify_good"].ja in text_of(browser.follow(browser.post("/archive/verify")))
    with browser.office.archive() as archive:
        (path,) = [path for _, path in archive.blobs.all_files()]
    path.chmod(0o600)
    path.write_bytes("改ざん".encode())
    page = text_of(browser.follow(browser.post("/archive/verify")))
    assert "1 件の問題が見つかりました" in page
    assert "保管時と内容が異なります" in page
    assert browser.get(f"/contracts/{number}").status_code == 200


@pytest.mark.slow
def test_work_that_was_cancelled_ends_and_says_so(browser, monkeypatch):
    paper(browser.office)
    report = DeskJob.report

    def stop_and_report(job, *so_far):
        job.stop()
        report(job, *so_far)

    monkeypatch.setattr(DeskJob, "report", stop_and_report)
    page = browser.follow(browser.post("/archive/verify"))
    assert WORDS["stopped"].ja in text_of(page)
    assert "verified" not in [act for act, _ in acts(browser.office)]


@pytest.mark.slow
def test_files_are_handed_out_with_an_index_as_the_tax_office_asks(browser):
    paper(browser.office, day=date(2026, 10, 31), title="十月分")
    paper(browser.office, day=date(2025, 10, 31), title="前年分")
    page = browser.get("/archive/export?date_from=令和8年1月1日")
    assert "該当する契約書は 1 件" in text_of(page)
    done = browser.follow(browser.post("/archive/export", {"date_from": "令和8年1月1日"}))
    file = re.search(r'href="(/documents/[0-9a-f]{64}/file)"', done.text)[1]
    with zipfile.ZipFile(BytesIO(browser.get(file).content)) as made:
        assert sorted(made.namelist()) == ["20261031_不明_不明.png", "index.csv", "index.json"]
        assert "十月分" in made.read("index.csv").decode("utf-8-sig")
        assert "前年分" not in made.read("index.csv").decode("utf-8-sig")
    assert list((browser.office.options.home / "exports").iterdir()) == []
    assert 'aria-invalid="true"' in browser.get("/archive/export?date_from=いつか").text
    assert browser.post("/archive/export", {"date_from": "いつか"}).status_code == 404


@pytest.mark.slow
def test_calendar_ledger_and_register_are_handed_out(browser):
    with browser.office.archive() as archive:
        facts = TransactionFacts(kind="lease", date=date(2026, 4, 1), end_date=date(2028, 3, 31), title="賃貸借")
        add_file(archive, b"lease", "lease.png", Judged("scan", "unsigned"), facts)
    assert "DTSTART;VALUE=DATE:20280331" in browser.get("/archive/calendar.ics").text
    assert browser.get("/archive/ledger.pdf").content.startswith(b"%PDF")
    assert browser.get("/archive/ledger.csv").status_code == 200
    assert "廃棄日時" in browser.get("/archive/disposals.csv").content.decode("utf-8-sig")
    assert browser.get("/archive/ledger.exe").status_code == 404


@pytest.mark.slow
def test_what_is_due_is_renewed(kept, monkeypatch):
    from datetime import timedelta

    from signkit.web.desk import upkeep_screen

    browser, _ = kept
    assert "不動産売買契約書" in text_of(browser.get("/archive/renewal")) or WORDS["renew_none"].ja in text_of(
        browser.get("/archive/renewal")
    )
    monkeypatch.setattr(upkeep_screen, "_AHEAD", timedelta(days=365 * 30))
    assert "不動産売買契約書" in text_of(browser.get("/archive/renewal"))
    page = browser.follow(browser.post("/archive/renewal"))
    assert WORDS["renew_result"].ja in text_of(page), text_of(page)
    assert "1 番" in text_of(page)


@pytest.mark.slow
def test_nothing_is_deleted_without_the_typed_word(browser):
    number, other = paper(browser.office), paper(browser.office, title="別の古い請求書")
    recent = paper(browser.office, day=date(2026, 10, 31), title="新しい請求書")
    page = browser.get("/archive/purge")
    assert "古い請求書" in text_of(page)
    assert "新しい請求書" not in text_of(page)
    for data in (
        {"entry": str(number)},
        {"entry": str(number), "typed": "DELETE"},
        {"typed": "廃棄"},
        {"entry": str(recent), "typed": "廃棄"},
        {"entry": [str(number), str(recent)], "typed": "廃棄"},
    ):
        answer = browser.post("/archive/purge", data)
        assert answer.status_code == 400, data
        assert "まだ廃棄していません" in text_of(answer)
    assert browser.get(f"/contracts/{number}").status_code == 200
    done = browser.follow(browser.post("/archive/purge", {"entry": str(number), "typed": " 廃棄 "}))
    assert "1 件を廃棄しました" in text_of(done)
    assert browser.get(f"/contracts/{number}").status_code == 404
    assert browser.get(f"/contracts/{other}").status_code == 200
    assert acts(browser.office)[0] == ("deleted", None)


@pytest.mark.slow
def test_a_backup_is_asked_for_made_and_remembered(browser, tmp_path):
    from signkit.archive.store import open_archive

    assert WORDS["backup_remind"].ja not in text_of(browser.get("/"))
    paper(browser.office)
    assert WORDS["backup_remind"].ja in text_of(browser.get("/"))
    target = tmp_path / "usb"
    target.mkdir()
    done = browser.follow(browser.post("/archive/backup", {"folder": str(target)}))
    assert "ファイル 1 個 (うち新しいもの 1 個)" in text_of(done)
    with open_archive(target) as copy:
        assert copy.connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    assert WORDS["backup_remind"].ja not in text_of(browser.get("/"))
    assert f'value="{target}"' in browser.get("/archive/backup").text


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_made_only_once_it_is_said_to_be_right(browser, tmp_path):
    typed = tmp_path / "ubs" / "signkit"
    asked = browser.post("/archive/backup", {"folder": str(typed)})
    assert asked.status_code == 400
    assert f"あるのは {tmp_path} まで" in text_of(asked)
    other = browser.post("/archive/backup", {"folder": f"{typed}2", "make": str(typed)})
    assert other.status_code == 400  # it was typed anew since
    assert not typed.parent.exists()
    done = browser.follow(browser.post("/archive/backup", {"folder": str(typed), "make": str(typed)}))
    assert "バックアップしました" in text_of(done)
    assert (typed / "ledger.sqlite").is_file()


@pytest.mark.parametrize("folder", ["", "relative/folder", "{archive}", "{archive}/inside", "a\0b"])
def test_a_folder_that_can_be_no_backup_is_refused_at_its_field(browser, folder):
    typed = folder.replace("{archive}", str(browser.office.settings.archive_folder()))
    answer = browser.post("/archive/backup", {"folder": typed})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.slow
def test_templates_are_grouped_by_who_needs_them(browser):
    text = text_of(browser.get("/new"))
    assert text.index("重要事項説明書") < text.index("入社誓約書") < text.index("業務委託契約書")
    assert browser.get("/new").text.count('id="for-') == 4
