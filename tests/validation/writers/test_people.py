"""What people see first: the verdict in a sentence, who signed, what changed; and how many files stand where."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from signkit.jpki.match_reasons import match_of
from signkit.reporting.change_pictures import changed_pages
from signkit.reporting.formats.html import HtmlWriter
from signkit.reporting.formats.text import write_text
from signkit.reporting.formats.writer import ReportFormat
from signkit.reporting.pictures import Draughtsman, compared_signature
from signkit.reporting.summary import verdict_sentence
from signkit.validation.report import ContractParty, ContractReport, PartyName, Report, Verdict
from signkit.words import Text
from tests.validation import pdfs


def of(report, *verdicts, **changes):
    """The report with a signature for each verdict."""
    (signature,) = report.signatures
    items = tuple(replace(signature, verdict=verdict, field=f"s{at}", **changes) for at, verdict in enumerate(verdicts))
    worst = next(each for each in (Verdict.FAILED, Verdict.INDETERMINATE, Verdict.PASSED) if each in verdicts)
    return replace(report, verdict=worst, signatures=items, document_timestamps=())


@pytest.mark.parametrize(
    ("verdicts", "changes", "sentence"),
    [
        ("P", {}, "署名は有効です。"),
        ("PPP", {}, "3 件の署名は、すべて有効です。"),
        ("F", {}, "署名は無効です。"),
        ("PFP", {}, "3 件の署名のうち 1 件が無効です。"),
        ("FF", {"changes_permitted": False}, "署名された後に書き換えられています。2 件の署名は、すべて無効です。"),
        ("F", {"sub_indication": "HASH_FAILURE"}, "署名された後に書き換えられています。署名は無効です。"),
        ("I", {"sub_indication": "EXPIRED"}, "署名を有効と証明できません。証明書の有効期間が過ぎた後の署名です。"),
        ("IP", {"sub_indication": None}, "2 件の署名のうち 1 件を、有効と証明できません。必要な情報が足りません。"),
    ],
)  # fmt: skip
def test_the_verdict_is_one_sentence(passed, verdicts, changes, sentence):
    words = {"P": Verdict.PASSED, "F": Verdict.FAILED, "I": Verdict.INDETERMINATE}
    report = of(passed, *(words[letter] for letter in verdicts), **{"changes_permitted": True, **changes})
    assert verdict_sentence(report).ja == sentence


def test_what_has_no_signature_has_its_sentence_too(passed, unsigned, unreadable):
    assert verdict_sentence(unsigned).en == "There is no signature in it."
    assert verdict_sentence(unreadable).en == "It could not be judged. The file cannot be read: No such file."
    stamped = replace(passed, signatures=())
    assert verdict_sentence(stamped).en == "Nobody's signature is in it, only a timestamp: valid."


def page(reports, language="ja", draughtsman=None):
    pieces: list[str] = []
    writer = HtmlWriter(pieces.append, language, draughtsman)
    for report in reports:
        writer.add(report)
    writer.finish()
    return "".join(pieces)


def test_html_says_the_verdict_before_everything_else(failed):
    body = page([failed]).split("<body>")[1]
    assert body.index('<p class="verdict">') < body.index("<table")
    assert "<main" in body
    assert re.findall(r"<h(\d)", body)[:2] == ["1", "2"]


def test_many_files_have_an_index_and_counts(all_reports):
    text = page([*all_reports, all_reports[0]])
    assert "検証したファイル: 6 件" in text
    assert re.findall(r"<b>(\d)</b> ([^<]+)", text) == [
        ("2", "有効"), ("2", "無効"), ("1", "署名なし"), ("1", "読み取れません")
    ]  # fmt: skip
    assert text.index('href="#file-6"') < text.index('id="file-1"')


def test_a_single_file_has_neither(passed):
    assert "<nav" not in page([passed])


def test_parties_stand_by_role_and_name_also_who_has_not_signed(passed):
    (signature,) = passed.signatures
    seller = PartyName(Text("Seller", "売主"), "番号 花子")
    signed = replace(signature, field="seller", party=seller, party_match=match_of(["name-equal"], "text"))
    parties = ContractParty("seller", Text("Seller", "売主")), ContractParty("buyer", Text("Buyer", "買主"))
    contract = ContractReport(Text("Sale", "売買契約書"), parties)
    text = page([replace(passed, signatures=(signed,), contract=contract)])
    assert "<h2>売買契約書</h2>" in text
    assert re.search(r'売主</th><td>番号 花子</td><td class="v passed"[^>]*>有効<', text)
    assert re.search(r'買主</th><td>—</td><td class="v other"[^>]*>未署名<', text)


def test_a_valid_signature_by_somebody_else_is_shown_as_no_good(passed):
    (signature,) = passed.signatures
    party = PartyName(Text("Seller", "売主"), "番号 花子")
    other = replace(signature, party=party, party_match=match_of(["name-different"], "text"))
    text = page([replace(passed, signatures=(other,))])
    assert '<section class="file open"' in text
    assert "証明書の名義が当事者と一致しない署名があります。" in text
    assert "当事者の名義ではありません" in text
    assert "<td>番号 花子</td>" not in text


def test_what_to_do_next_stands_where_it_is_read(failed, monkeypatch):
    step = SimpleNamespace(code="ask", fields=("seller",), text=Text("Ask for <it>.", "送信者に求めてください。"))
    monkeypatch.setattr(Report, "next", (step,), raising=False)
    text = page([failed], "en")
    assert text.index("What to do next") < text.index("<table")
    assert "<li>Ask for &lt;it&gt;.</li>" in text
    assert "  → Ask for <it>.\n" in write_text(failed)


# --- pictures --------------------------------------------------------------------------------------------


def test_without_pictures_nothing_of_a_page_is_in_it(world, signed, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)
    text = page([world.judge(signed).with_name(str(path))])
    assert "<img" not in text
    assert "契約書のページの画像" not in text


@pytest.fixture(scope="module")
def altered(signed):
    """A page that was written anew after the signature."""
    return pdfs.update(signed, {pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT].replace(b"100", b"999")})


@pytest.mark.slow
def test_what_changed_is_shown_side_by_side(world, altered, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(altered)
    report = world.judge(altered).with_name(str(path))
    assert report.signatures[0].changes_permitted is False
    drawn = changed_pages(altered, "seller")
    assert [(one.number, one.before == one.after) for one in drawn.pages] == [(1, False)]
    text = page([report], draughtsman=Draughtsman())
    assert "署名されたとき" in text
    assert text.count("<img") == 3, "before, after, and the page with the signature's field"


def test_an_untouched_file_has_no_changes_to_show(world, signed):
    assert compared_signature(world.judge(signed)) is None
    assert changed_pages(signed, "seller").pages == ()


@pytest.mark.slow
def test_what_cannot_be_drawn_costs_its_picture_alone(world, signed, tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)
    monkeypatch.setattr("signkit.reporting.pictures._MEMORY", 1024 * 1024)
    text = page([world.judge(signed).with_name(str(path))], draughtsman=Draughtsman())
    assert "画像なし: ページを安全に描画できませんでした。" in text


# --- the table -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_head_for_all_rows(all_reports, write, language):
    lines = write(ReportFormat.CSV, all_reports, language).splitlines()
    assert len({line.count(",") for line in lines[:3]}) == 1
    assert sum(line.startswith(("file,", "\ufeffファイル,")) for line in lines) == 1


@pytest.mark.slow
@pytest.mark.parametrize("format_", [ReportFormat.TEXT, ReportFormat.HTML, ReportFormat.CSV])
def test_a_name_keeps_its_ideographic_space(passed, write, format_):
    assert "番号　花子.pdf" in write(format_, [passed.with_name("番号　花子.pdf")], "ja")
