"""The published schema holds for every report there can be."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from signkit.limits import Limits
from signkit.reporting.batch import validate_many
from signkit.reporting.formats.writer import ReportFormat
from signkit.validation.api import _LOST
from signkit.validation.options import ValidationOptions
from signkit.validation.reasons import _WORDS


@pytest.fixture(scope="module")
def schema(repository):
    text = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(text)
    return Draft202012Validator(text, format_checker=FormatChecker())


@pytest.mark.slow
def test_every_kind_of_report_fits(schema, all_reports, write):
    for line in write(ReportFormat.JSONL, all_reports).splitlines():
        schema.validate(json.loads(line.encode("utf-8", "backslashreplace")))
    schema.validate(json.loads(write(ReportFormat.JSON, all_reports[:1])))


@pytest.mark.slow
def test_reports_of_the_whole_way_fit(schema, world, signed, tmp_path):
    files = {"a.pdf": signed, "b.pdf": b"", "c.pdf": b"%PDF-1.7 broken", "d.p7m": b"0", "e.pdf": signed[:900]}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    bounded = replace(world.options, limits=Limits(objects=1))
    for options in (world.options, bounded, replace(world.options, identity=True)):
        for report in validate_many([tmp_path, tmp_path / "missing.pdf"], options, jobs=0):
            schema.validate(report.to_json())


def test_a_report_that_tells_less_is_refused(schema, passed):
    report = passed.to_json()
    for item in list(report):
        assert not schema.is_valid({name: value for name, value in report.items() if name != item})


@pytest.mark.parametrize(
    ("item", "value"),
    [("verdict", "VALID"), ("sha256", "x"), ("kind", "doc"), ("validation_time", "yesterday"), ("more", 1)],
)
def test_a_wrong_value_is_refused(schema, passed, item, value):
    assert not schema.is_valid(passed.to_json() | {item: value})


def test_an_unsigned_file_has_no_error_and_an_unreadable_one_no_signatures(schema, unsigned, unreadable, passed):
    assert unsigned.to_json()["error"] is None
    assert [reason["code"] for reason in unsigned.to_json()["reasons"]] == ["not-signed"]
    assert not schema.is_valid(unsigned.to_json() | {"error": unreadable.to_json()["error"]})
    assert not schema.is_valid(unreadable.to_json() | {"signatures": passed.to_json()["signatures"]})


def test_the_schema_names_every_error(schema):
    known = set(schema.schema["properties"]["error"]["oneOf"][1]["properties"]["code"]["enum"])
    words = set(_WORDS)
    whole_file = set(list(_WORDS)[list(_WORDS).index("no-pdf") :]) - {"not-signed"}
    assert known == whole_file | {f"worker-{cause}" for cause in _LOST}
    assert words > whole_file


def test_the_schema_names_every_sub_indication(schema, repository):
    known = set(schema.schema["$defs"]["sub_indication"]["enum"])
    source = "".join(path.read_text(encoding="utf-8") for path in (repository / "signkit/validation").glob("*.py"))
    used = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source))
    assert {"FORMAT_FAILURE", "HASH_FAILURE", "TRY_LATER"} <= used & known
    assert {word for word in used if word.endswith(("_FAILURE", "_NO_POE", "_FOUND", "_LATER"))} <= known


@pytest.mark.slow
def test_a_corpus_fits(schema, corpus):
    files = sorted(path for path in corpus.iterdir() if path.is_file())
    for report in validate_many(files, ValidationOptions(offline=True), jobs=2):
        schema.validate(report.to_json())
