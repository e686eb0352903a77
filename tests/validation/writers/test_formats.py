"""CSV, JUnit, HTML, ETSI: every format from the same value, whole and harmless whatever the value holds."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from signkit.reporting.formats.csv import COLUMNS
from signkit.reporting.formats.html import HtmlWriter
from signkit.reporting.formats.writer import ReportFormat
from signkit.reporting.pictures import Draughtsman
from signkit.validation.report import Verdict

VR = "{http://uri.etsi.org/19102/v1.4.1#}"


# --- CSV -----------------------------------------------------------------------------------------------------


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_row_a_signature_and_timestamp_and_one_for_a_file_without(
    in_japan, write, passed, unsigned, unreadable
):
    found = rows(write(ReportFormat.CSV, [passed, unsigned, unreadable]))
    assert [(row["file"], row["entry"], row["verdict"]) for row in found] == [
        ("good.pdf", "signature", "TOTAL-PASSED"),
        ("good.pdf", "document-timestamp", "TOTAL-PASSED"),
        ("unsigned.pdf", "", ""),
        ("gone.pdf", "", ""),
    ]
    assert [row["file_verdict"] for row in found[2:]] == ["NOT-SIGNED", "UNREADABLE"]
    assert (found[2]["error"], found[3]["error"]) == ("", "unreadable")
    assert found[0]["timestamps"] == "2026-11-21 18:00:00=TOTAL-PASSED"


def test_csv_without_files_has_its_header(write):
    assert write(ReportFormat.CSV, []) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_csv_cells_are_no_formulas(write, passed, start):
    (row, _) = rows(write(ReportFormat.CSV, [passed.with_name(f"{start}1+1.pdf")]))
    assert row["file"].startswith("'")


def test_csv_of_hostile_texts_keeps_its_rows_and_columns(write, hostile):
    found = rows(write(ReportFormat.CSV, [hostile]))
    assert len(found) == 2
    assert all(None not in row and set(row) == set(COLUMNS) for row in found)
    assert not any(character in cell for row in found for cell in row.values() for character in "\x00\x1b\r\n\u202e")


# --- JUnit ---------------------------------------------------------------------------------------------------


def test_junit_has_a_case_a_file_and_only_passed_succeeds(write, passed, failed, unsigned, unreadable):
    (suite,) = ElementTree.fromstring(write(ReportFormat.JUNIT, [passed, failed, unsigned, unreadable]))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")
    kinds = {case.get("name"): [(part.tag, part.get("type")) for part in case] for case in suite}
    assert kinds == {
        "good.pdf": [("system-out", None)],
        "forged.pdf": [("failure", "TOTAL-FAILED")],
        "unsigned.pdf": [("failure", "NOT-SIGNED")],
        "gone.pdf": [("error", "UNREADABLE")],
    }
    assert suite[1][0].get("message") == "TOTAL-FAILED: hash-mismatch"


def test_junit_counts_what_is_not_proven_as_a_failure(write, passed):
    (suite,) = ElementTree.fromstring(write(ReportFormat.JUNIT, [replace(passed, verdict=Verdict.INDETERMINATE)]))
    assert suite[0][0].get("type") == "INDETERMINATE"


def test_junit_speaks_japanese(write, failed):
    assert "無効" in write(ReportFormat.JUNIT, [failed], "ja")


@pytest.mark.parametrize("format_", [ReportFormat.JUNIT, ReportFormat.ETSI])
def test_xml_of_hostile_texts_is_well_formed(write, hostile, format_):
    text = write(format_, [hostile]).encode("utf-8", "strict").decode()
    assert "<script" not in text
    root = ElementTree.fromstring(text)
    assert "<script>alert(1)</script>" in "".join(root.itertext()) + "".join(
        value for element in root.iter() for value in element.attrib.values()
    )


# --- ETSI TS 119 102-2 ---------------------------------------------------------------------------------------


def test_etsi_has_a_report_a_signature_with_its_indications(write, passed, failed):
    root = ElementTree.fromstring(write(ReportFormat.ETSI, [passed, failed]))
    assert root.tag == f"{VR}ValidationReport"
    status = [
        (item.findtext(f".//{VR}MainIndication"), item.findtext(f".//{VR}SubIndication"))
        for item in root.findall(f"{VR}SignatureValidationReport")
    ]
    assert status == [
        ("urn:etsi:019102:mainindication:total-passed", None),
        ("urn:etsi:019102:mainindication:total-failed", "urn:etsi:019102:subindication:HASH_FAILURE"),
    ]
    assert root.findtext(f".//{VR}POETime") == "2026-11-21T09:00:00Z"
    assert root.findtext(f".//{VR}DAIdentifier") == "good.pdf#seller"


def test_etsi_references_lead_to_objects(write, passed, failed):
    root = ElementTree.fromstring(write(ReportFormat.ETSI, [passed, failed]))
    objects = {item.get("id") for item in root.iter(f"{VR}ValidationObject")}
    references = {item.get("VOReference") for item in root.iter(f"{VR}SignerCertificate")}
    assert len(references) == 2
    assert references < objects, "the document timestamp is an object too"


def test_etsi_says_what_became_of_files_without_signatures(write, unsigned, unreadable):
    root = ElementTree.fromstring(write(ReportFormat.ETSI, [unsigned, unreadable]))
    assert [item.text for item in root.iter(f"{VR}MainIndication")] == [
        "urn:cef:dss:mainindication:noSignatureFound",
        "urn:etsi:019102:mainindication:indeterminate",
    ]
    assert [item.text for item in root.iter(f"{VR}Type")] == [
        "urn:signkit:reason:not-signed",
        "urn:signkit:reason:unreadable",
    ]


# --- HTML ----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would see: tags, and everything they could fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.slow
def test_html_is_one_page_without_scripts_or_references(write, all_reports):
    text = write(ReportFormat.HTML, all_reports)
    page = Page(text)
    assert not page.open
    assert not {"script", "iframe", "object", "link", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"srcset", "action", "style"}
    targets = {value for name, value in page.attributes if name == "id"}
    links = {value for name, value in page.attributes if name == "href"}
    assert len(links) == len(all_reports) + 1, "the files from the index, and back"
    assert links <= {f"#{target}" for target in targets}
    assert all((value or "").startswith("data:image/png;base64,") for name, value in page.attributes if name == "src")
    style = hashlib.sha256(re.search(r"<style>(.*)</style>", text, re.DOTALL)[1].encode()).digest()
    allowed = f"style-src 'sha256-{base64.b64encode(style).decode()}'"
    policy = f"default-src 'none'; img-src data:; {allowed}; base-uri 'none'; form-action 'none'"
    assert ("content", policy) in page.attributes
    assert not re.search(r"url\(|@import|https?:", text)


@pytest.mark.slow
def test_html_of_hostile_texts_shows_them_as_text(write, hostile):
    text = write(ReportFormat.HTML, [hostile])
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search("[\x00\x1b\u202e\udc80]", text)


@pytest.mark.slow
def test_html_speaks_the_readers_language(write, passed):
    assert '<html lang="ja">' in write(ReportFormat.HTML, [passed], "ja")
    assert "署名の検証結果" in write(ReportFormat.HTML, [passed], "ja")
    assert "The signature is valid." in write(ReportFormat.HTML, [passed])


@pytest.mark.slow
def test_html_shows_the_page_with_the_signatures_place(write, world, signed, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)
    text = write(ReportFormat.HTML, [world.judge(signed).with_name(str(path))])
    assert text.count("<img ") == 1
    assert "1 = field “seller”" in text
    assert "holds pictures of the contract" in text


@pytest.mark.slow
def test_html_draws_only_the_file_that_was_judged(write, world, signed, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(signed + b"\n")
    text = write(ReportFormat.HTML, [world.judge(signed).with_name(str(path))])
    assert "<img " not in text
    assert "no longer the one that was judged" in text


@pytest.mark.slow
def test_html_draws_a_bounded_number_of_files(world, signed, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(signed)
    pieces: list[str] = []
    writer = HtmlWriter(pieces.append, draughtsman=Draughtsman(files=1))
    for _ in range(3):
        writer.add(world.judge(signed).with_name(str(path)))
    writer.finish()
    assert "".join(pieces).count("<img ") == 1
    assert "".join(pieces).count("only the first files of a run are drawn") == 2


def test_html_without_files_is_a_whole_page(write):
    assert not Page(write(ReportFormat.HTML, [])).open


# --- text ----------------------------------------------------------------------------------------------------


def test_text_says_of_an_unsigned_file_that_nothing_is_signed(write, unsigned):
    first, *rest = write(ReportFormat.TEXT, [unsigned]).splitlines()
    assert first == "unsigned.pdf: not signed (NOT-SIGNED). There is no signature in it."
    assert all(line.startswith("  → ") for line in rest), "nothing but what to do next"
