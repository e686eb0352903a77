"""``signkit template diff NAME VERSION [VERSION]``: what differs between two versions, for a lawyer to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import PlainFormat, TemplateName, TextOrJson
from signkit.errors import UsageProblem
from signkit.plain_data import json_text
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.contracts.template import Template
    from signkit.contracts.version_diff import VersionDiff, VersionDifference

Version = Annotated[
    str,
    typer.Argument(help=words("Version to begin with, as 1.0.0.", "もとの版 (1.0.0 の形)。"), show_default=False),
]
OtherVersion = Annotated[
    str | None,
    typer.Argument(
        help=words("Version to compare with; today's if left out.", "比べる版。省くと今の版。"), show_default=False
    ),
]


def run(
    name: TemplateName, version: Version, other: OtherVersion = None, format_: PlainFormat = TextOrJson.TEXT
) -> None:
    """Print what differs."""
    from signkit.contracts.kept import template_versions
    from signkit.contracts.template import find_template
    from signkit.contracts.version_diff import version_diff
    from signkit.settings import load_settings

    settings = load_settings()
    today = find_template(name, settings)
    known = {each.version: each for each in reversed([today, *template_versions(today.id, settings.template_folders)])}
    old, new = _of(known, version), today if other is None else _of(known, other)
    found = version_diff(old, new)
    if format_ is TextOrJson.JSON:
        versions = {"template": today.id, "from": old.version, "to": new.version}
        print(json_text({**versions, **asdict(found)}, indent=1))
    else:
        print("\n".join(_lines(old, new, found)))


def _of(known: dict[str, Template], version: str) -> Template:
    if version in known:
        return known[version]
    kept = sorted(known, key=lambda each: [int(part) for part in each.split(".")])
    raise UsageProblem(
        Text(f"{version}: no such version is kept", f"{version}: そのような版は残っていません"),
        Text(f"Kept: {', '.join(kept)}.", f"残っている版: {'、'.join(kept)}。"),
    )


def _lines(old: Template, new: Template, found: VersionDiff) -> Iterator[str]:
    from signkit.contracts.version_diff import ABOUT

    title = new.title.in_language(LANGUAGE)
    yield translate(_HEAD, title=title, template=new.id, old=old.version, new=new.version)
    if not found:
        yield translate(_NOTHING)
    yield from _part(_ABOUT, found.about, {name: text.in_language(LANGUAGE) for name, text in ABOUT.items()})
    yield from _part(_CLAUSES, found.clauses)
    yield from _part(_ITEMS, found.items)
    yield from _part(_RULES, found.rules)
    if found.without_law:
        yield ""
        yield translate(_WITHOUT_LAW, versions=", ".join(found.without_law))


def _part(heading: Text, found: Sequence[VersionDifference], names: dict[str, str] | None = None) -> Iterator[str]:
    if found:
        yield ""
        yield translate(heading)
    for each in found:
        mark = _ADDED if not each.before else _REMOVED if not each.after else _CHANGED
        yield f"  [{translate(mark)}] {(names or {}).get(each.name, each.name)}"
        yield from (f"      {line}" for line in _changed_lines(each.before, each.after))


def _changed_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines that are gone (-) and new (+), with the one before them that stayed, for their place."""
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"- {_words_of(line)}" for line in before[start:end])
            yield from (f"+ {_words_of(line)}" for line in after[new_start:new_end])
        elif end < len(before) or new_end < len(after):
            yield f"  {_words_of(before[end - 1])}"


def _words_of(line: str) -> str:
    """Return a line with the word that it begins with in the reader's language."""
    word, colon, rest = line.partition(": ")
    return f"{translate(_LABELS[word])}{colon}{rest}" if word in _LABELS else line


_LABELS = {
    "required": Text("required", "必須"),
    "optional": Text("optional", "任意"),
    "type": Text("kind", "種類"),
    "format": Text("format", "形式"),
    "enum": Text("choices", "選択肢"),
    "const": Text("always", "固定値"),
    "minimum": Text("at least", "最小"),
    "maximum": Text("at most", "最大"),
    "minLength": Text("characters, at least", "最少文字数"),
    "maxLength": Text("characters, at most", "最多文字数"),
    "pattern": Text("pattern", "書式"),
    "x-clause": Text("clause", "条項"),
    "x-law": Text("law", "根拠法令"),
    "when": Text("where", "対象"),
    "holds": Text("must hold", "条件"),
    "refused": Text("refused", "拒否"),
    "warning": Text("warning", "警告"),
    "unconfirmed": Text("unconfirmed", "未確認"),
    "fixed": Text("in the order of the parties", "当事者の順"),
    "free": Text("in any order", "順不同"),
}
_HEAD = Text("{title} ({template}): version {old} → {new}", "{title} ({template}): {old} 版 → {new} 版")
_NOTHING = Text("Nothing differs that is printed or looked at.", "印字される内容にも照合する内容にも違いはありません。")
_ABOUT = Text("About the document:", "書面について:")
_CLAUSES = Text(
    "Clauses (〔 〕: an item of the data; ［ ］: when it is printed):",
    "条項 (〔 〕はデータの項目、［ ］は印字される条件):",
)
_ITEMS = Text("Items of the data:", "データの項目:")
_RULES = Text("What the contents are held against:", "内容の照合:")
_ADDED, _REMOVED, _CHANGED = Text("added", "追加"), Text("removed", "削除"), Text("changed", "変更")
_WITHOUT_LAW = Text(
    "No law file was kept of {versions}: the items of law are not compared (`signkit template law` shows today's).",
    "{versions} 版の法令ファイルは残っていないため、法令の項目は比べていません (今の項目は `signkit template law`)。",
)
