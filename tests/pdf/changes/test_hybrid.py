"""Later revisions of hybrid files (ISO 32000-2 7.5.8.4), in which not every reader sees the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signkit.validation.pdf import validate_pdf
from tests.attacks import bases, hunt, syntax
from tests.attacks.writer import CrossReference, Packed, Written


@pytest.mark.slow
@pytest.mark.parametrize(("hybrid", "undrawn"), [(True, hunt.NOT_JUDGED), (False, hunt.PERMITTED)])
def test_evidence_in_a_hybrid_revision_is_drawn(hybrid, undrawn):
    """Evidence needs no drawing, but for readers that do not see what this revision writes, or wrote before it."""
    base = bases.stranger("form", "classic" if hybrid else "streams", "approval")
    revision = base.revision()
    number = revision.size
    store = syntax.with_entries(base.doc.body(base.doc.root), {b"/DSS": syntax.reference(number + 1)})
    revision.table = CrossReference(stream=not hybrid)
    packed = Packed(number, [(number + 1, b"<< /Type /DSS /Certs [] >>")])
    revision.pieces += [Written(base.doc.root, store), packed]
    after = revision.render()
    assert hunt.verdict(hunt.product(after)) == hunt.PERMITTED
    options = replace(bases.options(), pictures="never")
    assert hunt.verdict(validate_pdf(after, name="case.pdf", options=options)) == undrawn
