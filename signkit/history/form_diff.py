"""Form fields: values filled in, fields added or taken away, looks exchanged (ISO 32000-2 12.7)."""

from __future__ import annotations

from collections.abc import Iterator

from signkit.drawing import Area
from signkit.history.differences import Difference, cut_short, fill
from signkit.history.fingerprint import Fingerprints
from signkit.history.states import DocumentState, annotations_of, area_of
from signkit.limits import LimitExceeded
from signkit.pdf.form import FormField, form_fields, text_string
from signkit.pdf.reading.syntax import Ref, Stream, SyntaxProblem, Value
from signkit.words import Text

#: Where a widget stands: its page (from 1) and its rectangle.
Place = tuple[int, Area | None]

_PASSWORD = 1 << 13
_LOOKS = ("/AP", "/AS", "/MK", "/F", "/Rect", "/DA", "/Q")


class FormState:
    """The form of one state."""

    def __init__(self, state: DocumentState) -> None:
        self.state = state
        self.fields = dict(_numbered_fields(state))
        self._places: dict[Ref, Place] = {}
        for number, page in enumerate(state.pages, 1):
            for ref, entries in annotations_of(state, page):
                if ref is not None:
                    self._places.setdefault(ref, (number, area_of(state.view, entries)))
        self.widgets = {ref for field in self.fields.values() for ref in self._widgets(field)}

    def place(self, field: FormField | None) -> tuple[int | None, Area | None]:
        """Return where the field first shows."""
        refs = self._widgets(field) if field is not None else []
        return next((self._places[ref] for ref in refs if ref in self._places), (None, None))

    def value(self, field: FormField) -> str | None:
        """Return what is filled in, as people read it; a password is not shown."""
        flags = self.state.view.resolve(field.entries.get("/Ff"))
        if isinstance(flags, int) and flags & _PASSWORD and field.type == "/Tx":
            return "••••" if field.value is not None else None
        return self._plain(field.value)

    def is_signed(self, field: FormField) -> bool:
        """Whether it is a signature field with a signature in it."""
        return field.type == "/Sig" and isinstance(self.state.view.resolve(field.value), dict)

    def looks(self, field: FormField, prints: Fingerprints) -> bytes:
        """Return the fingerprint of how the field is drawn."""
        view = self.state.view
        parts = [field.entries, *(view.resolve(ref) for ref in self._widgets(field))]
        shown = [[part.get(key) for key in _LOOKS] for part in parts if isinstance(part, dict)]
        return prints.of(view, shown)

    def _plain(self, value: Value) -> str | None:
        value = self.state.view.resolve(value)
        if isinstance(value, bytes):
            return cut_short(text_string(value)) or None
        if isinstance(value, str):
            return None if value == "/Off" else value.removeprefix("/")
        if isinstance(value, list):
            return cut_short(", ".join(self._plain(item) or "" for item in value[:100] if not isinstance(item, list)))
        if isinstance(value, Stream):
            try:
                return cut_short(text_string(self.state.view.file.decode_stream(value, self.state.view)))
            except SyntaxProblem:
                return None
        return None if value is None or isinstance(value, dict) else str(value)

    def _widgets(self, field: FormField) -> list[Ref]:
        kids = self.state.view.resolve(field.entries.get("/Kids"))
        if isinstance(kids, list):
            return [kid for kid in kids if isinstance(kid, Ref)]
        return [field.ref] if field.ref is not None else []


def _numbered_fields(state: DocumentState) -> Iterator[tuple[str, FormField]]:
    """Two fields of one name are told apart by a number."""
    count: dict[str, int] = {}
    for field in form_fields(state.view):
        number = count[field.name] = count.get(field.name, 0) + 1
        yield (f"{field.name}#{number}" if number > 1 else field.name), field
        if len(count) > state.view.file.meter.limits.objects // 20:
            raise LimitExceeded("form fields", state.view.file.meter.limits.objects // 20)


def form_changes(old: FormState, new: FormState, prints: Fingerprints) -> Iterator[Difference]:
    """Compare the forms of two states; signatures made are told elsewhere."""
    for name, field in new.fields.items():
        page, area = new.place(field)
        if name not in old.fields:
            words = _SIGNATURE_FIELD if field.type == "/Sig" else _ADDED
            if not new.is_signed(field):
                yield Difference("form", fill(words, name=name), page, None, _value(new, field), area)
        else:
            yield from _field(name, old, old.fields[name], new, field, prints)
    for name, field in old.fields.items():
        if name not in new.fields:
            page, area = old.place(field)
            yield Difference("form", fill(_REMOVED, name=name), page, _value(old, field), None, area)


def _value(form: FormState, field: FormField) -> str | None:
    return None if field.type == "/Sig" else form.value(field)


def _field(
    name: str, old: FormState, before: FormField, new: FormState, after: FormField, prints: Fingerprints
) -> Iterator[Difference]:
    page, area = new.place(after)
    if before.type != after.type:
        yield Difference("form", fill(_TYPE, name=name), page, before.type, after.type, area)
    elif old.is_signed(before):
        if not new.is_signed(after):
            yield Difference("signature", fill(_TAKEN_AWAY, name=name), page, area=area)
        elif old.looks(before, prints) != new.looks(after, prints):
            yield Difference("signature", fill(_SEAL_CHANGED, name=name), page, area=area)
    elif new.is_signed(after):
        return
    elif (one := _value(old, before)) != (other := _value(new, after)):
        yield Difference("form", fill(_VALUE, name=name), page, one, other, area)
    elif old.looks(before, prints) != new.looks(after, prints):
        yield Difference("form", fill(_LOOKS_CHANGED, name=name), page, area=area)


_ADDED = Text("The form field {name} was added.", "入力欄 {name} が追加されました。")
_SIGNATURE_FIELD = Text("The empty signature field {name} was added.", "空の署名欄 {name} が追加されました。")
_REMOVED = Text("The form field {name} was taken away.", "入力欄 {name} が取り除かれました。")
_TYPE = Text("The field {name} became one of another type.", "入力欄 {name} の種類が変わりました。")
_VALUE = Text("The form field {name} was filled in or changed.", "入力欄 {name} の内容が変わりました。")
_LOOKS_CHANGED = Text(
    "The form field {name} looks different; its value is the same.",
    "入力欄 {name} は値がそのままで、見た目だけが変わりました。",
)
_TAKEN_AWAY = Text("The signature in the field {name} was taken away.", "署名欄 {name} の署名が取り除かれました。")
_SEAL_CHANGED = Text(
    "The signed field {name} looks different from when it was signed.",
    "署名済みの欄 {name} の見た目が署名後に変わりました。",
)
