"""Objects that only readers of a hybrid file's cross-reference stream see (ISO 32000-2 7.5.8.4): PDFium is none."""

from __future__ import annotations

import pytest

from tests.attacks import bases, hunt, syntax
from tests.attacks.shapes import TICK
from tests.attacks.writer import CrossReference, Packed, Written


@pytest.mark.parametrize("hybrid", [True, False])
def test_what_comes_later_is_hidden_from_no_reader(hybrid):
    base = bases.stranger("form", "classic" if hybrid else "streams", "approval")
    revision, body = base.revision(), base.doc.body
    store = syntax.with_entries(body(base.doc.root), {b"/DSS": b"<< /Type /DSS /Certs [] >>"})
    revision.table = CrossReference(stream=not hybrid)
    revision.pieces += [Written(base.doc.root, store), Packed(revision.size, [(TICK, body(TICK))])]
    said = hunt.verdict(hunt.product(revision.render()))
    assert said == (hunt.NOT_JUDGED if hybrid else hunt.PERMITTED)
