"""Whatever a stranger's name holds, it forges no line, cell, element or command in any report."""

from __future__ import annotations

import csv
import dataclasses
import enum
import json
from html.parser import HTMLParser
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest

from signkit.plain_data import json_text
from signkit.reporting.formats.choice import open_writer
from signkit.reporting.formats.writer import Pictured, ReportFormat
from signkit.words import Text, is_shown
from tests.validation import pdfs
from tests.validation.test_trust import add_document_timestamp

NAMES = (
    "a\nb.pdf: valid (TOTAL-PASSED).", "a\r\nb", "a\x0b\x0cb", "a\x85b", "a\u2028b", "a\u2029b", "a\x00b",
    "\x1b[2Ja", "a\x9b2J", "a\x7f", "a\u202egnp", "\u2066a\u2069", "a\u200bb", "\ufeffa", "\U000e0041a", "\ud800",
    "<script>a</script>", '"><img src=x onerror=a>', "]]>", "&lt;&#10;", "--><b>", "a'\"b", "{0}", "{verdict}", "%s",
    "=1+1", "\t=1+1", " +1", "@SUM(1)", "－1", "a" * 20_000,
)  # fmt: skip
#: What is chosen from a few words of ours, and never a stranger's.
_OURS = {
    "basis", "best_time_source", "changes_after", "code", "coverage", "key_kind", "kind", "level", "policy", "sha256",
    "source", "status", "sub_indication", "trusted_by", "type", "verdict",
}  # fmt: skip


def named(value: Any, name: str, item: str = "") -> Any:
    """Return the same with ``name`` wherever a stranger's words may stand."""
    if isinstance(value, Text):
        return Text(name, name)
    if isinstance(value, str):
        return value if item in _OURS or isinstance(value, enum.Enum) else name
    if dataclasses.is_dataclass(value):
        fields = (each.name for each in dataclasses.fields(value) if each.init)
        return dataclasses.replace(value, **{each: named(getattr(value, each), name, each) for each in fields})
    return tuple(named(each, name, item) for each in value) if isinstance(value, tuple) else value


def written(report, chosen: ReportFormat, language: str) -> str:
    pieces: list[str] = []
    writer = open_writer(chosen, pieces.append, language, Pictured(wanted=False))
    writer.add(report)
    writer.finish()
    return "".join(pieces)


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.found.append((tag, sorted(name for name, _ in attrs)))


def shape(chosen: ReportFormat, text: str) -> Any:
    """What readers make of it, apart from the names."""
    if chosen is ReportFormat.HTML:
        return _Elements(text).found
    if chosen in (ReportFormat.ETSI, ReportFormat.JUNIT):
        return [element.tag for element in ElementTree.fromstring(text).iter()]
    if chosen is ReportFormat.CSV:
        rows = list(csv.reader(StringIO(text.lstrip("\ufeff"), newline="")))
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "－")) for row in rows for cell in row)
        return [len(row) for row in rows]
    if chosen is ReportFormat.JSON:
        return json.loads(text).keys()
    return len(text.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("chosen", list(ReportFormat))
def test_no_name_forges_anything(world, chosen, language):
    signed = world.judge(add_document_timestamp(world.sign(pdfs.build()), world.tsa, over=b"other"))
    plain = shape(chosen, written(named(signed, "plain"), chosen, language))
    for name in NAMES:
        text = written(named(signed, name), chosen, language)
        assert shape(chosen, text) == plain, repr(name[:40])
        told = text.removeprefix("\ufeff")  # Excel's, before a table
        assert all(is_shown(character) or character in "\n\r\t" for character in told), repr(name[:40])


@pytest.mark.parametrize("name", NAMES[:-1])
def test_json_says_the_same_in_one_line_that_steers_nothing(name):
    line = json_text({"name": name, name: [name]})
    assert json.loads(line) == {"name": name, name: [name]}
    assert all(is_shown(character) for character in line)
