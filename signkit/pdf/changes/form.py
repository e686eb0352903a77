"""The form dictionary: its defaults may grow, but not under a field that was there (ISO 32000-2 12.7.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from signkit.pdf.changes.appearance import streams
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.fields import Fields
from signkit.pdf.changes.rules import Role, broken
from signkit.pdf.changes.state import widgets
from signkit.pdf.changes.values import Change, Place
from signkit.pdf.reading.syntax import Value

_NAME = re.compile(rb"/([^\0\t\n\x0c\r ()<>\[\]{}/%]+)")


def form_changes(context: Context, fields: Fields) -> Iterator[Change]:
    """Yield what changed of the form and its fields."""
    one, other = context.old.root.get("/AcroForm"), context.new.root.get("/AcroForm")
    old, new = context.old.resolve(one), context.new.resolve(other)
    context.account.own(Role.FORM, one, other)
    if old is None and new is None:
        return
    if not isinstance(new, dict):
        yield from broken("form-removed", "/AcroForm")
        return
    old = old if isinstance(old, dict) else {}
    number = context.number(other)
    for key in context.differing(Role.FORM, old, new):
        yield from broken("form", f"/AcroForm {key}", at=Place(number=number))
    if not isinstance(context.new.resolve(new.get("/SigFlags")), int | None):
        yield from broken("form", "/AcroForm /SigFlags", at=Place(number=number))
    if not _same_default(context, old.get("/DA"), new.get("/DA")):
        yield from broken("form", "/AcroForm /DA", at=Place(number=number))
    context.account.visit(old.get("/Fields"), new.get("/Fields"))
    if not _same_resources(context, old.get("/DR"), new.get("/DR")):
        yield from broken("form-resources", "/AcroForm /DR", at=Place(number=number))
    yield from fields.changes()


def _same_default(context: Context, one: Value, other: Value) -> bool:
    """A default appearance may be stated where none was, unless a field was without one till then."""
    if context.old.resolve(one) is not None:
        return context.equality.same(one, other)
    return context.new.resolve(other) is None or all(
        item.type in ("/Sig", "/Btn") or "/DA" in item.entries for item in context.before.fields.values()
    )


def _same_resources(context: Context, one: Value, other: Value) -> bool:
    """All resources are still there; a name is added only where no field's looks ask for it."""
    if context.equality.same_drawn(one, other):
        return True
    old, new = context.old.resolve(one), context.new.resolve(other)
    if not isinstance(old, dict | None) or not isinstance(new, dict):
        return False
    added: set[str] = set()
    for key in (old or {}).keys() | new.keys():
        names = _added(context, (old or {}).get(key), new.get(key))
        if names is None:
            return False
        added |= names
    context.account.cover(context.new, other)
    return not (added and added & _asked_for(context))


def _added(context: Context, one: Value, other: Value) -> set[str] | None:
    """The names that one kind of resources gained; None where it changed otherwise."""
    if context.equality.same_drawn(one, other):
        return set()
    old, new = context.old.resolve(one), context.new.resolve(other)
    if not isinstance(old, dict | None) or not isinstance(new, dict):
        return None
    stays = all(context.equality.same_drawn(value, new.get(name)) for name, value in (old or {}).items())
    return set(new.keys() - (old or {}).keys()) if stays else None


def _asked_for(context: Context) -> set[str]:
    """Every name that a field's default appearance or looks use: some readers look for all of them in the form."""
    texts: list[bytes] = []
    form = context.old.resolve(context.old.root.get("/AcroForm"))
    holders = [form] if isinstance(form, dict) else []
    for item in context.before.fields.values():
        shown = widgets(context.old, item, direct=True)
        holders += [item.entries, *(each for each in map(context.old.resolve, shown) if isinstance(each, dict))]
        for each in shown:
            texts += [context.old.file.decoded(stream, context.old) for stream in streams(context.old, each)]
            context.old.file.meter.check_time()
    texts += [value for holder in holders if isinstance(value := context.old.resolve(holder.get("/DA")), bytes)]
    return {"/" + found[1].decode("latin-1") for text in texts for found in _NAME.finditer(text)}
