"""The form's fields in two states: filled in, signed, and otherwise as they were (ISO 32000-2 12.7.4, 12.7.5)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from signkit.pdf.changes.appearance_changes import draws, draws_but_words, draws_when_off, shows_something
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.covering import rectangle
from signkit.pdf.changes.redrawn_ticks import is_same_box, states_its_frame_no_more
from signkit.pdf.changes.revision_state import RevisionState, widgets
from signkit.pdf.changes.role_rules import FILLED, SIGNED, Role, breach
from signkit.pdf.changes.shown_values import ShownValue
from signkit.pdf.changes.values import Change, ChangePlace, Gravity
from signkit.pdf.form import FormField, text_string
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, Value

_LOOKS = {"/AP", "/AS", "/MK", "/F", "/Rect"}
#: What a value may be, by the type of its field (12.7.5).
_VALUES: dict[str | None, tuple[type, ...]] = {"/Tx": (bytes, Stream), "/Ch": (bytes, list), "/Btn": (str,)}
#: What a field that holds others hands down to them, judged there; its looks are its own, where it is a widget too.
_HANDED_DOWN = {"/V", "/RV", "/I"}
#: What says or shows the value, one way or another.
_SPOKEN = {"/V", "/RV", "/I", "/AP", "/AS"}
_NOTHING: tuple[Value, ...] = (None, b"", "/Off", [])
# Table 229: bit 17 of /Ff of a button.
_PUSH_BUTTON = 1 << 16
#: What a new signature field or a widget of it may say (12.7.4, 12.7.5.5, 12.5.2, 12.5.6.19): no actions.
_FIELD_ENTRIES = {
    "/Type", "/FT", "/T", "/TU", "/TM", "/Ff", "/V", "/DV", "/DA", "/Q", "/Lock", "/SV", "/Kids", "/Parent", "/Lang",
}  # fmt: skip
_WIDGET_ENTRIES = (_FIELD_ENTRIES - {"/Kids"}) | {
    "/Subtype", "/Rect", "/P", "/F", "/AP", "/AS", "/MK", "/M", "/NM", "/BS", "/Border", "/H", "/StructParent",
    "/Contents", "/C", "/DR",
}  # fmt: skip


class Fields:
    """All fields of one step; which widgets are new, and which show something new, is known once it was walked."""

    def __init__(self, context: Context) -> None:
        self._all = context
        self._old, self._new = context.before.fields, context.after.fields
        self.new_widgets: set[int] = set()
        self.signed_widgets: set[int] = set()
        self.filled_widgets: dict[int, ShownValue] = {}
        self.successor: dict[Ref, Ref] = {}
        self.old_seals = {
            ref.number for item in self._old.values() if item.type == "/Sig" for ref in widgets(context.old, item)
        }
        self._own_fields()
        self._changes = list(self._walk())

    def _own_fields(self) -> None:
        for name, item in self._new.items():
            shown, before = widgets(self._all.new, item), self._old.get(name)
            if item.type == "/Sig" and self._is_signed_now(item):
                # The widgets of a field that was signed in this very revision may get looks; no others may.
                self.signed_widgets.update(ref.number for ref in shown)
            if before is None:
                self.new_widgets.update(ref.number for ref in shown)
                self._all.account.visit(item.ref, *shown)
                continue
            self._all.account.own(Role.FIELD, before.ref, item.ref)
            for one, other in zip(widgets(self._all.old, before), shown, strict=False):
                self._all.account.own(Role.WIDGET, one, other)
                self.successor.setdefault(one, other)
        for key, one in self._all.before.groups.items():
            self._all.account.own(Role.FIELD, one, self._all.after.groups.get(key))

    def _is_signed_now(self, item: FormField) -> bool:
        return item.ref is not None and item.ref.number in self._all.signed_now

    def changes(self) -> Iterator[Change]:
        """Yield what changed of the fields, added and removed ones too."""
        yield from self._changes

    def _walk(self) -> Iterator[Change]:
        for name, item in self._old.items():
            if name not in self._new:
                yield from breach("field-removed", name, at=ChangePlace(field=name, number=self._all.number(item.ref)))
            else:
                yield from self._field(name, item, self._new[name])
        for name, item in self._new.items():
            if name not in self._old:
                yield from self._judge_added(name, item)
        yield from self._groups()

    def _groups(self) -> Iterator[Change]:
        """Fields that hold others: what they pass on is judged in those, the rest here."""
        after = self._all.after.groups
        for key, added in after.items():
            entries = self._all.new.resolve(added)
            # A group that is new may hold new fields, and nothing that acts.
            if (
                key not in self._all.before.groups
                and isinstance(entries, dict)
                and not entries.keys() <= _FIELD_ENTRIES
            ):
                yield from breach("field-added", at=ChangePlace(number=self._all.number(added)))
        for key, one in self._all.before.groups.items():
            other = after.get(key)
            if self._all.equality.is_untouched(one, other):
                continue
            old, new = self._all.old.resolve(one), self._all.new.resolve(other)
            if not isinstance(new, dict) or not isinstance(old, dict):
                continue  # its fields are missing, and that is judged
            for entry in self._all.differing(Role.FIELD, old, new):
                if entry not in _HANDED_DOWN or not self._is_judged_below(new, entry):
                    yield from breach("field-changed", entry, at=ChangePlace(number=self._all.number(other)))
            yield from self._judge_strays(other, ChangePlace(number=self._all.number(other)))
            self._all.cover(old.get("/V"), new.get("/V"))

    def _is_judged_below(self, group: dict[str, Value], entry: str) -> bool:
        """Whether what a group passes on is inherited by all that it holds (12.7.4.1), each a field and judged as one.

        Beside fields, a kid without a name is a widget of the group's own, and shows its value; so does the group if
        it is one.  A group of nothing but widgets is a field itself.
        """
        found = self._all.new.resolve(group.get("/Kids"))
        kids = [self._all.new.resolve(each) for each in found] if isinstance(found, list) else []
        named = [each for each in kids if isinstance(each, dict) and "/T" in each]
        inherit = len(named) == len(kids) and not any(entry in each for each in named)
        return not named or (inherit and not group.keys() & {"/Subtype", "/Rect", "/AP"})

    # --- new fields ---

    def _judge_added(self, name: str, item: FormField) -> Iterator[Change]:
        number = self._all.number(item.ref)
        self._all.account.cover(self._all.new, item.entries, *widgets(self._all.new, item, direct=True))
        # Two fields of one name are two widgets of one value to some viewers (12.7.4.2).
        taken = any(item.name == each.name for each in self._old.values())  # another may look like it
        if item.type != "/Sig" or taken or not self._is_plain(item):
            yield from breach("field-added", name, at=ChangePlace(field=name, number=number, page=self._page(item)))
            return
        yield from self._signature(name, item, shown=True)

    def _is_plain(self, item: FormField) -> bool:
        """Whether a field that is new, and each of its widgets, is what a signature needs, and does nothing."""
        own = self._all.new.resolve(item.ref) if item.ref else item.entries
        kids = self._all.new.resolve(item.entries.get("/Kids"))
        # 12.6.3: additional actions; a field that is added must not act.
        if not isinstance(own, dict) or "/AA" in item.entries:
            return False
        if not isinstance(kids, list):
            return _is_plain_widget(self._all.new, own)
        shown = [self._all.new.resolve(each) for each in kids]
        return own.keys() <= _FIELD_ENTRIES and all(
            isinstance(each, dict) and _is_plain_widget(self._all.new, each) for each in shown
        )

    def _signature(self, name: str, item: FormField, *, shown: bool) -> Iterator[Change]:
        """A signature field that is new, or was not signed before; ``shown``: it has looks that are new."""
        value = self._all.new.resolve(item.value)
        place = ChangePlace(page=self._page(item), number=self._all.number(item.ref), field=name)
        stamp = _is_stamp(value)
        shown = shown and any(draws(self._all.new, each) for each in _widgets_of(self._all.new, item))
        # /V that no signature of this revision stands behind: a picture of a signature.
        if value is not None and not self._is_signed_now(item):
            yield from breach("signature-value", name, at=place)
        # An empty field that looks signed would be taken for a signature.
        elif value is None and shown:
            yield from breach("unsigned-draws", name, at=place)
        # 12.8.5: a document timestamp's field is not meant to be seen.
        elif stamp and shown:
            yield from breach("timestamp-draws", name, at=place)
        # Document timestamps are evidence, which may be added under any P (EN 319 142-1 5.5).
        evidence = Gravity.EVIDENCE if stamp else Gravity.FORM
        yield from breach("signature-added", name, level=evidence, at=place)

    def _page(self, item: FormField) -> int | None:
        pages = (self._all.page_of(self._all.number(each)) for each in widgets(self._all.new, item))
        return next((page for page in pages if page is not None), None)

    # --- fields that were there ---

    def _field(self, name: str, old: FormField, new: FormField) -> Iterator[Change]:
        if self._is_unchanged(old, new):
            return
        place = ChangePlace(page=self._page(new), number=self._all.number(new.ref), field=name)
        before = widgets(self._all.old, old, direct=True)
        after = widgets(self._all.new, new, direct=True)
        # Another number of widgets, or another type, is another field.
        if old.type != new.type or len(before) != len(after):
            entry = "/FT" if old.type != new.type else "/Kids"
            yield from breach("field-changed", f"{name} {entry}", at=place)
            return
        touched = self._touched_entries(old, new, before, after) or self._rewritten_looks(old, new)
        if not touched:
            return
        # Once signed, a field has nothing left to fill in.
        if old.type == "/Sig" and self._all.old.resolve(old.value) is not None:
            yield from breach("signed-field-changed", f"{name} {' '.join(sorted(touched))}", at=place)
            return
        signed = old.type == "/Sig" and self._is_signed_now(new)
        # Viewers draw a field's object as the annotation that its /Subtype says.
        if old.type == "/Sig" and not all(_is_widget_or_none(self._all.new, each) for each in [new.entries, *after]):
            yield from breach("field-changed", f"{name} /Subtype", at=place)
        redrawn = old.type in ("/Tx", "/Ch") and self._is_redrawn(old, new, touched)
        # 12.7.4.3: /DA is rewritten by programs that write the value with another font.
        filled = FILLED | {"/DA"} if "/V" in touched or redrawn else FILLED  # the font of what is written
        if old.type == "/Btn" and {"/MK", "/V"} <= touched and self._state_frames_no_more(before, after):
            touched.remove("/MK")
        for key in sorted(touched - (SIGNED if signed else filled)):
            yield from breach("field-changed", f"{name} {key}", at=place)
        for one, other in [(old.entries, new.entries), *zip(before, after, strict=True)]:
            self._cover(one, other)
        yield from self._judge_strays(new.ref, place)
        shown = [self._all.old.resolve(each) for each in before] or [old.entries]
        # The new looks would be somebody else's too: an appearance may be used twice.
        if "/AP" in touched and any(
            self._all.account.is_shared(each.get("/AP")) for each in shown if isinstance(each, dict)
        ):
            yield from breach("shared-appearance", name, at=place)
        if old.type == "/Sig":
            yield from self._signature(name, new, shown=bool(touched & _LOOKS))
        else:
            yield from self._judge_filled(name, old, new, touched, redrawn=redrawn)

    def _judge_strays(self, field: Value, place: ChangePlace) -> Iterator[Change]:
        """Widgets elsewhere that call a field their parent show its value, in viewers that go by that (12.7.4.1)."""
        entries = self._all.new.resolve(field)
        kids = self._all.new.resolve(entries.get("/Kids")) if isinstance(entries, dict) else None
        known = {kid.number for kid in kids if isinstance(kid, Ref)} if isinstance(kids, list) else set()
        number = self._all.number(field)
        if number is not None and self._all.account.has_strays(number, known):
            yield from breach("field-changed", "/Parent", at=place)

    def _is_unchanged(self, old: FormField, new: FormField) -> bool:
        """Neither it nor anything below or above it was changed, and what its widgets draw neither."""
        # What it inherits comes from above, also where it does not say what stands above it (12.7.4.1).
        inherited = old.entries is new.entries or old.entries == new.entries
        return (
            inherited
            and self._all.equality.is_untouched(old.ref, new.ref)
            and all(
                self._all.equality.same_drawn(one, other)
                for one, other in zip(_appearances(self._all.old, old), _appearances(self._all.new, new), strict=True)
            )
        )

    def _cover(self, one: Value, other: Value) -> None:
        old, new = self._all.old.resolve(one), self._all.new.resolve(other)
        for key in SIGNED if isinstance(old, dict) and isinstance(new, dict) else ():
            self._all.cover(old.get(key), new.get(key))

    def _touched_entries(self, old: FormField, new: FormField, before: list[Value], after: list[Value]) -> set[str]:
        """The entries of the field and of its widgets that differ."""
        parts = [(old.entries, new.entries)]
        for one, other in zip(before, after, strict=True):
            widget, successor = self._all.old.resolve(one), self._all.new.resolve(other)
            if isinstance(widget, dict) and isinstance(successor, dict):
                parts.append((widget, successor))
            elif widget is not None or successor is not None:
                return {"/Kids"}
        touched = set()
        for one, other in parts:
            for key in self._all.differing(Role.FIELD, one, other):
                if not (
                    _is_said_at_last(key, one, other)
                    or self._is_same_place(key, one, other)
                    or self._is_handed_down(key, old, one, other)
                ):
                    touched.add(key)
            touched |= {key for key in ("/Parent", "/P") if not self._is_linked(key, one, other)}
        return touched

    def _is_same_place(self, key: str, one: dict[str, Value], other: dict[str, Value]) -> bool:
        """Whether a box names the same corners, whichever two of them (7.9.5)."""
        if key != "/Rect":
            return False
        old, new = rectangle(self._all.old, one.get(key)), rectangle(self._all.new, other.get(key))
        return old is not None and new is not None and self._all.equality.same_drawn([*old], [*new], key)

    def _is_handed_down(self, key: str, field: FormField, one: dict[str, Value], other: dict[str, Value]) -> bool:
        """Whether a widget says or leaves out what it has from its field anyway (12.7.4.1)."""
        stated = (self._all.old.resolve(one.get(key)), self._all.new.resolve(other.get(key)))
        return key == "/FT" and "/Parent" in other and all(value in (None, field.type) for value in stated)

    def _rewritten_looks(self, old: FormField, new: FormField) -> set[str]:
        """The appearance of a signed field may not even be written otherwise, to the same effect."""
        if old.type != "/Sig" or self._all.old.resolve(old.value) is None:
            return set()
        looks = zip(_appearances(self._all.old, old), _appearances(self._all.new, new), strict=True)
        same = all(one == other and not self._all.account.leads_to_change(other) for one, other in looks)
        return set() if same else {"/AP"}

    def _is_linked(self, key: str, one: dict[str, Value], other: dict[str, Value]) -> bool:
        """Whether an entry leads to the same page or parent; a page may be named where none was."""
        # /P is optional (table 166): to name the right page where none was named changes nothing.
        if key == "/P" and one.get(key) is None:
            ref = other.get(key)
            return ref is None or (isinstance(ref, Ref) and any(page.ref == ref for page in self._all.after.pages))
        return self._all.equality.same_link(one.get(key), other.get(key))

    def _is_redrawn(self, old: FormField, new: FormField, touched: set[str]) -> bool:
        """Whether a program that fills in the whole form wrote once more what was there, and drew it as it was."""
        if not touched <= {"/AP", "/DA", "/RV", "/I"}:
            return False
        states = ((self._all.old, old), (self._all.new, new))
        former, shown = (
            ShownValue(view, item, _widgets_of(view, item), self._all.signed_first) for view, item in states
        )
        return shown.is_drawn_as(former)

    def _judge_filled(
        self, name: str, old: FormField, new: FormField, touched: set[str], *, redrawn: bool
    ) -> Iterator[Change]:
        place = ChangePlace(page=self._page(new), number=self._all.number(new.ref), field=name)
        shown = ShownValue(self._all.new, new, _widgets_of(self._all.new, new), self._all.signed_first)
        self.filled_widgets |= {ref.number: shown for ref in widgets(self._all.new, new)}
        value = self._all.new.resolve(new.value)
        # What a viewer shows of a value of the wrong type is its own idea.
        if value is not None and not isinstance(value, _VALUES.get(new.type, ())):
            yield from breach("field-changed", f"{name} /V", at=place)
        flags = self._all.new.resolve(new.entries.get("/Ff"))
        button = old.type == "/Btn"
        pushed = button and isinstance(flags, int) and bool(flags & _PUSH_BUTTON)
        # A button's looks belong to its states; a text's looks follow its value.
        # 12.7.5.2: a push-button has no value, a check box shows one of its prepared states.
        foreign = {"/AP", "/AS"} if pushed or "/V" not in touched else {"/AP"} if button else {"/AS"}
        if redrawn or (touched & foreign == {"/AP"} and button and not pushed and self._are_same_boxes(old, new)):
            foreign = set()
        if touched & foreign or (button and not self._shows_its_value(new)):
            yield from breach("appearance-replaced", name, at=place)
            return
        yield from breach("field-filled", name, at=place)
        said = self._is_said_alike(new) and self._is_said_once(new)
        said = said and not (touched & _HANDED_DOWN and self._is_said_elsewhere)
        asked = "/DA" not in touched or shown.asks_for_legible_letters()
        if touched & _SPOKEN and not (said and asked and shown.is_seen()):
            yield from breach("shows-its-value", name, at=place)
        # /RV and /I are other spellings of the value (12.7.5.3, 12.7.5.4).
        if touched & {"/V", "/RV", "/I"} and is_filled(self._all.old, old) and not redrawn:
            yield from breach("field-overwritten", name, at=place)

    def _are_same_boxes(self, old: FormField, new: FormField) -> bool:
        """Whether all that was drawn anew of a box or a choice are the same states with the same marks."""
        pairs = zip(_widgets_of(self._all.old, old), _widgets_of(self._all.new, new), strict=True)
        return all(is_same_box(self._all, one, other) for one, other in pairs)

    def _state_frames_no_more(self, before: list[Value], after: list[Value]) -> bool:
        pairs = zip(before, after, strict=True)
        return all(states_its_frame_no_more(self._all, one, other) for one, other in pairs)

    def show_their_values(self) -> bool:
        """Whether it is all one if viewers draw the fields anew or take their looks: these show what the values say."""
        states = ((self._all.old, self._old), (self._all.new, self._new))
        return all(self._is_seen_as_said(view, item) for view, fields in states for item in fields.values())

    def _is_seen_as_said(self, view: View, item: FormField) -> bool:
        shown = _widgets_of(view, item)
        if item.type == "/Sig":  # poppler draws a seal of its own
            return not any(draws(view, each) for each in shown)
        flags = view.resolve(item.entries.get("/Ff"))
        # 12.7.5.2.2: what a push-button shows is its caption, and no value.
        pushed = item.type == "/Btn" and isinstance(flags, int) and bool(flags & _PUSH_BUTTON)
        # Poppler draws the tick alone.
        more = item.type == "/Btn" and any(draws_when_off(view, each) for each in shown)
        plain = not more and not any(_has_ground(view, each) for each in shown)
        return plain and not pushed and ShownValue(view, item, shown, self._all.signed_first).is_seen()

    def _is_said_alike(self, item: FormField) -> bool:
        """Whether fields of one full name, which are one field to some viewers (12.7.4.2), all say the same."""
        said = self._said.get(item.name, [])
        return all(value == said[0] for value in said)

    def _is_said_once(self, item: FormField) -> bool:
        """Whether no widget states a value of its own beside the field's (12.7.4.1): some viewers take it for that.

        Nor is there any below one that shows the value, where nobody looks for widgets but those viewers.
        """
        found = (self._all.new.resolve(each) for each in _widgets_of(self._all.new, item))
        shown = [each for each in found if isinstance(each, dict)]
        return not any(self._all.new.resolve(each.get("/Kids")) for each in shown) and all(
            self._all.new.resolve(each[key]) == self._all.new.resolve(item.entries.get(key))
            for each in shown
            for key in each.keys() & _HANDED_DOWN
        )

    @cached_property
    def _is_said_elsewhere(self) -> bool:
        """Whether the form has values of its own in XML (12.7.8), which some viewers show in place of the fields'."""
        form = self._all.new.resolve(self._all.new.root.get("/AcroForm"))
        return isinstance(form, dict) and self._all.new.resolve(form.get("/XFA")) is not None

    @cached_property
    def _said(self) -> dict[str, list[Value]]:
        """What the fields of each full name say."""
        found: dict[str, list[Value]] = {}
        for each in self._new.values():
            found.setdefault(each.name, []).append(self._all.new.resolve(each.value))
        return found

    def _shows_its_value(self, button: FormField) -> bool:
        """Whether what is ticked is what the value says (12.7.5.2.3): otherwise it lies to one of its readers."""
        value = self._all.new.resolve(button.value)
        shown = [self._all.new.resolve(each) for each in _widgets_of(self._all.new, button)]
        states = [self._all.new.resolve(each.get("/AS")) for each in shown if isinstance(each, dict)]
        stated = [state for state in states if state is not None]
        # 12.7.5.2.3: /AS of each widget is the value's state or /Off.
        ticked = [state for state in stated if state != "/Off"]
        return all(state == value for state in ticked) and (bool(ticked) or not stated or value in (None, "/Off"))


def _is_said_at_last(key: str, one: dict[str, Value], other: dict[str, Value]) -> bool:
    """Whether an entry that was left out says now what held all the same, or what is judged elsewhere."""
    if one.get(key) is not None:
        return False
    # Table 168: what holds where no border is described; poppler, where it makes the looks itself, makes room for
    # one only then, and draws it in the colour of /MK.
    if key == "/BS" and "/AP" in other and not {*one, *other} & {"/Border", "/MK"}:
        return other.get(key) in ({"/S": "/S", "/W": 1}, {"/Type": "/Border", "/S": "/S", "/W": 1})
    # Table 166: /Type may be left out, and says nothing that /Subtype does not.  14.7.5.4: /StructParent is the number
    # by which structure finds it; what stands there is judged with the structure.
    return (key == "/Type" and other.get(key) == "/Annot") or (
        key == "/StructParent" and isinstance(other.get(key), int)
    )


def _has_ground(view: View, widget: Value) -> bool:
    """Whether viewers that draw a widget lay something under its words (12.5.6.19), which may cover what lies there."""
    entries = view.resolve(widget)
    looks = view.resolve(entries.get("/MK")) if isinstance(entries, dict) else None
    return isinstance(looks, dict) and not looks.keys().isdisjoint({"/BG", "/BC"})


def _is_plain_widget(view: View, entries: dict[str, Value]) -> bool:
    return entries.keys() <= _WIDGET_ENTRIES and _is_widget_or_none(view, entries)


def _is_widget_or_none(view: View, value: Value) -> bool:
    """A widget, or a field that has none: of any other kind of annotation viewers draw something by themselves."""
    entries = view.resolve(value)
    kind = view.resolve(entries.get("/Subtype")) if isinstance(entries, dict) else None
    # A field and its only widget may be one dictionary (12.5.6.19); without /Subtype nothing is drawn.
    return kind == "/Widget" or (kind is None and isinstance(entries, dict) and "/AP" not in entries)


def is_filled(view: View, item: FormField) -> bool:
    """Whether a field says or shows something."""
    value = view.resolve(item.value)
    # 7.9.2.2: a text that is but the mark of its encoding is empty.
    if value not in _NOTHING and not (isinstance(value, bytes) and not text_string(value)):
        return True
    if item.type == "/Btn":
        shown = (view.resolve(each) for each in widgets(view, item, direct=True))
        return any(isinstance(each, dict) and view.resolve(each.get("/AS")) not in _NOTHING for each in shown)
    looks = widgets(view, item, direct=True)
    if not any(shows_something(view, each) for each in looks):
        return False
    # iText writes a blank into an empty field.
    blank = item.type == "/Tx" and not any(draws_but_words(view, each) for each in looks)
    return not (blank and ShownValue(view, item, looks, None).is_seen())


def was_filled(state: RevisionState, name: str) -> bool:
    """Whether the field called ``name`` said or showed something at ``state``."""
    item = state.fields.get(name)
    return item is not None and is_filled(state.view, item)


def _is_stamp(value: Value) -> bool:
    # 12.8.5: the sub-filter tells; /Type is optional.
    return isinstance(value, dict) and value.get("/SubFilter") == "/ETSI.RFC3161"


def _widgets_of(view: View, item: FormField) -> list[Value]:
    """The field's widgets; the field itself where it is one and has no object of its own."""
    return widgets(view, item, direct=True) or [item.entries]


def _appearances(view: View, item: FormField) -> list[Value]:
    found = (view.resolve(each) for each in _widgets_of(view, item))
    return [entries.get("/AP") if isinstance(entries, dict) else None for entries in found]
