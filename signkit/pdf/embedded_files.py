"""Files inside a PDF: its name tree of embedded files and its associated files (ISO 32000-2 7.11.4, 14.13)."""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.form import text_string
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value


def file_specifications(view: View) -> Iterator[Value]:
    """Yield every file specification that the catalog leads to; one that stands in both places comes twice."""
    root = view.root
    if not isinstance(root, dict):
        return
    names = view.resolve(root.get("/Names"))
    if isinstance(names, dict):
        yield from name_tree_values(view, names.get("/EmbeddedFiles"))
    associated = view.resolve(root.get("/AF"))
    yield from associated if isinstance(associated, list) else []


def name_tree_values(view: View, tree: Value) -> Iterator[Value]:
    """Yield the values of a name tree (7.9.6), each node visited once."""
    todo, seen = [tree], set[Ref]()
    while todo:
        node = todo.pop()
        if isinstance(node, Ref):
            if node in seen:
                continue
            seen.add(node)
        entries = view.resolve(node)
        if isinstance(entries, dict):
            names = view.resolve(entries.get("/Names"))
            yield from names[1::2] if isinstance(names, list) else []
            kids = view.resolve(entries.get("/Kids"))
            # Table 36: kids are indirect references; a direct one cannot be told from itself in a circle.
            todo += reversed([kid for kid in kids if isinstance(kid, Ref)]) if isinstance(kids, list) else []


def names_of(view: View, specification: Value) -> tuple[str, ...]:
    """Return the names that a file specification states, /UF first: readers differ about which they show (7.11.3)."""
    entries = view.resolve(specification)
    texts = [view.resolve(entries.get(key)) for key in ("/UF", "/F")] if isinstance(entries, dict) else []
    return tuple(text_string(text) for text in texts if isinstance(text, bytes))


def streams_of(view: View, specification: Value) -> tuple[Stream, ...]:
    """Return the embedded streams of a file specification, that of /UF first (7.11.4.1)."""
    entries = view.resolve(specification)
    files = view.resolve(entries.get("/EF")) if isinstance(entries, dict) else None
    streams = [view.resolve(files.get(key)) for key in ("/UF", "/F")] if isinstance(files, dict) else []
    return tuple(stream for stream in streams if isinstance(stream, Stream))
