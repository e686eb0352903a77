"""Pages on which what is measured in points tells nothing (ISO 32000-2 14.11.2, annex C.2).

On a page as small as a stamp a point is a letter, and on one larger than any sheet letters are as large as pages.  Of
/UserUnit (table 31), by which a point is anything, PDFium and poppler know nothing.
"""

from __future__ import annotations

from signkit.pdf.changes.covering import visible_part
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Value

#: The longer side of a page, points: a card has 240, a sheet of A0 3370; of larger ones pictures are drawn smaller.
_SHORTEST, _LONGEST = 140.0, 4000.0


def is_measured_in_points(view: View, page: dict[str, Value]) -> bool:
    """Whether a page is of a size that people read, in the units that all viewers take."""
    part, unit = visible_part(view, page), view.resolve(page.get("/UserUnit", 1))
    if part is None or not isinstance(unit, int | float) or unit != 1:
        return False
    return _SHORTEST <= max(part[2] - part[0], part[3] - part[1]) <= _LONGEST
