"""The OpenAPI document: read from the files in ``openapi/``, whole, and taken apart into operations.

Three members are ours: ``x-permission`` says what a key or a person must have been granted (``null``: open to all),
``x-log: false`` leaves an operation that shows nobody's data out of the operation log, ``x-idempotent: false`` lets a
POST that changes nothing go without a record of its ``Idempotency-Key``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

from signkit.version import __version__

_FOLDER = Path(__file__).parent / "openapi"
#: What all documents have in common.
BASE = _FOLDER / "base.yaml"
#: OpenAPI 3.1 4.8.9: the members of a path item that are operations.
_METHODS = ("get", "put", "post", "delete", "patch")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = Literal["path", "query", "header"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    place: Place
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation of the document.

    Attributes:
        permission: what is needed; None: open to all.
        bodies: the schema of the request's body by media type; none: it takes no body.
        answers: the schema by status and media type; a status without a schema has no body.
        logged: it stands in the operation log.
        keeps_answer: a repeated ``Idempotency-Key`` gets the first answer.
    """

    name: str
    method: str
    path: str
    permission: str | None
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Mapping[str, Any]]
    body_required: bool
    answers: Mapping[int, Mapping[str, Mapping[str, Any]]]
    logged: bool = True
    keeps_answer: bool = False


@dataclass(frozen=True)
class ApiDocument:
    """The whole document, references and all."""

    content: Mapping[str, Any]
    operations: tuple[Operation, ...] = field(default=())

    @cached_property
    def permissions(self) -> tuple[str, ...]:
        """All that can be granted, in order."""
        return tuple(sorted({each.permission for each in self.operations if each.permission is not None}))

    def resolved(self, node: Any) -> Any:
        """Return what a reference inside the document leads to; anything else as it is."""
        while isinstance(node, Mapping) and "$ref" in node:
            target: Any = self.content
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node


def load_document(*files: Path) -> ApiDocument:
    """Return the document, put together of its files; a path or a component that two files give is a fault of ours.

    Args:
        files: of another document, beside what all have in common (`BASE`); none: those of the API.
    """
    content: dict[str, Any] = {}
    for file in [BASE, *files] if files else sorted(_FOLDER.glob("*.yaml")):
        _merge(content, yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER), file.name)  # noqa: S506  a safe one
    content["info"]["version"] = __version__
    bare = ApiDocument(content)
    return ApiDocument(content, tuple(_operations(bare)))


def _merge(target: dict[str, Any], added: Mapping[str, Any], file: str) -> None:
    for name, value in added.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value, file)
        elif isinstance(value, list) and isinstance(target.get(name), list):
            target[name] += value
        elif name in target:
            raise ValueError(f"{file}: {name} is given twice")
        else:
            target[name] = value


def _operations(document: ApiDocument) -> Iterator[Operation]:
    for path, item in document.content["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                yield _operation(document, path, method, item[method], shared)


def _operation(
    document: ApiDocument, path: str, method: str, content: Mapping[str, Any], shared: list[Any]
) -> Operation:
    body = document.resolved(content.get("requestBody", {}))
    answers = {
        int(status): {
            kind: each.get("schema", {}) for kind, each in document.resolved(answer).get("content", {}).items()
        }
        for status, answer in content["responses"].items()
        if re.fullmatch(r"\d{3}", str(status))
    }
    return Operation(
        name=content["operationId"],
        method=method.upper(),
        path=path,
        permission=content["x-permission"],
        parameters=tuple(_parameter(document.resolved(each)) for each in [*shared, *content.get("parameters", [])]),
        bodies={kind: each.get("schema", {}) for kind, each in body.get("content", {}).items()},
        body_required=bool(body.get("required", False)),
        answers=answers,
        logged=content.get("x-log", True),
        keeps_answer=method == "post" and content.get("x-idempotent", True),
    )


def _parameter(content: Mapping[str, Any]) -> Parameter:
    required = content.get("required", False)
    return Parameter(content["name"], content["in"], content.get("schema", {}), required)
