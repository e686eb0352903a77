"""From template and data to Typst source, so that no value can become markup or code.

The one rule: **whatever Jinja prints is a value, unless this module itself made it markup.**  ``{{ value }}`` prints
the Typst expression ``#"..";`` with every character written as an escape (``\\u{4e0d}``).  Such an expression holds no
character of the value itself, so nothing in a value can end the string, begin markup or spell a keyword; set by
mistake inside code or inside a string of the template it is a syntax error, never an injection.  In code mode the
template writes ``{{ value | code }}``, which prints the literal alone and, misplaced in markup, still shows only text.

Macros, ``{% set %}`` blocks and ``{% call %}`` give ``TypstMarkup``, which passes unchanged.  Only the environment's
own concatenation makes it; every other operation on it (``~``, ``+``, a filter) gives a plain string, which is a value
again.  ``|safe`` does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, nodes
from jinja2 import Template as JinjaTemplate
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from signkit.contracts import japanese
from signkit.contracts.escaping import code_literal, string_literal
from signkit.contracts.template import CONTRACT, Template
from signkit.errors import TemplateInvalid

#: Bounds of one rendering; a contract of a hundred pages stays far below.
MAX_SOURCE_CHARACTERS = 4_000_000
MAX_RANGE = 1_000

#: Words of Typst that reach beyond the template's own text: packages (which are fetched from a network), other
#: code, and code made from strings (``std`` leads to ``eval``).  Values cannot spell them, as their characters are
#: escaped; names such as ``my-import`` are refused along, because ``1 -import`` is none.
_FORBIDDEN_WORDS = re.compile(r"(?<![A-Za-z0-9_])(import|include|eval|plugin|std)(?![A-Za-z0-9_])")
_DICT_METHODS = frozenset({"items", "keys", "values", "get"})
_FORBIDDEN_NODES = (nodes.FilterBlock, nodes.EvalContextModifier)


class TypstMarkup(str):
    """Typst source that this module made; printed unchanged."""

    __slots__ = ()


def typst_source(template: Template, data: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> str:
    """Return the Typst source of ``template`` filled with ``data``.

    Args:
        extra: further names the template may use, beside the items of ``data``.

    Raises:
        TemplateInvalid: the template names an item that is not there, breaks the sandbox or its bounds, or uses
            a word of Typst that is not allowed.
    """
    environment = _environment(template)
    try:
        source = _joined(environment.contract().generate({**data, **(extra or {})}))
    except TemplateError as error:
        raise TemplateInvalid(template.id, _jinja_cause(error)) from error
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise TemplateInvalid(template.id, f"{CONTRACT}: {error}") from error
    if forbidden := _FORBIDDEN_WORDS.search(source):
        word = forbidden.group(1)
        raise TemplateInvalid(
            template.id, f"the word {word} is not allowed in templates (as text, write {{{{ '{word}' }}}})"
        )
    return source


def holds(template: Template, expression: str, data: Mapping[str, Any]) -> bool:
    """Tell whether a check of the template holds for ``data``.

    Raises:
        TemplateInvalid: the expression is faulty.
    """
    try:
        return bool(_environment(template).expression(expression)(**data))
    except (TemplateError, ValueError, TypeError, ArithmeticError) as error:
        raise TemplateInvalid(template.id, f"check {expression!r}: {error}") from error


def _in_code(value: object) -> TypstMarkup:
    """Return a value as a literal for Typst's code mode (the filter ``code``)."""
    return TypstMarkup(code_literal(value))


def _printed(value: object) -> TypstMarkup:
    """Print a value in markup (Jinja's ``finalize``)."""
    if isinstance(value, TypstMarkup):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"{{{{ }}}} prints text and numbers, not a {type(value).__name__}")
    return TypstMarkup(f"#{string_literal(str(value))};")


def _joined(parts: Iterable[str]) -> TypstMarkup:
    """Join what a template printed; Jinja calls this for macros and set blocks, too.

    Raises:
        SecurityError: it is more than any contract needs.
    """
    kept: list[str] = []
    length = 0
    for part in parts:
        kept.append(part)
        length += len(part)
        if length > MAX_SOURCE_CHARACTERS:
            raise SecurityError(f"more than {MAX_SOURCE_CHARACTERS} characters come out of the template")
    return TypstMarkup("".join(kept))


def _jinja_cause(error: TemplateError) -> str:
    line = getattr(error, "lineno", None)
    name = getattr(error, "name", None) or CONTRACT
    return f"{name}:{line}: {error.message}" if line else f"{name}: {error.message}"


def _file_of(folder: Path, name: str) -> str | None:
    """Return the text of a file in the template's folder; of none elsewhere, be it through symbolic links."""
    path = (folder / name).resolve()
    return path.read_text(encoding="utf-8") if path.is_relative_to(folder) and path.is_file() else None


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja with values escaped for Typst, few filters, no attributes of Python objects, and bounds."""

    intercepted_binops = frozenset({"*", "**", "%"})
    concat = staticmethod(_joined)

    def __init__(self, template: Template) -> None:
        super().__init__(
            loader=FunctionLoader(partial(_file_of, template.folder)),
            undefined=StrictUndefined,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.filters = {name: self.filters[name] for name in _JINJA_FILTERS} | _FILTERS
        self.globals = {"range": _small_range, "signing_block": _signing_block(template)}
        self.expression = cache(partial(self.compile_expression, undefined_to_none=False))
        self._contract: JinjaTemplate | None = None

    def contract(self) -> JinjaTemplate:
        if self._contract is None:
            self._contract = self.get_template(CONTRACT)
        return self._contract

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for found in tree.find_all(_FORBIDDEN_NODES):
            # A filter block prints without finalize; autoescape would escape for HTML.
            raise SecurityError(f"{name}:{found.lineno}: filter and autoescape blocks are not allowed")
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, dict):
            return attr in _DICT_METHODS
        return isinstance(obj, LoopContext | Macro) and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Give no text a ``format`` method: ``'{:>999999999}'`` would fill the memory."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look up an item of a table before its methods, so that an item may be called ``items``."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError(f"{operator} is for numbers")
        if operator == "**" and (abs(left) > 10**6 or abs(right) > 16):
            raise SecurityError("the power is too large")
        return super().call_binop(context, operator, left, right)


def _small_range(*bounds: int) -> range:
    counted = range(*bounds)
    if len(counted) > MAX_RANGE:
        raise SecurityError(f"a range of more than {MAX_RANGE} is not allowed")
    return counted


def _signing_block(template: Template) -> Callable[..., TypstMarkup]:
    """Return the function by which a template marks where a role signs."""
    roles = {party.role: party for party in template.parties}

    def signing_block(role: str, width: str = "100%", height: str = "22mm") -> TypstMarkup:
        if role not in roles:
            raise ValueError(f"no party has the role {role!r}")
        if not all(re.fullmatch(r"\d{1,3}(?:\.\d+)?(?:mm|pt|%)", length) for length in (width, height)):
            raise ValueError("width and height are lengths such as 80mm, 120pt or 100%")
        label = roles[role].label.in_language(template.language)
        return TypstMarkup(
            f"#signkit-signing-block({string_literal(role)}, {string_literal(label)}, {width}, {height});"
        )

    return signing_block


_JINJA_FILTERS = (
    "abs", "count", "d", "default", "first", "int", "join", "last", "length", "list", "lower", "map", "max", "min",
    "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "sum", "trim", "unique",
    "upper",
)  # fmt: skip
_FILTERS: dict[str, Callable[..., Any]] = {
    "code": _in_code,
    "yen": japanese.yen,
    "grouped": japanese.grouped,
    "date": japanese.western_date,
    "era": japanese.era_date,
    "full_date": japanese.full_date,
    "era_year": japanese.era_year,
    "kanji": japanese.kanji_number,
    "area": japanese.square_metres,
}


@lru_cache(maxsize=16)
def _environment(template: Template) -> _Environment:
    return _Environment(template)
