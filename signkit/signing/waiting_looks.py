"""The seal in the form of the empty appearance whose place it takes.

A field that waits for its signature may have an appearance already, an empty one (PDF/A asks for it).  Validators that
compare revisions entry by entry, as the European Commission's DSS does, take the filling of an empty stream for the
filling of a field, but another /BBox digit or a new /Filter for an undefined modification of the document.
"""

from __future__ import annotations

from typing import Any

from signkit.pdf.writing.opening import entry

#: Nothing is never written longer, whatever the filter; what is longer is not decoded.
_NOTHING_BYTES = 64
#: Points by which a drawing's size may differ from its field's: the typesetter rounds to hundredths.
_ROUNDING = 0.01


def waiting_appearance(widget: Any) -> Any:
    """Return the widget's normal appearance if it is a form XObject that draws nothing, else None."""
    from pyhanko.pdf_utils import generic

    normal = entry(entry(widget, "/AP"), "/N")
    return normal if isinstance(normal, generic.StreamObject) and _draws_nothing(normal) else None


def _draws_nothing(form: Any) -> bool:
    written = form.encoded_data
    if not written.strip() or len(written) > _NOTHING_BYTES:
        return not written.strip()
    try:
        return not form.data.strip()
    except Exception:  # whatever its filter does not like: it is about to be replaced, and need not be read
        return False


def take_form_of(waiting: Any, form: Any) -> None:
    """Give the stream ``form`` the box and the filter of ``waiting``, where they say the same; see the module."""
    from pyhanko.pdf_utils import generic

    if waiting is None:
        return
    if _is_same_size(_numbers(waiting), _numbers(form)):
        form[generic.pdf_name("/BBox")] = waiting["/BBox"]
    if entry(waiting, "/FormType") == 1:
        form[generic.pdf_name("/FormType")] = generic.NumberObject(1)
    if "/Filter" not in waiting:
        form.strip_filters()


def _numbers(form: Any) -> list[float]:
    box = entry(form, "/BBox") or ()
    return [float(box[at]) for at in range(len(box))]


def _is_same_size(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) == 4 and all(abs(a - b) <= _ROUNDING for a, b in zip(one, other, strict=True))
