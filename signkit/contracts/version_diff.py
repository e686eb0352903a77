"""What differs between two versions of a template, for a lawyer to read: clauses, items, rules, parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from signkit.contracts.bulk.headings import Leaf, leaves
from signkit.contracts.clauses import clauses
from signkit.contracts.rules.law_file import LAW_FILE
from signkit.contracts.rules.rule import Check
from signkit.contracts.template import Party, Template
from signkit.words import Text


@dataclass(frozen=True)
class VersionDifference:
    """One thing that differs: what it is, and its lines before and after; none where it is not there."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class VersionDiff:
    """What differs between two versions.

    Attributes:
        about: title, order of signing, provisions, parties.
        rules: the items of the law file and the rules of consistency.
        without_law: the versions of which no law file was kept; then the items of law of neither are compared.
    """

    about: tuple[VersionDifference, ...]
    clauses: tuple[VersionDifference, ...]
    items: tuple[VersionDifference, ...]
    rules: tuple[VersionDifference, ...]
    without_law: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return any((self.about, self.clauses, self.items, self.rules))


def version_diff(old: Template, new: Template) -> VersionDiff:
    """Compare two versions of a template."""
    bare = tuple(each.version for each in (old, new) if not (each.folder / LAW_FILE).is_file())
    kinds = [_rules(each, with_law=not bare) for each in (old, new)]
    return VersionDiff(
        tuple(_differences(_about(old), _about(new))),
        tuple(_differences(_clauses(old), _clauses(new))),
        tuple(_differences(_items(old), _items(new))),
        tuple(_differences(*kinds)),
        bare,
    )


Lines = Mapping[str, Sequence[str]]


def _differences(old: Lines, new: Lines) -> Iterator[VersionDifference]:
    """Yield what differs, in the order of the new version, what it has no more behind."""
    for name in dict.fromkeys(chain(new, old)):
        before, after = tuple(old.get(name, ())), tuple(new.get(name, ()))
        if before != after:
            yield VersionDifference(name, before, after)


def _about(template: Template) -> Lines:
    return {
        "title": [template.title.ja, template.title.en],
        "signing-order": [template.signing_order],
        "law": template.law,
        "parties": [_party(each) for each in template.parties],
    }


def _party(party: Party) -> str:
    called = f"（呼び名は {party.label_item}）" if party.label_item is not None else ""
    return f"{party.label.ja} ({party.role}){called}{'（記載があるとき）' if party.optional else ''}"


def _clauses(template: Template) -> Lines:
    found: dict[str, Sequence[str]] = {}
    for clause in clauses(template):
        # A heading may stand twice (別紙): then its number among its like tells which.
        same = sum(name.partition(" #")[0] == clause.key for name in found)
        found[f"{clause.key} #{same + 1}" if same else clause.key] = (clause.heading, *clause.lines)
    return found


def _items(template: Template) -> Lines:
    return {f"{leaf.heading()} ({_path(leaf)})": _bounds(leaf) for leaf in leaves(template)}


def _path(leaf: Leaf) -> str:
    return ".".join("0" if step is None else step for step in leaf.steps)


_BOUNDS = (
    "type",
    "format",
    "enum",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "x-clause",
    "x-law",
)


def _bounds(leaf: Leaf) -> list[str]:
    said = [f"{name}: {_list_words(leaf.schema[name])}" for name in _BOUNDS if name in leaf.schema]
    return ["required" if leaf.required else "optional", *said]


def _list_words(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _rules(template: Template, *, with_law: bool) -> Lines:
    found: dict[str, Sequence[str]] = {}
    for check in template.checks:
        if with_law or check.basis is None:
            found[_rule_name(check)] = _rule(check)
    return found


def _rule_name(check: Check) -> str:
    if check.basis is None:
        return f"{check.path}: {check.message.ja}"
    return f"{check.basis.title.ja} ({check.id})"


def _rule(check: Check) -> list[str]:
    lines = [f"when: {check.when}"] if check.when != "true" else []
    lines.append(f"holds: {check.expression}")
    if check.basis is None:
        return lines
    unconfirmed = [] if check.basis.confirmed else ["unconfirmed"]
    return [check.severity, *unconfirmed, f"{check.basis.law}  {check.clause}", check.message.ja, *lines]


#: What the parts of a template are called.
ABOUT = {
    "title": Text("title", "題名"),
    "signing-order": Text("order of signing", "署名の順"),
    "law": Text("provisions", "根拠法令"),
    "parties": Text("parties", "当事者"),
}
