"""No token of a report's JSON reaches a person: each has words, in both languages, in text and HTML."""

from __future__ import annotations

import csv
import io
import json
import re
import typing
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from signkit.pki.policy import AllowedChanges
from signkit.reporting.formats import report_wording
from signkit.reporting.formats.csv_table import BYTE_ORDER_MARK
from signkit.reporting.formats.html import HtmlWriter
from signkit.reporting.formats.report_wording import say_level
from signkit.reporting.formats.text import write_text
from signkit.reporting.formats.writer import ReportFormat
from signkit.validation.report import Verdict

#: Where the schema lists tokens, and the table that has their words.
TABLES = {
    "/properties/kind": report_wording.FILE_KINDS,
    "/properties/verdict": report_wording.VERDICTS,
    "/properties/error/oneOf[1]/properties/code": report_wording.FILE_ERRORS,
    "/properties/template_match/properties/verdict": report_wording.TEMPLATE_MATCHES,
    "/$defs/verdict": report_wording.VERDICTS,
    "/$defs/sub_indication": report_wording.SUB_INDICATIONS,
    "/$defs/signature/properties/type": report_wording.SIGNATURE_TYPES,
    "/$defs/signature/properties/best_time_source": report_wording.BEST_TIME_SOURCES,
    "/$defs/signature/properties/signer/properties/key_kind": report_wording.KEY_KINDS,
    "/$defs/signature/properties/signer/properties/trusted_by": report_wording.TRUSTED_BY,
    "/$defs/signature/properties/party_match/properties/verdict": report_wording.PARTY_MATCHES,
    "/$defs/signature/properties/party_match/properties/basis": report_wording.PARTY_BASES,
    "/$defs/signature/properties/signing_kind": report_wording.SIGNING_KINDS,
    "/$defs/signature/properties/coverage": report_wording.COVERAGES,
    "/$defs/signature/properties/changes_after": report_wording.CHANGES,
    "/$defs/signature/properties/revocation/properties/status": report_wording.REVOCATIONS,
    "/$defs/document_timestamp/properties/coverage": report_wording.COVERAGES,
    "/$defs/profile/properties/name": report_wording.PROFILES,
}
LEVELS = "/$defs/signature/properties/level"


def listed(node, path=""):
    """Yield every list of tokens in the schema with its place."""
    if isinstance(node, dict):
        if "enum" in node:
            yield path, [token for token in node["enum"] if token is not None]
        for name, part in node.items():
            yield from listed(part, f"{path}/{name}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from listed(part, f"{path}[{number}]")


@pytest.fixture(scope="module")
def enumerations(repository):
    schema = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    return dict(listed(schema))


def test_every_list_of_tokens_in_the_schema_has_its_table(enumerations):
    assert enumerations.keys() == TABLES.keys() | {LEVELS}


def test_every_token_has_words_in_both_languages(enumerations):
    for place, table in TABLES.items():
        assert set(enumerations[place]) <= set(table), place
        for token in enumerations[place]:
            assert token not in table[token].ja, (place, token)
            assert re.search("[ぁ-んァ-ン一-龠]", table[token].ja) or token == "pdf", (place, token)


def test_every_level_has_words(enumerations):
    for level in enumerations[LEVELS]:
        said = say_level(level, "ja")
        assert re.search("[一-龠]", said)
        assert "unknown" not in said
    assert set(typing.get_args(AllowedChanges)) <= set(report_wording.CHANGES)


class Words(HTMLParser):
    """What a reader sees of the page: no style, no attribute that is not shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._hidden = tag == "style"
        self.words += [value for name, value in attrs if name in ("alt", "title", "data-label", "aria-label") and value]

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


#: The standard's own terms stand where they are called that, the rest are words of English as well.
WORDS_AS_WELL = {
    "pdf", "none", "form", "other", "good", "evidence", "annotations", "partial", "party", "data", "text", "page",
    "match", "person", "service", "rehearsal", "revoked", "registry", "limit", "approval", "user", "empty",
    "metadata", "unknown", "strict", "archive", "default", "unreadable", "internal", "encrypted", "altered",
    "organisation",
}  # fmt: skip


def variants(passed, enumerations):
    """Reports that hold every token that a signature's report can hold, one after another."""
    (signature,) = passed.signatures
    for token in enumerations["/$defs/sub_indication"]:
        yield signature_of(passed, signature, verdict=Verdict.FAILED, sub_indication=token)
    fields = ("type", "level", "best_time_source", "signing_kind", "coverage", "changes_after")
    for name in fields:
        for token in enumerations[f"/$defs/signature/properties/{name}"]:
            yield signature_of(passed, signature, **{name: token})
    for name in ("key_kind", "trusted_by"):
        for token in enumerations[f"/$defs/signature/properties/signer/properties/{name}"]:
            yield signature_of(passed, signature, signer=replace(signature.signer, **{name: token}))
    for token in enumerations["/$defs/signature/properties/revocation/properties/status"]:
        found = replace(signature.revocation, status=token, source="crl")
        yield signature_of(passed, signature, revocation=found)


def signature_of(report, signature, **changes):
    changed = replace(signature, **changes)
    return replace(report, verdict=changed.verdict, signatures=(changed,), document_timestamps=())


def page_of(report, language):
    """Return the words of the HTML report, without pictures."""
    pieces: list[str] = []
    writer = HtmlWriter(pieces.append, language)
    writer.add(report)
    writer.finish()
    return Words("".join(pieces)).words


def words_of(text):
    """Return the words, without the commands that are advised."""
    return set(re.findall(r"[\w-]+", re.sub(r"signkit [a-z-]+( [a-z-]+)?", "", text)))


@pytest.mark.slow
def test_no_token_stands_in_text_or_html(passed, enumerations):
    tokens = {token for place in enumerations for token in enumerations[place]} - WORDS_AS_WELL
    tokens -= set(enumerations[LEVELS]) | set(enumerations["/$defs/verdict"])  # the standard's own, shown beside words
    for report in variants(passed, enumerations):
        for language in ("en", "ja"):
            page = page_of(report, language)
            terms = [word for word in page if word.startswith(("TOTAL-", "INDETERMINATE"))]
            seen = " ".join(word for word in page if word not in terms)
            found = words_of(seen + write_text(report, language))
            assert not found & tokens, (language, found & tokens)


@pytest.mark.slow
def test_a_japanese_page_holds_no_word_of_the_json(passed, enumerations):
    own = {"good", "pdf", "seller", "Test", "TSA"}
    for report in variants(passed, enumerations):
        tokens = {token for place in enumerations for token in enumerations[place]} - own
        tokens -= set(enumerations[LEVELS]) | set(enumerations["/$defs/verdict"])
        page = page_of(report, "ja")
        seen = " ".join(word for word in page if not word.startswith(("TOTAL-", "INDETERMINATE")))
        assert not words_of(seen) & tokens


# --- CSV -----------------------------------------------------------------------------------------------------


def test_a_japanese_table_is_japanese_and_excel_reads_it(in_japan, passed, unreadable, write):
    text = write(ReportFormat.CSV, [passed, unreadable], "ja")
    assert text.startswith(BYTE_ORDER_MARK)
    assert text.count(BYTE_ORDER_MARK) == 1
    signature, stamp, lost = csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)))
    assert signature["判定"] == "有効"
    assert signature["存在が証明された時刻"] == "2026-11-21 18:00:00"
    assert signature["時刻の標準時"] == "JST"
    assert (stamp["項目"], lost["ファイルの判定"]) == ("文書タイムスタンプ", "読み取れません")
    assert all(re.search("[ぁ-んァ-ン一-龠]", head) or head == "SHA-256" for head in signature)


def test_no_cell_is_python(passed, write):
    for language in ("en", "ja"):
        assert not re.search(r"[A-Z]\w+\(|<\w+[. ]|None|Verdict\.", write(ReportFormat.CSV, [passed], language))


def test_an_english_table_has_no_mark_that_scripts_trip_over(passed, write):
    assert write(ReportFormat.CSV, [passed]).startswith("file,")
