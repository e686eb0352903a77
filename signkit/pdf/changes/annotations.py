"""The annotations of each page in two states: added, removed, changed, in their order (ISO 32000-2 12.5)."""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.changes.appearance_changes import has_box, has_place, leaves_its_place, streams
from signkit.pdf.changes.content_order import is_orderly
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.covering import has_looks, is_large, is_opaque, overlap, reach, rectangle, visible_part
from signkit.pdf.changes.field_changes import Fields
from signkit.pdf.changes.ink import hands_down_colours
from signkit.pdf.changes.link_borders import LinkBorders
from signkit.pdf.changes.page_measures import is_measured_in_points
from signkit.pdf.changes.placing import Box
from signkit.pdf.changes.revision_state import RevisionState, is_widget
from signkit.pdf.changes.role_rules import ADDABLE, LEADING, Role, breach
from signkit.pdf.changes.shown_values import ShownValue
from signkit.pdf.changes.values import WAITED_OVER_TEXT, Change, ChangePlace, Gravity
from signkit.pdf.pages import Page
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, SyntaxProblem, Value

#: A field that waited for its signature and takes more than an eighth of the page is judged as a new one.
#: Sneaky signature attacks on certified files draw with the widget of a signature: its area bounds what it can hide.
_WAITING = 8
#: What makes an annotation do something by itself, or an action of it that something leads to (12.6.3, 12.6.4).
#: /AA fires on the pointer or the page alone, /PA on a link's release; /Next chains actions (12.6.2).
_ACTING = {"/AA", "/PA", "/S", "/JS", "/Next"}


class _OnPage:
    """What became of the annotations of one page."""

    def __init__(self, number: int, old: Page, new: Page) -> None:
        self.number, self.old, self.new = number, old, new
        self.kept: list[tuple[Value, Value]] = []
        self.removed: list[Value] = []
        self.added: list[Value] = []
        self.over_text: list[Value] = []  # what is signed now and lies over the page's text
        self.in_order = True
        # Told when they are asked for: whether those signed now are large together, and what is a field's.
        self.are_large: bool | None = None
        self.widgets: list[Value] | None = None
        self._borders: LinkBorders | None = None

    def borders(self, after: RevisionState) -> LinkBorders:
        """The borders of the newer page's links.

        Raises:
            SyntaxProblem: they cannot be measured.
        """
        if self._borders is None:
            self._borders = LinkBorders(after.view, after.annotations(self.new))
        return self._borders


class Annotations:
    """All annotations of one step."""

    def __init__(self, context: Context, fields: Fields) -> None:
        self._all = context
        self._fields = fields
        pages = zip(context.before.pages, context.after.pages, strict=False)
        self._pages = [
            self._match_page(number, old, new)
            for number, (old, new) in enumerate(pages, 1)
            if old.may_have_annotations or new.may_have_annotations
        ]
        self._added = {ref.number for page in self._pages for ref in page.added if isinstance(ref, Ref)}
        self._removed = {ref.number for page in self._pages for ref in page.removed if isinstance(ref, Ref)}

    def is_added(self, item: Value) -> bool:
        """Whether an annotation is new on its page, or the widget of a new field."""
        return isinstance(item, Ref) and (item.number in self._added or item.number in self._fields.new_widgets)

    def is_removed(self, item: Value) -> bool:
        """Whether an annotation is gone from its page."""
        return isinstance(item, Ref) and item.number in self._removed

    def _match_page(self, number: int, old: Page, new: Page) -> _OnPage:
        # Pages are paired by their place: a page that came, went or moved is found by the page tree's own rule.
        found = _OnPage(number, old, new)
        before, after = self._all.before.annotations(old), self._all.after.annotations(new)
        self._all.account.visit(old.entries.get("/Annots"), new.entries.get("/Annots"))
        left = _Remaining(after)
        last = -1
        # By object first, then by the field's name: programs that rewrite a widget give it another number.
        for item in before:
            successor = self._fields.successor.get(item) if isinstance(item, Ref) else None
            place = left.take(item, successor)
            if place is None and self._is_numbered_now(item, after[last + 1 : last + 2], new):
                place = left.take(after[last + 1], None)
            if place is None:
                found.removed.append(item)
                continue
            # Later ones lie above earlier ones (12.5.2): to reorder is to cover.
            found.in_order = found.in_order and place > last
            last = place
            found.kept.append((item, after[place]))
            if not (isinstance(item, Ref) and isinstance(after[place], Ref) and self._is_field(item, after[place])):
                self._all.account.own(Role.ANNOTATION, item, after[place])
        found.added = left.items()
        return found

    def _is_numbered_now(self, item: Value, there: list[Value], page: Page) -> bool:
        """Whether what stood on the page itself is an object of its own now, as iText makes it one."""
        entries = self._all.new.resolve(there[0]) if there and isinstance(there[0], Ref) else None
        return isinstance(item, dict) and isinstance(entries, dict) and item == _without_page(entries, item, page)

    def _is_field(self, one: Ref, other: Ref) -> bool:
        return self._all.account.role_of(one, other) in (Role.FIELD, Role.WIDGET)

    def changes(self) -> Iterator[Change]:
        """Yield what changed of all pages' annotations."""
        listed = {ref.number for page in self._pages for _, ref in page.kept if isinstance(ref, Ref)}
        for page in self._pages:
            if not page.in_order:
                yield from breach(
                    "annotation-order", at=ChangePlace(page=page.number, number=self._all.number(page.new.ref))
                )
            for item in page.removed:
                yield from self._judge_gone(item, page)
            for item, match in page.kept:
                yield from self._judge_kept(item, match, page)
            for item in page.added:
                yield from self._new(item, page, listed)

    # --- one annotation ---

    def _judge_gone(self, item: Value, page: _OnPage) -> Iterator[Change]:
        entries = self._all.old.resolve(item)
        if entries is None:
            return
        self._all.cover(item, None)
        self._all.account.visit(item)
        level = (
            # A comment may be removed under P 3 (table 257); a widget is the form's, and goes with no permission.
            Gravity.ANNOTATIONS if isinstance(entries, dict) and not is_widget(self._all.old, item) else Gravity.OTHER
        )
        place = ChangePlace(page=page.number, number=self._all.number(item))
        yield from breach("annotation-removed", level=level, at=place)
        if not self._is_comment(self._all.old, entries):
            yield from breach("annotation-content", at=place)

    def _judge_kept(self, item: Value, match: Value, page: _OnPage) -> Iterator[Change]:
        if isinstance(item, Ref) and isinstance(match, Ref) and self._is_field(item, match):
            if match.number in self._fields.filled_widgets:
                yield from self._judge_place(match, page)
                yield from self._judge_value(match, self._fields.filled_widgets[match.number], page)
            elif match.number in self._fields.signed_widgets:
                # The place of a field that waits is known to the signers; a large one is held to what it covers, like a
                # new one; so are many that are large together.
                yield from (
                    self._judge_place(match, page) if self._are_large(page) else self._judge_waiting(match, page)
                )
            return
        old, new = self._all.old.resolve(item), self._all.new.resolve(match)
        if isinstance(old, dict) and isinstance(new, dict):
            new = _without_page(new, old, page.new)
        if self._is_unchanged(item, match, old, new):
            return
        # It was named and did not exist: to every reader it is new.
        if old is None:
            yield from self._new(match, page, set())
            return
        self._all.cover(old, new)
        plain = all(isinstance(entries, dict) for entries in (old, new))
        widget = is_widget(self._all.old, item) or is_widget(self._all.new, match)
        level = Gravity.ANNOTATIONS if plain and not widget else Gravity.OTHER
        yield from breach(
            "annotation-changed", level=level, at=ChangePlace(page=page.number, number=self._all.number(match))
        )
        if plain and not widget and not self._is_comment(self._all.old, old):
            place = ChangePlace(page=page.number, number=self._all.number(match))
            yield from breach("annotation-content", at=place)
        # P 3 permits changing an annotation, not making it do something else.
        acts = plain and any(not self._all.equality.same_drawn(old.get(key), new.get(key)) for key in {"/A"} | _ACTING)
        if plain and (acts or old.get("/Subtype") != new.get("/Subtype")):
            yield from self._kind(new, ChangePlace(page=page.number, number=self._all.number(match)))
        yield from self._judge_place(match, page)

    def _are_large(self, page: _OnPage) -> bool:
        """Whether the fields that waited on a page and are signed now take much of it together."""
        if page.are_large is None:
            signed = [other for _, other in page.kept if self._all.number(other) in self._fields.signed_widgets]
            whole = visible_part(self._all.old, page.old.entries)
            page.are_large = is_large(self._all.new, signed, whole, _WAITING)
        return page.are_large

    def _is_unchanged(self, item: Value, match: Value, old: Value, new: Value) -> bool:
        """As it was; where nothing changed below it but by links, its appearance alone may still lead there."""
        # A widget's links (page, parent) lead to half the document; its looks are compared in full.
        if self._all.equality.is_untouched(item, match) and isinstance(old, dict):
            return self._all.equality.same_entry("/AP", old.get("/AP"), new.get("/AP"))
        self._all.account.visit(item, match)
        return self._all.equality.same(old, new)

    def _new(self, item: Value, page: _OnPage, listed: set[int]) -> Iterator[Change]:
        entries, number = self._all.new.resolve(item), self._all.number(item)
        if entries is None:
            return
        self._all.account.visit(item)
        self._all.account.cover(self._all.new, entries)
        # One annotation on two pages, or twice on one, is read differently (12.5.2: /P names its one page).
        if number in listed:
            yield from breach("annotation-places", at=ChangePlace(page=page.number, number=number))
        listed |= {number} if number is not None else set()
        if not isinstance(entries, dict):
            yield from breach("annotation-kind", at=ChangePlace(page=page.number, number=number))
        elif number is None or number not in self._fields.new_widgets | self._fields.signed_widgets:
            level = Gravity.OTHER if is_widget(self._all.new, item) else Gravity.ANNOTATIONS
            # Table 257: annotations need P 3, also where nobody certified and the policy decides.
            yield from breach("annotation-added", level=level, at=ChangePlace(page=page.number, number=number))
            yield from self._kind(entries, ChangePlace(page=page.number, number=number))
        yield from self._judge_place(item, page)

    def _kind(self, entries: dict[str, Value], place: ChangePlace) -> Iterator[Change]:
        """A comment or a link, which at most leads somewhere (12.6.4): it does nothing by itself."""
        kind = self._all.new.resolve(entries.get("/Subtype"))
        action = self._all.new.resolve(entries.get("/A"))
        # 12.6.4: actions that only lead elsewhere; JavaScript, Launch, SubmitForm and the like act by themselves.
        leads = action is None or (isinstance(action, dict) and self._all.new.resolve(action.get("/S")) in LEADING)
        further = isinstance(action, dict) and "/Next" in action
        if kind != "/Widget" and (kind not in ADDABLE or not leads or further or entries.keys() & _ACTING):
            yield from breach("annotation-kind", at=place)

    @staticmethod
    def _is_comment(view: View, entries: Value) -> bool:
        """Whether an annotation is of a kind that people add; films, models, watermarks and the like are content."""
        kind = view.resolve(entries.get("/Subtype")) if isinstance(entries, dict) else None
        # Without a kind, viewers draw nothing of it (table 166).
        return kind is None or kind in ADDABLE or kind == "/Widget"

    def _judge_place(self, item: Value, page: _OnPage) -> Iterator[Change]:
        """Whatever is new may not hide what was signed, also where the document allows annotations.

        A further signature often stands over text; whether it may is for the document's rules (``Rules.certified``).
        """
        number = self._all.number(item)
        yield from self._judge_box(item, page)
        signature = number in self._fields.new_widgets | self._fields.signed_widgets
        try:
            others = self._others(item, page)
            if signature:  # honest signers put seal on seal, after certifying too
                others = [each for each in others if self._all.number(each) not in self._fields.old_seals]
            # Evil annotations and sneaky signatures (attacks on certified files, 2021) lie over what was signed.
            hidden = self._all.shown.is_covered(self._all.old, page.old.entries, item, self._all.new)
            over_words = self._all.shown.covers_words(self._all.old, item, self._all.new, others)
            crowded = page.borders(self._all.after).close_to(item)
            hidden = hidden or self._all.shown.shows_at(self._all.old, page.old.entries, crowded, others)
        except SyntaxProblem as problem:
            yield Change(Gravity.OTHER, "not-judged", str(problem), page=page.number, number=number)
            return
        if over_words:
            yield from breach("covers-text", at=ChangePlace(page=page.number, number=number))
        if hidden:
            rule = "signature-over-text" if signature else "covers-text"
            page.over_text += [item] if signature else []
            large = is_large(self._all.new, page.over_text, visible_part(self._all.old, page.old.entries))
            if signature and (large or len(page.over_text) > 1):  # together they hide what each of them leaves
                rule = "signature-size"
            yield from breach(rule, at=ChangePlace(page=page.number, number=number))

    def _judge_value(self, item: Ref, value: ShownValue, page: _OnPage) -> Iterator[Change]:
        """What is entered must not stand below what other viewers than PDFium draw over it (12.5.2)."""
        listed, widget = self._all.after.annotations(page.new), self._all.new.resolve(item)
        above = list(self._hiding(listed[listed.index(item) + 1 :])) if item in listed else []
        if above and isinstance(widget, dict):
            box = rectangle(self._all.new, widget.get("/Rect"))
            places = [place for place, _ in value.letters(widget)] or ([box] if box is not None else [])
            if any(overlap(one, other) for one in places for other in above):
                yield from breach("shows-its-value", at=ChangePlace(page=page.number, number=item.number))

    def _hiding(self, items: list[Value]) -> Iterator[Box]:
        """Where annotations draw that are no widgets (these PDFium draws last), and that hide what lies below."""
        for each in items:
            entries = self._all.new.resolve(each)
            if not isinstance(entries, dict) or is_widget(self._all.new, each):
                continue
            # 12.5.6.14: the window of a note that is closed; with an appearance some viewers draw that.
            window = self._all.new.resolve(entries.get("/Subtype")) == "/Popup" and not has_looks(
                self._all.new, entries
            )
            if not window and is_opaque(self._all.new, entries):
                yield from reach(self._all.new, entries)

    def _judge_waiting(self, item: Value, page: _OnPage) -> Iterator[Change]:
        """A seal may stand over the words that its field stood over, and it is told that it does."""
        yield from self._judge_box(item, page)
        number = self._all.number(item)
        try:
            over_text = self._all.shown.is_covered(self._all.old, page.old.entries, item, self._all.new)
        except SyntaxProblem as problem:
            yield Change(Gravity.OTHER, "not-judged", str(problem), page=page.number, number=number)
            return
        if over_text:
            yield Change(Gravity.FORM, WAITED_OVER_TEXT, page=page.number, number=number)

    def _others(self, item: Value, page: _OnPage) -> list[Value]:
        """The fields that were on the page before: nothing new hides what they say and what seals show.

        Comments may lie over comments, which anybody may change and remove where they are allowed.  The field itself is
        no other one; nor are those that were given looks in the same step.
        """
        former = {match: old for old, match in page.kept if isinstance(match, Ref)}
        # The field's own older looks are what it may replace.
        own = (item, former.get(item)) if isinstance(item, Ref) else (item,)
        if page.widgets is None:
            before = self._all.before.annotations(page.old)
            page.widgets = [each for each in before if is_widget(self._all.old, each)]
        return [each for each in page.widgets if each not in own]

    def _judge_box(self, item: Value, page: _OnPage) -> Iterator[Change]:
        turned, number = bool(self._all.new.resolve(page.new.entries.get("/Rotate"))), self._all.number(item)
        at = ChangePlace(page=page.number, number=number)
        # A box without area or a singular matrix is placed by each viewer in its own way (12.5.5).
        if (
            not has_place(self._all.new, item)
            or not has_box(self._all.new, item)
            or leaves_its_place(self._all.new, item, turned=turned)
        ):
            yield from breach("appearance-box", at=at)
        # 8.6.5.6, 7.8.3: looks have resources of their own, and some viewers look further in those of the page.
        if hands_down_colours(self._all.new, page.new.entries, streams(self._all.new, item)):
            yield from breach("appearance-box", at=at)
        # What is signed stands where it was to be signed, and hides no more than its share of the page.
        seal = number in self._fields.new_widgets | self._fields.signed_widgets
        if not seal and not is_measured_in_points(self._all.new, page.new.entries):
            yield from breach("page-size", at=at)
        # What is left open reaches what is drawn after it.
        if not all(is_orderly(self._all.new, stream) for stream in streams(self._all.new, item)):
            yield from breach("appearance-order", at=at)


def _without_page(entries: dict[str, Value], former: dict[str, Value], page: Page) -> dict[str, Value]:
    """The entries without a /P that names the page at last (12.5.2: optional, and the page that lists it)."""
    stated = "/P" not in former and entries.get("/P") == page.ref
    return {key: value for key, value in entries.items() if key != "/P"} if stated else entries


class _Remaining:
    """The annotations of the newer page that no older one has claimed yet; each is found in constant time."""

    def __init__(self, items: list[Value]) -> None:
        self._items = items
        self._refs: dict[Ref, list[int]] = {}
        self._direct: dict[int, Value] = {}
        for place, item in enumerate(items):
            if isinstance(item, Ref):
                self._refs.setdefault(item, []).append(place)
            else:
                self._direct[place] = item

    def take(self, item: Value, successor: Ref | None) -> int | None:
        """Claim the annotation that continues ``item``: the same object, its field's successor, or an equal one."""
        # Object identity first; a direct annotation has none, and is known by what it says.
        for ref in (item, successor):
            if isinstance(ref, Ref) and self._refs.get(ref):
                return self._refs[ref].pop(0)
        place = next((place for place, other in self._direct.items() if other == item), None)
        if place is not None:
            del self._direct[place]
        return place

    def items(self) -> list[Value]:
        """What is left."""
        places = [*self._direct, *(place for left in self._refs.values() for place in left)]
        return [self._items[place] for place in sorted(places)]
