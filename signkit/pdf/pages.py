"""The page tree: every page in order, with what it inherits (ISO 32000-2 7.7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signkit.limits import LimitExceeded
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Value

#: What a page takes from the nodes above it (7.7.3.4).
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_MAX_PAGES = 200_000


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        ref: its object; None where it stands in its parent directly.
        entries: its own entries, and those it inherits.
    """

    ref: Ref | None
    entries: dict[str, Value]


def pages(view: View) -> Iterator[Page]:
    """Yield every page in order; what stands in the tree twice comes twice, unless it is a circle.

    Raises:
        LimitExceeded: more nodes than any document has.
    """
    root = view.root
    todo: list[tuple[Value, dict[str, Value], frozenset[Ref]]] = []
    todo += [(root.get("/Pages"), {}, frozenset())] if isinstance(root, dict) else []
    visited = 0
    while todo:
        node, inherited, above = todo.pop()
        ref = node if isinstance(node, Ref) else None
        entries = view.resolve(node)
        visited += 1
        if visited > _MAX_PAGES:
            raise LimitExceeded("pages", _MAX_PAGES)
        if not isinstance(entries, dict) or ref in above:
            continue
        inherited = inherited | {key: entries[key] for key in INHERITED if key in entries}
        kids = view.resolve(entries.get("/Kids"))
        if isinstance(kids, list) and view.resolve(entries.get("/Type")) != "/Page":
            inside = above | {ref} if ref is not None else above
            if len(inside) <= view.file.meter.limits.depth:
                todo += [(kid, inherited, inside) for kid in reversed(kids)]
        else:
            yield Page(ref, inherited | entries)
