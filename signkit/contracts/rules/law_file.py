"""A template's law file, ``law.toml``: what its contents are held against, for a lawyer to read in one place.

``[[items]]`` are the rules, each with its provision and where that was read.  A source is named by its id in
``[sources]`` of the same file or in the shipped list (``law/sources/sources.toml``); an item without a source is
unconfirmed, and off.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from signkit.contracts.rules.rule import Basis, Check, Severity, Source
from signkit.words import Text, UnfitValue

LAW_FILE = "law.toml"
#: Refusing and passing samples of each item, for the test that walks them all.
SAMPLES = "law-samples.yaml"
_SOURCES = Path(__file__).parents[1] / "law" / "sources" / "sources.toml"


def checks_of(content: Mapping[str, Any]) -> tuple[Check, ...]:
    """Return the items of a law file.

    Raises:
        KeyError: an item lacks what every item has.
        ValueError, TypeError: something has another shape than it must have.
    """
    sources = {**shipped_sources(), **_sources(content.get("sources", {}))}
    checks = tuple(_item(entry, sources) for entry in content.get("items", ()))
    names = [check.id for check in checks]
    if len(set(names)) != len(names):
        raise UnfitValue(_OWN_IDS.filled(law=LAW_FILE))
    return checks


def check_of(entry: Mapping[str, Any]) -> Check:
    """Return one of the ``[[checks]]`` of ``template.toml``, which keep a document consistent.

    Raises:
        KeyError, TypeError: it lacks something, or is no table.
    """
    clause = entry.get("clause")
    message = Text(en=str(entry["message"]["en"]), ja=str(entry["message"]["ja"]))
    when = str(entry.get("when", "true"))
    return Check(
        str(entry["path"]), str(entry["expression"]), None if clause is None else str(clause), message, when=when
    )


@cache
def shipped_sources() -> Mapping[str, Source]:
    """Return the pages in which the provisions were read, by the id that items name."""
    return _sources(tomllib.loads(_SOURCES.read_text(encoding="utf-8")))


def _sources(content: Mapping[str, Any]) -> dict[str, Source]:
    return {name: _source(name, entry) for name, entry in content.items()}


def _source(name: str, entry: Mapping[str, Any]) -> Source:
    read = entry["read"]
    if type(read) is not date:
        raise UnfitValue(_NOT_READ.filled(law=LAW_FILE, source=name))
    return Source(str(entry["title"]), str(entry["address"]), read)


def _item(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Check:
    severity = entry["severity"]
    if severity not in ("refused", "warning"):
        raise UnfitValue(_NO_SEVERITY.filled(law=LAW_FILE, severity=repr(severity)))
    source = entry.get("source")
    if source is not None and source not in sources:
        raise UnfitValue(_NO_SOURCE.filled(law=LAW_FILE, source=repr(source)))
    title = Text(en=str(entry["title"]["en"]), ja=str(entry["title"]["ja"]))
    basis = Basis(title, str(entry["law"]), None if source is None else sources[source], entry.get("values"))
    return Check(
        path=str(entry["path"]),
        expression=str(entry["holds"]),
        clause=str(entry["clause"]),
        message=Text(en=str(entry["message"]["en"]), ja=str(entry["message"]["ja"])),
        id=str(entry["id"]),
        when=str(entry.get("when", "true")),
        severity=cast(Severity, severity),
        basis=basis,
    )


_OWN_IDS = Text("{law}: every item needs an id of its own", "{law}: 項目 (items) には、それぞれ別の id が必要です")
_NOT_READ = Text("source {source}: read is no date", "{law}: 出典 {source} の read が日付ではありません")
_NO_SEVERITY = Text(
    "{law}: severity {severity} is neither refused nor warning",
    "{law}: severity の {severity} は refused でも warning でもありません",
)
_NO_SOURCE = Text("{law}: no source is called {source}", "{law}: {source} という出典 (sources) はありません")
