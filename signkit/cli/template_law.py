"""``signkit template law NAME``: what a template's contents are held against, for a lawyer to read in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from signkit.cli.language import LANGUAGE, translate
from signkit.cli.options import PlainFormat, TemplateName, TextOrJson
from signkit.plain_data import json_text
from signkit.words import Text


def run(name: TemplateName, format_: PlainFormat = TextOrJson.TEXT) -> None:
    """Print the list."""
    from signkit.contracts.rules.rule_list import law_list
    from signkit.contracts.template import find_template
    from signkit.settings import load_settings

    found = law_list(find_template(name, load_settings()))
    if format_ is TextOrJson.JSON:
        print(json_text(found, indent=1))
    else:
        print("\n".join(_lines(found)))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    template = found["template"]
    yield f"{_item_words(template['title'])}  ({template['id']} {template['version']})"
    yield translate(_NOT_ADVICE)
    on = [item for item in found["items"] if item["confirmed"]]
    off = [item for item in found["items"] if not item["confirmed"]]
    for heading, items in ((_CONTENTS, on), (_UNCONFIRMED, off)):
        if items:
            yield ""
            yield translate(heading)
            for item in items:
                yield from _item_lines(item)
    yield from _consistency_lines(found["consistency"])
    for law in found["places"]:
        yield ""
        yield translate(_PLACES, title=_item_words(law["title"]), law=law["law"])
        for item in law["items"]:
            yield f"  {item['clause']}  {_item_words(item['title'])}: {', '.join(item['answered_by']) or '-'}"
    for values in found["values"]:
        yield ""
        yield translate(_VALUES, title=_item_words(values["title"]), first=values["first"], last=values["last"])
        yield f"  {_source(values['source'])}"


def _item_lines(item: Mapping[str, Any]) -> Iterator[str]:
    severity = translate(_SEVERITIES[item["severity"]])
    yield f"  [{severity}] {_item_words(item['title'])}  ({item['id']})"
    yield f"      {item['law']}  {item['clause']}  {item['path']}"
    yield f"      {_item_words(item['message'])}"
    if item["when"] != "true":
        yield f"      {translate(_WHEN)} {item['when']}"
    yield f"      {translate(_HOLDS)} {item['holds']}"
    yield f"      {_source(item['source']) if item['source'] else translate(_NO_SOURCE)}"


def _consistency_lines(rules: list[Mapping[str, Any]]) -> Iterator[str]:
    if rules:
        yield ""
        yield translate(_CONSISTENCY)
    for rule in rules:
        yield f"  {rule['clause'] or '-'}  {rule['path']}: {_item_words(rule['message'])}"


def _source(source: Mapping[str, str]) -> str:
    return translate(_SOURCE, **source)


def _item_words(text: Mapping[str, str]) -> str:
    return text[LANGUAGE]


_SEVERITIES = {"refused": Text("refused", "拒否"), "warning": Text("warning", "警告")}
_NOT_ADVICE = Text(
    "What the contents are held against. No legal advice: have a professional look at the contract.",
    "契約の内容を照らし合わせる項目の一覧です。法律上の助言ではありません。実際の契約は専門家に確かめてください。",
)
_CONTENTS = Text("Contents, by law:", "法令に照らす内容:")
_UNCONFIRMED = Text(
    "Unconfirmed (no source was found; contracts are not held to these):",
    "未確認 (出典を確認できていないため、照合していません):",
)
_CONSISTENCY = Text(
    "Consistency of the document (refused where it contradicts itself):", "文書の整合 (矛盾があれば拒否):"
)
_PLACES = Text("Places for the statutory items, {title} ({law}):", "法定記載事項の記載欄　{title} ({law}):")
_VALUES = Text(
    "{title}: known from {first} to {last}; beyond, the check says that it does not know.",
    "{title}: {first}から{last}までの値があります。それ以外の日については、不明であることを表示します。",
)
_SOURCE = Text("read {read}: {title} {address}", "{read} 閲覧: {title} {address}")
_NO_SOURCE = Text("no source", "出典なし")
_WHEN = Text("where:", "対象:")
_HOLDS = Text("must hold:", "条件:")
