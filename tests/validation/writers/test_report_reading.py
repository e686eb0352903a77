"""A report that was written as JSON and read again is the same report; anything else is refused."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from signkit.errors import ValidationRefused
from signkit.jpki.company import CompanyRegistration
from signkit.jpki.match_reasons import REASONS, match_of
from signkit.pki.paths.outcome import RevocationStatus
from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.writer import Pictured, ReportFormat
from signkit.validation.api import validate_file
from signkit.validation.options import ValidationOptions
from signkit.validation.profile import ProfileName, ProfileReport, RequirementFinding, RequirementReport
from signkit.validation.reasons import _WORDS, reason
from signkit.validation.report import (
    ContractParty,
    ContractReport,
    EvidenceEnd,
    FreeTextItem,
    PartyName,
    Reason,
    ServiceReport,
    TemplateMatch,
    Verdict,
    worst,
)
from signkit.validation.report_reading import parse_report, read_report
from signkit.words import Text

_WHEN = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)
_SAID = Text("said", "言った")


def _parsed(report):
    return parse_report(json.dumps(report.to_json()).encode())


def _sample(chance: random.Random, passed):
    """Return a report of which every part that may be missing is there or not, by chance."""

    def maybe(value):
        return value if chance.random() < 0.6 else None

    def reasons():
        return tuple(Reason(code, _SAID) for code in chance.sample(sorted(_WORDS), chance.randrange(3)))

    service = ServiceReport("認定事業者", "TSA 1", "総務省")
    whole = replace(passed.document_timestamps[0], service=maybe(service), field=maybe("Stamp1"), reasons=reasons())
    stamp = replace(whole, field=None, coverage=None)
    company = CompanyRegistration("株式会社架空", "東京都", "架空 太郎", "代表取締役", maybe("0123"), maybe("東京"))
    signer = replace(
        passed.signatures[0].signer, company=maybe(company), service=maybe(service), common_name=maybe("番号 花子"),
        identity=maybe({"name": "番号 花子", "address": None, "birth_date": "1990-01-01", "sex": "女性"}),
        key_kind=chance.choice(["person", "unknown"]), trusted_by=maybe("jpki"),
        of_organisation=chance.random() < 0.5,
    )  # fmt: skip
    signatures = tuple(
        replace(
            passed.signatures[0], field=maybe(f"seller{number}"), signer=signer, reasons=reasons(),
            verdict=chance.choice([Verdict.PASSED, Verdict.FAILED, Verdict.INDETERMINATE]), intact=maybe(True),
            sub_indication=maybe("NO_CERTIFICATE_CHAIN_FOUND"), party=maybe(PartyName(_SAID, "番号 花子")),
            party_match=maybe(match_of(chance.sample(sorted(REASONS), 2), maybe("page"))),
            signing_kind=maybe("witness"), claimed_time=maybe(_WHEN), timestamps=(stamp,) * chance.randrange(2),
            revocation=RevocationStatus("good", maybe("embedded-ocsp"), maybe(_WHEN), maybe(_WHEN)),
        )
        for number in range(chance.randrange(1, 4))
    )  # fmt: skip
    findings = (RequirementFinding(chance.random() < 0.5, _SAID, maybe("seller")),) * chance.randrange(2)
    verdict = worst([each.verdict for each in (*signatures, whole)])
    until = maybe(EvidenceEnd(_WHEN, reason("rehearsal")))
    return replace(
        passed, signatures=signatures, reasons=reasons(), verdict=verdict,
        document_timestamps=(whole,) * chance.randrange(2), evidence_until=until,
        profile=maybe(ProfileReport(ProfileName.REGISTRY, (RequirementReport("format", _SAID, findings),))),
        template_match=maybe(TemplateMatch("altered", reasons(), (FreeTextItem("a.b", _SAID, "特約"),), maybe("x"))),
        contract=maybe(ContractReport(maybe(_SAID), (ContractParty("seller", _SAID),))),
    )  # fmt: skip


def _written(report, format_, language):
    pieces = []
    writer = open_writer(format_, pieces.append, language, Pictured(wanted=False))
    writer.add(report)
    writer.finish()
    return "".join(pieces)


def _assert_same(report):
    again = _parsed(report)
    assert again.to_json() == report.to_json()
    for format_ in ReportFormat:
        for language in ("en", "ja"):
            assert _written(again, format_, language) == _written(report, format_, language), format_


def test_every_kind_of_report_comes_back(all_reports):
    for report in all_reports:
        _assert_same(report)


@pytest.mark.slow
def test_what_may_be_missing_comes_back_there_or_not(passed):
    chance = random.Random(17)
    for _ in range(60):
        _assert_same(_sample(chance, passed))


@pytest.mark.slow
def test_reports_of_the_corpus_come_back(corpus):
    files = sorted(each for each in corpus.rglob("*") if each.suffix in (".pdf", ".p7m", ".p7s"))
    assert len(files) > 20
    for file in random.Random(1).sample(files, 20):
        _assert_same(validate_file(file, ValidationOptions(offline=True)))


def test_an_earlier_error_without_japanese_is_read(unreadable):
    value = unreadable.to_json()
    del value["error"]["ja"]
    assert read_report(value).error.message == Text(value["error"]["message"], value["error"]["message"])


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


def _changed(value, path, change):
    root = copy.deepcopy([value])
    node, last = root, 0
    for step in path:
        node, last = node[last], step
    change(node, last)
    return root[0]


def _as_other_kind(node, key):
    node[key] = 1


def _with_more(node, key):
    node[key] = {**node[key], "more": 1} if isinstance(node[key], dict) else {"more": 1}


@pytest.mark.slow
@pytest.mark.parametrize("change", [_as_other_kind, _with_more])
def test_another_value_anywhere_is_refused(passed, unreadable, change):
    chance = random.Random(5)
    for value in [unreadable.to_json(), *(_sample(chance, passed).to_json() for _ in range(8))]:
        for path in _places(value):
            with pytest.raises(ValidationRefused) as refusal:
                read_report(_changed(value, path, change))
            assert refusal.value.code == "report-invalid"
            cause = refusal.value.facts["cause"]
            assert cause.ja != cause.en


@pytest.mark.slow
def test_a_missing_member_anywhere_is_refused(passed):
    value = _sample(random.Random(3), passed).to_json()
    for path in _places(value):
        if path and isinstance(path[-1], str):
            with pytest.raises(ValidationRefused):
                read_report(_changed(value, path, lambda node, key: node.pop(key)))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"\xff", b"NaN", b"[" * 100_000, b'{"schema":"signkit-report/1"}', b'{"a":1,"a":2}',
        b" " * (64 * 1024 * 1024 + 1),
    ],
    ids=["empty", "null", "array", "not-utf-8", "nan", "deep", "other", "twice", "long"],
)  # fmt: skip
def test_what_is_no_report_is_refused(raw):
    with pytest.raises(ValidationRefused) as refusal:
        parse_report(raw)
    assert refusal.value.code == "report-invalid"


def test_what_contradicts_itself_is_refused(passed, failed, unreadable):
    for value in (
        failed.to_json() | {"verdict": "TOTAL-PASSED"},
        passed.to_json() | {"verdict": "NOT-SIGNED"},
        passed.to_json() | {"error": unreadable.to_json()["error"]},
        unreadable.to_json() | {"error": None},
    ):
        with pytest.raises(ValidationRefused):
            read_report(value)
