"""Jinja for templates of any kind: sandboxed, bounded, and printing no value as it is.

What a template prints is a value unless the environment itself made it markup; a value is written by the function that
the kind of template gives (for Typst as an escaped string, for Word as character references), so that no
character of a value stands in what is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial, wraps
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, StrictUndefined, Undefined, nodes
from jinja2 import Template as JinjaTemplate
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from signkit.contracts import bounds, japanese
from signkit.contracts.rules.functions import FUNCTIONS
from signkit.contracts.template import Template
from signkit.errors import ContractError
from signkit.words import Text

#: Bounds of one rendering; a contract of a hundred pages stays far below.
MAX_SOURCE_CHARACTERS = 4_000_000
MAX_RANGE = 1_000
#: Compiled files and expressions that are kept: those of all shipped templates a few times over.
_MOST_COMPILED = 4_096

_DICT_METHODS = frozenset({"items", "keys", "values", "get"})
_FORBIDDEN_NODES = (nodes.FilterBlock, nodes.EvalContextModifier)


class _Bounded(JinjaTemplate):
    """A template whose rendering is counted as one; those that it includes or imports count along."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        with bounds.rendering():
            return super().render(*args, **kwargs)


class CompiledFiles(BytecodeCache):
    """What files of templates were compiled to in this process, by name and text: a template is loaded again and again.

    One for each kind of environment: it is not asked how a file was compiled.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket, where there is something for it."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds."""
        if bucket.code is not None:
            if len(self._codes) >= _MOST_COMPILED:
                self._codes.clear()
            self._codes[bucket.key, bucket.checksum] = bucket.code


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with values written by a function of its own, few filters, no attributes of Python objects, and bounds.

    Args:
        markup: the type of what the template itself printed (macros, ``{% set %}`` blocks); it passes unchanged.
        written: how a value's text is written.
        options: further options of Jinja's environment.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    template_class = _Bounded
    turns = staticmethod(bounds.turns)
    weigh = staticmethod(bounds.weigh)

    def __init__(
        self,
        markup: type[str],
        written: Callable[[str], str],
        **options: Any,
    ) -> None:
        super().__init__(undefined=StrictUndefined, finalize=self._print, keep_trailing_newline=True, **options)
        self._markup = markup
        self._written = written
        self.concat = self._join  # type: ignore[method-assign]  # Jinja's own is a class attribute
        self.filters = bounds.bounded_filters({name: self.filters[name] for name in _JINJA_FILTERS} | _FILTERS)
        self.globals = {"range": _small_range, **FUNCTIONS}

    def _print(self, value: object) -> str:
        """Print a value (Jinja's ``finalize``)."""
        if isinstance(value, self._markup):
            return value
        if isinstance(value, Undefined):
            str(value)  # raises, and names the item
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TypeError(f"{{{{ }}}} prints text and numbers, not a {type(value).__name__}")
        return self._markup(self._written(str(value)))

    def _join(self, parts: Iterable[str]) -> str:
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
        return self._markup("".join(kept))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for found in tree.find_all(_FORBIDDEN_NODES):
            # A filter block prints without finalize; autoescape would escape for HTML.
            raise SecurityError(f"{name}:{found.lineno}: filter and autoescape blocks are not allowed")
        return tree

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Write a template as Python; all of them come through here, expressions alone (checks) too."""
        return super()._generate(bounds.Bounding().visit(source), *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow the reading methods of tables, and what loops and macros say about themselves."""
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
        """Calculate within bounds (of two texts or lists, ``+`` makes one)."""
        for each in (left, right):
            if isinstance(each, Undefined):
                str(each)  # raises, and names the item
        return bounds.calculate_bounded(
            operator, left, right, partial(super().call_binop, context, operator, left, right)
        )

    def concatenate(self, *parts: Any) -> str:
        """Carry out ``~``."""
        made = bounds.join(parts, by="~")
        bounds.weigh(made)
        return made

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a block or a function; count it, for they can call one another."""
        bounds.spend(1)
        if isinstance(obj, LoopContext) and args:  # a recursive loop goes on with these
            args = (bounds.turns(args[0]), *args[1:])
        return super().call(context, obj, *args, **kwargs)

    def get_template(self, name: Any, *args: Any, **kwargs: Any) -> JinjaTemplate:
        """Include or import a file; count it, for it can include itself."""
        bounds.spend(1)
        return super().get_template(name, *args, **kwargs)

    def select_template(self, names: Any, *args: Any, **kwargs: Any) -> JinjaTemplate:
        """Include or import the first of some files; count it likewise."""
        bounds.spend(1)
        return super().select_template(names, *args, **kwargs)


def with_whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what templates and rules see: each item by its name, and ``contract``, the whole, for functions."""
    return {"contract": data, **data}


def holds(template: Template, expression: str, data: Mapping[str, Any]) -> bool:
    """Tell whether a check of the template holds for ``data``.

    Raises:
        ContractError("template-invalid"): the expression is faulty.
    """
    try:
        with bounds.rendering():
            return bool(_compiled(expression)(**with_whole(data)))
    except (TemplateError, ValueError, TypeError, ArithmeticError) as error:
        raise ContractError("template-invalid", template=template.id, cause=f"check {expression!r}: {error}") from error


def title_of(template: Template, data: Mapping[str, Any]) -> Text:
    """Return what the document is called that ``template`` makes of ``data``.

    Raises:
        ContractError("template-invalid"): the expression of a title is faulty.
    """
    return next((case.title for case in template.titles if holds(template, case.when, data)), template.title)


@lru_cache(maxsize=_MOST_COMPILED)
def _compiled(expression: str) -> Callable[..., Any]:
    """Return a check or a title's case as a function; what template it stands in makes no difference."""
    return _expressions().compile_expression(expression, undefined_to_none=False)


@cache
def _expressions() -> Sandbox:
    return Sandbox(str, str)


def _small_range(*bounds: int) -> range:
    counted = range(*bounds)
    if len(counted) > MAX_RANGE:
        raise SecurityError(f"a range of more than {MAX_RANGE} is not allowed")
    return counted


_JINJA_FILTERS = (
    "abs", "count", "d", "default", "first", "int", "join", "last", "length", "list", "lower", "map", "max", "min",
    "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "sum", "trim", "unique",
    "upper",
)  # fmt: skip
_OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "yen": japanese.yen,
    "grouped": japanese.with_commas,
    "date": japanese.western_date,
    "era": japanese.era_date,
    "full_date": japanese.full_date,
    "era_year": japanese.era_year,
    "kanji": japanese.kanji_number,
    "area": japanese.square_metres,
}


def _of_what_is_there(each: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that names an item which is not there, rather than calling it no number."""

    @wraps(each)
    def apply_filter(value: object, *args: object) -> Any:
        if isinstance(value, Undefined):
            str(value)  # raises, and names the item
        return each(value, *args)

    return apply_filter


_FILTERS = {name: _of_what_is_there(each) for name, each in _OWN_FILTERS.items()}
