"""Requests and answers held against the API document (JSON Schema 2020-12, as OpenAPI 3.1 4.8.24 takes it)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from signkit.web.api import problems, unfit
from signkit.web.api.document import ApiDocument, Operation, Parameter
from signkit.web.api.unfit import UnfitPart

_HERE = "urn:signkit:openapi"
_MOST_TOLD = 20
#: As JSON writes them (RFC 8259 6): of other signs (1_0, ５, +5) two readers may make two numbers.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?", re.ASCII)
_NUMBERS = {"integer": int, "number": float}
_BOOLEANS = {"true": True, "false": False}


class Checker:
    """Holds values against the schemas of one document."""

    def __init__(self, document: ApiDocument) -> None:
        resource = DRAFT202012.create_resource(dict(document.content))
        self._registry: Registry[Any] = Registry().with_resource(_HERE, resource)
        self._document = document
        self._validator = lru_cache(maxsize=None)(self._make_validator)
        self._schemas: dict[int, Mapping[str, Any]] = {}

    def parameters(self, operation: Operation, given: Mapping[tuple[str, str], str]) -> dict[str, Any]:
        """Return the parameters as their schemas have them.

        Args:
            given: texts by place and name; names of headers in lower case.

        Raises:
            Refusal("request-invalid"): one is missing, unknown, or not as it should be.
        """
        found: dict[str, Any] = {}
        wrong = list(_unknown(operation, given))
        for each in operation.parameters:
            text = given.get((each.place, each.name.lower() if each.place == "header" else each.name))
            if text is None:
                if each.required:
                    wrong.append(UnfitPart(each.name, unfit.REQUIRED))
                continue
            found[each.name] = value = _typed(self._document, each, text)
            wrong += [UnfitPart(each.name, part.detail) for part in self._parts(each.schema, value)]
        if wrong:
            raise problems.unfit_request(*wrong)
        return found

    def body(self, schema: Mapping[str, Any], value: Any) -> None:
        """Hold a request's body against its schema.

        Raises:
            Refusal("request-invalid"): it is not as it should be.
        """
        wrong = list(islice(self._parts(schema, value), _MOST_TOLD))
        if wrong:
            raise problems.unfit_request(*wrong)

    def answer(self, operation: Operation, status: int, media_type: str, value: Any) -> str | None:
        """Return what is wrong with an answer; None where it is as the document says."""
        if status not in operation.answers:
            return f"status {status} is not in the document"
        kinds = operation.answers[status]
        if value is None:
            return None if not kinds else "the body is missing"
        if media_type not in kinds:
            return f"{media_type} is not in the document"
        if isinstance(value, (bytes, Iterator)):
            return None
        return next(
            (f"{each.json_path}: {each.message[:300]}" for each in self._errors(kinds[media_type], value)), None
        )

    def _parts(self, schema: Mapping[str, Any], value: Any) -> Iterator[UnfitPart]:
        for error in self._errors(schema, value):
            yield from unfit.parts_of(error)

    def _errors(self, schema: Mapping[str, Any], value: Any) -> Iterator[ValidationError]:
        self._schemas[id(schema)] = schema  # the document's own: it lives as long as this does
        yield from self._validator(id(schema)).iter_errors(value)

    def _make_validator(self, number: int) -> Draft202012Validator:
        return Draft202012Validator(_absolute(self._schemas[number]), registry=self._registry, format_checker=_FORMATS)


_FORMATS = FormatChecker(())
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(_DAY.pattern + r"T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)


@_FORMATS.checks("date", raises=ValueError)
def _is_day(value: object) -> bool:
    """Whether there is such a day (31 February has the pattern of one); what is none by its pattern is told as that."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        date.fromisoformat(value)
    return True


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        datetime.fromisoformat(value)
    return True


def _absolute(node: Any) -> Any:
    """Return a schema whose references lead into the document, wherever it is used."""
    if isinstance(node, Mapping):
        return {
            name: _HERE + value
            if name == "$ref" and isinstance(value, str) and value.startswith("#")
            else _absolute(value)
            for name, value in node.items()
        }
    return [_absolute(each) for each in node] if isinstance(node, list) else node


def _unknown(operation: Operation, given: Mapping[tuple[str, str], str]) -> Iterator[UnfitPart]:
    known = {each.name for each in operation.parameters if each.place == "query"}
    for place, name in given:
        if place == "query" and name not in known:
            yield UnfitPart(name, unfit.UNKNOWN)


def _typed(document: ApiDocument, parameter: Parameter, text: str) -> Any:
    """Return a parameter's text as the type that its schema names; as it is where it is no such value."""
    kind = document.resolved(parameter.schema).get("type")
    if kind in _NUMBERS and _NUMBER.fullmatch(text):
        try:
            return _NUMBERS[kind](text)
        except ValueError:
            return text
    if kind == "array":
        return text.split(",")
    return _BOOLEANS.get(text, text) if kind == "boolean" else text
