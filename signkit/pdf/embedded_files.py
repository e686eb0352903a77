"""Files inside a PDF: its name tree of embedded files and its associated files (ISO 32000-2 7.11.4, 14.13)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from signkit.pdf.form import text_string
from signkit.pdf.pages import pages
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value, references

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


def specifications_elsewhere(view: View) -> Iterator[FileSpecification]:
    """Yield the file specifications with a file that anything else leads to: an element, a drawing, an action (14.13).

    Only objects whose bytes name an embedded file are parsed for it, and only where one is found that
    `all_file_specifications` does not yield the whole document is followed.
    """
    known = {id(view.resolve(each.value)) for each in all_file_specifications(view)}
    found = [(number, entries) for number in _naming_files(view) for entries in _specifications_in(view, number)]
    others = [(number, entries) for number, entries in found if id(entries) not in known]
    reached = _reached(view) if others else set()
    yield from (FileSpecification(entries) for number, entries in others if number in reached)


def _specifications_in(view: View, number: int) -> Iterator[dict[str, Value]]:
    todo: list[Value] = [view.get(Ref(number, 0))]
    while todo:
        item = todo.pop()
        entries = item.entries if isinstance(item, Stream) else item
        if isinstance(entries, dict):
            if "/EF" in entries:
                yield entries
            todo += entries.values()
        elif isinstance(entries, list):
            todo += entries


def _reached(view: View) -> set[int]:
    """The numbers of all objects that the trailer leads to."""
    numbers: set[int] = set()
    todo = [*references(view.trailer)]
    while todo:
        ref = todo.pop()
        if ref.number not in numbers:
            view.file.meter.check_time()
            numbers.add(ref.number)
            todo += references(view.get(ref))
    return numbers


# 7.3.5: a letter of a name may stand by its number.
_FILES = re.compile(rb"/(?:E|#45)(?:F|#46)(?![^\0\t\n\x0c\r ()<>\[\]{}/%])")


def _naming_files(view: View) -> Iterator[int]:
    """Yield the numbers of the objects that may name an embedded file, by their bytes."""
    places = view.places()
    alone = sorted((place.offset, number) for number, place in places.items() if not place.container)
    starts = [start for start, _ in alone]
    named = (bisect_right(starts, match.start()) - 1 for match in _FILES.finditer(view.file.data))
    yield from sorted({alone[at][1] for at in named if at >= 0})
    containers = {place.container for place in places.values() if place.container}
    naming = {each for each in containers if _names_files(view, each)}
    yield from (number for number, place in places.items() if place.container in naming)


def _names_files(view: View, container: int) -> bool:
    stream = view.get(Ref(container, 0))
    return isinstance(stream, Stream) and _FILES.search(view.file.decode_stream(stream, view)) is not None


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
