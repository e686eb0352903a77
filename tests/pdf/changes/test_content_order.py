"""Looks that leave something open, or have no end: what is drawn after them is drawn by some viewers otherwise."""

from __future__ import annotations

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.changes.content_order import is_orderly
from signkit.pdf.reading.document import PdfFile
from signkit.pdf.reading.syntax import Ref, SyntaxProblem
from tests.attacks import bases, hunt, shapes, syntax, witnesses
from tests.attacks.mutations.attack import MUTATIONS, Attack
from tests.attacks.writer import random_of
from tests.validation import pdfs


def orderly(content: bytes, objects: dict[int, bytes] | None = None) -> bool:
    """Whether a form with this content is, in a file of its own."""
    said = {
        b"/Subtype": b"/Form",
        b"/Resources": b"<< /XObject << /X 31 0 R /Own 30 0 R >> /Pattern << /P 31 0 R >> /Font << /T 32 0 R >>"
        b" /ExtGState << /G << /SMask << /S /Alpha /G 31 0 R >> >> >> >>",
    }
    made = {30: syntax.stream(said, content), 31: b"null", 32: b"null"} | (objects or {})
    file = PdfFile(pdfs.build({**pdfs.OBJECTS, **made}), Meter(Limits()))
    return is_orderly(file.history.last, file.history.last.get(Ref(30, 0)))


INNER = shapes.looks(9, 9, b"q 0 0 9 9 re f")
GLYPHS = b"<< /Type /Font /Subtype /Type3 /CharProcs << /a 31 0 R >> >>"


@pytest.mark.parametrize(
    "content",
    [
        b"q BT /X BMC (a) Tj EMC ET Q BX EX",
        b"/X << /A 1 >> BDC BI /W 1 /H 1 /BPC 8 /CS /G ID x EI EMC",
        b"q q Q q Q Q /X Do /X Do",
        b"",
    ],
)
def test_what_ends_all_that_it_begins(content):
    assert orderly(content, {31: shapes.looks(9, 9, b"q 0 0 9 9 re f Q")})


@pytest.mark.parametrize(
    "content",
    [
        b"q", b"Q", b"q Q Q q", b"BT", b"ET", b"/OC /L BDC", b"/X BMC", b"EMC", b"BX", b"EX",
        b"BI /W 1 /H 1 /BPC 8 /CS /G ID x", b"/Own Do", b"/X#5  Do", b"/X#00x Do",
    ],
)  # fmt: skip
def test_what_leaves_something_open_or_never_ends(content):
    assert not orderly(content)


@pytest.mark.parametrize("content", [b"/X Do", b"/P scn", b"/T 9 Tf", b"/G gs"])
def test_what_it_draws_with_is_held_to_the_same(content):
    assert not orderly(content, {31: INNER, 32: GLYPHS})
    said = {b"/Subtype": b"/Form", b"/Resources": b"<< /XObject << /Own 30 0 R >> >>"}
    assert not orderly(content, {31: syntax.stream(said, b"/Own Do"), 32: GLYPHS})


@pytest.mark.parametrize("content", [b"(a", b"<< /A", b"[["])
def test_what_cannot_be_read_is_not_judged(content):
    with pytest.raises(SyntaxProblem):
        orderly(content)


@pytest.mark.slow
def test_a_seal_takes_nothing_off_the_page_that_is_drawn_after_it():
    """In the content of a layer that is off poppler and pdf.js count a comment that only stands behind it."""
    draft = shapes.draft("plain", "classic")
    MUTATIONS["layer_that_is_off"].apply(draft, random_of("layer"))
    base = bases.prepared(bases.stranger("plain", "classic", "approval"), draft)
    said, gone = set(), []
    for seed in range(20):
        attack = Attack(base, base.doc, base.revision(), random_of(seed))
        MUTATIONS["seal_that_leaves_something_open"].apply(attack)
        said.add(hunt.verdict(hunt.product(attack.result()), frozenset({"seller"})))
        gone.append(witnesses.difference(poppler(base.data), poppler(attack.result()), attack.areas))
    assert said == {hunt.NOT_JUDGED}
    if witnesses.poppler().missing() is None:
        assert any(gone)


def poppler(pdf: bytes) -> witnesses.Drawing:
    witness = witnesses.poppler()
    return witnesses.Drawing(lost="missing") if witness.missing() else witness.draw(pdf)
