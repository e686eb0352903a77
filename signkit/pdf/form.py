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
    has_stop: bool = False  # inside a part of its name, so that the name looks like that of a child


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


def form_fields(view: View) -> tuple[FormField, ...]:
    """Return the fields of the form's tree (12.7.4), whatever its shape; circles and repeated nodes come once."""
    return view.history.memory.of(view, "/AcroForm", _all_fields)


def _all_fields(view: View, start: Value) -> tuple[FormField, ...]:
    return tuple(_walk(view, start))


def _walk(view: View, start: Value) -> Iterator[FormField]:
    form, made = view.resolve(start), view.history.memory.made
    top = view.resolve(form.get("/Fields")) if isinstance(form, dict) else None
    seen: set[Ref] = set()
    todo: list[tuple[Value, str, bool, dict[str, Value]]] = []
    todo += [(item, "", False, _NOTHING) for item in reversed(top)] if isinstance(top, list) else []
    limit = view.file.meter.limits.objects
    while todo:
        node, prefix, stop, inherited = todo.pop()
        ref = node if isinstance(node, Ref) else None
        # 12.7.4.1: a field has one parent; met again, it counts where it stood first.
        if ref is not None:
            if ref in seen:
                continue
            seen.add(ref)
        entries = view.resolve(node)
        if not isinstance(entries, dict) or len(seen) > limit:
            continue
        part = view.resolve(entries.get("/T"))
        part = part if isinstance(part, bytes) else None
        inherited = made(_handed_down, None, inherited, entries)
        kids = view.resolve(entries.get("/Kids"))
        # 12.7.4.1: kids with a partial name are fields, those without are widgets of this field.
        inner = [kid for kid in kids if _is_field(view, kid)] if isinstance(kids, list) else []
        if inner:
            name, stop = _join_names(prefix, part), stop or "." in _join_names("", part)
            todo += [(kid, name, stop, inherited) for kid in reversed(inner)]
        else:
            # 12.7.4.1: /FT is inherited.
            kind = view.resolve(inherited.get("/FT"))
            kind = kind if isinstance(kind, str) else None
            yield made(_field, (ref, prefix, stop, part, kind), inherited, entries)


_NOTHING: dict[str, Value] = {}


def _handed_down(_: None, inherited: dict[str, Value], entries: dict[str, Value]) -> dict[str, Value]:
    return inherited | {key: entries[key] for key in _INHERITED if key in entries}


def _field(
    own: tuple[Ref | None, str, bool, bytes | None, str | None], inherited: dict[str, Value], entries: dict[str, Value]
) -> FormField:
    ref, prefix, stop, part, kind = own
    name, stop = _join_names(prefix, part), stop or "." in _join_names("", part)
    return FormField(name, ref, inherited | entries, kind, inherited.get("/V"), stop)


def _join_names(prefix: str, part: Value) -> str:
    """A name as it stands: a full stop inside /T stays part of the name (12.7.4.2 forbids it, files hold it)."""
    text = text_string(part) if isinstance(part, bytes) else ""
    return f"{prefix}.{text}" if prefix and text else prefix or text


def _is_field(view: View, kid: Value) -> bool:
    entries = view.resolve(kid)
    return isinstance(entries, dict) and "/T" in entries


#: Where PDFDocEncoding is not Latin-1 (ISO 32000-2 annex D.3).
_PDF_DOC = {
    **dict(zip(range(0x18, 0x20), "\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc", strict=True)),
    **dict(
        zip(
            range(0x80, 0xA1),
            "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018"
            "\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e\ufffd\u20ac",
            strict=True,
        )
    ),
    0x7F: "\ufffd",
    0xAD: "\ufffd",
}


def text_string(value: bytes) -> str:
    """Decode a PDF text string (7.9.2.2)."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    # Little-endian text is not in the standard; programs write it, and some readers show it.
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    # 7.9.2.2.1: since PDF 2.0.
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    return value.decode("latin-1").translate(_PDF_DOC)
