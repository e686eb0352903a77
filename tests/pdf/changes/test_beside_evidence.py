"""What hid beside new evidence, for which nothing is drawn: written otherwise, or prepared where nobody looked."""

from __future__ import annotations

import base64
import zlib

import pytest

from signkit.limits import Limits, Meter
from signkit.pdf.reading.filters import decode_leniently
from tests.attacks import bases, hunt, shapes
from tests.attacks.mutations.attack import MUTATIONS, Attack
from tests.attacks.writer import random_of
from tests.pdf.changes.samples import PAGE, signed
from tests.validation import pdfs
from tests.validation.conftest import codes
from tests.validation.test_attacks_changes import STAMPED, certified

WORDS = b"BT /F1 12 Tf 20 150 Td (Pay 100 yen) Tj ET"
EVIL = b"<< /Length 42 >>\nstream\nBT /F1 12 Tf 20 150 Td (Pay 999 yen) Tj ET\nendstream"
LETTERS = base64.a85encode(WORDS)
WIDGET = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [150 100 280 140] >>"
SYMBOLS = b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"


def beside_evidence(pdf: bytes, objects: dict[int, bytes], root: bytes = pdfs.OBJECTS[pdfs.CATALOG]) -> bytes:
    """Append objects and a security store that names them all."""
    named = b" ".join(b"%d 0 R" % number for number in objects)
    store = b"<< /Type /DSS /Certs [] /XX [" + named + b"] >>"
    return pdfs.update(pdf, objects | {pdfs.CATALOG: root[:-2] + b" /DSS 50 0 R >>", 50: store})


def coded(raw: bytes, said: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(raw), said) + raw + b"\nendstream"


def with_page(entries: bytes) -> dict[int, bytes]:
    return {pdfs.PAGE: PAGE[:-2] + entries + b" >>"}


def with_form(entries: bytes, annots: bytes = b"", fields: bytes = b"") -> dict[int, bytes]:
    """A form with more entries, a page with more annotations, and fields."""
    form = pdfs.OBJECTS[pdfs.FORM][:-2].replace(b"8 0 R]", b"8 0 R " + fields + b"]") + entries + b" >>"
    return {pdfs.FORM: form, pdfs.PAGE: PAGE.replace(b"8 0 R]", b"8 0 R " + annots + b"]")}


#: What the document holds besides, and what is written beside the evidence.
HIDDEN = {
    "an object that is a reference": ({}, {pdfs.CONTENT: b"30 0 R", 30: pdfs.OBJECTS[pdfs.CONTENT]}),
    "a real number for a whole one": (with_page(b" /Rotate 90"), with_page(b" /Rotate 90.0")),
    "null, which is there": ({}, with_page(b" /Kids null")),
    "a dictionary of parameters beside a list of filters": (
        {},
        {
            pdfs.CONTENT: coded(
                zlib.compress(b"\2" + WORDS), b"/Filter [/FlateDecode] /DecodeParms << /Predictor 12 /Columns 42 >>"
            )
        },
    ),
    "a NUL among letters of base 85": (
        {},
        {pdfs.CONTENT: coded(LETTERS[:25] + b"\0" + LETTERS[25:] + b"~>", b"/Filter /ASCII85Decode")},
    ),
    "references with a sign": (
        {pdfs.PAGE: PAGE.replace(b"/Contents 4 0 R", b"/Contents 31 0 R")}
        | {31: b"[32 +0 R]", 32: pdfs.OBJECTS[pdfs.CONTENT]},
        {32: EVIL},
    ),
    "a page below a node that no tree holds": (
        {
            pdfs.PAGE: PAGE.replace(b"/Parent 2 0 R", b"/Parent 31 0 R"),
            31: b"<< /Type /Page /Parent 32 0 R >>",
            32: b"<< /Rotate 0 >>",
        },
        {32: b"<< /Rotate 180 >>"},
    ),
    "a group of fields that is a widget": (
        with_form(b"", b"31 0 R", b"31 0 R")
        | {31: b"<< /T (g) /Kids [33 0 R] /AP << /N 32 0 R >>" + WIDGET, 32: pdfs.looks_of(b"100")}
        | {33: b"<< /T (k) /FT /Tx /Parent 31 0 R >>"},
        {32: pdfs.looks_of(b"999")},
    ),
    "a kid that does not name its parent": (
        with_form(b"", b"33 0 R", b"31 0 R")
        | {31: b"<< /T (g) /FT /Tx /V (100) /DA (/F1 9 Tf) /Kids [33 0 R] >>", 33: b"<< /T (k)" + WIDGET},
        {31: b"<< /T (g) /FT /Tx /V (999) /DA (/F1 9 Tf) /Kids [33 0 R] >>"},
    ),
    "a comment in the form's font": (
        with_form(b" /DR 32 0 R", b"31 0 R")
        | {31: b"<< /Type /Annot /Subtype /FreeText /Rect [150 100 280 140] /Contents (100) /DA (/Fx 12 Tf) >>"}
        | {32: b"<< /Font << /Fx 7 0 R >> >>", 33: SYMBOLS},
        {32: b"<< /Font << /Fx 33 0 R >> >>"},
    ),
    "a font by a name with an escape": (
        with_form(b" /DR 32 0 R", b"31 0 R", b"31 0 R")
        | {31: b"<< /FT /Tx /T (x) /V (100) /DA (/F#78 12 Tf)" + WIDGET}
        | {32: b"<< /Font << /Fx 7 0 R >> >>", 33: SYMBOLS},
        {32: b"<< /Font << /Fx 33 0 R >> >>"},
    ),
    "the font of ticks": (
        with_form(b" /DR 32 0 R", b"31 0 R", b"31 0 R")
        | {31: b"<< /FT /Btn /T (x) /V /Yes /AS /Yes /DA (/F1 0 Tf) /MK << /CA (4) >>" + WIDGET}
        | {32: b"<< /Font << /F1 7 0 R /ZaDb 33 0 R >> >>", 33: SYMBOLS},
        {32: b"<< /Font << /F1 7 0 R /ZaDb 7 0 R >> >>"},
    ),
    "a default appearance for a comment without one": (
        with_form(b"", b"31 0 R")
        | {31: b"<< /Type /Annot /Subtype /FreeText /Rect [150 100 280 140] /Contents (100) >>"}
        | {pdfs.TEXT_FIELD: pdfs.OBJECTS[pdfs.TEXT_FIELD][:-2] + b" /DA (/F1 9 Tf) >>"},
        {pdfs.FORM: pdfs.OBJECTS[pdfs.FORM][:-2] + b" /DA (/F1 40 Tf) >>"},
    ),
    "a value that a widget elsewhere shows too": (
        with_form(b"", b"31 0 R 33 0 R", b"31 0 R 32 0 R")
        | {31: b"<< /FT /Tx /T (a) /DA (/Helv 9 Tf)" + WIDGET, 32: b"<< /FT /Tx /T (b) /Kids [33 0 R] >>"}
        | {33: b"<< /Parent 31 0 R /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [20 140 90 165] >>"},
        {
            31: b"<< /FT /Tx /T (a) /DA (/Helv 9 Tf) /V (Hanako) /AP << /N 34 0 R >>" + WIDGET,
            34: pdfs.looks_of(b"Hanako"),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_hides_beside_evidence(world, name):
    objects, written = HIDDEN[name]
    base = signed(world, objects)
    assert world.only(beside_evidence(base, {55: b"<< >>"})).changes_permitted is True
    assert world.only(beside_evidence(base, written)).changes_permitted is not True


@pytest.mark.slow
def test_what_is_packed_otherwise_is_drawn(world):
    """It says the same to this reader; whether it does to viewers, pictures tell, evidence beside it or not."""
    base = signed(world)
    packed = {pdfs.CONTENT: coded(zlib.compress(WORDS), b"/Filter /FlateDecode")}
    after = beside_evidence(base, packed)
    assert world.only(after).changes_permitted is True
    assert world.only(after, pictures="never").changes_permitted is None
    assert world.only(beside_evidence(base, {55: b"<< >>"}), pictures="never").changes_permitted is True


GROUP = b"<< /FT /Tx /T (price) /V (%s) /DA (/F1 10 Tf 0 g) /Kids [31 0 R 32 0 R]%s >>"
OF_GROUP = b"<< /Parent 30 0 R" + WIDGET[:-3] + b"%s >>"


@pytest.mark.parametrize(
    ("first", "second", "group"),
    [
        (b"", b" /T (per) /V (month)", b""),  # a widget of the group's own, beside a field
        (b" /T (a) /V (1)", b" /T (b) /V (2)", b" /Subtype /Widget /Rect [150 20 280 40]"),  # the group is one itself
        (b" /T (a) /V (1)", b" /T (b) /V (2)", b""),  # nobody inherits it, and programs read it all the same
    ],
)
def test_the_value_of_a_group_is_judged_where_no_field_inherits_it(world, first, second, group):
    objects = with_form(b"", b"31 0 R 32 0 R", b"30 0 R")
    kids = {31: OF_GROUP % first, 32: OF_GROUP % second}
    base = signed(world, objects | {30: GROUP % (b"100", group)} | kids)
    assert world.only(beside_evidence(base, {}), pictures="never").changes_permitted is True
    report = world.only(beside_evidence(base, {30: GROUP % (b"999", group)}), pictures="never")
    assert report.changes_permitted is False


@pytest.mark.slow
def test_a_section_that_one_reader_follows_is_no_evidence():
    """/XRefStm (7.5.8.4) in a cross-reference stream: mupdf alone finds other words for the page by it."""
    draft = shapes.draft("plain", "classic")
    MUTATIONS["section_that_nobody_names"].apply(draft, random_of("hidden"))
    base = bases.prepared(bases.stranger("plain", "classic", "approval"), draft)
    assert hunt.all_permitted(hunt.product(base.data))
    attack = Attack(base, base.doc, base.revision(), random_of("named"))
    MUTATIONS["section_named_by_a_stream"].apply(attack)
    assert b"/XRefStm" in attack.result()
    assert hunt.verdict(hunt.product(attack.result())) == hunt.NOT_JUDGED


UNDER_NODE = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [150 100 280 140] /AP << /N 31 0 R >> >>"
SECOND_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200]%s >>"


@pytest.mark.parametrize(("before", "after"), [(b"", b" /Annots []"), (b" /Annots []", b"")])
@pytest.mark.parametrize(("node", "permitted"), [(b" /Annots [30 0 R]", False), (b"", True)])
def test_annotations_that_one_reader_inherits_neither_come_nor_go(world, before, after, node, permitted):
    """For pdf.js a page without /Annots has those of the node above it."""
    tree = b"<< /Type /Pages /Kids [3 0 R 33 0 R] /Count 2%s >>" % node
    objects = {pdfs.PAGES: tree, 30: UNDER_NODE, 31: STAMPED, 33: SECOND_PAGE % before}
    report = world.only(beside_evidence(signed(world, objects), {33: SECOND_PAGE % after}), pictures="never")
    assert report.changes_permitted is permitted


ROWS, ROW = zlib.compress(b"\0ab"), {"/Predictor": 12, "/Columns": 2}


@pytest.mark.parametrize(
    ("raw", "said", "flaw"),
    [
        (ROWS, {"/Filter": ["/FlateDecode"], "/DecodeParms": ROW}, True),
        (ROWS, {"/Filter": ["/FlateDecode"], "/DecodeParms": [ROW]}, False),
        (ROWS, {"/Filter": "/FlateDecode", "/DecodeParms": ROW}, False),
        (b"41 42>", {"/Filter": "/ASCIIHexDecode"}, False),
        (b"41\x0042>", {"/Filter": "/ASCIIHexDecode"}, True),
        (b"41\x0c42>", {"/Filter": "/ASCIIHexDecode"}, True),
        (b"z\nz~>", {"/Filter": "/ASCII85Decode"}, False),
        (b"z\x00z~>", {"/Filter": "/ASCII85Decode"}, True),
    ],
)
def test_what_viewers_decode_otherwise_is_a_flaw(raw, said, flaw):
    assert (decode_leniently(raw, said, Meter(Limits()))[1] is not None) is flaw


# --- a field that waited ----------------------------------------------------------------------------------------

PLACED = b" /Type /Annot /Subtype /Widget /F 4 /P 3 0 R /Rect [%s] >>"
OVER_WORDS, AWAY = b"15 145 100 165", b"150 100 200 120"


def countersigned(world, base: bytes, field: bytes, kids: dict[int, bytes]) -> bytes:
    """Sign the field 30, with looks in each of its widgets."""
    drawn = {number: body[:-2] + b" /AP << /N 35 0 R >> >>" for number, body in (kids or {30: field}).items()}
    value = {30: drawn.get(30, field)[:-2] + b" /V 36 0 R >>", 36: pdfs.signature_dictionary()}
    return pdfs.fill(pdfs.update(base, drawn | value | {35: STAMPED}), world.cms)


def waiting(where: bytes) -> tuple[dict[int, bytes], bytes]:
    field = b"<< /FT /Sig /T (buyer)" + PLACED % where
    return with_form(b"", b"30 0 R", b"30 0 R") | {30: field}, field


@pytest.mark.parametrize(("where", "permitted", "said"), [(OVER_WORDS, True, ["changes-told"]), (AWAY, True, [])])
def test_a_seal_over_words_is_told(world, where, permitted, said):
    objects, field = waiting(where)
    report = world.only(countersigned(world, signed(world, objects), field, {}))
    assert (report.changes_permitted, codes(report)) == (permitted, said)


@pytest.mark.parametrize(("where", "permitted"), [(OVER_WORDS, False), (AWAY, True)])
def test_after_certifying_a_seal_hides_no_words(world, where, permitted):
    objects, field = waiting(where)
    base = certified(world, 2, {**pdfs.OBJECTS, **objects})
    assert world.only(countersigned(world, base, field, {})).changes_permitted is permitted


@pytest.mark.parametrize("count", [1, 20])
def test_a_waiting_field_is_as_large_as_all_its_widgets(world, count):
    """Each takes a small part of the page; together they take most of it, words too."""
    places = [(60 * (at % 5), 150 - 50 * (at // 5)) for at in range(count)]
    numbers = [40 + at for at in range(count)] if count == 1 else [60 + at for at in range(count)]
    kids = {
        number: b"<< /Parent 30 0 R" + PLACED % (b"%d %d %d %d" % (x, y, x + 60, y + 50))
        for number, (x, y) in zip(numbers, places, strict=True)
    }
    named = b" ".join(b"%d 0 R" % number for number in kids)
    field = b"<< /FT /Sig /T (buyer) /Kids [" + named + b"] >>"
    objects = with_form(b"", named, b"30 0 R") | {30: field} | kids
    base = signed(world, objects)
    report = world.only(countersigned(world, base, field, kids))
    assert report.changes_permitted is (count == 1)


def test_a_page_is_as_large_as_what_is_shown_of_it(world):
    page = PAGE.replace(b"/MediaBox [0 0 300 200]", b"/MediaBox [-900 -900 1200 1100] /CropBox [0 0 300 200]")
    objects, field = waiting(b"0 0 300 200")
    objects[pdfs.PAGE] = page.replace(b"8 0 R]", b"8 0 R 30 0 R]")
    report = world.only(countersigned(world, signed(world, objects), field, {}))
    assert report.changes_permitted is False


@pytest.mark.slow
def test_what_a_hybrid_file_hid_does_not_appear_unseen():
    """PDFium looks at /XRefStm (7.5.8.4) in the newest revision alone: a box that is written anew appears to it."""
    base = bases.named("form/hybrid/locked")
    assert hunt.all_permitted(hunt.product(base.data))
    judged = []
    for number in base.doc.annotations(base.doc.pages[0]):
        attack = Attack(base, base.doc, base.revision(), random_of("hybrid"))
        attack.put(number, attack.body(number))
        MUTATIONS["with_new_evidence"].apply(attack)
        judged.append(hunt.all_permitted(hunt.product(attack.result())))
    assert not all(judged)
    assert any(judged)  # the signature's own field was seen all the time
