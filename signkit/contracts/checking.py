"""Check contract data against a template: every problem at once, by path, title, clause, in the user's language.

Looked at are the schema, the template's own checks, characters that may not or cannot be printed, and 個人番号.  No
value is ever quoted in a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from signkit.contracts import characters, fonts, privacy, unfilled
from signkit.contracts.rules.rule import LAWFUL, Scrutiny, Severity
from signkit.contracts.schema_items import dotted_path, schema_at, title_and_clause
from signkit.contracts.template import Template
from signkit.errors import Problem
from signkit.jpki.corporate_number import corporate_number_fits
from signkit.words import Text

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

#: More problems than anybody mends in one go are not listed.
MAX_PROBLEMS = 200


def check_contract_data(
    template: Template, data: Mapping[str, Any], font_set: fonts.FontSet | None = None
) -> tuple[Problem, ...]:
    """Return what is wrong with ``data``: its structure, then its texts, then the template's rules; nothing if it fits.

    Only what is refused is in it; see `examine`.

    Raises:
        ContractError("template-invalid"): a check of the template is faulty.
    """
    return examine(template, data, font_set).refused


@dataclass(frozen=True)
class DataExamination:
    """What was found of a contract's data: what refuses it, and what its parties should know.

    Attributes:
        warnings: none are looked for where the data do not fit the schema.
    """

    refused: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    def refused_at(self, scrutiny: Scrutiny) -> tuple[Problem, ...]:
        """Return what refuses the contract; a strict look takes warnings for refusals."""
        return (*self.refused, *self.warnings) if scrutiny.strict else self.refused


def examine(
    template: Template,
    data: Mapping[str, Any],
    font_set: fonts.FontSet | None = None,
    scrutiny: Scrutiny = LAWFUL,
) -> DataExamination:
    """Hold ``data`` against the schema, the characters that may be printed, and the template's rules.

    Raises:
        ContractError("template-invalid"): a check of the template is faulty.
    """
    structure = [_schema_problem(template, error) for error in _validator(template).iter_errors(data)]
    rules = [] if structure else _findings(template, data, scrutiny)
    found = dict.fromkeys([*structure, *_text_problems(template, data, font_set, scrutiny), *rules])
    refused = tuple(each for each in found if each.severity == "refused")
    warnings = tuple(each for each in found if each.severity == "warning")
    return DataExamination(refused[:MAX_PROBLEMS], warnings[:MAX_PROBLEMS])


@lru_cache(maxsize=16)
def _validator(template: Template) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(())
    checker.checks("date", raises=ValueError)(_is_date)
    checker.checks("corporate-number")(_is_corporate_number)
    return Draft202012Validator(template.schema, format_checker=checker)


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return False
        date.fromisoformat(value)
    return True


def _is_corporate_number(value: object) -> bool:
    return not isinstance(value, str) or corporate_number_fits(value)


def _findings(template: Template, data: Mapping[str, Any], scrutiny: Scrutiny) -> list[Problem]:
    # Jinja is loaded only by who comes as far as this.
    from signkit.contracts.rules.findings import findings

    return list(findings(template, data, scrutiny))


def _text_problems(
    template: Template, data: Mapping[str, Any], font_set: fonts.FontSet | None, scrutiny: Scrutiny
) -> Iterator[Problem]:
    for steps, key, text in _texts(data, ()):
        other = not key and is_other_number(template, steps, scrutiny)
        faults = [*_number_faults(text, dotted_path(steps), key, other), *_faults(text, key, font_set)]
        # A contract that was made and signed is typeset again as it is.
        if scrutiny.law and not key:
            faults += _meaning_faults(text, may_be_blank="minLength" not in schema_at(template.schema, steps))
        for code, message in faults:
            title, clause = title_and_clause(template.schema, steps)
            severity: Severity = "warning" if code in _WARNED_OF else "refused"
            yield Problem(code, dotted_path(steps), title, clause, message, severity)


def _faults(text: str, key: bool, font_set: fonts.FontSet | None) -> Iterator[tuple[str, Text]]:
    if refused := characters.refused_characters(text):
        shown = ", ".join(characters.describe(character) for character in refused)
        yield (
            "character",
            Text(
                f"holds characters that may not stand in a contract: {shown}",
                f"契約書に使えない文字があります: {shown}",
            ),
        )
    elif not key and (missing := fonts.missing_glyphs(text, font_set)):
        shown = fonts.describe_missing(missing)
        yield "glyph", Text(f"the fonts cannot draw: {shown}", f"フォントに字形のない文字があります: {shown}")


def _meaning_faults(text: str, *, may_be_blank: bool) -> Iterator[tuple[str, Text]]:
    """Yield what makes a text say nothing, or something that cannot be."""
    if unfilled.is_blank(text):
        if text and not may_be_blank:  # the schema tells of no characters at all
            yield "value", _EMPTY
    elif unfilled.is_placeholder(text):
        yield _PLACEHOLDER, _PLACEHOLDER_LEFT
    elif unfilled.names_impossible_date(text):
        yield _NO_SUCH_DATE, _NO_DATE


def _number_faults(text: str, path: str, key: bool, other: bool) -> Iterator[tuple[str, Text]]:
    """Yield what a text holds or says of a 個人番号; ``other``: its number is known to be another."""
    found = None if other else privacy.find_my_number(text)
    if found == "certain":
        yield "my-number", MY_NUMBER if key else _MY_NUMBER_IN.filled(item=path)
    if found == "possible":
        yield _MAYBE, _MAYBE_MY_NUMBER
    if privacy.names_my_number(text):
        yield "my-number", MY_NUMBER_NAMED


def is_other_number(template: Template, steps: Sequence[str | int], scrutiny: Scrutiny) -> bool:
    """Tell whether an item's twelve digits are no 個人番号: its schema or whoever makes the contract says so."""
    declared = schema_at(template.schema, steps).get("x-other-number") is True
    return declared or dotted_path(steps) in dict(scrutiny.other_numbers)


def other_numbers(template: Template, data: Mapping[str, Any], scrutiny: Scrutiny) -> frozenset[str]:
    """Return the twelve digits of the items that may hold such: other numbers, and what is only warned of."""
    found: frozenset[str] = frozenset()
    for steps, key, text in _texts(data, ()):
        if not key and (is_other_number(template, steps, scrutiny) or privacy.find_my_number(text) == "possible"):
            found |= privacy.fitting_numbers(text)
    return found


_MAYBE = "my-number-possible"
_PLACEHOLDER = "placeholder"
_NO_SUCH_DATE = "no-such-date"
_WARNED_OF = frozenset({_MAYBE, _PLACEHOLDER, _NO_SUCH_DATE})
_EMPTY = Text("must not be empty", "空にはできません")
_PLACEHOLDER_LEFT = Text(
    "seems to be still to be filled in: a stroke, circles or the like stand in its place",
    "未記入のように見えます(線や○、「未定」だけが書かれています)",
)
_NO_DATE = Text(
    "names a day, month or year of an era that there is not",
    "存在しない日付又は元号の年が書かれています",
)
MY_NUMBER = Text(
    "holds what may be a 個人番号 (12 digits whose check digit fits); it must not stand in a contract",
    "個人番号とみられる12桁の数字があります。契約書には記載できません",
)
_MY_NUMBER_IN = Text(
    f"{MY_NUMBER.en} (if it is another number, say which: --other-number {{item}}=WHAT)",
    f"{MY_NUMBER.ja} (別の番号であるときは、その種類を示します: --other-number {{item}}=種類)",
)
_MAYBE_MY_NUMBER = Text(
    "holds twelve digits that would fit a 個人番号 and may be another number; look whether it is one",
    "個人番号の形に合う12桁の数字があります。別の番号であることを確かめてください",
)
MY_NUMBER_NAMED = Text(
    "names the 個人番号; it must not stand in a contract", "個人番号を指す語があります。契約書には記載できません"
)


def _texts(value: Any, steps: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], bool, str]]:
    """Yield every key and every scalar of the data as text, with the steps to it and whether it is a key."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield (*steps, key), True, key
            yield from _texts(item, (*steps, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*steps, index))
    elif isinstance(value, str):
        yield steps, False, value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield steps, False, str(value)


def _schema_problem(template: Template, error: ValidationError) -> Problem:
    steps: list[str | int] = list(error.absolute_path)
    code = "value"
    if _any(error.instance) is None:
        code = "type"  # whatever else it should be: told once
    elif error.validator == "required":
        steps.append(_missing_name(error))
        code = "missing"
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        code = "unknown"
    elif error.validator == "type":
        code = "type"
    title, clause = title_and_clause(template.schema, steps)
    return Problem(code, dotted_path(steps), title, clause, _words(error))


def _any(value: object) -> Any:
    """Return an attribute of a validation error, whose type says it may be unset; here it never is."""
    return value


def _missing_name(error: ValidationError) -> str:
    """Return the one missing item that ``error`` is about (the library words it, one error an item)."""
    names: list[str] = _any(error.validator_value)
    return next(name for name in names if name not in _any(error.instance) and error.message.startswith(repr(name)))


_TYPES = {
    "string": Text("a text", "文字列"),
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "true または false"),
    "array": Text("a list", "リスト"),
    "object": Text("a table of items", "項目の表"),
}


_FORMATS = {
    "date": Text("must be a date such as 2026-11-21", "2026-11-21 の形の正しい日付にしてください"),
    "corporate-number": Text(
        "must be a 法人番号: 13 digits, the first of them the check digit",
        "13桁の法人番号にしてください(検査用数字が合いません)",
    ),
}


def _words(error: ValidationError) -> Text:
    """Say in both languages what a schema error means; the value itself is never quoted."""
    wanted = _any(error.validator_value)
    if _any(error.instance) is None:
        return Text("has no value yet", "値が記入されていません")
    match error.validator:
        case "required":
            return Text("is missing", "記載がありません")
        case "type":
            kind = _TYPES.get(str(wanted), Text(str(wanted), str(wanted)))
            return Text(f"must be {kind.en}", f"{kind.ja}で書いてください")
        case "enum":
            choices = ", ".join(str(choice) for choice in wanted)
            return Text(f"must be one of: {choices}", f"次のいずれかにしてください: {choices}")
        case "const":
            return Text(f"must be {wanted}", f"{wanted} でなければなりません")
        case "format":
            return _FORMATS[wanted]
        case "minimum" | "exclusiveMinimum":
            return Text(f"must be at least {wanted}", f"{wanted} 以上にしてください")
        case "maximum" | "exclusiveMaximum":
            return Text(f"must be at most {wanted}", f"{wanted} 以下にしてください")
        case "minLength":
            return _EMPTY
        case "maxLength":
            return Text(f"must have at most {wanted} characters", f"{wanted} 文字以内にしてください")
        case "minItems":
            return Text(f"must have at least {wanted} entries", f"{wanted} 件以上必要です")
        case "maxItems":
            return Text(f"must have at most {wanted} entries", f"{wanted} 件以内にしてください")
        case "pattern":
            return Text("is not of the form asked for", "書式が正しくありません")
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown_items(error)
        case other:
            return Text(f"does not fit the template ({other})", f"ひな形の定めに合いません ({other})")


def _unknown_items(error: ValidationError) -> Text:
    known: list[str] = list(_any(error.schema).get("properties", {}))
    unknown: list[str] = [name for name in _any(error.instance) if name not in known]
    shown = []
    for name in unknown[:20]:
        if privacy.holds_my_number(name):
            shown.append(("?", "?"))
            continue
        near = get_close_matches(name, known, n=1)
        shown.append((f"{name} (did you mean {near[0]}?)", f"{name}({near[0]} の誤り?)") if near else (name, name))
    return Text(
        "has items that the template does not know: " + ", ".join(en for en, _ in shown),
        "ひな形にない項目があります: " + "、".join(ja for _, ja in shown),
    )
