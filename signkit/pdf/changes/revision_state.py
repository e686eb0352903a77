"""The document at one revision: its pages and fields, read once for the steps before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from signkit.pdf.form import FormField, form_fields
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


class PageEntries(NamedTuple):
    """A page: its object, and its entries with what it inherits."""

    ref: Ref | None
    entries: dict[str, Value]


class RevisionState:
    """The document at one revision, with what is compared of it twice: with the state before, and the one after."""

    def __init__(self, view: View) -> None:
        self.view = view

    @cached_property
    def pages(self) -> list[PageEntries]:
        """Every page with what it inherits, in order."""
        return list(_pages(self.view))

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """The form's fields by name; two of one name are kept apart by a number."""
        result: dict[str, FormField] = {}
        for item in form_fields(self.view):
            name, count = item.name, 1
            while name in result:
                count += 1
                name = f"{item.name}#{count}"
            result[name] = item
        return result

    @cached_property
    def groups(self) -> dict[Value, Value]:
        """The fields that hold other fields, by where they stand: their object, or the list of numbers to them."""
        result: dict[Value, Value] = {}
        form = self.view.resolve(self.view.root.get("/AcroForm"))
        todo: list[tuple[Value, tuple[int, ...]]] = [(form.get("/Fields"), ())] if isinstance(form, dict) else []
        while todo:
            found, place = todo.pop()
            kids = self.view.resolve(found)
            for index, kid in enumerate(kids if isinstance(kids, list) else []):
                entries, key = self.view.resolve(kid), kid if isinstance(kid, Ref) else (*place, index)
                if isinstance(entries, dict) and "/Kids" in entries and key not in result and len(key) < 100:
                    result[key] = kid
                    todo.append((entries["/Kids"], key))
        return result

    def annotations(self, page: PageEntries) -> list[Value]:
        """What the page's /Annots lists.

        Raises:
            SyntaxProblem: it is no list.
        """
        found = self.view.resolve(page.entries.get("/Annots"))
        if found is not None and not isinstance(found, list):
            raise SyntaxProblem("/Annots is no array")
        return found or []


def _pages(view: View) -> Iterator[PageEntries]:
    """Every page with what it inherits, in order (7.7.3)."""
    seen: set[Ref] = set()
    todo: list[tuple[Value, dict[str, Value]]] = [(view.root.get("/Pages"), {})]
    while todo:
        node, inherited = todo.pop()
        ref = node if isinstance(node, Ref) else None
        if ref in seen:
            raise SyntaxProblem("the page tree is no tree")
        entries = view.resolve(node)
        if ref is not None:
            seen.add(ref)
        if not isinstance(entries, dict):
            continue
        inherited = inherited | {key: entries[key] for key in _INHERITED if key in entries}
        kids = view.resolve(entries.get("/Kids"))
        if isinstance(kids, list) and view.resolve(entries.get("/Type")) != "/Page":
            todo += [(kid, inherited) for kid in reversed(kids)]
        else:
            yield PageEntries(ref, inherited | entries)


def widgets(view: View, item: FormField, *, direct: bool = False) -> list[Value]:
    """The field's widget annotations: itself, or its kids (12.7.4.1)."""
    kids = view.resolve(item.entries.get("/Kids"))
    if isinstance(kids, list):
        return [kid for kid in kids if isinstance(kid, Ref) or direct]
    return [item.ref] if item.ref else []


def is_widget(view: View, item: Value) -> bool:
    """Whether an annotation is a widget: the form's, and no comment."""
    entries = view.resolve(item)
    return isinstance(entries, dict) and view.resolve(entries.get("/Subtype")) == "/Widget"
