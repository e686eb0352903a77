"""A signed file as an attacker sees it: which object plays which part."""

from __future__ import annotations

from functools import cached_property

from tests.attacks import syntax
from tests.attacks.syntax import Entries, number_of


class Absent(Exception):
    """The file has no such part, so that a mutation cannot be made of it."""


class Doc:
    """The objects of a file, and their parts, each by its number."""

    def __init__(self, objects: dict[int, bytes], root: int) -> None:
        self.objects = objects
        self.root = root

    def body(self, number: int) -> bytes:
        try:
            return self.objects[number]
        except KeyError:
            raise Absent(f"object {number}") from None

    def entries(self, number: int) -> Entries:
        return syntax.entries(self.body(number))

    def value(self, raw: bytes | None) -> bytes:
        """Return a value, or what it refers to; empty where there is none."""
        number = number_of(raw)
        return (raw or b"") if number is None else self.objects.get(number, b"")

    @cached_property
    def page_root(self) -> int:
        return self._reference(self.entries(self.root).get(b"/Pages"), "page tree")

    @cached_property
    def nodes(self) -> list[int]:
        """The intermediate nodes of the page tree, the root first."""
        return self._walk()[0]

    @cached_property
    def pages(self) -> list[int]:
        return self._walk()[1]

    def _walk(self) -> tuple[list[int], list[int]]:
        nodes, pages, todo = list[int](), list[int](), [self.page_root]
        while todo:
            number = todo.pop(0)
            found = self.entries(number)
            if b"/Kids" in found:
                nodes.append(number)
                todo = [kid for kid in self.references(found[b"/Kids"]) if kid in self.objects] + todo
            else:
                pages.append(number)
        return nodes, pages

    def references(self, raw: bytes | None) -> list[int]:
        """Return the numbers that an array refers to."""
        array = self.value(raw)
        found = [number_of(item) for item in syntax.items(array)] if array.startswith(b"[") else []
        return [number for number in found if number is not None]

    def contents(self, page: int) -> int:
        """Return the number of the page's first content stream."""
        raw = self.entries(page).get(b"/Contents")
        number = number_of(raw)
        if number is not None and syntax.data(self.body(number)) is not None:
            return number
        return self._first(self.references(raw), "contents")

    def resources(self, page: int) -> Entries:
        """Return the page's resources, its own or inherited."""
        number: int | None = page
        while number is not None:
            found = self.entries(number)
            if b"/Resources" in found:
                return syntax.entries(self.value(found[b"/Resources"]))
            number = number_of(found.get(b"/Parent"))
        return {}

    def resource(self, page: int, kind: bytes) -> list[int]:
        """Return the numbers of the page's resources of a kind, such as ``/Font``."""
        named = syntax.entries(self.value(self.resources(page).get(kind)))
        return [number for number in map(number_of, named.values()) if number is not None]

    @cached_property
    def form(self) -> int:
        return self._reference(self.entries(self.root).get(b"/AcroForm"), "form of its own number")

    @cached_property
    def fields(self) -> list[int]:
        """Every field and widget below the form's fields."""
        todo, found = self.references(self.entries(self.form).get(b"/Fields")), list[int]()
        while todo:
            number = todo.pop(0)
            found.append(number)
            todo += [kid for kid in self.references(self.entries(number).get(b"/Kids")) if kid not in found]
        return found

    def fields_of(self, kind: bytes, *, filled: bool) -> list[int]:
        """Return the fields of a kind (``/Sig``, ``/Tx``, ``/Btn``) with or without a value."""
        said = [(number, self.entries(number)) for number in self.fields]
        found = [number for number, of in said if of.get(b"/FT") == kind and (b"/V" in of) is filled]
        if not found:
            raise Absent(f"field {kind!r}")
        return found

    def appearance(self, number: int) -> int:
        """Return the number of the normal appearance of a widget or annotation."""
        normal = syntax.entries(self.value(self.entries(number).get(b"/AP"))).get(b"/N")
        found = number_of(normal)
        if found is None or syntax.data(self.body(found)) is None:
            states = syntax.entries(self.value(normal))
            return self._first([n for n in map(number_of, states.values()) if n is not None], "appearance")
        return found

    def annotations(self, page: int) -> list[int]:
        return self.references(self.entries(page).get(b"/Annots"))

    def drawn_annotations(self) -> list[int]:
        """Return all annotations that have an appearance."""
        found = [n for page in self.pages for n in self.annotations(page) if b"/AP" in self.entries(n)]
        if not found:
            raise Absent("annotations")
        return found

    def typed(self, kind: bytes) -> list[int]:
        """Return the objects of a /Type."""
        found = [number for number, body in self.objects.items() if syntax.entries(body).get(b"/Type") == kind]
        if not found:
            raise Absent(kind.decode())
        return sorted(found)

    def _reference(self, raw: bytes | None, what: str) -> int:
        number = number_of(raw)
        if number is None or number not in self.objects:
            raise Absent(what)
        return number

    @staticmethod
    def _first(found: list[int], what: str) -> int:
        if not found:
            raise Absent(what)
        return found[0]
