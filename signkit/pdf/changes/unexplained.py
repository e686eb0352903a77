"""Bytes that no revision explains: what lies between, behind and beside the objects of a revision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from signkit.pdf.changes.values import Change, Gravity
from signkit.pdf.reading.document import PdfFile, View
from signkit.pdf.reading.syntax import Ref, references

# Possessive throughout: what stands there is a stranger's choice, and must cost no more than one pass.
# White space, comments, marks of an end: what careless writers leave and no reader draws.
_BETWEEN = re.compile(rb"(?:[\0\t\n\x0c\r ]++|%[^\r\n]*+|startxref[\0\t\n\x0c\r ]*+\d++|endobj|endstream)*+\Z")


def after_last(file: PdfFile) -> Iterator[Change]:
    """Bytes after the last revision that was understood: other viewers may draw them (incremental saving attack)."""
    last = file.history.end_before(len(file.history))
    # A rebuilt cross-reference has no revisions: nothing can be said of what came when.
    if file.damaged:
        yield Change(Gravity.OTHER, "not-judged", "cross-reference")
    elif not _BETWEEN.match(file.data, last):
        yield Change(Gravity.OTHER, "bytes-after-last-revision", f"byte {last}")


def unexplained_bytes(file: PdfFile, new: View) -> Iterator[Change]:
    """The bytes of one revision must be its objects, its cross-reference and white space, nothing else."""
    section = new.history.sections[new.index]
    # 7.5.7: objects in a stream that is rewritten change without an entry of their own.
    if new.history.rewrites_container(new.index):
        yield Change(Gravity.OTHER, "not-judged", "object stream rewritten")
    # 7.5.8.4: a hybrid file's two readings.
    if section.conflicts:
        yield Change(Gravity.OTHER, "not-judged", "cross-reference of two readings")
    if _mixes_generations(file, new):
        yield Change(Gravity.OTHER, "not-judged", "generations")
    # Revisions are appended (7.5.6): what lies before their beginning belongs to an older one.
    position = new.history.end_before(new.index)
    extents = [item for item in section.extents if item[0] >= position]
    for number, place in (*section.entries.items(), *section.copies):
        if place is not None and not place.container and position <= place.offset < section.end:
            extent = file.object_extent(number, place)
            if extent is not None:
                extents.append(extent)
    for start, end in sorted(extents):
        # Bytes that no object accounts for: a reader that searches the file may find an object in them.
        if start > position and not _BETWEEN.match(file.data, position, start):
            yield Change(Gravity.OTHER, "bytes-between-objects", f"byte {position}")
        position = max(position, end)
    if position < section.end and not _BETWEEN.match(file.data, position, section.end):
        yield Change(Gravity.OTHER, "bytes-between-objects", f"byte {position}")


def _mixes_generations(file: PdfFile, new: View) -> bool:
    """Whether a revision names objects by a generation that they do not have (7.3.10): null for some readers only."""
    before = new.history.view(new.index - 1)
    for number, place in new.history.sections[new.index].entries.items():
        if place is None:
            continue
        former, written = before.locate(number), file.generation_at(number, place)
        # 7.5.4: a generation grows by one when an object is freed and its number used anew (poppler does, in one step);
        # whoever names the former one is found among the doubts.
        if former is not None and place.generation not in (former.generation, former.generation + 1):
            return True
        if written is not None and written != place.generation:
            return True
        if any(_is_of_another_generation(new, ref) for ref in references(new.get(Ref(number, 0)))):
            return True
    return False


def _is_of_another_generation(view: View, ref: Ref) -> bool:
    place = view.locate(ref.number)
    return place is not None and place.generation != ref.generation
