"""The desk as a person uses it: check, make, sign, find; with wrong words, wrong PINs and exchanged files."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import replace

import pytest

from signkit.demo import forge_price
from signkit.validation.report import Verdict
from signkit.web.desk import signing_screen
from signkit.web.desk.jobs import DeskJob
from signkit.web.desk.office import Office
from signkit.web.desk.page_words import WORDS
from signkit.web.desk.shelf import Shelf
from signkit.words import Text
from signkit.workers import WorkerLost
from tests.web.browser import Browser, text_of


def sign(browser, sha256, role, key):
    return browser.follow(browser.post(f"/documents/{sha256}/sign/{role}", {"key": key}))


def drop(browser, *files):
    return browser.follow(browser.post("/check", files=[("files", file) for file in files]))


@pytest.fixture(scope="session")
def signed_sale(laid_out, tmp_path_factory):
    """The home of a desk at which seller, buyer and broker have signed."""
    import shutil

    from signkit.settings import Settings
    from signkit.web.desk.rehearsal_desk import rehearsal_options
    from tests.web.browser import make_pinentry

    folder = tmp_path_factory.mktemp("signed")
    shutil.copytree(laid_out, folder / "home")
    pinentry = make_pinentry(folder, "SIGNKIT1")
    options = replace(rehearsal_options(Settings(home=folder / "home"), "ja"), program=str(pinentry.program))
    office = Office(options)
    browser = Browser(office)
    sha256 = office.shelf.listed("prepared")[0].sha256
    pages = []
    for role, key in (("seller", "takahashi"), ("buyer", "yoshida"), ("broker", "tsujimoto")):
        page = sign(browser, sha256, role, f"card:virtual:{key}")
        sha256 = re.search(r"/documents/([0-9a-f]{64})/file", page.text.split('id="downloads"')[1])[1]
        pages.append(page)
    yield folder / "home", sha256, pages, pinentry.asked.read_text(encoding="utf-8"), office
    office.close()


@pytest.mark.slow
def test_three_parties_sign_a_sale_at_one_table(signed_sale):
    home, sha256, pages, _, office = signed_sale
    assert "署名しました" in text_of(pages[0])
    assert text_of(pages[-1]).count("署名済み") >= 3
    kept = office.path_of(sha256)
    assert home in kept.parents
    report = office.judge(sha256, "sale.pdf")
    assert report.verdict is Verdict.PASSED
    assert [item.field for item in report.signatures] == ["seller", "buyer", "broker"]


@pytest.mark.parametrize(
    ("cause", "code"), [("died", "worker-died"), ("start", "worker-died"), ("hung", "worker-hung")]
)
def test_a_file_that_breaks_its_process_is_told_as_a_batch_tells_it(office, monkeypatch, cause, code):
    def submit(*_):
        raise WorkerLost(cause, "SIGKILL")

    monkeypatch.setattr(office.pool, "submit", submit)
    report = office.judge(office.shelf.listed("prepared")[0].sha256, "sale.pdf")
    assert (report.verdict, report.error.code) == (Verdict.UNREADABLE, code)


@pytest.mark.slow
def test_the_prompt_says_what_is_signed_and_how_many_tries_are_left(signed_sale):
    _, _, _, asked, office = signed_sale
    from urllib.parse import unquote

    said = unquote(asked)
    assert "不動産売買契約書" in said
    assert "残り 5 回" in said
    with office.archive() as archive:
        from signkit.archive.finding import Query, find

        before = find(archive, Query()).entries[0].revisions[1].sha256
    assert before in said.replace(" ", "")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system takes its zone from elsewhere")
def test_times_are_japans_on_every_page_wherever_the_machine_stands(signed_sale, monkeypatch):
    _, sha256, *_, office = signed_sale
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        browser = Browser(office)
        dropped = drop(browser, ("good.pdf", office.path_of(sha256).read_bytes()))
        pages = [dropped.text, browser.get(f"/documents/{sha256}/report.html").text]
    finally:
        monkeypatch.undo()
        time.tzset()
    zones = [re.findall(r"\d\d:\d\d:\d\d ([A-Z]+)", page) for page in pages]
    assert [set(found) for found in zones] == [{"JST"}, {"JST"}]


@pytest.mark.slow
def test_what_is_signed_is_kept_with_every_version(signed_sale):
    _, _, _, _, office = signed_sale
    browser = Browser(office)
    page = browser.get("/contracts/1")
    assert [f"第 {number} 版" in page.text for number in (1, 2, 3)] == [True, True, True]
    listed = text_of(browser.get("/contracts?party=高橋&amount_from=50,000,000円&date_from=令和8年11月1日"))
    assert "58,000,000" in listed
    assert "該当する契約書はありません" in text_of(browser.get("/contracts?party=鈴木"))
    assert "髙橋 祐一郎" in browser.get("/contracts.csv").content.decode("utf-8-sig")


@pytest.mark.slow
def test_a_forged_price_is_found_when_the_file_is_dropped(signed_sale):
    _, sha256, _, _, office = signed_sale
    good = office.path_of(sha256).read_bytes()
    browser = Browser(office)
    page = drop(browser, ("good.pdf", good), ("偽造.pdf", forge_price(good, 58_000_000)), ("empty.pdf", b""))
    text = text_of(page)
    assert text.index("good.pdf") < text.index("有効 3 件の署名は") < text.index("偽造.pdf")
    assert "無効" in text.split("偽造.pdf")[1]
    assert "読み取れません" in text.split("empty.pdf")[1]
    number = re.search(r"/checks/([\w-]+)/report.csv", page.text)[1]
    reports = [json.loads(line) for line in browser.get(f"/checks/{number}/report.json").text.splitlines()]
    assert [each["verdict"] for each in reports] == ["TOTAL-PASSED", "TOTAL-FAILED", "UNREADABLE"]
    with office.archive() as archive:
        from signkit.archive.operations import noted

        logged = [(each.act, each.who, each.sha256) for each in noted(archive, limit=3)]
    assert [act for act, _, _ in logged] == ["checked-unreadable", "checked-failed", "checked-passed"]
    assert logged[2] == ("checked-passed", office.who(), sha256)
    html = browser.get(f"/checks/{number}/report.html")
    assert html.headers["content-disposition"].startswith("attachment")
    assert html.headers["content-security-policy"].startswith("sandbox")
    assert "偽造.pdf" in browser.get(f"/checks/{number}/report.csv").content.decode("utf-8-sig")


@pytest.mark.slow
def test_a_wrong_password_is_told_and_nothing_is_signed(browser, pinentry, prepared):
    pinentry.secret.write_text("WRONG123")
    page = sign(browser, prepared, "seller", "card:virtual:takahashi")
    assert "4" in text_of(page)
    assert "署名しました" not in text_of(page)
    assert browser.office.shelf.find(prepared).purpose == "prepared"
    assert "残り回数 4 回" in text_of(browser.get(f"/documents/{prepared}/sign/seller"))


@pytest.mark.slow
def test_a_locked_card_is_told_before_anybody_types(browser, pinentry, prepared):
    page = sign(browser, prepared, "seller", "card:virtual:locked")
    assert "ロック" in text_of(page)
    assert not pinentry.asked.exists()


@pytest.mark.slow
def test_who_closes_the_window_signs_nothing(browser, pinentry, prepared):
    pinentry.secret.write_text("")
    assert "中止しました" in text_of(sign(browser, prepared, "seller", "card:virtual:takahashi"))


@pytest.mark.slow
def test_the_wrong_persons_card_does_not_sign(browser, prepared):
    assert "一致しません" in text_of(sign(browser, prepared, "seller", "card:virtual:yoshida"))


@pytest.mark.slow
def test_who_is_not_next_has_no_page_to_sign_on(browser, prepared):
    assert browser.get(f"/documents/{prepared}/sign/buyer").status_code == 404
    assert browser.get(f"/documents/{prepared}/sign/nobody").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", "p12", "p12:/etc/passwd", "card", "pkcs11:x", "csc:https://evil.example/"])
def test_only_keys_that_were_offered_are_used(browser, prepared, key):
    assert browser.post(f"/documents/{prepared}/sign/seller", {"key": key}).status_code == 404


@pytest.mark.slow
def test_a_document_that_was_exchanged_after_it_was_shown_is_not_signed(browser, prepared, pinentry, monkeypatch):
    path = browser.office.path_of(prepared)
    whole = path.read_bytes()
    order = signing_screen.SigningScreen._order

    def exchange(self, *arguments):
        made = order(self, *arguments)
        path.write_bytes(whole + b"\n% exchanged")
        return made

    monkeypatch.setattr(signing_screen.SigningScreen, "_order", exchange)
    page = sign(browser, prepared, "seller", "card:virtual:takahashi")
    assert "表示した後に内容が変わりました" in text_of(page)
    assert not pinentry.asked.exists()


@pytest.mark.slow
def test_an_exchanged_document_is_not_drawn_either(browser, prepared):
    path = browser.office.path_of(prepared)
    path.write_bytes(path.read_bytes() + b"\n% exchanged")
    assert browser.get(f"/pages/{prepared}/0-480.png").status_code == 404


@pytest.mark.slow
def test_what_a_killed_desk_had_signed_is_taken_in_by_the_next(browser, prepared):
    office = browser.office
    outbox = office.options.home / "signed"
    outbox.mkdir()
    (outbox / f"{prepared}-seller.pdf").write_bytes(office.path_of(prepared).read_bytes() + b"\n")
    signing_screen.take_signed(office)
    assert list(outbox.iterdir()) == []
    assert office.shelf.find(prepared) is None
    assert browser.get("/contracts/1").status_code == 200


@pytest.mark.slow
def test_a_file_keeps_its_name_through_every_signature(signed_sale):
    _, sha256, _, _, office = signed_sale
    assert office.name_of(sha256) == "不動産売買契約書.pdf"


@pytest.mark.slow
def test_the_other_language_keeps_what_was_looked_for(browser):
    page = browser.get("/contracts?party=吉田&amount_from=1")
    here = re.search(r'name="here" value="([^"]+)"', page.text)[1].replace("&amp;", "&")
    answer = browser.post("/language", {"here": here})
    assert answer.headers["location"] == here
    assert 'value="吉田"' in browser.get(here).text


@pytest.mark.slow
def test_more_fields_than_a_form_has_are_refused(browser):
    answer = browser.post("/new", {f"x{number}": "" for number in range(6000)}, files=[("f", ("f", b""))])
    assert answer.status_code == 400
    assert WORDS["refused_size"].ja in answer.text


@pytest.mark.slow
def test_a_worker_that_is_lost_is_told(browser, monkeypatch):
    from signkit.workers import WorkerLost

    def lose(*_):
        raise WorkerLost("died", "signal 9")

    path = begin(browser)
    monkeypatch.setattr(browser.office, "render", lose)
    answer = browser.get(f"{path}/preview")
    assert answer.status_code == 500
    assert WORDS["refused_lost"].ja in answer.text


@pytest.mark.slow
def test_pages_are_pictures_of_few_colours(browser, prepared):
    from io import BytesIO

    from PIL import Image

    answer = browser.get(f"/pages/{prepared}/0-1000.png")
    picture = Image.open(BytesIO(answer.content))
    assert (picture.format, picture.width, picture.mode) == ("PNG", 1000, "P")
    assert answer.headers["cache-control"].startswith("private")
    assert browser.get(f"/pages/{prepared}/0-1000.png").content == answer.content


@pytest.mark.slow
@pytest.mark.parametrize("address", ["0-481", "6-480", "999999999-480", "0-0"])
def test_other_pages_and_widths_are_not_drawn(browser, prepared, address):
    assert browser.get(f"/pages/{prepared}/{address}.png").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["../../escape.pdf", "..\\..\\escape.pdf", "/etc/passwd.pdf", "C:\\a.pdf", "..", "<b>bold</b>.pdf", "a" * 900],
)
def test_a_files_name_is_shown_and_is_no_path(browser, tmp_path, name):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    page = drop(browser, (name, b"%PDF-1.7\nno pdf"))
    new = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {path.name for path in before}
    assert all(re.fullmatch(r"[0-9a-f]{64}(\.json)?", each) for each in new)
    assert "<b>bold" not in page.text


@pytest.mark.slow
def test_nothing_chosen_is_told(browser):
    answer = browser.post("/check", files=[("files", ("", b""))])
    assert answer.status_code == 400
    assert WORDS["check_none"].ja in answer.text


def test_a_file_larger_than_may_be_is_refused_and_leaves_nothing(tmp_path):
    from io import BytesIO

    from tests.refusals import refused_as

    shelf = Shelf(tmp_path)
    with refused_as("input-unreadable"):
        shelf.take(BytesIO(bytes(1001)), "large.pdf", "checked", most=1000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("sha256", ["x", "a" * 63, "A" * 64, "a" * 64, "a" * 65, "..%2f.."])
def test_other_digests_lead_to_no_file(browser, sha256):
    assert browser.get(f"/documents/{sha256}/file").status_code == 404
    assert browser.get(f"/documents/{sha256}").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("query", ["date_from=2026-13-01", "amount_from=many", "date_to=明日"])
def test_what_cannot_be_looked_for_stands_at_its_field(browser, query):
    page = browser.get(f"/contracts?{query}")
    assert 'aria-invalid="true"' in page.text
    assert query.split("=")[1] in page.text


def begin(browser, template="employment-agreement", example=True):
    answer = browser.post("/new", {"template": template} | ({"with": "example"} if example else {}))
    return answer.headers["location"]


def words_on(page):
    """The form as the browser would send it."""
    from signkit.web.desk.drafts import Draft

    assert isinstance(page, Draft)
    return {f"item:{path}": word for path, word in page.words.items()}


@pytest.mark.slow
def test_a_contract_is_made_from_the_form(browser):
    path = begin(browser)
    draft = browser.office.drafts.find(path.rpartition("/")[2])
    words = words_on(draft) | {"item:contract_date": "令和8年3月16日", "item:wages.base": "２８５，０００円"}
    answer = browser.post(path, words | {"do": "preview"})
    assert answer.headers["location"] == f"{path}/preview"
    page = browser.get(f"{path}/preview")
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page.text)[1]
    assert browser.post(f"{path}/prepare", {"sha256": sha256}).headers["location"] == f"/documents/{sha256}"
    assert "使用者 廣瀨 渚 署名できます" in text_of(browser.get(f"/documents/{sha256}"))
    assert browser.get(path).status_code == 404


@pytest.mark.slow
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(browser):
    path = begin(browser)
    draft = browser.office.drafts.find(path.rpartition("/")[2])
    words = words_on(draft) | {
        "item:contract_date": "令和8年13月1日",
        "item:employee.name": "",
        "item:wages.base": "多",
    }
    page = browser.post(path, words | {"do": "preview"})
    assert page.status_code == 400
    assert 'value="令和8年13月1日"' in page.text
    assert [f'href="#f-{place}"' in page.text for place in ("contract_date", "employee-name", "wages-base")] == [
        True
    ] * 3
    assert 'id="f-contract_date-e"' in page.text
    again = browser.get(path)
    assert 'value="令和8年13月1日"' in again.text


@pytest.mark.slow
def test_a_preview_that_another_tab_changed_is_not_prepared(browser):
    path = begin(browser)
    page = browser.get(f"{path}/preview")
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page.text)[1]
    draft = browser.office.drafts.find(path.rpartition("/")[2])
    browser.post(path, words_on(draft) | {"item:duties.initial": "別の業務", "do": "save"})
    assert browser.post(f"{path}/prepare", {"sha256": sha256}).headers["location"] == f"{path}/preview"


@pytest.mark.slow
def test_entries_of_a_list_are_added_and_removed_without_script(browser):
    path = begin(browser)
    number = path.rpartition("/")[2]
    draft = browser.office.drafts.find(number)
    added = browser.post(path, words_on(draft) | {"do": "add:wages.allowances"})
    assert 'name="item:wages.allowances.2.name"' in added.text
    draft = browser.office.drafts.find(number)
    browser.post(path, words_on(draft) | {"do": "remove:wages.allowances.0"})
    assert browser.office.drafts.find(number).words["wages.allowances.0.name"] == "通勤手当"


@pytest.mark.slow
def test_a_draft_outlives_the_desk(browser):
    path = begin(browser)
    browser.post(path, {"item:contract_date": "なかばの入力", "do": "save"})
    browser.office.shelf.clear()
    another = Browser(Office(browser.office.options))
    assert 'value="なかばの入力"' in another.get(path).text
    another.office.close()


@pytest.mark.slow
@pytest.mark.parametrize("template", ["", "..", "../consent", "/etc", "nothing"])
def test_only_a_known_template_begins_a_draft(browser, template):
    assert browser.post("/new", {"template": template}).status_code == 404


@pytest.mark.slow
def test_every_template_has_a_form_that_takes_its_example(office):
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.template import EXAMPLE, list_templates
    from signkit.web.desk.contract_form import fill, words_of

    for template in list_templates():
        data = load_contract_data(template.folder / EXAMPLE)
        filled = fill(template, words_of(data), office.settings)
        assert (filled.refused, filled.data) == ((), data), template.id


def test_that_a_list_is_empty_is_said_and_not_guessed(office):
    from signkit.contracts.template import find_template
    from signkit.web.desk.contract_form import NONE, fill

    template = find_template("lease-explanation")
    silent, said = (fill(template, words, office.settings) for words in ({}, {"restrictions": NONE}))
    assert "restrictions" in [path for path, _ in silent.refused]
    assert "restrictions" not in [path for path, _ in said.refused]
    assert said.data["restrictions"] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", ["/", "/contracts", "/new", "/many", "/check", "/card", "/settings", "/health"])
def test_every_page_speaks_both_languages(browser, path, language):
    browser.session.language = language
    page = browser.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    keys = ("today", "contracts", "archive", "new", "many", "check", "card", "settings", "health")
    menu = re.findall(r'<li><a href="[^"]+"[^>]*>([^<]+)</a></li>', page.text)[: len(keys)]
    assert menu == [WORDS[key].in_language(language) for key in keys]


def test_every_word_that_a_page_says_is_there(repository):
    text = "".join(page.read_text(encoding="utf-8") for page in (repository / "signkit/web/desk/pages").glob("*.html"))
    said = set(re.findall(r'say\("([a-z_]+)"[,)]', text))
    assert len(said) > 80
    assert said - set(WORDS) == set()
    assert [key for key, words in WORDS.items() if not (words.en and words.ja)] == []


@pytest.mark.slow
def test_the_card_is_shown_without_a_try(browser):
    page = text_of(browser.get("/card?key=card:virtual:last-try"))
    assert "残り回数 1 回" in page


@pytest.mark.slow
def test_a_search_is_saved_made_again_and_forgotten(browser):
    browser.post("/searches", {"name": "高橋さんの売買", "party": "高橋", "amount_from": "1,000円", "evil": "x"})
    page = browser.get("/contracts")
    assert "高橋さんの売買" in text_of(page)
    query = re.search(r'href="/contracts\?([^"]*party=[^"]+)"', page.text)[1]
    assert "evil" not in query
    assert 'value="高橋"' in browser.get(f"/contracts?{query}".replace("&amp;", "&")).text
    number = browser.office.searches.listed()[0].number
    browser.post(f"/searches/{number}/discard")
    assert browser.office.searches.listed() == []
    assert browser.post("/searches", {"name": " ", "party": "高橋"}).status_code == 404
    assert browser.post("/searches", {"name": "空の検索"}).status_code == 404


@pytest.mark.slow
def test_a_contract_begins_with_a_former_one(signed_sale):
    _, sha256, _, _, office = signed_sale
    browser = Browser(office)
    assert f'value="{sha256}"' in browser.get("/new").text
    answer = browser.post("/new", {"former": sha256})
    draft = office.drafts.find(answer.headers["location"].rpartition("/")[2])
    assert (draft.template, draft.words["seller.name"]) == ("real-estate-sale", "髙橋 祐一郎")
    office.drafts.discard(draft.number)
    assert browser.post("/new", {"former": "0" * 64}).status_code == 404


def test_a_token_is_offered_where_its_library_is_set_and_never_named_on_the_page(tmp_path):
    from starlette.datastructures import FormData

    from signkit.settings import Settings
    from signkit.web.desk.office import DeskOptions

    office = Office(DeskOptions(Settings(home=tmp_path, pkcs11_module=tmp_path / "p11.so"), tmp_path / "desk"))
    key = signing_screen.chosen_key(office, "pkcs11")
    office.close()
    assert signing_screen.signer_of(key, FormData({"token": "token=Office;id=%01"})) == "pkcs11:token=Office;id=%01"
    assert signing_screen.signer_of(key, FormData({})) == "pkcs11:"
    assert signing_screen.signer_of(key, FormData({"token": "token=a?module-path=/tmp/evil.so"})) is None


@pytest.mark.slow
def test_a_form_on_an_old_state_of_a_draft_is_not_written_over_the_new_one(browser):
    number = browser.post("/new", {"template": "nda"}).headers["location"].rpartition("/")[2]
    path = f"/drafts/{number}"
    first, second = (re.search(r'name="changed" value="([^"]+)"', browser.get(path).text)[1] for _ in range(2))
    assert browser.post(path, {"changed": first, "item:purpose": "一つ目", "do": "save"}).status_code == 200
    answer = browser.post(path, {"changed": second, "item:purpose": "二つ目", "do": "save"})
    assert answer.status_code == 409
    assert "二つ目" in answer.text
    assert browser.office.drafts.find(number).words["purpose"] == "一つ目"
    now = re.search(r'name="changed" value="([^"]+)"', answer.text)[1]
    assert browser.post(path, {"changed": now, "item:purpose": "二つ目", "do": "save"}).status_code == 200
    assert browser.office.drafts.find(number).words["purpose"] == "二つ目"


def test_what_is_being_typed_is_kept_without_a_button_and_not_over_another_tabs(browser):
    number = browser.post("/new", {"template": "nda"}).headers["location"].rpartition("/")[2]
    path = f"/drafts/{number}"
    shown = re.search(r'name="changed" value="([^"]+)"', browser.get(path).text)[1]
    kept = browser.post(f"{path}/keep", {"changed": shown, "item:purpose": "途中ま", "count:parties": "2"})
    assert browser.office.drafts.find(number).words["purpose"] == "途中ま"
    other = browser.post(f"{path}/keep", {"changed": shown, "item:purpose": "別のタブ"})
    assert other.status_code == 409
    again = browser.post(path, {"changed": kept.json()["changed"], "item:purpose": "途中まで", "do": "save"})
    assert again.status_code == 200
    assert browser.office.drafts.find(number).words["purpose"] == "途中まで"
    assert browser.post("/drafts/0000000000000000/keep", {}).status_code == 404


@pytest.mark.slow
def test_the_process_that_signs_is_begun_while_the_page_is_read_and_ends_with_the_desk(browser, prepared, monkeypatch):
    from signkit.web.desk import prompted_process

    begun = []

    class Counted(prompted_process.PromptedProcess):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            begun.append(self)

    monkeypatch.setattr(prompted_process, "PromptedProcess", Counted)
    page = f"/documents/{prepared}/sign/seller"
    browser.get(page)
    browser.get(page)
    assert len(begun) == 1
    assert "署名しました" in text_of(sign(browser, prepared, "seller", "card:virtual:takahashi"))
    assert len(begun) == 1
    browser.office.ahead.begin(prompted_process.environment_of(browser.office.settings.home))
    begun[1].stop()
    begun[1]._process.wait()
    taken = browser.office.ahead.take(prompted_process.environment_of(browser.office.settings.home))
    assert taken is begun[2]  # one that died is not given an order
    taken.discard()
    browser.office.ahead.begin(prompted_process.environment_of(browser.office.settings.home))
    browser.office.close()
    assert not begun[3].is_there()


@pytest.mark.parametrize("name", ["辻\U000e0100本 彩", "辻\ufe00本 彩", "辻本 彩"])
def test_the_window_draws_names_without_the_selectors_that_tk_shows_as_boxes(name):
    from signkit.web.desk.prompting import _drawn

    assert _drawn(name) == "辻本 彩"
    assert _drawn("𠮷田") == "𠮷田"


@pytest.mark.slow
def test_a_page_hears_of_what_changed_before_its_first_look(browser):
    at_work, go_on = threading.Event(), threading.Event()

    def work(job):
        job.report(0, 0, Text("first", "一"))
        at_work.set()
        assert go_on.wait(60)

    job = browser.office.jobs.start(DeskJob(Text("work", "作業")), work)
    assert at_work.wait(60)
    asked = re.search(r'data-state="([^"]+)"', browser.get(f"/jobs/{job.number}").text)[1]
    assert browser.get(asked).json() == {"state": "working"}
    job.report(0, 0, Text("second", "二"))
    assert browser.get(asked).json() == {"state": "changed"}
    go_on.set()
