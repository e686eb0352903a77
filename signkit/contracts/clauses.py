"""A template's text for people who read no markup: clause by clause, items by their titles, conditions in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from signkit.contracts.schema_items import child, resolve_reference, title_and_clause
from signkit.contracts.template import Template
from signkit.contracts.typesetters import source_of

_ARTICLE = re.compile(r'#article\(\s*(\d+)\s*,\s*"([^"]*)"\s*\)\s*\[')
_HEADING = re.compile(r"={1,3} +(.+)|#closing\[([^\]]*)\]")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_VALUE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_TAG = re.compile(r"\{%-?\s*(.*?)\s*-?%\}", re.DOTALL)
_PATH = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
#: Whole lines that say how the page looks.
_STYLE = re.compile(
    r"^\s*(?:#(?:set|show|let|v|pagebreak)\b.*|(?:columns|stroke|inset|column-gutter|label-width)\s*:.*)$"
)
#: What only lays the text out: names of functions with their options, and the marks around their texts.
_LAYOUT = re.compile(
    r"\.{0,2}#?\b(?:term|amount|lines|row|table\.header)(?=[\[(])|\bstack\([^\[\]]*"
    r"|#?\b[a-z][a-z-]*\((?=[\s\[.)]|$)|#[a-z][a-z.-]*(?:\([^()\[\]]*\))?"
)
_MARKS = re.compile(r"\]\s*,?\s*\[|[\[\]]|^\s*\)[,;]?\s*$|\s\\(?:\s|$)")
#: How an expression is said.
_WORDS = (
    (re.compile(r"\s*\|\s*(?:full_date|yen|date|era|era_year|kanji|area|grouped|int)\b"), ""),
    (re.compile(r"\s*\|\s*join\([^()]*\)"), ""),
    (re.compile(r"\s*\|\s*default\(\[\]\)"), ""),
    (re.compile(r"\s*\|\s*default\(([^()]*)\)"), r"（記載がなければ \1）"),
    (re.compile(r"\s+is not defined"), "の記載がない"),
    (re.compile(r"\s+is defined"), "の記載がある"),
    (re.compile(r"\s+and\s+"), " かつ "),
    (re.compile(r"\s+or\s+"), " 又は "),
    (re.compile(r"\bnot\s+"), "次でない: "),
)
_SEPARATOR = re.compile(r"\bloop\.")
_NUMBERED = re.compile("第[0-9]+条|[一二三四五六七八九十]+(?=[　 ])")
_BEFORE = "（冒頭）"


@dataclass(frozen=True)
class Clause:
    """One heading's text, a line each.

    Attributes:
        key: by what the same clause of another version is known: its number, else its heading.
    """

    key: str
    heading: str
    lines: tuple[str, ...]


def clauses(template: Template) -> tuple[Clause, ...]:
    """Return the template's clauses in the order of its text."""
    texts = [text for _, text in source_of(template).texts(template)]
    return tuple(clause for text in texts for clause in _clauses(template, text))


def _clauses(template: Template, text: str) -> Iterator[Clause]:
    heading, lines = _BEFORE, list[str]()
    for line in _LINE_COMMENT.sub("", _COMMENT.sub("", text)).splitlines():
        if found := _ARTICLE.match(line.strip()):
            named, rest = f"第{found[1]}条（{found[2]}）", line.strip()[found.end() :]
        elif found := _HEADING.match(line.strip()):
            named, rest = found[1] or found[2], line.strip()[found.end() :]
        else:
            lines += _read_clauses(template, line)
            continue
        yield Clause(_key(heading), heading, tuple(lines))
        heading, lines = "".join(_read_clauses(template, named)), _read_clauses(template, rest)
    yield Clause(_key(heading), heading, tuple(lines))


def _key(heading: str) -> str:
    found = _NUMBERED.match(heading)
    return found[0] if found else heading


def _read_clauses(template: Template, line: str) -> list[str]:
    """Return a line as people read it, in the pieces that its markup makes of it."""
    if _STYLE.match(line):
        return []
    titled = _TAG.sub(lambda found: f"\n{_condition(template, found[1])}\n", line)
    titled = _VALUE.sub(lambda found: _printed_text(template, found[1]), titled)
    bare = _MARKS.sub("\n", _LAYOUT.sub("", titled))
    return [piece.strip(" ,\t") for piece in bare.splitlines() if piece.strip(" ,\t()")]


def _printed_text(template: Template, expression: str) -> str:
    """Return what stands for a value."""
    if expression.startswith("signing_block"):
        return "（電子署名欄）"
    if expression.startswith("qr("):
        return "（QRコード）"
    if _SEPARATOR.search(expression):  # what stands between the entries of a list
        return "、"
    return f"〔{_with_titles(template, expression)}〕"


_ENDS = {"else": "［それ以外のとき］", "endif": "［ここまで］", "endfor": "［繰返しここまで］"}


def _condition(template: Template, tag: str) -> str:
    word, _, rest = tag.partition(" ")
    if word in _ENDS:
        return _ENDS[word]
    titled = _with_titles(template, rest)
    return {"if": f"［{titled} のとき］", "elif": f"［または {titled} のとき］", "for": f"［繰返し {titled}］"}.get(
        word, f"［{word} {titled}］"
    )


def _with_titles(template: Template, expression: str) -> str:
    """Return an expression with the titles of the items in place of their paths."""
    kept = iter(_QUOTED.findall(expression))
    pieces = _QUOTED.split(expression)
    titled = [_PATH.sub(lambda found: _title(template, found[0]), piece) for piece in pieces]
    said = "".join(f"{piece}{next(kept, '')}" for piece in titled)
    for form, word in _WORDS:
        said = form.sub(word, said)
    return said.replace("[", "〈").replace("]", "〉")  # brackets are marks of the text


def _title(template: Template, path: str) -> str:
    steps = path.split(".")
    at: Mapping[str, Any] = template.schema
    for step in steps:
        at = resolve_reference(template.schema, child(at, step))
    return title_and_clause(template.schema, steps)[0].ja if at else path
