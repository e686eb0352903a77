"""Holding a contract's data against the rules of its template: what is refused, warned of, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from signkit.contracts.rules.known_values import NotKnown
from signkit.contracts.rules.rule import Check, Scrutiny
from signkit.contracts.sandbox import holds
from signkit.contracts.schema_items import title_and_clause
from signkit.contracts.template import Template
from signkit.errors import Problem
from signkit.words import Text


def findings(template: Template, data: Mapping[str, Any], scrutiny: Scrutiny) -> Iterator[Problem]:
    """Yield what the rules find; ``data`` fit the schema.

    Raises:
        ContractError("template-invalid"): a rule is faulty.
    """
    for check in template.checks:
        if check.is_on(scrutiny) and (found := _finding(template, check, data)) is not None:
            yield found


def _finding(template: Template, check: Check, data: Mapping[str, Any]) -> Problem | None:
    try:
        if not holds(template, check.when, data) or holds(template, check.expression, data):
            return None
    except NotKnown as unknown:
        return _problem(template, check, "not-known", unknown.words)
    return _problem(template, check, "check" if check.basis is None else "law", check.message)


def _problem(template: Template, check: Check, code: str, words: Text) -> Problem:
    title, clause = title_and_clause(template.schema, check.path.split("."))
    return Problem(
        code,
        check.path,
        title,
        check.clause or clause,
        words,
        # What is not known is no reason to refuse.
        severity="warning" if code == "not-known" else check.severity,
        rule=check.id,
        law=None if check.basis is None else check.basis.law,
    )
