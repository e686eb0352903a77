"""Whether two values of two states of a document are the same, references followed."""

from __future__ import annotations

import math
from typing import NamedTuple

from signkit.pdf.changes.object_roles import Account
from signkit.pdf.changes.role_rules import RULES
from signkit.pdf.changes.unused_names import UnusedNames
from signkit.pdf.reading.syntax import Ref, Stream, SyntaxProblem, Value

#: Entries that lead to an object without showing it: its own rules judge that object.
#: Followed as all others they would make every object lead to every other, and nothing could be told apart.
_LINKS = {
    "/P", "/Pg", "/Parent", "/Obj", "/Popup", "/IRT", "/D", "/Dest", "/Data", "/AN", "/T", "/Fields", "/SE", "/CO",
    "/B",
}  # fmt: skip
#: The second part of an explicit destination, whose first part links to a page (12.3.2.2).
_FITS = {"/XYZ", "/Fit", "/FitH", "/FitV", "/FitR", "/FitB", "/FitBH", "/FitBV"}
#: Entries below which everything is drawn, wherever they stand.
#: What is drawn is what the signer saw: no link inside it is taken on trust.
_DRAWN = {"/AP", "/Resources", "/XObject", "/MK", "/Templates"}
#: Resources of what is drawn, and of a single field (12.7.4.3); those of the form have a rule of their own.
_NAMING = ("/Resources", "/DR")
#: Of these, what is only drawn where it is asked for by its name (a colour space may be one that applies by itself).
_NAMED = ("/Font", "/XObject")
_PLAIN = {int, float, str, bytes, type(None)}
#: Entries of coordinates, in which every reader takes 1 and 1.0 for one number.  Elsewhere poppler takes a real number
#: for none where it wants a whole one (/Rotate 90.0, /BitsPerComponent 8.0).
_COORDINATES = {
    "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rect", "/BBox", "/Matrix", "/QuadPoints", "/RD",
    "/C", "/IC", "/Vertices", "/InkList", "/L",
}  # fmt: skip
#: Of these, what lies on the page itself, and colours: programs write them anew with fewer digits (mupdf keeps seven).
#: What is drawn through a matrix that matrix may multiply by as much as it likes.
_ROUNDED = _COORDINATES - {"/BBox", "/Matrix", "/RD"}
_ROUNDING = 1e-6
#: Annex C.2: farther from the origin lies no page; there a millionth would be more than a line.
_FARTHEST = 14400
#: What a box moves or grows by, by its own size, unseen by anybody.
_UNSEEN = 1e-4
# 7.4, 7.3.8.2: how the bytes are packed says nothing of what they are.
_CODING = frozenset({"/Length", "/Filter", "/DecodeParms"})


def is_plainly_same(one: Value, other: Value) -> bool:
    """Whether both are one number, name, text or nothing: the quick answer for most values."""
    return type(one) in _PLAIN and type(one) is type(other) and bool(one == other)


#: What an answer depends on beside the two values.
_Kind = tuple[bool, bool, bool, str]


class _Way(NamedTuple):
    """How a value was come to: drawn, by a link, as coordinates (and such as may be rounded) or resources; how deep."""

    drawn: bool = False
    link: bool = False
    depth: int = 0
    measured: bool = False
    rounded: bool = False
    named: str = ""  # as resources, or as those of one kind

    @property
    def kind(self) -> _Kind:
        return self.drawn, self.measured, self.rounded, self.named

    def below(self, key: str) -> _Way:
        drawn = self.drawn or key in _DRAWN
        named = key if key in _NAMING or (key in _NAMED and self.named in _NAMING) else ""
        return _Way(drawn, not drawn and key in _LINKS, self.depth + 1, key in _COORDINATES, key in _ROUNDED, named)


class Equality:
    """Compares values of two states.  What is drawn is compared in full; elsewhere links end at what is judged itself.

    What was found equal is kept, and forgotten again where an assumption that it rested on turns out wrong.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._old, self._new = account.old, account.new
        self._equal: dict[tuple[Ref, Ref, _Kind], None] = {}
        self._unused = UnusedNames(account.old)
        self._deepest = account.old.file.meter.limits.depth * 4
        #: Whether anything was found to be the same that is written otherwise: whether viewers agree, pictures tell.
        self.rewritten = False

    def same(self, one: Value, other: Value) -> bool:
        """Both say the same; links to what has rules of its own count as the same."""
        return self._same(one, other, _Way())

    def same_link(self, one: Value, other: Value) -> bool:
        """As :meth:`same`, of the value of a link itself."""
        return self._same(one, other, _Way(link=True))

    def same_entry(self, key: str, one: Value, other: Value) -> bool:
        """As :meth:`same`, of what an entry ``key`` holds: it may be a link, or drawn."""
        return self._same(one, other, _Way().below(key))

    def same_drawn(self, one: Value, other: Value, key: str = "") -> bool:
        """Both show the same: whatever they lead to is compared; ``key`` names the entry that holds them."""
        return self._same(one, other, _Way(drawn=True).below(key))

    def is_untouched(self, one: Value, other: Value) -> bool:
        """Whether both are one reference below which nothing changed but what links lead to."""
        return isinstance(one, Ref) and one == other and not self._account.is_touched(one)

    def _same(self, one: Value, other: Value, way: _Way) -> bool:
        if isinstance(one, Ref) and isinstance(other, Ref):
            return self._is_known(one, other, way) or self._same_objects(one, other, way)
        self._account.visit(one, other)
        old, new = self._old.resolve(one), self._new.resolve(other)
        if isinstance(one, Ref) is isinstance(other, Ref):
            return self._same_value(old, new, way)
        # Nobody needs a reference to a name or a number, and not every reader follows one (mupdf: /FT).
        result = isinstance(old, dict | list | Stream) and self._same_value(old, new, way)
        self.rewritten = self.rewritten or result
        return result

    def _is_known(self, one: Ref, other: Ref, way: _Way) -> bool:
        # Rule "two-roles": an object that is drawn is not excused by being a page or a field elsewhere.
        linked = way.link or ("two-roles" not in RULES)
        if linked and self._account.is_owned(one, other):
            return True
        if (one, other, way.kind) in self._equal:
            return True
        if one != other:
            return False
        return self._account.is_drawn_untouched(one) if way.drawn else not self._account.is_touched(one)

    def _same_objects(self, one: Ref, other: Ref, way: _Way) -> bool:
        self._old.file.meter.check_time()
        self._account.visit(one, other)
        known = len(self._equal)
        self._equal[one, other, way.kind] = None  # assumed while below it, so that circles end
        result = self._same_value(self._old.resolve(one), self._new.resolve(other), way._replace(link=False))
        while not result and len(self._equal) > known:
            self._equal.popitem()
        self.rewritten = self.rewritten or (result and (one != other or one.number in self._account.changed))
        return result

    def _same_value(self, one: Value, other: Value, way: _Way) -> bool:
        if way.depth > self._deepest:
            raise SyntaxProblem("nested too deeply")
        if isinstance(one, dict) and isinstance(other, dict):
            return self._same_entries(one, other, way)
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and (self._same_items(one, other, way) or self._are_rounded(one, other, way))
        if isinstance(one, Stream) and isinstance(other, Stream):
            return self._same_stream(one, other, way)
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return ((numbers and way.measured) or type(one) is type(other)) and bool(one == other)

    def _same_entries(self, one: dict[str, Value], other: dict[str, Value], way: _Way) -> bool:
        # An entry that says null is there for a reader that asks whether it is (PDFium: /Kids of a page).
        return (one.keys() == other.keys() or (way.named != "" and self._adds_unused(one, other, way))) and all(
            is_plainly_same(first, other[key]) or self._same(first, other[key], way.below(key))
            for key, first in one.items()
        )

    def _adds_unused(self, one: dict[str, Value], other: dict[str, Value], way: _Way) -> bool:
        """Whether resources only grow by names that nothing asks for: a form may share its own with pages."""
        added = other.keys() - one.keys()
        names = added if way.named in _NAMED else {name for kind in added for name in self._names(kind, other[kind])}
        if not one.keys() <= other.keys() or not all(map(self._unused.has, names)):
            return False
        self._account.cover(self._new, [other[key] for key in added])
        self.rewritten = True
        return True

    def _names(self, kind: str, value: Value) -> set[str]:
        """The names of a kind of resources; of a kind that may act unasked its own, which no name is."""
        found = self._new.resolve(value)
        return set(found) if kind in _NAMED and isinstance(found, dict) else {""}

    def _same_items(self, one: list[Value], other: list[Value], way: _Way) -> bool:
        # 12.3.2.2: [page /Fit …]; the page's own rules judge it.
        target = not way.drawn and len(one) > 1 and one[1] == other[1] and isinstance(one[1], str) and one[1] in _FITS
        target = target and self._account.is_page(one[0], other[0])
        return all(
            is_plainly_same(a, b)
            or self._same(a, b, way._replace(link=way.link or (target and index == 0), depth=way.depth + 1))
            for index, (a, b) in enumerate(zip(one, other, strict=True))
        )

    def _are_rounded(self, one: list[Value], other: list[Value], way: _Way) -> bool:
        """Whether coordinates differ by their last digits, so that nothing seems to move."""
        if not way.rounded or not all(isinstance(each, int | float) for each in (*one, *other)):
            return False
        # One or three numbers are a colour, between 0 and 1; all others are x and y in turn (7.9.5, 12.5.6).
        axes = (one[0::2], one[1::2]) if len(one) % 2 == 0 else ([0, 1],)
        extents = [max(axis, default=0) - min(axis, default=0) for axis in axes]
        # 12.5.5: what a box shows is stretched either way; lines may well have no height.
        unseen = _UNSEEN * (min(extents) if len(one) == 4 else max(extents))
        alike = all(
            math.isclose(a, b, rel_tol=_ROUNDING) and abs(a - b) <= unseen and abs(a) <= _FARTHEST
            for a, b in zip(one, other, strict=True)
        )
        self.rewritten |= alike
        return alike

    def _same_stream(self, one: Stream, other: Stream, way: _Way) -> bool:
        first = {key: value for key, value in one.entries.items() if key not in _CODING}
        second = {key: value for key, value in other.entries.items() if key not in _CODING}
        if not self._same_value(first, second, way):
            return False
        coding = ("/Filter", "/DecodeParms")
        if one.raw == other.raw and all(
            self._same(one.entries.get(key), other.entries.get(key), way.below(key)) for key in coding
        ):
            return True
        # Different packing of the same bytes: programs that save recompress.
        return self._old.file.decode_stream(one, self._old) == self._new.file.decode_stream(other, self._new)
