"""What EU DSS and pyHanko's difference policy say of the generated cases, side by side with ours; by hand."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING

from tests.attacks import honest, hunt
from tests.attacks.hunt import Gallery, Made
from tests.attacks.mutations.attack import EVERYWHERE
from tests.witnesses.dss import PadesWitness

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

#: The judges, by the name that the table gives them.
JUDGES = ("SignKit", "EU DSS", "pyHanko")
Fields = frozenset[str | None]
#: What DSS's witness cannot hand over in a line.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def dss_says(dss: PadesWitness, data: bytes, fields: Fields) -> str:
    """Return what DSS makes of the signatures that were there before: a warning about changes counts as refused."""
    names = {_CONTROLS.sub(" ", name) for name in fields if name is not None}
    asked = [item for item in dss.signatures(data) or () if item.field_name in names]
    if not asked:
        return hunt.UNREADABLE
    return hunt.PERMITTED if any(item.permits_changes for item in asked) else hunt.REFUSED


def pyhanko_says(data: bytes, fields: Fields) -> str:
    """Return what pyHanko's default policy makes of the signatures that were there before."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        if reader.encrypted:
            reader.decrypt("")
        asked = [item for item in reader.embedded_regular_signatures if item.field_name in fields]
        permitted = [_permits(item) for item in asked]
    except PdfError:
        return hunt.UNREADABLE
    except Exception:  # whatever a malformed file breaks in it
        return hunt.NOT_JUDGED
    if not permitted:
        return hunt.UNREADABLE
    return hunt.PERMITTED if any(permitted) else hunt.REFUSED


def _permits(signature: EmbeddedPdfSignature) -> bool:
    """Whether it is intact and what came after it is to pyHanko's liking; whoever signed."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[], allow_fetching=False))
    return bool(status.intact and status.valid and status.docmdp_ok)


def side_by_side(cases: Iterable[tuple[str, Made]]) -> dict[str, Counter[str]]:
    """Judge files, each of a class.

    Returns:
        by class: cases, what each judge permits (a name in ``JUDGES``), and how much of it is seen (name and "seen").
    """
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    counts: dict[str, Counter[str]] = {}
    gallery = Gallery()
    try:
        with PadesWitness([], []) as dss, ThreadPoolExecutor(2) as pool:
            for kind, made in cases:
                fields = hunt.signed_fields(hunt.product(made.before))
                drawn = pool.submit(gallery.differences, made)
                european = pool.submit(dss_says, dss, made.after, fields)
                ours, theirs = hunt.verdict(hunt.product(made.after), fields), pyhanko_says(made.after, fields)
                words = dict(zip(JUDGES, (ours, european.result(), theirs), strict=True))
                counts.setdefault(kind, Counter()).update(_counted(words, bool(drawn.result()[0])))
    finally:
        gallery.close()
    return counts


def attacks(count: int, seed: int, kind: str | None = None) -> Iterator[tuple[str, Made]]:
    """Yield the cases of a hunt."""
    return ((case.kind, made) for case, made in hunt.cases(count, seed, kind))


def honest_updates(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """Yield as many honest updates: they may be drawn differently."""
    return (("honest updates", Made(case.before, case.after, (EVERYWHERE,))) for case in honest.cases(count, seed))


def _counted(words: dict[str, str], is_seen: bool) -> Iterator[str]:
    """Yield what one case adds to its class."""
    yield "cases"
    if is_seen:
        yield "seen"
    for judge, word in words.items():
        yield f"{judge} {word}"
        if word == hunt.PERMITTED:
            yield judge
            if is_seen:
                yield f"{judge} seen"


def as_markdown(counts: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of a table: permitted by each judge; in brackets, how many of these a witness draws otherwise."""
    yield f"| class | cases | drawn differently | {' | '.join(JUDGES)} |"
    yield "| --- |" + " ---: |" * (2 + len(JUDGES))
    for kind, row in [*sorted(counts.items()), ("**all**", sum(counts.values(), Counter()))]:
        permitted = " | ".join(f"{row[judge]} ({row[f'{judge} seen']})" for judge in JUDGES)
        yield f"| {kind} | {row['cases']} | {row['seen']} | {permitted} |"
