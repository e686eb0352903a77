"""What pyHanko's difference policy says of the generated cases, side by side with ours; by hand."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from io import BytesIO

from tests.attacks import hunt
from tests.attacks.hunt import Case, Gallery, Made


def pyhanko_says(data: bytes) -> str:
    """Return what pyHanko's default policy makes of the file's first signature."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        if reader.encrypted:
            reader.decrypt("")
        first = reader.embedded_regular_signatures[0]
        first.compute_integrity_info()
        told = first.summarise_integrity_info()
    except (PdfError, IndexError):
        return hunt.UNREADABLE
    except Exception:  # whatever a malformed file breaks in it
        return hunt.NOT_JUDGED
    return hunt.PERMITTED if told.get("docmdp_ok") else hunt.REFUSED


def side_by_side(cases: Iterable[tuple[Case, Made]]) -> dict[str, Counter[str]]:
    """Count by class what either permits, and how much of it a witness sees."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    counts: dict[str, Counter[str]] = {}
    gallery = Gallery()
    try:
        for case, made in cases:
            row = counts.setdefault(case.kind, Counter())
            said = {"signkit": hunt.verdict(hunt.product(made.after)), "pyhanko": pyhanko_says(made.after)}
            seen = bool(gallery.differences(made)[0])
            row.update(["cases"] + ["visible"] * seen)
            row.update(f"{name} {word}" for name, word in said.items())
            row.update(f"{name} visible" for name, word in said.items() if seen and word == hunt.PERMITTED)
    finally:
        gallery.close()
    return counts
