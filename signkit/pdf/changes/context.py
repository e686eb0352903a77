"""What every part of judging a step shares: both states, the account of what is changed, and equality."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from signkit.pdf.changes.covering import ShownContent
from signkit.pdf.changes.equality import Equality, is_plainly_same
from signkit.pdf.changes.object_roles import Account
from signkit.pdf.changes.revision_state import RevisionState
from signkit.pdf.changes.role_rules import ENTRIES, Role
from signkit.pdf.reading.document import View
from signkit.pdf.reading.graph import Referrers
from signkit.pdf.reading.syntax import Ref, Value

#: 12.7.3: /NeedAppearances is false by default; 12.7.4.1: /Ff 0; 12.5.6.19: /MK may be empty; so may 14.7.3 /RoleMap.
_DEFAULTS: dict[str, Value] = {"/NeedAppearances": "false", "/Ff": 0, "/MK": {}, "/RoleMap": {}}


class Context:
    """Two states of a document, one step apart.

    ``signed_now``: the numbers of the fields whose signature was made in the newer revision, over all of it;
    ``signed_first``: the document as its first signature found it.
    """

    def __init__(
        self,
        before: RevisionState,
        after: RevisionState,
        referrers: Referrers,
        shown: ShownContent,
        signed_now: AbstractSet[int],
        signed_first: View | None = None,
    ) -> None:
        self.before, self.after = before, after
        self.old, self.new = before.view, after.view
        self.shown = shown
        self.signed_now, self.signed_first = signed_now, signed_first
        self.account = Account(before, after, referrers)
        self.equality = Equality(self.account)

    def differing(self, role: Role, one: dict[str, Value], other: dict[str, Value]) -> Iterator[str]:
        """Yield the entries of a ``role`` that differ, without those that have rules of their own."""
        entries = ENTRIES[role]
        # Entries with rules of their own are judged there, so that nothing is told twice.
        for key in sorted((one.keys() | other.keys()) - entries.own):
            first, second = one.get(key), other.get(key)
            stated = (key in one) is (key in other)  # null is stated: see `Equality`
            if (stated and is_plainly_same(first, second)) or self.are_default(key, first, second):
                continue
            # Structural entries lead back to pages and fields; all others are compared down to the last object.
            if entries.structural is None or key in entries.structural:
                same = stated and self.equality.same_entry(key, first, second)
            else:
                same = stated and self.equality.same_drawn(first, second, key)
            if not same:
                yield key

    def are_default(self, key: str, one: Value, other: Value) -> bool:
        """Whether one is not stated, and the other states what holds then (`_DEFAULTS`)."""
        values = self.old.resolve(one), self.new.resolve(other)
        # "false" and 0 are equal in Python and not in PDF: the type counts as well.
        return key in _DEFAULTS and all(
            value is None or (type(value) is type(_DEFAULTS[key]) and value == _DEFAULTS[key]) for value in values
        )

    def cover(self, one: Value, other: Value) -> None:
        """Take note that a permitted change explains what both values lead to."""
        self.account.cover(self.old, one)
        self.account.cover(self.new, other)

    @staticmethod
    def number(value: Value) -> int | None:
        """The number of the object that ``value`` refers to."""
        return value.number if isinstance(value, Ref) else None

    def page_of(self, number: int | None) -> int | None:
        """Return on which page an annotation is, or which page an object is."""
        for index, page in enumerate(self.after.pages, 1):
            listed = self.new.resolve(page.entries.get("/Annots"))
            refs = [page.ref, *(listed if isinstance(listed, list) else [])]
            if any(isinstance(ref, Ref) and ref.number == number for ref in refs):
                return index
        return None
