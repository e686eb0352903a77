"""Two states of the document, walked side by side from the catalog, page by page, field by field.

Every place where they differ must be explained by a rule; what no rule explains is ``other``.  Judging what a reader
*reaches* instead of which object numbers were written makes freed, unused and rewritten-but-equal objects harmless, and
an object that is used in two places is judged in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from signkit.pdf.changes.covering import ShownContent
from signkit.pdf.changes.structure import StructureComparison
from signkit.pdf.changes.values import Change, Level
from signkit.pdf.form import FormField, form_fields
from signkit.pdf.reading.document import View
from signkit.pdf.reading.graph import Referrers, references
from signkit.pdf.reading.syntax import Ref, Stream, SyntaxProblem, Value

#: A further signature that stands over text: whether it may is for the document's rules (``Rules.certified``).
OVER_TEXT = "signature-over-text"

#: Entries of the catalog that say nothing about what a page shows or does.
_CATALOG_EVIDENCE = {"/DSS", "/Extensions", "/Metadata", "/Version"}
_CATALOG_KNOWN = {"/OpenAction", "/AA", "/Names", "/Outlines", "/Dests", "/Threads", "/PageLabels", "/Collection"}
_CATALOG_OWN = {"/AcroForm", "/Pages", "/StructTreeRoot", "/Perms", "/MarkInfo", "/Type"} | _CATALOG_EVIDENCE
_TRAILER_FREE = {
    "/Size", "/Prev", "/XRefStm", "/ID", "/Info", "/Root", "/Type", "/W", "/Index", "/Filter", "/DecodeParms",
    "/Length",
}  # fmt: skip
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_PAGE_FREE = {"/Type", "/Parent", "/Annots", "/Tabs", "/StructParents", "/LastModified", "/PieceInfo", "/Metadata"}
#: What filling in or signing a field may change in its field and widget dictionaries.
_FIELD_FILL = {"/V", "/AP", "/AS", "/M", "/RV", "/I"}
_FIELD_OWN = {"/Kids", "/Parent", "/P", "/StructParent", "/Type"}
_FORM_FREE = {"/SigFlags", "/Fields", "/NeedAppearances", "/DR", "/DA", "/CO", "/XFA"}


def _pages(view: View) -> Iterator[tuple[Ref | None, dict[str, Value]]]:
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
            yield ref, inherited | entries


class State:
    """The document at one revision, with what is compared of it twice: with the state before, and the one after."""

    def __init__(self, view: View) -> None:
        self.view = view

    @cached_property
    def pages(self) -> list[tuple[Ref | None, dict[str, Value]]]:
        """Every page with what it inherits, in order."""
        return list(_pages(self.view))

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """The form's fields by name."""
        return _fields(self.view)


class Comparison:
    """One walk over two states.

    ``_pairs`` holds pages and the catalog, ``_form_pairs`` fields and widgets: they have their own rules, so that
    references to them count as equal; but nothing that a page draws, and no unknown entry, may lead to a field
    (``_in_page``).
    """

    def __init__(self, old: State, new: State, referrers: Referrers, shown: ShownContent) -> None:
        self._before, self._after = old, new
        self.old, self.new = old.view, new.view
        self._referrers = referrers
        self._shown = shown
        self._pairs: set[tuple[Ref, Ref]] = set()
        self._form_pairs: set[tuple[Ref, Ref]] = set()
        self._element_pairs: set[tuple[Ref, Ref]] = set()
        self._equal: dict[bool, set[tuple[Ref, Ref]]] = {True: set(), False: set()}
        self._touched: dict[bool, set[int]] = {}
        self._in_page = False
        self._successor: dict[Ref, Ref] = {}
        self._new_widgets: set[Ref] = set()
        self._filled_widgets: set[Ref] = set()
        self.depth = old.view.file.meter.limits.depth

    def run(self) -> Iterator[Change]:
        """All differences."""
        try:
            yield from self._trailer()
        except (SyntaxProblem, RecursionError) as problem:
            yield Change(Level.OTHER, "not-judged", str(problem))

    def _trailer(self) -> Iterator[Change]:
        old, new = self.old.trailer, self.new.trailer
        before, after = self.old.root, self.new.root
        if not isinstance(before, dict) or not isinstance(after, dict):
            yield Change(Level.OTHER, "not-judged", "catalog")
            return
        self._own(old.get("/Root"), new.get("/Root"))
        old_pages, new_pages = self._before.pages, self._after.pages
        for (ref, _), (other, _) in zip(old_pages, new_pages, strict=False):
            self._own(ref, other)
        old_fields, new_fields = self._before.fields, self._after.fields
        self._own_fields(old_fields, new_fields)
        self._mark_touched()
        for key in sorted((old.keys() | new.keys()) - _TRAILER_FREE):
            if not self._drawn_same(old.get(key), new.get(key)):
                yield Change(Level.OTHER, "trailer", key)
        if not self.same(old.get("/Info"), new.get("/Info")):
            yield Change(Level.EVIDENCE, "metadata", "/Info")
        yield from self._catalog(before, after)
        yield from self._form(before, after, old_fields, new_fields)
        if len(old_pages) != len(new_pages):
            yield Change(Level.OTHER, "page-count", f"{len(old_pages)} to {len(new_pages)}")
        for number, ((_, before_page), (_, page)) in enumerate(zip(old_pages, new_pages, strict=False), 1):
            yield from self._page(before_page, page, f"page {number}")

    def _mark_touched(self) -> None:
        """Find what leads to a rewritten object; a reference to anything else shows the same in both states."""
        written = self.new.history.sections[self.new.index].entries.keys()
        barrier = {one.number for one, other in self._pairs if one == other}
        self._touched[True] = self._referrers.leading_to(written, barrier)
        barrier |= {one.number for one, other in self._form_pairs if one == other}
        self._touched[False] = self._referrers.leading_to(written, barrier)

    def untouched(self, one: Value, other: Value) -> bool:
        """Whether both are one reference below which nothing was rewritten but what has its own rule."""
        return isinstance(one, Ref) and one == other and one.number not in self._touched[self._in_page]

    def judged_element(self, one: Ref, other: Ref) -> None:
        """Take note that the structure's own rules judge these two elements."""
        self._element_pairs.add((one, other))

    def _own(self, one: Value, other: Value, *, form: bool = False) -> None:
        if isinstance(one, Ref) and isinstance(other, Ref):
            (self._form_pairs if form else self._pairs).add((one, other))
            if form:
                self._successor.setdefault(one, other)

    def _drawn_same(self, one: Value, other: Value) -> bool:
        """As :meth:`same`, where a field has no business to be."""
        self._in_page = True
        try:
            return self.same(one, other)
        finally:
            self._in_page = False

    # --- catalog ---

    def _catalog(self, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
        yield from self._structure(before, after)  # first: what refers to its elements may then rely on it
        for key in sorted((before.keys() | after.keys()) - _CATALOG_OWN):
            same = self.same if key in _CATALOG_KNOWN else self._drawn_same
            if not same(before.get(key), after.get(key)):
                yield Change(Level.OTHER, "catalog", key)
        for key in sorted(_CATALOG_EVIDENCE & (before.keys() | after.keys())):
            if not self.same(before.get(key), after.get(key)):
                yield Change(Level.EVIDENCE, "evidence" if key == "/DSS" else "metadata", key)
        yield from self._perms(before, after)

    def _perms(self, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
        """Whatever the permissions were, they stay (12.8.6); certifying comes first or not at all (12.8.2.2.1)."""
        if not self.same(before.get("/Perms"), after.get("/Perms")):
            yield Change(Level.OTHER, "permissions", "/Perms")

    def _structure(self, before: dict[str, Value], after: dict[str, Value]) -> Iterator[Change]:
        old, new = before.get("/StructTreeRoot"), after.get("/StructTreeRoot")
        if old is None and new is None:
            return
        if not StructureComparison(self, self._new_widgets).same(old, new):
            yield Change(Level.OTHER, "structure-tree", "/StructTreeRoot")

    # --- pages ---

    def _page(self, one: dict[str, Value], other: dict[str, Value], where: str) -> Iterator[Change]:
        for key in sorted((one.keys() | other.keys()) - _PAGE_FREE):
            if not self._drawn_same(one.get(key), other.get(key)):
                yield Change(Level.OTHER, "page", f"{where} {key}")
        if not self.same(one.get("/Tabs"), other.get("/Tabs")):
            yield Change(Level.FORM, "tab-order", where)
        yield from self._annotations(one, other, where)

    def _annotations(self, one: dict[str, Value], other: dict[str, Value], where: str) -> Iterator[Change]:
        old = self.old.resolve(one.get("/Annots")) or []
        new = self.new.resolve(other.get("/Annots")) or []
        if not isinstance(old, list) or not isinstance(new, list):
            yield Change(Level.OTHER, "not-judged", f"{where} /Annots")
            return
        left = _Remaining(new)
        for item in old:
            match = left.take(item, self._successor.get(item) if isinstance(item, Ref) else None)
            if match is None:
                yield self._removed_annotation(item, where)
            elif not self._is_owned(item, match) and not self.same(item, match):
                yield self._changed_annotation(item, match, where)
                yield from self._covering(one, match, where)
            elif isinstance(match, Ref) and match in self._filled_widgets:
                yield from self._covering(one, match, where)
        for item in left.items():
            entries = self.new.resolve(item)
            if entries is None:
                continue
            if not (isinstance(item, Ref) and item in self._new_widgets):
                yield Change(Level.OTHER if self._is_widget(item) else Level.ANNOTATIONS, "annotation-added", where)
            yield from self._covering(one, item, where)

    def _covering(self, page: dict[str, Value], item: Value, where: str) -> Iterator[Change]:
        """Whatever is new may not hide what was signed, also where the document allows annotations.

        A further signature often stands over text; whether it may is for the document's rules (``Rules.certified``).
        """
        try:
            hidden = self._shown.covered(self.old, page, item, self.new)
        except SyntaxProblem:
            yield Change(Level.OTHER, "not-judged", f"{where} /Contents")
            return
        if hidden:
            signature = isinstance(item, Ref) and item in self._new_widgets
            yield Change(Level.FORM, OVER_TEXT, where) if signature else Change(Level.OTHER, "covers-text", where)

    def _is_owned(self, one: Value, other: Value) -> bool:
        return isinstance(one, Ref) and isinstance(other, Ref) and (one, other) in self._form_pairs

    def _is_widget(self, item: Value) -> bool:
        entries = self.new.resolve(item)
        return isinstance(entries, dict) and self.new.resolve(entries.get("/Subtype")) == "/Widget"

    def _changed_annotation(self, item: Value, match: Value, where: str) -> Change:
        entries = self.old.resolve(item)
        widget = isinstance(entries, dict) and self.old.resolve(entries.get("/Subtype")) == "/Widget"
        return Change(
            Level.OTHER if widget or self._is_widget(match) else Level.ANNOTATIONS, "annotation-changed", where
        )

    def _removed_annotation(self, item: Value, where: str) -> Change:
        entries = self.old.resolve(item)
        if not isinstance(entries, dict):
            return Change(Level.NONE, "nothing")
        widget = self.old.resolve(entries.get("/Subtype")) == "/Widget"
        return Change(Level.OTHER if widget else Level.ANNOTATIONS, "annotation-removed", where)

    # --- form ---

    def _own_fields(self, old: dict[str, FormField], new: dict[str, FormField]) -> None:
        for name, item in new.items():
            before = old.get(name)
            widgets = _widgets(self.new, item)
            if before is None:
                self._new_widgets.update(widgets)
                continue
            self._own(before.ref, item.ref, form=True)
            former = _widgets(self.old, before)
            for one, other in zip(former, widgets, strict=False):
                self._own(one, other, form=True)

    def _form(
        self,
        before: dict[str, Value],
        after: dict[str, Value],
        old_fields: dict[str, FormField],
        new_fields: dict[str, FormField],
    ) -> Iterator[Change]:
        old, new = self.old.resolve(before.get("/AcroForm")), self.new.resolve(after.get("/AcroForm"))
        if old is None and new is None:
            return
        if not isinstance(new, dict):
            yield Change(Level.OTHER, "form-removed", "/AcroForm")
            return
        yield from self._form_entries(old if isinstance(old, dict) else {}, new)
        for name, item in old_fields.items():
            if name not in new_fields:
                yield Change(Level.OTHER, "field-removed", name, name)
            else:
                yield from self._field(name, item, new_fields[name])
        for name, item in new_fields.items():
            if name not in old_fields:
                yield self._added_field(name, item)

    def _form_entries(self, old: dict[str, Value], new: dict[str, Value]) -> Iterator[Change]:
        for key in sorted((old.keys() | new.keys()) - _FORM_FREE):
            if not self.same(old.get(key), new.get(key)):
                yield Change(Level.OTHER, "form", f"/AcroForm {key}")
        for key in ("/XFA", "/CO", "/NeedAppearances"):
            if not self.same(old.get(key), new.get(key)):
                yield Change(Level.OTHER, "form", f"/AcroForm {key}")
        before, after = self.old.resolve(old.get("/DR")), self.new.resolve(new.get("/DR"))
        if isinstance(before, dict) and not self._only_added(before.get("/Font"), (after or {}).get("/Font"), 1):
            yield Change(Level.OTHER, "form-resources", "/AcroForm /DR /Font")
        if old.get("/DA") is not None and not self.same(old.get("/DA"), new.get("/DA")):
            yield Change(Level.OTHER, "form", "/AcroForm /DA")

    def _only_added(self, one: Value, other: Value, levels: int = 2) -> bool:
        """Everything of the old resources is still there, unchanged; new names may be added."""
        if one is None or self.same(one, other):
            return True
        old, new = self.old.resolve(one), self.new.resolve(other)
        if levels == 0 or not isinstance(old, dict) or not isinstance(new, dict):
            return False
        return all(self._only_added(value, new.get(key), levels - 1) for key, value in old.items())

    def _added_field(self, name: str, item: FormField) -> Change:
        if item.type != "/Sig":
            return Change(Level.OTHER, "field-added", name, name)
        value = self.new.resolve(item.value)
        evidence = isinstance(value, dict) and value.get("/SubFilter") == "/ETSI.RFC3161"
        visible = any(_is_visible(self.new, ref) for ref in _widgets(self.new, item))
        return Change(Level.EVIDENCE if evidence and not visible else Level.FORM, "signature-added", name, name)

    def _field(self, name: str, old: FormField, new: FormField) -> Iterator[Change]:
        if old.ref is not None and old.ref == new.ref and old.ref.number not in self._touched[True]:
            return  # neither it nor anything below it or above it was rewritten
        if old.type != new.type:
            yield Change(Level.OTHER, "field-changed", f"{name} /FT", name)
            return
        before, after = _widgets(self.old, old, direct=True), _widgets(self.new, new, direct=True)
        if len(before) != len(after):
            yield Change(Level.OTHER, "field-changed", f"{name} /Kids", name)
            return
        parts = [(old.entries, new.entries)]
        for one, other in zip(before, after, strict=True):
            widget, successor = self.old.resolve(one), self.new.resolve(other)
            if isinstance(widget, dict) and isinstance(successor, dict) and widget is not old.entries:
                parts.append((widget, successor))
        touched: set[str] = set()
        for one_part, other_part in parts:
            for key in sorted((one_part.keys() | other_part.keys()) - _FIELD_OWN):
                if not self.same(one_part.get(key), other_part.get(key)):
                    touched.add(key)
        yield from self._touched_field(name, old, new, touched)
        if not touched and self._is_signed(old) and not self._identical(old.entries.get("/AP"), new.entries.get("/AP")):
            yield Change(Level.OTHER, "signed-field-changed", f"{name} /AP", name)
        if "/AP" in touched and any(self._is_shared(part.get("/AP")) for part, _ in parts):
            yield Change(Level.OTHER, "shared-appearance", name, name)

    def _is_signed(self, item: FormField) -> bool:
        return item.type == "/Sig" and self.old.resolve(item.value) is not None

    def _touched_field(self, name: str, old: FormField, new: FormField, touched: set[str]) -> Iterator[Change]:
        if not touched:
            return
        if self._is_signed(old):
            yield Change(Level.OTHER, "signed-field-changed", f"{name} {' '.join(sorted(touched))}", name)
            return
        for key in sorted(
            touched - _FIELD_FILL - ({"/F", "/MK", "/DA", "/Lock"} if old.type == "/Sig" else {"/MK", "/DA"})
        ):
            yield Change(Level.OTHER, "field-changed", f"{name} {key}", name)
        if old.type != "/Sig":
            # A button's looks belong to its states; a text's looks follow its value.
            shown_only = "/AP" in touched and (old.type == "/Btn" or not touched & {"/V", "/AS"})
            self._filled_widgets.update(_widgets(self.new, new))
            yield Change(
                Level.OTHER if shown_only else Level.FORM,
                "appearance-replaced" if shown_only else "field-filled",
                name,
                name,
            )
            return
        value = self.new.resolve(new.value)
        evidence = isinstance(value, dict) and value.get("/SubFilter") == "/ETSI.RFC3161"
        yield Change(Level.EVIDENCE if evidence else Level.FORM, "signature-added", name, name)

    def _is_shared(self, value: Value) -> bool:
        """An appearance that something else of the document uses too may not be exchanged for one use."""
        if not isinstance(value, Ref):
            return False
        uses = _uses(value, self.old.trailer)
        for number in self.old.numbers():
            uses += _uses(value, self.old.get(Ref(number, 0)))
        return uses > 1

    def _identical(self, one: Value, other: Value, depth: int = 0) -> bool:
        """Same values under the same object numbers: the appearance of a signed field is not even rewritten."""
        if isinstance(one, Ref) or isinstance(other, Ref):
            if one != other or depth > 40 or one.number not in self._touched[True]:
                return bool(one == other)
            one, other = self.old.resolve(one), self.new.resolve(other)
        if isinstance(one, Stream) and isinstance(other, Stream):
            return one.raw == other.raw and self._identical(one.entries, other.entries, depth + 1)
        if isinstance(one, dict) and isinstance(other, dict):
            return one.keys() == other.keys() and all(
                self._identical(value, other[key], depth + 1)
                for key, value in one.items()
                if key not in ("/P", "/Parent")
            )
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(
                self._identical(a, b, depth + 1) for a, b in zip(one, other, strict=True)
            )
        return bool(one == other)

    # --- equality ---

    def same(self, one: Value, other: Value, depth: int = 0) -> bool:
        """Both values show the same, references followed; what has its own rule counts as the same."""
        if isinstance(one, Ref) and isinstance(other, Ref):
            pair, equal = (one, other), self._equal[self._in_page]
            if pair in self._pairs or pair in equal or self.untouched(one, other):
                return True
            if not self._in_page and (pair in self._form_pairs or pair in self._element_pairs):
                return True
            self.old.file.meter.check_time()
            equal.add(pair)  # assumed while below it, so that circles end
            result = self._same_value(self.old.resolve(one), self.new.resolve(other), depth)
            if not result:
                equal.discard(pair)
            return result
        return self._same_value(self.old.resolve(one), self.new.resolve(other), depth)

    def _same_value(self, one: Value, other: Value, depth: int) -> bool:
        if depth > self.depth * 4:
            raise SyntaxProblem("nested too deeply")
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                keys = {k for k in one.keys() ^ other.keys() if self._value_of(one, other, k) is not None}
                if keys:
                    return False
            return all(self.same(value, other.get(key), depth + 1) for key, value in one.items())
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(self.same(a, b, depth + 1) for a, b in zip(one, other, strict=True))
        if isinstance(one, Stream) and isinstance(other, Stream):
            return self._same_stream(one, other, depth)
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return (numbers or type(one) is type(other)) and bool(one == other)

    def _value_of(self, one: dict[str, Value], other: dict[str, Value], key: str) -> Value:
        return self.old.resolve(one[key]) if key in one else self.new.resolve(other[key])

    def _same_stream(self, one: Stream, other: Stream, depth: int) -> bool:
        coding = {"/Length", "/Filter", "/DecodeParms"}
        first = {k: v for k, v in one.entries.items() if k not in coding}
        second = {k: v for k, v in other.entries.items() if k not in coding}
        if not self._same_value(first, second, depth):
            return False
        same_coding = all(
            self.same(one.entries.get(k), other.entries.get(k), depth + 1) for k in ("/Filter", "/DecodeParms")
        )
        if same_coding and one.raw == other.raw:
            return True
        try:
            return self.old.file.decoded(one, self.old) == self.new.file.decoded(other, self.new)
        except SyntaxProblem:
            return False


class _Remaining:
    """The annotations of the newer page that no older one has claimed yet; each is found in constant time."""

    def __init__(self, items: list[Value]) -> None:
        self._refs = dict.fromkeys(item for item in items if isinstance(item, Ref))
        self._direct = [item for item in items if not isinstance(item, Ref)]

    def take(self, item: Value, successor: Ref | None) -> Value:
        """Claim the annotation that continues ``item``: the same object, its field's successor, or an equal one."""
        for ref in (item, successor):
            if isinstance(ref, Ref) and ref in self._refs:
                del self._refs[ref]
                return ref
        match = next((other for other in self._direct if other == item), None)
        if match is not None:
            self._direct.remove(match)
        return match

    def items(self) -> list[Value]:
        """What is left."""
        return [*self._refs, *self._direct]


def _fields(view: View) -> dict[str, FormField]:
    """The form's fields by name; two of one name are kept apart by a number."""
    result: dict[str, FormField] = {}
    for item in form_fields(view):
        name, count = item.name, 1
        while name in result:
            count += 1
            name = f"{item.name}#{count}"
        result[name] = item
    return result


def _widgets(view: View, item: FormField, *, direct: bool = False) -> list[Ref]:
    """The field's widget annotations: itself, or its kids (12.7.4.1)."""
    kids = view.resolve(item.entries.get("/Kids"))
    if isinstance(kids, list):
        return [kid for kid in kids if isinstance(kid, Ref) or direct]
    return [item.ref] if item.ref else []


def _is_visible(view: View, ref: Value) -> bool:
    entries = view.resolve(ref)
    box = view.resolve(entries.get("/Rect")) if isinstance(entries, dict) else None
    numbers = [view.resolve(n) for n in box] if isinstance(box, list) else []
    if len(numbers) != 4 or not all(isinstance(n, int | float) for n in numbers):
        return False
    return bool(numbers[0] != numbers[2] and numbers[1] != numbers[3])


def _uses(ref: Ref, value: Value) -> int:
    """How often ``ref`` stands in ``value`` itself."""
    return sum(item == ref for item in references(value))
