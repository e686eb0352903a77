"""Files inside a PDF: its name tree of embedded files and its associated files (ISO 32000-2 7.11.4, 14.13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signkit.pdf.form import text_string
from signkit.pdf.pages import pages
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value

#: Table 43: a name for every platform, and one for some; of a file specification each reader takes the first it knows.
_NAMES = ("/UF", "/F", "/Unix", "/Mac", "/DOS")


@dataclass(frozen=True)
class FileSpecification:
    """A file specification (7.11.3), and the name under which the name tree lists it, by which some programs go."""

    value: Value
    key: Value = None


def file_specifications(view: View) -> Iterator[FileSpecification]:
    """Yield every file specification that the catalog leads to; one that stands in both places comes twice."""
    root = view.root
    if not isinstance(root, dict):
        return
    names = view.resolve(root.get("/Names"))
    if isinstance(names, dict):
        for key, value in name_tree_items(view, names.get("/EmbeddedFiles")):
            yield FileSpecification(value, key)
    yield from _associated(view, root.get("/AF"))


def all_file_specifications(view: View) -> Iterator[FileSpecification]:
    """Yield those of the catalog, and those of pages and their annotations: viewers list these among the others.

    Raises:
        LimitExceeded: more pages than any document has.
    """
    yield from file_specifications(view)
    for page in pages(view):
        yield from _associated(view, page.entries.get("/AF"))
        annotations = view.resolve(page.entries.get("/Annots"))
        for annotation in map(view.resolve, annotations if isinstance(annotations, list) else []):
            if isinstance(annotation, dict):
                yield from _associated(view, annotation.get("/AF"))
                if "/FS" in annotation:  # 12.5.6.15
                    yield FileSpecification(annotation["/FS"])


def _associated(view: View, value: Value) -> Iterator[FileSpecification]:
    """Yield associated files (14.13): an array of them, and one alone, which tolerant readers take too."""
    found = view.resolve(value)
    yield from map(FileSpecification, found if isinstance(found, list) else [value] if found is not None else [])


def name_tree_items(view: View, tree: Value) -> Iterator[tuple[Value, Value]]:
    """Yield the names and values of a name tree (7.9.6), each node once.  Readers follow direct kids as well."""
    todo, seen = [tree], set[Ref]()
    while todo:
        node = todo.pop()
        if isinstance(node, Ref):
            if node in seen:
                continue
            seen.add(node)
        found = view.resolve(node)
        if isinstance(found, list):
            todo += reversed(found)
        elif isinstance(found, dict):
            names = view.resolve(found.get("/Names"))
            yield from zip(names[::2], names[1::2], strict=False) if isinstance(names, list) else []
            todo.append(found.get("/Kids"))  # the list may be a reference, and in a circle itself


def names_of(view: View, specification: FileSpecification) -> tuple[str, ...]:
    """Return the names that a file goes by, /UF first: readers differ about which they show (7.11.3)."""
    entries = view.resolve(specification.value)
    stated = [entries.get(key) for key in _NAMES] if isinstance(entries, dict) else []
    texts = map(view.resolve, [*stated, specification.key])
    return tuple(dict.fromkeys(text_string(text) for text in texts if isinstance(text, bytes)))


def streams_of(view: View, specification: FileSpecification) -> tuple[Stream, ...]:
    """Return the embedded streams of a file specification, that of /UF first (7.11.4.1); some readers take any entry.

    Those of its related files (7.11.4.2) are among them: programs that know these save them under the same names.
    """
    entries = view.resolve(specification.value)
    if not isinstance(entries, dict):
        return ()
    files, related = view.resolve(entries.get("/EF")), view.resolve(entries.get("/RF"))
    found = [*map(files.get, sorted(files, key=_order))] if isinstance(files, dict) else []
    for each in map(view.resolve, related.values() if isinstance(related, dict) else ()):
        found += each[1::2] if isinstance(each, list) else []
    return tuple(stream for stream in map(view.resolve, found) if isinstance(stream, Stream))


def _order(key: str) -> int:
    return _NAMES.index(key) if key in _NAMES else len(_NAMES)
