"""Does what an annotation draws end what it begins?  What is left open reaches what some viewers draw after it.

A marked content of a layer that is off, left open by a seal, takes the fields after it off the page (poppler, pdf.js);
a form that draws itself, or an inline image without an end, ends the drawing of the page (pdf.js).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from signkit.pdf.changes.appearance_changes import streams
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value, content_operations

#: What begins something, and by what it is ended (8.4.2, 9.4.1, 14.6, 7.8.2, 8.9.7).
_PAIRS = {b"q": b"Q", b"BT": b"ET", b"BMC": b"EMC", b"BDC": b"EMC", b"BX": b"EX", b"BI": b"EI"}
_ENDS = frozenset(_PAIRS.values())
#: What draws by a resource, and of which kind (8.10, 8.7.3, 9.6.4, 11.6.5).
_DRAWING = {b"Do": "/XObject", b"scn": "/Pattern", b"SCN": "/Pattern", b"Tf": "/Font", b"gs": "/ExtGState"}
#: Table 167: bit 2 Hidden, bit 6 NoView, bit 9 ToggleNoView.
_SOMETIMES = 2 | 32 | 256


def is_orderly(view: View, stream: Stream) -> bool:
    """Whether content, and all that it draws with, ends all that it begins, nothing else, and does not draw itself.

    Raises:
        SyntaxProblem: a part of it cannot be read.
    """
    return _is_orderly(view, stream, view.resolve(stream.entries.get("/Resources")), (), set())


def _is_orderly(view: View, stream: Stream, resources: Value, above: tuple[int, ...], known: set[int]) -> bool:
    if id(stream) in above:
        return False
    if id(stream) in known:
        return True
    below: list[tuple[Stream, Value]] = []
    begun: Counter[bytes] = Counter()
    for token, operands in content_operations(view.file.decode_stream(stream, view), view.file.meter.check_time):
        if token in _PAIRS:
            begun[_PAIRS[token]] += 1
        elif token in _ENDS:
            begun[token] -= 1
            if begun[token] < 0:
                return False
        names = [each for each in operands if isinstance(each, str)]
        # 7.3.5: of # without two digits each reader makes another name (poppler takes #5 and a space for P), and of a
        # zero, which no name has, some make its end.
        if any("#" in name or "\0" in name for name in names):
            return False
        if token in _DRAWING and names:
            below += _drawn_with(view, resources, _DRAWING[token], names[0 if token == b"Tf" else -1])
    known.add(id(stream))
    return not any(begun.values()) and all(
        _is_orderly(view, inner, own, (*above, id(stream)), known) for inner, own in below
    )


def _drawn_with(view: View, resources: Value, kind: str, name: str) -> Iterator[tuple[Stream, Value]]:
    """Yield the content of a form, a tiling pattern, a soft mask or a Type 3 font, each with its resources."""
    named = view.resolve(resources.get(kind)) if isinstance(resources, dict) else None
    found = view.resolve(named.get(name)) if isinstance(named, dict) else None
    if kind == "/ExtGState" and isinstance(found, dict):
        mask = view.resolve(found.get("/SMask"))
        found = view.resolve(mask.get("/G")) if isinstance(mask, dict) else None
    if isinstance(found, Stream) and view.resolve(found.entries.get("/Subtype")) != "/Image":
        # 7.8.3: a form without resources takes those of what it stands in.
        yield found, view.resolve(found.entries.get("/Resources")) or resources
    glyphs = view.resolve(found.get("/CharProcs")) if isinstance(found, dict) else None
    own = view.resolve(found.get("/Resources")) if isinstance(found, dict) else None
    for each in map(view.resolve, glyphs.values()) if isinstance(glyphs, dict) else ():
        if isinstance(each, Stream):
            yield each, own or resources


def is_shown_by_some(view: View, annotation: dict[str, Value]) -> bool:
    """Whether an annotation is in a layer, or hidden till something shows it: what one viewer draws tells nothing.

    12.5.3: a note that is hidden, or on paper alone; 8.11.3: what is in a layer, which each viewer takes for on or off
    by rules of its own.

    Raises:
        SyntaxProblem: its looks cannot be read.
    """
    flags = view.resolve(annotation.get("/F"))
    hidden = not isinstance(flags, int | None) or bool((flags or 0) & _SOMETIMES)
    return hidden or is_in_layers(view, annotation)


def is_in_layers(view: View, annotation: dict[str, Value]) -> bool:
    """Whether an annotation, or anything that its looks draw, is in a layer (8.11.3.2, 8.11.3.3).

    Raises:
        SyntaxProblem: its looks cannot be read.
    """
    known: set[int] = set()
    return "/OC" in annotation or any(
        _has_layers(view, each, view.resolve(each.entries.get("/Resources")), known)
        for each in streams(view, annotation)
    )


def _has_layers(view: View, stream: Stream, resources: Value, known: set[int]) -> bool:
    if id(stream) in known:
        return False
    known.add(id(stream))
    if "/OC" in stream.entries:
        return True
    below: list[tuple[Stream, Value]] = []
    for token, operands in content_operations(view.file.decode_stream(stream, view), view.file.meter.check_time):
        names = [each for each in operands if isinstance(each, str)]
        if token == b"BDC" and names[:1] == ["/OC"]:
            return True
        if token in _DRAWING and names:
            name = names[0 if token == b"Tf" else -1]
            if "/OC" in _entries_of(view, resources, _DRAWING[token], name):
                return True
            below += _drawn_with(view, resources, _DRAWING[token], name)
    return any(_has_layers(view, inner, own, known) for inner, own in below)


def _entries_of(view: View, resources: Value, kind: str, name: str) -> dict[str, Value]:
    """The entries of what a name draws, an image too."""
    named = view.resolve(resources.get(kind)) if isinstance(resources, dict) else None
    found = view.resolve(named.get(name)) if isinstance(named, dict) else None
    return found.entries if isinstance(found, Stream) else {}
