"""The form dictionary: its defaults may grow, but not under a field that was there (ISO 32000-2 12.7.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from signkit.pdf.changes.appearance_changes import streams
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.field_changes import Fields, is_filled
from signkit.pdf.changes.revision_state import widgets
from signkit.pdf.changes.role_rules import Role, breach
from signkit.pdf.changes.values import Change, ChangePlace
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Stream, SyntaxProblem, Value

# 7.3.5: what may stand in a name.
_NAME = re.compile(rb"/([^\0\t\n\x0c\r ()<>\[\]{}/%]+)")
#: Poppler draws ticks in this font, whatever their field asks for.
_OF_TICKS = "/ZaDb"
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def form_changes(context: Context, fields: Fields) -> Iterator[Change]:
    """Yield what changed of the form and its fields."""
    one, other = context.old.root.get("/AcroForm"), context.new.root.get("/AcroForm")
    old, new = context.old.resolve(one), context.new.resolve(other)
    # Taken note of first: a change below the form is then explained by the form's rules.
    context.account.own(Role.FORM, one, other)
    if old is None and new is None:
        return
    # Without its form a document loses every field, and the places of its signatures (12.7.3).
    if not isinstance(new, dict):
        yield from breach("form-removed", "/AcroForm")
        return
    old = old if isinstance(old, dict) else {}
    number = context.number(other)
    for key in context.differing(Role.FORM, old, new):
        yield from breach("form", f"/AcroForm {key}", at=ChangePlace(number=number))
    before, after = context.old.resolve(old.get("/SigFlags")), context.new.resolve(new.get("/SigFlags"))
    # Table 225: SignaturesExist and AppendOnly may be set by a signature, and are never taken back.
    lost = isinstance(before, int) and before & ~(after if isinstance(after, int) else 0)
    if not isinstance(after, int | None) or lost:
        yield from breach("form", "/AcroForm /SigFlags", at=ChangePlace(number=number))
    if not _are_drawn_alike(context, old.get("/NeedAppearances"), new.get("/NeedAppearances"), fields):
        yield from breach("form", "/AcroForm /NeedAppearances", at=ChangePlace(number=number))
    if not _same_default(context, old.get("/DA"), new.get("/DA")):
        yield from breach("form", "/AcroForm /DA", at=ChangePlace(number=number))
    context.account.visit(old.get("/Fields"), new.get("/Fields"))
    # Table 224, /DR: where a name in a field's /DA is looked up; another font there redraws fields without touching
    # them.
    if not _same_resources(context, old.get("/DR"), new.get("/DR")):
        yield from breach("form-resources", "/AcroForm /DR", at=ChangePlace(number=number))
    yield from fields.changes()


def _are_drawn_alike(context: Context, one: Value, other: Value, fields: Fields) -> bool:
    """Whether viewers draw fields as before: they may be told to no longer where that makes no difference (12.7.3)."""
    if context.are_default("/NeedAppearances", one, other) or context.equality.same(one, other):
        return True
    told = context.old.resolve(one) == "true" and context.new.resolve(other) in (None, "false")
    # Poppler draws a widget's value whether or not the form knows its field.
    return told and fields.show_their_values() and not any(True for _ in _of_no_field(context, "/Widget"))


def _same_default(context: Context, one: Value, other: Value) -> bool:
    """A default appearance may be stated where none was, unless a field was without one till then."""
    if context.old.resolve(one) is not None:
        return context.equality.same(one, other)
    # 12.7.4.3: /DA is required for fields with variable text, and inherited from the form.
    stated = all(item.type in ("/Sig", "/Btn") or "/DA" in item.entries for item in context.before.fields.values())
    return context.new.resolve(other) is None or (stated and not any(_needs_default(context)))


def _needs_default(context: Context) -> Iterator[bool]:
    """Whether an annotation, also one of no field, is drawn by viewers that take the form's default for its own."""
    for each in _of_no_field(context, "/FreeText", "/Widget"):
        entries = context.old.resolve(each)
        yield isinstance(entries, dict) and not entries.keys() & {"/DA", "/AP"}


def _of_no_field(context: Context, *kinds: str) -> Iterator[Value]:
    """The annotations of some kinds that belong to no field of the form, and those that cannot be read."""
    fields = {each for item in context.before.fields.values() for each in widgets(context.old, item)}
    for each in _annotations(context):
        entries = context.old.resolve(each)
        if isinstance(each, Ref) and each in fields:
            continue
        if not isinstance(entries, dict) or context.old.resolve(entries.get("/Subtype")) in kinds:
            yield each


def _annotations(context: Context) -> Iterator[Value]:
    for page in context.before.tree.annotated:
        yield from context.before.annotations(page)


def _same_resources(context: Context, one: Value, other: Value) -> bool:
    """No name means something else, of those that fields' looks ask for."""
    if context.equality.same_drawn(one, other):
        return True
    old, new = context.old.resolve(one), context.new.resolve(other)
    if not isinstance(old, dict | None) or not isinstance(new, dict):
        return False
    altered: set[str] = set()
    # /ProcSet is obsolete (14.2) and says nothing.
    for key in ((old or {}).keys() | new.keys()) - {"/ProcSet"}:
        altered |= _altered_names(context, (old or {}).get(key), new.get(key))
    context.cover(one, other)
    if altered and _is_all_drawn(context):
        # 12.7.4.3: a default appearance is then for what is still to be filled in.
        altered -= _usual_fonts(context, old or {}, new) - _drawn_outside(context)
    return not (altered and altered & _asked_for(context))


#: Fonts of letters that every viewer has (9.6.2.2), and the one of ticks under its usual name.
_PLAIN_FONTS = {"/Helvetica", "/Helvetica-Bold", "/Times-Roman", "/Times-Bold", "/Courier", "/Courier-Bold"}


def _usual_fonts(context: Context, old: dict[str, Value], new: dict[str, Value]) -> set[str]:
    """The names that meant nothing, and now mean a font that every viewer has."""
    one, other = context.old.resolve(old.get("/Font")), context.new.resolve(new.get("/Font"))
    former, later = one if isinstance(one, dict) else {}, other if isinstance(other, dict) else {}
    return {name for name in later.keys() - former.keys() if _is_usual(context.new, name, later[name])}


def _is_usual(view: View, name: str, value: Value) -> bool:
    font = view.resolve(value)
    if not isinstance(font, dict) or not font.keys() <= {"/Type", "/Subtype", "/BaseFont", "/Encoding", "/Name"}:
        return False
    kind, base = view.resolve(font.get("/Subtype")), view.resolve(font.get("/BaseFont"))
    return kind == "/Type1" and (base == "/ZapfDingbats" if name == _OF_TICKS else base in _PLAIN_FONTS)


def _is_all_drawn(context: Context) -> bool:
    """Whether whatever says something has looks of its own, which no viewer has cause to draw anew (12.7.4.3)."""
    forms = (view.resolve(view.root.get("/AcroForm")) for view in (context.old, context.new))
    redrawn = any(isinstance(form, dict) and form.get("/NeedAppearances") not in (None, "false") for form in forms)
    filled = [item for item in context.before.fields.values() if item.type != "/Sig" and is_filled(context.old, item)]
    shown = [each for item in filled for each in widgets(context.old, item, direct=True)]
    # 12.5.6.6: free text is drawn with a default appearance too, and so is a widget that the form does not know.
    shown += _of_no_field(context, "/FreeText", "/Widget")
    return not (redrawn and filled) and all(_has_looks(context.old, each) for each in shown)


def _has_looks(view: View, annotation: Value) -> bool:
    entries = view.resolve(annotation)
    # 12.6.3: what a script formats is drawn anew.
    return isinstance(entries, dict) and "/AA" not in entries and any(True for _ in streams(view, annotation))


def _drawn_outside(context: Context) -> set[str]:
    """The names that looks use and do not bring."""
    return {name for each in _annotations(context) for name in _outside_names(context.old, each)}


def _altered_names(context: Context, one: Value, other: Value) -> set[str]:
    """The names of one kind of resources that mean something else than before."""
    if context.equality.same_drawn(one, other):
        return set()
    old, new = context.old.resolve(one), context.new.resolve(other)
    if not isinstance(old, dict | None) or not isinstance(new, dict | None):
        raise SyntaxProblem("resources of the form that are none")
    names = (old or {}).keys() | (new or {}).keys()
    return {name for name in names if not context.equality.same_drawn((old or {}).get(name), (new or {}).get(name))}


def _asked_for(context: Context) -> set[str]:
    """Every name that a field's default appearance or looks use and do not bring: the form may be asked for it."""
    names: set[str] = {_OF_TICKS for item in context.before.fields.values() if item.type == "/Btn"}
    form = context.old.resolve(context.old.root.get("/AcroForm"))
    holders = [form] if isinstance(form, dict) else []
    for item in context.before.fields.values():
        shown = widgets(context.old, item, direct=True)
        holders += [item.entries, *(each for each in map(context.old.resolve, shown) if isinstance(each, dict))]
        for each in shown:
            names |= _outside_names(context.old, each)
    # Any annotation may lean on the form's resources in viewers that look there when its own lack a name.
    for each in _annotations(context):
        names |= _outside_names(context.old, each)
        entries = context.old.resolve(each)
        holders += [entries] if isinstance(entries, dict) else []
    for holder in holders:
        text = context.old.resolve(holder.get("/DA"))
        names |= _names(text) if isinstance(text, bytes) else set()
    return names


def _outside_names(view: View, annotation: Value) -> set[str]:
    """The names that an annotation's looks use and do not bring: readers look for them in the form's resources."""
    found: set[str] = set()
    # 7.8.3: a form XObject should bring its resources; where it does not, viewers search on.
    for stream in streams(view, annotation):
        found |= _names(view.file.decode_stream(stream, view)) - _own_resources(view, stream)
    return found


def _names(text: bytes) -> set[str]:
    # 7.3.5: # and two digits stand for a byte, in a string of operators too.
    return {"/" + _ESCAPED.sub(_byte, found[1]).decode("latin-1") for found in _NAME.finditer(text)}


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])


def _own_resources(view: View, stream: Stream) -> set[str]:
    """The names of an appearance's own resources."""
    resources = view.resolve(stream.entries.get("/Resources"))
    kinds = [view.resolve(kind) for kind in resources.values()] if isinstance(resources, dict) else []
    return {name for kind in kinds if isinstance(kind, dict) for name in kind}
