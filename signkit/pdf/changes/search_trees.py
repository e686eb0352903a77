"""Trees in which readers search by number or by name (ISO 32000-2 7.9.6, 7.9.7)."""

from __future__ import annotations

from itertools import pairwise

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import SyntaxProblem, Value


def is_searchable(view: View, root: Value, key: str) -> bool:
    """Whether a search by order and limits finds each entry of a tree: not all readers walk through all of it.

    Args:
        key: what its leaves call their entries, ``/Nums`` or ``/Names``.

    Raises:
        SyntaxProblem: it is nested too deeply.
    """
    return _extent(view, root, key, 0) is not None


#: The least and the greatest key of a node, of one type; nothing where it has none.
_Extent = tuple[Value, ...]


def _extent(view: View, node: Value, key: str, depth: int) -> _Extent | None:
    """Return what a node holds; None where a search would miss a part of it."""
    if depth > view.file.meter.limits.depth:
        raise SyntaxProblem("a tree nested too deeply")
    view.file.meter.check_time()
    entries = view.resolve(node)
    if not isinstance(entries, dict):
        return ()
    pairs, kids = view.resolve(entries.get(key)), view.resolve(entries.get("/Kids"))
    extents = [(name, name) for name in pairs[::2]] if isinstance(pairs, list) else []
    for kid in kids if isinstance(kids, list) else ():
        inside, stated = _extent(view, kid, key, depth + 1), _limits(view, kid)
        # Table 36: a kid states the least and the greatest of its keys.
        if inside is None or stated is None or not _is_in_order([stated[:1], inside, stated[1:]]):
            return None
        extents.append(stated)
    if not _is_in_order(extents, strictly=True):
        return None
    return (extents[0][0], extents[-1][1]) if extents else ()


def _limits(view: View, node: Value) -> tuple[Value, Value] | None:
    entries = view.resolve(node)
    found = view.resolve(entries.get("/Limits")) if isinstance(entries, dict) else None
    return (found[0], found[1]) if isinstance(found, list) and len(found) == 2 else None


def _is_in_order(extents: list[_Extent], *, strictly: bool = False) -> bool:
    """Whether keys ascend, from each extent to the next ``strictly``; all of them whole numbers, or all strings."""
    filled = [each for each in extents if each]
    keys = [key for each in filled for key in each]
    numbers = [key for key in keys if type(key) is int]
    strings = [key for key in keys if isinstance(key, bytes)]
    if len(keys) not in (len(numbers), len(strings)):
        return False
    ascending = numbers == sorted(numbers) and strings == sorted(strings)
    return ascending and not (strictly and any(one[-1] == other[0] for one, other in pairwise(filled)))
