"""What one rendering of a template may take, whoever wrote it: so many steps, and texts, lists and numbers so large.

Jinja's sandbox keeps a template from Python's objects, not from time and memory.  Here each turn of a loop, each call,
each file included and each hundred characters or item made of others is a step, and the steps of a rendering are
bounded together.  ``Bounding`` writes the template's tree so that what Jinja does by itself (``for``, ``~``, lists)
goes through functions of the environment that count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.visitor import NodeTransformer

#: A contract of a hundred pages stays far below.
MAX_STEPS = 100_000
#: Of a text that an operator or filter makes of others, in characters.
MAX_TEXT = 100_000
#: Of a list made by ``+``, in items.
MAX_ITEMS = 1_000
_MAX_NUMBER = 10**100
_MAX_DECIMALS = 20
_CHARACTERS_A_STEP = 100

_steps_left: ContextVar[list[int]] = ContextVar("steps_left")


@contextmanager
def rendering() -> Iterator[None]:
    """Begin to count the steps of a rendering."""
    token = _steps_left.set([MAX_STEPS])
    try:
        yield
    finally:
        _steps_left.reset(token)


def spend(steps: int) -> None:
    """Count steps of the rendering; outside of one (Jinja calculates constants beforehand) there is nothing to count.

    Raises:
        SecurityError: the rendering takes more than it may.
    """
    if (left := _steps_left.get(None)) is None:
        return
    left[0] -= steps
    if left[0] < 0:
        raise SecurityError(f"the template takes more than {MAX_STEPS:,} steps (turns of loops, calls, items made)")


def turns(iterable: Iterable[Any]) -> Iterator[Any]:
    """Yield what a loop goes through, and count its turns."""
    for each in iterable:
        spend(1)
        yield each


def weigh(value: Any) -> Any:
    """Return a value after counting all that it holds, as often as it holds it: ``[a, a]`` is twice ``a``."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                spend(len(text) // _CHARACTERS_A_STEP)
            case dict() as table:
                spend(len(table))
                waiting += table.values()
            case list() | tuple() as items:
                spend(len(items))
                waiting += items
            case range() as numbers:
                spend(len(numbers))
    return value


def join(parts: Iterable[Any], between: str = "", *, by: str) -> str:
    """Return one text made of others.

    Args:
        by: the operator or filter that asks for it.

    Raises:
        SecurityError: it would be too long, or a part is no text or number.
    """
    pieces, length = [], -len(between)
    for part in parts:
        pieces.append(_text(part, by))
        length += len(pieces[-1]) + len(between)
        _require_length(length, by)
    return between.join(pieces)


def calculate_bounded(operator: str, left: Any, right: Any, calculate: Callable[[], Any]) -> Any:
    """Return what an operator makes of numbers, or ``+`` of two texts or two lists.

    Raises:
        SecurityError: it is for something else, or too large.
    """
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return join((left, right), by="+")
    if operator == "+" and isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_ITEMS:
            raise SecurityError(f"+ makes a list of more than {MAX_ITEMS:,} items")
        return weigh(left + right)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise SecurityError(
            "+ is for two numbers, two texts or two lists" if operator == "+" else f"{operator} is for numbers"
        )
    if operator == "**" and (abs(left) > 10**6 or abs(right) > 16):
        raise SecurityError("the power is too large")
    number = calculate()
    if abs(number) > _MAX_NUMBER:
        raise SecurityError(f"{operator} makes a number that is too large")
    return number


def _text(value: Any, by: str) -> str:
    if isinstance(value, list | tuple | dict):
        raise SecurityError(f"{by} is for texts and numbers, not for a {type(value).__name__}")
    return str(value)


def _require_length(length: int, by: str) -> None:
    if length > MAX_TEXT:
        raise SecurityError(f"{by} makes a text of more than {MAX_TEXT:,} characters")


# --- filters -----------------------------------------------------------------------------------------------


def bounded_filters(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return Jinja's filters with all that they are given counted, and those that could make much of little bounded."""
    own: dict[str, Callable[..., Any]] = {
        "join": _join,
        "replace": _replace,
        "round": _rounding(filters["round"]),
        "sum": _summing(filters["sum"]),
    }
    own |= {name: _of_text(name, filters[name]) for name in ("lower", "upper", "trim")}
    return {name: with_counting(own.get(name, function)) for name, function in filters.items()}


def with_counting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that counts what it is given and what it makes."""
    place = 1 if hasattr(function, "jinja_pass_arg") else 0  # Jinja gives such a filter something of its own first

    @wraps(function)
    def counting(*args: Any, **options: Any) -> Any:
        spend(1)
        weigh(args[place:])
        return weigh(function(*args, **options))

    return counting


@pass_eval_context
def _join(context: nodes.EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    parts = value if attribute is None else map(make_attrgetter(context.environment, attribute), value)
    return join(parts, _text(d, "join"), by="join")


def _replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    text, old, new = (_text(each, "replace") for each in (value, old, new))
    most = -1 if count is None else count
    times = text.count(old) if most < 0 else min(text.count(old), most)
    _require_length(len(text) + times * (len(new) - len(old)), "replace")
    return text.replace(old, new, most)


def _of_text(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def of_text(value: Any, *args: Any) -> Any:
        return function(_text(value, name), *args)

    return of_text


def _rounding(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def rounding(value: float, precision: int = 0, method: Any = "common") -> Any:
        if abs(precision) > _MAX_DECIMALS:
            raise SecurityError(f"round is for up to {_MAX_DECIMALS} decimals")
        return function(value, precision, method)

    return rounding


def _summing(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def summing(context: Any, iterable: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
        if not isinstance(start, int | float):
            raise SecurityError("sum is for numbers")
        return function(context, iterable, attribute, start)

    return summing


# --- the template's tree -----------------------------------------------------------------------------------


class Bounding(NodeTransformer):
    """Has the environment's ``turns``, ``concatenate`` and ``weigh`` called where Jinja would go on by itself."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """Count the turns of a loop."""
        self.generic_visit(node)
        node.iter = _call("turns", node, node.iter)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """Bound what ``~`` makes."""
        self.generic_visit(node)
        return _call("concatenate", node, *node.nodes)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        """Count what a list, a table or a tuple holds; a tuple may also be names that are given values."""
        self.generic_visit(node)
        return node if getattr(node, "ctx", "load") != "load" else _call("weigh", node, node)

    visit_Dict = visit_Tuple = visit_List


def _call(name: str, node: nodes.Node, *args: Any) -> nodes.Call:
    function = nodes.EnvironmentAttribute(name, lineno=node.lineno, environment=node.environment)
    return nodes.Call(function, list(args), [], None, None, lineno=node.lineno, environment=node.environment)
