"""A PDF's form: its fields with what they inherit (ISO 32000-2 12.7.4), and those that no viewer may show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.pdf.reading.unlocking import Password
from signkit.pdf.writing.opening import entry, may_hold, open_reader, reading_errors

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_MAX_FIELDS = 20_000
#: Annotation flags, ISO 32000-2 table 167: hidden, and not for the screen.
_UNSEEN = 0b100010
#: Fields whose value is drawn as text.
_TEXTUAL = ("/Tx", "/Ch")


@dataclass(frozen=True)
class WrittenField:
    """A field without fields below it.

    Attributes:
        name: its full name, parts joined by periods.
        kind: /FT, its own or inherited; None where there is none.
        value: /V, likewise.
        dictionary: the field's own.
    """

    name: str
    kind: str | None
    value: Any
    dictionary: Any


def form_fields(reader: PdfFileReader) -> Iterator[WrittenField]:
    """Yield the form's fields in its order.

    Each object is visited once: a tree of fields that is none must not cost more than its size.

    Raises:
        ValueError: the form is no tree, or has more than 20,000 fields.
    """
    roots = entry(entry(reader.root, "/AcroForm"), "/Fields") or ()
    waiting = [(item, "", None, None) for item in reversed(list(_references(roots)))]
    seen: set[Any] = set()
    while waiting:
        reference, parent, kind, value = waiting.pop()
        identity = getattr(reference, "reference", id(reference))
        # 12.7.4.1: fields form a tree.
        if identity in seen or len(seen) > _MAX_FIELDS:
            raise ValueError("the form's fields are no tree of a bearable size")
        seen.add(identity)
        field = reference.get_object()
        # 12.7.4.1: /FT and /V are inherited.
        kind, value = entry(field, "/FT") or kind, entry(field, "/V") or value
        own = entry(field, "/T")
        name = ".".join(part for part in (parent, own) if part)
        # 12.7.4.2: kids with /T are fields.
        children = [item for item in _references(entry(field, "/Kids") or ()) if "/T" in item.get_object()]
        waiting += [(item, name, kind, value) for item in reversed(children)]
        if not children and own is not None:
            yield WrittenField(name, kind, value, field)


def signature_field_dictionaries(reader: PdfFileReader) -> Iterator[tuple[str, Any]]:
    """Yield name and dictionary of every signature field, in the form's order.

    Raises:
        ValueError: see `form_fields`.
    """
    return ((field.name, field.dictionary) for field in form_fields(reader) if field.kind == "/Sig")


def fields_to_be_drawn(pdf: bytes, password: Password = None) -> tuple[str, ...]:
    """Name the filled fields that only a viewer told by /NeedAppearances draws: the first signature ends that.

    Raises:
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong: see `signkit.pdf.writing.opening.open_reader`.
    """
    if not may_hold(pdf, b"/NeedAppearances"):
        return ()
    with reading_errors():
        reader = open_reader(pdf, password)
        if not entry(entry(reader.root, "/AcroForm"), "/NeedAppearances"):
            return ()
        fields = list(form_fields(reader))
        if any(field.kind == "/Sig" and entry(field.dictionary, "/V") is not None for field in fields):
            return ()  # a further signature leaves the form's rules alone
        return tuple(field.name for field in fields if _is_undrawn(field))


def _is_undrawn(field: WrittenField) -> bool:
    if field.kind not in _TEXTUAL or not field.value:
        return False
    kids = [item.get_object() for item in _references(entry(field.dictionary, "/Kids") or ())]
    shown = [widget for widget in kids or [field.dictionary] if not int(entry(widget, "/F") or 0) & _UNSEEN]
    return any(entry(entry(widget, "/AP"), "/N") is None for widget in shown)


def _references(array: Any) -> Iterator[Any]:
    return (array.raw_get(index) for index in range(len(array)))
