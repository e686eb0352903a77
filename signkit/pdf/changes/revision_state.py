"""The document at one revision: its pages and fields, read once for the steps before and after it."""

from __future__ import annotations

from functools import cached_property

from signkit.pdf.form import FormField, form_fields
from signkit.pdf.pages import Page, PageTree, page_tree
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value


class RevisionState:
    """The document at one revision, with what is compared of it twice: with the state before, and the one after."""

    def __init__(self, view: View) -> None:
        self.view = view

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every page with what it inherits, in order; one that is as it was in another revision is the same object."""
        return self.tree.pages

    @cached_property
    def tree(self) -> PageTree:
        """The pages; the same object where nothing of them was written between two revisions.

        Raises:
            SyntaxProblem: a node or a page stands in the tree twice.
        """
        tree = page_tree(self.view)
        # A page that stands twice in the tree is two pages to some readers and one to others.
        if not tree.is_tree:
            raise SyntaxProblem("the page tree is no tree")
        return tree

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """The form's fields by name; two of one name are kept apart by a number."""
        result: dict[str, FormField] = {}
        for item in form_fields(self.view):
            name, count = item.name, 1
            # 12.7.4.2: fields of one full name should be one field; files hold two, and each is judged.
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
                # A direct kid has no object of its own: its place is its name.
                if isinstance(entries, dict) and "/Kids" in entries and key not in result and len(key) < 100:
                    result[key] = kid
                    todo.append((entries["/Kids"], key))
        return result

    def annotations(self, page: Page) -> list[Value]:
        """What the page's /Annots lists.

        Raises:
            SyntaxProblem: it is no list.
        """
        found = self.view.resolve(page.entries.get("/Annots"))
        if found is not None and not isinstance(found, list):
            raise SyntaxProblem("/Annots is no array")
        return found or []


def widgets(view: View, item: FormField, *, direct: bool = False) -> list[Value]:
    """The field's widget annotations: itself, or its kids (12.7.4.1)."""
    kids = view.resolve(item.entries.get("/Kids"))
    # 12.5.6.19: one widget may be merged with its field.
    if isinstance(kids, list):
        return [kid for kid in kids if isinstance(kid, Ref) or direct]
    return [item.ref] if item.ref else []


def is_widget(view: View, item: Value) -> bool:
    """Whether an annotation is a widget: the form's, and no comment."""
    entries = view.resolve(item)
    return isinstance(entries, dict) and view.resolve(entries.get("/Subtype")) == "/Widget"
