"""A PDF's form: its fields with what they inherit (ISO 32000-2 12.7.4), and text strings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Ref, Value


@dataclass(frozen=True)
class FormField:
    """One field of the form, with what it inherits."""

    name: str
    ref: Ref | None
    entries: dict[str, Value]
    type: str | None
    value: Value


#: What a field passes on to its kids (12.7.4.1, 12.7.5.3, 12.7.5.4), and what locks and seeds it.
_INHERITED = (
    "/FT",
    "/Ff",
    "/V",
    "/DV",
    "/DA",
    "/Q",
    "/DS",
    "/RV",
    "/MaxLen",
    "/Opt",
    "/TI",
    "/I",
    "/AA",
    "/Lock",
    "/SV",
)


def form_fields(view: View) -> Iterator[FormField]:
    """Walk the form's field tree (12.7.4), whatever its shape; circles and repeated nodes are visited once."""
    root = view.root
    form = view.resolve(root.get("/AcroForm")) if isinstance(root, dict) else None
    top = view.resolve(form.get("/Fields")) if isinstance(form, dict) else None
    seen: set[Ref] = set()
    todo: list[tuple[Value, str, dict[str, Value]]] = []
    todo += [(item, "", {}) for item in reversed(top)] if isinstance(top, list) else []
    limit = view.file.meter.limits.objects
    while todo:
        node, prefix, inherited = todo.pop()
        ref = node if isinstance(node, Ref) else None
        if ref is not None:
            if ref in seen:
                continue
            seen.add(ref)
        entries = view.resolve(node)
        if not isinstance(entries, dict) or len(seen) > limit:
            continue
        part = view.resolve(entries.get("/T"))
        name = _join_names(prefix, part)
        inherited = inherited | {key: entries[key] for key in _INHERITED if key in entries}
        kids = view.resolve(entries.get("/Kids"))
        inner = [kid for kid in kids if _is_field(view, kid)] if isinstance(kids, list) else []
        todo += [(kid, name, inherited) for kid in reversed(inner)]
        if not inner:
            kind = view.resolve(inherited.get("/FT"))
            yield FormField(
                name, ref, inherited | entries, kind if isinstance(kind, str) else None, inherited.get("/V")
            )


def _join_names(prefix: str, part: Value) -> str:
    """A name as it stands: a full stop inside /T stays part of the name (12.7.4.2 forbids it, files hold it)."""
    text = text_string(part) if isinstance(part, bytes) else ""
    return f"{prefix}.{text}" if prefix and text else prefix or text


def _is_field(view: View, kid: Value) -> bool:
    entries = view.resolve(kid)
    return isinstance(entries, dict) and "/T" in entries


def text_string(value: bytes) -> str:
    """Decode a PDF text string (7.9.2.2)."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("latin-1")
