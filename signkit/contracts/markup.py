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
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader
from jinja2 import Template as JinjaTemplate
from jinja2.exceptions import TemplateError

from signkit.contracts.bounds import with_counting
from signkit.contracts.data_faults import jinja_fault
from signkit.contracts.escaping import code_literal, string_literal
from signkit.contracts.qr import qr_modules
from signkit.contracts.sandbox import CompiledFiles, Sandbox, with_whole
from signkit.contracts.template import CONTRACT, Template
from signkit.errors import ContractError

#: Words of Typst that reach beyond the template's own text: packages (which are fetched from a network), other
#: code, and code made from strings (``std`` leads to ``eval``).  Values cannot spell them, as their characters are
#: escaped; names such as ``my-import`` are refused along, because ``1 -import`` is none.
_FORBIDDEN_WORDS = re.compile(r"(?<![A-Za-z0-9_])(import|include|eval|plugin|std)(?![A-Za-z0-9_])")


class TypstMarkup(str):
    """Typst source that this module made; printed unchanged."""

    __slots__ = ()


def typst_source(template: Template, data: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> str:
    """Return the Typst source of ``template`` filled with ``data``.

    Args:
        extra: further names the template may use, beside the items of ``data``.

    Raises:
        ContractError("template-invalid"): the template names an item that is not there, breaks the sandbox or its
            bounds, or uses
            a word of Typst that is not allowed.
    """
    environment = _environment(template)
    try:
        source = environment.contract().render({**with_whole(data), **(extra or {})})
    except TemplateError as error:
        cause = jinja_fault(error, CONTRACT, environment.lines_of)
        raise ContractError("template-invalid", template=template.id, cause=cause) from error
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise ContractError("template-invalid", template=template.id, cause=f"{CONTRACT}: {error}") from error
    if forbidden := _FORBIDDEN_WORDS.search(source):
        word = forbidden.group(1)
        raise ContractError(
            "template-invalid",
            template=template.id,
            cause=f"the word {word} is not allowed in templates (as text, write {{{{ '{word}' }}}})",
        )
    return source


def _in_code(value: object) -> TypstMarkup:
    """Return a value as a literal for Typst's code mode (the filter ``code``)."""
    return TypstMarkup(code_literal(value))


def _markup_of(text: str) -> str:
    return f"#{string_literal(text)};"


def _file_of(template: Template, name: str) -> tuple[str, str, None] | None:
    """Return the text of a fragment that the template shares, or of a file in its folder.

    Of none elsewhere, be it through symbolic links.  Its name goes with it, so that a fault is told with the file where
    it lies.
    """
    path = template.fragments.get(name) or _own_file(template.folder, name)
    return None if path is None else (path.read_text(encoding="utf-8"), name, None)


def _own_file(folder: Path, name: str) -> Path | None:
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


_COMPILED = CompiledFiles()


class _Environment(Sandbox):
    """The sandbox with values escaped for Typst, files of the template's folder, shared text, and signing blocks."""

    def __init__(self, template: Template) -> None:
        super().__init__(
            TypstMarkup,
            _markup_of,
            loader=FunctionLoader(partial(_file_of, template)),
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_COMPILED,
        )
        self.filters["code"] = with_counting(_in_code)
        self.globals["signing_block"] = _signing_block(template)
        self.globals["qr"] = _qr
        self._contract: JinjaTemplate | None = None
        self._template = template

    def lines_of(self, name: str) -> list[str]:
        """Return the lines of a file of the template; none where there is no such file."""
        found = _file_of(self._template, name)
        return found[0].splitlines() if found else []

    def contract(self) -> JinjaTemplate:
        if self._contract is None:
            self._contract = self.get_template(CONTRACT)
        return self._contract


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


def _qr(text: str, alt: str, width: str = "28mm") -> TypstMarkup:
    """Return a QR code that holds ``text`` (84 bytes at the most); ``alt`` tells who cannot see it what it is."""
    if not re.fullmatch(r"\d{1,3}(?:\.\d+)?(?:mm|pt)", width):
        raise ValueError("width is a length such as 28mm or 80pt")
    rows = enumerate(qr_modules(str(text)))
    dark = "".join(f"M{column} {row}h1v1h-1z" for row, line in rows for column, is_dark in enumerate(line) if is_dark)
    # The path is of digits and letters of ours alone: nothing of the text stands in it.
    return TypstMarkup(f'#signkit-qr("{dark}", {width}, {string_literal(str(alt))});')


@lru_cache(maxsize=16)
def _environment(template: Template) -> _Environment:
    return _Environment(template)
