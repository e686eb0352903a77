"""Everything that a template's contents are held against, in one place, for a lawyer to read."""

from __future__ import annotations

from typing import Any

from signkit.contracts.rules.known_values import Values, all_values
from signkit.contracts.rules.rule import Check, Source
from signkit.contracts.statutes import Law, covered_laws, covers
from signkit.contracts.template import Template
from signkit.words import Text


def law_list(template: Template) -> dict[str, Any]:
    """Return the list as plain values: items of law, rules of consistency, statutory places, values that change.

    Raises:
        ContractError("template-invalid"): ``[covers]`` of the template is no table of paths.
    """
    used = {check.basis.values for check in template.checks if check.basis is not None}
    return {
        "template": {"id": template.id, "version": template.version, "title": _two(template.title)},
        "items": [_item(check) for check in template.checks if check.basis is not None],
        "consistency": [_rule(check) for check in template.checks if check.basis is None],
        "places": [_places(template, law) for law in covered_laws(template)],
        "values": [_values(each) for each in all_values() if each.id in used],
    }


def _item(check: Check) -> dict[str, Any]:
    basis = check.basis
    assert basis is not None
    return {
        "id": check.id,
        "title": _two(basis.title),
        "severity": check.severity,
        "confirmed": basis.confirmed,
        "law": basis.law,
        "source": None if basis.source is None else _source(basis.source),
        "values": basis.values,
        **_rule(check),
    }


def _rule(check: Check) -> dict[str, Any]:
    return {
        "path": check.path,
        "clause": check.clause,
        "when": check.when,
        "holds": check.expression,
        "message": _two(check.message),
    }


def _places(template: Template, law: Law) -> dict[str, Any]:
    answers = covers(template)
    return {
        "id": law.id,
        "law": law.provision,
        "title": _two(law.title),
        "items": [
            {
                "id": item.id,
                "clause": item.clause,
                "title": _two(item.title),
                "answered_by": _answered_by(answers.get(f"{law.id}.{item.id}", ())),
            }
            for item in law.items
        ],
    }


def _answered_by(answer: tuple[str, ...] | str) -> list[str]:
    return [answer] if isinstance(answer, str) else list(answer)


def _values(each: Values) -> dict[str, Any]:
    source = Source(each.source, each.address, each.read)
    known = {"first": each.first.isoformat(), "last": each.last.isoformat()}
    return {"id": each.id, "title": _two(each.title), **known, "source": _source(source)}


def _source(source: Source) -> dict[str, str]:
    return {"title": source.title, "address": source.address, "read": source.read.isoformat()}


def _two(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
